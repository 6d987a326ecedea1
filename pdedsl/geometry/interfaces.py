"""From lines and surfaces inside a domain to points on them, and to the two sides of these."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import sympy as sp

from pdedsl.geometry.points import Unit, inside, inside_shape, random
from pdedsl.problem.domain import Domain
from pdedsl.problem.evaluate import evaluate
from pdedsl.problem.statements import Place

HALVINGS = 60
NUDGE, EPS = 8.0, float(np.finfo(float).eps)
"""How many times the rounding of the largest coordinate the sides of a line are beside it: beyond rounding, and next to nothing."""

SOME = 32
"""Points on either side, between which crossings are sought."""
_SEED = 19_670_330
NEAR = 1e-9
"""Of the diameter of the domain: a distance that is none."""


def crossings(domain: Domain, on: tuple[Place, ...], n: int, unit: Unit) -> np.ndarray:
    """Up to `n` points inside the domain, shape (n', d), at which an equality holds or a region ends.

    Between two points of the domain on different sides there is one: it is found by halving. Their density is that of
    random chords, not uniform.
    """
    found = [_one(domain, place.where, max(1, n // len(on)), unit) for place in on]
    return np.concatenate(found) if found else np.zeros((0, len(domain.coordinates)))


def apart(domain: Domain, points: np.ndarray, n: int) -> np.ndarray:
    """At most `n` of some points, each as far as may be from those before it (Gonzalez 1985): they lie evenly."""
    if len(points) <= n:
        return points
    own = points / np.asarray([b - a for a, b in domain.bounds])
    chosen, gaps = [0], np.full(len(points), np.inf)
    while len(chosen) < n:
        gaps = np.minimum(gaps, np.sum((own - own[chosen[-1]]) ** 2, axis=1))
        chosen.append(int(gaps.argmax()))
    return points[chosen]


@lru_cache(maxsize=256)
def _some(domain: Domain, side: sp.Basic) -> np.ndarray:
    """Points of a small side, which are hard to find: always the same."""
    return inside(domain, side, SOME, random(np.random.default_rng(_SEED)))


def _one(domain: Domain, where: sp.Basic, n: int, unit: Unit) -> np.ndarray:
    drawn = inside(domain, sp.true, 4 * n, unit)
    held = _side(domain, where, drawn)
    own, sides = side_of(where), []
    for side, found in ((own, drawn[held]), (sp.Not(own), drawn[~held])):
        found = found if len(found) >= SOME else _some(domain, side)  # of a small one the same over and over
        if not len(found):
            return found
        sides.append(found[np.arange(2 * n) % len(found)])
    first, second = sides[0], np.roll(sides[1], n, axis=0)
    second[:, list(domain.other)] = first[:, list(domain.other)]
    low = _side(domain, where, first)
    crossed = low != _side(domain, where, second)
    first, second, low = first[crossed][:n], second[crossed][:n], low[crossed][:n]
    for _ in range(HALVINGS):
        if not len(first):
            break
        middle = (first + second) / 2
        same = (_side(domain, where, middle) == low)[:, None]
        first, second = np.where(same, middle, first), np.where(same, second, middle)
    return second[inside_shape(domain, second)] if len(second) else second


def side_of(where: sp.Basic) -> sp.Basic:
    """A condition that holds on one side of a place: on that of larger values and on the line itself, as `where(x < 0.5, ...)`."""
    return sp.GreaterThan(*where.args, evaluate=False) if isinstance(where, sp.Equality) else where


def _side(domain: Domain, where: sp.Basic, points: np.ndarray) -> np.ndarray:
    """On which of both sides points lie, shape (n,)."""
    return np.broadcast_to(np.asarray(evaluate(side_of(where), domain.at(points)), bool), len(points))


@dataclass(frozen=True)
class Level:
    """A function that vanishes on a line or surface, and the region whose boundary that is part of, if it is one."""

    value: sp.Expr
    region: sp.Basic | None
    """The normal points out of it; without one, to where the function is positive."""


def levels(on: tuple[Place, ...]) -> tuple[Level, ...]:
    """The functions that vanish on some places: of a region each that bounds it."""
    found = []
    for place in on:
        if isinstance(place.where, sp.Equality):
            found.append(Level(_difference(place.where), None))
        else:
            atoms = sorted(place.where.atoms(sp.core.relational.Relational), key=sp.default_sort_key)
            found += [Level(_difference(own), place.where) for own in atoms]
    return tuple(found)


def across(domain: Domain, on: tuple[Place, ...], points: np.ndarray) -> np.ndarray:
    """The unit normals of lines or surfaces at their points, shape (n, number of coordinates in space)."""
    own = levels(on)
    distances, directions = _nearby(domain, own, points)
    nearest = np.argmin(distances, axis=0)
    found = directions[nearest, np.arange(len(points))]
    for place, level in enumerate(own):
        if level.region is not None:
            inwards = _side(domain, level.region, aside(domain, points, found, 1))
            found = np.where(((nearest == place) & inwards)[:, None], -found, found)
    return found


def lies_on(domain: Domain, on: tuple[Place, ...], points: np.ndarray) -> np.ndarray:
    """Which points, shape (n, d), lie on some lines or surfaces, shape (n,)."""
    distances, _ = _nearby(domain, levels(on), points)
    return np.any(distances <= NEAR * domain.diameter, axis=0)


def _nearby(domain: Domain, own: tuple[Level, ...], points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How far points are from where each function vanishes, to first order, shape (levels, n), and the directions in which each
    function rises, shape (levels, n, space).
    """
    values = domain.at(points)

    def at(expression: sp.Expr) -> np.ndarray:
        return np.broadcast_to(np.asarray(evaluate(expression, values), float), (len(points),))

    slopes = np.zeros((len(own), len(points), len(domain.space)))
    for place, level in enumerate(own):
        for k, c in enumerate(domain.space):
            slopes[place, :, k] = at(sp.diff(level.value, c.symbol))
    steep = np.linalg.norm(slopes, axis=2)
    steep[steep == 0] = np.finfo(float).tiny
    gaps = np.reshape([np.abs(at(level.value)) for level in own], steep.shape)
    return gaps / steep, slopes / steep[:, :, None]


def aside(domain: Domain, points: np.ndarray, normals: np.ndarray, side: float) -> np.ndarray:
    """Points moved to one side of the line or surface that they lie on, 1 or -1, by next to nothing."""
    found = points.copy()
    found[:, list(domain.spatial)] += side * nudge(domain) * normals
    return found


def nudge(domain: Domain, eps: Any = EPS) -> float:
    """How far beside a line or surface its sides are taken, in a precision."""
    return NUDGE * eps * max((float(np.abs(domain.bounds[axis]).max()) for axis in domain.spatial), default=1.0)


def _difference(relation: sp.Basic) -> sp.Expr:
    left, right = relation.args
    return left - right  # pyright: ignore[reportOperatorIssue]
