"""Functions of one quantity that data depend on alone: of a distance, or of a coordinate along some direction.

Where data are functions of `|x - c|`, or of `a . x`, solutions often are, too: in any number of coordinates a polynomial of one number
then holds them (radial and ridge functions; Constantine, Dow and Wang 2014 on how such a direction is found).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import factorial, prod
from typing import Any

import numpy as np
import sympy as sp

from pdedsl.geometry.points import inside, inside_shape, random
from pdedsl.problem.atoms import normal
from pdedsl.problem.domain import Domain
from pdedsl.problem.evaluate import evaluate
from pdedsl.problem.problem import Problem
from pdedsl.problem.symbol import MultiIndex
from pdedsl.spaces.affine import affine, source
from pdedsl.spaces.basis import derivative
from pdedsl.spaces.functions import Functions, Products, Sequenced
from pdedsl.spaces.groups import plain
from pdedsl.spaces.linear import forms
from pdedsl.spaces.products import basis
from pdedsl.spaces.space import Polynomials

PROBES = 16
"""Pairs of points at which a quantity is the same."""
SAME = 1e-9
"""What data differ by at these, relative to their size, where it is rounding."""
SEEN = 4096
"""Points that tell the range of a quantity on a shape."""
HALVED = 60
"""How often an interval is halved until a place on a path is found."""


@dataclass(frozen=True)
class Quantity:
    """The squared distance from a point, or the product with a vector, of the coordinates in space."""

    columns: tuple[int, ...]
    vector: tuple[float, ...]
    """The point or the vector, shape (k,)."""
    is_distance: bool

    def of(self, points: Any) -> Any:
        """Its value at points of shape (..., d), shape (...)."""
        own = points[..., np.asarray(self.columns)]
        return ((own - np.asarray(self.vector)) ** 2).sum(-1) if self.is_distance else own @ np.asarray(self.vector)

    def shares(self, points: Any, order: MultiIndex) -> Iterator[tuple[int, Any]]:
        """A derivative of `f(z)` by the derivatives of f: of which order, and times what, a number or shape (...)."""
        own = [(k, order[axis]) for k, axis in enumerate(self.columns) if order[axis]]
        if not self.is_distance:
            yield sum(n for _, n in own), prod(self.vector[k] ** n for k, n in own)
            return
        for pairs in product(*(range(n // 2 + 1) for _, n in own)):  # of the squares of how many coordinates, twice
            factor: Any = 1.0
            for (k, n), m in zip(own, pairs, strict=True):
                times = factorial(n) / (factorial(m) * factorial(n - 2 * m))
                factor = factor * times * (2 * (points[..., self.columns[k]] - self.vector[k])) ** (n - 2 * m)
            yield sum(n for _, n in own) - sum(pairs), factor


@lru_cache(maxsize=8)
def quantity(problem: Problem) -> Quantity | None:
    """What all data are functions of, beside time and swept parameters; None where it is no such quantity."""
    domain = problem.domain
    space = {problem.symbols[k] for k in domain.spatial}
    partial = any(space - set(f.arguments) for f in problem.fields)
    circular = any(domain.coordinates[k].periodic for k in domain.spatial)
    if len(space) < 2 or not plain(problem) or partial or circular or domain.shaping or affine(problem):
        return None
    every = (source(f) for components in forms(problem).values() for f in components)
    sources = [s for s in every if s.free_symbols & space]
    if any(s.free_symbols & set(normal(len(domain.spatial))) for s in sources):
        return None
    return next((own for own in _candidates(problem, sources) if _told(problem, sources, own)), None)


def _candidates(problem: Problem, sources: Sequence[sp.Expr]) -> list[Quantity]:
    """The direction in which data change at one point, and the place from which they do at two: where the lines along which they
    change there meet. Of constant data on a shape its middle.
    """
    columns = problem.domain.spatial
    if not sources:
        middle = tuple(float(np.mean(problem.domain.bounds[k])) for k in columns)
        return [] if problem.domain.shape is None else [Quantity(columns, middle, True)]
    points = inside(problem.domain, sp.true, 2, random(np.random.default_rng(1)))
    memo: dict[Any, Any] = {}
    at = problem.domain.at(points)
    slopes = np.empty((2, len(columns)))
    with np.errstate(all="ignore"):
        for place, k in enumerate(columns):
            slopes[:, place] = np.asarray(evaluate(sp.diff(sources[0], problem.symbols[k]), at, memo), float)
    sizes = np.abs(slopes).max(axis=1, keepdims=True)
    if not (np.isfinite(sizes) & (sizes > 0)).all():
        return []
    (first, second), here = slopes / sizes, points[:, list(columns)]
    (along, _), *_ = np.linalg.lstsq(np.stack([first, -second], axis=1), here[1] - here[0])
    centre = here[0] + along * first
    return [Quantity(columns, tuple(map(float, v)), how) for v, how in ((first, False), (centre, True))]


def _told(problem: Problem, sources: Sequence[sp.Expr], own: Quantity) -> bool:
    """Whether data are the same at points where a quantity is."""
    domain, columns = problem.domain, list(own.columns)
    here, there = np.split(inside(domain, sp.true, 2 * PROBES, random(np.random.default_rng(2))), 2)
    rest = [k for k in range(len(domain.coordinates)) if k not in columns]
    there[:, rest] = here[:, rest]
    a = np.asarray(own.vector)
    if own.is_distance:  # the farther one comes nearer, and so stays in what is convex
        ratio = np.sqrt(own.of(here) / np.maximum(own.of(there), 1e-300))[:, None]
        there[:, columns] = a + np.minimum(1, ratio) * (there[:, columns] - a)
        here[:, columns] = a + np.minimum(1, 1 / np.maximum(ratio, 1e-300)) * (here[:, columns] - a)
    else:
        across = there[:, columns] - here[:, columns]
        across -= np.outer(across @ a, a) / (a @ a)
        low, high = np.asarray([domain.bounds[k] for k in columns], float).T
        room = np.where(across > 0, high - here[:, columns], here[:, columns] - low)
        part = np.min(room / np.maximum(np.abs(across), 1e-300), axis=1)
        there[:, columns] = here[:, columns] + np.minimum(1, part)[:, None] * across
    for given in sources:
        with np.errstate(all="ignore"):
            values = [np.asarray(evaluate(given, domain.at(p)), float) for p in (here, there)]
        if not np.abs(values[0] - values[1]).max() <= SAME * np.abs(values[0]).max():
            return False
    return True


@dataclass(frozen=True, eq=False)
class Composite(Sequenced):
    """Chebyshev polynomials of a quantity, from -1 to 1 over its range."""

    quantity: Quantity
    range: tuple[float, float]
    most: int

    @property
    def size(self) -> int:
        return self.most + 1

    @property
    def along(self) -> int:
        return self.size

    def trace(self, axis: int) -> int:
        return self.size

    def table(self, points: Any, order: MultiIndex, xp: Any = np) -> Any:
        if any(n for axis, n in enumerate(order) if axis not in self.axes):
            return xp.zeros((*points.shape[:-1], self.size), points.dtype)
        low, high = self.range
        s = (2 * self.quantity.of(points) - low - high) / (high - low)
        values = _chebyshev(s, self.most, xp)
        found: Any = 0.0
        for m, factor in self.quantity.shares(points, order):
            own = values @ xp.asarray(derivative(self.most, m) * (2 / (high - low)) ** m, points.dtype)
            found = found + xp.asarray(factor)[..., None] * own
        return found

    def spread(self, domain: Domain, points: np.ndarray, parts: np.ndarray, fixed: int | None = None) -> np.ndarray:
        """Points moved so that their quantity is some part of its range, from 0 to 1, with one column left as it is; shape (n, d).

        In a box each goes straight to where the quantity is least, or from there away; in a shape those of a distance towards its
        centre. Points of a surface of a shape stay.
        """
        columns, own = [k for k in self.quantity.columns if k != fixed], self.quantity
        a = np.asarray([v for k, v in zip(own.columns, own.vector, strict=True) if k != fixed])
        low, high = np.asarray([domain.bounds[k] for k in columns], float).T
        least, most = points.copy(), points.copy()
        if domain.shape is not None:
            if not own.is_distance:
                return points
            least[:, columns] = a
            return _placed(least, points, points, own, parts)
        if own.is_distance:
            least[:, columns] = np.clip(a, low, high)
            away = points[:, columns] - np.clip(a, low, high)
            far = np.where(a < low, high, np.where(a > high, low, np.where(away > 0, high, low)))
            most[:, columns] = far
        else:
            least[:, columns], most[:, columns] = np.where(a > 0, low, high), np.where(a > 0, high, low)
            least[:, columns], most[:, columns] = (
                np.where(a == 0, points[:, columns], p[:, columns]) for p in (least, most)
            )
        return _placed(least, points, most, own, parts)


def _placed(least: np.ndarray, middle: np.ndarray, most: np.ndarray, own: Quantity, parts: np.ndarray) -> np.ndarray:
    """The points on paths of two straight pieces along which a quantity grows, where it is some part of its range; shape (n, d)."""

    def at(place: np.ndarray) -> np.ndarray:
        early = least + np.minimum(place, 1)[:, None] * (middle - least)
        return early + np.maximum(place - 1, 0)[:, None] * (most - middle)

    begin, end = own.of(least), own.of(most)
    goal, low, high = begin + parts * (end - begin), np.zeros(len(parts)), np.full(len(parts), 2.0)
    for _ in range(HALVED):
        half = (low + high) / 2
        under = own.of(at(half)) < goal
        low, high = np.where(under, half, low), np.where(under, high, half)
    return at((low + high) / 2)


def _chebyshev(s: Any, most: int, xp: Any) -> Any:
    """The Chebyshev polynomials up to a degree at numbers of shape (...), shape (..., most + 1)."""
    found = [xp.ones_like(s), s]
    while len(found) <= most:
        found.append(2 * s * found[-1] - found[-2])
    return xp.stack(found[: most + 1], axis=-1)


def composite(problem: Problem, axes: Sequence[int], space: Polynomials) -> Functions:
    """The polynomials of a total degree of what data are functions of, and of the coordinates beside it.

    Of the same coordinates those of a basis, where data are functions of nothing such.
    """
    own = quantity(problem)
    if own is None:
        return basis(problem, axes, Polynomials(space.degrees, "total"))
    bounds = tuple(problem.domain.bounds[k] for k in own.columns)
    most = space.degrees[0]
    plane = Composite(own.columns, bounds, own, _range(problem, own), most)
    rest = [axis for axis in axes if axis not in own.columns]
    if not rest:
        return plane
    beside = basis(problem, rest, Polynomials((most,), "total"))
    numbers = [(beside.numbers[:, k] + 1) // 2 if c else beside.numbers[:, k] for k, c in enumerate(beside.circular)]
    total = np.arange(plane.size)[:, None] + np.sum(numbers, axis=0)
    return Products(plane, beside, np.argwhere(total <= most))


def composite_of(functions: Functions) -> Composite | None:
    """The polynomials of a quantity that functions are made of, if they are."""
    own = functions.plane if isinstance(functions, Products) else functions
    return own if isinstance(own, Composite) else None


def _range(problem: Problem, own: Quantity) -> tuple[float, float]:
    """From which value to which a quantity goes."""
    domain = problem.domain
    low, high = np.asarray([domain.bounds[k] for k in own.columns], float).T
    a = np.asarray(own.vector)
    if domain.shape is not None:
        seen = own.of(inside(domain, sp.true, SEEN, random(np.random.default_rng(3))))
        ends = [
            own.of(surface.draw(np.random.default_rng(4).random((SEEN, len(a))))) for surface in domain.shape.surfaces
        ]
        seen = np.concatenate([seen, *ends])
        centre = np.asarray([domain.bounds[k] for k in range(len(domain.coordinates))], float).mean(axis=1)
        centre[list(own.columns)] = a
        least = 0.0 if own.is_distance and inside_shape(domain, centre[None])[0] else float(seen.min())
        return least, float(seen.max())
    if own.is_distance:
        near, far = np.clip(a, low, high), np.maximum(np.abs(low - a), np.abs(high - a))
        return float(np.sum((near - a) ** 2)), float(np.sum(far**2))
    return float(np.sum(np.minimum(a * low, a * high))), float(np.sum(np.maximum(a * low, a * high)))
