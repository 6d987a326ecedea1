"""Green's functions in closed form solve their problems."""

import numpy as np
import pytest

import pdedsl
from pdedsl.reference.green import true_green


def integrated(kernel: np.ndarray, values: np.ndarray, length: float) -> np.ndarray:
    return kernel @ values * length / len(values)


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
