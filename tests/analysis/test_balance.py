"""Balances of known functions, by hand."""

import jax.numpy as jnp
import numpy as np
import pytest

from pdedsl.analysis.balance import balances
from pdedsl.numerics.polynomials import Expanded
from pdedsl.planning.functions import expansions
from pdedsl.spaces.sizes import field_sizes
from pdedsl.spaces.space import Polynomials
from pdedsl.stages.load import loads

DISK = """pde 1
param k = 2
domain (x, y) = disk([0, 0], 1)
field u(x, y)
equation heat: -div(k*grad(u)) = 8
boundary: u = 0  on all
"""
ROD = """pde 1
domain x in [0, 1]
time t in [0, 2]
field u(x, t)
equation: dt(u) + dx(u^2/2) = 0.1*dxx(u)
initial: u = x
boundary: u = x  on all
"""


def test_what_is_balanced() -> None:
    (found,) = balances(loads(DISK), lambda x: 1 - x[0] ** 2 - x[1] ** 2)
    assert found.statement == "heat"
    np.testing.assert_allclose([found.out, found.source], 8 * np.pi, rtol=1e-12)
    assert found.apart < 1e-12 and "flows out" in str(found)


def test_what_is_not() -> None:
    (found,) = balances(loads(DISK), lambda x: 1.5 * (1 - x[0] ** 2 - x[1] ** 2))
    assert found.apart == pytest.approx(1 / 3) and found.out == pytest.approx(12 * np.pi)


def test_what_flows_through_is_what_a_small_difference_is_small_against() -> None:
    """Of `x + x^2 / 2000` the slope out of the disk is the cosine and a little: pi/1000 is left of 4."""
    (found,) = balances(loads(DISK.replace("= 8", "= 0")), lambda x: x[0] + x[0] ** 2 / 2000)
    assert found.out == pytest.approx(-2 * np.pi / 1000, rel=1e-6)
    assert found.apart == pytest.approx(2 * np.pi / 1000 / 8, rel=1e-2)


def test_in_time_the_change_of_what_is_stored_counts_as_a_source() -> None:
    (found,) = balances(loads(ROD), lambda x: x[0] / (1 + x[1]))  # solves Burgers' equation without viscosity, and with
    np.testing.assert_allclose([found.out, found.source], 1 / 18, rtol=1e-12)
    assert found.apart < 1e-12
    (wrong,) = balances(loads(ROD), lambda x: jnp.sin(x[0] * x[1]))
    assert wrong.apart > 0.1


def test_rules_are_made_finer_for_what_is_thin() -> None:
    """A source a thousandth wide, between the nodes of the first rule."""
    text = (
        "pde 1\ndomain x in [0, 1]\nfield u(x)\nequation: -dxx(u) = exp(-(x - 0.3)^2/2e-6)\nboundary: u = 0  on all\n"
    )
    problem = loads(text)
    fields = expansions(problem, Polynomials((2,)), field_sizes(problem))
    (found,) = balances(problem, Expanded(fields, [jnp.zeros(3)]))
    assert found.source == pytest.approx(1e-3 * np.sqrt(2 * np.pi), rel=1e-6)


def test_what_is_in_no_divergence_form_has_none() -> None:
    advected = ROD.replace("dx(u^2/2) = 0.1*dxx(u)", "u*dx(u) = 0")
    assert balances(loads(advected.replace("on all", "on x = 0")), lambda x: x[0]) == ()


def test_nothing_flows_out_of_a_circle() -> None:
    text = "pde 1\ndomain x in [0, 1]\nperiodic x\ntime t in [0, 1]\nfield u(x, t)\nequation: dt(u) = dxx(u)\n"
    problem = loads(f"{text}initial: u = cos(2*pi*x)\n")
    assert balances(problem, lambda x: x[:1]) == ()


def test_point_sources_count() -> None:
    (found,) = balances(loads(DISK.replace("= 8", "= 8 + 3*delta(x, y)")), lambda x: 1 - x[0] ** 2 - x[1] ** 2)
    assert found.out == pytest.approx(8 * np.pi) and found.source == pytest.approx(8 * np.pi + 3)
