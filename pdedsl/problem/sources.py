"""From an equation to its point sources: where they are, how strong they are, what they do to a field in one dimension.

A residual with `s delta(x - a)` in it is an equation between distributions. In one dimension a solution of order m jumps at
`a` in some of its derivatives, and what that makes of the operator cancels the source.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import comb
from typing import Any

import numpy as np
import sympy as sp

from pdedsl.problem.derivatives import expand_derivatives
from pdedsl.problem.evaluate import evaluate
from pdedsl.problem.given import Source
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Condition, Equation, Field, Interface
from pdedsl.problem.symbol import linearised


@dataclass(frozen=True)
class PointSource:
    """A term `strength * delta(x - place)` of a residual, differentiated `order` times."""

    place: tuple[sp.Expr, ...]
    """By coordinate in space."""
    strength: sp.Expr
    """Free of coordinates in space."""
    order: int = 0

    @property
    def finite(self) -> bool:
        """Whether what it is multiplied with has a value there."""
        return not self.strength.has(sp.oo, -sp.oo, sp.zoo, sp.nan)


def point_sources(problem: Problem, residual: sp.Expr) -> tuple[PointSource, ...]:
    """The point sources of a component of an equation, those at one place together."""
    found: dict[tuple[tuple[sp.Expr, ...], int], sp.Expr] = {}
    space = [c.symbol for c in problem.space]
    plain: Any = expand_derivatives(residual)
    for atom in sorted(plain.atoms(Source), key=sp.default_sort_key):
        stand_in = sp.Dummy(real=True)
        factor: Any = sp.diff(plain.xreplace({atom: stand_in}), stand_in)
        place = tuple(sp.expand(s - next(o for o in atom.args if o.has(s))) for s in space)
        at, order = list(zip(space, place, strict=True)), sum(type(atom).orders)
        for k in range(order + 1):  # f delta' = f(a) delta' - f'(a) delta
            slope: Any = sp.diff(factor, space[0], k) if k else factor
            own: Any = (-1) ** k * comb(order, k) * slope.subs(at)
            found[place, order - k] = found.get((place, order - k), sp.Integer(0)) + own
    return tuple(PointSource(place, strength, order) for (place, order), strength in found.items() if strength != 0)


def without(expression: sp.Expr) -> sp.Expr:
    """An expression between its point sources, where these are zero."""
    plain: Any = expression.xreplace(dict.fromkeys(expression.atoms(Source), sp.S.Zero))
    return plain.xreplace({d: sp.S.Zero for d in plain.atoms(sp.Derivative) if d.expr == 0})


def sourced(problem: Problem) -> Iterator[tuple[Equation, sp.Expr, Field | None]]:
    """The components of equations that hold point sources, each with its field: None if that is not alone there.

    A field is, if its equation holds no other, and no other equation holds it.
    """
    residuals = [r for e in problem.equations for r in e.residual]
    for equation in problem.equations:
        for residual in (r for r in equation.residual if r.has(Source)):
            own = [f for f in problem.fields if residual.has(f.expression)]
            alone = len(own) == 1 and sum(r.has(own[0].expression) for r in residuals) == 1
            yield equation, residual, own[0] if alone and not problem.integrals_in([residual]) else None


def region(problem: Problem, equation: Equation) -> sp.Basic:
    """Where an equation holds: in its part, and off point sources in the plane and in space, where it is no equation of numbers."""
    where: Any = problem.domain.region(equation.part)
    for place in _places(problem, equation):
        offsets = [c.symbol - a for c, a in zip(problem.space, place, strict=True)]
        where = sp.And(where, sp.Add(*(o**2 for o in offsets)) > (NEAR * problem.domain.diameter) ** 2)
    return where


def places(problem: Problem) -> list[np.ndarray]:
    """The point sources in the plane and in space, by their coordinates there."""
    return [place for equation in problem.equations for place in _places(problem, equation)]


def near(problem: Problem, place: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Which points of shape (n, d) are near a place in space, shape (n,)."""
    own = points[:, list(problem.domain.spatial)] - place
    return np.linalg.norm(own, axis=1) <= NEAR * problem.domain.diameter


