"""From a system to its minimiser: the loop around a method, with points, time and history."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any, Literal

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from pdedsl.numerics.system import System
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
    refused: bool = False
    """Whether no step was taken and none will be as long as the points stay."""
    errors: Mapping[str, float] = field(default_factory=dict)
    """The relative L2 error of each field with a known solution, where it was measured."""
    spectrum: tuple[float, ...] = field(default=(), compare=False, repr=False)
    """Singular values at evenly spaced ranks, the largest first; histories do not keep it."""
    left: float = field(default=float("nan"), compare=False, repr=False)
    """Seconds until the run ends at the latest, at its present pace; histories do not keep it."""


@dataclass(frozen=True)
class Outcome:
    """Where a run ended."""

    parameters: Array
    history: tuple[Record, ...]
    status: Status
    compile_seconds: float
    points: Points = ()
    """The points of each block at the end."""
    undone: int = 0
    """Steps at the end that were taken back, since fresh points found them worse than what was before."""
    errors: Mapping[str, float] | None = None
    """The relative L2 error of each field with a known solution; None where it was not measured."""


@dataclass(frozen=True)
class Snapshot:
    """Where a run stands between two iterations: all it needs to go on as if it had never stopped."""

    state: Any
    """The method's own."""
    trusted: Array
    """The parameters that the last check on fresh points let pass."""
    points: Points
    history: Sequence[Record]


SNAPSHOT_SECONDS = 5.0
"""Time between two snapshots."""


