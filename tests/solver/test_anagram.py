"""One iteration on a linear model is a least-squares solution; filters do what they say."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pdedsl.numerics.system import Block, System
from pdedsl.planning.plan import Fixed, Relative
from pdedsl.solver.anagram import Anagram, step
from pdedsl.solver.cutoff import schedule
from pdedsl.solver.method import Objective


def linear_system(rows: int, columns: int, rank: int, weight: float = 1.0) -> tuple[System, np.ndarray, np.ndarray]:
    """Residuals a_i . theta - b_i in two blocks of different sizes."""
    generator = np.random.default_rng(0)
    a = generator.normal(size=(rows, rank)) @ generator.normal(size=(rank, columns))
    b = generator.normal(size=rows)
    table = np.concatenate([a, b[:, None]], axis=1)

    def model(theta):
        return lambda x: jnp.atleast_1d(x[:-1] @ theta)

    def residual(u, x):
        return u(x) - x[-1:]

    cut = rows // 3
    blocks = tuple(
        Block(name, residual, w, points)
        for name, w, points in (("first", weight, table[:cut]), ("second", 1.0, table[cut:]))
    )
    return System(blocks, model, jnp.zeros(columns)), a, b


def scales(system: System) -> np.ndarray:
    return np.concatenate([np.full(len(k.points), np.sqrt(k.weight / len(k.points))) for k in system.blocks])


@pytest.mark.parametrize("factor", ["auto", "svd", "qr", "gram", "dual"])
@pytest.mark.parametrize(("rows", "columns", "rank"), [(40, 9, 9), (40, 9, 5), (9, 40, 9)])
@pytest.mark.parametrize("rows_as", ["scaled", "unscaled"])
def test_a_step_on_a_linear_model_is_least_squares(factor, rows: int, columns: int, rank: int, rows_as) -> None:
    system, a, b = linear_system(rows, columns, rank, weight=4.0)
    method = Anagram(schedule(Relative(1e-7)), rows=rows_as, factor=factor, corrections=0)
    points = tuple(jnp.asarray(k.points) for k in system.blocks)
    state, report = jax.jit(partial(step, method, Objective(system)))(method.begin(system.start), points)
    scale = scales(system) if rows_as == "scaled" else np.ones(rows)
    expected = np.linalg.lstsq(scale[:, None] * a, scale * b, rcond=1e-7)[0]
    if rows_as == "unscaled" and rows > columns:
        # The direction minimises the raw rows, the line search the weighted loss: the step is along `expected`.
        found = np.asarray(state.parameters)
        np.testing.assert_allclose(found / np.linalg.norm(found), expected / np.linalg.norm(expected), atol=1e-6)
    else:
        np.testing.assert_allclose(state.parameters, expected, rtol=1e-6, atol=1e-7)
    assert int(report.rank) == rank
    assert bool(report.accepted)


@pytest.mark.parametrize("corrections", [0, 6])
def test_trust_reaches_the_least_squares_solution(corrections: int) -> None:
    system, a, b = linear_system(40, 9, 9)
    method = Anagram(corrections=corrections)
    points = tuple(jnp.asarray(k.points) for k in system.blocks)
    state = method.begin(system.start)
    iterate = jax.jit(partial(step, method, Objective(system)))
    for _ in range(8):
        state, _ = iterate(state, points)
    scale = scales(system)
    expected = np.linalg.lstsq(scale[:, None] * a, scale * b, rcond=None)[0]
    np.testing.assert_allclose(state.parameters, expected, rtol=1e-6)


def test_gradients_and_losses_agree_with_autodiff() -> None:
    system, _, _ = linear_system(20, 6, 6, weight=3.0)
    objective = Objective(system)
    points = tuple(jnp.asarray(k.points) for k in system.blocks)
    theta = jnp.linspace(-1, 1, 6)
    r, phi, _ = objective.linearise(theta, points)
    np.testing.assert_allclose(0.5 * r @ r, objective.loss(theta, points), rtol=1e-13)
    np.testing.assert_allclose(phi.apply_transposed(r), jax.grad(objective.loss)(theta, points), rtol=1e-12)
    np.testing.assert_allclose(objective.rows(theta, points), r)


def test_a_trial_that_is_not_a_number_is_rejected() -> None:
    """The model has a pole where a full step leads."""
    points = jnp.linspace(0.5, 1.5, 10)[:, None]

    def model(theta):
        return lambda x: jnp.log(theta * x)

    block = Block("log", lambda u, x: u(x) + 3.0, 1.0, np.asarray(points))
    system = System((block,), model, jnp.array([5.0]))
    for method in (Anagram(), Anagram(schedule(Fixed(1e-9)), corrections=0)):
        state = method.begin(system.start)
        iterate = jax.jit(partial(step, method, Objective(system)))
        for _ in range(20):
            state, report = iterate(state, (points,))
            assert np.isfinite(float(report.loss)) and np.isfinite(np.asarray(state.parameters)).all()
        assert float(report.loss) < 0.06


def test_momentum_is_that_of_spring() -> None:
    """Equation (16) of arXiv 2401.10190: the step closest to a part of the last one, damped."""
    system, a, b = linear_system(9, 40, 9)
    weight, part = 0.04, 0.8
    method = Anagram(schedule(Fixed(weight**0.5, filter="soft")), momentum=part, corrections=0)
    points = tuple(jnp.asarray(k.points) for k in system.blocks)
    state = method.begin(system.start)
    phi, target = scales(system)[:, None] * a, scales(system) * b
    last = np.zeros(40)
    for _ in range(3):
        r = phi @ np.asarray(state.parameters) - target
        damped = np.linalg.solve(phi @ phi.T + weight * np.eye(9), r + part * phi @ last)
        expected = part * last - phi.T @ damped
        state, _ = step(method, Objective(system), state, points)
        last = np.asarray(state.last)
        assert np.linalg.norm(last) > 0
        np.testing.assert_allclose(last / np.linalg.norm(last), expected / np.linalg.norm(expected), atol=1e-10)


def test_a_sketch_is_another_part_of_the_points_in_each_step_and_lowers_the_loss_of_all() -> None:
    system, _, _ = linear_system(400, 9, 9)
    method = Anagram(sketch=0.25, corrections=0)
    points, objective = tuple(jnp.asarray(k.points) for k in system.blocks), Objective(system)
    state, steps = method.begin(system.start), []
    iterate = jax.jit(partial(step, method, objective))
    for _ in range(4):
        before = state.parameters
        state, report = iterate(state, points)
        np.testing.assert_allclose(report.loss, objective.loss(before, points), rtol=1e-12)
        steps.append(np.asarray(state.parameters))
    again, _ = iterate(method.begin(system.start)._replace(taken=jnp.asarray(1)), points)
    assert not np.allclose(again.parameters, steps[0])
    assert objective.loss(state.parameters, points) < objective.loss(system.start, points)
