"""Misfits of functions whose residuals and errors are known."""

import jax.numpy as jnp
import numpy as np
import pytest

from pdedsl.analysis.trust import estimate, misfits
from pdedsl.language.load import loads

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
    assert all(m.worst < 1e-12 for m in found) and estimate(found) < 1e-12


@pytest.mark.parametrize("size", [1e-1, 1e-4])
def test_an_error_in_the_lowest_mode_is_estimated_as_it_is(size: float) -> None:
    found = misfits(loads(POISSON), lambda x: (1 + size) * jnp.sin(jnp.pi * x[0]))
    assert found[0].rms == pytest.approx(np.pi**2 * size / np.sqrt(2), rel=0.05)
    assert found[0].worst == pytest.approx(np.pi**2 * size, rel=1e-3) and found[0].where[0] == pytest.approx(
        0.5, abs=0.02
    )
    assert estimate(found) == pytest.approx(size, rel=0.15)


def test_a_misfit_on_the_boundary_is_found_where_it_is() -> None:
    found = misfits(loads(POISSON), lambda x: jnp.sin(jnp.pi * x[0]) + 0.01 * x[0])
    assert found[1].worst == pytest.approx(0.01) and found[1].where == (1.0,)
    assert 0.003 < estimate(found) < 0.03


def test_what_is_not_a_number_is_seen() -> None:
    found = misfits(loads(POISSON), lambda x: jnp.sqrt(0.5 - x[0]))
    assert np.isnan(found[0].worst) and found[0].where[0] > 0.5
