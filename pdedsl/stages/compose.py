"""From SymPy expressions and declarations to a checked Problem, without any text."""

from collections.abc import Mapping, Sequence
from typing import Any

import sympy as sp

from pdedsl.problem.choices import Choice, Chosen
from pdedsl.problem.domain import Coordinate, Domain, Parameter
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Boundary, Equation, Field, Initial, Place, Statement
from pdedsl.stages.load import loads

Interval = tuple[Any, Any]


def equation(relation: Any, name: str = "equation", weight: Any = None) -> Equation:
    """`lhs = rhs` in the domain: a SymPy `Eq`, or an expression that is to vanish."""
    left, right = _sides(relation)
    return Equation(name, left, right, weight=_weight(weight))


def initial(relation: Any, name: str = "initial", weight: Any = None, hard: bool = False) -> Initial:
    """`lhs = rhs` at the start of time."""
    left, right = _sides(relation)
    return Initial(name, left, right, weight=_weight(weight), hard=hard)


def boundary(relation: Any, on: Any = True, name: str = "boundary", weight: Any = None, hard: bool = False) -> Boundary:
    """`lhs = rhs` on the boundary, or on those pieces where one of the conditions `on` holds, such as `Eq(x, 0)`."""
    left, right = _sides(relation)
    places = tuple(Place(sp.sympify(w)) for w in (on if isinstance(on, list | tuple) else (on,)))
    return Boundary(name, left, right, weight=_weight(weight), on=places, hard=hard)


def _weight(weight: Any) -> sp.Expr | None:
    return None if weight is None else sp.sympify(weight)


def _sides(relation: Any) -> tuple[tuple[sp.Expr, ...], tuple[sp.Expr, ...]]:
    given: Any = sp.sympify(relation)
    if isinstance(given, sp.logic.boolalg.BooleanAtom):
        raise ValueError("the two sides of this equation are the same, or can never be")
    return ((given.lhs,), (given.rhs,)) if given.is_Equality else ((given,), (sp.Integer(0),))


def problem(
    domain: Mapping[sp.Symbol, Interval],
    fields: Sequence[Field],
    statements: Sequence[Statement],
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
        domain=Domain(tuple(coordinates), tuple(Parameter(s, sp.sympify(v)) for s, v in (parameters or {}).items())),
        fields=tuple(fields),
        equations=tuple(s for s in statements if isinstance(s, Equation)),
        conditions=tuple(s for s in statements if not isinstance(s, Equation)),
        exact=tuple((f.name, sp.sympify(e)) for f, e in (exact or {}).items()),
        choices=tuple(Chosen(key, value) for key, value in (choices or {}).items()),
        title=title,
    )
    return loads(str(draft), name="<problem>")
