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


def scale(unit: np.ndarray, domain: Domain) -> np.ndarray:
    """Points of the unit cube, shape (n, d), moved to the box of the domain."""
    lower, upper = np.asarray(domain.bounds, float).T
    found = lower + unit * (upper - lower)
    for axis in domain.logarithmic:
        found[:, axis] = domain.line(axis, unit[:, axis])
    return found


def full(domain: Domain, space: np.ndarray) -> np.ndarray:
    """Points in space, shape (n, k), as points of the domain, shape (n, d): other coordinates in the middle of their intervals."""
    found = np.repeat(halfway(domain), len(space), axis=0)
    found[:, list(domain.spatial)] = space
    return found


def halfway(domain: Domain) -> np.ndarray:
    """The middle of its box, shape (1, d)."""
    return scale(np.full((1, len(domain.coordinates)), 0.5), domain)


def inside(domain: Domain, where: sp.Basic, n: int, unit: Unit) -> np.ndarray:
    """`n` points of the domain, shape (n, d), at which a condition holds; fewer if it almost never does."""
    d = len(domain.coordinates)
    points = scale(unit(n, d), domain)
    where = where.xreplace(dict.fromkeys(where.atoms(sp.Equality), sp.false))  # an equality has no volume
    if where == sp.true and domain.shape is None:
        return points

    def kept(points: np.ndarray) -> np.ndarray:
        return points[inside_shape(domain, points) & satisfying(domain, (where,), points)]

    found = kept(points)
    for turn in range(200):
        if len(found) >= n:
            break
        found = np.concatenate([found, kept(scale(np.random.default_rng([turn, n]).random((4 * n, d)), domain))])
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
    if domain.shape is None:
        return np.ones(len(points), bool)
    return domain.shape.level(points[:, list(domain.spatial)]) < 0


def closed(domain: Domain, points: np.ndarray) -> np.ndarray:
    """Which of any points lie in the domain or on its boundary, up to rounding, shape (n,)."""
    low, high = np.asarray(domain.bounds, float).T
    slack = 1e-9 * (high - low)
    found = ((points >= low - slack) & (points <= high + slack)).all(axis=1)
    if domain.shape is not None:
        found &= domain.shape.level(points[:, list(domain.spatial)]) <= 1e-9 * domain.diameter
    return found


def spots(
    domain: Domain, at: tuple[sp.Expr, ...] | None, varies: Collection[sp.Basic], n: int, unit: Unit
) -> np.ndarray:
    """Where something is taken that varies with some coordinates, at a point if one is named, shape (n', d).

    One point; a point at n times and values of swept parameters; n points of the domain for what varies in space and names no point.
    """
    if at is None and any(c.symbol in varies for c in domain.space):
        return inside(domain, sp.true, n, unit)
    d, points = len(domain.coordinates), halfway(domain)
    if at is not None:
        points[0, : len(at)] = [domain.number(e) for e in at]
    moving = [k for k in domain.other if domain.symbols[k] in varies and k >= len(at or ())]
    if moving:
        points = np.repeat(points, n, axis=0)
        points[:, moving] = scale(unit(n, d), domain)[:, moving]
    return points
