"""From the feature matrix and the residual to the factors that every spectral filter needs: `(s, V, c)`."""

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array


class Factors(NamedTuple):
    """`Phi = U diag(s) V^T` and `c = U^T r`, the largest singular value first."""

    s: Array
    """Singular values, shape (K,), K <= min(S, P)."""
    v: Array
    """Right singular vectors as columns, shape (P, K)."""
    c: Array
    """Coefficients of the residual along the left singular vectors, shape (K,)."""
    unreached: Array
    """|r - U c|^2, which no step changes, a scalar."""


def svd(phi: Array, r: Array) -> Factors:
    """Thin SVD: exact and slow, O(S P min(S, P))."""
    u, s, vt = jnp.linalg.svd(phi, full_matrices=False)
    c = u.T @ r
    return Factors(s, vt.T, c, jnp.sum((r - u @ c) ** 2))


def qr(phi: Array, r: Array) -> Factors:
    """QR of `[Phi r]`, then SVD of the triangle: sees all of the spectrum, at less than the cost of `svd` if S > P."""
    if phi.shape[0] <= phi.shape[1]:
        return svd(phi, r)
    triangle = jnp.linalg.qr(jnp.concatenate([phi, r[:, None]], axis=1), mode="r")
    return svd(triangle[:, :-1], triangle[:, -1])


def gram(phi: Array, r: Array) -> Factors:
    """`eigh(Phi^T Phi)`: the fastest for S > P; singular values below 1e-8 s_1 are rounding and come out as 0."""
    squares, v = jnp.linalg.eigh(squared(phi))
    squares, v = squares[::-1], v[:, ::-1]
    h = (r @ phi) @ v
    s = _visible(squares)
    c = jnp.where(s > 0, h / jnp.where(s > 0, s, 1.0), 0.0)
    return Factors(s, v, c, _rest(r, c))


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


def dual(phi: Array, r: Array) -> Factors:
    """`eigh(Phi Phi^T)`: the fastest for S < P; as blind below 1e-8 s_1 as `gram`."""
    squares, u = jnp.linalg.eigh(phi @ phi.T)
    squares, u = squares[::-1], u[:, ::-1]
    s = _visible(squares)
    inverse = jnp.where(s > 0, 1 / jnp.where(s > 0, s, 1.0), 0.0)
    c = jnp.where(s > 0, u.T @ r, 0.0)
    return Factors(s, phi.T @ (u * inverse[None, :]), c, _rest(r, c))


def _rest(r: Array, c: Array) -> Array:
    """What is left of |r|^2, as well as a difference can tell."""
    return jnp.maximum(jnp.sum(r**2) - jnp.sum(c**2), 0.0)


GRAM_FLOOR = 1e-8
"""The square root of the unit roundoff: where the spectrum of a Gram matrix ends."""


def _visible(squares: Array) -> Array:
    s = jnp.sqrt(jnp.maximum(squares, 0.0))
    return jnp.where(s > GRAM_FLOOR * s[0], s, 0.0)


FACTORS: Mapping[str, Callable[[Array, Array], Factors]] = {"svd": svd, "qr": qr, "gram": gram, "dual": dual}
