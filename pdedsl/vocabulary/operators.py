"""The operators of the language as one table: how many operands of which rank, and what they mean.

Each meaning is its definition in Cartesian components, written with unevaluated SymPy derivatives.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

import sympy as sp
from sympy.core.function import AppliedUndef

from pdedsl.vocabulary.functions import raised
from pdedsl.vocabulary.tensor import Tensor, matrix, scalar, vector

Space = Sequence[sp.Symbol]
Meaning = Callable[[Space, Sequence[sp.Symbol], Sequence[Tensor]], Tensor]
"""From the spatial coordinates, the normal's components and the operands to the result."""


@dataclass(frozen=True)
class Operator:
    """One operator. `ranks` lists, for each operand, the ranks it takes."""

    ranks: tuple[tuple[int, ...], ...]
    meaning: Meaning
    needs: str = ""
    """What its operands must be like beyond their rank, in words, for messages."""
    fits: Callable[[int, Sequence[Tensor]], bool] = lambda d, operands: True
    """Whether operands of the right ranks fit a domain of d dimensions and each other."""
    boundary: bool = False
    """Has a meaning only on the boundary."""


def derivative(e: sp.Expr, *variables: sp.Symbol) -> sp.Expr:
    """An unevaluated partial derivative; zero where the expression does not depend on the coordinates."""
    if isinstance(e, AppliedUndef):  # a field: what SymPy finds out about its arguments is known
        if not all(v in e.args for v in variables):
            return sp.Integer(0)
        return partial_of(e, {v: variables.count(v) for v in variables})
    if not set(variables) <= e.free_symbols:
        return sp.Integer(0)
    return sp.Derivative(e, *variables)


def partial_of(field: sp.Expr, counts: Mapping[sp.Symbol, int]) -> sp.Derivative:
    """A derivative of a field as SymPy writes it, without the checks, which take long where there are many coordinates."""
    if len(counts) > 1:
        return sp.Derivative(field, *counts.items())
    ((symbol, count),) = counts.items()
    return sp.Expr.__new__(sp.Derivative, field, sp.Tuple(symbol, sp.Integer(count)))  # pyright: ignore[reportReturnType]


def _total(terms: Sequence[sp.Expr]) -> sp.Expr:
    return sp.Add(*terms)


def _inner(a: Sequence[sp.Expr], b: Sequence[sp.Expr]) -> sp.Expr:
    return _total([x * y for x, y in zip(a, b, strict=True)])


def _grad(space: Space, normal: Sequence[sp.Symbol], v: Sequence[Tensor]) -> Tensor:
    rows = [tuple(derivative(e, s) for s in space) for e in v[0].entries]
    return vector(rows[0]) if v[0].rank == 0 else matrix(rows)


def _div(space: Space, normal: Sequence[sp.Symbol], v: Sequence[Tensor]) -> Tensor:
    def of(row: Sequence[sp.Expr]) -> sp.Expr:
        return _total([derivative(e, s) for e, s in zip(row, space, strict=True)])

    return scalar(of(v[0].entries)) if v[0].rank == 1 else vector(tuple(map(of, v[0].rows())))


def _curl(space: Space, normal: Sequence[sp.Symbol], v: Sequence[Tensor]) -> Tensor:
    u = v[0].entries
    if len(space) == 2:
        return scalar(derivative(u[1], space[0]) - derivative(u[0], space[1]))
    pairs = ((1, 2), (2, 0), (0, 1))
    return vector(tuple(derivative(u[j], space[i]) - derivative(u[i], space[j]) for i, j in pairs))


def _laplacian(space: Space, normal: Sequence[sp.Symbol], v: Sequence[Tensor]) -> Tensor:
    return Tensor(tuple(_total([derivative(e, s, s) for s in space]) for e in v[0].entries), v[0].shape)


def _advect(space: Space, normal: Sequence[sp.Symbol], v: Sequence[Tensor]) -> Tensor:
    carrier, carried = v
    entries = (_inner(carrier.entries, [derivative(e, s) for s in space]) for e in carried.entries)
    return Tensor(tuple(entries), carried.shape)


