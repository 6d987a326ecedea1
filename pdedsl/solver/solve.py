"""From a system to its minimiser: the loop around a method, with points, time and history."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from pdedsl.numerics.system import Block, System
from pdedsl.solver import anagram
from pdedsl.solver.anagram import Anagram, Objective, Points, Report
from pdedsl.solver.cutoff import Trust

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
    method: Anagram,
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
    state = anagram.begin(method, system.start)
    points: Points = tuple(jnp.asarray(b.points) for b in system.blocks)
    history: list[Record] = []
    begun = time.perf_counter()
    iterate = (
        jax.jit(lambda state, points: anagram.step(method, objective, state, points)).lower(state, points).compile()
    )
    compiling = time.perf_counter() - begun
    status: Status = "steps"
    refused = 0
    try:
        for count in range(stop.steps):
            points = tuple(
                _redraw(redraw, state.parameters, k, block, own, seed, count)
                for k, (block, own) in enumerate(zip(system.blocks, points, strict=True))
            )
            state, report = iterate(state, points)
            record = _record(count + 1, time.perf_counter() - begun, system, report, measure(state.parameters))
            history.append(record)
            watch(record)
            refused = 0 if record.accepted else refused + 1
            if record.loss <= stop.tolerance:
                status = "tolerance"
                break
            if record.seconds >= stop.seconds:
                status = "time limit"
                break
            if (
                refused >= _PATIENCE
                and all(b.redraw == 0 for b in system.blocks)
                and (bool(state.thorough) or not isinstance(method.cutoff, Trust))
            ):
                status = "stalled"
                break
    except KeyboardInterrupt:
        status = "interrupted"
    return Outcome(state.parameters, tuple(history), status, compiling)


_PATIENCE = 3
"""Iterations without an acceptable step, on points that do not change, after which nothing more will come."""


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
