"""What bounds a domain: faces of a box, rims of a shape, the ends of time, and the pieces of them that conditions hold on."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import sympy as sp

from pdedsl.geometry.places import satisfying
from pdedsl.geometry.points import Unit, inside_shape, random, scale
from pdedsl.problem.domain import Domain
from pdedsl.problem.shapes import low_discrepancy
from pdedsl.problem.statements import Boundary, Constraint, Equation, Initial, Interface, Statement


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


def faces(domain: Domain) -> tuple[Face | Rim, ...]:
    """What bounds the domain in space, at all times; periodic coordinates have no ends."""
    if domain.shape is not None:
        return tuple(Rim(number) for number in range(len(domain.shape.surfaces)))
    axes = [axis for axis in domain.spatial if not domain.coordinates[axis].periodic]
    return tuple(Face(axis, end) for axis in axes for end in (0, 1))


def start(domain: Domain) -> Face:
    """The face at which time begins."""
    assert domain.time is not None
    return Face(domain.column(domain.time.symbol), 0)


def end(domain: Domain) -> Face:
    """The face at which time ends."""
    assert domain.time is not None
    return Face(domain.column(domain.time.symbol), 1)


def speaks_of_time(where: sp.Basic, domain: Domain) -> bool:
    """Whether a condition fixes the time, as `t = 1` does: a terminal condition."""
    time, coordinates = domain.time, set(domain.symbols)
    return time is not None and any(
        e.free_symbols & coordinates == {time.symbol} for e in where.atoms(sp.Equality, sp.Unequality)
    )


def is_terminal(statement: Statement, domain: Domain) -> bool:
    """Whether a statement holds at the end of time."""
    return isinstance(statement, Boundary) and any(speaks_of_time(w, domain) for w in statement.where)


def on_face(domain: Domain, face: Face | Rim, n: int, unit: Unit) -> np.ndarray:
    """Points of shape (n, d) on a face or rim; a single one where a face is a point."""
    d = len(domain.coordinates)
    if isinstance(face, Rim):
        assert domain.shape is not None
        numbers, spatial = unit(n, d), list(domain.spatial)
        points = scale(numbers, domain)
        drawn = numbers[:, spatial]
        points[:, spatial] = domain.by_shape(points, lambda shape, own: shape.surfaces[face.number].draw(drawn[own]))
        return points
    inner = unit(n, d - 1) if d > 1 else np.zeros((1, 0))
    points = scale(np.insert(inner, face.axis, 0.0, axis=1), domain)
    points[:, face.axis] = domain.bounds[face.axis][face.end]
    return points


def bounding(domain: Domain, face: Face | Rim, points: np.ndarray) -> np.ndarray:
    """Which points of a face or rim bound the domain, shape (n,)."""
    if isinstance(face, Rim):
        places = points[:, list(domain.spatial)]
        return domain.by_shape(points, lambda shape, own: shape.outward(face.number, places[own])[0])
    return inside_shape(domain, points)


def normals(domain: Domain, points: np.ndarray) -> np.ndarray:
    """Outward unit normals at boundary points, shape (n, number of spatial coordinates)."""
    spatial = list(domain.spatial)
    if domain.shape is not None:
        places = points[:, spatial]
        return domain.by_shape(points, lambda shape, own: shape.normals(places[own]))
    lower, upper = np.asarray([domain.bounds[axis] for axis in spatial], float).reshape(-1, 2).T
    offset = (points[:, spatial] - (lower + upper) / 2) / ((upper - lower) / 2)
    found = np.zeros_like(offset)
    if offset.size:
        nearest, rows = np.abs(offset).argmax(axis=1), np.arange(len(points))
        found[rows, nearest] = np.sign(offset[rows, nearest])
    return found


def pieces(domain: Domain, statement: Statement) -> tuple[Piece, ...]:
    """Where on the boundary a statement holds; empty if it meets no boundary point."""
    match statement:
        case Boundary():
            return boundary_pieces(domain, statement.where)
        case Initial():
            return () if domain.time is None else _start_piece(domain)
        case Equation() | Interface() | Constraint():
            return ()


@lru_cache(maxsize=4096)
def _start_piece(domain: Domain) -> tuple[Piece, ...]:
    face = start(domain)
    share = float(bounding(domain, face, on_face(domain, face, 512, _same)).mean())
    return (Piece(face, (sp.true,), share, share * _measure(domain, face)),)


@lru_cache(maxsize=4096)
def boundary_pieces(domain: Domain, where: tuple[sp.Basic, ...]) -> tuple[Piece, ...]:
    """The pieces on which one of some conditions holds, each measured once."""
    terminal = tuple(w for w in where if speaks_of_time(w, domain))
    spatial = tuple(w for w in where if w not in terminal)
    candidates: list[tuple[Face | Rim, tuple[sp.Basic, ...]]] = []
    if spatial:
        candidates += [(face, spatial) for face in faces(domain)]
    if terminal:
        candidates.append((end(domain), terminal))
    found = []
    for face, own in candidates:
        if isinstance(face, Face) and domain.shape is None and sp.true in own:
            found.append(Piece(face, own, 1.0, _measure(domain, face)))
            continue
        share = _share(domain, face, own, on_face(domain, face, 512, _same))
        if 0 < share < 1:
            share = _share(domain, face, own, on_face(domain, face, 8192, low_discrepancy))
        if share > 0:
            found.append(Piece(face, own, share, share * _measure(domain, face)))
    return tuple(found)


def _same(n: int, k: int) -> np.ndarray:
    """The same random numbers at every call."""
    return np.random.default_rng(0).random((n, k))


def _share(domain: Domain, face: Face | Rim, where: tuple[sp.Basic, ...], probes: np.ndarray) -> float:
    return float((satisfying(domain, where, probes) & bounding(domain, face, probes)).mean())


def _measure(domain: Domain, face: Face | Rim) -> float:
    lengths = np.asarray([hi - lo for lo, hi in domain.bounds])
    if isinstance(face, Rim):
        assert domain.shape is not None
        return domain.shape.surfaces[face.number].measure * float(np.prod(lengths[list(domain.other)]))
    return float(np.prod(np.delete(lengths, face.axis)))


def sample(domain: Domain, found: tuple[Piece, ...], n: int, unit: Unit) -> np.ndarray:
    """About `n` points on the pieces, uniform in their measure; shape (n', d)."""
    if not found:
        return np.zeros((0, len(domain.coordinates)))
    total = sum(p.measure for p in found)
    return np.concatenate([_on_piece(domain, p, max(1, round(n * p.measure / total)), unit) for p in found])


def _on_piece(domain: Domain, piece: Piece, count: int, unit: Unit) -> np.ndarray:
    def kept(points: np.ndarray) -> np.ndarray:
        return points[satisfying(domain, piece.where, points) & bounding(domain, piece.face, points)]

    drawn = on_face(domain, piece.face, max(count, int(count / piece.share)), unit)
    if piece.share == 1:
        return drawn
    drawn, turn = kept(drawn), 0
    while len(drawn) < count:
        turn += 1
        more = on_face(domain, piece.face, 4 * count + 64, random(np.random.default_rng([turn, count])))
        drawn = np.concatenate([drawn, kept(more)])
    return drawn[:count]
