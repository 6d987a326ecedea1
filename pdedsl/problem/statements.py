"""What a problem states: fields, equations and three kinds of conditions, integrals, reports, references.

Scalars only: vector statements are kept as their components. Nothing is simplified.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar, Literal

import sympy as sp

from pdedsl.problem.atoms import Nonlocal
from pdedsl.problem.bounds import Bounds
from pdedsl.problem.given import Tabulated
from pdedsl.problem.printer import write_expression
from pdedsl.vocabulary.source import NOWHERE, Span


@dataclass(frozen=True)
class Field:
    """An unknown function of some of the coordinates."""

    name: str
    arguments: tuple[sp.Symbol, ...]
    span: Span = field(default=NOWHERE, compare=False)
    start: sp.Expr | None = None
    """What the search for an unknown field starts from."""
    sought: Bounds | None = None
    """Between which values an unknown field is sought; None for a field that equations determine."""
    noise: sp.Expr | None = None
    """The standard uncertainty of a number that is given with one, and sought beside data: of what it starts from."""
    law: tuple[str, tuple[int, ...]] | None = None
    """Of a number that is a coefficient of a function which is sought: of which one, and of which degrees."""

    @cached_property
    def expression(self) -> sp.Expr:
        """`u(x, t)` as SymPy knows it."""
        return sp.Function(self.name, real=True)(*self.arguments)


@dataclass(frozen=True)
class FieldGroup:
    """Fields with the same arguments, which share a network."""

    arguments: tuple[sp.Symbol, ...]
    members: tuple[int, ...]
    """Their places among the fields."""


def grouped(fields: tuple[Field, ...]) -> tuple[FieldGroup, ...]:
    """The fields by what they depend on, in the order of the first of each group."""
    places: dict[tuple[sp.Symbol, ...], tuple[int, ...]] = {}
    for place, own in enumerate(fields):
        places[own.arguments] = (*places.get(own.arguments, ()), place)
    return tuple(FieldGroup(arguments, members) for arguments, members in places.items())


@dataclass(frozen=True)
class Term:
    """A subexpression of a statement and the place where it was written."""

    span: Span
    value: sp.Expr


IntegralKind = Literal["integral", "mean", "maximum", "minimum", "jump"]


@dataclass(frozen=True)
class Integral:
    """An integral, a mean or an extreme over the domain in space, or over a part of its boundary, at each time.

    Or a jump: what an expression is on the side of an interface that the normal points to, less that on the other.
    """

    integrand: sp.Expr
    where: sp.Basic | None = None
    """The part of the boundary; None for the domain."""
    part: str | None = None
    """The name of that part, as it was written."""
    kind: IntegralKind = "integral"
    span: Span = field(default=NOWHERE, compare=False)

    @property
    def local(self) -> bool:
        """Whether it takes the values about the point alone."""
        return self.kind == "jump"

    @cached_property
    def symbol(self) -> Nonlocal:
        """What stands for it in expressions: its name is the way it is written."""
        place = "" if self.part is None else f", on = {self.part}"
        return Nonlocal(f"{self.kind}({write_expression(self.integrand)}{place})", real=True)


@dataclass(frozen=True)
class Report:
    """A quantity of interest: a number, a curve in time or a function, evaluated on the solution."""

    name: str
    value: sp.Expr
    at: tuple[sp.Expr, ...] | None = None
    terms: tuple[Term, ...] = field(default=(), compare=False, repr=False)
    at_span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Reference:
    """A table with a trusted solution, for comparison only."""

    name: str
    fields: tuple[str, ...]
    file: str
    columns: tuple[tuple[str, str], ...] = ()
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Measurement:
    """Measured values of fields or of an expression, each with the column of the file that holds them."""

    name: str
    values: tuple[sp.Expr, ...]
    measured: tuple[str, ...]
    file: str
    columns: tuple[tuple[str, str], ...] = ()
    noise: sp.Expr | str | None = None
    """The standard deviation, or the column that holds it."""
    robust: bool = False
    weight: sp.Expr | None = None
    span: Span = field(default=NOWHERE, compare=False)
    """Of the file's name."""
    head: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class FunctionSought:
    """A law that is sought: a function of fields and coordinates."""

    name: str
    arguments: tuple[sp.Expr, ...]
    bounds: Bounds
    start: float
    """The constant from which the search starts."""
    ranges: tuple[tuple[float, float], ...] | None = None
    """The interval of each argument, where it is a sum that is sought (`problem/laws.py`)."""
    shifted: bool = False
    """Whether only its slopes matter, so that it is zero in the middle of its range."""
    stated: bool = field(default=True, compare=False)
    """Whether the start was written."""
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class FunctionTable:
    """A function that a table gives, with what its arguments are."""

    name: str
    function: type[Tabulated]
    arguments: tuple[sp.Expr, ...]
    file: str
    columns: tuple[tuple[str, str], ...] = ()
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Relation:
    """`lhs = rhs`, componentwise: what the four kinds of statements have in common."""

    kind: ClassVar[str]
    words: ClassVar[str]
    """The kind as messages call it."""
    name: str
    lhs: tuple[sp.Expr, ...]
    rhs: tuple[sp.Expr, ...]
    weight: sp.Expr | None = field(default=None, kw_only=True)
    """As it was written; `spaces.sizes.weights` says what holds where nothing was."""
    span: Span = field(default=NOWHERE, compare=False, kw_only=True)
    head: Span = field(default=NOWHERE, compare=False, kw_only=True)
    terms: tuple[Term, ...] = field(default=(), compare=False, repr=False, kw_only=True)

    @cached_property
    def residual(self) -> tuple[sp.Expr, ...]:
        """The canonical form `lhs - rhs`, one expression a component."""
        return tuple(left - right for left, right in zip(self.lhs, self.rhs, strict=True))


