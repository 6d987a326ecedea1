"""Functions beside the elementary ones and the fields: given by a table, sought, a point source.

Each is a SymPy function of its own, so that derivatives of what holds it are carried out like any other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import numpy as np
import sympy as sp
from numpy.polynomial import chebyshev

from pdedsl.problem.tabulated import Interpolant


class Given(sp.Function):
    """A function with a name, differentiated `orders` times in its arguments; `given` makes them."""

    is_real = True
    family: ClassVar[type["Given"]]
    title: ClassVar[str]
    held: ClassVar[Any]
    """What its values come from."""
    orders: ClassVar[tuple[int, ...]]

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        own = type(self)
        orders = tuple(n + (k == argindex - 1) for k, n in enumerate(own.orders))
        head: Any = given(own.family, own.title, own.held, orders)
        return head(*self.args)

    @classmethod
    def worth(cls, operands: list[Any]) -> Any:
        """Its values at arrays of arguments, for the checker."""
        raise NotImplementedError


class Tabulated(Given):
    """A function that a table gives by its values."""

    held: ClassVar[Interpolant]

    @classmethod
    def worth(cls, operands: list[Any]) -> Any:
        return cls.held(operands, cls.orders)


class Law(Given):
    """A function that is sought; until it is found it is its start, a number."""

    held: ClassVar[float]

    @classmethod
    def worth(cls, operands: list[Any]) -> Any:
        return np.full(np.broadcast_shapes(*map(np.shape, operands)), 0.0 if any(cls.orders) else cls.held)


class Polynomial(Given):
    """A product of Chebyshev polynomials, each of one argument over an interval."""

    held: ClassVar["Product"]

    @classmethod
    def worth(cls, operands: list[Any]) -> Any:
        return cls.held(operands, cls.orders)


@dataclass(frozen=True)
class Product:
    """`T_n` of each argument, whose interval is mapped to [-1, 1]."""

    degrees: tuple[int, ...]
    intervals: tuple[tuple[float, float], ...]

    def __call__(self, operands: Sequence[Any], orders: Sequence[int]) -> Any:
        """Its derivatives at arrays of NumPy or of JAX, or numbers."""
        found: Any = 1.0
        for x, n, order, (low, high) in zip(operands, self.degrees, orders, self.intervals, strict=True):
            scale = 2.0 / (high - low)
            coefficients = chebyshev.cheb2poly(chebyshev.chebder([0.0] * n + [1.0], order)) * scale**order
            inside, value = scale * (x - low) - 1.0, 0.0 * x
            for coefficient in reversed(coefficients.tolist()):
                value = value * inside + coefficient
            found = found * value
        return found


class Kept(Given):
    """A field of a solution that was found before: `held` is a `pdedsl.spaces.sums.Sum` of its arguments."""

    @classmethod
    def worth(cls, operands: list[Any]) -> Any:
        return cls.held(operands, cls.orders)


class Source(Given):
    """`delta(x - a, y - b)`: a point source of strength 1, or a moment; zero everywhere else."""

    @classmethod
    def worth(cls, operands: list[Any]) -> Any:
        return np.zeros(np.broadcast_shapes(*map(np.shape, operands)))


@cache
def given(family: type[Given], title: str, held: Any, orders: tuple[int, ...]) -> type[Any]:
    """The function of a family that is called `title`, of as many arguments as there are orders."""
    name = f"{title}{''.join(map(str, orders)) if any(orders) else ''}"
    return type(
        name, (family,), {"family": family, "title": title, "held": held, "orders": orders, "nargs": len(orders)}
    )
