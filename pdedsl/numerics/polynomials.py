"""From sums over bases of polynomials and waves to functions of a point with all their derivatives, in JAX."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from math import comb, prod

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp
from jax import Array

from pdedsl.numerics import sides  # noqa: F401  it adds functions that jump to `table`
from pdedsl.numerics.bases import Memo, table, total
from pdedsl.numerics.derivatives import Laplacian, Part, derivatives
from pdedsl.numerics.lower import Callee, lower_expressions
from pdedsl.numerics.programs import program
from pdedsl.problem.problem import Problem
from pdedsl.problem.symbol import MultiIndex
from pdedsl.spaces.basis import Basis
from pdedsl.spaces.collocation import Expansion, values
from pdedsl.spaces.hard import Ansatz
from pdedsl.spaces.linear import form
from pdedsl.spaces.pieces import Pieces
from pdedsl.spaces.placing import filled, low_discrepant
from pdedsl.spaces.stretch import Stretch, stacked


@dataclass(frozen=True, eq=False)
class Expanded:
    """Fields as sums over bases: a function of a point of shape (d,) to the values of all of them, shape (n,).

    Their derivatives come from those of the bases, and need no differentiation.
    """

    fields: Sequence[Expansion] | Sequence[Pieces]
    coefficients: Sequence[Array]
    """Those of each field, shape (K,)."""

    def __call__(self, x: Array) -> Array:
        none = (0,) * x.shape[0]
        return self.derivatives(x, [none])[none]

    def derivatives(self, x: Array, parts: Iterable[Part]) -> dict[Part, Array]:
        """Partial derivatives of all fields at a point, and weighted sums of pure second ones, shape (n,) each."""
        found: dict[Part, Array] = {}
        memo: Memo = {}
        for part in parts:
            if isinstance(part, Laplacian):
                twice = [tuple(2 * n for n in slope) for slope in part.slopes]
                weights = [w for w in part.weights if w]
                found[part] = sum(
                    (w * self._at(x, i, memo) for w, i in zip(weights, twice, strict=True)), start=jnp.zeros(())
                )
            else:
                found[part] = self._at(x, part, memo)
        return self._bounded(x, found)

    def _bounded(self, x: Array, found: dict[Part, Array]) -> dict[Part, Array]:
        """The same, with those of unknowns between bounds as they are: functions of sums, which are differentiated."""
        places = [k for k, own in enumerate(self.fields) if not own.bounds.free]
        if not places:
            return found

        def bounded(y: Array) -> Array:
            sums = (self._of(self.fields[k], self.coefficients[k], y, (0,) * y.shape[0], {}) for k in places)
            return jnp.stack([self.fields[k].bounds.value(own, jnp) for k, own in zip(places, sums, strict=True)])

        own = derivatives(bounded, x, found)
        return {part: value.at[np.asarray(places)].set(own[part]) for part, value in found.items()}

    @property
    def rounding(self) -> np.ndarray:
        """What the sum over the basis loses to rounding in each field, in the units of each, shape (n,)."""
        parts = zip(self.fields, self.coefficients, strict=True)
        return np.asarray([EPS * own.size.spread * _terms(own, np.asarray(c)) for own, c in parts])

    def values(self, points: np.ndarray) -> np.ndarray:
        """All fields at points of shape (n, d), in NumPy, which compiles nothing; shape (n, number of fields)."""
        return values(self.fields, np.concatenate([np.asarray(c) for c in self.coefficients]), points)

    def state(self, place: int, index: MultiIndex, points: np.ndarray) -> np.ndarray:
        """A field, by its place, or a derivative of it at points of shape (n, d), in NumPy, shape (n,)."""
        return self.fields[place].values(np.asarray(self.coefficients[place]), points, index)

    def evaluated(
        self,
        problem: Problem,
        expressions: Sequence[sp.Expr],
        points: np.ndarray,
        outward: np.ndarray | None = None,
        fine: int = 0,
    ) -> np.ndarray:
        """Expressions in the fields at points of shape (n, d), in NumPy, shape (n, m); not a number where one has no value.

        `outward` are the normals at points of a boundary, shape (n, space); `fine` says how sharp integrals are.
        """
        forms = (form(problem, own).at(points, outward, fine=fine) for own in expressions)
        return np.stack([own.value(self.state) for own in forms], axis=1)

    def _at(self, x: Array, index: MultiIndex, memo: Memo) -> Array:
        return jnp.stack(
            [self._of(own, c, x, index, memo) for own, c in zip(self.fields, self.coefficients, strict=True)]
        )

    def _of(self, own: Expansion | Pieces, c: Array, x: Array, index: MultiIndex, memo: Memo) -> Array:
        """A derivative of a field."""
        if isinstance(own, Pieces):
            return self._piecewise(own, c, x, index)
        if own.built == Ansatz():
            return total(own.basis, own.size, c, x, index, memo)
        orders = [
            below for below in product(*(range(n + 1) for n in index)) if own.slope(own.built.multiplier, below) != 0
        ]
        slopes = [own.slope(own.built.multiplier, below) for below in orders]
        factors = lower_expressions([own.slope(own.built.extension, index), *slopes], own.problem.domain)({}, x)
        found = factors[0]
        for factor, below in zip(factors[1:], orders, strict=True):  # Leibniz' rule
            times = own.size.spread * prod(comb(n, k) for n, k in zip(index, below, strict=True))
            rest = tuple(n - k for n, k in zip(index, below, strict=True))
            found = found + times * factor * (c @ table(own.basis, x, rest, memo))
        return found

    def _piecewise(self, own: Pieces, c: Array, x: Array, index: MultiIndex) -> Array:
        """The same on the piece of time that the point is in: all but the first differ by their interval alone."""
        k = jnp.searchsorted(jnp.asarray(own.ends, x.dtype), x[own.axis], side="left")
        rows = jnp.reshape(c, (len(own.parts), -1))
        low, high = (jnp.asarray([part.interval(own.axis)[end] for part in own.parts], x.dtype) for end in (0, 1))
        first, other = own.parts[0], own.parts[-1].over(own.axis, (low[k], high[k]))
        for axis in other.basis.axes:
            if (stretch := stacked([part.basis.stretch(axis) for part in own.parts])) is not None:
                places, widths, weights = (
                    jnp.asarray(held, x.dtype)[k] for held in (stretch.places, stretch.widths, stretch.weights)
                )
                other = other.over(axis, other.interval(axis), Stretch(places, widths, weights))
        found = self._of(other, rows[k], x, index, {})
        if first.built == other.built:
            return found
        return jnp.where(k == 0, self._of(first, rows[0], x, index, {}), found)


def _terms(own: Expansion | Pieces, coefficients: np.ndarray) -> float:
    """The root of the sum of the squares of the terms of a sum over a basis, in the mean over the domain.

    Polynomials and waves are at most one; what is singular is small nearly everywhere, and has large coefficients.
    """
    if isinstance(own, Pieces) or isinstance(own.basis, Basis):
        return float(np.linalg.norm(coefficients))
    points = filled(own.problem.domain, PROBES, low_discrepant(0.0))
    found = own.basis.table(points, (0,) * points.shape[1]) * coefficients
    return float(np.sqrt(np.mean(np.sum(found**2, axis=1))))


@dataclass(frozen=True, eq=False)
class Corrected:
    """Fields as sums over bases, and a function of a point to what is added to them, shape (n,)."""

    base: Expanded
    change: Callee

    def __call__(self, x: Array) -> Array:
        return self.base(x) + self.change(x)

    def derivatives(self, x: Array, parts: Iterable[Part]) -> dict[Part, Array]:
        """See `Expanded`."""
        wanted = list(parts)
        own, other = self.base.derivatives(x, wanted), derivatives(self.change, x, wanted)
        return {part: own[part] + other[part] for part in wanted}


@dataclass(frozen=True, eq=False)
class Apart:
    """The difference of two such functions: of a solution and of a better one, say."""

    whole: Expanded
    corrected: Expanded

    def __call__(self, x: Array) -> Array:
        return self.whole(x) - self.corrected(x)

    def values(self, points: np.ndarray) -> np.ndarray:
        """The same at points of shape (n, d), in NumPy, shape (n, number of fields)."""
        return self.whole.values(points) - self.corrected.values(points)


EPS = float(np.finfo(float).eps)
PROBES = 64
"""Points at which it is seen how large the terms of a sum are."""
CHUNK = 8192
"""Points at which a function is evaluated at once."""


def many(u: Callee) -> Callable[[np.ndarray], np.ndarray]:
    """A function of one point as one of points of shape (N, d), to values of shape (N, n), without much memory."""
    if isinstance(u, Expanded | Apart):
        return u.values
    evaluate = program(jax.vmap(lambda x: jnp.reshape(u(x), (-1,))))

    def values(points: np.ndarray) -> np.ndarray:
        # In pieces of few sizes: each size is compiled.
        size = min(CHUNK, 1 << max(8, (len(points) - 1).bit_length()))
        missing = size - len(points) if len(points) < size else -len(points) % size
        full = np.concatenate(
            [points, np.broadcast_to(points.mean(axis=0) if len(points) else 0.0, (missing, points.shape[1]))]
        )
        with jax.enable_x64(True):
            pieces = [np.asarray(evaluate(jnp.asarray(full[i : i + size]))) for i in range(0, len(full), size)]
        return np.concatenate(pieces)[: len(points)]

    return values
