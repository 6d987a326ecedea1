"""The baselines go down the valley they should: to the least-squares solution, in the order that theory gives."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pdedsl.planning.plan import Engd
from pdedsl.solver.baselines import Bfgs, GradientDescent, Optax
from pdedsl.solver.choose import choose
from pdedsl.solver.method import Method, Objective
from tests.solver.test_anagram import linear_system, scales

METHODS = {
    "gradient_descent": (GradientDescent(), 2000, 1e-2),
    "adam": (Optax("adam", rate=1e-2), 400, 1e-3),
    "lbfgs": (Optax("lbfgs"), 4, 1e-6),
    "bfgs": (Bfgs(), 12, 1e-6),
    "engd": (choose(Engd(), 6), 1, 1e-6),
}


@pytest.mark.parametrize("name", METHODS)
def test_a_quadratic(name: str) -> None:
    method: Method
    method, calls, tolerance = METHODS[name]
    system, a, b = linear_system(40, 6, 6)
    objective = Objective(system)
    points = tuple(jnp.asarray(k.points) for k in system.blocks)
    iterate = jax.jit(lambda state: method.step(objective, state, points, ()))
    state = method.begin(system.start)
    losses = []
    for _ in range(calls):
        state, report = iterate(state)
        losses.append(float(report.loss))
    scale = scales(system)
    expected = np.linalg.lstsq(scale[:, None] * a, scale * b, rcond=None)[0]
    np.testing.assert_allclose(state.parameters, expected, atol=tolerance)
    if name != "adam":
        assert all(after <= before * (1 + 1e-12) for before, after in itertools.pairwise(losses))
