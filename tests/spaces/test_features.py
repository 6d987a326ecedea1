"""Ridge functions: their derivatives against JAX's, and a sequence that goes on."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pdedsl.spaces.features import STEEPEST, ridges
from pdedsl.spaces.space import Features
from pdedsl.stages.load import loads

BOX = "pde 1\ndomain x in [1, 3], y in [0, 5]\n{}field u(x, y)\nequation: laplacian(u) = 1\n"
POINTS = np.array([[1.2, 0.3], [2.9, 4.4], [2.0, 0.0]])


@pytest.mark.parametrize("periodic", ["", "periodic y\n", "periodic x, y\n"])
def test_derivatives(periodic: str) -> None:
    conditions = (
        "constraint: mean(u) = 0\n" if "x" in periodic else f"boundary: u = 0 on {'x = 1' if periodic else 'all'}\n"
    )
    text = BOX.format(periodic) + conditions
    own = ridges(loads(text), (0, 1), Features(20))
    value = lambda x: own.table(x, (0, 0), jnp)  # noqa: E731
    slopes = jax.jacfwd(jax.jacfwd(value))(jnp.asarray(POINTS[0]))
    np.testing.assert_allclose(own.table(POINTS, (1, 1))[0], slopes[:, 0, 1], atol=1e-9)
    np.testing.assert_allclose(own.table(POINTS, (0, 2))[0], slopes[:, 1, 1], atol=1e-9)
    third = jax.jacfwd(lambda x: jax.jacfwd(jax.jacfwd(value))(x)[:, 0, 0])(jnp.asarray(POINTS[1]))[:, 0]
    np.testing.assert_allclose(own.table(POINTS, (3, 0))[1], third, rtol=1e-8, atol=1e-8)
    if periodic:  # and the same at both ends
        np.testing.assert_allclose(
            own.table(POINTS + np.array([0.0, 5.0]), (1, 1)), own.table(POINTS, (1, 1)), atol=1e-9
        )


def test_more_of_them_hold_the_first() -> None:
    problem = loads(BOX.format("") + "boundary: u = 0 on all\n")
    few, many = (ridges(problem, (0, 1), Features(n), {0: 9.0}) for n in (15, 40))
    np.testing.assert_array_equal(many.table(POINTS, (1, 0))[:, :15], few.table(POINTS, (1, 0)))
    c = np.arange(15.0)
    np.testing.assert_allclose(many.total(few.embedded(c, many), POINTS, (0, 0)), few.total(c, POINTS, (0, 0)))
    assert np.abs(many.slopes).max() <= STEEPEST and few.size == few.trace(0) == 15
    assert ridges(problem, (0,), Features(15)).trace(0) == 1
