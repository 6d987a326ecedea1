"""Shapes: sets with an inside, a boundary of smooth surfaces and outward normals, joined by union and difference.

A surface belongs to one primitive. Which part of it bounds the whole shape, and to which side, is found by looking a
little to either side of its points (`Shape.outward`); so any nesting of `+ * -` needs no further thought.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import gamma, pi
from typing import Any

import numpy as np
import sympy as sp
from scipy.stats import norm

from pdedsl.language.evaluate import evaluate
from pdedsl.language.functions import SAFE, Maximum

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
        step = 1e-6 * self.diameter
        inner, outer = self.level(points - step * normals), self.level(points + step * normals)
        kept = (inner < 0) != (outer < 0)
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

ZERO = sp.Integer(0)


@dataclass(frozen=True)
class Primitive:
    """A shape as it was written: `disk([0, 0], r)`. Lists are tuples; numbers may hold parameters."""

    name: str
    arguments: tuple[Any, ...]


@dataclass(frozen=True)
class Combined:
    """Two shapes joined by `+`, `*` or `-`."""

    operator: str
    left: "Primitive | Combined"
    right: "Primitive | Combined"


Tree = Primitive | Combined


def _beyond(offset: sp.Expr, half: float) -> sp.Expr:
    """How far a number lies outside of [-half, half]."""
    beyond: Any = Maximum(0, sp.Abs(offset, evaluate=False) - half)
    return beyond


@SAFE()
def construct(tree: Tree, symbols: tuple[sp.Symbol, ...], values: Mapping[sp.Symbol, float]) -> Shape:
    """The shape that a tree describes, parameters put in."""
    match tree:
        case Combined():
            left, right = (construct(t, symbols, values) for t in (tree.left, tree.right))
            return left + right if tree.operator == "+" else left * right if tree.operator == "*" else left - right
        case Primitive(name="sdf"):
            return implicit(symbols, tree.arguments[0].xreplace(dict(values)))
        case Primitive():
            return PRIMITIVES[tree.name](symbols, *(_numbers(a, values) for a in tree.arguments))


def _numbers(argument: Any, values: Mapping[sp.Symbol, float]) -> Any:
    if isinstance(argument, tuple):
        return [_numbers(a, values) for a in argument]
    return float(argument.xreplace(dict(values)))


def box(symbols: tuple[sp.Symbol, ...], lower: Sequence[float], upper: Sequence[float]) -> Shape:
    """The product of the intervals [lower_i, upper_i]."""
    lo, hi = np.asarray(lower, float), np.asarray(upper, float)
    sides = hi - lo

    def face(axis: int, end: int) -> Surface:
        value = (lo, hi)[end][axis]

        def draw(unit: np.ndarray) -> Points:
            points = lo + unit * sides
            points[:, axis] = value
            return points

        level = (symbols[axis] - sp.Float(value)) * (1 if end else -1)
        beyond = [
            _beyond(s - (a + b) / 2, (b - a) / 2)
            for k, (s, a, b) in enumerate(zip(symbols, lo, hi, strict=True))
            if k != axis
        ]
        return Surface(level, sp.Add(*beyond), float(np.prod(np.delete(sides, axis))), draw)

    faces = tuple(face(axis, end) for axis in range(len(symbols)) for end in (0, 1))
    return Shape(
        symbols,
        lambda p: np.max(np.abs(p - (lo + hi) / 2) - sides / 2, axis=1),
        (lo, hi),
        lambda b: faces,
        ((None, len(faces)),),
    )


def ball(symbols: tuple[sp.Symbol, ...], centre: Sequence[float], radius: float) -> Shape:
    """All points less than `radius` from `centre`; a disk in two dimensions."""
    c = np.asarray(centre, float)
    surface = _sphere(symbols, c, radius, 1)
    square = sp.Add(*((s - sp.Float(v)) ** 2 for s, v in zip(symbols, c, strict=True)))
    return Shape(
        symbols,
        lambda p: np.linalg.norm(p - c, axis=1) - radius,
        (c - radius, c + radius),
        lambda b: (surface,),
        smooth=(((sp.Float(radius) ** 2 - square) / (2 * sp.Float(radius)), 1),),
    )


def annulus(symbols: tuple[sp.Symbol, ...], centre: Sequence[float], inner: float, outer: float) -> Shape:
    """Between two spheres about `centre`."""
    c = np.asarray(centre, float)
    surfaces = (_sphere(symbols, c, outer, 1), _sphere(symbols, c, inner, -1))
    square = sp.Add(*((s - sp.Float(v)) ** 2 for s, v in zip(symbols, c, strict=True)))

    def level(p: Points) -> np.ndarray:
        rho = np.linalg.norm(p - c, axis=1)
        return np.maximum(inner - rho, rho - outer)

    distance = (sp.Float(outer) ** 2 - square) * (square - sp.Float(inner) ** 2) / sp.Float(outer**2 - inner**2)
    return Shape(symbols, level, (c - outer, c + outer), lambda b: surfaces, ((distance, 2),))


def _sphere(symbols: tuple[sp.Symbol, ...], c: np.ndarray, radius: float, sign: int) -> Surface:
    d = len(symbols)
    rho = sp.sqrt(sp.Add(*((s - sp.Float(v)) ** 2 for s, v in zip(symbols, c, strict=True))))
    measure = 2 * pi ** (d / 2) / gamma(d / 2) * radius ** (d - 1)
    return Surface(sign * (rho - sp.Float(radius)), ZERO, measure, lambda unit: c + radius * _directions(unit))


def _directions(unit: np.ndarray) -> np.ndarray:
    """Unit vectors, uniform on the sphere."""
    d = unit.shape[1]
    if d == 1:
        return np.where(unit < 0.5, -1.0, 1.0)
    if d == 2:
        angle = 2 * pi * unit[:, 0]
        return np.stack([np.cos(angle), np.sin(angle)], axis=1)
    if d == 3:
        z, angle = 2 * unit[:, 0] - 1, 2 * pi * unit[:, 1]
        rho = np.sqrt(1 - z**2)
        return np.stack([rho * np.cos(angle), rho * np.sin(angle), z], axis=1)
    normal = norm.ppf(np.clip(unit, 1e-12, 1 - 1e-12))
    return normal / np.linalg.norm(normal, axis=1, keepdims=True)


def ellipse(symbols: tuple[sp.Symbol, ...], centre: Sequence[float], axes: Sequence[float]) -> Shape:
    """An ellipse in the plane with the given half axes."""
    c, (a, b) = np.asarray(centre, float), (float(v) for v in axes)
    angle = np.linspace(0, 2 * pi, 20_001)
    middle = (angle[1:] + angle[:-1]) / 2
    arc = np.concatenate([[0], np.cumsum(np.hypot(a * np.sin(middle), b * np.cos(middle)) * np.diff(angle))])

    def draw(unit: np.ndarray) -> Points:
        t = np.interp(unit[:, 0] * arc[-1], arc, angle)
        return c + np.stack([a * np.cos(t), b * np.sin(t)], axis=1)

    x, y = (s - sp.Float(v) for s, v in zip(symbols, c, strict=True))
    ratio = sp.sqrt((x / sp.Float(a)) ** 2 + (y / sp.Float(b)) ** 2)
    half = np.array([a, b])
    scale = sp.Float(min(a, b))
    return Shape(
        symbols,
        lambda p: (np.linalg.norm((p - c) / half, axis=1) - 1) * min(a, b),
        (c - half, c + half),
        lambda _: (Surface(scale * (ratio - 1), ZERO, float(arc[-1]), draw),),
        smooth=((scale * (1 - (x / sp.Float(a)) ** 2 - (y / sp.Float(b)) ** 2) / 2, 1),),
    )


def polygon(symbols: tuple[sp.Symbol, ...], corners: Sequence[Sequence[float]]) -> Shape:
    """A simple polygon in the plane, convex or not; its corners in either order."""
    p = np.asarray(corners, float)
    area = 0.5 * np.sum(p[:, 0] * np.roll(p[:, 1], -1) - np.roll(p[:, 0], -1) * p[:, 1])
    p = p if area > 0 else p[::-1]
    q = np.roll(p, -1, axis=0)

    def level(points: Points) -> np.ndarray:
        x, y = points[:, :1], points[:, 1:]
        along = q - p
        t = np.clip(((x - p[:, 0]) * along[:, 0] + (y - p[:, 1]) * along[:, 1]) / (along**2).sum(1), 0, 1)
        gaps = np.hypot(x - p[:, 0] - t * along[:, 0], y - p[:, 1] - t * along[:, 1]).min(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            crossing = p[:, 0] + (y - p[:, 1]) / along[:, 1] * along[:, 0]
        odd = (((p[:, 1] > y) != (q[:, 1] > y)) & (x < crossing)).sum(axis=1) % 2 == 1
        return np.where(odd, -gaps, gaps)

    def edge(a: np.ndarray, b: np.ndarray) -> Surface:
        length = float(np.linalg.norm(b - a))
        along = (b - a) / length
        x, y = (s - sp.Float(v) for s, v in zip(symbols, a, strict=True))
        across = sp.Float(along[1]) * x - sp.Float(along[0]) * y
        position = sp.Float(along[0]) * x + sp.Float(along[1]) * y
        gap = _beyond(position - length / 2, length / 2)
        return Surface(across, gap, length, lambda unit: a + unit[:, :1] * (b - a))

    edges = tuple(edge(a, b) for a, b in zip(p, q, strict=True))
    return Shape(symbols, level, (p.min(axis=0), p.max(axis=0)), lambda _: edges, ((None, len(edges)),))


def crosses_itself(corners: Sequence[Sequence[float]]) -> bool:
    """Whether two edges of a closed polygon meet elsewhere than at a common corner."""
    p = np.asarray(corners, float)
    n = len(p)

    def turn(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> float:
        return float(np.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])))

    for i in range(n):
        for j in range(i + 2, n):
            if i == 0 and j == n - 1:
                continue
            a, b, c, d = p[i], p[(i + 1) % n], p[j], p[(j + 1) % n]
            if turn(a, b, c) * turn(a, b, d) <= 0 and turn(c, d, a) * turn(c, d, b) <= 0:
                return True
    return False


def halfspace(symbols: tuple[sp.Symbol, ...], point: Sequence[float], normal: Sequence[float]) -> Shape:
    """All points behind the plane through `point` with outward `normal`; it has no bound of its own."""
    at, n = np.asarray(point, float), np.asarray(normal, float)
    n = n / np.linalg.norm(n)
    d = len(symbols)
    level = sp.Add(*(sp.Float(k) * (s - sp.Float(v)) for k, s, v in zip(n, symbols, at, strict=True)))

    def build(box_: Box) -> tuple[Surface, ...]:
        centre = (box_[0] + box_[1]) / 2
        foot = centre - n * float(n @ (centre - at))
        size = 1.001 * float(np.linalg.norm(box_[1] - box_[0]))
        basis = np.linalg.svd(n[None, :])[2][1:]
        return (Surface(level, ZERO, size ** (d - 1), lambda u: foot + (u[:, : d - 1] - 0.5) * size @ basis),)

    return Shape(symbols, lambda p: (p - at) @ n, None, build, ((None, 1),))


def implicit(symbols: tuple[sp.Symbol, ...], level: sp.Expr) -> Shape:
    """Where an expression is negative; it has no bound of its own."""

    def values(p: Points) -> np.ndarray:
        found = evaluate(level, dict(zip(symbols, p.T, strict=True)))
        return np.broadcast_to(np.asarray(found, float), (len(p),))

    slopes = [sp.diff(level, s) for s in symbols]

    def gradient(p: Points) -> np.ndarray:
        known = dict(zip(symbols, p.T, strict=True))
        return np.stack([np.broadcast_to(np.asarray(evaluate(s, known), float), (len(p),)) for s in slopes], axis=1)

    def build(box_: Box) -> tuple[Surface, ...]:
        lower, upper = box_
        width = 0.01 * float(np.linalg.norm(upper - lower))

        def near(unit: np.ndarray) -> tuple[Points, np.ndarray]:
            """Points of a thin layer about the surface, moved onto it; which of the given ones lay in the layer."""
            p = lower - 2 * width + unit * (upper - lower + 4 * width)
            with np.errstate(all="ignore"):
                g = gradient(p)
                layer = np.abs(values(p)) < width * np.linalg.norm(g, axis=1)
                p = p[layer]
                for _ in range(30):
                    g = gradient(p)
                    p = p - (values(p) / (g**2).sum(axis=1))[:, None] * g
            return p, layer

        def draw(unit: np.ndarray) -> Points:
            n, d = unit.shape
            generator = np.random.default_rng(abs(int(unit[0, 0] * 2**52)))
            found = near(unit)[0]
            for _ in range(200):
                if len(found) >= n:
                    break
                found = np.concatenate([found, near(generator.random((8 * n, d)))[0]])
            return found[:n]

        share = float(near(low_discrepancy(1 << 16, len(symbols)))[1].mean())
        measure = share * float(np.prod(upper - lower + 4 * width)) / (2 * width)
        return (Surface(level, ZERO, measure, draw),) if share > 0 else ()

    return Shape(symbols, values, None, build, ((-level, 1),))


PRIMITIVES: dict[str, Callable[..., Shape]] = {
    "box": box,
    "disk": ball,
    "ball": ball,
    "ellipse": ellipse,
    "annulus": annulus,
    "polygon": polygon,
    "halfspace": halfspace,
}

SIGNATURES: dict[str, tuple[str, ...]] = {
    "box": ("point", "point"),
    "disk": ("point", "number"),
    "ball": ("point", "number"),
    "ellipse": ("point", "point"),
    "annulus": ("point", "number", "number"),
    "polygon": ("points",),
    "halfspace": ("point", "point"),
    "sdf": ("expression",),
}
EXAMPLES: dict[str, str] = {
    "box": "box([0, 0], [1, 1])",
    "disk": "disk([0, 0], 1)",
    "ball": "ball([0, 0, 0], 1)",
    "ellipse": "ellipse([0, 0], [2, 1])",
    "annulus": "annulus([0, 0], 0.5, 1)",
    "polygon": "polygon([[0, 0], [1, 0], [0, 1]])",
    "halfspace": "halfspace([0, 0], [1, 0])",
    "sdf": "sdf(x^4 + y^4 - 1)",
}
PLANE = {"disk", "ellipse", "polygon"}
"""Shapes of the plane alone."""


def wrong_size(name: str, numbers: list[Any]) -> str:
    """Why a primitive with these numbers is empty or crosses itself; nothing if it is sound."""
    match name, numbers:
        case "box", [lower, upper] if any(a >= b for a, b in zip(lower, upper, strict=True)):
            return "its lower corner is not below its upper one"
        case (("disk" | "ball"), [_, radius]) if radius <= 0:
            return "its radius is not positive"
        case "ellipse", [_, axes] if min(axes) <= 0:
            return "its half axes are not positive"
        case "annulus", [_, inner, outer] if not 0 < inner < outer:
            return "its radii must satisfy 0 < r1 < r2"
        case "polygon", [corners] if len(corners) < 3:
            return "it has fewer than three corners"
        case "polygon", [corners] if crosses_itself(corners):
            return "two of its edges cross"
        case "halfspace", [_, direction] if not any(direction):
            return "its normal has no direction"
    return ""
