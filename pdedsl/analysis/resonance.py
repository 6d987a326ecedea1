"""From a family of linear steady problems to the values of its parameters at which one is singular: it has no solution, or many."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import scipy  # whose modules are imported when they are first named

from pdedsl.planning.functions import expansions
from pdedsl.problem.domain import middle
from pdedsl.problem.member import member
from pdedsl.problem.problem import Problem
from pdedsl.solver.singularity import singularity
from pdedsl.spaces.collocation import Collocation
from pdedsl.spaces.linear import forms
from pdedsl.spaces.sizes import field_sizes, row_sizes
from pdedsl.spaces.space import Polynomials

VALUES, FOUND = 33, 1e-6
"""Values of a parameter that are looked at, the others in the middle of their intervals; and how well the place between two of them
is found, relative to their distance.
"""
DEGREES = {1: 24, 2: 12, 3: 7}
"""Of the polynomials, by the number of coordinates in space."""


@lru_cache(maxsize=8)
def resonances(problem: Problem) -> tuple[tuple[str, float], ...]:
    """The first value of each swept parameter at which the problem is singular, where it has one; the others in the middle.

    None of problems with time or unknowns, or that are not linear.
    """
    return tuple(_resonances(problem))


def _resonances(problem: Problem) -> Iterator[tuple[str, float]]:
    domain, own = problem.domain, problem.stated or problem
    degree = DEGREES.get(len(problem.space))
    if not domain.swept or problem.time is not None or degree is None or problem.measurements or domain.sought:
        return
    if not all(f.is_linear for components in forms(problem).values() for f in components):
        return
    columns = {c.name: own.domain.column(c.symbol) for c in own.domain.swept}
    held = {name: middle(*own.bounds[column]) for name, column in columns.items()}
    first = member(problem, held)
    sizes = field_sizes(first)
    worth = {s.name: row_sizes(first, s, sizes) for s in first.statements}

    def jacobian(values: dict[str, float]) -> np.ndarray:
        found = member(problem, values)
        fields = expansions(found, Polynomials((degree,), "total"), sizes, "none")
        system = Collocation(found, fields, sizes, forms(found), worth=worth)
        return system.linearised(np.zeros(system.size))[1]

    for name, column in columns.items():
        line = own.domain.line(column, np.linspace(0, 1, VALUES))
        value = _crossing(lambda own, name=name: jacobian({**held, name: own}), line)
        if value is not None:
            yield name, value


def _crossing(jacobian: Callable[[float], np.ndarray], line: np.ndarray) -> float | None:
    """The first place on a line at which a matrix is singular, between neighbours that lie on both sides of that."""
    before = jacobian(float(line[0]))
    for low, high in pairwise(line.tolist()):
        sense, after = singularity(before), jacobian(high)
        if sense(after) < 0:
            found: Any = scipy.optimize.brentq(
                lambda value, s=sense: s(jacobian(value)), low, high, xtol=FOUND * abs(high - low)
            )
            return float(found)
        before = after
    return None
