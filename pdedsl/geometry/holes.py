"""From a plane region to its holes, whole or cut: a point in each, and how far from it the region begins."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import hypot

import numpy as np
import scipy  # whose modules are imported when they are first named

from pdedsl.geometry.points import grid, inside_shape
from pdedsl.problem.domain import Domain
from pdedsl.problem.primitives import circles

GRID = 256
"""Points along each coordinate, on which it is seen what has a hole."""
ROUND, LEAST, BESIDE = 360, 10, 1e-6
"""Points of a circle, how many of them are enough of it, and how far beside it they are, over its radius."""


@dataclass(frozen=True)
class Hole:
    """What a plane region goes round."""

    place: tuple[float, float]
    """Its centre."""
    radius: float
    """The distance from there at which the region begins."""


@lru_cache(maxsize=64)
def holes(domain: Domain) -> tuple[Hole, ...]:
    """The holes of a plane domain, and the circles of which a part is cut out of it."""
    if domain.shape is None or len(domain.space) != 2:
        return ()
    points, lines = grid(domain, domain.spatial, GRID)
    whole = [_sharp(domain, hole) for hole in found_in(inside_shape(domain, points).reshape(GRID, GRID), lines)]
    own = [cut for cut in _cut(domain) if all(hypot(*np.subtract(cut.place, h.place)) > h.radius for h in whole)]
    return (*whole, *own)


def _sharp(domain: Domain, hole: Hole) -> Hole:
    """A hole as the circle that it is, if it is one."""
    for _, centre, radius in circles(domain.tree, domain.sizes):
        if hypot(*(centre - hole.place)) + abs(radius - hole.radius) <= 2 * domain.diameter / GRID:
            return Hole((float(centre[0]), float(centre[1])), radius)
    return hole


def _cut(domain: Domain) -> Iterator[Hole]:
    """The circles outside of which a domain lies where it ends on them."""
    turns = 2 * np.pi * (np.arange(ROUND) + 0.5) / ROUND
    ring = np.stack([np.cos(turns), np.sin(turns)], axis=1)
    assert domain.shape is not None
    for _, centre, radius in circles(domain.tree, domain.sizes):
        near, beyond = (domain.shape.level(centre + radius * side * ring) for side in (1 - BESIDE, 1 + BESIDE))
        if np.count_nonzero((near > 0) & (beyond < 0)) >= LEAST:
            yield Hole((float(centre[0]), float(centre[1])), radius)


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
