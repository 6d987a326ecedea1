"""From a statement and the bases of the fields in it to its points: enough of them, denser where more functions differ."""

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
import sympy as sp

from pdedsl.geometry.faces import Face, pieces, sample
from pdedsl.geometry.holes import Hole, holes
from pdedsl.geometry.interfaces import apart, crossings
from pdedsl.geometry.places import satisfying
from pdedsl.geometry.points import Unit, inside_shape, scale, spots
from pdedsl.geometry.regions import Regions, regions
from pdedsl.problem.domain import Domain
from pdedsl.problem.problem import Problem
from pdedsl.problem.shapes import low_discrepancy
from pdedsl.problem.sources import region
from pdedsl.problem.statements import Boundary, Constraint, Equation, Initial, Interface, Statement
from pdedsl.spaces.composite import composite_of
from pdedsl.spaces.functions import Functions, Joined, Products, Sided, Superposed
from pdedsl.spaces.poles import around_holes
from pdedsl.spaces.singular import Singular
from pdedsl.spaces.stretch import Stretch
from pdedsl.spaces.tamed import around, met

OVER = 1.5
"""Points for each function of a basis, in the domain as on its boundary."""
ROUND = 2.0
"""The same for curved parts of a boundary, on which more functions differ than on a face."""
CROSSINGS = 8
"""Crossings of a line or surface for each point that is taken of them."""
SHIFT = 0.2718
"""By how much points that nothing was fitted to are moved from those that something was."""
SHARED = 6.0
"""Functions that differ on all faces together, for each of a basis, from which faces are taken to share them: in many coordinates."""
GOLDEN = 0.6180339887498949
"""By how much points of one of many faces are moved from those of the last."""
DIMENSIONS = 12
"""Coordinates beyond which points of a low-discrepancy sequence are less even than random ones."""
EMPTY = 64
"""How many times as many points of a box as are asked for tell that a region has none there."""
FEWEST = 24
"""Points of an equation."""
_SEED = 19_610_731


def low_discrepant(shift: float, drawn: Sequence[int] = ()) -> Unit:
    """Points of a low-discrepancy sequence, moved round the unit cube; some of the columns, counted from the last, -1, are drawn at
    random, so that the sequence has fewer dimensions: of many of these some two are far from even.
    """

    def unit(n: int, k: int) -> np.ndarray:
        if not k:
            return np.zeros((n, 0))
        found = (np.random.default_rng(_SEED).random((n, k)) + shift) % 1
        own = [column for column in range(k) if column - k not in drawn]
        if len(own) <= DIMENSIONS:
            found[:, own] = (low_discrepancy(n, len(own)) + shift) % 1
        return found

    return unit


def _moved(unit: Unit, number: int) -> Unit:
    """Other points for each of many faces, which share what they say of the same functions."""
    return lambda n, k: (unit(n, k) + number * GOLDEN) % 1


def _unit(problem: Problem, bases: Sequence[Functions], shift: float) -> Unit:
    """Those of the coordinates of bases, others at random: parameters, which are the last."""
    d, held = len(problem.coordinates), set[int]().union(*(b.axes for b in bases))
    swept = (k for k, c in enumerate(problem.coordinates) if c.kind == "parameter")
    return low_discrepant(shift, [k - d for k in swept if k not in held])


def placed(problem: Problem, statement: Statement, bases: Sequence[Functions], shift: float) -> np.ndarray:
    """The points of a statement, shape (n, d): enough for the bases, denser towards the ends of each coordinate, and near
    corners where that matters.

    In a box with the arcsine density, for which polynomials of high degree are stable (Narayan, Jakeman and Zhou 2017).
    """
    unit = _unit(problem, bases, shift)
    found = [_placed(problem, statement, bases, unit)]
    count = OVER * max(_singular(b) for b in bases)
    if isinstance(statement, Equation | Boundary) and met(problem):
        found.append(around(problem, statement, unit, round(count / len(met(problem)))))
    if isinstance(statement, Equation) and (gaps := _gaps(problem)) and count:
        near = around_holes(problem.domain, gaps, unit, round(count / len(gaps)))
        found.append(near[satisfying(problem.domain, (region(problem, statement),), near)])
    return np.concatenate(found)


def _gaps(problem: Problem) -> tuple[Hole, ...]:
    """The holes about which fields have negative powers."""
    if len(problem.space) != 2 or problem.time is not None:
        return ()
    held = regions(problem)
    return holes(problem.domain) if held is None else tuple(own for gaps in held.holes for own in gaps)


