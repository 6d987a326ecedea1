"""Kernels and Green's functions against what they must do, and against closed forms."""

import numpy as np
import pytest

import pdedsl
from pdedsl.analysis import Tangent, tangent, true_green

POISSON = """pde 1
domain x in [0, 2]
field u(x)
equation: 3*dxx(u) = -3*sin(x)
boundary: u = 0  on x = 0  hard
boundary right: u = sin(2)  on x = 2  hard
exact u = sin(x)
"""


pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("tangent")]


@pytest.fixture(scope="module")
def solved() -> pdedsl.Solution:
    return pdedsl.solve(pdedsl.loads(POISSON), network="mlp(12, 12)", points="sobol(400)", steps=20)


@pytest.fixture(scope="module")
def end(solved: pdedsl.Solution) -> Tangent:
    return tangent(solved)


def test_the_nntk_is_the_kernel_of_a_projection(end: Tangent) -> None:
    (points,) = map(np.asarray, end.points)
    kernel = end.nntk(points, points) / len(points)
    np.testing.assert_allclose(kernel, kernel.T, atol=1e-8)
    np.testing.assert_allclose(kernel @ kernel, kernel, atol=1e-6)
    assert np.trace(kernel) == pytest.approx(end.rank, rel=1e-6)


def test_the_ntk_is_the_gram_matrix_of_the_gradients(end: Tangent) -> None:
    points, h = np.array([[0.3], [1.1]]), 1e-6
    direction = np.random.default_rng(0).standard_normal(end.parameters.size)
    values = [np.asarray(end.system.model(end.parameters + s * direction)(points[0])) for s in (h, -h)]
    slope = float((values[0] - values[1])[0]) / (2 * h)
    assert float(end.field(points)[0] @ direction) == pytest.approx(slope, rel=1e-6)
    rows = end.field(points)
    np.testing.assert_allclose(end.ntk(points, points), rows @ rows.T, rtol=1e-12)


def integrated(kernel: np.ndarray, values: np.ndarray, length: float) -> np.ndarray:
    return kernel @ values * length / len(values)


def test_the_empirical_green_function_solves(end: Tangent) -> None:
    x = np.linspace(0, 2, 21)[:, None]
    y = (np.arange(2000)[:, None] + 0.5) / 1000
    source = -3 * (np.pi / 2) ** 2 * np.sin(np.pi * y[:, 0] / 2)
    found = integrated(end.green(x, y), source, 2.0)
    np.testing.assert_allclose(found, np.sin(np.pi * x[:, 0] / 2), atol=5e-3)


def test_the_empirical_green_function_is_near_the_true_one(solved: pdedsl.Solution, end: Tangent) -> None:
    true = true_green(solved.problem)
    assert true is not None
    x, y = np.linspace(0, 2, 101)[:, None], np.array([[0.5], [1.3]])
    known = true(x, y)
    assert np.linalg.norm(end.green(x, y) - known) / np.linalg.norm(known) < 0.05


def test_blocks_are_named(end: Tangent) -> None:
    with pytest.raises(ValueError, match="equation"):
        end.nntk(np.zeros((1, 1)), np.zeros((1, 1)), "boundary")
