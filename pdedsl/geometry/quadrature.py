"""From a domain, a part of its boundary and the unit cube's rules to the nodes and weights of integrals over them.

Boxes and round shapes have Gauss rules, exact to rounding for smooth integrands; other plane shapes are cut into lines,
each of which has Gauss rules between its ends; the rest takes the mean over low-discrepancy points.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache, reduce
from itertools import pairwise

import numpy as np
import sympy as sp

from pdedsl.geometry.corners import corners
from pdedsl.geometry.faces import Face, Rim, faces
from pdedsl.geometry.interfaces import aside
from pdedsl.geometry.places import satisfying
from pdedsl.problem.domain import Domain
from pdedsl.problem.primitives import Primitive, construct, primitives
from pdedsl.problem.shapes import Shape, Surface, low_discrepancy
from pdedsl.problem.statements import Integral

GAUSS = {1: 64, 2: 28, 3: 12}
"""Gauss points along each coordinate, by the number of coordinates."""
MANY = 1 << 13
ALONG = 4096
"""Nodes along a curve or over a surface of a shape."""
ACROSS = 129
"""Points of a line between which it is seen where it enters a plane shape."""
SLANT = 0.1
"""The sine of the direction of a corner's bisector from which lines cross it."""
STRIPS, FEW = 24, 12
"""Parts of eight lines each into which a plane shape is cut, and corners up to which these begin and end at them."""


@dataclass(frozen=True)
class Rule:
    """Nodes of shape (n, k) in space, weights of shape (n,), outward normals of shape (n, k) on a boundary."""

    nodes: np.ndarray
    weights: np.ndarray
    normals: np.ndarray
    error: float
    """How far a smooth integrand may be off, relative to the integral of its size."""


@lru_cache(maxsize=256)
def rule(domain: Domain, where: sp.Basic | None = None, mean: bool = False, fine: int = 0) -> Rule:
    """The rule for integrals over the domain, or over the part of its boundary where a condition holds.

    A mean has weights that sum to one. The next coarser rule, `fine - 1`, tells by its difference how sharp one is: 1, 2, ...
    take more and more parts, or points, -1 takes two thirds of the points.
    """
    if where is None:
        nodes, weights, error = _volume(domain, fine)
        normals = np.zeros_like(nodes)
    else:
        nodes, weights, normals, error = _surface(domain, where, fine)
    return Rule(nodes, weights / weights.sum() if mean else weights, normals, error)


