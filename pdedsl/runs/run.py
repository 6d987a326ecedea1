"""From a problem to its solution in a folder, or from the folder of a run to where it stands, and on from there."""

import csv
import io
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from errno import EEXIST
from pathlib import Path
from typing import Any, cast
from zipfile import BadZipFile

import jax
import numpy as np
from jax import Array

from pdedsl.analysis.defect import Defect, restored
from pdedsl.numerics.system import System
from pdedsl.numerics.truth import Known, truths
from pdedsl.planning.defaults import planned
from pdedsl.planning.plan import Adaptive, Anagram, Clock, Custom, Plan
from pdedsl.planning.spelling import spoken, typed
from pdedsl.problem.choices import Choice
from pdedsl.problem.problem import Problem
from pdedsl.runs import checkpoint
from pdedsl.runs.files import write
from pdedsl.runs.folder import CHECKPOINT, begin, begun_from, contents, own_cutoff
from pdedsl.runs.lock import alone
from pdedsl.runs.sealed import summary, whole
from pdedsl.runs.solution import Solution
from pdedsl.solver import devices as machines
from pdedsl.solver.devices import HERE, ONE, Devices
from pdedsl.solver.method import Method
from pdedsl.solver.minimise import Outcome, Snapshot, Status, ending
from pdedsl.solver.record import Record, from_columns
from pdedsl.solver.threads import threads
from pdedsl.spaces.posterior import restored as known_from
from pdedsl.spaces.space import Polynomials, Space, space_from, trained
from pdedsl.spaces.stretch import Stretch
from pdedsl.stages import solve as driver
from pdedsl.stages.held import Tables
from pdedsl.stages.load import loads
from pdedsl.stages.propagated import restored as noise_from
from pdedsl.stages.solve import Solved, Unkept, build
from pdedsl.stages.starting import Start
from pdedsl.stages.words import chosen, read_setting


def solve(
    problem: Problem,
    *,
    watch: Callable[[Record], None] = lambda record: None,
    stopping: Callable[[], bool] = lambda: False,
    folder: str | Path | None = None,
    cutoff: Callable | None = None,
    clock: Clock | None = None,
    announce: Callable[[Solution], None] = lambda solution: None,
    exact: Known | None = None,
    start: Solution | Start | None = None,
    brief: bool = False,
    devices: int | Devices = HERE,
    **choices: Choice | str,
) -> Solution:
    """Solve a problem.

    `choices` override the problem's own: any key of the `solve` block, as a number or in the words of the language,
    `network = "mlp(20, 20)"`, `steps = 300`. `watch` sees the record of every iteration; the run ends before the next one
    once `stopping` says so. `announce` is given the solution before its files are written. In `folder`, which must not hold a
    run yet, a checkpoint is kept every few seconds, from which `resume` goes on, also after the process was killed; at the end
    all files of the run are written there; but for pictures, the report and the solution on a grid if that is to be `brief`.

    `exact` is a known solution in place of the spec's: any function of a point of shape (d,) to the values of all fields, or
    one for each field by name, for JAX; errors are measured against it during this run.
    `start` is the solution of a problem with the same fields: one of other parameters is where the run begins, for
    continuation; where the time begins later than that of `start`, the initial conditions are its values there.
    `time_limit` counts from the call on, compilation included; `clock` says otherwise. `cutoff` is a schedule of one's own for
    ANaGRAM: a function `(s, c, history)` of the singular values, the largest first, and the coefficients of the residual along
    them, both of shape (K,), and of a `pdedsl.solver.cutoff.History`, to a filter in [0, 1] of shape (K,); JAX traces it.
    A network is trained with its points divided among `devices`: so many of this process, or `pdedsl.solver.devices.join()`, those
    of several processes, which all make the same call; the first of them writes the folder.
    Computes in double precision whatever JAX's own setting is.
    Raises ValueError for a choice that is not one, FileExistsError for a folder with a run, MemoryError where a step
    would need more memory than the machine has.
    """
    if not isinstance(problem, Problem):
        raise TypeError(f"solve takes a Problem, as pdedsl.load(FILE) gives it, not {type(problem).__name__}")
    own = machines.devices(devices) if isinstance(devices, int) else devices
    begin = start.start if isinstance(start, Solution) else start
    with ExitStack() as stack:
        with machines.together(own):
            problem = chosen(problem, choices)
            plan = planned(problem, cutoff)
            journal = Unkept()
            if folder is not None and own.first:
                folder = Path(folder)
                folder.mkdir(parents=True, exist_ok=True)
                journal = _Folder(folder, stack.enter_context(alone(folder)), start=begin, devices=own)
                if (folder / "spec.pde").exists():
                    raise FileExistsError(
                        EEXIST, "holds a run already: resume it, or choose another folder", str(folder)
                    )
        clock = clock or Clock(time.perf_counter())
        return _finished(problem, plan, journal, watch, stopping, clock, announce, exact, begin, brief, own)


