"""From numbers in [0, 1) to points of a domain."""

from collections.abc import Callable, Collection, Sequence

import numpy as np
import sympy as sp

from pdedsl.geometry.places import satisfying
from pdedsl.problem.domain import Domain

Unit = Callable[[int, int], np.ndarray]
"""Draws an array of shape (n, k) in [0, 1): random, low-discrepancy or a grid."""


def random(generator: np.random.Generator) -> Unit:
    """Independent uniform numbers."""
    return lambda n, k: generator.random((n, k))


SHAPES = {1: 36, 2: 12}
"""Parts of the interval of a parameter that the shape depends on, by the number of these; of more of them six."""


def scale(unit: np.ndarray, domain: Domain) -> np.ndarray:
    """Points of the unit cube, shape (n, d), moved to the box of the domain.

    Parameters that the shape depends on take few values, the extrema of a Chebyshev polynomial: each has a shape of its own.
    """
    if domain.shaping:
        own, parts = list(domain.shaping), _parts(domain)
        unit = unit.copy()
        unit[:, own] = (1 - np.cos(np.pi * np.round(parts * unit[:, own]) / parts)) / 2
    lower, upper = np.asarray(domain.bounds, float).T
    found = lower + unit * (upper - lower)
    for axis in domain.logarithmic:
        found[:, axis] = domain.line(axis, unit[:, axis])
    return found


def _parts(domain: Domain) -> int:
    return SHAPES.get(len(domain.shaping), 6)


def resolved(domain: Domain, axis: int) -> float:
    """Up to which degree of a coordinate its values say what lies between them: of few values not to that which they determine."""
    return 2 * _parts(domain) // 3 if axis in domain.shaping else np.inf


def shapes(domain: Domain) -> np.ndarray:
    """A point in the middle of the box for each of the shapes that points are drawn in, shape (shapes, d)."""
    own = list(domain.shaping)
    found = np.meshgrid(*(np.linspace(0, 1, _parts(domain) + 1) for _ in own), indexing="ij")
    unit = np.full((found[0].size if own else 1, len(domain.coordinates)), 0.5)
    for column, values in zip(own, found, strict=True):
        unit[:, column] = values.ravel()
    return scale(unit, domain)


def full(domain: Domain, space: np.ndarray) -> np.ndarray:
    """Points in space, shape (n, k), as points of the domain, shape (n, d): other coordinates in the middle of their intervals."""
    found = np.repeat(halfway(domain), len(space), axis=0)
    found[:, list(domain.spatial)] = space
    return found


def halfway(domain: Domain) -> np.ndarray:
    """The middle of its box, shape (1, d)."""
    return scale(np.full((1, len(domain.coordinates)), 0.5), domain)


def inside(
    domain: Domain, where: sp.Basic, n: int, unit: Unit, swept: Sequence[float] | np.ndarray | None = None
) -> np.ndarray:
    """`n` points of the domain, shape (n, d), at which a condition holds; fewer if it almost never does.

    For some values of all swept parameters, where these are given.
    """
    d = len(domain.coordinates)

    def moved(unit: np.ndarray) -> np.ndarray:
        found = scale(unit, domain)
        if swept is not None:
            found[:, [domain.column(c.symbol) for c in domain.swept]] = swept
        return found

    points = moved(unit(n, d))
    where = where.xreplace(dict.fromkeys(where.atoms(sp.Equality), sp.false))  # an equality has no volume
    if where == sp.true and domain.shape is None:
        return points

    def kept(points: np.ndarray) -> np.ndarray:
        return points[inside_shape(domain, points) & satisfying(domain, (where,), points)]

    found = kept(points)
    for turn in range(200):
        if len(found) >= n:
            break
        found = np.concatenate([found, kept(moved(np.random.default_rng([turn, n]).random((4 * n, d))))])
    return found[:n]


def grid(domain: Domain, columns: Sequence[int], n: int) -> tuple[np.ndarray, list[np.ndarray]]:
    """The midpoints of n^k cells of the box of the domain in k of its coordinates, the others in their middle, shape (n^k, d);
    and their values along each of these, shape (n,).
    """
    lines = [a + (b - a) * (np.arange(n) + 0.5) / n for a, b in (domain.bounds[k] for k in columns)]
    crossings = np.meshgrid(*lines, indexing="ij")
    found = np.tile(np.mean(np.asarray(domain.bounds, float), axis=1), (crossings[0].size, 1))
    found[:, list(columns)] = np.stack([own.ravel() for own in crossings], axis=1)
    return found, lines


def inside_shape(domain: Domain, points: np.ndarray) -> np.ndarray:
    """Which points of the bounding box lie in the domain, shape (n,)."""
    return _levels(domain, points) < 0


def closed(domain: Domain, points: np.ndarray) -> np.ndarray:
    """Which of any points lie in the domain or on its boundary, up to rounding, shape (n,)."""
    low, high = np.asarray(domain.bounds, float).T
    slack = 1e-9 * (high - low)
    found = ((points >= low - slack) & (points <= high + slack)).all(axis=1)
    return found & (_levels(domain, points) <= 1e-9 * domain.diameter)


def _levels(domain: Domain, points: np.ndarray) -> np.ndarray:
    """How far points lie outside of the shape, negative inside, shape (n,); of a box, -1."""
    places = points[:, list(domain.spatial)]
    if domain.shape is None or not len(points):
        return np.full(len(points), -1.0)
    return domain.by_shape(points, lambda shape, own: shape.level(places[own]))


def spots(
    domain: Domain, at: tuple[sp.Expr, ...] | None, varies: Collection[sp.Basic], n: int, unit: Unit
) -> np.ndarray:
    """Where something is taken that varies with some coordinates, at a point if one is named, shape (n', d).

    One point; a point at n times and values of swept parameters; n points of the domain for what varies in space and names no point.
    """
    if at is None and any(c.symbol in varies for c in domain.space):
        return inside(domain, sp.true, n, unit)
    d, points = len(domain.coordinates), halfway(domain)
    varies = set(varies).union(*(e.free_symbols for e in at or ()))
    moving = [k for k in domain.other if domain.symbols[k] in varies and k >= len(at or ())]
    if moving:
        points = np.repeat(points, n, axis=0)
        points[:, moving] = scale(unit(n, d), domain)[:, moving]
    return domain.put(at, points)
