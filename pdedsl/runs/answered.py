"""From a solution in polynomials to what it says at a point without its text."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import sympy as sp
from sympy.core.function import AppliedUndef

from pdedsl.analysis.defect import least, probes
from pdedsl.numerics.polynomials import Apart, Expanded
from pdedsl.problem.moving import moving
from pdedsl.problem.problem import Problem
from pdedsl.runs.answer import Answered, arrays
from pdedsl.spaces.basis import Basis
from pdedsl.spaces.collocation import Expansion, split
from pdedsl.spaces.fitting import renumbered
from pdedsl.spaces.functions import Functions, Products
from pdedsl.spaces.hard import Ansatz
from pdedsl.spaces.pieces import Pieces
from pdedsl.spaces.space import Size
from pdedsl.spaces.sums import Sum
from pdedsl.spaces.tamed import valued


def answered(problem: Problem, off: Apart) -> dict[str, np.ndarray] | None:
    """The arrays of an answer, from how far a solution is from a better one; None where fields are more than sums on a box:
    on a shape, between ends that are sought or no plain sums of parameters, with hard conditions, with what is singular at corners.
    """
    domain, fields = problem.domain, list[Answered]()
    between = [(_plain(problem, own.lower), _plain(problem, own.upper)) for own in moving(problem)]
    if domain.shape is not None or not valued(problem) or any(end is None for ends in between for end in ends):
        return None
    floors = least(off.values(probes(problem)))
    for place, unknown in enumerate(problem.fields):
        if not unknown.arguments:
            continue
        if (own := _field(unknown.name, off.whole, off.corrected, place, float(floors[place]))) is None:
            return None
        fields.append(own)
    places = [domain.column(own.fixed) for own in moving(problem)]
    ends = np.reshape(np.asarray(between, float), (len(places), 2, 1 + len(problem.names)))
    return arrays(list(problem.names), np.asarray(problem.bounds, float), fields, places, ends)


def _plain(problem: Problem, end: sp.Expr) -> np.ndarray | None:
    """A number and one for each column of points, shape (1 + d,), with which these make an end of an interval; None where they do not."""
    swept = {c.symbol: place for place, c in enumerate(problem.coordinates, 1) if c.kind == "parameter"}
    formula: Any = end.xreplace({s: sp.Float(v, 17) for s, v in problem.domain.values.items()})
    if formula.atoms(AppliedUndef) or not formula.free_symbols <= swept.keys():
        return None
    slopes = {symbol: formula.diff(symbol) for symbol in swept}
    if any(own.free_symbols for own in slopes.values()):
        return None
    found = np.zeros(1 + len(problem.names))
    found[0] = formula.xreplace(dict.fromkeys(swept, sp.Integer(0)))
    found[list(swept.values())] = list(slopes.values())
    return found


def _field(name: str, whole: Expanded, better: Expanded, place: int, floor: float) -> Answered | None:
    """A field as sums; None where it is more."""
    own = whole.fields[place]
    if not own.bounds.free:
        return None
    pieces = isinstance(own, Pieces)
    parts: Sequence[Expansion] = own.parts if pieces else (own,)
    flat = [flattened(part.basis) if part.built == Ansatz() else None for part in parts]
    c, moved = (split(parts, np.asarray(u.coefficients[place])) for u in (whole, better))
    values, errors = [], []
    for part, basis, mine, other in zip(parts, flat, c, moved, strict=True):
        if basis is None:
            return None
        values.append(Sum(renumbered(basis), mine, part.size))
        errors.append(Sum(renumbered(basis), mine - other, Size(0.0, part.size.spread)))
    axis, ends = (own.axis, own.ends) if pieces else (0, np.zeros(0))
    return Answered(name, parts[0].basis.axes, axis, ends, tuple(values), tuple(errors), floor)


def flattened(functions: Functions) -> Basis | None:
    """Functions as products of functions of one coordinate each; None where they are no such products."""
    if isinstance(functions, Basis):
        return functions
    if not isinstance(functions, Products) or functions.moving:
        return None
    plane, beside = functions.plane, functions.beside
    if not (isinstance(plane, Basis) and isinstance(beside, Basis)):
        return None
    own, other = functions.pairs.T
    return Basis(
        functions.axes,
        functions.intervals,
        (*plane.circular, *beside.circular),
        np.concatenate([plane.numbers[own], beside.numbers[other]], axis=1),
        tuple(part.stretch(axis) for part in (plane, beside) for axis in part.axes),
    )
