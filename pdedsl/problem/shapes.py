"""Shapes: sets with an inside, a boundary of smooth surfaces and outward normals, joined by union and difference.

A surface belongs to one primitive. Which part of it bounds the whole shape, and to which side, is found by looking a
little to either side of its points (`Shape.outward`); so any nesting of `+ * -` needs no further thought.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import sympy as sp

from pdedsl.problem.evaluate import evaluate

Points = np.ndarray
Box = tuple[np.ndarray, np.ndarray]
Level = Callable[[Points], np.ndarray]
"""Points of shape (n, d) to numbers of shape (n,): negative inside, zero on the boundary, positive outside."""


@dataclass(frozen=True)
class Surface:
    """A smooth piece of the boundary of a primitive."""

    level: sp.Expr
    """Vanishes on the surface; its gradient points out of the primitive."""
    gap: sp.Expr
    """How far a point lies beyond the edge of the piece, along it; zero on the piece itself."""
    measure: float
    draw: Callable[[np.ndarray], Points]
    """Numbers in [0, 1) of shape (n, d) to points of shape (n, d), uniform in surface measure."""


@dataclass(frozen=True)
class Shape:
    """A set in the space of some coordinates."""

    symbols: tuple[sp.Symbol, ...]
    level: Level
    box: Box | None
    """A box that holds it; None for one without bound."""
    build: Callable[[Box], tuple[Surface, ...]]
    """Its surfaces, those without bound as far as a box reaches."""
    smooth: tuple[tuple[sp.Expr | None, int], ...] = ()
    """For each primitive a smooth function that vanishes on its boundary alone, if any, and its number of surfaces."""

    def __add__(self, other: "Shape") -> "Shape":
        box = None if self.box is None or other.box is None else _hull(self.box, other.box)
        return self._join(other, lambda p: np.minimum(self.level(p), other.level(p)), box)

    def __mul__(self, other: "Shape") -> "Shape":
        boxes = [s.box for s in (self, other) if s.box is not None]
        box = None if not boxes else boxes[0] if len(boxes) == 1 else _meet(*boxes)
        return self._join(other, lambda p: np.maximum(self.level(p), other.level(p)), box)

    def __sub__(self, other: "Shape") -> "Shape":
        return self._join(other, lambda p: np.maximum(self.level(p), -other.level(p)), self.box)

    def _join(self, other: "Shape", level: Level, box: Box | None) -> "Shape":
        return Shape(self.symbols, level, box, lambda b: (*self.build(b), *other.build(b)), self.smooth + other.smooth)

    @property
    def bounds(self) -> Box:
        assert self.box is not None, "checked before"
        return self.box

    @cached_property
    def surfaces(self) -> tuple[Surface, ...]:
        return self.build(self.bounds)

    @cached_property
    def diameter(self) -> float:
        lower, upper = self.bounds
        return float(np.linalg.norm(upper - lower))

    @cached_property
    def thinnest(self) -> float:
        """The shortest side of its bounding box."""
        lower, upper = self.bounds
        return float((upper - lower).min())

    @cached_property
    def distance(self) -> sp.Expr | None:
        """A smooth function that vanishes on the boundary and nowhere inside, for hard conditions, where there is one.

        It is the product of those of the primitives, if each of them bounds the shape wholly or not at all.
        """
        unit = low_discrepancy(512, len(self.symbols))
        shares = [self.outward(number, s.draw(unit))[0].mean() for number, s in enumerate(self.surfaces)]
        factors: list[sp.Expr] = []
        for function, count in self.smooth:
            own, shares = shares[:count], shares[count:]
            if all(share == 0 for share in own):
                continue
            if function is None or any(share < 1 for share in own):
                return None
            factors.append(function)
        return sp.Mul(*factors)

    @cached_property
    def volume(self) -> float:
        """Its volume, by 2^17 points of a low-discrepancy sequence."""
        lower, upper = self.bounds
        points = lower + low_discrepancy(1 << 17, len(lower)) * (upper - lower)
        return float((self.level(points) < 0).mean() * np.prod(upper - lower))

    @cached_property
    def perimeter(self) -> float:
        """The measure of its boundary, by low-discrepancy points on its surfaces."""
        unit = low_discrepancy(1 << 14, len(self.symbols))
        return sum(s.measure * float(self.outward(k, s.draw(unit))[0].mean()) for k, s in enumerate(self.surfaces))

    def outward(self, number: int, points: Points) -> tuple[np.ndarray, np.ndarray]:
        """Which points of a surface bound the shape, shape (n,), and their outward unit normals, shape (n, d)."""
        normals = self._gradient(number, points)
        step = 1e-6 * self.thinnest
        inner, outer = self.level(points - step * normals), self.level(points + step * normals)
        kept = (inner < 0) != (outer < 0)
        # A face that touches another part lies beside the boundary for a little way.
        kept &= np.abs(self.level(points)) < 1e-3 * np.abs(outer - inner)
        sign = np.where(inner < 0, 1.0, -1.0)
        # Where surfaces lie on each other, the first one stands for all.
        for earlier in range(self._first_of(number)):
            kept &= self._gap(earlier, points) > 1e-9 * self.diameter
        return kept, normals * sign[:, None]

    def _first_of(self, number: int) -> int:
        """The first surface of the primitive that a surface belongs to."""
        first = 0
        for _, count in self.smooth:
            if number < first + count:
                break
            first += count
        return first

    def normals(self, points: Points) -> np.ndarray:
        """Outward unit normals at points of the boundary, shape (n, d): of the nearest surface."""
        gaps = np.stack([self._gap(number, points) for number in range(len(self.surfaces))])
        nearest = gaps.argmin(axis=0)
        found = np.zeros_like(points)
        for number in np.unique(nearest):
            own = nearest == number
            found[own] = self.sign(int(number)) * self._gradient(int(number), points[own])
        return found

    def sign(self, number: int) -> float:
        """1 where a surface bounds the shape from the side of its primitive, -1 where that is cut out of it."""
        points = self.surfaces[number].draw(low_discrepancy(256, len(self.symbols)))
        kept, found = self.outward(number, points)
        agree = (found * self._gradient(number, points)).sum(axis=1)[kept]
        return 1.0 if not len(agree) or agree.mean() > 0 else -1.0

    def _gradient(self, number: int, points: Points) -> np.ndarray:
        level = self.surfaces[number].level
        values = self._values(points)
        slopes = [
            np.broadcast_to(np.asarray(evaluate(sp.diff(level, s), values), float), (len(points),))
            for s in self.symbols
        ]
        gradient = np.stack(slopes, axis=1)
        length = np.linalg.norm(gradient, axis=1, keepdims=True)
        return gradient / np.where(length > 0, length, 1.0)  # zero where a surface has no direction, as at an apex

    def _gap(self, number: int, points: Points) -> np.ndarray:
        surface, values = self.surfaces[number], self._values(points)
        found = [
            np.broadcast_to(np.asarray(evaluate(e, values), float), (len(points),))
            for e in (surface.level, surface.gap)
        ]
        return np.abs(found[0]) + found[1]

    def _values(self, points: Points) -> dict[sp.Symbol, Any]:
        return dict(zip(self.symbols, points.T, strict=True))


def _hull(a: Box, b: Box) -> Box:
    return np.minimum(a[0], b[0]), np.maximum(a[1], b[1])


def _meet(a: Box, b: Box) -> Box:
    lower = np.maximum(a[0], b[0])
    return lower, np.maximum(np.minimum(a[1], b[1]), lower)


def low_discrepancy(n: int, d: int) -> np.ndarray:
    """A low-discrepancy sequence without state: fractional parts of multiples of powers of a generalised golden ratio."""
    ratio = 2.0
    for _ in range(64):
        ratio = (1 + ratio) ** (1 / (d + 1))
    return (0.5 + np.arange(n)[:, None] * ratio ** -np.arange(1, d + 1)) % 1


# ---- primitives ----------------------------------------------------------------------------------------------------------
