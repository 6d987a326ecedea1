"""A feature matrix that is held, one of chunks, and one of devices: the same answers, against numpy."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pdedsl.numerics.system import Block, System
from pdedsl.solver.features import Features
from pdedsl.solver.mesh import Shared, devices
from pdedsl.solver.method import Objective

GENERATOR = np.random.default_rng(3)
FIRST, SECOND, THIRD = (GENERATOR.normal(size=(n, 2)) for n in (37, 10, 1))
SYSTEM = System(
    (
        Block("pair", lambda u, x: jnp.stack([u(x)[0], u(x)[0] * x[0]]), 3.0, FIRST, size=np.array([2.0, 0.5])),
        Block(
            "data",
            lambda u, x: u(x),
            0.5,
            SECOND,
            size=GENERATOR.uniform(1, 2, (10, 1)),
            targets=GENERATOR.normal(size=(10, 1)),
        ),
        Block("one", lambda u, x: u(x) ** 2, 1.0, THIRD),
    ),
    lambda p: lambda x: jnp.tanh(p[:5] * x[0] + p[5:10] * x[1])[None, :] @ p[10:],
    jnp.linspace(-1, 1, 15),
)
ROWS = 2 * 37 + 10 + 1


def _features(kind: str, scaled: bool = True) -> tuple[np.ndarray, Features, np.ndarray]:
    objective = {
        "held": lambda: Objective(SYSTEM),
        "chunks": lambda: Objective(SYSTEM, chunk=8),
        "devices": lambda: Shared(SYSTEM, devices(4)),
        "devices, chunks": lambda: Shared(SYSTEM, devices(3), chunk=4),
    }[kind]()
    points = tuple(jnp.asarray(b.points) for b in SYSTEM.blocks)
    if isinstance(objective, Shared):
        points = objective.placed(points)
    assert jnp.allclose(
        objective.rows(SYSTEM.start, points, scaled), objective.linearise(SYSTEM.start, points, scaled).r
    )
    r, phi, losses = objective.linearise(SYSTEM.start, points, scaled)
    np.testing.assert_allclose(objective.losses(SYSTEM.start, points), losses, rtol=1e-14)
    return np.asarray(r), phi, np.asarray(losses)


def _plain(scaled: bool) -> tuple[np.ndarray, np.ndarray, list[float]]:
    """The same row by row, by hand."""
    rows, slopes, losses = [], [], []
    for block in SYSTEM.blocks:
        size = np.broadcast_to(np.atleast_2d(block.size), (len(block.points), 2 if block.name == "pair" else 1))
        targets = np.zeros_like(size) if block.targets is None else block.targets
        loss = 0.0
        for x, own, aim in zip(block.points, size, targets, strict=True):
            factor = np.sqrt(block.weight / len(block.points)) / own

            def residual(p: jax.Array, block: Block = block, x: np.ndarray = x, aim: np.ndarray = aim) -> jax.Array:
                return block.residual(SYSTEM.model(p), jnp.asarray(x)) - aim

            value = np.asarray(residual(SYSTEM.start))
            loss += 0.5 * np.sum((factor * value) ** 2)
            rows.append((factor if scaled else 1.0) * value)
            by = factor if scaled else np.ones_like(factor)
            slopes.append(by[:, None] * np.asarray(jax.jacfwd(residual)(SYSTEM.start)))
        losses.append(loss)
    return np.concatenate(rows), np.concatenate(slopes), losses


@pytest.mark.parametrize("scaled", [True, False])
@pytest.mark.parametrize("kind", ["held", "chunks", "devices", "devices, chunks"])
def test_products_squares_and_triangles(kind: str, scaled: bool) -> None:
    r, phi, losses = _features(kind, scaled)
    plain, slopes, expected = _plain(scaled)
    np.testing.assert_allclose(losses, expected, rtol=1e-13)
    assert phi.shape == (len(r), 15) and len(r) >= ROWS
    # Rows come in another order, and some of nothing among them; what the core does with them is the same.
    filled = np.concatenate([np.c_[slopes, plain], np.zeros((len(r) - ROWS, 16))])
    own = np.c_[np.asarray(phi.whole()), r]
    order = np.lexsort(np.round(filled.T, 9)), np.lexsort(np.round(own.T, 9))
    np.testing.assert_allclose(filled[order[0]], own[order[1]], atol=1e-13)
    np.testing.assert_allclose(phi.gram(), slopes.T @ slopes, rtol=1e-12, atol=1e-13)
    triangle = np.asarray(phi.qr(jnp.asarray(r)))
    both = np.c_[slopes, plain]
    np.testing.assert_allclose(triangle.T @ triangle, both.T @ both, rtol=1e-12, atol=1e-12)
    v, w = GENERATOR.normal(size=(15, 3)), GENERATOR.normal(size=(len(r), 3))
    np.testing.assert_allclose(phi.apply(jnp.asarray(v)), own[:, :-1] @ v, atol=1e-13)
    np.testing.assert_allclose(phi.apply(jnp.asarray(v[:, 0])), own[:, :-1] @ v[:, 0], atol=1e-13)
    np.testing.assert_allclose(phi.apply_transposed(jnp.asarray(w)), own[:, :-1].T @ w, atol=1e-12)
    np.testing.assert_allclose(phi.apply_transposed(jnp.asarray(w[:, 0])), own[:, :-1].T @ w[:, 0], atol=1e-12)
