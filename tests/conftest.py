"""Strict arithmetic for all tests: double precision, no silent promotion of ranks or types.

Random programs are the same in every run; `pytest --hypothesis-profile default` draws others.
"""

import jax
import pytest
from hypothesis import settings

settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same")

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_numpy_rank_promotion", "raise")
jax.config.update("jax_numpy_dtype_promotion", "strict")


@pytest.fixture
def heat() -> str:
    """A small spec that is right in every way."""
    return HEAT


HEAT = """pde 1
title "Heat"
param a = 0.25
domain x in [0, 1]
time t in [0, 1]
field u(x, t)
let D(w) = dt(w) - a*dxx(w)

equation: D(u) = 0
initial:  u = sin(pi*x)
boundary: u = 0  on x = 0, x = 1

exact u = exp(-a*pi^2*t)*sin(pi*x)

solve {
  network = mlp(8, 8)
  points  = 200
  steps   = 5
}
"""
