"""From hard conditions to an ansatz `u = G + M N` that satisfies them whatever the network `N` is.

On a box, `G` is the Boolean sum of the interpolants in each coordinate (Gordon's transfinite interpolation), so it
agrees with the data on every face and is consistent at corners when the data are; `M` vanishes on those faces.
"""

from dataclasses import dataclass, field

import sympy as sp

from pdedsl.geometry.geometry import Rim, pieces, start
from pdedsl.problem.problem import Field, Problem


@dataclass
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
    """The ansatz for a field; the identity where none of its conditions is hard."""
    extension, multiplier = _on_shape(problem, unknown)
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
    for condition in problem.conditions:
        if problem.shape is None or not condition.hard or condition.kind != "boundary":
            continue
        for left, right in zip(condition.lhs, condition.rhs, strict=True):
            if left == unknown.expression:
                assert problem.shape.distance is not None, "checked before"
                return right, problem.shape.distance
    return sp.Integer(0), sp.Integer(1)


def _collect(problem: Problem, unknown: Field) -> dict[sp.Symbol, _Data]:
    known: dict[sp.Symbol, _Data] = {}
    function = unknown.expression
    for condition in problem.conditions:
        if not condition.hard:
            continue
        for left, right in zip(condition.lhs, condition.rhs, strict=True):
            if left == function:
                for piece in pieces(problem, condition):
                    if isinstance(piece.face, Rim):
                        continue
                    data = known.setdefault(problem.symbols[piece.face.axis], _Data())
                    if piece.face.end:
                        data.upper = right
                    else:
                        data.lower = right
            elif left.has(function):
                known.setdefault(problem.symbols[start(problem).axis], _Data()).slope = right
    return known
