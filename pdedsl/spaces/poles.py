"""From the holes of a plane region to the functions that solutions are made of round them: negative powers.

What is smooth round a hole need not be so inside of it, and polynomials converge slowly there. Solutions of Laplace's
equation are real parts of a Laurent series about the hole and a logarithm; of other equations their powers are multiplied
with those of the conjugate (of elasticity up to the first one: Muskhelishvili 1953, Basic Problems of Elasticity).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp

from pdedsl.geometry.holes import Hole, holes
from pdedsl.geometry.points import Unit, inside_shape
from pdedsl.geometry.points import scale as scaled
from pdedsl.problem.domain import Domain
from pdedsl.problem.primitives import circles
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Field
from pdedsl.problem.symbol import MultiIndex
from pdedsl.spaces.corners import led_by_laplacian
from pdedsl.spaces.singular import Singular

MOST = 40
"""The largest power of one over the distance."""
MEMBERS = 64
"""Values of parameters up to which sums are taken for one after another."""
CONJUGATES = 2
"""The largest power of the conjugate, of equations that are more than a laplacian."""


@dataclass(frozen=True, eq=False)
class Grown(Singular):
    """The same, each times a power of a length that swept parameters change: one over the distance in units of that length."""

    offset: np.ndarray
    """The length where all coordinates are zero, for each function, over that in `turns`; shape (K,)."""
    slopes: np.ndarray
    """What it changes by with each coordinate, shape (K, d)."""
    rise: np.ndarray
    """Its power, a whole number, shape (K,)."""

    def table(self, points: Any, order: MultiIndex, xp: Any = np) -> Any:
        return super().table(points, self._plane(order), xp) * self._lengths(points, order)

    def total(self, coefficients: np.ndarray, points: np.ndarray, order: MultiIndex) -> np.ndarray:
        moving = np.flatnonzero(np.any(self.slopes, axis=0))
        found = np.zeros((len(points), *coefficients.shape[1:]))
        rows, places = np.unique(points[:, moving], axis=0, return_inverse=True)
        if len(rows) > MEMBERS:
            return self.table(points, order) @ coefficients
        for k in range(len(rows)):  # the same lengths at all of these
            own = np.flatnonzero(np.ravel(places) == k)
            weighted = (coefficients.T * self._lengths(points[own[:1]], order)[0]).T
            found[own] = super().total(weighted, points[own], self._plane(order))
        return found

    def _plane(self, order: MultiIndex) -> MultiIndex:
        """The part of a derivative that is taken in the plane."""
        return tuple(n if axis in self.axes else 0 for axis, n in enumerate(order))

    def _lengths(self, points: Any, order: MultiIndex) -> Any:
        """A derivative along parameters of the powers of the lengths, shape (..., K)."""
        beside = np.asarray([0 if axis in self.axes else n for axis, n in enumerate(order)])
        lengths, count = points @ self.slopes.T + self.offset, int(beside.sum())
        factor = np.prod(self.slopes**beside, axis=1) * np.prod([self.rise - k for k in range(count)], axis=0)
        return factor.astype(points.dtype) * lengths ** np.maximum(self.rise - count, 0).astype(points.dtype)


def poles(problem: Problem, unknown: Field, found: Sequence[Hole], order: int) -> Singular | None:
    """The functions of some holes up to a power, the lowest first; None where there are none.

    Where swept parameters change the size of a hole, powers of the distance in units of its radius.
    """
    domain = problem.domain
    whole = set(unknown.arguments) == set(problem.symbols)
    if not found or len(domain.space) != 2 or problem.time is not None or not whole:
        return None
    alone = led_by_laplacian(problem, problem.fields.index(unknown)) == "nothing"
    conjugates = range(1 if alone else CONJUGATES + 1)
    logs = [(place, 1.0, float(j), j, (1, 0)) for place in range(len(found)) for j in conjugates]
    powers = [
        (place, factor, -float(n), j, (0, 0))
        for n in range(1, min(order, MOST) + 1)
        for place in range(len(found))
        for j in conjugates
        for factor in (1.0, -1j)
    ]
    at, factors, exponents, conjugate, log = map(np.asarray, zip(*logs, *powers, strict=True))
    places = np.asarray([own.place for own in found])
    turns = np.asarray([1 / own.radius for own in found], complex)
    intervals = tuple(problem.bounds[axis] for axis in domain.spatial)
    own = (domain.spatial, intervals, places, turns, at, factors, exponents, conjugate, log)
    if not domain.shaping:
        return Singular(*own)
    lengths = np.asarray([_radius(domain, hole) for hole in found])[at] / np.abs(1 / turns[at])[:, None]
    rise = np.maximum(0, -(exponents + conjugate) * np.all(log == 0, axis=1)).astype(int)
    return Grown(*own, lengths[:, 0], lengths[:, 1:], rise)


def _radius(domain: Domain, hole: Hole) -> np.ndarray:
    """The radius of a hole as a function of the coordinates: where these are zero, and its slopes; constant where it is not linear."""
    found = np.zeros(1 + len(domain.coordinates))
    found[0] = hole.radius
    swept = [domain.symbols[k] for k in domain.shaping]
    for part, centre, radius in circles(domain.tree, domain.sizes):
        if tuple(centre) != hole.place or radius != hole.radius:
            continue
        length = next(r for r in part.arguments[1:] if domain.number(r) == radius)
        slopes = [sp.diff(length, s) for s in swept]
        if not any(s.free_symbols & set(swept) for s in slopes):
            found[[1 + k for k in domain.shaping]] = [domain.number(s) for s in slopes]
            found[0] = domain.number(length.xreplace(dict.fromkeys(swept, sp.Integer(0))))
    return found


def around_holes(domain: Domain, found: Sequence[Hole], unit: Unit, count: int) -> np.ndarray:
    """Points of a domain about holes, `count` for each before those outside are left out, shape (n, d).

    With the arcsine density in the inverse distance, in which negative powers are polynomials: the highest differ only near
    the hole, where few of the points of the domain lie.
    """
    d = len(domain.coordinates)
    points, (x, y) = [np.zeros((0, d))], domain.spatial
    for own in found:
        drawn = unit(count, d)
        scale, turn = drawn[:, x], drawn[:, y]
        points.append(scaled(drawn, domain))
        radius = _radii(domain, own, points[-1])
        least = radius / domain.diameter
        far = radius / (least + (1 - least) * np.sin(np.pi / 2 * scale))
        direction = np.stack([np.cos(2 * np.pi * turn), np.sin(2 * np.pi * turn)], axis=1)
        points[-1][:, [x, y]] = np.asarray(own.place) + far[:, None] * direction
    whole = np.concatenate(points)
    return whole[inside_shape(domain, whole)]


def _radii(domain: Domain, hole: Hole, points: np.ndarray) -> np.ndarray:
    """The radius of a hole for the parameters of some points, shape (n,); where it is no circle, of the hole nearest to it that is seen."""
    length = _radius(domain, hole)
    found = length[0] + points @ length[1:]
    for held, own in domain.shaped(points) if domain.shaping and not np.any(length[1:]) else ():
        near = min(holes(held), key=lambda other: np.hypot(*np.subtract(other.place, hole.place)), default=hole)
        found[own] = near.radius
    return found
