"""The symbol of an operator, against coefficients by hand."""

import pytest
import sympy as sp

from benchmarks.goals import SPECS
from pdedsl.problem.symbol import constant_coefficients, linearised, order
from pdedsl.stages.load import load, loads

TEXT = """pde 1
param k = 3
domain x in [0, 1], y in [0, 1]
time t in [0, 1]
field u(x, y, t), v(x, y, t)
equation: {}
equation: dt(v) = laplacian(v)
initial: u = 1
initial: v = 1
boundary: u = 1  on all
boundary: v = 1  on all
"""


def test_coefficients_by_hand() -> None:
    problem = loads(TEXT.format("dt(u) - div(k*x*grad(u)) + u^2*dx(v) = sin(t)"))
    found = linearised(problem.equations[0].residual[0], problem)
    x, _, t = problem.symbols
    k, (u, v) = problem.parameters[0].symbol, problem.functions
    own = found.coefficients["u"]
    assert own[0, 0, 1] == 1 and own[2, 0, 0] == own[0, 2, 0] == -k * x and own[1, 0, 0] == -k
    assert sp.expand(own[0, 0, 0] - 2 * u * sp.Derivative(v, x)) == 0
    assert found.coefficients["v"] == {(1, 0, 0): u**2} and found.data == -sp.sin(t)
    assert not found.is_linear


@pytest.mark.parametrize("text", ["dt(u) = dxx(u) + x*dy(v) + 1", "dt(u) = 0"])
def test_what_is_linear(text: str) -> None:
    problem = loads(TEXT.format(text))
    assert linearised(problem.equations[0].residual[0], problem).is_linear


def test_orders() -> None:
    problem = loads(TEXT.format("dt(u) = dxxx(u^2) + dyy(v)"))
    residuals = [r for e in problem.equations for r in e.residual]
    u, v = problem.fields
    time = {problem.symbols[2]}
    assert order(residuals) == 3 and order(residuals, v) == 2 and order(residuals, u, time) == 1


def test_constant_coefficients() -> None:
    assert constant_coefficients(load(SPECS / "heat.pde")) == {(0, 1): 1.0, (2, 0): -0.25}
    assert constant_coefficients(load(SPECS / "burgers.pde")) is None
    assert constant_coefficients(load(SPECS / "kovasznay.pde")) is None
