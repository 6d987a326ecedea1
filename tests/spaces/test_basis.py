"""Tables of products of polynomials and waves against SymPy, and sums over them."""

import numpy as np
import pytest
import sympy as sp

from pdedsl.spaces.products import basis, largest
from pdedsl.spaces.space import Polynomials
from pdedsl.stages.load import loads

BOX = "pde 1\ndomain x in [1, 3], y in [0, 5]\nfield u(x, y)\n"
MANY = "pde 1\ndomain x[1:5] in [0, 1]\n{}field u(x)\nequation: laplacian(u) = 1\nboundary: u = 0 on all\n"


@pytest.mark.parametrize("order", [(0, 0), (1, 0), (0, 2), (2, 1), (0, 5)])
@pytest.mark.parametrize("periodic", ["", "periodic y\n"])
def test_tables_of_derivatives(order: tuple[int, int], periodic: str) -> None:
    problem = loads(BOX + periodic + "equation: laplacian(u) = 1\nboundary: u = 0 on x = 1, x = 3\n")
    basis = largest(problem, (0, 1), 20)
    points = np.array([[1.2, 0.3], [2.9, 4.4]])
    x, y = sp.symbols("x y", real=True)
    for (i, j), found in zip(basis.numbers, basis.table(points, order).T, strict=True):
        k, angle = (j + 1) // 2, sp.pi * (2 * y / 5 - 1)
        along = (
            (sp.cos(k * angle) if j == 0 or j % 2 else sp.sin(k * angle))
            if periodic
            else sp.chebyshevt(j, 2 * y / 5 - 1)
        )
        member = sp.diff(sp.chebyshevt(i, x - 2) * along, x, order[0], y, order[1])
        np.testing.assert_allclose(found, [float(member.subs({x: a, y: b})) for a, b in points], rtol=1e-9, atol=1e-9)


def test_coefficients_in_a_larger_basis_are_the_same_function() -> None:
    problem = loads(BOX + "equation: laplacian(u) = 1\nboundary: u = 0 on all\n")
    small, large = basis(problem, (0, 1), Polynomials((3,))), basis(problem, (0, 1), Polynomials((5, 7), "total"))
    points, c = np.random.default_rng(0).uniform(1, 3, (9, 2)), np.arange(10.0)
    np.testing.assert_allclose(
        large.table(points, (1, 0)) @ small.embedded(c, large), small.table(points, (1, 0)) @ c, atol=1e-12
    )


@pytest.mark.parametrize("space", [Polynomials((6,)), Polynomials((5, 9)), Polynomials((4, 40), "total")])
def test_sums_coordinate_by_coordinate(space: Polynomials) -> None:
    problem = loads(BOX + "periodic y\nequation: laplacian(u) = 1\nboundary: u = 0 on x = 1, x = 3\n")
    generator = np.random.default_rng(5)
    for axes, order in (((0, 1), (0, 0)), ((0, 1), (2, 1)), ((0,), (1, 0)), ((0,), (1, 1))):
        own = basis(problem, axes, space)
        c, points = generator.normal(size=own.size), generator.uniform([1, 0], [3, 5], (20, 2))
        for several in (c, generator.normal(size=(own.size, 3))):
            expected = own.table(points, order) @ several
            np.testing.assert_allclose(own.total(several, points, order), expected, rtol=1e-9, atol=1e-9)


def test_products_that_a_face_tells_apart() -> None:
    problem = loads(BOX + "equation: laplacian(u) = 1\nboundary: u = 0 on all\n")
    assert basis(problem, (0, 1), Polynomials((7,))).trace(0) == 8
    assert basis(problem, (0,), Polynomials((7,))).trace(0) == 1


@pytest.mark.parametrize("periodic", ["", "periodic y\n"])
def test_a_function_is_interpolated_on_the_grid_of_the_nodes(periodic: str) -> None:
    problem = loads(BOX + periodic + "equation: laplacian(u) = 1\nboundary: u = 0 on x = 1, x = 3\n")
    own = basis(problem, (0, 1), Polynomials((5, 4)), {0: 1})
    assert own.is_product and not basis(problem, (0, 1), Polynomials((5,))).is_product
    c = np.random.default_rng(3).normal(size=own.size)
    x, y = np.meshgrid(*own.nodes, indexing="ij")
    values = own.total(c, np.stack([x.reshape(-1), y.reshape(-1)], axis=1), (0, 0))
    np.testing.assert_allclose(own.interpolated(values.reshape(x.shape)), c, atol=1e-12)


def test_sums_where_some_arguments_are_the_same_at_all_points() -> None:
    problem = loads("pde 1\ndomain x[1:4] in [0, 2]\nfield u(x)\nequation: laplacian(u) = 0\nboundary: u = 0  on all\n")
    own = basis(problem, (0, 1, 2, 3), Polynomials((4,)))
    generator = np.random.default_rng(3)
    points, c = generator.uniform(0, 2, (7, 4)), generator.normal(size=(own.size, 2))
    for held in ([1], [0, 3], [0, 1, 2, 3]):
        points[:, held] = points[0, held]
        for order in ((0, 0, 0, 0), (1, 0, 2, 0), (0, 1, 0, 1)):
            np.testing.assert_allclose(own.total(c, points, order), own.table(points, order) @ c, rtol=1e-9, atol=1e-9)
