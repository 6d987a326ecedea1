"""From a plane domain to its corners, and to the places on its straight sides where conditions change."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np

from pdedsl.problem.domain import Domain
from pdedsl.problem.primitives import circles, construct, numbers, primitives

REACH, NEARER = 1e-6, 1e-8
"""The radius of the circle about a corner on which its sides are found, relative to the diameter; where one is curved."""
TURNS = 256
"""Points of that circle."""
ROUND, BESIDE = 720, 1e-3
"""Points of a disk's circle between which it crosses other parts once, and where the first one is, in radians."""
BISECTIONS = 55
"""Halvings with which it is found where something changes."""
ALONG = 200
"""Points of a side between which conditions are compared."""
STRAIGHT, ROUNDING = 1e-4, 1e-12
"""How far an angle may be from half a turn where a side is straight; what of the diameter is nothing."""


@dataclass(frozen=True)
class Corner:
    """A place on the boundary of a plane domain where two sides meet, or two conditions on a straight one."""

    place: tuple[float, float]
    bisector: float
    """The direction into the domain half-way between its sides, in radians."""
    angle: float
    """Between its sides, through the domain, in radians."""
    curved: bool = False
    """Whether one of them is: a circle, which is seen as its tangent."""

    def side(self, end: int, distance: float) -> np.ndarray:
        """A point of the first side (-1) or of the second one (1), at a distance, shape (2,)."""
        turn = self.bisector + end * self.angle / 2
        return np.asarray(self.place) + distance * np.asarray([np.cos(turn), np.sin(turn)])


@lru_cache(maxsize=64)
def corners(domain: Domain) -> tuple[Corner, ...]:
    """The corners of a box in the plane without periodic coordinates, or those of a shape: at vertices of its parts, and where
    disks meet other parts.
    """
    if len(domain.space) != 2 or any(c.periodic for c in domain.space):
        return ()
    places = dict.fromkeys((*(v for ring in _rings(domain) for v in ring), *_meetings(domain)))
    found = (_corner(domain, place) for place in places)
    return tuple(own for own in found if own is not None and abs(own.angle - np.pi) > STRAIGHT)


def _meetings(domain: Domain) -> Iterator[tuple[float, float]]:
    """Where circles cross the boundaries of other parts, but for vertices of these."""
    known = [v for ring in _rings(domain) for v in ring]
    for own, centre, radius in circles(domain.tree, domain.sizes):

        def at(turn: np.ndarray, centre: np.ndarray = centre, radius: float = radius) -> np.ndarray:
            return centre + radius * np.stack([np.cos(turn), np.sin(turn)], axis=1)

        for other in (part for part in primitives(domain.tree) if part is not own):
            level = construct(other, tuple(c.symbol for c in domain.space), domain.sizes).level
            for turn in _crossings(lambda turn, at=at, level=level: level(at(turn)) > 0, ROUND, BESIDE):
                ((x, y),) = at(np.asarray([turn])).tolist()
                if all(np.hypot(x - a, y - b) > REACH * domain.diameter for a, b in known):
                    known.append((x, y))
                    yield x, y


def _crossings(holds: Callable[[np.ndarray], np.ndarray], count: int, begin: float = 0.0) -> list[float]:
    """The angles at which what holds changes, once at most between two of so many."""
    turns = 2 * np.pi * (np.arange(count) + 0.5) / count + begin
    held = holds(turns)
    return [
        _changing(lambda turn: holds(np.asarray([turn]))[0], turns[k], turns[k] + 2 * np.pi / count)
        for k in np.flatnonzero(held != np.roll(held, -1))
    ]


def _changing(told: Callable[[float], Any], low: float, high: float) -> float:
    """Where between two numbers what is told of them changes: the last one at which it is as of the first."""
    first = told(low)
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if told(middle) == first else (low, middle)
    return low


def changes(domain: Domain, said: Callable[[np.ndarray], Sequence[Any]]) -> tuple[Corner, ...]:
    """The places inside straight sides at which what is `said` at points of shape (n, 2) changes: corners of half a turn."""
    if len(domain.space) != 2 or any(c.periodic for c in domain.space):
        return ()
    found = []
    for ring in _rings(domain):
        for first, last in pairwise((*ring, ring[0])):
            begin, way = np.asarray(first), np.asarray(last) - np.asarray(first)
            at = (np.arange(ALONG) + 0.5) / ALONG
            told = list(said(begin + at[:, None] * way))
            for k in [k for k, (a, b) in enumerate(pairwise(told)) if a != b]:
                middle = _changing(lambda part: said(begin + np.asarray([[part]]) * way)[0], at[k], at[k + 1])  # noqa: B023
                place = begin + middle * way
                place[np.abs(place) < ROUNDING * domain.diameter] = 0.0
                corner = _corner(domain, (float(place[0]), float(place[1])))
                if corner is not None and abs(corner.angle - np.pi) <= STRAIGHT:
                    found.append(corner)
    return tuple(found)


def _corner(domain: Domain, place: tuple[float, float]) -> Corner | None:
    """The sides that meet at a place of the boundary; None where it lies inside, outside, or where more than two meet."""
    found = circles(domain.tree, domain.sizes)
    curved = any(abs(np.hypot(*(place - centre)) - radius) <= REACH * domain.diameter for _, centre, radius in found)
    reach = (NEARER if curved else REACH) * domain.diameter

    def inside(turns: np.ndarray) -> np.ndarray:
        around = np.asarray(place) + reach * np.stack([np.cos(turns), np.sin(turns)], axis=1)
        return _within(domain, around)

    ends = _crossings(inside, TURNS)
    if len(ends) != 2:
        return None
    ends = sorted(ends, key=lambda turn: bool(inside(np.asarray([turn]))[0]))  # from inside to outside: the last side
    first, last = ends
    angle = (last - first) % (2 * np.pi)
    return Corner(place, float(first + angle / 2), float(angle), curved)


def _within(domain: Domain, points: np.ndarray) -> np.ndarray:
    """Which points of shape (n, 2) lie inside of the domain."""
    if domain.shape is not None:
        return domain.shape.level(points) < 0
    low, high = np.asarray([domain.bounds[axis] for axis in domain.spatial], float).T
    return np.all((points > low) & (points < high), axis=1)


def _rings(domain: Domain) -> Iterator[tuple[tuple[float, float], ...]]:
    """The vertices of each polygon and box that the domain is made of, one after another."""
    boxes = []
    if domain.shape is None:
        boxes.append(list(zip(*(domain.bounds[axis] for axis in domain.spatial), strict=True)))
    for part in primitives(domain.tree):
        if part.name == "polygon":
            yield tuple((x, y) for x, y in numbers(part.arguments[0], domain.sizes))
        elif part.name == "box":
            boxes.append([numbers(end, domain.sizes) for end in part.arguments])
    for (a, c), (b, d) in boxes:
        yield ((a, c), (b, c), (b, d), (a, d))
