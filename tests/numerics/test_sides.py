"""Functions that are others in each region, in JAX as in NumPy."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pdedsl.geometry.regions import regions
from pdedsl.numerics.lower import residuals
from pdedsl.numerics.sides import region
from pdedsl.numerics.system import system
from pdedsl.planning.defaults import planned
from pdedsl.stages.load import loads

HALVES = """pde 1
domain x in [0, 1], y in [0, 1]
field u(x, y)
part low: x < 0.5
let k = where(low, 1, 4)
equation: div(k*grad(u)) = 0
boundary: u = x  on all
interface: jump(u) = 0  on low
interface flux: jump(k*dn(u)) = 3  on low
"""
POINTS = np.array([[0.2, 0.3], [0.7, 0.4], [0.499, 0.9], [0.501, 0.1]])


def test_regions() -> None:
    problem = loads(HALVES)
    held = regions(problem)
    assert held is not None
    own = jax.jit(jax.vmap(region(problem.domain, held)))(jnp.asarray(POINTS))
    np.testing.assert_array_equal(own, held.at(problem.domain, POINTS))


def test_residuals_of_an_interface_take_both_sides() -> None:
    """Of u = x on the left and x^2 + 1/4 on the right, out of `low`: a jump of 0, and of fluxes 4*1 - 1*1 - 3 = 0."""

    def u(x: jax.Array) -> jax.Array:
        return jnp.where(x[0] < 0.5, x[0], x[0] ** 2 + 0.25)[None]

    own, at = residuals(loads(HALVES)), jnp.array([0.5, 0.3])
    np.testing.assert_allclose(own["interface"](u, at), [0.0], atol=1e-12)
    np.testing.assert_allclose(own["flux"](u, at), [0.0], atol=1e-11)
    np.testing.assert_allclose(
        own["interface"](lambda x: u(x) + jnp.where(x[0] > 0.5, 2.0, 0.0), at), [2.0], atol=1e-12
    )


@pytest.mark.slow
@pytest.mark.parametrize("space", ["polynomials(5)", "network"])
def test_a_solution_may_jump(space: str) -> None:
    problem = loads(f"{HALVES}solve {{ space = {space}, network = mlp(4) }}\n")
    lowered = system(problem, planned(problem))
    u = lowered.model(jnp.asarray(np.random.default_rng(0).normal(size=lowered.start.shape)))
    left, right = (float(u(jnp.array([0.5 + side * 1e-9, 0.3]))[0]) for side in (-1, 1))
    assert abs(right - left) > 1e-3
    slope = jax.jacfwd(lambda x: u(x)[0])
    for point in POINTS:
        step = np.array([1e-6, 0.0])
        apart = (u(jnp.asarray(point + step)) - u(jnp.asarray(point - step)))[0] / 2e-6
        assert float(slope(jnp.asarray(point))[0]) == pytest.approx(float(apart), rel=1e-5, abs=1e-6)
    if space != "network":
        np.testing.assert_allclose(u.values(POINTS), jax.jit(jax.vmap(u))(jnp.asarray(POINTS)), atol=1e-12)  # pyright: ignore[reportAttributeAccessIssue, reportFunctionMemberAccess]