def minimise(
    system: System,
    method: Method,
    stop: Stop,
    seed: int = 0,
    measure: Callable[[Array], Mapping[str, float]] = lambda parameters: {},
    watch: Callable[[Record], None] = lambda record: None,
    keep: Callable[[Snapshot], None] = lambda snapshot: None,
    earlier: Snapshot | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Minimise the loss of a system from its initial parameters.

    `measure` gives the errors of a set of parameters, `watch` sees every iteration, `keep` is given a snapshot every few
    seconds and at the end; `earlier` is one to go on from. The run ends before the next iteration once `stopping` says so. The same system, method and seed give the
    same bits, whether in one go or resumed.
    """
    objective = Objective(system)
    sizes = jax.jit(
        lambda parameters, k, candidates: _residual_sizes(objective, parameters, k, candidates), static_argnums=1
    )
    begun = time.perf_counter()
    state = method.begin(system.start)
    trusted = system.start
    points: Points = tuple(jnp.asarray(b.points) for b in system.blocks)
    history: list[Record] = []
    if earlier:
        state, trusted, points = earlier.state, earlier.trusted, earlier.points
        history += earlier.history
        if (status := ending(system, stop, history)) is not None:
            return _outcome(sizes, system, seed, Snapshot(state, trusted, points, history), status, 0.0, measure)
    compiling = time.perf_counter()
    held = _fresh(system, seed, 0) if method.held else ()
    iterate = (
        jax.jit(lambda state, points, held: method.step(objective, state, points, held))
        .lower(state, points, held)
        .compile()
    )
    measure(state.parameters)
    for k, block in enumerate(system.blocks):
        if block.redraw:
            sizes(state.parameters, k, jnp.zeros((CANDIDATES * len(block.points), block.points.shape[1])))
    compiling = time.perf_counter() - compiling
    if history:
        begun = time.perf_counter() - history[-1].seconds  # compiling counts once
    kept = time.perf_counter()
    status: Status | None = None
    try:
        while (status := ending(system, stop, history)) is None:
            if stopping():
                status = "interrupted"
                break
            count = history[-1].step if history else 0
            drawn, worse = _redraw(sizes, system, state.parameters, trusted, points, seed, count)
            if worse > UNDONE:
                state = method.back(state, trusted)
            elif drawn is not points:
                trusted = state.parameters
            held = _fresh(system, seed, count + 1) if method.held else ()
            after, report = iterate(state, drawn, held)
            errors = measure(after.parameters)
            record = _record(count + method.batch, time.perf_counter() - begun, system, report, errors)
            state, points = after, drawn
            history.append(record)
            watch(replace(record, spectrum=tuple(np.asarray(report.spectrum).tolist()), left=_left(history, stop)))
            if time.perf_counter() - kept >= SNAPSHOT_SECONDS:
                keep(Snapshot(state, trusted, points, history))
                kept = time.perf_counter()
    except KeyboardInterrupt:
        status = "interrupted"
    snapshot = Snapshot(state, trusted, points, history)
    keep(snapshot)
    return _outcome(sizes, system, seed, snapshot, status, compiling, measure)


def _outcome(
    sizes: Callable,
    system: System,
    seed: int,
    end: Snapshot,
    status: Status,
    compile_seconds: float,
    measure: Callable[[Array], Mapping[str, float]],
) -> Outcome:
    """The end of a run, or its last check on fresh points where these find that the steps since then did harm."""
    _, worse = _redraw(sizes, system, end.state.parameters, end.trusted, end.points, seed, 0, last=True)
    undone = _since_check(system, end.history) if worse > UNDONE else 0
    parameters = end.trusted if undone else end.state.parameters
    errors = measure(parameters)
    return Outcome(parameters, tuple(end.history), status, compile_seconds, end.points, undone, errors)


def _since_check(system: System, history: Sequence[Record]) -> int:
    """Steps since points were last redrawn, and the parameters of that moment trusted."""
    starts = [0, *(record.step for record in history[:-1])]
    checks = [step for step in starts if any(b.redraw and step % b.redraw == 0 for b in system.blocks)]
    return history[-1].step - checks[-1] if history and checks else 0


def ending(system: System, stop: Stop, history: Sequence[Record]) -> Status | None:
    """Why a run with this history ends; None if it goes on."""
    if not history:
        return None
    last = history[-1]
    fixed = all(b.redraw == 0 for b in system.blocks)
    final = fixed and len(history) >= _PATIENCE and all(r.refused for r in history[-_PATIENCE:])
    if last.loss <= stop.tolerance:
        return "tolerance"
    if last.step >= stop.steps:
        return "steps"
    if last.seconds >= stop.seconds:
        return "time limit"
    return "stalled" if final or _flat(history) else None


def _left(history: Sequence[Record], stop: Stop) -> float:
    """Seconds until the earlier of the limits, by the pace of the last iterations."""
    last, before = history[-1], history[max(0, len(history) - PACE)]
    steps = last.step - before.step
    by_steps = (last.seconds - before.seconds) / steps * (stop.steps - last.step) if steps else float("inf")
    return max(0.0, min(by_steps, stop.seconds - last.seconds))


PACE = 20
"""Iterations over which the pace of a run is taken."""

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
        refused=bool(report.settled) and not bool(report.accepted),
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


UNDONE = 2.0
"""The loss on fresh points, relative to that at the last check, from which the steps since then are undone."""


def _redraw(
    sizes: Callable,
    system: System,
    parameters: Array,
    trusted: Array,
    points: Points,
    seed: int,
    count: int,
    last: bool = False,
) -> tuple[Points, float]:
    """Points drawn anew with density |r| + mean |r|, every `block.redraw` iterations, and how much worse, on fresh points
    of those blocks, the loss is than with the trusted parameters.

    A network can hide a large residual between its points: the fresh ones see it, and points are drawn there.
    """
    drawn, now, then = list(points), 0.0, 0.0
    for k, block in enumerate(system.blocks):
        if block.redraw == 0 or count % block.redraw:
            continue
        generator = np.random.default_rng([seed, k, count, 2] if last else [seed, k, count])
        candidates = block.sample(CANDIDATES * points[k].shape[0], generator)
        density = np.asarray(sizes(parameters, k, jnp.asarray(candidates)))
        now += block.weight * float(np.mean(density**2))
        if parameters is not trusted:
            then += block.weight * float(np.mean(np.asarray(sizes(trusted, k, jnp.asarray(candidates))) ** 2))
        density = np.where(np.isfinite(density), density, 0.0)
        density = density + density.mean()
        total = density.sum()
        chances = density / total if total > 0 else None
        kept = generator.choice(len(candidates), size=points[k].shape[0], replace=False, p=chances)
        drawn[k] = jnp.asarray(candidates[kept])
    if all(new is old for new, old in zip(drawn, points, strict=True)):
        return points, 0.0
    if then <= 0:
        return tuple(drawn), 0.0
    return tuple(drawn), now / then if np.isfinite(now) else float("inf")
