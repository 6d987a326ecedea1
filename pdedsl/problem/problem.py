"""A partial differential equation with all that belongs to it, in SymPy: what a spec means.

Scalars only: vector statements are kept as their components. Nothing is simplified; a field is a SymPy function of
its coordinates, a derivative a `Derivative`, a parameter a symbol whose value stands beside it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal

import sympy as sp

from pdedsl.problem.evaluate import evaluate
from pdedsl.problem.primitives import Tree, construct
from pdedsl.problem.shapes import Shape
from pdedsl.problem.typeset import latex
from pdedsl.problem.write import write
from pdedsl.vocabulary.functions import SAFE
from pdedsl.vocabulary.source import NOWHERE, Diagnostic, Source, Span


def normal(dimension: int) -> tuple[sp.Symbol, ...]:
    """The components of the outward normal, one symbol each."""
    return tuple(sp.Symbol(f"normal[{i + 1}]", real=True) for i in range(dimension))


@dataclass(frozen=True)
class Coordinate:
    """A coordinate and its interval. The bounds may contain parameters; lengths in the user's own units."""

    symbol: sp.Symbol
    lower: sp.Expr
    upper: sp.Expr
    kind: Literal["space", "time"] = "space"
    group: str | None = None
    """`x` for the coordinate `x[3]`."""
    index: int = 0
    """3 for the coordinate `x[3]`."""
    span: Span = field(default=NOWHERE, compare=False)

    @property
    def name(self) -> str:
        return self.symbol.name


@dataclass(frozen=True)
class Parameter:
    """A named constant; its value may contain other parameters."""

    symbol: sp.Symbol
    value: sp.Expr
    span: Span = field(default=NOWHERE, compare=False)

    @property
    def name(self) -> str:
        return self.symbol.name


@dataclass(frozen=True)
class Field:
    """An unknown function of some of the coordinates."""

    name: str
    arguments: tuple[sp.Symbol, ...]
    span: Span = field(default=NOWHERE, compare=False)

    @cached_property
    def expression(self) -> sp.Expr:
        """`u(x, t)` as SymPy knows it."""
        return sp.Function(self.name, real=True)(*self.arguments)


@dataclass(frozen=True)
class Term:
    """A subexpression of a statement and the place where it was written."""

    span: Span
    value: sp.Expr


@dataclass(frozen=True)
class Integral:
    """An integral or a mean over the domain in space, or over a part of its boundary, at each time.

    In expressions it stands as a symbol whose name is the way it is written.
    """

    symbol: sp.Symbol
    integrand: sp.Expr
    where: sp.Basic | None = None
    """The part of the boundary; None for the domain."""
    mean: bool = False
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Report:
    """A quantity of interest: a number, a curve in time or a function, evaluated on the solution."""

    name: str
    value: sp.Expr
    at: tuple[sp.Expr, ...] | None = None
    terms: tuple[Term, ...] = field(default=(), compare=False, repr=False)
    at_span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Equation:
    """`lhs = rhs`, componentwise, in the domain."""

    name: str
    lhs: tuple[sp.Expr, ...]
    rhs: tuple[sp.Expr, ...]
    weight: sp.Expr | None = None
    """As it was written; `balance.weights` says what holds where nothing was."""
    span: Span = field(default=NOWHERE, compare=False)
    head: Span = field(default=NOWHERE, compare=False)
    terms: tuple[Term, ...] = field(default=(), compare=False, repr=False)
    part: str | None = None
    """The part of the domain where it holds; None for all of it."""

    kind: Literal["equation", "boundary", "initial", "constraint"] = field(default="equation", init=False)

    @cached_property
    def residual(self) -> tuple[sp.Expr, ...]:
        """The canonical form `lhs - rhs`, one expression a component."""
        return tuple(left - right for left, right in zip(self.lhs, self.rhs, strict=True))


@dataclass(frozen=True)
class Condition(Equation):
    """`lhs = rhs` on pieces of the boundary, at the start of time or at its end."""

    kind: Literal["boundary", "initial", "constraint"] = "boundary"
    where: tuple[sp.Basic, ...] = (sp.true,)
    """Boundary points at which one of these SymPy conditions holds; `true` is the whole spatial boundary."""
    places: tuple[Span, ...] = field(default=(), compare=False)
    at: tuple[sp.Expr, ...] | None = None
    """The point of a constraint: coordinates in space, then the time or nothing for all times."""
    at_span: Span = field(default=NOWHERE, compare=False)
    hard: bool = False
    """Satisfied by construction, not by penalty."""
    hard_span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Reference:
    """A table with a trusted solution, for comparison only."""

    name: str
    fields: tuple[str, ...]
    file: str
    columns: tuple[tuple[str, str], ...] = ()
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Call:
    """A numerical choice such as `mlp(20, 20, activation = tanh)`."""

    name: str
    arguments: tuple["Choice", ...] = ()
    keywords: tuple[tuple[str, "Choice"], ...] = ()

    def __str__(self) -> str:
        inside = [str(a) for a in self.arguments] + [f"{k} = {v}" for k, v in self.keywords]
        return f"{self.name}({', '.join(inside)})" if inside else self.name


