"""From a solution on a piece of time to what its highest degrees hold: whether it is short enough, and its degrees high enough."""

from collections.abc import Sequence

import numpy as np

from pdedsl.spaces.basis import Basis
from pdedsl.spaces.collocation import Expansion, split
from pdedsl.spaces.functions import taken_apart

LEAST = 1e-3
"""Of the spread of a field: values that are none."""
SLOW = 0.5
"""The part of the degrees in space of what varies slowly there."""


def tails(
    fields: Sequence[Expansion], coefficients: np.ndarray, points: np.ndarray, time: int
) -> tuple[float, dict[int, float]]:
    """What the highest degrees hold in time, and along each other coordinate, relative to the values of the field at some
    points of shape (n, d), of which the column `time` holds the time.

    In time of what varies slowly in space: the rest varies fast in time, too, and is that of space.
    """
    none = (0,) * points.shape[1]
    found = {time: 0.0}
    for own, c in zip(fields, split(fields, coefficients), strict=True):
        worth = np.abs(own.values(c, points, none) - own.size.mean).max() / own.size.spread
        times = own.factor(points) / max(float(worth), LEAST)
        for basis, part in taken_apart([own.basis], [c]):
            assert isinstance(basis, Basis)
            degrees = zip(basis.numbers.T, basis.most, basis.axes, strict=True)
            slow = np.all([n <= SLOW * most for n, most, axis in degrees if axis != time], axis=0)
            for k, axis in enumerate(basis.axes):
                numbers = basis.numbers[:, k]
                highest = np.isin(numbers, np.unique(numbers)[-4 if basis.circular[k] else -2 :])
                chosen = highest & slow if axis == time else highest
                found[axis] = max(found.get(axis, 0.0), times * float(np.abs(part[chosen]).max(initial=0.0)))
    return found.pop(time), found