@dataclass(frozen=True)
class Equation(Relation):
    """Holds in the domain, or in a part of it."""

    kind, words = "equation", "equation"
    part: str | None = field(default=None, kw_only=True)


@dataclass(frozen=True)
class Place:
    """One entry of `on`: boundary points at which a condition holds; `true` is the whole boundary in space."""

    where: sp.Basic
    span: Span = field(default=NOWHERE, compare=False)


EVERYWHERE = Place(sp.true)


@dataclass(frozen=True)
class Boundary(Relation):
    """Holds on pieces of the boundary, or at the end of time."""

    kind, words = "boundary", "boundary condition"
    on: tuple[Place, ...] = field(default=(EVERYWHERE,), kw_only=True)
    hard: bool = field(default=False, kw_only=True)
    """Satisfied by construction, not by penalty."""
    hard_span: Span = field(default=NOWHERE, compare=False, kw_only=True)

    @cached_property
    def where(self) -> tuple[sp.Basic, ...]:
        """It holds where one of these does."""
        return tuple(place.where for place in self.on)


@dataclass(frozen=True)
class Interface(Relation):
    """Holds on lines or surfaces inside the domain: where an equality holds, or on the boundary of a region."""

    kind, words = "interface", "interface condition"
    on: tuple[Place, ...] = field(default=(), kw_only=True)


@dataclass(frozen=True)
class Initial(Relation):
    """Holds at the start of time."""

    kind, words = "initial", "initial condition"
    hard: bool = field(default=False, kw_only=True)
    hard_span: Span = field(default=NOWHERE, compare=False, kw_only=True)


@dataclass(frozen=True)
class Constraint(Relation):
    """Holds of integrals, or at a point."""

    kind, words = "constraint", "constraint"
    at: tuple[sp.Expr, ...] | None = field(default=None, kw_only=True)
    """The point: coordinates in space, then the time or nothing for all times."""
    at_span: Span = field(default=NOWHERE, compare=False, kw_only=True)
    automatic: bool = field(default=False, kw_only=True)
    """Whether its weight is left to the data."""


Condition = Boundary | Interface | Initial | Constraint
Statement = Equation | Condition


def is_hard(statement: Statement) -> bool:
    """Whether a statement is built into the solution, so that it needs no points."""
    match statement:
        case Boundary() | Initial():
            return statement.hard
        case Equation() | Interface() | Constraint():
            return False
