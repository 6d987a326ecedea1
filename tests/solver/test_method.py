"""The loss of a system and its linearisation: blocks of several components, weights, targets."""

import jax
import jax.numpy as jnp
import numpy as np

from pdedsl.numerics.system import Block, System
from pdedsl.solver.method import Objective

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
