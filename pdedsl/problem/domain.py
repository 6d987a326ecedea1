"""Where a problem lives: coordinates, their intervals or shape, parameters, named parts."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import sympy as sp

from pdedsl.problem.atoms import CoordinateKind
from pdedsl.problem.bounds import Bounds
from pdedsl.problem.evaluate import evaluate
from pdedsl.problem.primitives import Tree, construct, put_in, symbols_of
from pdedsl.problem.shapes import Shape
from pdedsl.vocabulary.source import NOWHERE, Span


@dataclass(frozen=True)
class Coordinate:
    """A coordinate and its interval. The bounds may contain parameters; lengths in the user's own units."""

    symbol: sp.Symbol
    lower: sp.Expr
    upper: sp.Expr
    kind: CoordinateKind = "space"
    group: str | None = None
    """`x` for the coordinate `x[3]`."""
    index: int = 0
    """3 for the coordinate `x[3]`."""
    periodic: bool = False
    """Whether every field is periodic in it, by construction."""
    span: Span = field(default=NOWHERE, compare=False)
    periodic_span: Span = field(default=NOWHERE, compare=False)

    @property
    def name(self) -> str:
        return self.symbol.name


@dataclass(frozen=True)
class Parameter:
    """A named constant; its value may contain other parameters."""

    symbol: sp.Symbol
    value: sp.Expr
    """Of a number that is sought: where the search starts."""
    span: Span = field(default=NOWHERE, compare=False)
    noise: sp.Expr | None = None
    """Its standard uncertainty."""
    sought: Bounds | None = None
    """Between which bounds it is sought; None for what is known."""

    @property
    def name(self) -> str:
        return self.symbol.name


@dataclass(frozen=True)
class Part:
    """A named condition on the coordinates."""

    name: str
    condition: sp.Basic
    span: Span = field(default=NOWHERE, compare=False)


def logarithmic(lower: float, upper: float) -> bool:
    """Whether a swept parameter spans a factor of ten or more, so that its logarithm is what counts."""
    return lower * upper > 0 and max(lower / upper, upper / lower) >= 10 * (1 - 1e-12)


def between(lower: float, upper: float, unit: np.ndarray, by_factors: bool = False) -> np.ndarray:
    """Values at parts of an interval, or of its logarithm, from 0 to 1; its ends are exact."""
    inner = lower * (upper / lower) ** unit if by_factors else lower + unit * (upper - lower)
    return np.where(unit <= 0, lower, np.where(unit >= 1, upper, inner))


def middle(lower: float, upper: float) -> float:
    """Where a swept parameter is shown: in the middle of its interval, the geometric one where it spans a factor of ten or more; where
    that is zero, which may leave nothing to see, half way up.
    """
    if logarithmic(lower, upper):
        return float(np.copysign(np.sqrt(lower * upper), lower))
    return (lower + upper) / 2 or upper / 2


