"""The primitive shapes by name, and from a tree of them, as it is written, to a Shape."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import gamma, pi
from typing import Any

import numpy as np
import scipy  # whose modules are imported when they are first named
import sympy as sp

from pdedsl.problem.evaluate import evaluate
from pdedsl.problem.shapes import Box, Points, Shape, Surface, low_discrepancy
from pdedsl.vocabulary.functions import SAFE, Maximum

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


def symbols_of(tree: Tree) -> set[sp.Basic]:
    """The parameters and coordinates that a shape is written with."""
    if isinstance(tree, Combined):
        return symbols_of(tree.left) | symbols_of(tree.right)
    pending: list[Any] = [*tree.arguments]
    found: set[sp.Basic] = set()
    while pending:
        item = pending.pop()
        if isinstance(item, tuple):
            pending.extend(item)
        else:
            found |= item.free_symbols
    return found


def put_in(tree: Tree, values: Mapping[Any, Any]) -> Tree:
    """The tree with values for some of its symbols."""

    def own(item: Any) -> Any:
        return tuple(map(own, item)) if isinstance(item, tuple) else item.xreplace(values)

    if isinstance(tree, Combined):
        return Combined(tree.operator, put_in(tree.left, values), put_in(tree.right, values))
    return Primitive(tree.name, own(tree.arguments))


def _beyond(offset: sp.Expr, half: float) -> sp.Expr:
    """How far a number lies outside of [-half, half]."""
    beyond: Any = Maximum(0, sp.Abs(offset, evaluate=False) - half)
    return beyond


def primitives(tree: Tree | None) -> Iterator[Primitive]:
    """What a shape is made of."""
    if isinstance(tree, Combined):
        yield from (*primitives(tree.left), *primitives(tree.right))
    elif tree is not None:
        yield tree


def circles(tree: Tree | None, values: Mapping[sp.Symbol, float]) -> Iterator[tuple[Primitive, np.ndarray, float]]:
    """The circles of the disks and annuli that a shape of the plane is made of: the part, the centre of shape (2,), the radius."""
    for part in primitives(tree):
        if part.name in ("disk", "annulus"):
            centre, *radii = (numbers(own, values) for own in part.arguments)
            yield from ((part, np.asarray(centre, float), radius) for radius in radii)


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
            return PRIMITIVES[tree.name](symbols, *(numbers(a, values) for a in tree.arguments))


def numbers(argument: Any, values: Mapping[sp.Symbol, float]) -> Any:
    """An argument of a primitive, parameters put in: a number, or lists of them."""
    if isinstance(argument, tuple):
        return [numbers(a, values) for a in argument]
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
    normal = scipy.special.ndtri(np.clip(unit, 1e-12, 1 - 1e-12))
    normal[~normal.any(axis=1), 0] = 1.0  # the middle of all numbers has no direction
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
        case "polygon", [corners] if len({tuple(c) for c in corners}) < len(corners):
            return "a corner stands in it twice (the last one is joined to the first by itself)"
        case "polygon", [corners] if crosses_itself(corners):
            return "two of its edges cross"
        case "halfspace", [_, direction] if not any(direction):
            return "its normal has no direction"
    return ""
