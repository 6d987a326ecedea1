"""From a plane region to its holes: a point in each, and how far from it the region begins."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import scipy  # whose modules are imported when they are first named

from pdedsl.geometry.points import grid, inside_shape
from pdedsl.problem.domain import Domain

GRID = 256
"""Points along each coordinate, on which it is seen what has a hole."""


@dataclass(frozen=True)
class Hole:
    """What a plane region goes round."""

    place: tuple[float, float]
    """Its centre."""
    radius: float
    """The distance from there at which the region begins."""


@lru_cache(maxsize=64)
def holes(domain: Domain) -> tuple[Hole, ...]:
    """The holes of a plane domain."""
    if domain.shape is None or len(domain.space) != 2:
        return ()
    points, lines = grid(domain, domain.spatial, GRID)
    return found_in(inside_shape(domain, points).reshape(GRID, GRID), lines)


def found_in(region: np.ndarray, lines: list[np.ndarray]) -> tuple[Hole, ...]:
    """The holes of a region, by the points of a grid that lie in it, of shape (n, m), and the coordinates of these."""
    labels, count = scipy.ndimage.label(np.pad(~region, 1, constant_values=True))
    x, y = np.meshgrid(*lines, indexing="ij")
    found = []
    for label in range(1, count + 1):
        own = labels == label
        if own[0, 0]:
            continue  # what is outside
        hole = own[1:-1, 1:-1]
        place = float(x[hole].mean()), float(y[hole].mean())
        radius = float(np.hypot(x[region] - place[0], y[region] - place[1]).min())
        if radius > 0:
            found.append(Hole(place, radius))
    return tuple(found)
