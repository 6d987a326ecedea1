"""A feature matrix that is held, one of chunks, and one of devices: the same answers, against numpy."""

from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pdedsl.numerics.system import Block, System
from pdedsl.solver.devices import devices
from pdedsl.solver.mesh import Shared
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
ROWS, COLUMNS = 2 * 37 + 10 + 1, 15
OBJECTIVES = {
    "held": lambda: Objective(SYSTEM),
    "chunks": lambda: Objective(SYSTEM, chunk=8),
    "devices": lambda: Shared(SYSTEM, devices(4)),
    "devices, chunks": lambda: Shared(SYSTEM, devices(3), chunk=4),
}


@cache
def _plain(scaled: bool) -> tuple[np.ndarray, np.ndarray, list[float]]:
    """Residual, derivatives and losses row by row, by hand."""
    rows, slopes, losses = [], [], []
    for block in SYSTEM.blocks:
        size = np.broadcast_to(np.atleast_2d(block.size), (len(block.points), 2 if block.name == "pair" else 1))
        targets = np.zeros_like(size) if block.targets is None else block.targets

        def residual(p: jax.Array, x: jax.Array, block: Block = block) -> jax.Array:
            return block.residual(SYSTEM.model(p), x)

        points = jnp.asarray(block.points)
        both = jax.jit(jax.vmap(lambda x: (residual(SYSTEM.start, x), jax.jacfwd(residual)(SYSTEM.start, x))))
        found, derivatives = map(np.asarray, both(points))
        values = found - targets
        factor = np.sqrt(block.weight / len(block.points)) / size
        losses.append(0.5 * np.sum((factor * values) ** 2))
        by = factor if scaled else np.ones_like(factor)
        rows.append((by * values).reshape(-1))
        slopes.append((by[:, :, None] * derivatives).reshape(-1, COLUMNS))
    return np.concatenate(rows), np.concatenate(slopes), losses


@pytest.mark.parametrize(
    ("kind", "scaled"), [("held", True), ("chunks", False), ("devices", True), ("devices, chunks", True)]
)
def test_products_squares_and_triangles(kind: str, scaled: bool) -> None:
    objective = OBJECTIVES[kind]()
    points = tuple(jnp.asarray(b.points) for b in SYSTEM.blocks)
    points = objective.placed(points) if isinstance(objective, Shared) else points
    v = GENERATOR.normal(size=(COLUMNS, 3))

    @jax.jit
    def asked(theta: jax.Array, points: tuple) -> dict[str, jax.Array]:
        r, phi, losses = objective.linearise(theta, points, scaled)
        w = jnp.stack([r, jnp.sin(jnp.arange(1.0, len(r) + 1))], axis=1)
        loss, slope = jax.value_and_grad(objective.loss)(theta, points)
        return {
            "r": r,
            "w": w,
            "rows": objective.rows(theta, points, scaled),
            "losses": losses,
            "again": objective.losses(theta, points),
            "loss": loss,
            "slope": slope,
            "whole": phi.whole(),
            "gram": phi.gram(),
            "qr": phi.qr(r),
            "apply": phi.apply(jnp.asarray(v)),
            "apply one": phi.apply(jnp.asarray(v[:, 0])),
            "transposed": phi.apply_transposed(w),
            "transposed one": phi.apply_transposed(w[:, 1]),
            "squares": phi.meet(w)[1],
        }

    found = {name: np.asarray(value) for name, value in asked(SYSTEM.start, points).items()}
    plain, slopes, expected = _plain(scaled)
    np.testing.assert_allclose(found["losses"], expected, rtol=1e-13)
    np.testing.assert_allclose(found["again"], expected, rtol=1e-13)
    np.testing.assert_allclose(found["loss"], sum(expected), rtol=1e-13)
    gradient = _plain(True)[1].T @ _plain(True)[0]
    np.testing.assert_allclose(found["slope"], gradient, rtol=1e-11, atol=1e-12)
    assert found["whole"].shape == (len(found["r"]), COLUMNS) and len(found["r"]) >= ROWS
    np.testing.assert_allclose(found["rows"], found["r"], atol=1e-14)
    # Rows come in another order, and some of nothing among them; what the core does with them is the same.
    both = np.c_[slopes, plain]
    own = np.c_[found["whole"], found["r"]]
    filled = np.concatenate([both, np.zeros((len(own) - ROWS, COLUMNS + 1))])
    ordered = [rows[np.lexsort(np.round(rows.T, 9))] for rows in (filled, own)]
    np.testing.assert_allclose(*ordered, atol=1e-13)
    np.testing.assert_allclose(found["gram"], slopes.T @ slopes, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(found["qr"].T @ found["qr"], both.T @ both, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(found["apply"], own[:, :-1] @ v, atol=1e-13)
    np.testing.assert_allclose(found["apply one"], own[:, :-1] @ v[:, 0], atol=1e-13)
    np.testing.assert_allclose(found["transposed"], own[:, :-1].T @ found["w"], atol=1e-12)
    np.testing.assert_allclose(found["transposed one"], own[:, :-1].T @ found["w"][:, 1], atol=1e-12)
    np.testing.assert_allclose(found["squares"], np.sum(found["w"] ** 2, axis=0), rtol=1e-13)


@pytest.mark.parametrize("kind", ["held", "devices"])
def test_a_part_of_the_points_weighs_as_much_as_all(kind: str) -> None:
    objective = OBJECTIVES[kind]()
    points = tuple(jnp.asarray(b.points) for b in SYSTEM.blocks)
    points = objective.placed(points) if isinstance(objective, Shared) else points

    @jax.jit
    def squared(key: jax.Array) -> jax.Array:
        return jnp.sum(objective.rows(SYSTEM.start, objective.some(points, 0.5, key)) ** 2)

    found = [float(squared(jax.random.key(k))) for k in range(200)]
    assert np.mean(found) == pytest.approx(2 * sum(_plain(True)[2]), rel=4 * np.std(found) / np.mean(found) / 200**0.5)


@pytest.mark.parametrize("chunk", [None, 8])
@pytest.mark.parametrize("precision", ["mixed", "single"])
def test_a_matrix_of_single_precision_under_residuals_of_double(precision: str, chunk: int | None) -> None:
    objective = Objective(SYSTEM, chunk, precision)
    points = tuple(jnp.asarray(b.points) for b in SYSTEM.blocks)

    @jax.jit
    def asked(theta: jax.Array) -> tuple:
        r, phi, losses = objective.linearise(theta, points)
        return r, losses, phi.whole(), phi.gram(), phi.qr(r), phi.apply(theta), phi.apply_transposed(r)

    r, losses, whole, gram, triangle, applied, met = map(np.asarray, asked(SYSTEM.start))
    plain, slopes, expected = _plain(True)
    np.testing.assert_allclose(losses, expected, rtol=1e-13)
    np.testing.assert_allclose(0.5 * r @ r, sum(expected), rtol=1e-13)
    kind = np.float32 if precision == "single" else np.float64
    assert whole.dtype == gram.dtype == triangle.dtype == kind
    assert r.dtype == applied.dtype == met.dtype == np.float64
    scale = np.abs(slopes.T @ slopes).max()
    off = np.abs(gram - slopes.T @ slopes).max() / scale
    assert 1e-10 < off < 1e-5
    np.testing.assert_allclose(met, slopes.T @ plain, atol=1e-5 * scale)
