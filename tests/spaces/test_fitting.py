"""Sums that are fitted to values: as near as their terms allow, with derivatives."""

import numpy as np
import pytest

from pdedsl.problem.problem import Problem
from pdedsl.spaces.fitting import fitted
from pdedsl.spaces.space import Size
from pdedsl.spaces.sums import Sum
from pdedsl.stages.load import loads


def made(domain: str) -> tuple[Problem, Sum]:
    problem = loads(f"pde 1\ndomain {domain}\nfield u(x, y)\nequation: laplacian(u) = 1\nboundary: u = 0 on all\n")
    return problem, fitted(
        problem, (0, 1), lambda points: np.exp(points[:, 0]) * np.sin(2 * points[:, 1]), Size(1.0, 2.0)
    )


@pytest.mark.parametrize("domain", ["x in [0, 1], y in [-1, 2]", "(x, y) = disk([0, 0], 1)"])
def test_values_and_slopes_of_smooth_functions(domain: str) -> None:
    _, own = made(domain)
    x, y = np.meshgrid(np.linspace(0.1, 0.6, 5), np.linspace(-0.5, 0.6, 4))
    np.testing.assert_allclose(own([x, y], (0, 0)), np.exp(x) * np.sin(2 * y), atol=1e-11)
    np.testing.assert_allclose(own([x, y], (1, 1)), 2 * np.exp(x) * np.cos(2 * y), atol=1e-8)
    assert own([0.5, y], (0, 0)).shape == y.shape  # a number and an array, as in an initial condition


@pytest.mark.slow
def test_what_is_not_smooth_keeps_its_best() -> None:
    problem, _ = made("x in [0, 1], y in [-1, 2]")
    own = fitted(problem, (0,), lambda points: np.abs(points[:, 0] - 0.4), Size())
    x = np.linspace(0, 1, 50)
    assert 1e-6 < np.abs(own([x], (0,)) - np.abs(x - 0.4)).max() < 1e-2
