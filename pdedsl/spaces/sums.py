"""From the values of a function to a sum of polynomials and waves that has them, by which other problems may know it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pdedsl.problem.problem import Problem
from pdedsl.spaces.basis import Basis, basis
from pdedsl.spaces.collocation import filled, low_discrepant
from pdedsl.spaces.space import Polynomials, Size

MOST = 2500
"""Terms of a sum that is fitted to values."""
EXACT = 1e-13
"""Of the spread: a miss below which no more terms are taken."""
FRESH = 0.2718
"""By how much the points at which a sum is tried are moved from those that it was fitted to."""


@dataclass(frozen=True, eq=False)
class Sum:
    """A function of some arguments, `mean + spread * sum c_k phi_k`."""

    basis: Basis
    """Over the arguments as the columns of a point."""
    coefficients: np.ndarray
    """Shape (K,)."""
    size: Size

    def __call__(self, operands: Sequence[Any], orders: Sequence[int]) -> np.ndarray:
        """Values, or derivatives of these orders, at arrays of arguments; of their broadcast shape."""
        arrays = np.broadcast_arrays(*(np.asarray(own, float) for own in operands))
        points = np.stack([own.ravel() for own in arrays], axis=1)
        offset = 0.0 if any(orders) else self.size.mean
        found = offset + self.size.spread * self.basis.total(self.coefficients, points, tuple(orders))
        return found.reshape(arrays[0].shape)

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """All of it, as arrays."""
        own = self.basis
        return {
            "intervals": np.asarray(own.intervals, float).reshape(-1, 2),
            "circular": np.asarray(own.circular, bool),
            "numbers": own.numbers,
            "coefficients": self.coefficients,
            "size": np.asarray([self.size.mean, self.size.spread]),
        }


def summed(arrays: Mapping[str, np.ndarray]) -> Sum:
    """The sum that gave these arrays. Raises KeyError and ValueError for others."""
    low_high, circular, numbers = arrays["intervals"], arrays["circular"], arrays["numbers"]
    k = len(circular)
    if low_high.shape != (k, 2) or numbers.ndim != 2 or numbers.shape[1] != k or (numbers < 0).any():
        raise ValueError("no sum over a basis")
    intervals = tuple((float(low), float(high)) for low, high in low_high)
    own = Basis(tuple(range(k)), intervals, tuple(map(bool, circular)), numbers.astype(int))
    if arrays["coefficients"].shape != (own.size,) or arrays["size"].shape != (2,):
        raise ValueError("no sum over a basis")
    return Sum(own, arrays["coefficients"].astype(float), Size(*map(float, arrays["size"])))


def fitted(problem: Problem, axes: Sequence[int], value: Callable[[np.ndarray], np.ndarray], size: Size) -> Sum:
    """A function of some coordinates of a problem as a sum, by least squares; `value` maps points (n, d) to (n,).

    The degree is raised until points between those fitted to are met, or do not come nearer.
    """
    best, least, degree = None, np.inf, 4
    while best is None or (degree := round(1.3 * degree)):
        own = basis(problem, axes, Polynomials((degree,)))
        if best is not None and own.size > MOST:
            break
        here, there = (filled(problem.domain, 2 * own.size + 20, low_discrepant(shift)) for shift in (0.0, FRESH))
        wanted = (value(here) - size.mean) / size.spread
        order = (0,) * len(problem.coordinates)
        coefficients = np.linalg.lstsq(own.table(here, order), wanted, rcond=1e-14)[0]
        left = own.total(coefficients, there, order) - (value(there) - size.mean) / size.spread
        miss = float(np.sqrt(np.mean(left**2)))
        if best is None or miss < least:
            best, least = (own, coefficients), miss
        if miss < EXACT or miss > 2 * least:
            break
    own, coefficients = best
    return Sum(renumbered(own), coefficients, size)


def renumbered(own: Basis) -> Basis:
    """The same basis over arguments of its own instead of columns of a problem's points."""
    return replace(own, axes=tuple(range(len(own.axes))))