@dataclass(frozen=True)
class Domain:
    """A box, or a shape times intervals. Points have a column for each coordinate, in the order of declaration."""

    coordinates: tuple[Coordinate, ...]
    parameters: tuple[Parameter, ...] = ()
    tree: Tree | None = None
    """The shape in space as it was written; None for the box of the coordinates."""
    parts: tuple[Part, ...] = ()
    ends: tuple[tuple[sp.Symbol, float], ...] = ()
    """Symbols in intervals and shapes that have no one value, with what they are taken for where one is needed: moving ends, and
    swept parameters that move the boundary."""

    @cached_property
    def symbols(self) -> tuple[sp.Symbol, ...]:
        """The coordinates in the order of a point's columns."""
        return tuple(c.symbol for c in self.coordinates)

    @cached_property
    def space(self) -> tuple[Coordinate, ...]:
        return tuple(c for c in self.coordinates if c.kind == "space")

    @cached_property
    def time(self) -> Coordinate | None:
        return next((c for c in self.coordinates if c.kind == "time"), None)

    @cached_property
    def swept(self) -> tuple[Coordinate, ...]:
        """The parameters for whose whole intervals a solution is sought."""
        return tuple(c for c in self.coordinates if c.kind == "parameter")

    @cached_property
    def along(self) -> Coordinate | None:
        """What reports are curves in: the time, or else the one parameter that is swept."""
        return self.time or (self.swept[0] if len(self.swept) == 1 else None)

    @cached_property
    def spatial(self) -> tuple[int, ...]:
        """The columns of points that hold the coordinates in space."""
        return tuple(k for k, c in enumerate(self.coordinates) if c.kind == "space")

    @cached_property
    def other(self) -> tuple[int, ...]:
        """The columns of points that hold no coordinate in space: the time, swept parameters."""
        return tuple(k for k, c in enumerate(self.coordinates) if c.kind != "space")

    @cached_property
    def logarithmic(self) -> tuple[int, ...]:
        """The columns of points that hold parameters of which the logarithm counts."""
        swept = ((k, self.bounds[k]) for k, c in enumerate(self.coordinates) if c.kind == "parameter")
        return tuple(k for k, ends in swept if logarithmic(*ends))

    def line(self, column: int, unit: np.ndarray) -> np.ndarray:
        """Values of a coordinate at parts of its interval, from 0 to 1: of its logarithm, where that counts."""
        return between(*self.bounds[column], unit, column in self.logarithmic)

    @cached_property
    def sought(self) -> tuple[Parameter, ...]:
        """The numbers that are sought, in a problem as it was read; in one that is to be solved they are fields."""
        return tuple(p for p in self.parameters if p.sought is not None)

    def column(self, symbol: sp.Basic) -> int:
        """The column of points that holds a coordinate."""
        return next(k for k, c in enumerate(self.coordinates) if c.symbol == symbol)

    @cached_property
    def values(self) -> dict[sp.Symbol, float]:
        """The parameters' values in double precision; those that are swept have none, they are coordinates."""
        return {symbol: value for symbol, value in self.sizes.items() if symbol not in self.symbols}

    @cached_property
    def sizes(self) -> dict[sp.Symbol, float]:
        """What intervals and shapes may be written with, swept parameters in the middle of their intervals."""
        known: dict[sp.Symbol, float] = dict(self.ends)
        for parameter in self.parameters:
            known[parameter.symbol] = float(evaluate(parameter.value, known))
        return known

    def number(self, expression: sp.Expr) -> float:
        """A constant expression in double precision, parameters put in."""
        return float(evaluate(expression, self.sizes))

    def at(self, points: np.ndarray) -> dict[sp.Symbol, Any]:
        """What parameters and coordinates are worth at points of shape (n, d)."""
        return {**self.values, **dict(zip(self.symbols, points.T, strict=True))}

    def put(self, at: Sequence[sp.Expr] | None, points: np.ndarray) -> np.ndarray:
        """Points moved to a place, shape (n, d): its first coordinates, which may depend on swept parameters, as those say."""
        known = self.at(points)
        found = points.copy()
        for column, place in enumerate(at or ()):
            found[:, column] = evaluate(place, known)
        return found

    @cached_property
    def bounds(self) -> tuple[tuple[float, float], ...]:
        """The interval of each coordinate."""
        return tuple((self.number(c.lower), self.number(c.upper)) for c in self.coordinates)

    @cached_property
    def lengths(self) -> dict[sp.Symbol, float]:
        """The length of each coordinate's interval."""
        return {c.symbol: upper - lower for c, (lower, upper) in zip(self.coordinates, self.bounds, strict=True)}

    def within(self, bounds: Sequence[tuple[float, float]]) -> "Domain":
        """The part of the domain that lies in a box, by the intervals of all coordinates."""
        own = zip(self.coordinates, bounds, strict=True)
        return replace(self, coordinates=tuple(replace(c, lower=sp.Float(a), upper=sp.Float(b)) for c, (a, b) in own))

    @cached_property
    def diameter(self) -> float:
        """The diagonal of the bounding box in space."""
        return float(np.linalg.norm([self.lengths[c.symbol] for c in self.space]))

    @cached_property
    def shape(self) -> Shape | None:
        """The domain in space where it is not the box of the coordinates; in the middle of the parameters that it depends on."""
        return None if self.tree is None else construct(self.tree, tuple(c.symbol for c in self.space), self.sizes)

    @cached_property
    def shaping(self) -> tuple[int, ...]:
        """The columns of points that hold swept parameters on which the shape depends."""
        held = set() if self.tree is None else symbols_of(self.tree)
        return tuple(k for k, c in enumerate(self.coordinates) if c.kind == "parameter" and c.symbol in held)

    def shaped(self, points: np.ndarray) -> Iterator[tuple["Domain", np.ndarray]]:
        """The domain with the one shape that it has for the parameters of some points, shape (n, d), and which these are."""
        if not self.shaping:
            yield self, np.arange(len(points))
            return
        rows, places = np.unique(points[:, list(self.shaping)], axis=0, return_inverse=True)
        groups = np.split(np.argsort(np.ravel(places), kind="stable"), np.cumsum(np.bincount(np.ravel(places)))[:-1])
        yield from ((_shaped(self, tuple(row)), own) for row, own in zip(rows.tolist(), groups, strict=True))

    def by_shape(self, points: np.ndarray, value: Callable[[Shape, np.ndarray], np.ndarray]) -> np.ndarray:
        """What a function says of the shape at each of some points, shape (n, d), in their order: it is given a shape and the numbers of
        the points, shape (m,), whose parameters it has, and returns m values, or rows of them.
        """
        parts = [(value(held.shape, own), own) for held, own in self.shaped(points) if held.shape is not None]
        return np.concatenate([found for found, _ in parts])[np.argsort(np.concatenate([own for _, own in parts]))]

    def region(self, part: str | None) -> sp.Basic:
        """The condition of a named part; true for the whole domain."""
        return sp.true if part is None else next(p.condition for p in self.parts if p.name == part)


@lru_cache(maxsize=4096)
def _shaped(domain: Domain, values: tuple[float, ...]) -> Domain:
    """The domain with the one shape that it has for some values of the parameters on which that depends."""
    assert domain.tree is not None
    symbols = (domain.symbols[k] for k in domain.shaping)
    return replace(domain, tree=put_in(domain.tree, dict(zip(symbols, map(sp.Float, values), strict=True))))
