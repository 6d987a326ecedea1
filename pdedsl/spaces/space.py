"""What a solution is made of: the kinds of space that a text may choose, and what their fields are worth.

The defaults of the language's calls are the defaults of these fields, and stand nowhere else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pdedsl.spaces.stretch import Stretch

Terms = Literal["total", "product", "cross", "additive", "composite", "family"]


@dataclass(frozen=True)
class Network:
    """A multilayer perceptron: the widths of its hidden layers and how it starts."""

    widths: tuple[int, ...] = (20, 20, 20)
    activation: str = "tanh"
    scale: float = 1.0
    """Inputs run over [-scale, scale]."""
    inputs: Literal["scaled", "raw"] = "scaled"
    """Scaled to the domain, or coordinates as they are."""
    deviation: float | None = None
    """Standard deviation of all initial weights and biases; None for Glorot's rule."""


@dataclass(frozen=True)
class Polynomials:
    """Products of Chebyshev polynomials, and of waves of periodic coordinates, on the bounding box."""

    degrees: tuple[int, ...]
    """One degree n for all coordinates together, or one n_k for each."""
    terms: Terms | None = None
    """Which products of degrees d_k: `total`, sum d_k / n_k <= 1; `product`, d_k <= n_k, the default where each coordinate
    has its own; `cross`, prod (1 + d_k) <= 1 + n, few of them in many coordinates; `additive`, those of a total
    degree in coordinates that data multiply with each other (`spaces.groups`), and sums of these; `composite`, those of a total degree in what data are functions
    of, a distance or a direction, and in time and swept parameters (`spaces.composite`); `family`, all products of those of a total degree
    in coordinates, on pieces of time of all up to theirs, and those of one in swept parameters."""
    slabs: tuple[float, ...] = ()
    """Times at which one piece of time ends and the next begins, with the same products; none where all is one piece."""
    stretches: tuple[tuple[Stretch | None, ...], ...] = ()
    """On each piece how each coordinate is stretched; nothing where none is on any."""

    @property
    def kind(self) -> Terms:
        """Which products there are, the default filled in."""
        return self.terms or ("total" if len(self.degrees) == 1 else "product")

    @property
    def plane(self) -> Terms:
        """Which products of coordinates a family has, beside those of its parameters."""
        return "product" if self.slabs else "total"


@dataclass(frozen=True)
class Features:
    """Ridge functions `tanh(w . y + b)` of random slopes and places, on the bounding box."""

    count: int


@dataclass(frozen=True)
class Corners:
    """Functions that are singular at corners, and where conditions change, with exponents up to some."""

    order: int = 8


@dataclass(frozen=True)
class Added:
    """Functions of several spaces together."""

    parts: tuple["Part", ...]


Part = Polynomials | Features | Corners | Literal["network"]


@dataclass(frozen=True)
class Each:
    """A space for some fields each, and one for the others."""

    own: tuple[tuple[str, "Space"], ...]
    """By the names of the fields."""
    others: "Space"


Symmetry = Literal["auto", "none"]
"""Whether reflections that change nothing about a problem halve what its solution is made of."""
Stretching = Literal["auto", "none", "faces"]
"""Where a coordinate is stretched: where the solution is steep, nowhere, at both ends."""
Space = Literal["auto", "network"] | Polynomials | Features | Corners | Added | Each
"""What a solution is made of; `auto`: polynomials while they converge, else the network."""


def space_for(space: Space, field: str) -> Space:
    """The space of one field."""
    return dict(space.own).get(field, space.others) if isinstance(space, Each) else space


def parts_of(space: Space) -> tuple[Any, ...]:
    """All parts of a space, of all fields, that are not made of others: words, polynomials, features."""
    if isinstance(space, Each):
        return tuple(part for own in dict(space.own).values() for part in parts_of(own)) + parts_of(space.others)
    return space.parts if isinstance(space, Added) else (space,)


def polynomials_of(space: Space) -> Polynomials | None:
    """The first polynomials in a space."""
    return next((part for part in parts_of(space) if isinstance(part, Polynomials)), None)


def trained(space: Space) -> bool:
    """Whether there is a network in it, so that it is no linear function of its coefficients."""
    return "network" in parts_of(space)


def fixed(space: Space) -> bool:
    """Whether it is linear, and nothing about it is left to be decided."""
    return not {"network", "auto"} & set(parts_of(space))


def decided(space: Space) -> Space:
    """What is trained where no polynomials hold the solution: `auto` is the network."""
    if isinstance(space, Each):
        return Each(space.own, decided(space.others))
    return "network" if space == "auto" else space


def linear(space: Space) -> Space:
    """What is left of it without networks: a constant, at least."""
    if isinstance(space, Each):
        return Each(tuple((name, linear(own)) for name, own in space.own), linear(space.others))
    rest = tuple(part for part in parts_of(space) if part != "network")
    if not rest:
        return Polynomials((0,))
    return rest[0] if len(rest) == 1 else Added(rest)


def based(space: Space) -> bool:
    """Whether no field is made of a network alone, so that it can be solved in without the networks first."""
    if isinstance(space, Each):
        return all(map(based, (*dict(space.own).values(), space.others)))
    return space != "network"


def settings_of(space: Space) -> dict[str, "Space"]:
    """The same by the keys of the `solve` block."""
    if not isinstance(space, Each):
        return {"space": space}
    return {"space": space.others, **{f"space.{name}": own for name, own in space.own}}


def space_from(settings: Mapping[str, Any]) -> Space:
    """The space with these settings, as `settings_of` gives them; others are passed over."""
    own = tuple((key.removeprefix("space."), value) for key, value in settings.items() if key.startswith("space."))
    return Each(own, settings["space"]) if own else settings["space"]


@dataclass(frozen=True)
class Size:
    """What a field is worth, in its own units: it is `mean + spread * v` with a `v` about 1."""

    mean: float = 0.0
    spread: float = 1.0
