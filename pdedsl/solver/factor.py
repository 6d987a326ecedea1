"""From the feature matrix and the residual to the factors that every spectral filter needs: `(s, V, c)`."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from pdedsl.solver.features import Features


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


def svd(phi: Features, r: Array) -> Factors:
    """Thin SVD: exact and slow, O(S P min(S, P))."""
    return _decomposed(phi.whole(), r)


def _decomposed(phi: Array, r: Array) -> Factors:
    """In the precision of the matrix; what comes of it is in that of the residual."""
    u, s, v = (own.astype(r.dtype) for own in jnp.linalg.svd(phi, full_matrices=False))
    c = u.T @ r
    return Factors(s, v.T, c, jnp.sum((r - u @ c) ** 2))


def qr(phi: Features, r: Array) -> Factors:
    """QR of `[Phi r]`, then SVD of the triangle: sees all of the spectrum, at less than the cost of `svd` if S > P."""
    if phi.shape[0] <= phi.shape[1]:
        return svd(phi, r)
    triangle = phi.qr(r)
    return _decomposed(triangle[:, :-1], triangle[:, -1].astype(r.dtype))


def gram(phi: Features, r: Array) -> Factors:
    """`eigh(Phi^T Phi)`: the fastest for S > P; singular values below 1e-8 s_1, the root of the unit roundoff, are
    rounding and come out as 0.
    """
    squares, v = (own.astype(r.dtype) for own in jnp.linalg.eigh(phi.gram()))
    squares, v = squares[::-1], v[:, ::-1]
    h, total = phi.meet(r)
    s = _visible(squares, phi.eps)
    c = jnp.where(s > 0, (h @ v) / jnp.where(s > 0, s, 1.0), 0.0)
    return Factors(s, v, c, _rest(total, c))


def dual(phi: Features, r: Array) -> Factors:
    """`eigh(Phi Phi^T)`: the fastest for S < P; as blind below 1e-8 s_1 as `gram`."""
    whole = phi.whole()
    squares, u = (own.astype(r.dtype) for own in jnp.linalg.eigh(whole @ whole.T))
    squares, u = squares[::-1], u[:, ::-1]
    s = _visible(squares, phi.eps)
    inverse = jnp.where(s > 0, 1 / jnp.where(s > 0, s, 1.0), 0.0)
    c = jnp.where(s > 0, u.T @ r, 0.0)
    return Factors(s, whole.T.astype(r.dtype) @ (u * inverse[None, :]), c, _rest(phi.meet(r)[1], c))


BLOCK = 4
"""Directions of `krylov` at a time: more take less time, fewer are better (`python -m benchmarks.krylov`)."""


ENOUGH = 0.3
"""How far below the floor of the cut-offs what Phi does to a direction is to be, for `krylov` to end."""


def krylov(phi: Features, r: Array, rank: int, floor: Array | float = 0.0, block: int = BLOCK) -> Factors:
    """The part of the SVD in a subspace of so many directions, from products with Phi and its transpose alone.

    The subspace is that of block conjugate gradients for `Phi^T Phi + lambda`, the same for all lambda: of powers of
    `Phi^T Phi` on `Phi^T r` and on a few random directions (randomised block Krylov: Musco and Musco 2015, arXiv 1504.05477,
    Algorithm 2), all kept orthogonal, since conjugate gradients that are not lose what small singular values need. In it
    the least squares are solved by QR, so that a filter means what it always does: with Tikhonov's the step is the best one of
    the subspace, that of LSQR for this lambda. It ends where singular values are below the `floor` of all cut-offs.
    """
    rank = min(rank, *phi.shape)
    block = min(block, rank)
    count = rank // block * block
    ahead = jax.random.normal(jax.random.key(0), (phi.shape[1], block), r.dtype)
    ahead = ahead.at[:, 0].set(phi.apply_transposed(r))
    z, images = jnp.zeros((phi.shape[1], count), r.dtype), jnp.zeros((phi.shape[0], count), r.dtype)

    def more(carry: tuple[Array, ...]) -> tuple[Array, ...]:
        k, z, images, ahead, _ = carry
        for _ in range(2):  # once is not enough
            ahead, _ = jnp.linalg.qr(ahead - z @ (z.T @ ahead))
        image = phi.apply(ahead)
        z, images = (jax.lax.dynamic_update_slice_in_dim(a, b, k * block, 1) for a, b in ((z, ahead), (images, image)))
        ahead, squares = phi.meet(image)
        return k + 1, z, images, ahead, jnp.sqrt(jnp.max(squares))

    def wanting(carry: tuple[Array, ...]) -> Array:
        return (carry[0] < count // block) & (carry[-1] > ENOUGH * floor)

    begin = (jnp.asarray(0), z, images, ahead, jnp.asarray(jnp.inf, r.dtype))
    _, z, images, *_ = jax.lax.while_loop(wanting, more, begin)
    triangle = phi.beside(images).qr(r)
    small = _decomposed(triangle[:, :-1], triangle[:, -1])
    return small._replace(v=z @ small.v)


def _rest(total: Array, c: Array) -> Array:
    """What is left of |r|^2, the total, as well as a difference can tell."""
    return jnp.maximum(total - jnp.sum(c**2), 0.0)


def _visible(squares: Array, eps: float) -> Array:
    """Singular values where their squares say something; what a Gram matrix shows ends at the root of the unit roundoff."""
    s = jnp.sqrt(jnp.maximum(squares, 0.0))
    return jnp.where(s > eps**0.5 * s[0], s, 0.0)


FACTORS: Mapping[str, Callable[[Features, Array], Factors]] = {"svd": svd, "qr": qr, "gram": gram, "dual": dual}