def _places(problem: Problem, equation: Equation) -> list[np.ndarray]:
    """Where the point sources of an equation are; none in one dimension, where fields are finite."""
    if len(problem.space) < 2 or not any(r.has(Source) for r in equation.residual):
        return []
    found = dict.fromkeys(s.place for r in equation.residual for s in point_sources(problem, r))
    return [np.asarray([problem.domain.number(a) for a in place]) for place in found]


def from_source(problem: Problem, condition: Condition) -> bool:
    """Whether a condition says what point sources do, which their equation says already."""
    return isinstance(condition, Interface) and any(condition.span == e.span for e in problem.equations)


def jumps(
    problem: Problem, residual: sp.Expr, unknown: Field, place: sp.Expr, own: Sequence[PointSource]
) -> tuple[sp.Expr, ...] | None:
    """By how much a field and its derivatives in space, up to one less than the order, jump at a place in one dimension.

    The jumps `J_j` of the j-th derivatives add `sum_k a_k(x) sum_j J_j delta^(k - 1 - j)(x - place)` to `sum_k a_k(x) u^(k)`
    (Schwartz 1950, Theorie des distributions, II.2), which cancels the sources. None for operators that mix derivatives
    in space and in time, and where the highest coefficient vanishes or one jumps there.
    """
    (x,) = (c.symbol for c in problem.space)
    column, coefficients = problem.domain.column(x), dict[int, sp.Expr]()
    for index, coefficient in linearised(without(residual), problem).coefficients[unknown.name].items():
        if index[column]:
            if sum(index) > index[column]:
                return None
            coefficients[index[column]] = coefficient
    order, left = max(coefficients, default=0), {source.order: source.strength for source in own}
    if (
        order <= max(left)
        or not all(source.finite for source in own)
        or not all(_is_smooth(problem, c, place) for c in coefficients.values())
    ):
        return None
    if not _about(problem, coefficients[order], place)[0]:
        return None
    found: list[sp.Expr] = []
    for j in range(order):  # the coefficient of delta^(i) vanishes
        i = order - 1 - j
        total: Any = left.get(i, sp.Integer(0))
        for below, jump in enumerate(found):
            for k, coefficient in coefficients.items():
                if (times := k - 1 - below - i) >= 0:  # f delta^(n) = sum_l (-1)^l C(n, l) f^(l)(a) delta^(n - l)
                    slope: Any = sp.diff(coefficient, x, times) if times else coefficient
                    total += (-1) ** times * comb(k - 1 - below, times) * slope.subs(x, place) * jump
        found.append(-total / coefficients[order].subs(x, place))
    return tuple(found)


def kinks(problem: Problem, residual: sp.Expr, unknown: Field) -> dict[sp.Expr, tuple[sp.Expr, ...] | None]:
    """The jumps that the point sources of a component bring in one dimension, by their place; see `jumps`."""
    sources = point_sources(problem, residual)
    own = {a: [s for s in sources if s.place[0] == a] for a in dict.fromkeys(s.place[0] for s in sources)}
    return {place: jumps(problem, residual, unknown, place, group) for place, group in own.items()}


def _about(problem: Problem, coefficient: sp.Expr, place: sp.Expr) -> np.ndarray:
    """Its values at a place in one dimension and beside it, in the middle of all other coordinates, shape (3,)."""
    (column,) = problem.domain.spatial
    low, high = problem.bounds[column]
    points = np.tile(np.mean(problem.bounds, axis=1), (3, 1))
    points[:, column] = problem.domain.number(place) + BESIDE * (high - low) * np.array([0.0, -1.0, 1.0])
    return np.broadcast_to(np.asarray(evaluate(coefficient, problem.domain.at(points)), float), (3,))


def _is_smooth(problem: Problem, coefficient: sp.Expr, place: sp.Expr) -> bool:
    """Whether it is finite at a place in one dimension, and the same on both sides."""
    values = _about(problem, coefficient, place)
    return bool(np.isfinite(values).all()) and float(np.ptp(values)) <= LARGE * float(np.abs(values).max())


NEAR = 1e-3
"""A distance from a point source, relative to the domain's diameter, below which derivatives are mostly rounding errors."""
BESIDE = 1e-7
"""How far beside a place a coefficient is looked at, relative to the length of the domain."""
LARGE = 1e-4
"""A difference between both sides that is a jump, relative to the values."""
