"""Hard conditions hold for every network, and the data agree at corners."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pdedsl.numerics.lower import residuals
from pdedsl.numerics.sampling import sampler
from pdedsl.numerics.system import system
from pdedsl.planning.plan import Plan
from pdedsl.spaces.space import Network
from pdedsl.stages.load import loads

SPECS = {
    "heat": """domain x in [0, 2]
time t in [0, 1]
field u(x, t)
equation: dt(u) = dxx(u)
initial: u = sin(pi*x)  hard
boundary: u = t  on x = 0  hard
boundary: u = t^2  on x = 2  hard""",
    "wave": """domain x in [0, 1]
time t in [0.5, 1]
field u(x, t)
equation: dtt(u) = dxx(u)
initial: u = x*(1 - x)  hard
initial: dt(u) = sin(pi*x)  hard
boundary: u = 0  on all  hard""",
    "plane": """domain x in [0, 1], y in [-1, 1]
field u(x, y)
equation: laplacian(u) = 0
boundary: u = x^2 - y^2 + 1  on all  hard""",
    "one side": """domain x in [0, 1], y in [-1, 1]
field u(x, y), v(x, y)
equation: laplacian(u) = v
equation: laplacian(v) = u
boundary: u = y  on x = 1  hard
boundary: v = cos(x)  on y = -1, x = 0  hard""",
    "terminal": """domain x in [0, 1]
time t in [0, 1]
field u(x, t)
equation: dt(u) + dxx(u) = 0
boundary: u = x  on t = 1  hard
boundary: u = 0  on x = 0  hard""",
}


@pytest.mark.parametrize("name", SPECS)
def test_hard_conditions_hold_for_any_parameters(name: str) -> None:
    problem = loads("pde 1\n" + SPECS[name])
    lowered = system(problem, Plan((), Network((7, 7)), seed=3))
    u = lowered.model(lowered.start + 0.3 * jax.random.normal(jax.random.key(1), lowered.start.shape))
    for condition in problem.conditions:
        points = sampler(problem, condition)(50, np.random.default_rng(0))
        residual = residuals(problem)[condition.name]
        np.testing.assert_allclose(
            jax.jit(jax.vmap(lambda x, r=residual: r(u, x)))(jnp.asarray(points)), 0.0, atol=1e-14
        )


def test_the_network_is_free_inside() -> None:
    problem = loads("pde 1\n" + SPECS["plane"])
    lowered = system(problem, Plan((), Network((7, 7))))
    inside = jnp.array([0.4, 0.3])
    one, other = (lowered.model(lowered.start + shift)(inside) for shift in (0.0, 0.1))
    assert abs(float(one[0] - other[0])) > 1e-3
