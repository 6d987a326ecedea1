"""The cost of a lowered residual against the same residual written by hand in JAX: `python -m benchmarks.residuals`.

By hand means as a careful user writes it: each derivative once, second ones as forward over forward, shared terms
shared. Both are compiled over 2000 points and timed in turn; the ratio is ours over the hand's. `rows` is the
Jacobian of the residual in the parameters of the network, what a step of the solver needs.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

import pdedsl
from pdedsl.numerics.system import system
from pdedsl.planning.plan import Plan
from pdedsl.spaces.space import Network

SPECS = Path(__file__).parents[1] / "specs"
Callee = Callable[[Array], Array]


def along(u: Callee, axis: int) -> Callee:
    """The derivative of `u` along a coordinate."""
    return lambda x: jax.jvp(u, (x,), (jnp.eye(x.size, dtype=x.dtype)[axis],))[1]


def value_first_second(u: Callee, x: Array, axis: int) -> tuple[Array, Array, Array]:
    """u, its first and its second derivative along a coordinate, in one pass."""
    unit = jnp.eye(x.size, dtype=x.dtype)[axis]

    def first(y: Array) -> tuple[Array, Array]:
        return jax.jvp(u, (y,), (unit,))

    (value, slope), (_, curvature) = jax.jvp(first, (x,), (unit,))
    return value, slope, curvature


def heat(u: Callee, x: Array) -> Array:
    return along(u, 1)(x) - value_first_second(u, x, 0)[2] / 4


def burgers(u: Callee, x: Array) -> Array:
    value, slope, curvature = value_first_second(u, x, 0)
    return along(u, 1)(x) + value * slope - 0.01 / np.pi * curvature


def allen_cahn(u: Callee, x: Array) -> Array:
    value, _, curvature = value_first_second(u, x, 0)
    return along(u, 1)(x) - 1e-3 * curvature - 5 * (value - value**3)


def laplace_5d(u: Callee, x: Array) -> Array:
    total = sum(value_first_second(u, x, k)[2] for k in range(5))
    return total + np.pi**2 * jnp.sum(jnp.sin(np.pi * x))


def kovasznay_momentum(u: Callee, x: Array) -> Array:
    (w, w_x, w_xx), (_, w_y, w_yy) = value_first_second(u, x, 0), value_first_second(u, x, 1)
    laplacian = (w_xx + w_yy) / 20
    return jnp.stack(
        [
            w[0] * w_x[0] + w[1] * w_y[0] + w_x[2] - laplacian[0],
            w[0] * w_x[1] + w[1] * w_y[1] + w_y[2] - laplacian[1],
        ]
    )


def kovasznay_mass(u: Callee, x: Array) -> Array:
    return along(u, 0)(x)[0] + along(u, 1)(x)[1]


HANDS: dict[str, Callable[[Callee, Array], Array]] = {
    "heat equation": heat,
    "burgers equation": burgers,
    "allen_cahn equation": allen_cahn,
    "laplace_5d equation": laplace_5d,
    "kovasznay momentum": kovasznay_momentum,
    "kovasznay mass": kovasznay_mass,
}


def milliseconds(calls: dict[str, Callable[[], Any]], rounds: int = 40) -> dict[str, float]:
    """The lower quartile of each call's time, the calls taken in turn so that all see the same machine."""
    for call in calls.values():
        jax.block_until_ready(call())
    found: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            begun = time.perf_counter()
            jax.block_until_ready(call())
            found[name].append(1e3 * (time.perf_counter() - begun))
    return {name: float(np.percentile(times, 25)) for name, times in found.items()}


def compiled(name: str, residual: Callable[[Callee, Array], Array], points: Array) -> tuple[Callable, Callable]:
    """The residual and its rows over all points, for a fresh network."""
    lowered = system(pdedsl.load(SPECS / f"{name}.pde"), Plan((), Network((20, 20, 20))))
    model, parameters = lowered.model, lowered.start

    def at(p: Array, x: Array) -> Array:
        return residual(model(p), x).reshape(-1)

    values = jax.jit(jax.vmap(at, in_axes=(None, 0)))
    rows = jax.jit(jax.vmap(jax.jacrev(at), in_axes=(None, 0)))
    return lambda: values(parameters, points), lambda: rows(parameters, points)


def main() -> None:
    jax.config.update("jax_enable_x64", True)
    print("| residual | ours, ms | by hand, ms | ratio | rows: ours, ms | by hand, ms | ratio | largest difference |")
    print("|---|---|---|---|---|---|---|---|")
    for label, hand in HANDS.items():
        name, statement = label.split()
        problem = pdedsl.load(SPECS / f"{name}.pde")
        ours = pdedsl.residuals(problem)[statement]
        low, high = np.asarray(problem.bounds, float).T
        points = jnp.asarray(low + (high - low) * np.random.default_rng(0).random((2000, low.size)))
        our_values, our_rows = compiled(name, ours, points)
        hand_values, hand_rows = compiled(name, hand, points)
        t = milliseconds({"ours": our_values, "hand": hand_values})
        t |= milliseconds({"our rows": our_rows, "hand rows": hand_rows})
        print(
            f"| {label} | {t['ours']:.2f} | {t['hand']:.2f} | {t['ours'] / t['hand']:.2f} "
            f"| {t['our rows']:.2f} | {t['hand rows']:.2f} | {t['our rows'] / t['hand rows']:.2f} "
            f"| {float(jnp.max(jnp.abs(our_values() - hand_values()))):.0e} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
