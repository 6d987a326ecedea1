"""From a domain and numbers in [0, 1) to points of its interior, its boundary and the ends of time."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import sympy as sp

from pdedsl.problem.evaluate import holds
from pdedsl.problem.problem import Condition, Problem
from pdedsl.problem.shapes import low_discrepancy

Unit = Callable[[int, int], np.ndarray]
"""Draws an array of shape (n, k) in [0, 1): random, low-discrepancy or a grid."""


@dataclass(frozen=True)
class Face:
    """One end of one coordinate."""

    axis: int
    end: int
    """0 for the lower, 1 for the upper end."""


@dataclass(frozen=True)
class Rim:
    """One of the surfaces that bound a shape."""

    number: int


@dataclass(frozen=True)
class Piece:
    """The part of a face or rim on which a condition is stated."""

    face: Face | Rim
    where: tuple[sp.Basic, ...]
    share: float
    """The part of the face that it covers, 0 < share <= 1."""
    measure: float
    """Its surface measure (times the length of time for a face in space)."""


def faces(problem: Problem) -> tuple[Face | Rim, ...]:
    """What bounds the domain in space, at all times; periodic coordinates have no ends."""
    if problem.shape is not None:
        return tuple(Rim(number) for number in range(len(problem.shape.surfaces)))
    axes = [
        axis for axis, c in enumerate(problem.coordinates) if c.kind == "space" and c.symbol not in problem.periodic
    ]
    return tuple(Face(axis, end) for axis in axes for end in (0, 1))


def start(problem: Problem) -> Face:
    assert problem.time is not None
    return Face(problem.coordinates.index(problem.time), 0)


def end(problem: Problem) -> Face:
    assert problem.time is not None
    return Face(problem.coordinates.index(problem.time), 1)


def speaks_of_time(where: sp.Basic, problem: Problem) -> bool:
    """Whether a condition fixes the time, as `t = 1` does: a terminal condition."""
    time, coordinates = problem.time, set(problem.symbols)
    return time is not None and any(
        e.free_symbols & coordinates == {time.symbol} for e in where.atoms(sp.Equality, sp.Unequality)
    )


def scale(unit: np.ndarray, problem: Problem) -> np.ndarray:
    """Points of the unit cube, shape (n, d), moved to the problem's box."""
    lower, upper = np.asarray(problem.bounds, float).T
    return lower + unit * (upper - lower)


def inside(problem: Problem, where: sp.Basic, n: int, unit: Unit) -> np.ndarray:
    """`n` points of the domain, shape (n, d), at which a condition holds; fewer if it almost never does."""
    d = len(problem.coordinates)
    points = scale(unit(n, d), problem)
    where = where.xreplace(dict.fromkeys(where.atoms(sp.Equality), sp.false))  # an equality has no volume
    if where == sp.true and problem.shape is None:
        return points

    def kept(points: np.ndarray) -> np.ndarray:
        return points[within(problem, points) & chosen(problem, (where,), points)]

    found = kept(points)
    for turn in range(200):
        if len(found) >= n:
            break
        found = np.concatenate([found, kept(scale(np.random.default_rng([turn, n]).random((4 * n, d)), problem))])
    return found[:n]


def within(problem: Problem, points: np.ndarray) -> np.ndarray:
    """Which points of the bounding box lie in the domain, shape (n,)."""
    if problem.shape is None:
        return np.ones(len(points), bool)
    return problem.shape.level(points[:, : len(problem.space)]) < 0


def closed(problem: Problem, points: np.ndarray) -> np.ndarray:
    """Which of any points lie in the domain or on its boundary, up to rounding, shape (n,)."""
    low, high = np.asarray(problem.bounds, float).T
    slack = 1e-9 * (high - low)
    inside = ((points >= low - slack) & (points <= high + slack)).all(axis=1)
    if problem.shape is not None:
        inside &= problem.shape.level(points[:, : len(problem.space)]) <= slack.max()
    return inside


def on_face(problem: Problem, face: Face | Rim, n: int, unit: Unit) -> np.ndarray:
    """Points of shape (n, d) on a face or rim; a single one where a face is a point."""
    d = len(problem.coordinates)
    if isinstance(face, Rim):
        assert problem.shape is not None
        numbers = unit(n, d)
        k = len(problem.space)
        points = scale(numbers, problem)
        points[:, :k] = problem.shape.surfaces[face.number].draw(numbers[:, :k])
        return points
    inner = unit(n, d - 1) if d > 1 else np.zeros((1, 0))
    points = scale(np.insert(inner, face.axis, 0.0, axis=1), problem)
    points[:, face.axis] = problem.bounds[face.axis][face.end]
    return points


def bounding(problem: Problem, face: Face | Rim, points: np.ndarray) -> np.ndarray:
    """Which points of a face or rim bound the domain, shape (n,)."""
    if isinstance(face, Rim):
        assert problem.shape is not None
        return problem.shape.outward(face.number, points[:, : len(problem.space)])[0]
    return within(problem, points)


