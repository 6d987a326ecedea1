"""A row is the residual to first order: against the residual itself, evaluated by SymPy."""

import numpy as np
import pytest
import sympy as sp

from pdedsl.spaces.linear import rows
from pdedsl.stages.load import loads

TEXT = """pde 1
domain x in [0, 2], y in [0, 1]
field u(x, y)
equation: x*dxx(u) + u^2*dy(u) + sin(u) = y
boundary: dn(u) + x*u = 3  on x = 2, y = 0
constraint: integral(u*x) = 5
"""


def test_values_and_slopes_about_a_constant() -> None:
    problem = loads(TEXT)
    equation, boundary, constraint = (
        rows(problem, s, 20, lambda place, index, points: 0.0 if any(index) else 0.7)[0] for s in problem.statements
    )
    x, y = equation.points.T
    np.testing.assert_allclose(equation.at, np.sin(0.7) - y)
    assert {index: float(np.ptp(slope)) == 0 for (_, index), slope in equation.slopes.items()} == {
        (2, 0): False,
        (0, 1): True,
        (0, 0): True,
    }
    np.testing.assert_allclose(equation.slopes[0, (2, 0)], x)
    np.testing.assert_allclose(equation.slopes[0, (0, 1)], 0.49)
    np.testing.assert_allclose(equation.slopes[0, (0, 0)], np.cos(0.7))
    right = boundary.points[:, 0] == 2
    np.testing.assert_allclose(boundary.slopes[0, (1, 0)], right)
    np.testing.assert_allclose(boundary.slopes[0, (0, 1)], -1.0 * ~right)
    np.testing.assert_allclose(boundary.at, 0.7 * boundary.points[:, 0] - 3)
    np.testing.assert_allclose(constraint.at, 0.7 * 2 - 5)
    (total,) = constraint.totals
    assert total.slope == pytest.approx(1.0) and total.inner[0, (0, 0)] @ total.weights == pytest.approx(2.0)


def test_what_has_no_value_at_a_point_counts_nothing() -> None:
    problem = loads("pde 1\ndomain x in [0, 1]\nfield u(x)\nequation: dxx(u)/x + u = 1\nboundary: u/x = 1  on x = 1\n")
    (row,) = rows(problem, problem.statements[0], 20, lambda place, index, points: sp.nan)
    assert np.isfinite(row.at).all()
