"""Low degrees suffice for solutions that are in the space."""

import numpy as np
import pytest

from pdedsl.spaces.coarse import coarse
from pdedsl.spaces.linear import rows
from pdedsl.stages.load import loads

BOX = "pde 1\ndomain x in [1, 3], y in [0, 5]\nfield u(x, y)\n"


@pytest.mark.parametrize(
    ("text", "solution"),
    [
        ("equation: laplacian(u) = 2*x + 2\nboundary: u = x*y^2 + x^2 on all\n", lambda x, y: x * y**2 + x**2),
        ("equation: 1e9*dxx(u) + dyy(u) = 0\nboundary: u = 1e6*x + y on all\n", lambda x, y: 1e6 * x + y),
        (
            "equation: laplacian(u) = 0\nboundary: dn(u) = dn(exact(u)) on all\nconstraint: integral(u) = 10\n"
            "exact u = x*y - 4\n",
            lambda x, y: x * y - 4,
        ),
    ],
)
def test_a_solution_in_the_space_is_found(text: str, solution) -> None:
    problem = loads(BOX + text)
    zero = [row for s in problem.statements for row in rows(problem, s, 100, lambda place, index, points: 0.0)]
    found, points = coarse(problem, zero), np.array([[1.5, 2.0], [2.5, 4.0]])
    np.testing.assert_allclose(found.at(points)[:, 0], solution(*points.T), rtol=1e-6)
    assert max(found.missed) < 1e-6


def test_what_is_not_seen_is_missed() -> None:
    problem = loads("pde 1\ndomain x in [0, 1]\nfield u(x)\nequation: dxx(u) = sin(200*pi*x)\nboundary: u = 0 on all\n")
    zero = [row for s in problem.statements for row in rows(problem, s, 300, lambda place, index, points: 0.0)]
    assert coarse(problem, zero).missed[0] > 0.5