Choice = int | float | Call


@dataclass(frozen=True)
class Problem:
    """`D[u] = f` in a box, `B[u] = g` on its boundary, and the numerical choices that came with it."""

    coordinates: tuple[Coordinate, ...]
    fields: tuple[Field, ...]
    equations: tuple[Equation, ...]
    conditions: tuple[Condition, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    tree: Tree | None = None
    """The shape of the domain as it was written; None for the box of the coordinates."""
    parts: tuple[tuple[str, sp.Basic], ...] = ()
    """Named conditions on the coordinates."""
    periodic: tuple[sp.Symbol, ...] = ()
    """Coordinates in which every field is periodic, by construction."""
    integrals: tuple[Integral, ...] = ()
    reports: tuple[Report, ...] = ()
    exact: tuple[tuple[str, sp.Expr], ...] = ()
    references: tuple[Reference, ...] = ()
    choices: tuple[tuple[str, Choice], ...] = ()
    title: str = ""
    source: Source = field(default=Source(""), compare=False, repr=False)
    text: str = field(default="", compare=False, repr=False)
    """The spec as it was written, with the values that its parameters were given since; empty if there is none."""
    vectors: tuple[tuple[str, tuple[str, ...]], ...] = field(default=(), compare=False, repr=False)
    """Fields that were declared to be the components of a vector."""
    exact_spans: tuple[tuple[str, Span], ...] = field(default=(), compare=False, repr=False)
    spans: tuple[tuple[str, Span], ...] = field(default=(), compare=False, repr=False)
    """Where parts and periodic coordinates are declared, by name, and the values of settings as `solve.KEY`."""
    warnings: tuple[Diagnostic, ...] = field(default=(), compare=False, repr=False)

    @property
    def space(self) -> tuple[Coordinate, ...]:
        return tuple(c for c in self.coordinates if c.kind == "space")

    @property
    def time(self) -> Coordinate | None:
        return next((c for c in self.coordinates if c.kind == "time"), None)

    @property
    def symbols(self) -> tuple[sp.Symbol, ...]:
        """The coordinates in the order of a point: space as declared, then time."""
        return tuple(c.symbol for c in self.coordinates)

    @property
    def statements(self) -> tuple[Equation, ...]:
        return (*self.equations, *self.conditions)

    @property
    def name(self) -> str:
        return self.title or self.source.name

    def region(self, equation: Equation) -> sp.Basic:
        """The condition on the coordinates under which an equation holds."""
        return sp.true if equation.part is None else dict(self.parts)[equation.part]

    @cached_property
    def values(self) -> dict[sp.Symbol, float]:
        """The parameters' values in double precision."""
        known: dict[sp.Symbol, float] = {}
        for parameter in self.parameters:
            known[parameter.symbol] = float(evaluate(parameter.value, known))
        return known

    def number(self, expression: sp.Expr) -> float:
        """A constant expression in double precision, parameters put in."""
        return float(evaluate(expression, self.values))

    @cached_property
    def bounds(self) -> tuple[tuple[float, float], ...]:
        """The interval of each coordinate."""
        return tuple((self.number(c.lower), self.number(c.upper)) for c in self.coordinates)

    @cached_property
    def shape(self) -> Shape | None:
        """The domain in space where it is not the box of the coordinates."""
        return None if self.tree is None else construct(self.tree, tuple(c.symbol for c in self.space), self.values)

    @cached_property
    def functions(self) -> tuple[sp.Expr, ...]:
        return tuple(f.expression for f in self.fields)

    def beside(self, file: str) -> Path:
        """A file that the spec names, relative to the spec."""
        return Path(self.source.name).parent / file

    def columns(self, table: Reference) -> dict[str, str]:
        """The column of a table for each coordinate and field that it must hold."""
        arguments = {s.name for f in self.fields if f.name in table.fields for s in f.arguments}
        names = [*(s.name for s in self.symbols if s.name in arguments), *table.fields]
        renamed = dict(table.columns)
        return {name: renamed.get(name, name) for name in names}

    def put(self, expression: sp.Basic, solution: Mapping[str, sp.Expr]) -> sp.Basic:
        """The expression with the named fields replaced by given expressions, derivatives carried out."""
        known = {f.expression: solution[f.name] for f in self.fields if f.name in solution}
        return expand_derivatives(expression.xreplace(known))

    def __str__(self) -> str:
        return write(self)

    def _repr_latex_(self) -> str:
        return latex(self)

    def with_choices(self, choices: Mapping[str, Choice]) -> "Problem":
        return replace(self, choices=tuple({**dict(self.choices), **choices}.items()))


def derivative_order(derivative: sp.Derivative, among: Iterable[sp.Symbol] | None = None) -> int:
    """How often a derivative differentiates, with respect to some symbols or to all."""
    counts: Any = derivative.variable_count
    return sum(int(n) for s, n in counts if among is None or s in among)


class TooLarge(Exception):
    """A derivative of a product or a composition has more terms than anyone would write."""


MOST = 4000
"""The most nodes that an expression may have on the way to its derivative."""


def expand_derivatives(expression: Any) -> Any:
    """Carry derivatives of sums, products and compositions down to the fields; nothing else is touched.

    Raises TooLarge instead of growing without bound.
    """
    if not expression.has(sp.Derivative):
        return expression
    with SAFE():
        return _expanded(expression)


@lru_cache(maxsize=20_000)
def _expanded(expression: Any) -> Any:
    if not expression.args or isinstance(expression, sp.core.function.AppliedUndef):
        return expression
    if isinstance(expression, sp.Derivative):
        result: Any = _expanded(expression.expr)
        pairs: Any = expression.variable_count
        for symbol, count in pairs:
            for _ in range(int(count)):
                if size(result, {}) > MOST:
                    raise TooLarge
                result = _differentiated(result, symbol)
        return result
    arguments = [_expanded(a) for a in expression.args]
    unchanged = all(a is b for a, b in zip(arguments, expression.args, strict=True))
    return expression if unchanged else expression.func(*arguments)


@lru_cache(maxsize=20_000)
def _differentiated(expression: Any, symbol: sp.Symbol) -> Any:
    """The first derivative of an expanded expression: what SymPy gives, by rules that share what is equal."""
    match expression:
        case sp.Add():
            return sp.Add(*(_differentiated(a, symbol) for a in expression.args))
        case sp.core.function.AppliedUndef():
            return _partial(expression, ((symbol, 1),)) if symbol in expression.args else sp.Integer(0)
        case sp.Derivative():
            if symbol not in expression.expr.args:
                return sp.Integer(0)
            pairs: Any = expression.variable_count
            counts: dict[Any, Any] = dict(pairs)
            counts[symbol] = counts.get(symbol, 0) + 1
            return _partial(expression.expr, tuple(sorted(counts.items(), key=lambda pair: str(pair[0]))))
        case sp.Mul():
            moving = [a for a in expression.args if symbol in a.free_symbols]
            return sp.Add(
                *(sp.Mul(*(_differentiated(a, symbol) if a is m else a for a in expression.args)) for m in moving)
            )
        case _:
            return sp.diff(expression, symbol)


@lru_cache(maxsize=20_000)
def _partial(function: Any, counts: tuple[Any, ...]) -> Any:
    return sp.Derivative(function, *counts)


def size(expression: sp.Basic, known: dict[sp.Basic, int]) -> int:
    """The number of nodes of an expression; a field and its derivative count as one."""
    if expression not in known:
        leaf = isinstance(expression, sp.core.function.AppliedUndef) or (
            isinstance(expression, sp.Derivative) and isinstance(expression.expr, sp.core.function.AppliedUndef)
        )
        known[expression] = 1 if leaf else 1 + sum(size(a, known) for a in expression.args)
    return known[expression]


@lru_cache(maxsize=4096)
def parts(expression: Any) -> tuple[Any, ...]:
    """All different subexpressions of an expression, itself first; fields are not entered, nor what is differentiated in."""
    found: dict[Any, None] = {}
    pending = [expression]
    while pending:
        node = pending.pop()
        if node not in found:
            found[node] = None
            if isinstance(node, sp.Derivative):
                pending.append(node.expr)
            elif not isinstance(node, sp.core.function.AppliedUndef):
                pending.extend(node.args)
    return tuple(found)


def occurring(expressions: Iterable[sp.Basic], fields: Iterable[Field]) -> set[str]:
    """The names of the fields that occur in any of the expressions."""
    names = {f.name for f in fields}
    return {str(p.func) for e in expressions for p in parts(e) if isinstance(p, sp.core.function.AppliedUndef)} & names