def resume(
    folder: str | Path,
    *,
    watch: Callable[[Record], None] = lambda record: None,
    stopping: Callable[[], bool] = lambda: False,
    cutoff: Callable | None = None,
    announce: Callable[[Solution], None] = lambda solution: None,
    brief: bool = False,
    devices: int | Devices = HERE,
    **choices: Choice | str,
) -> Solution:
    """Go on with the run in a folder from its last checkpoint, bit for bit as if it had never stopped.

    `choices` may give it more `steps`, more `time_limit` (both count from the very beginning) or another `tolerance`;
    a run whose limits are used up stays as it is. `brief` and `devices` are as for `solve`: a run goes on on any devices, bit
    for bit on as many of the same kind. A `cutoff` of one's own must be given again.
    Raises ValueError for other choices and for a folder that holds no run.
    """
    folder, own = Path(folder), machines.devices(devices) if isinstance(devices, int) else devices
    with ExitStack() as stack:
        with machines.together(own):
            for key in choices:
                if key not in LIMITS:
                    raise ValueError(f"a run goes on with its own `{key}`: only {', '.join(LIMITS)} may change")
            problem, plan = contents(folder)
            if own_cutoff(plan):
                if cutoff is None:
                    words = f"{folder} ran with a cut-off of your own: go on with pdedsl.resume(folder, cutoff=...)"
                    raise ValueError(words)
                plan = replace(plan, method=replace(plan.method, cutoff=Custom(cutoff)))  # pyright: ignore[reportCallIssue]
            limits = {LIMITS[k]: cast(float, read_setting(k, str(v), problem)) for k, v in choices.items()}
            plan = replace(plan, limits=replace(plan.limits, **limits))
            still = stack.enter_context(alone(folder)) if own.first else lambda: None
            said, history = summary(folder), ()
            if (folder / CHECKPOINT).exists():
                history = checkpoint.records(checkpoint.read(folder / CHECKPOINT))
                fixed = not any(isinstance(sampling, Adaptive) for _, sampling in plan.points)
                noisy = isinstance(plan.method, Anagram) and plan.method.directions > 0
                spent = said["status"] == "time limit" and "seconds" not in limits
                over = said["status"] != "running" and bool(spent or ending(fixed, plan.limits, history, noisy))
            else:
                over = said["status"] in DONE and not trained(plan.space)
                if not over and said["status"] != "running" and trained(plan.space):
                    raise ValueError(f"{folder} has no checkpoint to go on from: it was written by save")
        if over:
            return _opened(folder, problem, plan)
        worked = history[-1].seconds if history else 0.0
        so_far = {**said, "seconds": max(said.get("seconds", 0.0), worked) if history else 0.0}
        clock, begin = Clock(time.perf_counter()), begun_from(folder)
        journal = _Folder(folder, still, so_far, begin, own)
        return _finished(problem, plan, journal, watch, stopping, clock, announce, None, begin, brief, own)


DONE = ("converged", "stalled")
"""How a run in polynomials ends that would not go further; one that was cut short begins again, which takes seconds."""
LIMITS = {"steps": "steps", "time_limit": "seconds", "tolerance": "tolerance"}
"""What may change when a run goes on."""


def start_again(
    other: str | Path,
    seed: int,
    values: Mapping[str, float] | None = None,
    data: Tables | None = None,
    **running: Any,
) -> Solution:
    """Solve the problem of another run from the beginning with a seed, parameters and data of its own.

    `running` is as for `solve`.
    """
    folder = Path(other)
    problem, plan = contents(folder)
    if values is not None or data is not None:
        problem = loads(whole(folder, "spec.pde").decode(), values, str(folder / "spec.pde"), data)
    words: dict[str, Any] = {key: spoken(value) for key, value in plan.settings().items() if key != "seed"}
    return solve(problem, seed=seed, **{**words, "start": begun_from(folder), **running})


@dataclass(frozen=True)
class _Folder:
    """The journal of a run in a folder."""

    path: Path
    still: Callable[[], None]
    """Raises Busy once the folder is no longer the one that was locked."""
    so_far: dict[str, Any] = field(default_factory=dict)
    """What the summary of the run said before it went on."""
    start: Start | None = None
    devices: Devices = HERE

    def begin(self, problem: Problem, plan: Plan) -> None:
        if self.devices.first:
            begin(self.path, problem, plan, self.start, **{**self.so_far, "devices": self.devices.words})

    def earlier(self, method: Method, lowered: System) -> Snapshot | None:
        if not (self.path / CHECKPOINT).exists():
            return None
        return checkpoint.unpack(self.path / CHECKPOINT, method.begin(lowered.start))

    def keep(self, snapshot: Snapshot) -> None:
        if not self.devices.first:
            return
        self.still()
        write(self.path / CHECKPOINT, checkpoint.pack(snapshot))


