"""From a problem to the weight of each statement: what is written, or else what balances it with the equations.

An error of size e in the lowest mode of the domain makes a residual of size `|D| e` in an equation and `|B| e` in a
condition, where |D| is the size of the symbol of D at the wavenumbers `pi / length`. In a stationary problem a misfit on
the boundary goes through the whole solution, so a condition without `weight` gets `(|D| / |B|)^2`: about 10^2 for the
values of a Poisson problem on a unit square, 10^5 for those of a plate.
"""

import numpy as np
import sympy as sp
from sympy.core.function import AppliedUndef

from pdedsl.geometry.points import inside, random
from pdedsl.problem.evaluate import evaluate
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Boundary, Field, Statement
from pdedsl.problem.symbol import MultiIndex, linearised

MOST = 1e6
POINTS = 64
"""Points at which coefficients that vary are averaged."""


def weights(problem: Problem) -> dict[str, float]:
    """The weight of each statement, by name."""
    found: dict[str, float] = {}
    for statement in problem.statements:
        balanced = isinstance(statement, Boundary) and problem.time is None
        if statement.weight is not None:
            found[statement.name] = problem.domain.number(statement.weight)
        else:
            found[statement.name] = _balance(problem, statement) if balanced else 1.0
    return found


def _balance(problem: Problem, condition: Statement) -> float:
    ratios = [
        max(magnitude(problem, equation, field) for equation in problem.equations) / own
        for field in problem.fields
        if (own := magnitude(problem, condition, field)) > 0
    ]
    weight = max(ratios, default=1.0) ** 2
    return float(f"{np.clip(weight, 1.0, MOST):.1e}")


def magnitude(problem: Problem, statement: Statement, field: Field) -> float:
    """The size of a statement's symbol for one field at the lowest wavenumbers: the largest of its components."""
    domain = problem.domain
    known = domain.at(inside(domain, sp.true, POINTS, random(np.random.default_rng(0))))
    wavenumbers = [np.pi / (upper - lower) for lower, upper in domain.bounds]

    def term(index: MultiIndex, coefficient: sp.Expr) -> float:
        # About fields that are 1, and so without slopes.
        at_one: dict[sp.Basic, sp.Expr] = dict.fromkeys(coefficient.atoms(sp.Derivative), sp.S.Zero)
        plain = coefficient.xreplace(at_one).xreplace(dict.fromkeys(coefficient.atoms(AppliedUndef), sp.S.One))
        unknown = {s: 1.0 for s in plain.free_symbols if isinstance(s, sp.Symbol) and s not in known}
        values = np.nan_to_num(np.asarray(evaluate(plain, {**known, **unknown}), float), posinf=0, neginf=0)
        return float(np.sqrt(np.mean(values**2)) * np.prod([k**n for k, n in zip(wavenumbers, index, strict=True)]))

    symbols = (linearised(residual, problem).coefficients.get(field.name, {}) for residual in statement.residual)
    return max(sum(term(index, coefficient) for index, coefficient in symbol.items()) for symbol in symbols)
