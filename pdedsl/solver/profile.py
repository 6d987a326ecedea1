"""From a run's last state to where the time of a step goes."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from pdedsl.numerics.programs import program
from pdedsl.numerics.system import System
from pdedsl.solver.method import Method, Objective

REPEATS = 5


@dataclass(frozen=True)
class Share:
    """One part of a step and its time in seconds, the median of some repetitions."""

    name: str
    seconds: float


def profile(system: System, method: Method, parameters: Array, measure: Callable[[Array], Any]) -> tuple[Share, ...]:
    """The parts of a step at given parameters, each timed by itself.

    What a step takes beyond Jacobian and factorisation goes to its trials: candidate losses and corrections.
    """
    objective = Objective(system)
    points = tuple(jnp.asarray(b.points) for b in system.blocks)
    parts = [Share(name, _time(part)) for name, part in method.parts(objective, parameters, points).items()]
    held = tuple(p[: max(1, len(p) // 4)] for p in points) if method.held else ()
    whole = program(lambda state: method.step(objective, state, points, held))
    state = method.begin(parameters)
    step = _time(lambda: whole(state))
    parts.append(Share("trials" if parts else "step", max(0.0, step - sum(p.seconds for p in parts))))
    generator = np.random.default_rng(0)
    redrawn = [(b.sample, b) for b in system.blocks if b.every and b.sample]
    if redrawn:
        once = _time(lambda: [sample(10 * len(b.points), generator) for sample, b in redrawn])
        parts.append(Share("sampling", once / min(b.every for _, b in redrawn)))
    parts.append(Share("measuring errors", _time(lambda: measure(parameters))))
    return tuple(parts)


def _time(call: Callable[[], Any]) -> float:
    jax.block_until_ready(call())
    found = []
    for _ in range(REPEATS):
        begun = time.perf_counter()
        jax.block_until_ready(call())
        found.append(time.perf_counter() - begun)
    return float(np.median(found))


def table(shares: tuple[Share, ...], compile_seconds: float) -> str:
    """A line a part: milliseconds a step and its share."""
    total = sum(s.seconds for s in shares)
    lines = [f"{'part of a step':18} {'ms':>8} {'share':>7}"]
    lines += [f"{s.name:18} {1e3 * s.seconds:8.2f} {s.seconds / total:7.0%}" for s in shares]
    lines += [f"{'together':18} {1e3 * total:8.2f}", f"{'compilation, once':18} {1e3 * compile_seconds:8.0f}"]
    return "\n".join(lines)
