"""From a solution to its balances: what flows out through the boundary against what its sources give, by Gauss's theorem."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import jax
import numpy as np
import sympy as sp

from pdedsl.geometry.faces import faces
from pdedsl.numerics.lower import Callee
from pdedsl.numerics.quantities import integrals_of
from pdedsl.problem.atoms import normal
from pdedsl.problem.derivatives import occurring
from pdedsl.problem.problem import Problem
from pdedsl.problem.sources import point_sources, without
from pdedsl.problem.statements import Integral

MOST = 3
"""Coordinates in space up to which integrals are taken by a rule that is worth it."""
TIMES = 11


@dataclass(frozen=True)
class Balance:
    """An equation `div(F) = s`, integrated over the domain; with time at its end, `apart` at most at any time."""

    statement: str
    out: float
    """The integral of `F . n` over the boundary."""
    source: float
    """The integral of `s` over the domain."""
    apart: float
    """Their difference, relative to the largest of the terms, and of all that flows, in or out."""

    def __str__(self) -> str:
        return f"{self.out:.6g} flows out, {self.source:.6g} comes from inside: {self.apart:.0e} apart"


@jax.enable_x64(True)
def balances(problem: Problem, u: Callee) -> tuple[Balance, ...]:
    """The balance of each scalar equation in divergence form that holds in the whole domain."""
    fixed = problem.stated is None  # through moving ends flows what they sweep over, too
    if not fixed or not 0 < len(problem.space) <= MOST or not faces(problem.domain):  # nothing flows out of a circle
        return ()
    return tuple(_balance(problem, u, *parts) for parts in _divergences(problem))


def _divergences(problem: Problem) -> Iterator[tuple[str, sp.Expr, list[sp.Expr], float]]:
    """For each such equation its label, the flux `F . n`, the terms of `s` and what point sources give."""
    axes: dict[Any, Any] = dict(zip((c.symbol for c in problem.space), normal(len(problem.space)), strict=True))
    for equation in problem.equations:
        for place, residual in enumerate(equation.residual, 1):
            flux, rest, given = [], [], point_sources(problem, residual)
            for term in _terms(without(residual)):
                factor, derivative = term.as_independent(*term.atoms(sp.Derivative), as_Add=False)
                peeled = _peeled(derivative, axes) if not factor.free_symbols & set(problem.symbols) else None
                if peeled is None or occurring((factor,)) or problem.integrals_in([factor]):
                    rest.append(-term)
                else:
                    flux.append(factor * peeled)
            if (
                flux
                and equation.part is None
                and not any(s.strength.free_symbols & set(problem.symbols) for s in given)
            ):
                whole = -sum(problem.domain.number(s.strength) for s in given if not s.order)
                label = f"{equation.name}[{place}]" if len(equation.residual) > 1 else equation.name
                yield label, sp.Add(*flux), rest, whole


def _terms(expression: Any) -> Iterator[Any]:
    """The terms of a sum, factors before sums inside it taken into them."""
    factors = sp.Mul.make_args(expression)
    inner = [f for f in factors if isinstance(f, sp.Add)]
    if len(inner) != 1:
        yield expression
        return
    outer = sp.Mul(*(f for f in factors if f is not inner[0]))
    for term in inner[0].args:
        yield from _terms(outer * term)


def _peeled(derivative: Any, axes: dict[Any, Any]) -> Any:
    """`F_i n_i` for the derivative of `F_i` in a coordinate `x_i` in space; None for anything else."""
    if not isinstance(derivative, sp.Derivative):
        return None
    pairs: Any = derivative.variable_count
    counts: dict[Any, int] = {s: int(n) for s, n in pairs}
    axis = next((s for s in counts if s in axes), None)
    if axis is None:
        return None
    counts[axis] -= 1
    left = [(s, n) for s, n in counts.items() if n]
    return axes[axis] * (sp.Derivative(derivative.expr, *left) if left else derivative.expr)


def _balance(problem: Problem, u: Callee, label: str, flux: sp.Expr, rest: list[sp.Expr], given: float) -> Balance:
    through = [Integral(flux, sp.true, "all"), Integral(sp.Abs(flux), sp.true, "all")]
    whole = [*through, *(Integral(term) for term in rest)]
    held = replace(problem, integrals=(*problem.integrals, *whole))
    points = np.mean(problem.bounds, axis=1)[None]
    if problem.time is not None:
        column = problem.domain.column(problem.time.symbol)
        points = np.repeat(points, TIMES, axis=0)
        points[:, column] = np.linspace(*problem.bounds[column], TIMES)
    found = integrals_of(held, whole, u, points)
    source, largest = given + found[2:].sum(axis=0), max(abs(given), np.abs(found).max())
    apart = np.abs(found[0] - source).max() / largest if largest > 0 else 0.0
    return Balance(label, float(found[0, -1]), float(source[-1]), float(apart))
