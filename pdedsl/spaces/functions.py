"""What a linear space is made of: functions of a point with all their derivatives. A new kind of them is one such class."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, product
from math import comb, prod
from operator import add, sub
from typing import Any, Protocol, Self

import numpy as np

from pdedsl.geometry.regions import Regions
from pdedsl.problem.domain import Domain
from pdedsl.problem.symbol import MultiIndex
from pdedsl.spaces.stretch import Stretch


class Functions(Protocol):
    """Functions of some of the coordinates of a point, which a sum is taken over.

    Its values in JAX are in `pdedsl.numerics.bases`.
    """

    @property
    def axes(self) -> tuple[int, ...]:
        """The columns of points that hold the arguments."""
        ...

    @property
    def intervals(self) -> tuple[tuple[Any, Any], ...]:
        """Where the arguments live."""
        ...

    @property
    def size(self) -> int:
        """How many there are, K."""
        ...

    @property
    def along(self) -> int:
        """How many differ along one coordinate, at most."""
        ...

    def table(self, points: np.ndarray, order: MultiIndex) -> np.ndarray:
        """A derivative of each at points of shape (n, d), shape (n, K)."""
        ...

    def total(self, coefficients: np.ndarray, points: np.ndarray, order: MultiIndex) -> np.ndarray:
        """A derivative of a sum over them, shape (n,); of m sums with coefficients of shape (K, m), shape (n, m)."""
        ...

    def trace(self, axis: int) -> int:
        """How many differ where one coordinate is fixed."""
        ...

    def embedded(self, coefficients: np.ndarray, into: Self) -> np.ndarray:
        """Coefficients, shape (K,), in a larger space of the same kind that holds this one."""
        ...

    def over(self, axis: int, interval: tuple[Any, Any], stretch: Stretch | None = None) -> Self:
        """The same over another interval of a coordinate, and stretched otherwise there; all that may be traced."""
        ...

    def stretch(self, axis: int) -> Stretch | None:
        """How a coordinate is stretched."""
        ...


@dataclass(frozen=True, eq=False)
class Sequenced:
    """Functions that are the first of a sequence that goes on, of coordinates that are not stretched.

    Their tables are of any array module, NumPy and JAX alike.
    """

    axes: tuple[int, ...]
    """The columns of points that hold the arguments."""
    intervals: tuple[tuple[Any, Any], ...]

    @property
    def size(self) -> int:
        raise NotImplementedError

    def table(self, points: Any, order: MultiIndex, xp: Any = np) -> Any:
        """See `Functions`; of points of shape (..., d) in an array module, shape (..., K)."""
        raise NotImplementedError

    def total(self, coefficients: np.ndarray, points: np.ndarray, order: MultiIndex) -> np.ndarray:
        return self.table(points, order) @ coefficients

    def embedded(self, coefficients: np.ndarray, into: Self) -> np.ndarray:
        return np.concatenate([coefficients, np.zeros(into.size - self.size)])

    def over(self, axis: int, interval: tuple[Any, Any], stretch: Stretch | None = None) -> Self:
        place, own = self.axes.index(axis), list(self.intervals)
        own[place] = interval
        return replace(self, intervals=tuple(own))

    def stretch(self, axis: int) -> Stretch | None:
        return None


@dataclass(frozen=True, eq=False)
class Parted:
    """Functions in several parts, one part after another, all of the same arguments."""

    parts: tuple[Functions, ...]

    @property
    def axes(self) -> tuple[int, ...]:
        return self.parts[0].axes

    @property
    def size(self) -> int:
        return sum(part.size for part in self.parts)

    @property
    def ends(self) -> np.ndarray:
        """Where the coefficients of each part begin, and those of the last end."""
        return np.cumsum([0, *(part.size for part in self.parts)])

    def split(self, coefficients: Any) -> Sequence[Any]:
        """The coefficients of each part, from those of all, shape (K,)."""
        return [coefficients[low:high] for low, high in pairwise(self.ends)]

    def trace(self, axis: int) -> int:
        return sum(part.trace(axis) for part in self.parts)

    def embedded(self, coefficients: np.ndarray, into: Self) -> np.ndarray:
        """See `Functions`; the larger space may have more parts."""
        own = zip(self.parts, self.split(coefficients), into.parts, strict=False)
        found = [embedded(part, c, larger) for part, c, larger in own]
        return np.concatenate([*found, np.zeros(into.size - into.ends[len(found)])])

    def over(self, axis: int, interval: tuple[Any, Any], stretch: Stretch | None = None) -> Self:
        return replace(self, parts=tuple(part.over(axis, interval, stretch) for part in self.parts))

    def stretch(self, axis: int) -> Stretch | None:
        return next((own for part in self.parts if (own := part.stretch(axis)) is not None), None)


@dataclass(frozen=True, eq=False)
class Joined(Parted):
    """The functions of several kinds, whose sums are added."""

    @property
    def intervals(self) -> tuple[tuple[Any, Any], ...]:
        return self.parts[0].intervals

    @property
    def along(self) -> int:
        return max(part.along for part in self.parts)

    def table(self, points: np.ndarray, order: MultiIndex) -> np.ndarray:
        return np.concatenate([part.table(points, order) for part in self.parts], axis=1)

    def total(self, coefficients: np.ndarray, points: np.ndarray, order: MultiIndex) -> np.ndarray:
        own = zip(self.parts, self.split(coefficients), strict=True)
        return np.sum([part.total(c, points, order) for part, c in own], axis=0)


@dataclass(frozen=True, eq=False)
class Sided(Parted):
    """Functions with a part of their own on each region of a domain, zero on the others: fields that jump between these."""

    domain: Domain
    regions: Regions

    @property
    def intervals(self) -> tuple[tuple[Any, Any], ...]:
        return tuple(self.domain.bounds[axis] for axis in self.axes)

    @property
    def along(self) -> int:
        return sum(part.along for part in self.parts)

    def table(self, points: np.ndarray, order: MultiIndex) -> np.ndarray:
        found, owners, ends = np.zeros((len(points), self.size)), self.regions.at(self.domain, points), self.ends
        for k, part in enumerate(self.parts):
            own = owners == k
            found[own, ends[k] : ends[k + 1]] = part.table(points[own], order)
        return found

    def total(self, coefficients: np.ndarray, points: np.ndarray, order: MultiIndex) -> np.ndarray:
        found, owners = np.zeros((len(points), *coefficients.shape[1:])), self.regions.at(self.domain, points)
        for k, (part, c) in enumerate(zip(self.parts, self.split(coefficients), strict=True)):
            if (own := owners == k).any():
                found[own] = part.total(c, points[own], order)
        return found


@dataclass(frozen=True, eq=False)
class Products:
    """Some products of two kinds of functions, of different coordinates: those of a plane, and those of parameters beside it."""

    plane: Functions
    beside: Functions
    pairs: np.ndarray
    """Which of either kind, shape (K, 2)."""
    moving: bool = False
    """Whether those of the plane depend on the parameters, too."""

    @property
    def axes(self) -> tuple[int, ...]:
        return (*self.plane.axes, *self.beside.axes)

    @property
    def intervals(self) -> tuple[tuple[Any, Any], ...]:
        return (*self.plane.intervals, *self.beside.intervals)

    @property
    def size(self) -> int:
        return len(self.pairs)

    @property
    def along(self) -> int:
        return max(self.plane.along, self.beside.along)

    def dense(self, coefficients: Any, xp: Any = np) -> Any:
        """The coefficients of all products, shape (K,) or (K, m), as a matrix of both kinds, shape (K1, K2, ...), in an array module."""
        places = np.full((self.plane.size, self.beside.size), -1)
        places[tuple(self.pairs.T)] = np.arange(self.size)
        own = coefficients[places.reshape(-1)].reshape(*places.shape, *coefficients.shape[1:])
        return (
            own
            if len(self.pairs) == places.size
            else xp.where((places >= 0).reshape(*places.shape, *[1] * (own.ndim - 2)), own, 0.0)
        )

    def apart(self, order: MultiIndex) -> tuple[MultiIndex, MultiIndex]:
        """A derivative as one of either kind; those that neither has are left to the first."""
        beside = tuple(n if axis in self.beside.axes else 0 for axis, n in enumerate(order))
        return tuple(n - m for n, m in zip(order, beside, strict=True)), beside

    def shares(self, order: MultiIndex) -> Iterator[tuple[int, MultiIndex, MultiIndex]]:
        """A derivative as a sum over such of either kind, each so many times: where both depend on a parameter, several."""
        plane, beside = self.apart(order)
        if not self.moving or not any(beside):
            yield 1, plane, beside
            return
        for own in product(*(range(n + 1) for n in beside)):  # Leibniz' rule
            times = prod(comb(n, k) for n, k in zip(beside, own, strict=True))
            yield times, tuple(map(add, plane, own)), tuple(map(sub, beside, own))

    def table(self, points: np.ndarray, order: MultiIndex) -> np.ndarray:
        own, other = self.pairs.T
        terms = (
            times * self.plane.table(points, plane)[:, own] * self.beside.table(points, beside)[:, other]
            for times, plane, beside in self.shares(order)
        )
        return sum(terms, start=np.zeros(()))

    def total(self, coefficients: np.ndarray, points: np.ndarray, order: MultiIndex) -> np.ndarray:
        terms = (times * self._total(coefficients, points, *own) for times, *own in self.shares(order))
        return sum(terms, start=np.zeros(()))

    def _total(self, coefficients: np.ndarray, points: np.ndarray, plane: MultiIndex, beside: MultiIndex) -> np.ndarray:
        dense, held = self.dense(coefficients), points[:, list(self.beside.axes)]
        if len(points) > 1 and np.ptp(held, axis=0).max(initial=0.0) == 0:  # the same member at all points
            weights = self.beside.table(points[:1], beside)[0]
            return self.plane.total(np.einsum("ij...,j->i...", dense, weights), points, plane)
        own = self.plane.total(dense.reshape(len(dense), -1), points, plane).reshape(len(points), *dense.shape[1:])
        return np.einsum("nj,nj...->n...", self.beside.table(points, beside), own)

    def trace(self, axis: int) -> int:
        return self.size

    def embedded(self, coefficients: np.ndarray, into: Self) -> np.ndarray:
        """See `Functions`; both kinds of the larger space hold those of this one."""
        plane, beside = _places(self.plane, into.plane), _places(self.beside, into.beside)
        index = np.zeros((into.plane.size, into.beside.size), int)
        index[tuple(into.pairs.T)] = np.arange(into.size)
        found = np.zeros(into.size)
        found[index[plane[self.pairs[:, 0]], beside[self.pairs[:, 1]]]] = coefficients
        return found

    def over(self, axis: int, interval: tuple[Any, Any], stretch: Stretch | None = None) -> Self:
        if axis in self.beside.axes:
            return replace(self, beside=self.beside.over(axis, interval, stretch))
        return replace(self, plane=self.plane.over(axis, interval, stretch))

    def stretch(self, axis: int) -> Stretch | None:
        return self.beside.stretch(axis) if axis in self.beside.axes else self.plane.stretch(axis)


def _places(own: Functions, larger: Functions) -> np.ndarray:
    """Where each function stands in a larger space that holds them, shape (K,)."""
    return np.argsort(embedded(own, np.arange(1.0, own.size + 1), larger))[-own.size :]


def multiplied(plane: Functions, beside: Functions, degrees: np.ndarray, moving: bool = False) -> Products:
    """Products of functions, the more of those `beside`, given by their degrees from 0 to 1, the earlier one of the plane comes."""
    share = np.arange(plane.size) / max(1, plane.size)
    return Products(plane, beside, np.argwhere(share[:, None] + degrees <= 1 + 1e-9), moving)


@dataclass(frozen=True, eq=False)
class Superposed(Products):
    """Functions times a constant, and for each of some parameters once more times that, from -1 to 1 over its interval."""

    @property
    def along(self) -> int:
        return self.plane.along

    def trace(self, axis: int) -> int:
        return self.plane.trace(axis)


def superposed(plane: Functions, beside: Functions) -> Superposed:
    """Functions with those of some parameters: all products, those of each of the latter one after another."""
    own = np.indices((beside.size, plane.size)).reshape(2, -1)
    return Superposed(plane, beside, own[::-1].T)


def alone(functions: Functions) -> Functions:
    """Functions without those parameters in which they are superposed."""
    return functions.plane if isinstance(functions, Superposed) else functions


def taken_apart(
    bases: Sequence[Functions], coefficients: Sequence[np.ndarray]
) -> Iterator[tuple[Functions, np.ndarray]]:
    """Bases and their coefficients, one kind after another, of fields that may jump those of each region."""
    for own, c in zip(bases, coefficients, strict=True):
        if isinstance(own, Parted):
            yield from taken_apart(own.parts, own.split(c))
        elif isinstance(own, Superposed):
            yield from taken_apart([own.plane] * own.beside.size, own.dense(c).T)
        else:
            yield own, c


def embedded(own: Functions, coefficients: np.ndarray, into: Any) -> np.ndarray:
    """Coefficients in a larger space, which may have functions of other kinds after those of this one, or of the first alone."""
    if isinstance(into, Joined) and not isinstance(own, Joined):
        own = Joined((own,))
    elif isinstance(own, Joined) and not isinstance(into, Joined):
        own, coefficients = own.parts[0], own.split(coefficients)[0]
    return own.embedded(coefficients, into)