def normals(problem: Problem, points: np.ndarray) -> np.ndarray:
    """Outward unit normals at boundary points, shape (n, number of spatial coordinates)."""
    k = len(problem.space)
    if problem.shape is not None:
        return problem.shape.normals(points[:, :k])
    lower, upper = np.asarray(problem.bounds[:k], float).reshape(-1, 2).T
    offset = (points[:, :k] - (lower + upper) / 2) / ((upper - lower) / 2)
    found = np.zeros_like(offset)
    if offset.size:
        nearest, rows = np.abs(offset).argmax(axis=1), np.arange(len(points))
        found[rows, nearest] = np.sign(offset[rows, nearest])
    return found


def chosen(problem: Problem, where: tuple[sp.Basic, ...], points: np.ndarray) -> np.ndarray:
    """Which of the points satisfy one of the conditions, shape (n,)."""
    lower, upper = np.asarray(problem.bounds, float).T
    values = {**problem.values, **dict(zip(problem.symbols, points.T, strict=True))}
    diameter = float(np.linalg.norm(upper - lower))
    found = np.zeros(len(points), bool)
    for condition in where:
        found |= np.broadcast_to(holds(condition, values, diameter), found.shape)
    return found


def pieces(problem: Problem, condition: Condition) -> tuple[Piece, ...]:
    """Where on the boundary a condition is stated; empty if it meets no boundary point."""
    if condition.kind == "constraint":
        return ()
    if condition.kind == "initial":
        face = start(problem)
        probes = on_face(problem, face, 512, random(np.random.default_rng(0)))
        share = float(bounding(problem, face, probes).mean())
        return (Piece(face, (sp.true,), share, share * _measure(problem, face)),)
    terminal = tuple(w for w in condition.where if speaks_of_time(w, problem))
    spatial = tuple(w for w in condition.where if w not in terminal)
    found = []
    candidates: list[tuple[Face | Rim, tuple[sp.Basic, ...]]] = []
    if spatial:
        candidates += [(face, spatial) for face in faces(problem)]
    if terminal:
        candidates.append((end(problem), terminal))
    for face, where in candidates:
        if isinstance(face, Face) and problem.shape is None and sp.true in where:
            found.append(Piece(face, where, 1.0, _measure(problem, face)))
            continue
        probes = on_face(problem, face, 512, random(np.random.default_rng(0)))
        share = float((chosen(problem, where, probes) & bounding(problem, face, probes)).mean())
        if 0 < share < 1:
            probes = on_face(problem, face, 8192, low_discrepancy)
            share = float((chosen(problem, where, probes) & bounding(problem, face, probes)).mean())
        if share > 0:
            found.append(Piece(face, where, share, share * _measure(problem, face)))
    return tuple(found)


def _measure(problem: Problem, face: Face | Rim) -> float:
    lengths = [hi - lo for lo, hi in problem.bounds]
    if isinstance(face, Rim):
        assert problem.shape is not None
        return problem.shape.surfaces[face.number].measure * float(np.prod(lengths[len(problem.space) :]))
    return float(np.prod(np.delete(lengths, face.axis)))


def at_point(problem: Problem, condition: Condition, n: int, unit: Unit) -> np.ndarray:
    """Where a constraint is taken: one point; a point at n times; n points of the domain if it names no point."""
    d, k = len(problem.coordinates), len(problem.space)
    integrals = {i.symbol for i in problem.integrals}
    inner = set().union(
        *(
            i.integrand.free_symbols
            for i in problem.integrals
            if any(i.symbol in r.free_symbols for r in condition.residual)
        )
    )
    outer = set().union(*(r.free_symbols for r in condition.residual)) - integrals
    timely = problem.time is not None and problem.time.symbol in inner | outer
    if condition.at is None and outer & {c.symbol for c in problem.space}:
        return inside(problem, sp.true, n, unit)
    points = scale(np.full((1, d), 0.5), problem)
    if condition.at is not None:
        points[0, : len(condition.at)] = [problem.number(e) for e in condition.at]
    if not timely or (condition.at is not None and len(condition.at) == d):
        return points
    points = np.repeat(points, n, axis=0)
    points[:, k] = scale(unit(n, d), problem)[:, k]
    return points


def sample(problem: Problem, found: tuple[Piece, ...], n: int, unit: Unit) -> np.ndarray:
    """About `n` points on the pieces, uniform in their measure; shape (n', d)."""
    total = sum(p.measure for p in found)
    points = []
    for piece in found:
        count = max(1, round(n * piece.measure / total))
        drawn = on_face(problem, piece.face, max(count, int(count / piece.share)), unit)
        if piece.share < 1:
            drawn = drawn[chosen(problem, piece.where, drawn) & bounding(problem, piece.face, drawn)]
            turn = 0
            while len(drawn) < count:
                turn += 1
                more = on_face(problem, piece.face, 4 * count + 64, random(np.random.default_rng([turn, count])))
                drawn = np.concatenate(
                    [drawn, more[chosen(problem, piece.where, more) & bounding(problem, piece.face, more)]]
                )
            drawn = drawn[:count]
        points.append(drawn)
    return np.concatenate(points)


def random(generator: np.random.Generator) -> Unit:
    return lambda n, k: generator.random((n, k))
