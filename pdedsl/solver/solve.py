"""From a system to its minimiser: the loop around a method, with points, time and history."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Literal

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from pdedsl.numerics.system import Block, System
from pdedsl.solver.method import Method, Objective, Points, Report

Status = Literal["tolerance", "steps", "time limit", "stalled", "interrupted"]

CANDIDATES = 10
"""Fresh points drawn for each one kept when the points of a block are redrawn."""


@dataclass(frozen=True)
class Stop:
    """When a run ends: whichever comes first."""

    steps: int = 1000
    seconds: float = float("inf")
    tolerance: float = 0.0
    """The loss below which the run is done."""


@dataclass(frozen=True)
class Record:
    """One iteration as history keeps it."""

    step: int
    seconds: float
    loss: float
    losses: Mapping[str, float]
    cutoff: float
    rank: int
    gain: float
    accepted: bool
    errors: Mapping[str, float] = field(default_factory=dict)
    """The relative L2 error of each field with a known solution, where it was measured."""


@dataclass(frozen=True)
class Outcome:
    """Where a run ended."""

    parameters: Array
    history: tuple[Record, ...]
    status: Status
    compile_seconds: float


def minimise(
    system: System,
    method: Method,
    stop: Stop,
    seed: int = 0,
    measure: Callable[[Array], Mapping[str, float]] = lambda parameters: {},
    watch: Callable[[Record], None] = lambda record: None,
) -> Outcome:
    """Minimise the loss of a system from its initial parameters.

    `measure` gives the errors of a set of parameters, `watch` sees every iteration. The same system, method and seed
    give the same bits.
    """
    objective = Objective(system)
    redraw = jax.jit(
        lambda parameters, k, candidates: _residual_sizes(objective, parameters, k, candidates), static_argnums=1
    )
    state = method.begin(system.start)
    points: Points = tuple(jnp.asarray(b.points) for b in system.blocks)
    history: list[Record] = []
    begun = time.perf_counter()
    held = _fresh(system, seed, 0) if method.held else ()
    iterate = (
        jax.jit(lambda state, points, held: method.step(objective, state, points, held))
        .lower(state, points, held)
        .compile()
    )
    compiling = time.perf_counter() - begun
    status: Status = "steps"
    refused = 0
    try:
        for count in range(0, stop.steps, method.batch):
            points = tuple(
                _redraw(redraw, state.parameters, k, block, own, seed, count)
                for k, (block, own) in enumerate(zip(system.blocks, points, strict=True))
            )
            held = _fresh(system, seed, count + 1) if method.held else ()
            state, report = iterate(state, points, held)
            record = _record(
                count + method.batch, time.perf_counter() - begun, system, report, measure(state.parameters)
            )
            history.append(record)
            watch(record)
            refused = 0 if record.accepted else refused + 1
            if record.loss <= stop.tolerance:
                status = "tolerance"
                break
            if record.seconds >= stop.seconds:
                status = "time limit"
                break
            fixed = all(b.redraw == 0 for b in system.blocks)
            if (refused >= _PATIENCE and fixed and bool(report.settled)) or _flat(history):
                status = "stalled"
                break
    except KeyboardInterrupt:
        status = "interrupted"
    return Outcome(state.parameters, tuple(history), status, compiling)


_PATIENCE = 3
"""Iterations without an acceptable step, on points that do not change, after which nothing more will come."""


PLATEAU = 150
"""Iterations that must bring the loss lower than as many before them."""


def _flat(history: Sequence[Record]) -> bool:
    """Whether the loss has stopped falling; medians, since redrawn points make it jump."""
    if len(history) < 2 * PLATEAU:
        return False
    before, last = history[-2 * PLATEAU : -PLATEAU], history[-PLATEAU:]
    return median(r.loss for r in last) > 0.999 * median(r.loss for r in before)


def _record(step: int, seconds: float, system: System, report: Report, errors: Mapping[str, float]) -> Record:
    losses = np.asarray(report.losses)
    return Record(
        step=step,
        seconds=seconds,
        loss=float(report.loss),
        losses={b.name: float(v) for b, v in zip(system.blocks, losses, strict=True)},
        cutoff=float(report.cutoff),
        rank=int(report.rank),
        gain=float(report.gain),
        accepted=bool(report.accepted),
        errors=errors,
    )


def _residual_sizes(objective: Objective, parameters: Array, k: int, candidates: Array) -> Array:
    block = objective.system.blocks[k]
    u = objective.system.model(parameters)
    return jnp.sqrt(jnp.sum(jax.vmap(lambda x: block.residual(u, x))(candidates) ** 2, axis=1))


HELD_OUT = 0.25
"""Fresh points for each point of a block, for schedules that ask for them."""


def _fresh(system: System, seed: int, count: int) -> Points:
    """Points that no step was taken on, as many in every iteration."""
    found = []
    for k, block in enumerate(system.blocks):
        n = max(1, round(HELD_OUT * len(block.points)))
        drawn = block.sample(n, np.random.default_rng([seed, k, count, 1]))
        found.append(jnp.asarray(np.resize(drawn, (n, drawn.shape[1]))))
    return tuple(found)


def _redraw(sizes: Callable, parameters: Array, k: int, block: Block, points: Array, seed: int, count: int) -> Array:
    """Points drawn anew with density |r| + mean |r|, every `block.redraw` iterations."""
    if block.redraw == 0 or count % block.redraw:
        return points
    generator = np.random.default_rng([seed, k, count])
    candidates = block.sample(CANDIDATES * points.shape[0], generator)
    density = np.asarray(sizes(parameters, k, jnp.asarray(candidates)))
    density = np.where(np.isfinite(density), density, 0.0)
    density = density + density.mean()
    total = density.sum()
    chances = density / total if total > 0 else None
    kept = generator.choice(len(candidates), size=points.shape[0], replace=False, p=chances)
    return jnp.asarray(candidates[kept])
