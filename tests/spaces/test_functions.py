"""Functions of several kinds together: each part by itself."""

import jax
import jax.numpy as jnp
import numpy as np

from pdedsl.numerics.bases import table
from pdedsl.spaces.features import ridges
from pdedsl.spaces.functions import Joined
from pdedsl.spaces.space import Features
from pdedsl.stages.load import loads

BOX = "pde 1\ndomain x in [1, 3], y in [0, 5]\nfield u(x, y)\nequation: laplacian(u) = 1\nboundary: u = 0 on all\n"
POINTS = np.array([[1.2, 0.3], [2.9, 4.4], [2.0, 0.0]])


def test_functions_of_several_kinds() -> None:
    problem = loads(BOX)
    first, second = ridges(problem, (0, 1), Features(4)), ridges(problem, (0, 1), Features(7))
    both, c = Joined((first, second)), np.arange(11.0)
    assert both.size == both.trace(0) == 11 and both.along == max(first.along, second.along)
    for order in ((0, 0), (1, 2)):
        expected = np.concatenate([first.table(POINTS, order), second.table(POINTS, order)], axis=1)
        np.testing.assert_array_equal(both.table(POINTS, order), expected)
        np.testing.assert_allclose(both.total(c, POINTS, order), expected @ c)
        found = jax.jit(jax.vmap(lambda x, order=order: table(both, x, order, {})))(jnp.asarray(POINTS))
        np.testing.assert_allclose(found, expected, atol=1e-9)
    larger = Joined((second, second))
    np.testing.assert_allclose(larger.total(both.embedded(c, larger), POINTS, (0, 0)), both.total(c, POINTS, (0, 0)))
    half = both.over(1, (0.0, 2.5))
    np.testing.assert_allclose(half.table(POINTS * [1, 0.5], (0, 0)), both.table(POINTS, (0, 0)), atol=1e-12)
