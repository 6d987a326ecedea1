"""Every factorisation against numpy's SVD, rank-deficient matrices included."""

import jax.numpy as jnp
import numpy as np
import pytest

from pdedsl.solver.factor import FACTORS
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
