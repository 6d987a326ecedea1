"""Kernels and Green's functions against what they must do, and against closed forms."""

import numpy as np
import pytest

import pdedsl
from pdedsl.analysis import Tangent, learning, tangent, true_green

POISSON = """pde 1
domain x in [0, 2]
field u(x)
equation: 3*dxx(u) = -3*sin(x)
boundary: u = 0  on x = 0  hard
boundary right: u = sin(2)  on x = 2  hard
exact u = sin(x)
"""


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


def test_true_green_functions_solve_their_problems() -> None:
    middle = (np.arange(80) + 0.5) / 80
    grid = np.stack([m.reshape(-1) for m in np.meshgrid(middle, middle, indexing="ij")], 1)
    x = np.array([[0.25, 0.5], [0.7, 0.9]])
    head = "pde 1\ndomain x in [0, 1], y in [0, 1]\nfield u(x, y)\n"
    plane = true_green(pdedsl.loads(head + "equation: laplacian(u) = 1\nboundary: u = 0  on all\n"))
    assert plane is not None
    mode = np.sin(np.pi * grid[:, 0]) * np.sin(2 * np.pi * grid[:, 1])
    expected = -np.sin(np.pi * x[:, 0]) * np.sin(2 * np.pi * x[:, 1]) / (5 * np.pi**2)
    np.testing.assert_allclose(integrated(plane(x, grid), mode, 1.0), expected, atol=1e-5)

    head = "pde 1\nparam a = 0.5\ndomain x in [0, 1]\ntime t in [0, 1]\nfield u(x, t)\n"
    rest = "equation: dt(u) - a*dxx(u) = 1\ninitial: u = 0\nboundary: u = 0  on all\n"
    heat = true_green(pdedsl.loads(head + rest))
    assert heat is not None
    source = np.sin(np.pi * grid[:, 0]) * (1 + 0.5 * np.pi**2 * grid[:, 1])  # of u = t sin(pi x)
    np.testing.assert_allclose(integrated(heat(x, grid), source, 1.0), x[:, 1] * np.sin(np.pi * x[:, 0]), atol=0.02)


@pytest.mark.parametrize(
    "statements",
    [
        "equation: dxx(u) = u^2\nboundary: u = 0  on all\n",
        "equation: dxx(u) + x*u = 1\nboundary: u = 0  on all\n",
        "equation: dxx(u) = 1\nboundary: u = 0  on x = 0\nboundary flux: dn(u) = 0  on x = 1\n",
    ],
)
def test_where_the_true_one_is_not_known(statements: str) -> None:
    assert true_green(pdedsl.loads("pde 1\ndomain x in [0, 1]\nfield u(x)\n" + statements)) is None


def test_the_step_is_the_green_function_on_the_residual() -> None:
    solution = pdedsl.solve(
        pdedsl.loads(POISSON),
        network="mlp(12, 12)",
        points="sobol(400)",
        steps=1,
        method="anagram(cutoff = relative(1e-3))",
    )
    points = np.linspace(0, 2, 101)[:, None]
    for stage in learning(solution, points, (0, 1)):
        cosine = stage.taken @ stage.predicted / np.linalg.norm(stage.taken) / np.linalg.norm(stage.predicted)
        assert cosine > 0.9


def test_blocks_are_named(end: Tangent) -> None:
    with pytest.raises(ValueError, match="equation"):
        end.nntk(np.zeros((1, 1)), np.zeros((1, 1)), "boundary")