def _finished(
    problem: Problem,
    plan: Plan,
    journal: _Folder | Unkept,
    watch: Callable[[Record], None],
    stopping: Callable[[], bool],
    clock: Clock,
    announce: Callable[[Solution], None],
    exact: Known | None = None,
    start: Start | None = None,
    brief: bool = False,
    devices: Devices = HERE,
) -> Solution:
    """Run to the end and write what came of it."""
    started, so_far = clock.begun or time.perf_counter(), journal.so_far if isinstance(journal, _Folder) else {}
    solved = driver.solve(problem, plan, journal, watch, stopping, clock, exact, start, devices)
    compiled = so_far.get("compile_seconds", 0.0) if so_far.get("seconds") else 0.0
    outcome = replace(solved.outcome, compile_seconds=compiled + solved.outcome.compile_seconds)
    seconds = so_far.get("seconds", 0.0) + time.perf_counter() - started
    solution = Solution(replace(solved, outcome=outcome), seconds)
    if solution.history and devices.first:
        with threads(0):
            announce(solution)
    if isinstance(journal, _Folder) and devices.first and solution.history:
        journal.still()
        with jax.enable_x64(True):
            solution.write(journal.path, brief or outcome.lost)  # JAX ends this process, too, before long
    return solution


def open(folder: str | Path) -> Solution:
    """The solution in a folder that a run wrote, ended or not. Raises OSError or ValueError if there is none."""
    folder = Path(folder)
    return _opened(folder, *contents(folder))


def _opened(folder: Path, problem: Problem, plan: Plan) -> Solution:
    said = summary(folder)
    words = {"space": said.get("space", "network"), **said.get("spaces", {})}
    space: Space = space_from({key: typed(read_setting(key, own, problem)) for key, own in words.items()})
    if isinstance(space, Polynomials):
        slabs = tuple(map(float, said.get("slabs", ())))
        space = replace(space, slabs=slabs, stretches=_stretches(said.get("stretches", ())))
    lowered = build(problem, replace(plan, space=space))
    if said["status"] != "running":
        try:
            with np.load(io.BytesIO(whole(folder, "network.npz")), allow_pickle=False) as arrays:
                parameters = arrays["parameters"]
                points = tuple(arrays[f"points {k}"] for k in range(len(arrays.files) - 1))
            history = _history(whole(folder, "history.csv").decode())
        except (BadZipFile, EOFError, KeyError, TypeError) as error:
            raise ValueError(f"{folder}: network.npz or history.csv is not whole") from error
    else:
        if not (folder / CHECKPOINT).exists():
            raise ValueError(f"{folder} was stopped before its first checkpoint: pdedsl resume {folder}")
        arrays = checkpoint.read(folder / CHECKPOINT)
        parameters, history, points = arrays["parameters"], checkpoint.records(arrays), checkpoint.points(arrays)
    if not history:
        raise ValueError(f"{folder} was stopped before its first step: pdedsl resume {folder}")
    outcome = Outcome(
        cast(Array, parameters),
        history,
        cast(Status, said["status"]),
        said.get("compile_seconds", 0.0),
        cast(tuple[Array, ...], points),
        said.get("undone", 0),
    )
    story = tuple(said.get("story", ()))
    if (folder / "data.npz").exists():
        with np.load(io.BytesIO(whole(folder, "data.npz")), allow_pickle=False) as arrays:
            outcome = replace(outcome, posterior=known_from(dict(arrays)))
    start = begun_from(folder)
    own: dict[str, Any] = {"space": space, "story": story, "start": start, "devices": said.get("devices", ONE)}
    solved = Solved(problem, plan, lowered, truths(problem), outcome, **own)
    kept = _kept_defect(folder, solved) if said["status"] != "running" else None
    noise = None
    if (folder / "noise.npz").exists():
        with np.load(io.BytesIO(whole(folder, "noise.npz")), allow_pickle=False) as arrays:
            noise = noise_from(dict(arrays))
    return Solution(solved, said.get("seconds", history[-1].seconds), kept, noise)


def _stretches(pieces: Sequence[Any]) -> tuple[tuple[Stretch | None, ...], ...]:
    """How coordinates are stretched on each piece, as a summary has it."""

    def one(own: Mapping[str, Sequence[float]] | None) -> Stretch | None:
        held = None if own is None else (tuple(map(float, own[key])) for key in ("places", "widths", "weights"))
        return None if held is None else Stretch(*held)

    return tuple(tuple(map(one, own)) for own in pieces)


def _kept_defect(folder: Path, solved: Solved) -> Defect | None:
    """The error to first order as a run wrote it; None where it is not there, and is found again when it is asked for."""
    try:
        with np.load(io.BytesIO(whole(folder, "error.npz")), allow_pickle=False) as arrays:
            return restored(solved.problem, solved.system, dict(arrays))
    except (OSError, BadZipFile, EOFError, ValueError, KeyError, TypeError):
        return None


def _history(text: str) -> tuple[Record, ...]:
    """The history in a table as `Solution.write` makes it."""
    header, *rows = csv.reader(io.StringIO(text))
    return from_columns(dict(zip(header, zip(*rows, strict=True), strict=True)))
