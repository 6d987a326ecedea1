"""Distances and directions that data are functions of, and polynomials of these against SymPy and in JAX."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import sympy as sp

from pdedsl.geometry.points import inside, random
from pdedsl.numerics.bases import table
from pdedsl.spaces.composite import Composite, Quantity, composite, composite_of, quantity
from pdedsl.spaces.functions import Products
from pdedsl.spaces.space import Polynomials
from pdedsl.stages.load import loads

FIVE = "pde 1\ndomain x[1:5] in [{}, 1]\nfield u(x)\nlet q = sum(x[k]^2, k in 1:5)\nequation: {}\nboundary: u = {} on all\n"
DISTANCE, DIRECTION = Quantity((0, 1, 2), (0.5, -1.0, 0.0), True), Quantity((0, 1, 2), (1.0, -2.0, 0.5), False)


@pytest.mark.parametrize(
    ("low", "equation", "walls", "expected"),
    [
        (-1, "laplacian(u) = exp(-q)", "q^2", ((0.0,) * 5, True)),
        (0, "laplacian(u) + u^3 = sin(q)", "0", ((0.0,) * 5, True)),
        (0, "laplacian(u) = 0", "sum((x[k] - 0.5)^2, k in 1:5)", ((0.5,) * 5, True)),
        (0, "laplacian(u) = exp(-sum((x[k] - 0.3)^2, k in 1:5))", "1", ((0.3,) * 5, True)),
        (0, "laplacian(u) = norm(x - [0.2, -1, 0, 2, 0.5])", "0", ((0.2, -1, 0, 2, 0.5), True)),
        (-3, "laplacian(u) = sin(x[1] - 2*x[3])", "(2*x[3] - x[1])^2", ((-0.5, 0, 1, 0, 0), False)),
        (-1, "laplacian(u) = exp(-q)", "x[1]", None),
        (-1, "laplacian(u) = sin(x[1]) + x[2]", "0", None),
        (-1, "laplacian(u) = 1", "0", None),
    ],
)
def test_what_data_are_functions_of(low: int, equation: str, walls: str, expected: tuple | None) -> None:
    found = quantity(loads(FIVE.format(low, equation, walls)))
    if expected is None or found is None:
        assert found is expected
        return
    vector = np.asarray(found.vector)
    if not found.is_distance:
        vector = vector / vector[np.argmax(np.abs(expected[0]))]
    np.testing.assert_allclose(vector, expected[0], atol=1e-12)
    assert found.is_distance is expected[1]


def test_constant_data_on_a_ball() -> None:
    ball = "pde 1\ndomain (x, y, z) = ball([1, 0, 2], 3)\nfield u(x, y, z)\nequation: laplacian(u) = 1\nboundary: u = 0 on all\n"
    problem = loads(ball)
    found = quantity(problem)
    assert found == Quantity((0, 1, 2), (1.0, 0.0, 2.0), True)
    own = composite(problem, (0, 1, 2), Polynomials((4,), "composite"))
    assert isinstance(own, Composite) and np.allclose(own.range, (0, 9))


@pytest.mark.parametrize("own", [DISTANCE, DIRECTION])
@pytest.mark.parametrize("order", [(0, 0, 0), (1, 0, 0), (0, 2, 0), (1, 1, 0), (3, 0, 1), (2, 2, 0)])
def test_tables_of_derivatives(own: Quantity, order: tuple[int, int, int]) -> None:
    functions = Composite((0, 1, 2), ((-1.0, 1.0),) * 3, own, (-2.0, 5.0), 4)
    points = np.random.default_rng(0).uniform(-1, 1, (3, 3))
    found, symbols = functions.table(points, order), sp.symbols("x y z")
    pairs = list(zip(symbols, own.vector, strict=True))
    z = sum((s - v) ** 2 for s, v in pairs) if own.is_distance else sum(s * v for s, v in pairs)
    for n in range(5):
        expected = sp.sympify(sp.chebyshevt(n, (2 * z - 3) / 7))
        for s, k in zip(symbols, order, strict=True):
            expected = sp.diff(expected, s, k)
        values = [float(expected.subs(dict(zip(symbols, map(float, p), strict=True)))) for p in points]
        np.testing.assert_allclose(found[:, n], values, rtol=1e-9, atol=1e-9)
    with jax.enable_x64(True):
        traced = jax.vmap(lambda x: table(functions, x, order, {}))(jnp.asarray(points))
        np.testing.assert_allclose(traced, found, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("text", ["exp(-q)", "sin(x[1] + x[2] + 0.3*x[5])"])
@pytest.mark.parametrize("fixed", [None, 1])
def test_points_where_a_quantity_has_all_its_values(text: str, fixed: int | None) -> None:
    problem = loads(FIVE.format(-1, f"laplacian(u) = {text}", "0"))
    own = composite(problem, range(5), Polynomials((4,), "composite"))
    assert isinstance(own, Composite)
    domain, parts = problem.domain, np.linspace(0, 1, 30)
    points = inside(domain, sp.true, 30, random(np.random.default_rng(0)))
    if fixed is not None:
        points[:, fixed] = 1.0
    moved = own.spread(domain, points, parts, fixed)
    assert (np.abs(moved) <= 1 + 1e-12).all() and (fixed is None or (moved[:, fixed] == 1).all())
    z = own.quantity.of(moved)
    low, high = own.range
    if fixed is None:
        np.testing.assert_allclose(z, low + parts * (high - low), atol=1e-9)
    else:
        assert np.ptp(z) > 0.5 * (high - low) and (np.diff(z) > 0).all()


def test_time_beside_a_quantity() -> None:
    text = (
        "pde 1\ndomain x[1:4] in [-1, 1]\ntime t in [0, 1]\nfield u(x, t)\nlet q = sum(x[k]^2, k in 1:4)\n"
        "equation: dt(u) = laplacian(u)\nboundary: u = exp(-q - t) on all\ninitial: u = exp(-q)\n"
    )
    found = composite(loads(text), range(5), Polynomials((5,), "composite"))
    assert isinstance(found, Products) and found.size == 21 and composite_of(found) is found.plane
