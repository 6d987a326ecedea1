"""From the lines and surfaces on which something jumps to the regions into which they cut a domain."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import scipy  # whose modules are imported when they are first named
import sympy as sp

from pdedsl.geometry.holes import Hole, found_in
from pdedsl.geometry.interfaces import side_of
from pdedsl.geometry.points import grid, inside_shape
from pdedsl.problem.domain import Domain
from pdedsl.problem.evaluate import evaluate
from pdedsl.problem.problem import Problem
from pdedsl.problem.shapes import low_discrepancy
from pdedsl.problem.statements import Interface

GRID = {1: 1 << 16, 2: 512, 3: 64}
"""Points along each coordinate on which it is seen what hangs together, by the number of coordinates."""
PROBES = 1 << 14
"""Points of the domain on which it is seen which sides there are, where the coordinates are more."""
ANCHORS = 512
"""Points on the rims of several regions that lie on the same side of everything, by which they are told apart."""
SMALLEST = 1e-5
"""Of the domain: what is no region."""
FILLED = 0.98
"""The part of its bounding box from which a region is that box."""


@dataclass(frozen=True, eq=False)
class Regions:
    """The regions of a domain between which fields may jump."""

    sides: tuple[sp.Basic, ...]
    """Conditions, each of which holds on one side of a line or surface."""
    columns: tuple[int, ...]
    """The coordinates that these depend on, as columns of points."""
    anchors: np.ndarray
    """Some points of the regions, shape (a, number of those columns), in units of the lengths of the domain."""
    held: np.ndarray
    """Which conditions hold there, shape (a, number of conditions)."""
    owners: np.ndarray
    """The region of each, shape (a,)."""
    bounds: tuple[tuple[tuple[float, float], ...], ...]
    """The bounding box of each region, in all coordinates."""
    boxes: tuple[bool, ...]
    """Which regions fill theirs."""
    holes: tuple[tuple[Hole, ...], ...]
    """Those of each region of a plane."""
    lengths: np.ndarray
    """Of those columns."""

    @property
    def count(self) -> int:
        return len(self.bounds)

    def of(self, points: Any, held: Any, xp: Any = np) -> Any:
        """The region of points, shape (..., d), where the conditions hold as given, shape (..., number of conditions); (...,).

        That of the nearest anchor on the same sides. `xp` is the array module of both.
        """
        wrong = xp.where(held[..., None, :] != xp.asarray(self.held), FAR, 0.0).sum(axis=-1)
        own = (points[..., self.columns] / xp.asarray(self.lengths))[..., None, :]
        return xp.asarray(self.owners)[xp.argmin(wrong + xp.abs(own - xp.asarray(self.anchors)).sum(axis=-1), axis=-1)]

    def at(self, domain: Domain, points: np.ndarray) -> np.ndarray:
        """The region of points of shape (n, d), shape (n,)."""
        return self.of(points, _held(domain, self.sides, points))


FAR = 1e3
"""Lengths of a domain: more than any point is away."""


@lru_cache(maxsize=64)
def regions(problem: Problem) -> Regions | None:
    """The regions between the interfaces of a problem; None where there are none."""
    on = [place.where for c in problem.conditions if isinstance(c, Interface) for place in c.on]
    return _cut(problem.domain, tuple(dict.fromkeys(map(side_of, on)))) if on else None


@lru_cache(maxsize=64)
def _cut(domain: Domain, sides: tuple[sp.Basic, ...]) -> Regions:
    columns = [k for k, s in enumerate(domain.symbols) if any(s in side.free_symbols for side in sides)]
    if domain.shape is not None:
        columns = sorted({*columns, *domain.spatial})
    points, shape, lines = _probes(domain, columns)
    inner = inside_shape(domain, points)
    held = _held(domain, sides, points)
    codes = np.unique(held[inner], axis=0)
    lengths = np.asarray([b - a for a, b in domain.bounds])
    anchors, codes_of, owners, bounds, boxes, gaps = [], [], [], [], [], []
    for code in codes:
        own = inner & (held == code).all(axis=1)
        labels, parts = (own.astype(int), 1) if shape is None else scipy.ndimage.label(own.reshape(shape))
        sizes = [int((labels == k + 1).sum()) for k in range(parts)]
        kept = [k + 1 for k, size in enumerate(sizes) if size >= SMALLEST * inner.sum()]
        for label in kept:
            chosen = np.flatnonzero(labels.ravel() == label)
            few = chosen[:1]
            if len(kept) > 1 and shape is not None:  # its rim tells what belongs to it
                rim = np.flatnonzero((labels == label) & ~scipy.ndimage.binary_erosion(labels == label))
                few = rim[np.unique(np.linspace(0, len(rim) - 1, ANCHORS).astype(int))]
            anchors.append(points[few][:, columns] / lengths[columns])
            codes_of.append(np.tile(code, (len(few), 1)))
            owners.append(np.full(len(few), len(bounds)))
            box, filled = _bounds(domain, columns, points[chosen], points, shape)
            bounds.append(box)
            boxes.append(filled)
            gaps.append(
                found_in(labels == label, lines) if tuple(columns) == domain.spatial and len(lines) == 2 else ()
            )
    return Regions(
        sides, tuple(columns), np.concatenate(anchors), np.concatenate(codes_of), np.concatenate(owners), tuple(bounds), tuple(boxes),
        tuple(gaps), lengths[columns],
    )  # fmt: skip


def _held(domain: Domain, sides: Sequence[sp.Basic], points: np.ndarray) -> np.ndarray:
    """Which conditions hold at points of shape (n, d), shape (n, number of conditions)."""
    values = domain.at(points)
    return np.stack([np.broadcast_to(np.asarray(evaluate(s, values), bool), len(points)) for s in sides], axis=1)


def _probes(domain: Domain, columns: Sequence[int]) -> tuple[np.ndarray, tuple[int, ...] | None, list[np.ndarray]]:
    """Points of a grid in some coordinates, its shape and its lines; in many coordinates points anywhere."""
    if len(columns) not in GRID:
        low, high = np.asarray(domain.bounds, float).T
        return low + low_discrepancy(PROBES, len(low)) * (high - low), None, []
    points, lines = grid(domain, columns, GRID[len(columns)])
    return points, tuple(map(len, lines)), lines


def _bounds(
    domain: Domain, columns: Sequence[int], own: np.ndarray, points: np.ndarray, shape: tuple[int, ...] | None
) -> tuple[tuple[tuple[float, float], ...], bool]:
    """The bounding box of a region, by some of its points, and whether it fills that."""
    found = list(domain.bounds)
    for k in columns:
        low, high = domain.bounds[k]
        step = (high - low) / (GRID[len(columns)] if shape is not None else 2.0 * len(points) ** (1 / len(columns)))
        a, b = own[:, k].min() - step / 2, own[:, k].max() + step / 2
        found[k] = (low if a - low < step else a, high if high - b < step else b)
    box = np.asarray(found)
    within = ((points >= box[:, 0]) & (points <= box[:, 1])).all(axis=1)
    return tuple((float(a), float(b)) for a, b in found), len(own) >= FILLED * within.sum()
