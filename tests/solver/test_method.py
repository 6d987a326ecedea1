"""The loss of a system and its linearisation: blocks of several components, weights, targets."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pdedsl.numerics.system import Block, System
from pdedsl.planning.defaults import planned
from pdedsl.planning.plan import Random
from pdedsl.solver.method import Objective
from pdedsl.stages.load import loads
from pdedsl.stages.solve import build

POINTS = np.array([[0.0], [1.0], [2.0]])
TARGETS = np.array([[1.0, 0.0], [2.0, 0.0], [3.0, 1.0]])
SYSTEM = System(
    (
        Block("pair", lambda u, x: jnp.stack([u(x)[0], u(x)[0] * x[0]]), 3.0, POINTS, targets=TARGETS),
        Block("one", lambda u, x: u(x) - 1.0, 0.5, POINTS[:2]),
    ),
    lambda p: lambda x: jnp.reshape(p[0] + p[1] * x[0], (1,)),
    jnp.zeros(2),
)


def test_losses_by_hand() -> None:
    objective, own = Objective(SYSTEM), tuple(jnp.asarray(b.points) for b in SYSTEM.blocks)
    p = jnp.array([0.5, 2.0])
    u = 0.5 + 2 * POINTS[:, 0]
    pair = np.stack([u, u * POINTS[:, 0]], 1) - TARGETS
    expected = [3.0 * (pair**2).sum() / (2 * 3), 0.5 * ((u[:2] - 1) ** 2).sum() / (2 * 2)]
    np.testing.assert_allclose(objective.losses(p, own), expected, rtol=1e-14)
    r, features, losses = objective.linearise(p, own)
    phi = features.whole()
    np.testing.assert_allclose(losses, expected, rtol=1e-14)
    np.testing.assert_allclose(objective.linearise(p, own, scaled=False).losses, expected, rtol=1e-14)
    assert r.shape == (8,) and phi.shape == (8, 2)
    np.testing.assert_allclose(0.5 * r @ r, sum(expected), rtol=1e-14)
    np.testing.assert_allclose(phi, jax.jacfwd(lambda q: objective.rows(q, own))(p), rtol=1e-13)
    np.testing.assert_allclose(objective.rows(p, own, scaled=False)[:6], pair.reshape(-1), rtol=1e-14)


@pytest.mark.slow
def test_losses_and_gradients_of_estimates_have_no_bias() -> None:
    """Means over many draws of random directions, within a few of their deviations of what is exact."""
    text = "pde 1\ndomain x[1:6] in [0, 1]\nfield u(x)\nequation: laplacian(u) = x[1]*x[2]\nboundary: u = 0 on all\n"
    system = build(
        loads(text),
        replace(planned(loads(text)), space="network", points=(("equation", Random(30)), ("boundary", Random(20)))),
    )
    with jax.enable_x64(True):
        objective, points = Objective(system), tuple(jnp.asarray(b.points) for b in system.blocks)
        for own in (objective, Objective(system, chunk=8)):

            def drawn(key: jax.Array, own: Objective = own) -> tuple[jax.Array, jax.Array]:
                r, phi, losses = own.linearise(system.start, own.estimated(points, 2, key))
                return losses, phi.apply_transposed(r)

            losses, slopes = jax.lax.map(drawn, jax.random.split(jax.random.key(0), 400))
            exact = jax.jit(objective.losses)(system.start, points)
            slope = jax.jit(jax.grad(objective.loss))(system.start, points)
            np.testing.assert_allclose(losses[:, 1], exact[1], rtol=1e-12)
            assert abs(np.mean(losses[:, 0]) - exact[0]) < 4 * np.std(losses[:, 0]) / 20 and np.std(losses[:, 0]) > 0
            off, deviation = np.mean(slopes, axis=0) - slope, np.std(slopes, axis=0) / 20
            assert np.linalg.norm(off) < 2 * np.linalg.norm(deviation) < 0.3 * np.linalg.norm(slope)
            first = own.estimated(points, 2, jax.random.split(jax.random.key(0), 400)[0])
            np.testing.assert_allclose(
                jax.jit(own.losses)(system.start, first),
                losses[0],
                rtol=1e-9,
            )
