"""From a system to its minimiser: the loop around a method, with points, time and history."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import median
from typing import Any, Literal

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from pdedsl.numerics.programs import program
from pdedsl.numerics.system import System
from pdedsl.planning.plan import Clock, Limits
from pdedsl.solver.devices import is_lost
from pdedsl.solver.mesh import Where
from pdedsl.solver.method import Iteration, Method, Objective, Points
from pdedsl.solver.record import Record

Status = Literal["converged", "tolerance", "steps", "time limit", "stalled", "interrupted"]


@dataclass(frozen=True)
class Outcome:
    """Where a run ended."""

    parameters: Array
    """Shape (P,)."""
    history: tuple[Record, ...]
    status: Status
    compile_seconds: float
    points: Points = ()
    """The points of each block at the end."""
    undone: int = 0
    """Steps at the end that were taken back, since fresh points found them worse than what was before."""
    defect: Array | None = None
    """What the parameters are too large by, shape (P,), where the solver estimated it."""
    missed: Mapping[str, float] | None = None
    """How far each statement is missed on fresh points, in units of its size, where the solver looked."""
    posterior: Any = None
    """How far the parameters are known from data, where the solver says so: of `pdedsl.spaces.posterior.Posterior`."""
    lost: bool = False
    """Whether it was ended by another process, which answered no more."""
    errors: Mapping[str, float] | None = None
    """The L2 error, relative to its variation, of each field with a known solution; None where it was not measured."""


@dataclass(frozen=True)
class Snapshot:
    """Where a run stands between two iterations: all it needs to go on as if it had never stopped."""

    state: Any
    """The method's own."""
    trusted: Array
    """The parameters that the last check on fresh points let pass."""
    points: Points
    history: Sequence[Record]


@dataclass(frozen=True)
class Hooks:
    """What a run calls on its way."""

    watch: Callable[[Record], None] = lambda record: None
    """Sees every iteration."""
    keep: Callable[[Snapshot], None] = lambda snapshot: None
    """Is given a snapshot every few seconds and at the end."""
    stopping: Callable[[], bool] = lambda: False
    """Once it says so the run ends before the next iteration."""
    between: Callable[[], None] = lambda: None
    """Is called between two iterations."""
    hopeless: Callable[[Sequence[Record]], bool] = lambda history: False
    """Ends a run that has stalled, by what is known of it."""
    measure: Callable[[Array], Mapping[str, float]] = lambda parameters: {}
    """The errors of a set of parameters."""


GRACE = 5.0
"""Seconds by which a run, with what comes after it, may be over its limit."""
LEAST = 0.25
"""The part of a limit that is left for training, whatever comes after."""
SNAPSHOT_SECONDS = 5.0
"""Time between two snapshots."""
CANDIDATES = 10
"""Fresh points drawn for each one kept when the points of a block are redrawn."""
HELD_OUT = 0.25
"""Fresh points for each point of a block, for schedules that ask for them."""
UNDONE = 2.0
"""The loss on fresh points, relative to that at the last check, from which the steps since then are undone."""
PACE = 20
"""Iterations over which the pace of a run is taken."""
PATIENCE = 3
"""Iterations without an acceptable step, on points that do not change, after which nothing more will come."""
NOISY, SURE = 20, 2.0
"""Iterations whose losses, where they are estimates, are to be above zero in the mean by so many of its deviations."""
PLATEAU = 150
"""Iterations that must bring the loss lower than as many before them."""
DEAD, FEW, WANTING = 10, 3, 1e-6
"""Iterations after which a network has no life in it, that moves in so few directions, where this loss is left."""


