"""The feature matrix as the core asks for it: held, or made anew for each question; from either, products and squares."""

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple, Protocol

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax import Array


class Features(Protocol):
    """The derivatives Phi of the residual by the parameters, a matrix of shape (S, P), wherever its rows are."""

    @property
    def shape(self) -> tuple[int, int]: ...

    @property
    def eps(self) -> float:
        """The unit roundoff of its entries: squares and triangles have it, too; products are given and taken in double precision."""
        ...

    def gram(self) -> Array:
        """`Phi^T Phi`, shape (P, P)."""
        ...

    def qr(self, r: Array) -> Array:
        """The triangle R of `[Phi r] = Q R`, shape (K, P + 1), K <= P + 1 where S is large."""
        ...

    def apply(self, v: Array) -> Array:
        """`Phi v`, shape (S,) or (S, K) for v of shape (P,) or (P, K)."""
        ...

    def apply_transposed(self, w: Array) -> Array:
        """`Phi^T w`, shape (P,) or (P, K) for w of shape (S,) or (S, K)."""
        ...

    def meet(self, w: Array) -> tuple[Array, Array]:
        """`Phi^T w` and the sum of the squares of each column of w: in one go, where rows are far from each other."""
        ...

    def whole(self) -> Array:
        """Phi itself, shape (S, P)."""
        ...

    def beside(self, columns: Array) -> "Features":
        """Another matrix, shape (S, K), whose rows are where the ones of this are."""
        ...


class _Here(eqx.Module):
    """What feature matrices have in common whose rows are all in one place."""

    @abstractmethod
    def apply_transposed(self, w: Array) -> Array:
        """See `Features`."""

    def meet(self, w: Array) -> tuple[Array, Array]:
        """See `Features`."""
        return self.apply_transposed(w), jnp.sum(w**2, axis=0)

    def beside(self, columns: Array) -> "Stored":
        """See `Features`."""
        return Stored(columns)


class Stored(_Here):
    """A feature matrix that is held in memory, in single or double precision."""

    entries: Array

    @property
    def shape(self) -> tuple[int, int]:
        """See `Features`."""
        return self.entries.shape[0], self.entries.shape[1]

    @property
    def eps(self) -> float:
        """See `Features`."""
        return float(jnp.finfo(self.entries.dtype).eps)

    def gram(self) -> Array:
        """See `squared`."""
        return squared(self.entries)

    def qr(self, r: Array) -> Array:
        """Householder's."""
        return jnp.linalg.qr(jnp.concatenate([self.entries, self._own(r)[:, None]], axis=1), mode="r")

    def _own(self, given: Array) -> Array:
        return given.astype(self.entries.dtype)

    def apply(self, v: Array) -> Array:
        """See `Features`."""
        return (self.entries @ self._own(v)).astype(v.dtype)

    def apply_transposed(self, w: Array) -> Array:
        """The product from the left: along the rows, as they lie in memory."""
        return (self._own(w).T @ self.entries).T.astype(w.dtype)

    def whole(self) -> Array:
        """See `Features`."""
        return self.entries


BLOCKS = 4


def squared(phi: Array) -> Array:
    """`Phi^T Phi`, of which each block is computed once.

    The transpose is laid out in memory first: products along its rows take less than half the time of those along the
    columns of `phi` (`python -m benchmarks.kernels`).
    """
    rows = jax.lax.optimization_barrier(phi.T)
    edges = np.linspace(0, rows.shape[0], BLOCKS + 1).astype(int)
    parts = [rows[a:b] for a, b in pairwise(edges)]
    upper = {(i, j): parts[i] @ parts[j].T for i in range(BLOCKS) for j in range(i, BLOCKS)}
    return jnp.block([[upper[i, j] if i <= j else upper[j, i].T for j in range(BLOCKS)] for i in range(BLOCKS)])


