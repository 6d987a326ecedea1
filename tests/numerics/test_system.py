"""From a problem and a plan to blocks and a model."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pdedsl.numerics.lower import residuals
from pdedsl.numerics.system import ansatz, system, wrap
from pdedsl.planning.defaults import planned
from pdedsl.planning.plan import Adaptive, Limits, Plan, Sobol
from pdedsl.solver.choose import choose
from pdedsl.solver.minimise import minimise
from pdedsl.spaces.space import Network, Size
from pdedsl.stages.load import loads


def test_blocks_have_what_the_plan_says(heat: str) -> None:
    problem = loads(heat)
    built = system(problem, Plan((("equation", Adaptive(50, 3)), ("initial", Sobol(16))), Network((4,)), seed=2))
    equation, initial = built.blocks
    assert (equation.name, equation.every, len(equation.points)) == ("equation", 3, 50)
    assert (initial.every, initial.weight, initial.targets) == (0, 1.0, None) and (initial.points[:, 1] == 0).all()
    assert equation.sample is not None and equation.sample(7, np.random.default_rng(0)).shape == (7, 2)
    assert built.start.size == 4 * 3 + 5


def test_the_same_seed_gives_the_same_system(heat: str) -> None:
    problem = loads(heat)
    one, same = (system(problem, planned(problem)) for _ in range(2))
    other = system(problem, planned(problem.with_choices({"seed": 1})))
    np.testing.assert_array_equal(one.start, same.start)
    np.testing.assert_array_equal(one.blocks[0].points, same.blocks[0].points)
    assert (one.start != other.start).any() and (one.blocks[0].points != other.blocks[0].points).any()


@pytest.mark.slow
def test_seeds_share_what_is_compiled(heat: str) -> None:
    problem = loads(heat)
    plan = replace(planned(problem), space="network", network=Network((3,)), limits=Limits(steps=2))
    one, other = system(problem, plan), system(problem, replace(plan, seed=1))
    assert one.blocks[0].residual is other.blocks[0].residual and one.model is other.model
    minimise(one, choose(plan.method, one.start.size), plan.limits)
    compiled = dict(one.programs)
    minimise(other, choose(plan.method, one.start.size), plan.limits, 1)
    assert compiled == other.programs and compiled
    wider = system(problem, replace(plan, network=Network((4,))))
    assert wider.programs is not one.programs and wider.model is not one.model


def test_hard_conditions_go_round_any_callable(heat: str) -> None:
    text = heat.replace("initial:  u = sin(pi*x)", "initial:  u = sin(pi*x)  hard").replace("x = 1", "x = 1  hard")
    build = wrap(loads(text), {"u": Size(0.5, 3.0)})
    u = build(lambda x: jnp.exp(x[:1] + x[1:]))
    for point in ((0.0, 0.3), (1.0, 0.7)):
        assert abs(float(u(jnp.array(point))[0])) < 1e-15
    np.testing.assert_allclose(u(jnp.array([0.3, 0.0])), [np.sin(0.3 * np.pi)], rtol=1e-14)


def test_an_ansatz_round_any_callable() -> None:
    problem = loads(
        "pde 1\ndomain x in [0, 3]\nperiodic x\ntime t in [0, 2]\nfield u(x, t)\nequation: dt(u) = dxx(u)\n"
        "initial: u = 5 + cos(2*pi*x/3) hard\n"
    )
    seen = []

    def network(y: jax.Array) -> jax.Array:
        seen.append(y.shape)
        return jnp.sin(y[0]) + y[1] * y[2]

    u = ansatz(problem)(network)
    x = jnp.linspace(0.0, 3.0, 7)
    start = jax.vmap(lambda own: u(jnp.stack([own, jnp.zeros(())])))(x)
    np.testing.assert_allclose(start[:, 0], 5 + np.cos(2 * np.pi * np.asarray(x) / 3), atol=1e-12)
    both = [u(jnp.array([own, 1.3])) for own in (0.0, 3.0)]
    np.testing.assert_allclose(both[0], both[1], atol=1e-12)
    assert set(seen) == {(3,)} and jnp.isfinite(residuals(problem)["equation"](u, jnp.array([1.0, 1.0]))).all()
