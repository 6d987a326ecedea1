"""Functions beside the elementary ones and the fields: given by a table, sought, a point source, a jump.

Each is a SymPy function of its own, so that derivatives of what holds it are carried out like any other.
"""

from functools import cache
from typing import Any, ClassVar

import numpy as np
import sympy as sp

from pdedsl.problem.tabulated import Interpolant


class Given(sp.Function):
    """A function with a name, differentiated `orders` times in its arguments; `worth` says what it is in numbers."""

    is_real = True
    title: ClassVar[str]
    orders: ClassVar[tuple[int, ...]]

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        own = type(self)
        orders = tuple(n + (k == argindex - 1) for k, n in enumerate(own.orders))
        return own.differentiated(orders)(*self.args)

    @classmethod
    def differentiated(cls, orders: tuple[int, ...]) -> Any:
        """The same function with other orders of derivatives."""
        raise NotImplementedError

    @classmethod
    def worth(cls, operands: list[Any]) -> Any:
        """Its values at arrays of arguments, for the checker."""
        raise NotImplementedError


class Tabulated(Given):
    """A function that a table gives by its values."""

    interpolant: ClassVar[Interpolant]

    @classmethod
    def differentiated(cls, orders: tuple[int, ...]) -> Any:
        return tabulated(cls.title, cls.interpolant, orders)

    @classmethod
    def worth(cls, operands: list[Any]) -> Any:
        return cls.interpolant(operands, cls.orders)


class Law(Given):
    """A function that is sought; until it is found it is its start."""

    start: ClassVar[float]

    @classmethod
    def differentiated(cls, orders: tuple[int, ...]) -> Any:
        return law(cls.title, cls.start, orders)

    @classmethod
    def worth(cls, operands: list[Any]) -> Any:
        return np.full(np.broadcast_shapes(*map(np.shape, operands)), 0.0 if any(cls.orders) else cls.start)


class Source(Given):
    """`delta(x - a, y - b)`: a point source of strength 1, or a moment; zero everywhere else."""

    title = "delta"

    @classmethod
    def differentiated(cls, orders: tuple[int, ...]) -> Any:
        return source(orders)

    @classmethod
    def worth(cls, operands: list[Any]) -> Any:
        return np.zeros(np.broadcast_shapes(*map(np.shape, operands)))


class Jump(sp.Function):
    """`jump(e)`: the value on the side that the normal points to, less that on the other."""

    nargs = 1
    is_real = True
    title = "jump"


@cache
def tabulated(title: str, interpolant: Interpolant, orders: tuple[int, ...]) -> type[Tabulated]:
    """The function of a table."""
    members = {"title": title, "interpolant": interpolant, "orders": orders, "nargs": len(orders)}
    return type(f"{title}{''.join(map(str, orders)) if any(orders) else ''}", (Tabulated,), members)


@cache
def law(title: str, start: float, orders: tuple[int, ...]) -> type[Law]:
    """A function that is sought."""
    members = {"title": title, "start": start, "orders": orders, "nargs": len(orders)}
    return type(f"{title}{''.join(map(str, orders)) if any(orders) else ''}", (Law,), members)


@cache
def source(orders: tuple[int, ...]) -> type[Source]:
    """A point source in as many coordinates as there are orders."""
    return type(f"delta{''.join(map(str, orders))}", (Source,), {"orders": orders, "nargs": len(orders)})
