"""Families of problems: every member of an interval of parameters is solved, in JAX as elsewhere."""

import jax.numpy as jnp
import numpy as np
import pytest

import pdedsl
from pdedsl.analysis.family import Family
from pdedsl.numerics.lower import lower
from pdedsl.stages.load import loads

LAYER = """pde 1
param eps in [0.1, 1]
domain x in [0, 1]
field u(x)
equation: -eps*dxx(u) + dx(u) = 1
boundary: u = 0  on all
exact u = x - (exp((x - 1)/eps) - exp(-1/eps))/(1 - exp(-1/eps))
report middle = u  at (0.5)
report total = integral(u)
report top = maximum(u)
"""
MODES = """pde 1
param a[1:3] in [-1, 1], c in [0, 1]
domain x in [0, 1]
field u(x)
equation: -dxx(u) = sum(a[k]*(k*pi)^2*cos(k*pi*x), k in 1:3)
boundary: dn(u) = 0  on all
constraint: integral(u) = c
exact u = sum(a[k]*cos(k*pi*x), k in 1:3) + c
report left = u  at (0)
"""


def layer(eps: float, x: float) -> float:
    return x - (np.exp((x - 1) / eps) - np.exp(-1 / eps)) / (1 - np.exp(-1 / eps))


def test_a_coefficient_over_an_interval() -> None:
    own = pdedsl.solve(loads(LAYER), time_limit=30)
    (family,) = own.families
    assert own.verdict.word == "solved" and family.known and family.worst < 1e-8 and not family.uneven
    assert own(x=0.3, eps=0.17) == pytest.approx(layer(0.17, 0.3), abs=1e-9)
    middle, total, top = own.reports
    assert middle.along == "eps" and middle.times is not None
    np.testing.assert_allclose(middle.values, [layer(e, 0.5) for e in middle.times], atol=1e-9)
    whole = [0.5 - (e * (1 - np.exp(-1 / e)) - np.exp(-1 / e)) / (1 - np.exp(-1 / e)) for e in middle.times]
    np.testing.assert_allclose(total.values, whole, atol=1e-9)
    fine = np.linspace(0, 1, 20001)
    assert top.values[0] == pytest.approx(layer(0.1, fine).max(), abs=1e-7)
    assert f"{middle}".startswith("0.493307 at eps = 0.1, 0.122459 at eps = 1")
    assert own.summary()["families"]["u"]["worst"] == family.worst


def test_data_that_superpose_hold_constraints_for_all_parameters() -> None:
    own = pdedsl.solve(loads(MODES), time_limit=30)
    assert own.families[0].worst < 1e-12 and own.verdict.word == "solved"
    assert "c = 0.5" in str(own.reports[0])
    point = dict(zip(["x", "a[1]", "a[2]", "a[3]", "c"], [0.2, 0.3, -0.7, 0.9, 0.25], strict=True))
    x = point["x"]
    wanted = 0.3 * np.cos(np.pi * x) - 0.7 * np.cos(2 * np.pi * x) + 0.9 * np.cos(3 * np.pi * x) + 0.25
    assert own.evaluate("u", [list(point.values())])[0] == pytest.approx(wanted, abs=1e-12)


def test_residuals_in_jax_hold_the_parameter_of_the_point() -> None:
    problem = loads(LAYER)
    residual = lower(problem, problem.equations[0])

    def u(x):  # its derivatives are 2 and 2 x
        return x[0] ** 2

    for eps in (0.1, 0.4, 1.0):
        assert float(residual(u, jnp.asarray([0.3, eps]))[0]) == pytest.approx(-2 * eps + 0.6 - 1, abs=1e-6)


def test_an_uneven_family() -> None:
    errors = np.array([1e-8, 1e-8, 2e-8, 1e-4])
    own = Family("u", {"k": np.arange(4.0)}, errors)
    assert own.uneven and own.where == "k = 3" and "estimated" in str(own)
    assert not Family("u", {"k": np.arange(4.0)}, errors * 1e-4, "against the exact solution").uneven


def test_values_outside_of_an_interval_are_refused() -> None:
    with pytest.raises(pdedsl.SpecError, match=r"outside of its interval \[0.1, 1\]"):
        loads(LAYER, {"eps": 0.05})
    assert not loads(LAYER, {"eps": 0.5}).domain.swept


def test_extremes_are_those_of_the_parameters_of_each_point() -> None:
    text = (
        "pde 1\nparam k in [1, 3], c in [0, 1]\ndomain x in [0, 1]\nfield u(x)\nequation: -dxx(u) = k*pi^2*cos(pi*x)\n"
    )
    own = pdedsl.solve(loads(text + "boundary: dn(u) = 0  on all\nconstraint: integral(u) = c\n"), time_limit=20)
    points = np.array([[0.5, 1.0, 0.2], [0.1, 2.5, 0.7], [0.9, 1.0, 0.2], [0.3, 3.0, 0.0]])
    np.testing.assert_allclose(own.evaluate("maximum(u)", points), points[:, 1] + points[:, 2], atol=1e-10)
    np.testing.assert_allclose(own.evaluate("integral(u)", points), points[:, 2], atol=1e-12)
