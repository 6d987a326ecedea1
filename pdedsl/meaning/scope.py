"""What the names of a spec mean: a value that grows by being replaced, never by being written into."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import sympy as sp

from pdedsl.meaning.names import Names
from pdedsl.problem.atoms import Axis
from pdedsl.problem.domain import Coordinate
from pdedsl.problem.given import Given


@dataclass(frozen=True)
class Scope:
    """The meaning of names, as far as it is known; names that are wrong are in none of the mappings."""

    names: Names
    text: str = ""
    """The spec."""
    symbols: Mapping[str, Axis] = field(default_factory=dict)
    """Coordinates of their own name."""
    groups: Mapping[str, Mapping[int, Axis]] = field(default_factory=dict)
    """Indexed coordinates by group and index."""
    coordinates: tuple[Coordinate, ...] = ()
    parameters: Mapping[str, sp.Symbol] = field(default_factory=dict)
    values: Mapping[sp.Symbol, float] = field(default_factory=dict)
    """What the parameters are worth; an unknown its start."""
    swept: Mapping[sp.Symbol, tuple[float, float]] = field(default_factory=dict)
    """Between which values parameters are swept."""
    sweeps: tuple[Coordinate, ...] = ()
    """Those parameters as coordinates."""
    ends: Mapping[str, sp.Symbol] = field(default_factory=dict)
    """Fields that are moving ends of an interval, as places know them."""
    functions: Mapping[str, type[Given]] = field(default_factory=dict)
    """Functions that a table gives, or that are sought."""
    fields: Mapping[str, sp.Expr] = field(default_factory=dict)
    vectors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The names of the fields of each vector."""
    parts: Mapping[str, sp.Basic] = field(default_factory=dict)
    """The conditions of named parts."""
    exact: Mapping[str, sp.Expr] = field(default_factory=dict)
    solved: frozenset[str] = frozenset()
    """The fields of which a statement gives the exact solution, right or wrong."""
    whole: bool = True
    """Whether all declarations could be read, so that what is not here is missing."""

    @property
    def space(self) -> list[sp.Symbol]:
        return [c.symbol for c in self.coordinates if c.kind == "space"]
