"""What the user wrote: statements and expressions with their places, names not yet resolved."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Literal, TypeVar

from pdedsl.vocabulary.diagnostics import Diagnostic
from pdedsl.vocabulary.source import Source, Span


@dataclass(frozen=True)
class Node:
    """Anything with a place. Places do not count when nodes are compared."""

    span: Span = field(compare=False, repr=False)


# ---- expressions -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Number(Node):
    text: str


@dataclass(frozen=True)
class Name(Node):
    name: str


@dataclass(frozen=True)
class Signed(Node):
    """`-operand`; a plus sign leaves no trace."""

    operand: "Expression"


@dataclass(frozen=True)
class Sum(Node):
    terms: tuple[tuple[Literal["+", "-"], "Expression"], ...]


@dataclass(frozen=True)
class Product(Node):
    factors: tuple[tuple[Literal["*", "/"], "Expression"], ...]


@dataclass(frozen=True)
class Power(Node):
    base: "Expression"
    exponent: "Expression"


@dataclass(frozen=True)
class Range(Node):
    """`k in 1:5`."""

    name: Name
    first: "Expression"
    last: "Expression"


@dataclass(frozen=True)
class OnPart(Node):
    """`on = inner` as an argument."""

    part: "Expression"


@dataclass(frozen=True)
class Called(Node):
    """`name(argument, ...)`."""

    name: Name
    arguments: tuple["Expression", ...]


@dataclass(frozen=True)
class Subscript(Node):
    base: "Expression"
    indices: tuple["Expression", ...]


@dataclass(frozen=True)
class Listing(Node):
    """`[a, b]`."""

    items: tuple["Expression", ...]


@dataclass(frozen=True)
class Comparison(Node):
    operator: Literal["=", "<", "<=", ">", ">="]
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True)
class Logic(Node):
    operator: Literal["and", "or"]
    operands: tuple["Expression", ...]


@dataclass(frozen=True)
class Negate(Node):
    operand: "Expression"


Expression = (
    Number | Name | Signed | Sum | Product | Power | Range | OnPart | Called | Subscript | Listing
    | Comparison | Logic | Negate
)  # fmt: skip


# ---- the solve block -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Constant(Node):
    text: str

    @property
    def value(self) -> float:
        base, _, exponent = self.text.partition("^")
        sign, base = (-1.0, base[1:]) if base.startswith("-") else (1.0, base)
        try:
            return sign * float(base) ** float(exponent or 1)
        except (OverflowError, ZeroDivisionError):
            return float("inf")


@dataclass(frozen=True)
class Text(Node):
    text: str


@dataclass(frozen=True)
class Word(Node):
    """`name` or `name(argument, key = value)`."""

    name: Name
    arguments: tuple["Value | Keyword", ...] = ()


@dataclass(frozen=True)
class Words(Node):
    """`word + word`."""

    words: tuple[Word, ...]


@dataclass(frozen=True)
class Keyword(Node):
    name: Name
    value: "Value"


@dataclass(frozen=True)
class Pair(Node):
    """`(300, 50)`."""

    first: Constant
    second: Constant


Value = Constant | Text | Word | Words | Pair


@dataclass(frozen=True)
class Setting(Node):
    """`key = value` or `key.NAME = value`."""

    key: tuple[Name, ...]
    value: Value


# ---- options of statements -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class On(Node):
    places: tuple[Expression, ...]


@dataclass(frozen=True)
class Within(Node):
    part: Name


@dataclass(frozen=True)
class At(Node):
    point: tuple[Expression, ...]


@dataclass(frozen=True)
class Weight(Node):
    value: Expression

    @property
    def automatic(self) -> bool:
        """`weight auto`: it is left to the data."""
        return isinstance(self.value, Name) and self.value.name == "auto"


@dataclass(frozen=True)
class Hard(Node):
    pass


@dataclass(frozen=True)
class Noise(Node):
    """A standard deviation, or the column that holds it."""

    value: Expression | Text


@dataclass(frozen=True)
class Robust(Node):
    pass


@dataclass(frozen=True)
class Linear(Node):
    pass


@dataclass(frozen=True)
class Columns(Node):
    columns: tuple[tuple[Name, Text], ...]


Option = On | Within | At | Weight | Hard | Noise | Robust | Linear | Columns


# ---- statements ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Statement(Node):
    keyword: Span = field(compare=False, repr=False)


@dataclass(frozen=True)
class Header(Statement):
    version: str


@dataclass(frozen=True)
class Title(Statement):
    title: Text


@dataclass(frozen=True)
class Interval(Node):
    lower: Expression
    upper: Expression


@dataclass(frozen=True)
class Definition(Node):
    """`D = 1e-3`, with `noise` where it was stated; a swept `nu in [a, b]`, with `indices` for `a[1:8] in [-1, 1]`."""

    name: Name
    value: Expression | Interval
    noise: Expression | None = None
    indices: tuple[Expression, Expression] | None = None


@dataclass(frozen=True)
class Param(Statement):
    definitions: tuple[Definition, ...]


@dataclass(frozen=True)
class Sought(Node):
    """`a = 1 in [0, 10]`, or `q(x) = 1 in [0, 10]`, of which start and bounds may be missing."""

    name: Name
    arguments: tuple[Name, ...]
    start: Expression | None
    bounds: Interval | None


@dataclass(frozen=True)
class Unknown(Statement):
    kind: Literal["number", "field", "function"]
    sought: tuple[Sought, ...]


@dataclass(frozen=True)
class Let(Statement):
    name: Name
    parameters: tuple[Name, ...]
    body: Expression


@dataclass(frozen=True)
class Axis(Node):
    """`x in [0, 1]`, or `x[1:5] in [0, 1]` with `indices`."""

    name: Name
    interval: Interval
    indices: tuple[Expression, Expression] | None = None


@dataclass(frozen=True)
class Domain(Statement):
    axes: tuple[Axis, ...]


@dataclass(frozen=True)
class Shape(Statement):
    names: tuple[Name, ...]
    shape: Expression


@dataclass(frozen=True)
class Time(Statement):
    axis: Axis


@dataclass(frozen=True)
class Part(Statement):
    name: Name
    condition: Expression


@dataclass(frozen=True)
class Signature(Node):
    """`u(x, t)`."""

    name: Name
    arguments: tuple[Name, ...]


@dataclass(frozen=True)
class Fields(Statement):
    signatures: tuple[Signature, ...]


@dataclass(frozen=True)
class Vector(Statement):
    name: Name
    components: tuple[Name, ...]


@dataclass(frozen=True)
class Relation(Statement):
    """`equation`, `boundary`, `interface`, `initial` and `constraint`: `lhs = rhs` with options."""

    kind: Literal["equation", "boundary", "interface", "initial", "constraint"]
    label: Name | None
    lhs: Expression
    rhs: Expression
    options: tuple[Option, ...]

    @property
    def sides(self) -> Span:
        return self.lhs.span | self.rhs.span

    @property
    def head(self) -> Span:
        return self.label.span if self.label else self.keyword


@dataclass(frozen=True)
class Periodic(Statement):
    names: tuple[Name, ...]


@dataclass(frozen=True)
class Table(Statement):
    """`data` and `reference`: fields from a file, or an expression whose values are a `column` of it."""

    kind: Literal["data", "reference"]
    label: Name | None
    fields: tuple[Name, ...]
    file: Text
    options: tuple[Option, ...]
    value: Expression | None = None
    column: Text | None = None


@dataclass(frozen=True)
class Tabulated(Statement):
    """`table k(x, y) from "k.csv"`: a function by its values."""

    signature: Signature
    file: Text
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Exact(Statement):
    name: Name
    value: Expression


@dataclass(frozen=True)
class ReportValue(Statement):
    name: Name
    value: Expression
    options: tuple[Option, ...]


@dataclass(frozen=True)
class SolveBlock(Statement):
    settings: tuple[Setting, ...]


@dataclass(frozen=True)
class Comment:
    """A comment and whether it has a line of its own."""

    span: Span
    alone: bool


@dataclass(frozen=True)
class Broken:
    """A statement that could not be read, and the names that it seems to declare."""

    span: Span
    keyword: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Spec:
    """A file as it was written: statements in order, what could not be read, comments."""

    source: Source = field(compare=False, repr=False)
    statements: tuple[Statement, ...]
    broken: tuple[Broken, ...] = ()
    comments: tuple[Comment, ...] = field(default=(), compare=False)
    diagnostics: tuple[Diagnostic, ...] = field(default=(), compare=False)


S = TypeVar("S", bound=Statement)


def each(spec: Spec, kind: type[S]) -> Iterator[S]:
    """The statements of a kind, in the order of the text."""
    return (s for s in spec.statements if isinstance(s, kind))


def children(node: object) -> Iterator[Node]:
    """The nodes directly below a node, in the order of the text."""
    if isinstance(node, tuple):
        for item in node:
            yield from [item] if isinstance(item, Node) else children(item)
    elif isinstance(node, Node):
        for part in fields(node):
            value = getattr(node, part.name)
            if isinstance(value, Node):
                yield value
            elif isinstance(value, tuple):
                yield from children(value)


def nodes_in(node: Node) -> Iterator[Node]:
    """A node and all nodes below it."""
    pending: list[Node] = [node]
    while pending:
        current = pending.pop()
        yield current
        pending.extend(children(current))


def names_in(node: Node) -> Iterator[Name]:
    """All names below a node."""
    return (n for n in nodes_in(node) if isinstance(n, Name))