def _dn(space: Space, normal: Sequence[sp.Symbol], v: Sequence[Tensor]) -> Tensor:
    entries = (_inner(normal, [derivative(e, s) for s in space]) for e in v[0].entries)
    return Tensor(tuple(entries), v[0].shape)


def _dot(space: Space, normal: Sequence[sp.Symbol], v: Sequence[Tensor]) -> Tensor:
    a, b = v
    columns = b.rows() and list(zip(*b.rows(), strict=True)) if b.rank == 2 else [b.entries]
    rows = a.rows() if a.rank == 2 else [a.entries]
    table = [tuple(_inner(row, column) for column in columns) for row in rows]
    match a.rank, b.rank:
        case 1, 1:
            return scalar(table[0][0])
        case 2, 2:
            return matrix(table)
        case 1, 2:
            return vector(table[0])
        case _:
            return vector(tuple(row[0] for row in table))


def _cross(space: Space, normal: Sequence[sp.Symbol], v: Sequence[Tensor]) -> Tensor:
    a, b = v[0].entries, v[1].entries
    if len(a) == 2:
        return scalar(a[0] * b[1] - a[1] * b[0])
    return vector(tuple(a[i] * b[j] - a[j] * b[i] for i, j in ((1, 2), (2, 0), (0, 1))))


def _transpose(v: Tensor) -> Tensor:
    return matrix([tuple(column) for column in zip(*v.rows(), strict=True)])


def _sym(space: Space, normal: Sequence[sp.Symbol], v: Sequence[Tensor]) -> Tensor:
    pairs = zip(v[0].entries, _transpose(v[0]).entries, strict=True)
    return Tensor(tuple((a + b) / 2 for a, b in pairs), v[0].shape)


def _outer(space: Space, normal: Sequence[sp.Symbol], v: Sequence[Tensor]) -> Tensor:
    return matrix([tuple(a * b for b in v[1].entries) for a in v[0].entries])


def _joined(d: int, v: Sequence[Tensor]) -> bool:
    return v[0].shape[-1] == v[1].shape[0]


def _square(d: int, v: Sequence[Tensor]) -> bool:
    return v[0].shape[0] == v[0].shape[1]


_OF_DIMENSION = "one component for each spatial coordinate"

OPERATORS: Mapping[str, Operator] = {
    "grad": Operator(((0, 1),), _grad),
    "div": Operator(((1, 2),), _div, _OF_DIMENSION, lambda d, v: v[0].shape[-1] == d),
    "curl": Operator(((1,),), _curl, "2 or 3 dimensions and a component for each", lambda d, v: v[0].shape[0] == d in (2, 3)),
    "laplacian": Operator(((0, 1, 2),), _laplacian),
    "advect": Operator(((1,), (0, 1)), _advect, f"in its first operand {_OF_DIMENSION}", lambda d, v: v[0].shape[0] == d),
    "dot": Operator(((1, 2), (1, 2)), _dot, "operands of fitting lengths", _joined),
    "cross": Operator(((1,), (1,)), _cross, "two vectors of 2 or of 3 components", lambda d, v: v[0].shape == v[1].shape and v[0].shape[0] in (2, 3)),
    "norm": Operator(((1, 2),), lambda s, n, v: scalar(raised(reduce(add, [e**2 for e in v[0].entries]), sp.S.Half))),
    "sym": Operator(((2,),), _sym, "a square matrix", _square),
    "transpose": Operator(((2,),), lambda s, n, v: _transpose(v[0])),
    "tr": Operator(((2,),), lambda s, n, v: scalar(_total([v[0].at(i, i) for i in range(v[0].shape[0])])), "a square matrix", _square),
    "outer": Operator(((1,), (1,)), _outer),
    "dn": Operator(((0, 1),), _dn, boundary=True),
}  # fmt: skip

SPATIAL = {"grad", "div", "curl", "laplacian", "advect", "dn"}
"""Operators that need a domain."""

EXTREMES = ("maximum", "minimum")
"""Operators over a whole set which only a report may ask for."""
INTEGRALS = ("integral", "mean", *EXTREMES)
"""Operators over the domain, or over a part of its boundary."""
SHAPES = ("box", "disk", "ball", "ellipse", "annulus", "polygon", "halfspace", "sdf")
