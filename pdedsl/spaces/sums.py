"""From the values of a function to a sum of polynomials and waves that has them, by which other problems may know it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Any

import numpy as np

from pdedsl.problem.problem import Problem
from pdedsl.spaces.basis import Basis, basis
from pdedsl.spaces.coarse import least_squares
from pdedsl.spaces.placing import SHIFT, filled, low_discrepant
from pdedsl.spaces.space import Polynomials, Size
from pdedsl.spaces.stretch import Stretch

MOST = 2500
"""Terms of a sum that is fitted to values."""
EXACT = 1e-13
"""Of the spread: a miss below which no more terms are taken."""
DEGREES = (4, 6, 8, 11, 15, 20, 26, 35, 46, 60, 80, 110, 150, 200, 300, 400, 600, 800, 1200, 2000)
"""That are tried one after another."""


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
            **{
                f"stretch {k}": np.asarray([held.places, held.widths, held.weights])
                for k, held in enumerate(own.stretches)
                if held is not None
            },
        }


def summed(arrays: Mapping[str, np.ndarray]) -> Sum:
    """The sum that gave these arrays. Raises KeyError and ValueError for others."""
    low_high, circular, numbers = arrays["intervals"], arrays["circular"], arrays["numbers"]
    k = len(circular)
    if low_high.shape != (k, 2) or numbers.ndim != 2 or numbers.shape[1] != k or (numbers < 0).any():
        raise ValueError("no sum over a basis")
    intervals = tuple((float(low), float(high)) for low, high in low_high)
    held = [arrays.get(f"stretch {place}") for place in range(k)]
    if any(own is not None and (own.ndim != 2 or len(own) != 3 or (own[1] <= 0).any()) for own in held):
        raise ValueError("no sum over a basis")
    stretches = tuple(None if own is None else Stretch(*(tuple(map(float, row)) for row in own)) for own in held)
    own = Basis(tuple(range(k)), intervals, tuple(map(bool, circular)), numbers.astype(int), stretches)
    if arrays["coefficients"].shape != (own.size,) or arrays["size"].shape != (2,):
        raise ValueError("no sum over a basis")
    return Sum(own, arrays["coefficients"].astype(float), Size(*map(float, arrays["size"])))


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