def minimise(
    system: System,
    method: Method,
    limits: Limits,
    seed: int = 0,
    hooks: Hooks | None = None,
    earlier: Snapshot | None = None,
    clock: Clock = Clock(),  # noqa: B008
    where: Where = Where(),  # noqa: B008
) -> Outcome:
    """Minimise the loss of a system from its initial parameters, or from where an `earlier` snapshot stands.

    The same system, method, seed and devices give the same bits, whether in one go or resumed.
    """
    hooks, loop = hooks or Hooks(), _Loop(system, seed, where)
    begun = time.perf_counter() if clock.begun is None else clock.begun
    points: Points = tuple(jnp.asarray(b.points) for b in system.blocks)
    now = earlier or Snapshot(method.begin(system.start), system.start, points, ())
    fixed = all(b.every == 0 for b in system.blocks)
    limits = replace(limits, seconds=where.devices.agreed(limits.seconds)[0])
    if (status := ending(fixed, limits, now.history, method.noisy)) is not None:
        return loop.outcome(now, status, 0.0, hooks)
    iterate = loop.iteration(method, now)
    hooks.measure(now.state.parameters)
    compiling, _ = where.devices.agreed(time.perf_counter() - begun)
    if now.history:
        begun = time.perf_counter() - now.history[-1].seconds  # compiling counts once
    elif clock.training_alone:
        begun = time.perf_counter()
    late = max(0.0, clock.room * compiling - GRACE)
    limits = replace(limits, seconds=max(limits.seconds - late, LEAST * limits.seconds))
    kept = time.perf_counter()
    history, lost = list(now.history), False
    try:
        while (status := ending(fixed, limits, history, method.noisy)) is None:
            if where.devices.agreed(0.0, hooks.stopping())[1]:
                status = "interrupted"
                break
            if hooks.hopeless(history):
                status = "stalled"
                break
            hooks.between()
            count = history[-1].step if history else 0
            state, trusted = now.state, now.trusted
            drawn, worse = loop.redrawn(now, count)
            if worse > UNDONE:
                state = method.back(state, trusted)
            elif drawn is not now.points:
                trusted = state.parameters
            held = loop.fresh(count + 1) if method.held else ()
            after, report = iterate(state, drawn, held)
            errors = hooks.measure(after.parameters)
            seconds, _ = where.devices.agreed(time.perf_counter() - begun)
            record = _record(count + method.batch, seconds, system, report, errors)
            history.append(record)
            now = Snapshot(after, trusted, drawn, history)
            spectrum = tuple(np.asarray(report.spectrum).tolist())
            hooks.watch(replace(record, spectrum=spectrum, left=_left(history, limits)))
            if time.perf_counter() - kept >= SNAPSHOT_SECONDS:
                hooks.keep(now)
                kept = time.perf_counter()
    except KeyboardInterrupt:
        status = "interrupted"
    except (jax.errors.JaxRuntimeError, ValueError) as error:
        if not where.devices.several or not is_lost(error):
            raise
        status, lost = "interrupted", True
    hooks.keep(now)
    return replace(loop.outcome(now, status, compiling, hooks), lost=lost)


@dataclass(frozen=True)
class _Loop:
    """What the iterations of a run have in common."""

    system: System
    seed: int
    where: Where

    @cached_property
    def objective(self) -> Objective:
        return self.where.objective(self.system)

    def kept(self, what: object, made: Callable[[], Any]) -> Any:
        """A program that was made for this system, or for another one of the same functions."""
        programs = self.system.programs
        return programs[what] if what in programs else programs.setdefault(what, made())

    @cached_property
    def sizes(self) -> Callable[[Array, int, Array], Array]:
        """The length of the residual of block k at some points, for some parameters, in units of its size."""
        return self.kept("sizes", self._sizes)

    def _sizes(self) -> Callable[[Array, int, Array], Array]:
        def found(parameters: Array, k: int, points: Array) -> Array:
            block, u = self.system.blocks[k], self.system.model(parameters)
            return jnp.linalg.norm(jax.vmap(lambda x: block.relative(u, x))(points), axis=1)

        return program(found, static_argnums=1)

    def iteration(self, method: Method, now: Snapshot) -> Callable[[Any, Points, Points], tuple[Any, Iteration]]:
        """The step of a method; all that the iterations run is compiled here."""
        held = self.fresh(0) if method.held else ()
        shapes = tuple(leaf.shape for leaf in jax.tree.leaves((now.state, now.points, held)))

        def step(state: Any, points: Points, held: Points) -> Any:
            return method.step(self.objective, state, points, held)

        iterate = self.kept(
            (method, shapes, self.where), lambda: self.where.compiled(self.objective, step, now.state, now.points, held)
        )
        for k, block in enumerate(self.system.blocks):
            if block.every:
                candidates = jnp.zeros((CANDIDATES * len(block.points), block.points.shape[1]))
                self.sizes(now.state.parameters, k, candidates)
        return iterate

    def fresh(self, count: int) -> Points:
        """Points that no step was taken on, as many in every iteration; data have none, and show their own."""
        found = []
        for k, block in enumerate(self.system.blocks):
            n = max(1, round(HELD_OUT * len(block.points)))
            drawn = block.points
            if block.sample is not None:
                drawn = block.sample(n, np.random.default_rng([self.seed, k, count, 1]))
                drawn = np.resize(drawn, (n, drawn.shape[1]))
            found.append(jnp.asarray(drawn))
        return tuple(found)

    def redrawn(self, now: Snapshot, count: int, last: bool = False) -> tuple[Points, float]:
        """Points drawn anew with density |r| + mean |r|, where it is time to, and how much worse, on fresh points of
        those blocks, the loss is than with the trusted parameters.

        A network can hide a large residual between its points: the fresh ones see it, and points are drawn there.
        """
        parameters, drawn, worse, before = now.state.parameters, list(now.points), 0.0, 0.0
        for k, block in enumerate(self.system.blocks):
            if block.sample is None or block.every == 0 or count % block.every:
                continue
            generator = np.random.default_rng([self.seed, k, count, 2] if last else [self.seed, k, count])
            candidates = block.sample(CANDIDATES * now.points[k].shape[0], generator)
            density = np.asarray(self.sizes(parameters, k, jnp.asarray(candidates)))
            worse += block.weight * float(np.mean(density**2))
            if parameters is not now.trusted:
                trusted = np.asarray(self.sizes(now.trusted, k, jnp.asarray(candidates)))
                before += block.weight * float(np.mean(trusted**2))
            density = np.where(np.isfinite(density), density, 0.0)
            density = density + density.mean()
            total = density.sum()
            chances = density / total if total > 0 else None
            kept = generator.choice(len(candidates), size=now.points[k].shape[0], replace=False, p=chances)
            drawn[k] = jnp.asarray(candidates[kept])
        if all(new is old for new, old in zip(drawn, now.points, strict=True)):
            return now.points, 0.0
        if before <= 0:
            return tuple(drawn), 0.0
        return tuple(drawn), worse / before if np.isfinite(worse) else float("inf")

    def outcome(self, end: Snapshot, status: Status, compile_seconds: float, hooks: Hooks) -> Outcome:
        """The end of a run, or its last check on fresh points where these find that the steps since then did harm."""
        _, worse = self.redrawn(end, 0, last=True)
        undone = self._since_check(end.history) if worse > UNDONE else 0
        parameters = end.trusted if undone else end.state.parameters
        errors = hooks.measure(parameters)
        return Outcome(parameters, tuple(end.history), status, compile_seconds, end.points, undone, errors=errors)

    def _since_check(self, history: Sequence[Record]) -> int:
        """Steps since points were last redrawn, and the parameters of that moment trusted."""
        starts = [0, *(record.step for record in history[:-1])]
        checks = [step for step in starts if any(b.every and step % b.every == 0 for b in self.system.blocks)]
        return history[-1].step - checks[-1] if history and checks else 0


