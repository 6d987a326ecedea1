"""Misfits of functions whose residuals and errors are known."""

import jax.numpy as jnp
import numpy as np
import pytest

from pdedsl.analysis.trust import misfits
from pdedsl.stages.load import loads

POISSON = """pde 1
domain x in [0, 1]
field u(x)
equation: dxx(u) = -pi^2*sin(pi*x)
boundary: u = 0  on all
exact u = sin(pi*x)
"""


def test_a_solution_has_none() -> None:
    found = misfits(loads(POISSON), lambda x: jnp.sin(jnp.pi * x[0]))
    assert [m.statement for m in found] == ["equation", "boundary"]
    assert all(m.worst < 1e-12 for m in found)


def test_a_misfit_is_as_large_as_the_residual_and_where_that_is() -> None:
    found = misfits(loads(POISSON), lambda x: 1.01 * jnp.sin(jnp.pi * x[0]))
    assert found[0].rms == pytest.approx(np.pi**2 * 0.01 / np.sqrt(2), rel=0.05)
    assert found[0].worst == pytest.approx(np.pi**2 * 0.01, rel=1e-3)
    assert found[0].where == {"x": pytest.approx(0.5, abs=0.02)}
    found = misfits(loads(POISSON), lambda x: jnp.sin(jnp.pi * x[0]) + 0.01 * x[0])
    assert found[1].worst == pytest.approx(0.01) and found[1].where == {"x": 1.0}


def test_an_integral_has_no_place_in_space() -> None:
    text = "pde 1\ndomain x in [0, 1]\ntime t in [0, 2]\nfield u(x, t)\nequation: dt(u) = dxx(u)\ninitial: u = 1\n"
    text += "boundary: dn(u) = 0  on all\nconstraint heat: integral(u) = 1\n"
    *_, heat = misfits(loads(text), lambda x: 1 + 0.1 * x[1])
    assert heat.where == {"t": pytest.approx(2.0, abs=0.2)} and heat.worst == pytest.approx(0.2, abs=0.02)


def test_what_is_not_a_number_is_seen() -> None:
    found = misfits(loads(POISSON), lambda x: jnp.sqrt(0.5 - x[0]))
    assert np.isnan(found[0].worst) and found[0].where["x"] > 0.5