def _placed(problem: Problem, statement: Statement, bases: Sequence[Functions], unit: Unit) -> np.ndarray:
    """Those for the bases."""
    domain = problem.domain
    denser = partial(_denser, domain, maps=_maps(bases))
    match statement:
        case Equation():
            where = region(problem, statement)
            cut = next((b for b in bases if isinstance(b, Sided)), None)
            if cut is None:
                n = max(FEWEST, round(OVER * max(b.size for b in bases)))
                return _spread(domain, filled(domain, n, unit, where, bases), bases, unit)
            found = []
            for k in range(cut.regions.count):
                own = [b.parts[k] if isinstance(b, Sided) else b for b in bases]
                n = max(FEWEST, round(OVER * max(b.size for b in own)))
                found.append(filled(domain, n, unit, where, own, (cut.regions, k)))
            return np.concatenate(found)
        case Boundary() | Initial():
            found, held = [], pieces(domain, statement)
            traces = {
                k: max(b.trace(k) for b in bases) for k in {p.face.axis for p in held if isinstance(p.face, Face)}
            }
            every = sum(traces[p.face.axis] for p in held if isinstance(p.face, Face))
            part = min(1.0, SHARED * max(b.size for b in bases) / max(every, 1))
            for number, piece in enumerate(held):
                own = unit if part == 1 else _moved(unit, number)
                if isinstance(piece.face, Face):
                    n = round(OVER * part * traces[piece.face.axis]) + 2
                else:
                    n = round(2 * ROUND * max(b.trace(axis) for b in bases for axis in domain.spatial)) + 2
                drawn = sample(domain, (piece,), n, own)
                if isinstance(piece.face, Face):
                    drawn = _spread(domain, drawn, bases, own, piece.face.axis)
                plain = piece.share < 1 or any(composite_of(b) for b in bases)
                found.append(drawn if plain else denser(drawn))
            return np.concatenate(found) if found else np.zeros((0, len(domain.coordinates)))
        case Constraint():
            n = max(FEWEST, round(OVER * max(b.along for b in bases)))
            varies = problem.varying(statement.residual)
            if any(c.symbol in varies for c in domain.space) and statement.at is None:
                n = max(FEWEST, round(OVER * max(b.size for b in bases)))
            return denser(spots(domain, statement.at, varies, n, unit))
        case Interface():
            n = round(ROUND * max(b.trace(axis) for b in bases for axis in domain.spatial)) + 2
            return apart(domain, crossings(domain, statement.on, CROSSINGS * n, unit), n)


def _spread(
    domain: Domain, points: np.ndarray, bases: Sequence[Functions], unit: Unit, fixed: int | None = None
) -> np.ndarray:
    """Points moved, all but a fixed coordinate, so that what bases are functions of is everywhere in its range, denser at its ends."""
    own = next((held for b in bases if (held := composite_of(b)) is not None), None)
    if own is None:
        return points
    return own.spread(domain, points, (1 - np.cos(np.pi * unit(len(points), 1)[:, 0])) / 2, fixed)


def _singular(basis: Functions) -> int:
    """The number of singular functions of a basis."""
    if isinstance(basis, Joined | Sided):
        return sum(map(_singular, basis.parts))
    if isinstance(basis, Superposed):
        return _singular(basis.plane)
    if isinstance(basis, Products):
        return basis.size if _singular(basis.plane) else 0
    return basis.size if isinstance(basis, Singular) else 0


def filled(
    domain: Domain,
    n: int,
    unit: Unit,
    region: sp.Basic = sp.true,
    bases: Sequence[Functions] = (),
    between: tuple[Regions, int] | None = None,
) -> np.ndarray:
    """Points of a region, all of one sequence, shape (n, d); denser towards the ends of the coordinates of a box, and where
    those of some bases are stretched. Of those between interfaces in one of their regions, if that is given.
    """
    count, points, maps = n, np.zeros((0, len(domain.coordinates))), _maps(bases)
    within, boxed = domain, domain.shape is None
    if between is not None:
        held, own = between
        within = domain.within(held.bounds[own])
        boxed = held.boxes[own] or (boxed and within.bounds == domain.bounds)
    for _ in range(12):
        points = _denser(within, scale(unit(count, len(domain.coordinates)), within), maps, boxed)
        kept = inside_shape(domain, points) & satisfying(domain, (region,), points)
        if between is not None:
            kept &= between[0].at(domain, points) == between[1]
        points = points[kept]
        if len(points) >= n or (not len(points) and count > EMPTY * n):
            break
        count = 2 * count if not len(points) else int(1.1 * count * n / len(points)) + 1
    return points[:n]


def _maps(bases: Sequence[Functions]) -> dict[int, Stretch]:
    """How coordinates are stretched, by their columns."""
    return {axis: own for basis in bases for axis in basis.axes if (own := basis.stretch(axis)) is not None}


def _denser(domain: Domain, points: np.ndarray, maps: Mapping[int, Stretch], boxed: bool | None = None) -> np.ndarray:
    """Uniform points moved towards the ends of the coordinates of a box; periodic ones, and shapes that are not `boxed`, stay.

    Where a coordinate is stretched, so that they are denser towards the ends in what it is stretched to.
    """
    boxed = domain.shape is None if boxed is None else boxed
    axes = range(len(domain.coordinates)) if boxed else (k for k in domain.other if k not in domain.shaping)
    low, high = np.asarray(domain.bounds, float).T
    found = points.copy()
    for axis in axes:
        if not domain.coordinates[axis].periodic:
            part = (points[:, axis] - low[axis]) / (high[axis] - low[axis])
            if axis in domain.logarithmic:
                part = np.log(points[:, axis] / low[axis]) / np.log(high[axis] / low[axis])
            part = np.clip(part, 0, 1)
            s = -np.cos(np.pi * part)
            moved = low[axis] + (high[axis] - low[axis]) * (1 + s) / 2
            if axis in maps:
                moved = maps[axis].inverse(s, (low[axis], high[axis]))
            found[:, axis] = np.where((part == 0) | (part == 1), points[:, axis], moved)
    return found