def nodes_at(
    domain: Domain, integral: Integral, points: np.ndarray, outward: np.ndarray | None = None, fine: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What an integral takes at each of some points, shape (n, d): nodes, shape (n q, d), those of a point one after another, the
    weights of these, shape (q,), and normals, shape (n q, space).

    A jump takes the point on both sides, with the weights 1 and -1; `outward` are the normals of its interface, shape (n, space).
    """
    spatial = list(domain.spatial)
    if integral.local:
        assert outward is not None
        nodes = np.stack([aside(domain, points, outward, side) for side in (1, -1)], axis=1)
        return nodes.reshape(-1, points.shape[1]), np.array([1.0, -1.0]), np.repeat(outward, 2, axis=0)
    own = rule(domain, integral.where, integral.kind == "mean", fine)
    nodes = np.repeat(points[:, None, :], len(own.weights), axis=1)
    nodes[:, :, spatial] = own.nodes
    return nodes.reshape(-1, points.shape[1]), own.weights, np.tile(own.normals, (len(points), 1))


@cache
def _legendre(n: int) -> tuple[np.ndarray, np.ndarray]:
    """The Gauss-Legendre rule of [-1, 1], which takes longer than what it is used for."""
    return np.polynomial.legendre.leggauss(n)


def _gauss(n: int, lower: float, upper: float) -> tuple[np.ndarray, np.ndarray]:
    """The Gauss-Legendre rule of an interval."""
    x, w = _legendre(n)
    return (lower + upper) / 2 + (upper - lower) / 2 * x, (upper - lower) / 2 * w


def _product(rules: list[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    """The product of rules of one coordinate each."""
    if not rules:
        return np.zeros((1, 0)), np.ones(1)
    nodes = np.stack([m.reshape(-1) for m in np.meshgrid(*(x for x, _ in rules), indexing="ij")], axis=1)
    return nodes, reduce(np.multiply.outer, [w for _, w in rules]).reshape(-1)


def _panels(n: int, bounds: tuple[float, float], parts: int) -> tuple[np.ndarray, np.ndarray]:
    """Gauss rules on parts of an interval of the same length."""
    found = [_gauss(n, a, b) for a, b in pairwise(np.linspace(*bounds, parts + 1))]
    return np.concatenate([x for x, _ in found]), np.concatenate([w for _, w in found])


def _box(bounds: list[tuple[float, float]], fine: int = 0) -> tuple[np.ndarray, np.ndarray]:
    k = len(bounds)
    if k in GAUSS or k == 0:
        n = _times(GAUSS.get(k, 0), min(fine, 0))
        return _product([_panels(n, b, (4 if k == 1 else 2) ** max(0, fine)) for b in bounds])
    lower, upper = np.asarray(bounds).T
    return lower + low_discrepancy(MANY, k) * (upper - lower), np.full(MANY, float(np.prod(upper - lower)) / MANY)


SMOOTH, CUT, SPREAD = 1e-9, 1e-4, 1e-2
"""Errors of Gauss rules, of rules whose ends were searched for, and of low-discrepancy points."""


def _volume(domain: Domain, fine: int = 0) -> tuple[np.ndarray, np.ndarray, float]:
    bounds = [domain.bounds[axis] for axis in domain.spatial]
    if domain.shape is None:
        return *_box(bounds, fine), SMOOTH if len(bounds) in GAUSS else SPREAD
    if isinstance(domain.tree, Primitive) and domain.tree.name in _ROUND and len(bounds) in (2, 3):
        return *_round(domain, domain.tree.name, fine), SMOOTH
    if len(bounds) == 2:
        return *_lines(domain, domain.shape, fine), CUT
    lower, upper = domain.shape.bounds
    points = lower + low_discrepancy(_times(4 * MANY, fine), len(bounds)) * (upper - lower)
    kept = points[domain.shape.level(points) < 0]
    return kept, np.full(len(kept), float(np.prod(upper - lower)) / len(points)), SPREAD


def _times(count: int, fine: int) -> int:
    """Twice as many for each step to a finer rule, two thirds for a coarser one."""
    return count * 2**fine if fine >= 0 else round(count * 2 / 3)


def _graded(n: int, parts: int, bounds: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Gauss rules on parts of an interval, denser towards its ends, where slopes of an integrand may be infinite."""
    s, weights = _panels(n, (0.0, 1.0), parts)
    length = bounds[1] - bounds[0]
    nodes = s**4 * (35 - 84 * s + 70 * s**2 - 20 * s**3)
    return bounds[0] + length * nodes, length * weights * 140 * (s * (1 - s)) ** 3


def _lines(domain: Domain, shape: Shape, fine: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Lines along the first coordinate of a plane shape, between the heights of its corners; graded rules on each line, cut
    below and above re-entrant corners.
    """
    (x0, y0), (x1, y1) = shape.bounds
    found = corners(domain)
    marks = {y for part in primitives(domain.tree) for y in _heights(domain, part)} | {c.place[1] for c in found}
    levels = sorted({y0, y1, *(y for y in marks if y0 < y < y1)})
    levels = levels if len(levels) <= FEW else [y0, y1]
    strips = [
        _graded(8, max(2, round(_times(STRIPS, fine) * (b - a) / (y1 - y0))), (a, b)) for a, b in pairwise(levels)
    ]
    heights, own = (np.concatenate(each) for each in zip(*strips, strict=True))
    # along the bisector of a corner lies what is thin near it
    lean = ((c.place, np.cos(c.bisector) / np.sin(c.bisector)) for c in found if abs(np.sin(c.bisector)) > SLANT)
    tips = [np.clip(place[0] + (heights - place[1]) * slope, x0, x1) for place, slope in lean]
    grid = np.sort(np.column_stack([np.tile(np.linspace(x0, x1, ACROSS), (len(heights), 1)), *tips]), axis=1)
    rows = np.repeat(heights, grid.shape[1])
    inside = (shape.level(np.stack([grid.reshape(-1), rows], 1)) < 0).reshape(grid.shape)
    steps = np.diff(np.pad(inside, ((0, 0), (1, 1))).astype(int), axis=1)

    def ends(sign: int) -> tuple[np.ndarray, np.ndarray]:
        line, place = np.nonzero(steps == sign)
        left, right = grid[line, np.maximum(place - 1, 0)], grid[line, np.minimum(place, grid.shape[1] - 1)]
        for _ in range(40):
            middle = (left + right) / 2
            before = (shape.level(np.stack([middle, heights[line]], 1)) < 0) == (sign < 0)
            left, right = np.where(before, middle, left), np.where(before, right, middle)
        return line, (left + right) / 2

    (line, first), (_, last) = ends(1), ends(-1)
    inner = {c.place[0] for c in found if c.angle > np.pi}
    for cut in sorted(inner) if len(inner) <= FEW else ():
        within = (first < cut) & (cut < last)
        line, first = np.concatenate([line, line[within]]), np.concatenate([first, np.full(within.sum(), cut)])
        last = np.concatenate([np.where(within, cut, last), last[within]])
    z, w = _graded(_times(16, min(fine, 0)), 2 ** max(0, fine), (0.0, 1.0))
    nodes = first[:, None] + (last - first)[:, None] * z
    weights = own[line][:, None] * (last - first)[:, None] * w
    return np.stack([nodes.ravel(), np.repeat(heights[line], len(z))], axis=1), weights.ravel()


def _heights(domain: Domain, part: Primitive) -> Iterator[float]:
    """Where a part of a plane shape begins and ends along the second coordinate, if it does."""
    own = construct(part, tuple(c.symbol for c in domain.space), domain.sizes)
    if own.box is not None:
        yield from (float(end[1]) for end in own.box)
    if part.name == "annulus":
        middle, inner = part.arguments[0][1], part.arguments[1]
        yield from (domain.number(middle) + sign * domain.number(inner) for sign in (-1, 1))


_ROUND = {"disk", "ball", "ellipse", "annulus"}


def _round(domain: Domain, name: str, fine: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Gauss in the radius, equal angles; in three dimensions Gauss in the height as well."""
    assert domain.shape is not None
    lower, upper = domain.shape.bounds
    centre, half = (lower + upper) / 2, (upper - lower) / 2
    inner = 0.0
    if name == "annulus":
        assert isinstance(domain.tree, Primitive)
        inner = domain.number(domain.tree.arguments[1]) / half[0]
    radius, weight = _gauss(_times(24, fine), inner, 1.0)
    turns = _times(64, fine)
    angle = 2 * np.pi * (np.arange(turns) + 0.5) / turns
    if len(half) == 3:
        (radius, weight), (height, own) = (_gauss(_times(12, fine), low, 1.0) for low in (0.0, -1.0))
        turns = turns // 2
        angle = 2 * np.pi * (np.arange(turns) + 0.5) / turns
        rho, z, phi = (m.reshape(-1) for m in np.meshgrid(radius, height, angle, indexing="ij"))
        flat = rho * np.sqrt(1 - z**2)
        weights = (
            np.repeat(np.outer(weight * radius**2, own).ravel(), turns) * (2 * np.pi / turns) * float(np.prod(half))
        )
        return centre + half * np.stack([flat * np.cos(phi), flat * np.sin(phi), rho * z], axis=1), weights
    rho, phi = (m.reshape(-1) for m in np.meshgrid(radius, angle, indexing="ij"))
    weights = np.repeat(weight * radius, turns) * (2 * np.pi / turns) * float(np.prod(half))
    return centre + half * np.stack([rho * np.cos(phi), rho * np.sin(phi)], axis=1), weights


def _surface(domain: Domain, where: sp.Basic, fine: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    spatial, d = list(domain.spatial), len(domain.coordinates)
    k = len(spatial)
    nodes, weights, normals, error = [], [], [], SMOOTH
    for face in faces(domain):
        if isinstance(face, Rim):
            assert domain.shape is not None
            surface = domain.shape.surfaces[face.number]
            n = _times(ALONG, fine)
            unit, own = _curve(surface, n) if k == 2 else (low_discrepancy(n, k), np.full(n, 1 / n))
            points, own = surface.draw(unit), own * surface.measure
            kept, outward = domain.shape.outward(face.number, points)
        else:
            points, own = _face(domain, face, fine)
            kept, outward = np.ones(len(points), bool), np.zeros_like(points)
            outward[:, spatial.index(face.axis)] = 1.0 if face.end else -1.0
        full = np.zeros((len(points), d))
        full[:, spatial] = points
        chosen = kept & satisfying(domain, (where,), full)
        if (isinstance(face, Rim) and k > 2) or len(points) == MANY:
            error = SPREAD
        elif 0 < chosen.sum() < len(points):
            error = max(error, 5e-3)
        nodes.append(points[chosen])
        weights.append(own[chosen])
        normals.append(outward[chosen])
    return np.concatenate(nodes), np.concatenate(weights), np.concatenate(normals), error


def _curve(surface: Surface, n: int) -> tuple[np.ndarray, np.ndarray]:
    """About n numbers in [0, 1) of shape (n, 2) from which a curve is drawn, and their weights, which sum to one.

    Midpoints are the best for a closed smooth curve; a side has corners at its ends.
    """
    first, last = surface.draw(np.asarray([[0.0, 0.0], [1.0, 0.0]]))
    s, weights = (np.arange(n) + 0.5) / n, np.full(n, 1 / n)
    if np.linalg.norm(last - first) > 1e-6 * surface.measure:
        s, weights = _graded(8, n // 8, (0.0, 1.0))
    return np.repeat(s[:, None], 2, axis=1), weights


def _face(domain: Domain, face: Face, fine: int = 0) -> tuple[np.ndarray, np.ndarray]:
    bounds = [domain.bounds[axis] for axis in domain.spatial]
    place = domain.spatial.index(face.axis)
    value = bounds.pop(place)[face.end]
    if len(bounds) == 1:
        # Many short intervals, so that a part of the face is cut off sharply enough.
        nodes, weights = _panels(8, bounds[0], _times(64, fine))
        nodes = nodes[:, None]
    else:
        nodes, weights = _box(bounds, fine)
    return np.insert(nodes, place, value, axis=1), weights
