"""A numerical choice of the `solve` block as it was written, without its meaning."""

from dataclasses import dataclass, field

from pdedsl.vocabulary.source import NOWHERE, Span


@dataclass(frozen=True)
class Call:
    """A choice such as `mlp(20, 20, activation = tanh)`, or a single word; `+` is a sum of such choices."""

    name: str
    arguments: tuple["Choice", ...] = ()
    keywords: tuple[tuple[str, "Choice"], ...] = ()

    def __str__(self) -> str:
        if self.name == "+":
            return " + ".join(map(str, self.arguments))
        inside = [str(a) for a in self.arguments] + [f"{k} = {v}" for k, v in self.keywords]
        return f"{self.name}({', '.join(inside)})" if inside else self.name


Choice = int | float | Call | tuple[float, float]


@dataclass(frozen=True)
class Chosen:
    """`key = value`; the key of a statement's own points is `points.NAME`."""

    key: str
    value: Choice
    span: Span = field(default=NOWHERE, compare=False)
    """Where the value stands."""
