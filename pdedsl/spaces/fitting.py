"""From the values of a function to a sum of polynomials and waves that has them, by which other problems may know it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from operator import itemgetter

import numpy as np

from pdedsl.problem.problem import Problem
from pdedsl.spaces.basis import Basis
from pdedsl.spaces.coarse import least_squares
from pdedsl.spaces.placing import SHIFT, filled, low_discrepant
from pdedsl.spaces.products import basis
from pdedsl.spaces.space import Polynomials, Size
from pdedsl.spaces.sums import Sum

MOST = 2500
"""Terms of a sum that is fitted to values."""
EXACT = 1e-13
"""Of the spread: a miss below which no more terms are taken."""
DEGREES = (4, 6, 8, 11, 15, 20, 26, 35, 46, 60, 80, 110, 150, 200, 300, 400, 600, 800, 1200, 2000)
"""That are tried one after another."""


def fitted(problem: Problem, axes: Sequence[int], value: Callable[[np.ndarray], np.ndarray], size: Size) -> Sum:
    """A function of some coordinates of a problem as a sum, by least squares; `value` maps points (n, d) to (n,).

    The degree is raised until points between those fitted to are met, or do not come nearer.
    """
    order, found = (0,) * len(problem.coordinates), []
    for degree in DEGREES:
        own = basis(problem, axes, Polynomials((degree,)))
        if found and own.size > MOST:
            break
        here, there = (filled(problem.domain, 2 * own.size + 20, low_discrepant(shift)) for shift in (0.0, SHIFT))
        wanted, expected = ((value(points) - size.mean) / size.spread for points in (here, there))
        coefficients = least_squares(own.table(here, order), wanted, 1e-14)
        miss = float(np.sqrt(np.mean((own.total(coefficients, there, order) - expected) ** 2)))
        found.append((miss, Sum(renumbered(own), coefficients, size)))
        if miss < EXACT or miss > 2 * min(found, key=itemgetter(0))[0]:
            break
    return min(found, key=itemgetter(0))[1]


def renumbered(own: Basis) -> Basis:
    """The same basis over arguments of its own instead of columns of a problem's points."""
    return replace(own, axes=tuple(range(len(own.axes))))
