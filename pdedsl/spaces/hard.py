"""From hard conditions and point sources to an ansatz `u = G + M N` that satisfies them whatever the network `N` is.

On a box, `G` is the Boolean sum of the interpolants in each coordinate (Gordon's transfinite interpolation), so it
agrees with the data on every face and is consistent at corners when the data are; `M` vanishes on those faces. What is
singular about point sources is a part of `G`.
"""

from dataclasses import dataclass, field, replace

import numpy as np
import sympy as sp

from pdedsl.geometry.faces import Rim, pieces, start
from pdedsl.geometry.points import inside, random
from pdedsl.problem.evaluate import evaluate
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Boundary, Field, Initial
from pdedsl.spaces.free_space import singular_part
from pdedsl.spaces.space import Size


@dataclass(frozen=True)
class _Data:
    """What is known of a field along one coordinate: its value at either end, its slope at the lower one."""

    lower: sp.Expr | None = None
    upper: sp.Expr | None = None
    slope: sp.Expr | None = None


@dataclass(frozen=True)
class Ansatz:
    """`u = extension + multiplier * N` for one field, as SymPy expressions of the coordinates."""

    extension: sp.Expr = field(default=sp.Integer(0))
    multiplier: sp.Expr = field(default=sp.Integer(1))


def ansatz(problem: Problem, unknown: Field) -> Ansatz:
    """The ansatz for a field; the identity where none of its conditions is hard, without point sources."""
    extension, multiplier = _on_shape(problem, unknown)
    extension += singular_part(problem, unknown) or 0
    known = _collect(problem, unknown)
    for coordinate in problem.coordinates:
        data = known.get(coordinate.symbol)
        if data is None:
            continue
        s, lower, upper = coordinate.symbol, coordinate.lower, coordinate.upper
        length = upper - lower
        rise = (s - lower) / length

        def missing(value: sp.Expr | None, at: sp.Expr, g: sp.Expr = extension, s: sp.Symbol = s) -> sp.Expr:
            return sp.Integer(0) if value is None else value.subs(s, at) - g.subs(s, at)

        if data.slope is not None:
            step = missing(data.lower, lower) + (s - lower) * (data.slope - sp.diff(extension, s)).subs(s, lower)
            extension, multiplier = extension + step, multiplier * rise**2
        elif data.lower is not None and data.upper is not None:
            extension += (1 - rise) * missing(data.lower, lower) + rise * missing(data.upper, upper)
            multiplier *= 4 * rise * (1 - rise)
        elif data.lower is not None:
            extension, multiplier = extension + missing(data.lower, lower), multiplier * rise
        elif data.upper is not None:
            extension, multiplier = extension + missing(data.upper, upper), multiplier * (1 - rise)
    return Ansatz(extension, multiplier)


def _on_shape(problem: Problem, unknown: Field) -> tuple[sp.Expr, sp.Expr]:
    """The data themselves and a smooth function that vanishes on the whole boundary of the shape."""
    shape = problem.domain.shape
    for condition in problem.conditions:
        if shape is None or not isinstance(condition, Boundary) or not condition.hard:
            continue
        for left, right in zip(condition.lhs, condition.rhs, strict=True):
            if left == unknown.expression:
                assert shape.distance is not None, "checked before"
                return right, shape.distance
    return sp.Integer(0), sp.Integer(1)


def _collect(problem: Problem, unknown: Field) -> dict[sp.Symbol, _Data]:
    domain, function = problem.domain, unknown.expression
    known: dict[sp.Symbol, _Data] = {}
    for condition in problem.conditions:
        if not isinstance(condition, Boundary | Initial) or not condition.hard:
            continue
        for left, right in zip(condition.lhs, condition.rhs, strict=True):
            if left == function:
                for piece in pieces(domain, condition):
                    if isinstance(piece.face, Rim):
                        continue
                    axis, end = domain.symbols[piece.face.axis], "upper" if piece.face.end else "lower"
                    known[axis] = replace(known.get(axis, _Data()), **{end: right})
            elif left.has(function):
                axis = domain.symbols[start(domain).axis]
                known[axis] = replace(known.get(axis, _Data()), slope=right)
    return known


def inner(problem: Problem, part: Ansatz, size: Size) -> Size:
    """What the network of a field is multiplied by and moved by: with hard conditions `G` takes the place of the mean."""
    if part == Ansatz():
        return size
    points = inside(problem.domain, sp.true, SOME, random(np.random.default_rng(0)))
    middle = float(np.mean(np.asarray(evaluate(part.extension, problem.domain.at(points)), float)))
    return Size(0.0, size.spread + abs(size.mean - middle))


SOME = 64
"""Points over which what hard conditions extend to is averaged."""
