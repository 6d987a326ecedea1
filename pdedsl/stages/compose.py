"""From SymPy expressions and declarations to a checked Problem, without any text."""

from collections.abc import Mapping, Sequence
from typing import Any

import sympy as sp

from pdedsl.problem.problem import Choice, Condition, Coordinate, Equation, Field, Parameter, Problem
from pdedsl.stages.load import loads

Interval = tuple[Any, Any]


def equation(relation: Any, name: str = "equation", weight: Any = None) -> Equation:
    """`lhs = rhs` in the domain: a SymPy `Eq`, or an expression that is to vanish."""
    left, right = _sides(relation)
    return Equation(name, left, right, None if weight is None else sp.sympify(weight))


def initial(relation: Any, name: str = "initial", weight: Any = None, hard: bool = False) -> Condition:
    """`lhs = rhs` at the start of time."""
    left, right = _sides(relation)
    return Condition(name, left, right, None if weight is None else sp.sympify(weight), kind="initial", hard=hard)


def boundary(
    relation: Any, on: Any = True, name: str = "boundary", weight: Any = None, hard: bool = False
) -> Condition:
    """`lhs = rhs` on the boundary, or on those pieces where one of the conditions `on` holds, such as `Eq(x, 0)`."""
    left, right = _sides(relation)
    where = tuple(sp.sympify(w) for w in (on if isinstance(on, list | tuple) else (on,)))
    return Condition(
        name, left, right, None if weight is None else sp.sympify(weight), kind="boundary", where=where, hard=hard
    )


def _sides(relation: Any) -> tuple[tuple[sp.Expr, ...], tuple[sp.Expr, ...]]:
    given: Any = sp.sympify(relation)
    if isinstance(given, sp.logic.boolalg.BooleanAtom):
        raise ValueError("the two sides of this equation are the same, or can never be")
    return ((given.lhs,), (given.rhs,)) if given.is_Equality else ((given,), (sp.Integer(0),))


def problem(
    domain: Mapping[sp.Symbol, Interval],
    fields: Sequence[Field],
    statements: Sequence[Equation],
    *,
    time: Mapping[sp.Symbol, Interval] | None = None,
    parameters: Mapping[sp.Symbol, Any] | None = None,
    exact: Mapping[Field, Any] | None = None,
    choices: Mapping[str, Choice] | None = None,
    title: str = "",
) -> Problem:
    """A problem from SymPy: coordinates with their intervals, fields, equations and conditions.

    Symbols must be real (`sympy.symbols("x t", real=True)`); a field is used through its `expression`. The problem is
    written as a spec and read back, so it passes the same checks as a text and raises the same `SpecError`.
    """
    coordinates = [Coordinate(s, sp.sympify(a), sp.sympify(b)) for s, (a, b) in domain.items()]
    coordinates += [Coordinate(s, sp.sympify(a), sp.sympify(b), kind="time") for s, (a, b) in (time or {}).items()]
    draft = Problem(
        coordinates=tuple(coordinates),
        fields=tuple(fields),
        equations=tuple(s for s in statements if not isinstance(s, Condition)),
        conditions=tuple(s for s in statements if isinstance(s, Condition)),
        parameters=tuple(Parameter(s, sp.sympify(v)) for s, v in (parameters or {}).items()),
        exact=tuple((f.name, sp.sympify(e)) for f, e in (exact or {}).items()),
        choices=tuple((choices or {}).items()),
        title=title,
    )
    return loads(str(draft), name="<problem>")
