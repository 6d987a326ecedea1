"""Products of polynomials and waves of some intervals, and tables of them and of their derivatives: numbers alone, no text."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from pdedsl.spaces.stretch import Stretch, bell, places

if TYPE_CHECKING:
    from pdedsl.problem.symbol import MultiIndex

DENSE = 40
"""How many times as many products of all functions there may be as there are in a basis, to sum over them all."""


@dataclass(frozen=True, eq=False)
class Basis:
    """Products of functions of one coordinate each: Chebyshev polynomials of its interval, waves of a periodic one."""

    axes: tuple[int, ...]
    """The columns of points that hold the arguments."""
    intervals: tuple[tuple[float, float], ...]
    circular: tuple[bool, ...]
    """Which arguments are periodic."""
    numbers: np.ndarray
    """The number of the function of each argument in each product, shape (K, k): degrees of polynomials; of waves 1,
    cos(pi y), sin(pi y), cos(2 pi y), ..., y from -1 to 1."""
    stretches: tuple[Stretch | None, ...] = ()
    """How each argument is stretched: polynomials are those of `s(x)`; none where none is."""

    @property
    def size(self) -> int:
        return len(self.numbers)

    @property
    def along(self) -> int:
        return max(self.most, default=1)

    @cached_property
    def most(self) -> tuple[int, ...]:
        """The largest number along each argument."""
        return tuple(int(n) for n in self.numbers.max(axis=0, initial=0))

    def table(self, points: np.ndarray, order: "MultiIndex") -> np.ndarray:
        """A derivative of each product at points of shape (n, d), shape (n, K)."""
        live = self.live(order)
        own = np.ones((len(points), len(live)))
        for k, moved in enumerate(self.factors(live)):
            if 2 * len(moved) > len(live):
                own *= self._along(k, points, order)[:, self.numbers[live, k]]
            elif len(moved):
                own[:, moved] *= self._along(k, points, order)[:, self.numbers[live[moved], k]]
        if len(live) == self.size:
            return own
        found = np.zeros((len(points), self.size))
        found[:, live] = own
        return found

    def live(self, order: "MultiIndex") -> np.ndarray:
        """The products that a derivative leaves: those that vary in all that it differentiates in."""
        if any(n and axis not in self.axes for axis, n in enumerate(order)):
            return np.zeros(0, int)
        derived = [k for k, axis in enumerate(self.axes) if order[axis]]
        return np.flatnonzero((self.numbers[:, derived] > 0).all(axis=1))

    def factors(self, live: np.ndarray) -> list[np.ndarray]:
        """For each argument which of some products have it as a factor, by their places among these."""
        return [np.flatnonzero(self.numbers[live, k]) for k in range(len(self.axes))]

    def total(self, coefficients: np.ndarray, points: np.ndarray, order: "MultiIndex") -> np.ndarray:
        """See `Functions`: coordinate by coordinate, where they are few; those first that are the same at all points."""
        alike = [k for k, axis in enumerate(self.axes) if len(points) > 1 and np.ptp(points[:, axis]) == 0]
        if alike and all(axis in self.axes for axis, n in enumerate(order) if n):
            rest, c = self._held(alike, coefficients, points[:1], order)
            none = tuple(0 if axis in {self.axes[k] for k in alike} else n for axis, n in enumerate(order))
            return rest.total(c, points, none)
        shape = [n + 1 for n in self.most]
        if (
            not shape
            or len(shape) > 3
            or prod(shape) > DENSE * self.size
            or any(n and a not in self.axes for a, n in enumerate(order))
        ):
            return self.table(points, order) @ coefficients
        dense = np.zeros((*shape, *coefficients.shape[1:]))
        dense[tuple(self.numbers.T)] = coefficients
        found = self._along(0, points, order) @ dense.reshape(shape[0], -1)
        for k in range(1, len(shape)):
            found = np.einsum("nj,njr->nr", self._along(k, points, order), found.reshape(len(points), shape[k], -1))
        return found.reshape(len(points), *coefficients.shape[1:])

    def _held(
        self, alike: Sequence[int], coefficients: np.ndarray, point: np.ndarray, order: "MultiIndex"
    ) -> tuple["Basis", np.ndarray]:
        """The products of the other arguments, and the coefficients of a sum in them, where some arguments are those of a point."""
        own = np.ones(self.size)
        for k in alike:
            own *= self._along(k, point, order)[0, self.numbers[:, k]]
        kept = [k for k in range(len(self.axes)) if k not in alike]
        numbers, place = np.unique(self.numbers[:, kept], axis=0, return_inverse=True)
        found = np.zeros((len(numbers), *coefficients.shape[1:]))
        np.add.at(found, place.reshape(-1), (own * coefficients.T).T)
        axes, intervals = tuple(self.axes[k] for k in kept), tuple(self.intervals[k] for k in kept)
        stretches = tuple(self.stretches[k] for k in kept) if self.stretches else ()
        return Basis(axes, intervals, tuple(self.circular[k] for k in kept), numbers, stretches), found

    def _along(self, k: int, points: np.ndarray, order: "MultiIndex") -> np.ndarray:
        """A derivative of the functions of one argument at points, shape (n, most + 1)."""
        (low, high), axis = self.intervals[k], self.axes[k]
        stretch, m = self.stretch(axis), order[axis]
        if stretch is not None:
            slopes = stretch.at(points[:, axis], (low, high), m)
            if not m:
                return _chebyshev(slopes[0], self.most[k], 0)
            factors = bell(slopes, m)  # Faa di Bruno's formula
            own = (factors[n][:, None] * _chebyshev(slopes[0], self.most[k], n) for n in range(1, m + 1))
            return sum(own, start=np.zeros(()))
        y = (2 * points[:, axis] - low - high) / (high - low)
        found = (_waves if self.circular[k] else _chebyshev)(y, self.most[k], order[axis])
        return found * (2 / (high - low)) ** order[axis]

    @property
    def is_product(self) -> bool:
        """Whether it holds all products of some functions of each argument."""
        return self.size == prod(len(np.unique(own)) for own in self.numbers.T)

    @property
    def nodes(self) -> list[np.ndarray]:
        """As many places along each argument as there are functions of it, at which these are told apart best."""
        found = []
        for k, most in enumerate(self.most):
            count = most + 1
            s = (
                2 * np.arange(count) / count - 1
                if self.circular[k]
                else -np.cos(np.pi * (np.arange(count) + 0.5) / count)
            )
            found.append(places(s, self.intervals[k], self.stretch(self.axes[k])))
        return found

    def interpolated(self, values: np.ndarray) -> np.ndarray:
        """The coefficients, of a basis of all products, shape (K,), of a function with some values on the grid of the nodes."""
        found, none = values, (0,) * (max(self.axes) + 1)
        for k, nodes in enumerate(self.nodes):
            points = np.zeros((len(nodes), len(none)))
            points[:, self.axes[k]] = nodes
            along = np.linalg.solve(self._along(k, points, none), np.moveaxis(found, k, 0).reshape(len(nodes), -1))
            found = np.moveaxis(along.reshape(len(nodes), *np.delete(found.shape, k)), 0, k)
        return found[tuple(self.numbers.T)]

    def trace(self, axis: int) -> int:
        """How many of the products differ where one coordinate is fixed."""
        if axis not in self.axes:
            return self.size
        k = self.axes.index(axis)
        scales, keys = self._keys
        return len(np.unique(keys - self.numbers[:, k] * scales[k]))

    @cached_property
    def _keys(self) -> tuple[np.ndarray, np.ndarray]:
        """A large random factor for each argument, shape (k,), and what they make of each product, shape (K,), modulo 2^64: no other
        one has the same.
        """
        scales = np.random.default_rng(19_700_713).integers(1 << 40, 1 << 62, len(self.axes))
        return scales, self.numbers @ scales

    def stretch(self, axis: int) -> Stretch | None:
        """How a coordinate is stretched."""
        return self.stretches[self.axes.index(axis)] if self.stretches and axis in self.axes else None

    def over(self, axis: int, interval: tuple[Any, Any], stretch: Stretch | None = None) -> "Basis":
        """The same over another interval of a coordinate, and stretched otherwise there; all that may be traced."""
        place, own = self.axes.index(axis), list(self.intervals)
        own[place] = interval
        stretches = list(self.stretches or (None,) * len(self.axes))
        stretches[place] = stretch
        return replace(self, intervals=tuple(own), stretches=tuple(stretches))

    def embedded(self, coefficients: np.ndarray, into: "Basis") -> np.ndarray:
        """Coefficients of this basis, shape (K,), in a larger one that holds it."""
        places = {tuple(row): place for place, row in enumerate(into.numbers.tolist())}
        rows, found = np.zeros((self.size, len(into.axes)), int), np.zeros(into.size)
        rows[:, [into.axes.index(axis) for axis in self.axes]] = self.numbers
        found[[places[tuple(row)] for row in rows.tolist()]] = coefficients
        return found


@cache
def derivative(most: int, order: int) -> np.ndarray:
    """A derivative of each Chebyshev polynomial up to degree `most` in all of them, shape (most + 1, most + 1)."""
    unit = np.eye(most + 1)
    found = np.polynomial.chebyshev.chebder(unit, order) if order else unit
    return np.concatenate([found, np.zeros((most + 1 - len(found), most + 1))])[: most + 1]


def _chebyshev(y: np.ndarray, most: int, order: int) -> np.ndarray:
    """A derivative of the Chebyshev polynomials up to degree `most`, shape (n, most + 1)."""
    values = np.polynomial.chebyshev.chebvander(y, most)
    return values @ derivative(most, order) if order else values


def _waves(y: np.ndarray, most: int, order: int) -> np.ndarray:
    """A derivative of 1, cos(pi y), sin(pi y), cos(2 pi y)..., shape (n, most + 1)."""
    number = np.arange(most + 1)
    k = np.pi * ((number + 1) // 2)
    phase = np.where(number % 2 == 1, 0.0, -np.pi / 2)  # sin is cos, a quarter behind; the constant has no phase
    phase[0] = 0.0
    return k**order * np.cos(np.outer(y, k) + phase + order * np.pi / 2)
