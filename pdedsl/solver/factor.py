"""From the feature matrix and the residual to the factors that every spectral filter needs: `(s, V, c)`."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import jax.numpy as jnp
from jax import Array


class Factors(NamedTuple):
    """`Phi = U diag(s) V^T` and `c = U^T r`, singular values in no particular order."""

    s: Array
    """Singular values, shape (K,), K <= min(S, P)."""
    v: Array
    """Right singular vectors as columns, shape (P, K)."""
    c: Array
    """Coefficients of the residual along the left singular vectors, shape (K,)."""


def svd(phi: Array, r: Array) -> Factors:
    """Thin SVD: exact and slow, O(S P min(S, P))."""
    u, s, vt = jnp.linalg.svd(phi, full_matrices=False)
    return Factors(s, vt.T, u.T @ r)


def qr(phi: Array, r: Array) -> Factors:
    """QR of `[Phi r]`, then SVD of the triangle: sees all of the spectrum, at less than the cost of `svd` if S > P."""
    if phi.shape[0] <= phi.shape[1]:
        return svd(phi, r)
    triangle = jnp.linalg.qr(jnp.concatenate([phi, r[:, None]], axis=1), mode="r")
    return svd(triangle[:, :-1], triangle[:, -1])


def gram(phi: Array, r: Array) -> Factors:
    """`eigh(Phi^T Phi)`: the fastest for S > P; singular values below 1e-8 s_1 are rounding and come out as 0."""
    squares, v = jnp.linalg.eigh(phi.T @ phi)
    h = v.T @ (phi.T @ r)
    return _from_squares(squares, v, h)


def dual(phi: Array, r: Array) -> Factors:
    """`eigh(Phi Phi^T)`: the fastest for S < P; as blind below 1e-8 s_1 as `gram`."""
    squares, u = jnp.linalg.eigh(phi @ phi.T)
    s = _visible(squares)
    inverse = jnp.where(s > 0, 1 / jnp.where(s > 0, s, 1.0), 0.0)
    return Factors(s, phi.T @ (u * inverse[None, :]), jnp.where(s > 0, u.T @ r, 0.0))


def _from_squares(squares: Array, v: Array, h: Array) -> Factors:
    s = _visible(squares)
    return Factors(s, v, jnp.where(s > 0, h / jnp.where(s > 0, s, 1.0), 0.0))


GRAM_FLOOR = 1e-8
"""The square root of the unit roundoff: where the spectrum of a Gram matrix ends."""


def _visible(squares: Array) -> Array:
    s = jnp.sqrt(jnp.maximum(squares, 0.0))
    return jnp.where(s > GRAM_FLOOR * s[-1], s, 0.0)


FACTORS: Mapping[str, Callable[[Array, Array], Factors]] = {"svd": svd, "qr": qr, "gram": gram, "dual": dual}
