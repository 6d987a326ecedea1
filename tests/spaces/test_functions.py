"""Functions of several kinds together: each part by itself."""

import jax
import jax.numpy as jnp
import numpy as np

from pdedsl.numerics.bases import table
from pdedsl.spaces.features import ridges
from pdedsl.spaces.functions import Joined, multiplied
from pdedsl.spaces.products import basis
from pdedsl.spaces.space import Features, Polynomials
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


def test_products_of_functions_of_a_plane_and_of_parameters() -> None:
    problem = loads("pde 1\nparam k in [1, 2], m in [0, 4]\n" + BOX.removeprefix("pde 1\n").replace("= 1", "= k*u + m"))

    def own(count: int, degree: int) -> tuple:
        plane, beside = ridges(problem, (0, 1), Features(count)), basis(problem, (2, 3), Polynomials((degree,)))
        return plane, beside, multiplied(plane, beside, beside.numbers.sum(axis=1) / degree)

    plane, beside, products = own(5, 2)
    points, c = np.random.default_rng(0).uniform([1, 0, 1, 0], [3, 5, 2, 4], (6, 4)), np.arange(float(products.size))
    assert products.axes == (0, 1, 2, 3) and [0, 5] in products.pairs.tolist() and [4, 5] not in products.pairs.tolist()
    for order in ((0, 0, 0, 0), (2, 0, 0, 0), (0, 1, 1, 0), (0, 0, 0, 2)):
        first = plane.table(points, (*order[:2], 0, 0))
        expected = np.stack(
            [first[:, a] * beside.table(points, (0, 0, *order[2:]))[:, b] for a, b in products.pairs], 1
        )
        np.testing.assert_allclose(products.table(points, order), expected, atol=1e-12)
        np.testing.assert_allclose(products.total(c, points, order), expected @ c, rtol=1e-9, atol=1e-9)
        found = jax.vmap(lambda x, order=order: table(products, x, order, {}))(jnp.asarray(points))
        np.testing.assert_allclose(found, expected, atol=1e-9)
    _, _, larger = own(8, 3)
    np.testing.assert_allclose(
        larger.total(products.embedded(c, larger), points, (0, 0, 0, 0)), products.total(c, points, (0, 0, 0, 0))
    )
    half = products.over(3, (0.0, 2.0)).over(1, (0.0, 2.5))
    none = (0, 0, 0, 0)
    np.testing.assert_allclose(half.table(points * [1, 0.5, 1, 0.5], none), products.table(points, none), atol=1e-12)
