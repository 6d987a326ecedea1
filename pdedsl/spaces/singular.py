"""Functions that are singular at points of the plane: real parts of powers and logarithms of a complex variable."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from math import comb
from typing import Any

import numpy as np

from pdedsl.problem.symbol import MultiIndex
from pdedsl.spaces.functions import Sequenced

WHOLE = 1e-5
"""How far powers of one number may be apart."""
NEAREST = 1e-30
"""The distance from a point, over the size of its surroundings, that stands for none."""

Logs = Callable[[int, int], Any]
Factors = dict[tuple[int, int], np.ndarray]


@dataclass(frozen=True, eq=False)
class Singular(Sequenced):
    """Real parts of `c z^a conj(z)^b log(z)^s conj(log(z))^t` with `z = p (x - x0) + i p (y - y0)`, for a function each."""

    places: np.ndarray
    """x0 and y0 of each corner, shape (corners, 2)."""
    turns: np.ndarray
    """p of each, shape (corners,)."""
    corner: np.ndarray
    """Which of them a function belongs to, shape (K,)."""
    factors: np.ndarray
    """c, shape (K,)."""
    powers: np.ndarray
    """a, which may be complex, shape (K,)."""
    conjugate: np.ndarray
    """b, whole numbers, shape (K,)."""
    logs: np.ndarray
    """s and t, whole numbers, shape (K, 2)."""

    @property
    def size(self) -> int:
        return len(self.powers)

    @property
    def along(self) -> int:
        return self.size

    def table(self, points: Any, order: MultiIndex, xp: Any = np) -> Any:
        found = xp.zeros((self.size, *points.shape[:-1]), points.dtype)
        for powers, logs, factors in self._terms(points, order, xp):
            for (s, t), factor in factors.items():
                for part, times in ((xp.real, np.real(factor)), (xp.imag, -np.imag(factor))):
                    live = np.flatnonzero(times)
                    own = self._powers.own[live]  # half of them: most factors are real or imaginary
                    held = part(powers[own] * logs(s, t)[self.corner[live]]) if s + t else part(powers)[own]
                    held = _along(times[live], held) * held
                    found = _added(found, live, held)
        return xp.moveaxis(found, 0, -1)

    def total(self, coefficients: np.ndarray, points: np.ndarray, order: MultiIndex) -> np.ndarray:
        found = np.zeros((len(points), *coefficients.shape[1:]))
        for powers, logs, factors in self._terms(points, order):
            for (s, t), factor in factors.items():
                sums = np.zeros((len(powers), *coefficients.shape[1:]), complex)
                np.add.at(sums, self._powers.own, (factor * coefficients.T).T)
                held = np.flatnonzero(np.any(sums.reshape(len(sums), -1), axis=1))
                own = powers[held] * logs(s, t)[self.corner[self._powers.first[held]]] if s + t else powers[held]
                found += np.real(own.T @ sums[held])
        return found

    def _terms(self, points: Any, order: MultiIndex, xp: Any = np) -> Iterator[tuple[Any, Logs, Factors]]:
        """What a derivative is the sum of: products of powers, of shape (products, ...); what they are multiplied with for
        some powers of logarithms, of shape (corners, ...); for these the factors of each function, shape (K,).
        """
        if any(order[axis] for axis in range(len(order)) if axis not in self.axes):
            return
        x, y = (points[..., axis] - _along(place, points) for axis, place in zip(self.axes, self.places.T, strict=True))
        z = _along(self.turns, points) * (xp.asarray(x, complex) + 1j * xp.asarray(y, complex))
        z = xp.where(xp.abs(z) < NEAREST, NEAREST, z)
        log = xp.log(z)
        m, n = order[self.axes[0]], order[self.axes[1]]
        turns = self.turns[self.corner]

        def logs(s: int, t: int) -> Any:
            return log**s * xp.conj(log) ** t

        products = self._product(z, log, xp)
        for held in range(m + n + 1):
            other = m + n - held
            own, below = _slopes(self.powers, self.logs[:, 0], held), _slopes(self.conjugate, self.logs[:, 1], other)
            outer = chained(m, n, held) * self.factors * turns**held * np.conj(turns) ** other
            factors = {(s, t): outer * a * b for s, a in enumerate(own) for t, b in enumerate(below) if np.any(a * b)}
            if factors:
                yield self._divided(products, z, held, other, xp), logs, factors

    @np.errstate(over="ignore", invalid="ignore")  # in a hole, outside of the domain
    def _product(self, z: Any, log: Any, xp: Any) -> Any:
        """`z^a conj(z)^b` for each product, where z has a row for each corner."""
        own, conjugate = self._powers, self.conjugate[self._powers.first]
        corner, powers = self.corner[own.first], self.powers[own.first]
        if xp is not np:
            log = log[corner]
            return xp.exp(
                _along(powers.astype(complex), log) * log + _along(conjugate.astype(complex), log) * xp.conj(log)
            )
        leaders = log[corner[own.leaders]]
        found = np.exp(_along(powers[own.leaders], leaders) * leaders)[own.family]
        found *= _whole_powers(z, int(own.above.max()))[own.above, corner]  # by products: they are faster
        if conjugate.any():
            found *= _whole_powers(np.conj(z), int(conjugate.max()))[conjugate, corner]
        return found

    @np.errstate(over="ignore", invalid="ignore")
    def _divided(self, products: Any, z: Any, held: int, other: int, xp: Any) -> Any:
        """`z^(a - held) conj(z)^(b - other)` for each product."""
        if held + other == 0:
            return products
        return products * (1 / (z**held * xp.conj(z) ** other))[self.corner[self._powers.first]]

    @cached_property
    def _powers(self) -> "_Powers":
        rows = np.stack([self.corner, np.real(self.powers), np.imag(self.powers), self.conjugate], axis=1)
        _, first, own = np.unique(np.round(rows / WHOLE), axis=0, return_index=True, return_inverse=True)
        corner, real, imaginary, _ = rows[first].T
        parts = real % 1.0
        rows = np.stack([corner, np.where(parts > 1 - WHOLE, 0.0, parts), imaginary], axis=1)
        _, family = np.unique(np.round(rows / WHOLE), axis=0, return_inverse=True)
        order = np.argsort(real, kind="stable")
        leaders = order[np.unique(family[order], return_index=True)[1]]
        return _Powers(first, own, leaders, family, np.round(real - real[leaders][family]).astype(int))

    def trace(self, axis: int) -> int:
        return self.size


@dataclass(frozen=True, eq=False)
class _Powers:
    """The products `z^a conj(z)^b` of which functions are made, each once; in families whose a differ by whole numbers."""

    first: np.ndarray
    """A function that is made of each, shape (products,)."""
    own: np.ndarray
    """Which of them each function is made of, shape (K,)."""
    leaders: np.ndarray
    """The one of each family with the least a, shape (families,)."""
    family: np.ndarray
    """Which family each is of, shape (products,)."""
    above: np.ndarray
    """By how much its a is above the least one, shape (products,)."""


def _along(numbers: np.ndarray, rows: Any) -> np.ndarray:
    """A number for each row of an array of some more dimensions."""
    return numbers.reshape(-1, *(1,) * (rows.ndim - 1))


def _added(found: Any, rows: np.ndarray, own: Any) -> Any:
    """An array with more in some rows, of NumPy the same one."""
    if not isinstance(found, np.ndarray):
        return found.at[rows].add(own.astype(found.dtype))
    found[rows] += own
    return found


def _whole_powers(z: np.ndarray, most: int) -> np.ndarray:
    """The powers of numbers from 0 to the largest of some, along a new first axis."""
    return np.cumprod(np.stack([np.ones_like(z), *(z for _ in range(most))]), axis=0)


def _slopes(powers: np.ndarray, logs: np.ndarray, count: int) -> list[np.ndarray]:
    """The factors A_0, A_1, ... of a derivative `(A_0 + A_1 log z + ...) z^(a - count)` of `z^a log(z)^s`, for each a and s."""
    found = [np.where(logs == s, 1.0, 0.0) for s in range(int(logs.max()) + 1)]
    for k in range(count):
        more = [s * own for s, own in enumerate(found)][1:]
        found = [(powers - k) * own + below for own, below in zip(found, (*more, 0.0), strict=True)]
    return found


def chained(m: int, n: int, held: int, i: complex = 1j) -> complex:
    """How often a derivative of order m in x and n in y holds the one of order `held` in z, and the rest in its conjugate.

    As `d/dx = d/dz + d/dconj(z)`, `d/dy = i d/dz - i d/dconj(z)`; with `-i` for the conjugates of functions.
    """
    ways = (k for k in range(m + 1) if 0 <= held - k <= n)
    return sum(comb(m, k) * comb(n, held - k) * i ** (held - k) * (-i) ** (n - held + k) for k in ways)
