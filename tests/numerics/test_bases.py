"""Functions of a basis at a point in JAX: against cosines, and against the tables of NumPy."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pdedsl.numerics.bases import chebyshev, table
from pdedsl.spaces.products import basis
from pdedsl.spaces.space import Polynomials
from pdedsl.stages.load import loads


@pytest.mark.parametrize("most", [0, 1, 2, 7, 40])
def test_chebyshev_polynomials_by_doubling(most: int) -> None:
    y = np.linspace(-1, 1, 9)
    found = jax.jit(jax.vmap(lambda own: chebyshev(own, most)))(jnp.asarray(y))
    np.testing.assert_allclose(found, np.cos(np.arange(most + 1) * np.arccos(y)[:, None]), atol=1e-12)


def test_products_are_those_of_the_tables() -> None:
    problem = loads(
        "pde 1\ndomain x in [1, 3], y in [0, 5]\nperiodic y\nfield u(x, y)\nequation: laplacian(u) = u\nboundary: u = 1 on all\n"
    )
    own, points = basis(problem, (0, 1), Polynomials((5, 3))), np.random.default_rng(1).uniform([1, 0], [3, 5], (4, 2))
    for order in ((0, 0), (2, 1), (0, 3)):
        found = jax.jit(jax.vmap(lambda x, order=order: table(own, x, order, {})))(jnp.asarray(points))
        expected = own.table(points, order)
        np.testing.assert_allclose(found, expected, atol=1e-10 * max(1.0, np.abs(expected).max()))
