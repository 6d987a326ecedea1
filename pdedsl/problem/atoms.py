"""What a symbol of an expression is, as its type: a coordinate, a component of the normal, an integral.

SymPy orders sums and products by the names of their symbols; a coordinate is ordered by its place instead, so that a
problem prints and computes the same whatever its coordinates are called.
"""

from functools import cache
from typing import Literal

import sympy as sp
from sympy.core.cache import cacheit

CoordinateKind = Literal["space", "time", "parameter"]
"""A parameter that is swept is a coordinate, too."""


class Axis(sp.Symbol):
    """The symbol of a coordinate: real, with its place among the coordinates and its role."""

    __slots__ = ("place", "role")
    place: int
    role: CoordinateKind

    def __new__(cls, name: str, place: int, role: CoordinateKind = "space") -> "Axis":
        symbol = sp.Symbol.__xnew__(cls, name, real=True)
        symbol.place, symbol.role = place, role
        return symbol

    def __getnewargs_ex__(self) -> tuple[tuple, dict]:  # pyright: ignore[reportIncompatibleMethodOverride]
        return (self.name, self.place, self.role), {}

    def __eq__(self, other: object) -> bool:
        # What SymPy compares takes long, and coordinates are compared all the time.
        if self is other:
            return True
        return isinstance(other, Axis) and (self.place, self.role, self.name) == (other.place, other.role, other.name)

    __hash__ = sp.Symbol.__hash__

    def _hashable_content(self) -> tuple:
        return (self.role, self.place, *super()._hashable_content())

    @cacheit
    def sort_key(self, order: object = None) -> tuple:
        return self.class_key(), (1, (f"{self.role} {self.place:06d}",)), sp.S.One.sort_key(), sp.S.One


class Normal(sp.Symbol):
    """A component of the outward normal."""


class Nonlocal(sp.Symbol):
    """An integral, a mean or a jump as it stands in expressions; `Problem.integrals` says of what."""


@cache
def normal(dimension: int) -> tuple[Normal, ...]:
    """The components of the outward normal, one symbol each."""
    return tuple(Normal(f"normal[{i + 1}]", real=True) for i in range(dimension))


def is_time(symbol: sp.Basic) -> bool:
    """Whether a symbol is the coordinate that was declared as the time."""
    return isinstance(symbol, Axis) and symbol.role == "time"
