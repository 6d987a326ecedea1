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
    own = sp.StrictGreaterThan(_difference(where), 0) if isinstance(where, sp.Equality) else where
    sides = []
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


def _side(domain: Domain, where: sp.Basic, points: np.ndarray) -> np.ndarray:
    """On which of both sides points lie, shape (n,)."""
    if isinstance(where, sp.Equality):
        level = np.asarray(evaluate(_difference(where), domain.at(points)), float)
        return np.broadcast_to(level, len(points)) > 0
    return np.broadcast_to(np.asarray(evaluate(where, domain.at(points)), bool), len(points))


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
    own, values = levels(on), domain.at(points)

    def at(expression: sp.Expr) -> np.ndarray:
        return np.broadcast_to(np.asarray(evaluate(expression, values), float), (len(points),))

    slopes = np.stack(
        [[at(sp.diff(level.value, c.symbol)) for c in domain.space] for level in own]
    )  # (levels, space, n)
    steep = np.linalg.norm(slopes, axis=1)
    gaps = np.abs([at(level.value) for level in own]) / np.where(steep > 0, steep, 1.0)
    nearest, each = np.argmin(gaps, axis=0), np.arange(len(points))
    found = slopes[nearest, :, each] / np.where(steep > 0, steep, 1.0)[nearest, each][:, None]
    for place, level in enumerate(own):
        if level.region is not None:
            beyond = aside(domain, points, found, 1)
            inwards = np.broadcast_to(np.asarray(evaluate(level.region, domain.at(beyond)), bool), (len(points),))
            found = np.where(((nearest == place) & inwards)[:, None], -found, found)
    return found


def lies_on(domain: Domain, on: tuple[Place, ...], points: np.ndarray) -> np.ndarray:
    """Which points, shape (n, d), lie on some lines or surfaces, shape (n,)."""
    values, found = domain.at(points), np.zeros(len(points), bool)
    for level in levels(on):
        slopes = [evaluate(sp.diff(level.value, c.symbol), values) for c in domain.space]
        steep = np.sqrt(sum(np.asarray(s, float) ** 2 for s in slopes))
        found |= np.abs(np.asarray(evaluate(level.value, values), float)) <= NEAR * domain.diameter * steep
    return found


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
