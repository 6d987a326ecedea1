"""From a domain, a part of its boundary and the unit cube's rules to the nodes and weights of integrals over them.

Boxes and round shapes have Gauss rules, exact to rounding for smooth integrands; other shapes and parts take the mean
over low-discrepancy points, good to two or three digits.
"""

from dataclasses import dataclass
from functools import reduce
from itertools import pairwise

import numpy as np
import sympy as sp

from pdedsl.language import geometry
from pdedsl.language.geometry import Face, Rim
from pdedsl.language.problem import Integral, Problem
from pdedsl.language.shapes import Primitive, low_discrepancy

GAUSS = {1: 64, 2: 28, 3: 12}
"""Gauss points along each coordinate, by the number of coordinates."""
MANY = 1 << 13


@dataclass(frozen=True)
class Rule:
    """Nodes of shape (n, k) in space, weights of shape (n,), outward normals of shape (n, k) on a boundary."""

    nodes: np.ndarray
    weights: np.ndarray
    normals: np.ndarray


def rule(problem: Problem, integral: Integral) -> Rule:
    """The rule for an integral over the domain or a part of its boundary; a mean has weights that sum to one."""
    if integral.where is None:
        nodes, weights = _volume(problem)
        normals = np.zeros_like(nodes)
    else:
        nodes, weights, normals = _surface(problem, integral.where)
    return Rule(nodes, weights / weights.sum() if integral.mean else weights, normals)


def _gauss(n: int, lower: float, upper: float) -> tuple[np.ndarray, np.ndarray]:
    """The Gauss-Legendre rule of an interval."""
    x, w = np.polynomial.legendre.leggauss(n)
    return (lower + upper) / 2 + (upper - lower) / 2 * x, (upper - lower) / 2 * w


def _product(rules: list[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    """The product of rules of one coordinate each."""
    if not rules:
        return np.zeros((1, 0)), np.ones(1)
    nodes = np.stack([m.reshape(-1) for m in np.meshgrid(*(x for x, _ in rules), indexing="ij")], axis=1)
    return nodes, reduce(np.multiply.outer, [w for _, w in rules]).reshape(-1)


def _box(bounds: list[tuple[float, float]]) -> tuple[np.ndarray, np.ndarray]:
    k = len(bounds)
    if k in GAUSS or k == 0:
        return _product([_gauss(GAUSS[k], *b) for b in bounds])
    lower, upper = np.asarray(bounds).T
    return lower + low_discrepancy(MANY, k) * (upper - lower), np.full(MANY, float(np.prod(upper - lower)) / MANY)


def _volume(problem: Problem) -> tuple[np.ndarray, np.ndarray]:
    bounds = list(problem.bounds[: len(problem.space)])
    if problem.shape is None:
        return _box(bounds)
    if isinstance(problem.tree, Primitive) and len(bounds) == 2 and problem.tree.name in _ROUND:
        return _round(problem, problem.tree.name)
    lower, upper = problem.shape.bounds
    points = lower + low_discrepancy(4 * MANY, len(bounds)) * (upper - lower)
    kept = points[problem.shape.level(points) < 0]
    return kept, np.full(len(kept), float(np.prod(upper - lower)) / len(points))


_ROUND = {"disk", "ball", "ellipse", "annulus"}


def _round(problem: Problem, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Gauss in the radius, equal angles."""
    assert problem.shape is not None
    lower, upper = problem.shape.bounds
    centre, half = (lower + upper) / 2, (upper - lower) / 2
    inner = 0.0
    if name == "annulus":
        assert isinstance(problem.tree, Primitive)
        inner = problem.number(problem.tree.arguments[1]) / half[0]
    radius, weight = _gauss(24, inner, 1.0)
    angle = 2 * np.pi * (np.arange(64) + 0.5) / 64
    rho, phi = (m.reshape(-1) for m in np.meshgrid(radius, angle, indexing="ij"))
    weights = np.repeat(weight * radius, 64) * (2 * np.pi / 64) * float(np.prod(half))
    return centre + half * np.stack([rho * np.cos(phi), rho * np.sin(phi)], axis=1), weights


def _surface(problem: Problem, where: sp.Basic) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    k, d = len(problem.space), len(problem.coordinates)
    nodes, weights, normals = [], [], []
    for face in geometry.faces(problem):
        if isinstance(face, Rim):
            assert problem.shape is not None
            n = 4096
            surface = problem.shape.surfaces[face.number]
            points = surface.draw(low_discrepancy(n, k) if k != 2 else _even(n, k))
            own = np.full(n, surface.measure / n)
            kept, outward = problem.shape.outward(face.number, points)
        else:
            points, own = _face(problem, face)
            kept, outward = np.ones(len(points), bool), np.zeros_like(points)
            outward[:, face.axis] = 1.0 if face.end else -1.0
        full = np.zeros((len(points), d))
        full[:, :k] = points
        kept &= geometry.chosen(problem, (where,), full)
        nodes.append(points[kept])
        weights.append(own[kept])
        normals.append(outward[kept])
    return np.concatenate(nodes), np.concatenate(weights), np.concatenate(normals)


def _even(n: int, k: int) -> np.ndarray:
    """Midpoints along the first coordinate: the best for a closed smooth curve."""
    return np.repeat((np.arange(n)[:, None] + 0.5) / n, k, axis=1)


def _face(problem: Problem, face: Face) -> tuple[np.ndarray, np.ndarray]:
    bounds = list(problem.bounds[: len(problem.space)])
    value = bounds.pop(face.axis)[face.end]
    if len(bounds) == 1:
        # Many short intervals, so that a part of the face is cut off sharply enough.
        edges = np.linspace(*bounds[0], 65)
        pieces = [_gauss(8, a, b) for a, b in pairwise(edges)]
        nodes, weights = np.concatenate([x for x, _ in pieces])[:, None], np.concatenate([w for _, w in pieces])
    else:
        nodes, weights = _box(bounds)
    return np.insert(nodes, face.axis, value, axis=1), weights