class Cloud(NamedTuple):
    """The points of a block with what its rows there are to be and are worth; one row of a part stands for all."""

    x: Array
    """Shape (N, d)."""
    targets: Array
    """What the residual is to be, shape (N or 1, m or 1)."""
    factor: Array
    """sqrt(w / N) over the size of each component, shape (N or 1, m or 1); zero where a point only fills up."""
    kept: Array
    """One, and zero where a point only fills up, shape (N or 1, 1)."""
    seeds: Array
    """From 0 to 1, one for each random direction along which Laplacians are estimated, shape (N or 1, V); V = 0 where they are exact."""

    def filled(self, multiple: int) -> "Cloud":
        """The same with as many points as a multiple of some number: the last one again, of no weight."""
        count = self.x.shape[0]
        more = -count % multiple

        def full(part: Array, last: bool) -> Array:
            own = jnp.broadcast_to(part, (count, part.shape[1]))
            end = own[-1:] if last else jnp.zeros_like(own[-1:])
            return jnp.concatenate([own, jnp.broadcast_to(end, (more, part.shape[1]))])

        ends = (True, True, False, False, True)
        return Cloud(*(full(part, last) for part, last in zip(self, ends, strict=True)))

    def drawn(self, part: float, key: Array) -> "Cloud":
        """A part of its points, at least one, drawn at random, each of which counts for as many more."""
        count = self.x.shape[0]
        taken = max(1, round(part * count))
        chosen = jax.random.permutation(key, count)[:taken]
        found: Cloud = jax.tree.map(lambda part: part[chosen], self.filled(1))
        return found._replace(factor=(count / taken) ** 0.5 * found.factor)

    def estimated(self, directions: int, key: Array) -> "Cloud":
        """The same with so many random directions for each point."""
        return self.filled(1)._replace(seeds=jax.random.uniform(key, (self.x.shape[0], directions), self.x.dtype))

    def chunks(self, count: int) -> "Cloud":
        """Its points by `count` at a time, along a new first axis; their number must be a multiple of that."""
        return jax.tree.map(lambda part: part.reshape(part.shape[0] // count, count, part.shape[1]), self)


def signs(seeds: Array, side: int, d: int) -> Array:
    """The random signs of the directions of a point, shape (V, d), for its seeds, shape (V,): those of either `side`, 0 or 1, are
    independent.
    """

    def drawn(seed: Array) -> Array:
        key = jax.random.key((seed.astype(jnp.float32) * 2**24).astype(jnp.uint32))
        return jax.random.rademacher(jax.random.fold_in(key, side), (d,), jnp.int8)

    return jax.vmap(drawn)(seeds)


Rows = Callable[[Array, int, Cloud], Array]
"""Parameters, the place of a block and its points to its rows, shape (N, m)."""


def jacobian(rows: Rows, k: int, parameters: Array, cloud: Cloud) -> tuple[Array, Array]:
    """The rows of a block, shape (N, m), and their derivatives by the parameters, shape (N, m, P), in the precision of these."""

    def linear(one: Cloud) -> tuple[Array, Array]:
        alone = jax.tree.map(lambda part: part[None], one)
        value, pull = jax.vjp(lambda theta: rows(theta, k, alone)[0], parameters)
        if value.size == 1:
            return value, pull(jnp.ones_like(value))[0][None, :]
        return value, jax.vmap(pull)(jnp.eye(value.size, dtype=value.dtype))[0]

    return jax.vmap(linear)(cloud)


class Implicit(_Here):
    """A feature matrix that is never held: of so many points at a time, as it is asked for.

    Memory grows with the points of a chunk, time with all of them: the Gram matrix and the triangle are accumulated chunk by
    chunk (of the triangle: Golub and Van Loan 2013, 5.2.1), products are Jacobian-vector products.
    """

    rows: Rows = eqx.field(static=True)
    count: tuple[int, ...] = eqx.field(static=True)
    """How many points of each block at a time; each block has a multiple of that."""
    parameters: Array
    clouds: tuple[Cloud, ...]
    """Parameters and points are of the precision in which it is made."""
    kept: jnp.dtype = eqx.field(static=True)
    """That of its entries once they are made."""

    def _components(self, k: int) -> int:
        one = jax.tree.map(lambda part: part[:1], self.clouds[k])
        return jax.eval_shape(lambda: self.rows(self.parameters, k, one)).shape[1]

    @property
    def shape(self) -> tuple[int, int]:
        """See `Features`."""
        rows = sum(cloud.x.shape[0] * self._components(k) for k, cloud in enumerate(self.clouds))
        return rows, self.parameters.size

    @property
    def eps(self) -> float:
        """See `Features`."""
        return float(jnp.finfo(self.kept).eps)

    def _chunks(self) -> Iterator[tuple[int, Cloud]]:
        """Each block's place with its points, chunk by chunk."""
        for k, (cloud, count) in enumerate(zip(self.clouds, self.count, strict=True)):
            yield k, cloud.chunks(count)

    def _split(self, w: Array) -> Iterator[Array]:
        """What belongs to the rows of each block, chunk by chunk, shape (chunks, n m, K)."""
        begin = 0
        for k, (cloud, count) in enumerate(zip(self.clouds, self.count, strict=True)):
            length = cloud.x.shape[0] * self._components(k)
            yield w[begin : begin + length].reshape(-1, count * self._components(k), w.shape[1])
            begin += length

    def _part(self, k: int, cloud: Cloud) -> Array:
        """Its rows at some points of a block, shape (n m, P)."""
        found = jacobian(self.rows, k, self.parameters, cloud)[1]
        return found.reshape(-1, self.parameters.size).astype(self.kept)

    def gram(self) -> Array:
        """See `Features`."""
        found = jnp.zeros((self.parameters.size,) * 2, self.kept)
        for k, chunks in self._chunks():
            found, _ = jax.lax.scan(lambda total, own, k=k: (total + squared(self._part(k, own)), None), found, chunks)
        return found

    def qr(self, r: Array) -> Array:
        """See `Features`."""
        found = jnp.zeros((self.parameters.size + 1,) * 2, self.kept)
        for (k, chunks), rest in zip(self._chunks(), self._split(r[:, None].astype(self.kept)), strict=True):

            def more(triangle: Array, own: tuple[Cloud, Array], k: int = k) -> tuple[Array, None]:
                rows = jnp.concatenate([self._part(k, own[0]), own[1]], axis=1)
                return jnp.linalg.qr(jnp.concatenate([triangle, rows]), mode="r"), None

            found, _ = jax.lax.scan(more, found, (chunks, rest))
        return found

    def apply(self, v: Array) -> Array:
        """See `Features`."""
        columns = (v[:, None] if v.ndim == 1 else v).astype(self.parameters.dtype)
        found = []
        for k, chunks in self._chunks():

            def moved(own: Cloud, k: int = k) -> Array:
                _, push = jax.linearize(lambda theta: self.rows(theta, k, own).reshape(-1), self.parameters)
                return jax.vmap(push, in_axes=1, out_axes=1)(columns)

            found.append(jax.lax.map(moved, chunks).reshape(-1, columns.shape[1]))
        return jnp.concatenate(found).reshape(-1, *v.shape[1:]).astype(v.dtype)

    def apply_transposed(self, w: Array) -> Array:
        """See `Features`."""
        columns = (w[:, None] if w.ndim == 1 else w).astype(self.parameters.dtype)
        found = jnp.zeros((self.parameters.size, columns.shape[1]), self.parameters.dtype)
        for (k, chunks), rest in zip(self._chunks(), self._split(columns), strict=True):

            def more(total: Array, own: tuple[Cloud, Array], k: int = k) -> tuple[Array, None]:
                _, pull = jax.vjp(lambda theta: self.rows(theta, k, own[0]).reshape(-1), self.parameters)
                return total + jax.vmap(pull, in_axes=1, out_axes=1)(own[1])[0], None

            found, _ = jax.lax.scan(more, found, (chunks, rest))
        return found.reshape(-1, *w.shape[1:]).astype(w.dtype)

    def whole(self) -> Array:
        """See `Features`."""
        found = [jax.lax.map(lambda own, k=k: self._part(k, own), chunks) for k, chunks in self._chunks()]
        return jnp.concatenate([own.reshape(-1, self.parameters.size) for own in found])


def chunked(clouds: Sequence[Cloud], points: int) -> tuple[tuple[Cloud, ...], tuple[int, ...]]:
    """Blocks filled up to a multiple of so many points at a time, or of all that they have; and that number for each."""
    count = tuple(min(points, cloud.x.shape[0]) for cloud in clouds)
    return tuple(cloud.filled(n) for cloud, n in zip(clouds, count, strict=True)), count