def ending(fixed: bool, limits: Limits, history: Sequence[Record], noisy: bool = False) -> Status | None:
    """Why a run with this history ends, whose points are fixed or not and losses exact or `noisy`; None if it goes on."""
    if not history:
        return None
    last = history[-1]
    final = fixed and not noisy and len(history) >= PATIENCE and all(r.refused for r in history[-PATIENCE:])
    if noisy and _drowned(history):
        return "stalled"
    if not noisy and last.loss <= limits.tolerance:
        return "tolerance"
    if last.step >= limits.steps:
        return "steps"
    if last.seconds >= limits.seconds:
        return "time limit"
    return "stalled" if final or _flat(history) else None


def _drowned(history: Sequence[Record]) -> bool:
    """Whether the last losses, estimates without bias, are no more than their own deviation: nothing is seen of what is left."""
    own = np.asarray([r.loss for r in history[-NOISY:]])
    return len(own) == NOISY and float(np.mean(own)) <= SURE * float(np.std(own)) / NOISY**0.5


def is_dead(history: Sequence[Record]) -> bool:
    """Whether hardly anything of a network moves and much is left to do: its activations may be saturated."""
    last = [r for r in history[-DEAD:] if np.isfinite(r.cutoff)]
    return len(last) == DEAD and median(r.rank for r in last) <= FEW and last[-1].loss > WANTING


def _left(history: Sequence[Record], limits: Limits) -> float:
    """Seconds until the earlier of the limits, by the pace of the last iterations."""
    last, before = history[-1], history[max(0, len(history) - PACE)]
    steps = last.step - before.step
    by_steps = (last.seconds - before.seconds) / steps * (limits.steps - last.step) if steps else float("inf")
    return max(0.0, min(by_steps, limits.seconds - last.seconds))


def _flat(history: Sequence[Record]) -> bool:
    """Whether the loss has stopped falling; medians, since redrawn points make it jump."""
    if len(history) < 2 * PLATEAU:
        return False
    before, last = history[-2 * PLATEAU : -PLATEAU], history[-PLATEAU:]
    return median(r.loss for r in last) > 0.999 * median(r.loss for r in before)


def _record(step: int, seconds: float, system: System, report: Iteration, errors: Mapping[str, float]) -> Record:
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
