"""Which products a space has, and how many, against all of them counted one by one."""

import numpy as np
import pytest

from pdedsl.spaces.products import basis, largest, sized
from pdedsl.spaces.space import Polynomials
from pdedsl.stages.load import loads

BOX = "pde 1\ndomain x in [1, 3], y in [0, 5]\nfield u(x, y)\n"


def test_the_highest_degree_that_fits() -> None:
    problem = loads(BOX + "equation: laplacian(u) = 1\nboundary: u = 0 on all\n")
    assert len(largest(problem, (0, 1), 20).numbers) == 15 and len(largest(problem, (0,), 20).numbers) == 20
    assert len(largest(problem, (0, 1), 1).numbers) == 3
    many = loads("pde 1\ndomain x[1:40] in [0, 1]\nfield u(x)\nequation: laplacian(u) = 1\nboundary: u = 0 on all\n")
    assert len(largest(many, range(40), 100).numbers) == 41


@pytest.mark.parametrize("periodic", ["", "periodic y\n"])
@pytest.mark.parametrize("space", [(0,), (4,), (9,), (4, 2), (2, 7)])
@pytest.mark.parametrize("terms", ["total", "product", "cross"])
def test_which_products_are_in_a_basis(periodic: str, terms, space: tuple[int, ...]) -> None:
    if terms == "cross" and len(space) > 1:
        pytest.skip("a cross has one degree")
    problem = loads(BOX + periodic + "equation: laplacian(u) = 1\nboundary: u = 0 on x = 1, x = 3\n")
    chosen = Polynomials(space, terms)
    found = basis(problem, (0, 1), chosen)
    x, y = np.meshgrid(np.arange(40), np.arange(40), indexing="ij")
    n, m = (space * 2)[:2]
    degrees = (y + 1) // 2 if periodic else y
    if terms == "total":
        kept = x * m + degrees * n <= n * m
    elif terms == "product":
        kept = (x <= n) & (degrees <= m)
    else:
        kept = (x + 1) * (degrees + 1) <= n + 1
    kept = kept if n else (x == 0) & (degrees == 0)
    expected = set(zip(x[kept].tolist(), y[kept].tolist(), strict=True))
    assert {tuple(row) for row in found.numbers.tolist()} == expected
    assert found.size == len(expected) == sized(problem, (0, 1), chosen)
    for parity in ({0: 1}, {0: -1, 1: 1}):
        assert basis(problem, (0, 1), chosen, parity).size == sized(problem, (0, 1), chosen, parity)


def test_parameters_of_degree_zero_are_no_arguments() -> None:
    problem = loads(
        "pde 1\nparam k in [1, 2]\ndomain x in [0, 1]\nfield u(x)\nequation: dxx(u) = k*u\nboundary: u = 1 on all\n"
    )
    alone = basis(problem, (0, 1), Polynomials((4, 0), "total"))
    assert alone.axes == (0,) and alone.size == 5
    whole = basis(problem, (0, 1), Polynomials((4, 2), "product"))
    c = np.random.default_rng(0).normal(size=5)
    points = np.random.default_rng(1).uniform([0, 1], [1, 2], (6, 2))
    np.testing.assert_allclose(
        whole.total(alone.embedded(c, whole), points, (0, 0)), alone.total(c, points, (0, 0)), atol=1e-13
    )
