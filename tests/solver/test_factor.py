"""Every factorisation against numpy's SVD, rank-deficient matrices included."""

import jax.numpy as jnp
import numpy as np
import pytest

from pdedsl.solver.factor import FACTORS, krylov
from pdedsl.solver.features import Stored


def matrix(rows: int, columns: int, rank: int, spread: float) -> np.ndarray:
    generator = np.random.default_rng(rows + columns)
    u, _ = np.linalg.qr(generator.normal(size=(rows, rank)))
    v, _ = np.linalg.qr(generator.normal(size=(columns, rank)))
    return u * np.logspace(0, -spread, rank) @ v.T


@pytest.mark.parametrize("method", FACTORS)
@pytest.mark.parametrize(("rows", "columns", "rank"), [(30, 12, 12), (12, 30, 12), (30, 12, 7), (12, 12, 5)])
def test_agrees_with_the_svd(method: str, rows: int, columns: int, rank: int) -> None:
    phi = matrix(rows, columns, rank, 3)
    r = np.random.default_rng(1).normal(size=rows)
    s, v, c, unreached = map(np.asarray, FACTORS[method](Stored(jnp.asarray(phi)), jnp.asarray(r)))
    assert (np.diff(s) <= 0).all()
    order = np.arange(rank)
    np.testing.assert_allclose(s[order], np.linalg.svd(phi)[1][:rank], rtol=1e-8)
    assert (np.delete(s, order) < 1e-7).all()
    pseudoinverse = (v[:, order] / s[order]) @ c[order]
    left = r - phi @ pseudoinverse
    np.testing.assert_allclose(unreached + (c[rank:] ** 2).sum(), left @ left, atol=1e-6)
    np.testing.assert_allclose(pseudoinverse, np.linalg.pinv(phi, rcond=1e-9) @ r, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("method", ["svd", "qr"])
def test_the_thorough_ones_see_below_the_floor_of_gram(method: str) -> None:
    phi = matrix(40, 10, 10, 12)
    s = np.sort(np.asarray(FACTORS[method](Stored(jnp.asarray(phi)), jnp.ones(40)).s))
    np.testing.assert_allclose(s, np.logspace(-12, 0, 10), rtol=1e-3)


def test_in_all_directions_products_alone_give_the_svd() -> None:
    phi, r = matrix(60, 16, 16, 5), np.random.default_rng(1).normal(size=60)
    s, v, c, unreached = map(np.asarray, krylov(Stored(jnp.asarray(phi)), jnp.asarray(r), 16))
    np.testing.assert_allclose(s, np.logspace(0, -5, 16), rtol=1e-9)
    np.testing.assert_allclose((v / s) @ c, np.linalg.lstsq(phi, r)[0], rtol=1e-8)
    left = r - phi @ np.linalg.lstsq(phi, r)[0]
    np.testing.assert_allclose(unreached, left @ left, rtol=1e-10)


def test_in_few_directions_a_tikhonov_step_is_the_best_of_them() -> None:
    phi, r = matrix(300, 120, 120, 8), np.random.default_rng(1).normal(size=300)
    phi_, r_ = Stored(jnp.asarray(phi)), jnp.asarray(r)
    weight = 1e-4
    exact = np.linalg.solve(phi.T @ phi + weight * np.eye(120), phi.T @ r)

    def value(d: np.ndarray) -> float:
        return 0.5 * np.sum((phi @ d - r) ** 2) + 0.5 * weight * d @ d

    gaps = []
    for rank in (20, 40, 80):
        s, v, c, _ = map(np.asarray, krylov(phi_, r_, rank))
        np.testing.assert_allclose(v.T @ v, np.eye(rank), atol=1e-12)
        gaps.append(value(v @ (s / (s**2 + weight) * c)) - value(exact))
    assert gaps[0] > gaps[1] > gaps[2] >= -1e-12 and gaps[2] < 1e-6 * value(exact)
    # What is below the floor of all cut-offs is not looked for.
    short = np.asarray(krylov(phi_, r_, 80, floor=0.1).s)
    assert 0 < np.count_nonzero(short > 1e-12) < 60 and short[0] == pytest.approx(1.0)


def test_what_has_fewer_directions_than_asked_for() -> None:
    phi, r = matrix(30, 12, 5, 2), np.random.default_rng(1).normal(size=30)
    s, v, c, _ = map(np.asarray, krylov(Stored(jnp.asarray(phi)), jnp.asarray(r), 300))
    kept = s > 1e-10
    assert np.count_nonzero(kept) == 5 and np.isfinite(v).all()
    np.testing.assert_allclose((v[:, kept] / s[kept]) @ c[kept], np.linalg.pinv(phi, rcond=1e-9) @ r, rtol=1e-8)
