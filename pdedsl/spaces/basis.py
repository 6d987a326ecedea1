"""From intervals and degrees to products of polynomials and waves, and to tables of them and of their derivatives."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from math import comb, prod
from types import MappingProxyType
from typing import Any

import numpy as np

from pdedsl.problem.problem import Problem
from pdedsl.problem.symbol import MultiIndex
from pdedsl.spaces.space import Polynomials, Terms
from pdedsl.spaces.stretch import Stretch, bell

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

    def table(self, points: np.ndarray, order: MultiIndex) -> np.ndarray:
        """A derivative of each product at points of shape (n, d), shape (n, K)."""
        if any(order[axis] for axis in range(len(order)) if axis not in self.axes):
            return np.zeros((len(points), self.size))
        found = np.ones((len(points), self.size))
        for k in range(len(self.axes)):
            found *= self._along(k, points, order)[:, self.numbers[:, k]]
        return found

    def total(self, coefficients: np.ndarray, points: np.ndarray, order: MultiIndex) -> np.ndarray:
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
        self, alike: Sequence[int], coefficients: np.ndarray, point: np.ndarray, order: MultiIndex
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

    def _along(self, k: int, points: np.ndarray, order: MultiIndex) -> np.ndarray:
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
            (low, high), stretch = self.intervals[k], self.stretch(self.axes[k])
            count = most + 1
            s = (
                2 * np.arange(count) / count - 1
                if self.circular[k]
                else -np.cos(np.pi * (np.arange(count) + 0.5) / count)
            )
            found.append((low + high + (high - low) * s) / 2 if stretch is None else stretch.inverse(s, (low, high)))
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
        kept = [k for k, own in enumerate(self.axes) if own != axis]
        return len(np.unique(self.numbers[:, kept], axis=0)) if kept else 1

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
        found = np.zeros(into.size)
        found[[places[tuple(row)] for row in self.numbers.tolist()]] = coefficients
        return found


def basis(
    problem: Problem, axes: Sequence[int], space: Polynomials, parity: Mapping[int, int] = MappingProxyType({})
) -> Basis:
    """The products of a space over some of the coordinates; of those in `parity` only the even (1) or the odd ones (-1).

    Even or odd about the middle of the interval.
    """
    circular, numbers = tuple(problem.coordinates[axis].periodic for axis in axes), _numbers(problem, axes, space)
    for k, axis in enumerate(axes):
        if axis in parity:
            odd = (numbers[:, k] % 2 == 1) if not circular[k] else (numbers[:, k] % 2 == 0) & (numbers[:, k] > 0)
            numbers = numbers[odd == (parity[axis] < 0)]
    stretches = tuple(space.stretches[0][axis] for axis in axes) if space.stretches else ()
    return Basis(tuple(axes), tuple(problem.bounds[axis] for axis in axes), circular, numbers, stretches)


def _numbers(problem: Problem, axes: Sequence[int], space: Polynomials) -> np.ndarray:
    """The numbers of the products over some coordinates, shape (K, k)."""
    circular = tuple(problem.coordinates[axis].periodic for axis in axes)
    if not axes:
        return np.zeros((1, 0), int)
    if len(space.degrees) == 1:
        return np.asarray(list(_members(circular, space.degrees[0], space.kind)), int).reshape(-1, len(axes))
    return _grid(circular, [space.degrees[axis] for axis in axes], space.kind)


def _grid(circular: Sequence[bool], degrees: Sequence[int], terms: Terms) -> np.ndarray:
    """The numbers of the products up to a degree for each coordinate, shape (K, k); of them those whose sum is low."""
    ranges = [range(2 * n + 1 if own else n + 1) for n, own in zip(degrees, circular, strict=True)]
    numbers = np.stack(np.meshgrid(*ranges, indexing="ij"), axis=-1).reshape(-1, len(degrees))
    if terms == "product":
        return numbers
    own = np.where(circular, (numbers + 1) // 2, numbers) / np.maximum(degrees, 1)
    return numbers[own.sum(axis=1) <= 1 + 1e-9]


def _count(circular: Sequence[bool], degrees: Sequence[int]) -> int:
    """How many products `_grid` has of a low sum: over all but the last coordinate, times what is left for that."""
    *others, last = degrees
    sums = np.zeros(1)
    for n, own in zip(others, circular, strict=False):
        degree = np.repeat(np.arange(n + 1), [1, *[2 if own else 1] * n])
        sums = (sums[:, None] + degree / max(n, 1)).reshape(-1)
        sums = sums[sums <= 1 + 1e-9]
    most = np.floor((1 + 1e-9 - sums) * last + 1e-9)
    return int(np.sum(2 * most + 1 if circular[-1] else most + 1))


def _members(circular: Sequence[bool], left: int, terms: Terms) -> Iterator[tuple[int, ...]]:
    """The numbers of the products of what is left of a degree, coordinate by coordinate."""
    if not circular:
        yield ()
        return
    for degree in range(left + 1):
        own = (degree,) if not circular[0] or degree == 0 else (2 * degree - 1, 2 * degree)
        rest = {"total": left - degree, "product": left, "cross": (left + 1) // (degree + 1) - 1}[terms]
        for more in _members(circular[1:], rest, terms):
            for number in own:
                yield (number, *more)


def largest(problem: Problem, axes: Sequence[int], count: int, most: int = 24) -> Basis:
    """The basis of the highest total degree that has no more than `count` members, at least of degree 1."""
    if len(axes) > 8:  # too many to go through them all: constants and slopes
        return basis(problem, axes, Polynomials((1,), "cross"))
    degree = 1
    while degree < most and sized(problem, axes, Polynomials((degree + 1,))) <= count:
        degree += 1
    return basis(problem, axes, Polynomials((degree,)))


def slopes(problem: Problem, axes: Sequence[int]) -> Basis:
    """A constant, and each of some coordinates, from -1 to 1 over its interval."""
    numbers = np.eye(len(axes) + 1, len(axes), -1, dtype=int)
    return Basis(tuple(axes), tuple(problem.bounds[axis] for axis in axes), (False,) * len(axes), numbers)


LARGE = 400
"""A degree from which the products of several coordinates are no longer counted one by one."""


def sized(problem: Problem, axes: Sequence[int], space: Polynomials) -> int:
    """How many products of a space there are over some coordinates, without making those of one degree."""
    if not axes:
        return 1
    if space.kind == "family":
        alone = replace(space, terms="total")
        swept = [axis for axis in axes if problem.coordinates[axis].kind == "parameter"]
        return prod(sized(problem, own, alone) for own in ([a for a in axes if a not in swept], swept))
    periodic = [problem.coordinates[axis].periodic for axis in axes]
    if len(space.degrees) > 1:
        degrees = [space.degrees[axis] for axis in axes]
        if space.kind == "product" or prod(degrees[:-1]) > LARGE**2:
            return prod(2 * n + 1 if own else n + 1 for n, own in zip(degrees, periodic, strict=True))
        return _count(periodic, degrees)
    degree = max(space.degrees)
    if len(axes) == 1:
        return 2 * degree + 1 if periodic[0] else degree + 1
    if space.kind == "total" and (degree > LARGE or not any(periodic)):
        return comb(len(axes) + degree, degree) << sum(periodic)
    if degree > LARGE:
        return degree ** (len(axes) if space.kind == "product" else 2)
    ways = [1] + [0] * degree
    """By what a member costs: how many there are."""
    for own_periodic in periodic:
        twice = 2 if own_periodic else 1
        more = [0] * (degree + 1)
        for spent, count in enumerate(ways):
            for own in range(degree + 1):
                sums = {"total": spent + own, "product": max(spent, own), "cross": (spent + 1) * (own + 1) - 1}
                total = sums[space.kind]
                if total <= degree:
                    more[total] += count * (twice if own else 1)
        ways = more
    return sum(ways)


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
