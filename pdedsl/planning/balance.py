"""From a problem to the weight of each statement: what is written, or else what balances it with the equations.

An error of size e in the lowest mode of the domain makes a residual of size `|D| e` in an equation and `|B| e` in a
condition, where |D| is the size of the symbol of D at the wavenumbers `pi / length`. In a stationary problem a misfit on
the boundary goes through the whole solution, so a condition without `weight` gets `(|D| / |B|)^2`: about 10^2 for the
values of a Poisson problem on a unit square, 10^5 for those of a plate.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import sympy as sp

from pdedsl.geometry import geometry
from pdedsl.problem.evaluate import evaluate
from pdedsl.problem.problem import Condition, Equation, Field, Problem, expand_derivatives

MOST = 1e6
POINTS = 64
"""Points at which coefficients that vary are averaged."""


def weights(problem: Problem) -> dict[str, float]:
    """The weight of each statement, by name."""
    found: dict[str, float] = {}
    for statement in problem.statements:
        balanced = isinstance(statement, Condition) and statement.kind == "boundary" and problem.time is None
        if statement.weight is not None:
            found[statement.name] = problem.number(statement.weight)
        else:
            found[statement.name] = _balance(problem, statement) if balanced else 1.0
    return found


def _balance(problem: Problem, condition: Equation) -> float:
    ratios = [
        max(size(problem, equation, field) for equation in problem.equations) / own
        for field in problem.fields
        if (own := size(problem, condition, field)) > 0
    ]
    weight = max(ratios, default=1.0) ** 2
    return float(f"{np.clip(weight, 1.0, MOST):.1e}")


def size(problem: Problem, statement: Equation, field: Field) -> float:
    """The size of a statement's symbol for one field at the lowest wavenumbers: the largest of its components."""
    points = geometry.inside(problem, sp.true, POINTS, geometry.random(np.random.default_rng(0)))
    known = {**problem.values, **dict(zip(problem.symbols, points.T, strict=True))}
    wavenumbers = {
        s: np.pi / (upper - lower) for s, (lower, upper) in zip(problem.symbols, problem.bounds, strict=True)
    }

    def component(residual: sp.Expr) -> Iterator[float]:
        for coefficient, counts in _linear(problem, expand_derivatives(residual), field):
            unknown = {s: 1.0 for s in coefficient.free_symbols if isinstance(s, sp.Symbol) and s not in known}
            values = np.nan_to_num(np.asarray(evaluate(coefficient, {**known, **unknown}), float), posinf=0, neginf=0)
            yield float(np.sqrt(np.mean(values**2)) * np.prod([wavenumbers[s] ** n for s, n in counts]))

    return max(sum(component(residual)) for residual in statement.residual)


def _linear(problem: Problem, residual: sp.Expr, field: Field) -> Iterator[tuple[Any, list[tuple[Any, int]]]]:
    """The terms of a residual linearised about fields that are 1: a coefficient and the derivative it stands with."""
    derivatives = [d for d in residual.atoms(sp.Derivative) if d.expr in problem.functions]
    stand_in = {d: sp.Dummy() for d in derivatives}
    plain = residual.xreplace(stand_in)
    stand_in |= {f: sp.Dummy() for f in problem.functions}
    plain = plain.xreplace(stand_in)
    state = {dummy: sp.S.Zero if atom in derivatives else sp.S.One for atom, dummy in stand_in.items()}
    for atom, dummy in sorted(stand_in.items(), key=lambda pair: str(pair[0])):
        pairs: Any = atom.variable_count if isinstance(atom, sp.Derivative) else ()
        counts = [(s, int(n)) for s, n in pairs]
        if (atom.expr if isinstance(atom, sp.Derivative) else atom) == field.expression:
            yield sp.diff(plain, dummy).xreplace(state), counts
