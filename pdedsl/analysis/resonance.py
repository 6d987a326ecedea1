"""From a family of linear steady problems to the values of its parameters at which one is singular: it has no solution, or many."""

from collections.abc import Callable, Iterator

import numpy as np

from pdedsl.planning.functions import expansions
from pdedsl.problem.domain import middle
from pdedsl.problem.member import member
from pdedsl.problem.problem import Problem
from pdedsl.spaces.collocation import Collocation
from pdedsl.spaces.linear import forms
from pdedsl.spaces.sizes import field_sizes, row_sizes
from pdedsl.spaces.space import Polynomials

VALUES, HALVED = 33, 12
"""Values of a parameter that are looked at, the others in the middle of their intervals; and how often those are halved between
which it is.
"""
DEGREES = {1: 24, 2: 12, 3: 7}
"""Of the polynomials, by the number of coordinates in space."""
UNSEEN = 1e-10
"""The part of the largest singular value of a Jacobian below which directions are rounding."""


def resonances(problem: Problem) -> Iterator[tuple[str, float]]:
    """The first singular value of each parameter, where it has one: there a solution passes from one infinity to the other.

    Between values of a parameter the determinant of the Jacobian, in the directions that the first one sees, changes its sign.
    None of problems with time or unknowns, or that are not linear.
    """
    domain, own = problem.domain, problem.stated or problem
    degree = DEGREES.get(len(problem.space))
    if not domain.swept or problem.time is not None or degree is None or problem.measurements or domain.sought:
        return
    if not all(f.is_linear for components in forms(problem).values() for f in components):
        return
    bounds = {c.name: own.bounds[own.domain.column(c.symbol)] for c in own.domain.swept}
    held = {name: middle(*ends) for name, ends in bounds.items()}
    first = member(problem, held)
    sizes = field_sizes(first)
    worth = {s.name: row_sizes(first, s, sizes) for s in first.statements}

    def jacobian(values: dict[str, float]) -> np.ndarray:
        found = member(problem, values)
        fields = expansions(found, Polynomials((degree,), "total"), sizes, "none")
        system = Collocation(found, fields, sizes, forms(found), worth=worth)
        return system.linearised(np.zeros(system.size))[1]

    for name in bounds:
        column = own.domain.column(next(c.symbol for c in own.domain.swept if c.name == name))
        line = own.domain.line(column, np.linspace(0, 1, VALUES))
        value = _crossing(lambda own, name=name: jacobian({**held, name: own}), line)
        if value is not None:
            yield name, value


def _crossing(jacobian: Callable[[float], np.ndarray], line: np.ndarray) -> float | None:
    """The first place on a line between whose neighbours a determinant changes its sign."""
    before = jacobian(float(line[0]))
    for low, high in zip(line[:-1].tolist(), line[1:].tolist(), strict=True):
        after = jacobian(high)
        if _turned(before, after):
            for _ in range(HALVED):
                between = (low + high) / 2
                own = jacobian(between)
                low, high, before = (low, between, before) if _turned(before, own) else (between, high, own)
            return (low + high) / 2
        before = after
    return None


def _turned(before: np.ndarray, after: np.ndarray) -> bool:
    """Whether a matrix becomes singular on the way to another one, once or an odd number of times."""
    left, sizes, right = np.linalg.svd(before, full_matrices=False)
    seen = sizes > UNSEEN * sizes[0]
    made = left[:, seen].T @ after @ (right[seen].T / sizes[seen])
    return bool(np.linalg.slogdet(made)[0] < 0)
