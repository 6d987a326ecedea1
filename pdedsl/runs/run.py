"""From a problem to its solution, or from the folder of a run to where it stands, and on from there."""

import csv
import io
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from errno import EEXIST
from pathlib import Path
from typing import Any, cast
from zipfile import BadZipFile

import jax
import numpy as np
from jax import Array

from pdedsl.meaning.choices import read_choice
from pdedsl.numerics.truth import measure, truths
from pdedsl.planning.cost import cost, memory
from pdedsl.problem.problem import Choice, Problem
from pdedsl.runs.checkpoint import pack, unpack
from pdedsl.runs.folder import CHECKPOINT, alone, begin, summary, write
from pdedsl.runs.solution import Solution, lower
from pdedsl.solver.minimise import Outcome, Record, Snapshot, Status, ending, minimise
from pdedsl.stages.load import loads
from pdedsl.stages.settings import CUSTOM, settings


def solve(
    problem: Problem,
    *,
    watch: Callable[[Record], None] = lambda record: None,
    stopping: Callable[[], bool] = lambda: False,
    folder: str | Path | None = None,
    cutoff: Callable | None = None,
    **choices: Choice | str,
) -> Solution:
    """Solve a problem.

    `choices` override the problem's own: any key of the `solve` block, as a number or in the words of the language,
    `network = "mlp(20, 20)"`, `steps = 300`. `watch` sees the record of every iteration; the run ends before the next one
    once `stopping` says so. In `folder`, which must not hold a run yet, a checkpoint is kept every few seconds, from which
    `resume` goes on, also after the process was killed; at the end all files of the run are written there.

    `cutoff` is a schedule of one's own for ANaGRAM: a function `(s, c, history)` of the singular values, the largest
    first, and the coefficients of the residual along them, both of shape (K,), and of a `pdedsl.solver.cutoff.History`,
    to a filter in [0, 1] of shape (K,); JAX traces it. Computes in double precision whatever JAX's own setting is.
    Raises ValueError for a choice that is not one, FileExistsError for a folder with a run, MemoryError where a step
    would need more memory than the machine has.
    """
    if not isinstance(problem, Problem):
        raise TypeError(f"solve takes a Problem, as pdedsl.load(FILE) gives it, not {type(problem).__name__}")
    problem = problem.with_choices({key: read_choice(problem, key, str(value)) for key, value in choices.items()})
    return _run(problem, watch, stopping, None if folder is None else Path(folder), cutoff)


def resume(
    folder: str | Path,
    *,
    watch: Callable[[Record], None] = lambda record: None,
    stopping: Callable[[], bool] = lambda: False,
    cutoff: Callable | None = None,
    **choices: Choice | str,
) -> Solution:
    """Go on with the run in a folder from its last checkpoint, bit for bit as if it had never stopped.

    `choices` may give it more `steps`, more `time_limit` (both count from the very beginning) or another `tolerance`;
    a run whose limits are used up stays as it is. A `cutoff` of one's own must be given again. Raises ValueError for
    other choices and for a folder that holds no run.
    """
    folder = Path(folder)
    for key in choices:
        if key not in LIMITS:
            raise ValueError(f"a run goes on with its own `{key}`: only {', '.join(LIMITS)} may change")
    problem, custom = _read(folder)
    if custom and cutoff is None:
        raise ValueError(f"{folder} ran with a cut-off of your own: go on with pdedsl.resume(folder, cutoff=...)")
    problem = problem.with_choices({key: read_choice(problem, key, str(value)) for key, value in choices.items()})
    return _run(problem, watch, stopping, folder, cutoff, again=True)


def start_again(run: str | Path, seed: int, **running: Any) -> Solution:
    """Solve the problem of another run from the beginning with a seed of its own; the rest is as for `solve`."""
    problem, _ = _read(Path(run))
    return solve(problem, seed=seed, **running)


LIMITS = ("steps", "time_limit", "tolerance")
"""What may change when a run goes on."""


def _run(
    problem: Problem,
    watch: Callable[[Record], None],
    stopping: Callable[[], bool],
    folder: Path | None,
    cutoff: Callable | None,
    again: bool = False,
) -> Solution:
    started = time.perf_counter()
    needed = cost(problem)
    if needed.bytes > memory():
        raise MemoryError(f"a step factors {needed.words}, the machine has {memory() / 2**30:.3g} GiB")
    resolved = settings(problem, cutoff)
    earlier, seconds, compiled = None, 0.0, 0.0
    with ExitStack() as stack:
        still: Callable[[], None] = lambda: None  # noqa: E731
        if folder is not None:
            if not again:
                folder.mkdir(parents=True, exist_ok=True)
            still = stack.enter_context(alone(folder))
            if not again:
                if (folder / "spec.pde").exists():
                    raise FileExistsError(
                        EEXIST, "holds a run already: resume it, or choose another folder", str(folder)
                    )
                begin(folder, problem, resolved)
        stack.enter_context(jax.enable_x64(True))
        lowered = lower(problem, resolved)
        if folder is not None and again:
            said = summary(folder)
            if (folder / CHECKPOINT).exists():
                earlier = unpack(folder / CHECKPOINT, resolved.method.begin(lowered.start))
                worked = earlier.history[-1].seconds if earlier.history else 0.0
                seconds, compiled = max(said.get("seconds", 0.0), worked), said.get("compile_seconds", 0.0)
                if ending(lowered, resolved.stop, earlier.history) and said["status"] != "running":
                    return open_run(folder)
            elif said["status"] != "running":
                raise ValueError(f"{folder} has no checkpoint to go on from: it was written by save")
            begin(folder, problem, resolved, **{**said, "seconds": seconds})

        def keep(snapshot: Snapshot) -> None:
            if folder is not None:
                still()
                write(folder / CHECKPOINT, pack(snapshot))

        known = truths(problem)
        outcome = minimise(
            lowered,
            resolved.method,
            resolved.stop,
            resolved.seed,
            measure=measure(lowered.model, known) if known else lambda parameters: {},
            watch=watch,
            keep=keep,
            earlier=earlier,
            stopping=stopping,
        )
        outcome = replace(outcome, compile_seconds=compiled + outcome.compile_seconds)
        solution = Solution(problem, resolved, outcome, seconds + time.perf_counter() - started)
        if folder is not None and solution.history:
            still()
            solution.write(folder)
    return solution


def open_run(folder: str | Path) -> Solution:
    """The solution in a folder that a run wrote, ended or not. Raises OSError or ValueError if there is none."""
    folder = Path(folder)
    problem, _ = _read(folder)
    resolved = settings(problem)
    said = summary(folder)
    if said["status"] != "running":
        try:
            with np.load(folder / "network.npz", allow_pickle=False) as arrays:
                parameters = arrays["parameters"]
                points = tuple(arrays[f"points {k}"] for k in range(len(arrays.files) - 1))
            history = tuple(_records((folder / "history.csv").read_text(encoding="utf-8")))
        except (BadZipFile, EOFError, ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{folder}: network.npz or history.csv is not whole") from error
    else:
        if not (folder / CHECKPOINT).exists():
            raise ValueError(f"{folder} was stopped before its first checkpoint: pdedsl resume {folder}")
        with jax.enable_x64(True):
            snapshot = unpack(folder / CHECKPOINT, resolved.method.begin(lower(problem, resolved).start))
        parameters, history = np.asarray(snapshot.state.parameters), tuple(snapshot.history)
        points = snapshot.points
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
    return Solution(problem, resolved, outcome, said.get("seconds", history[-1].seconds if history else 0.0))


def _read(folder: Path) -> tuple[Problem, bool]:
    """The problem of a run, with the settings that it had, and whether its cut-off was a function of the user's own."""
    if not (folder / "spec.pde").exists() or not (folder / "settings.txt").exists():
        raise ValueError(f"{folder} holds no run of pdedsl")
    problem = loads((folder / "spec.pde").read_text(encoding="utf-8"), name=str(folder / "spec.pde"))
    lines = (folder / "settings.txt").read_text(encoding="utf-8").splitlines()
    custom = f"cutoff = {CUSTOM}"
    words = dict(line.replace(custom, "cutoff = trust").split(" = ", 1) for line in lines if " = " in line)
    choices = {key: read_choice(problem, key, value) for key, value in words.items()}
    return problem.with_choices(choices), any(custom in line for line in lines)


def _records(text: str) -> list[Record]:
    found = []
    for row in csv.DictReader(io.StringIO(text)):
        found.append(
            Record(
                step=int(row["step"]),
                seconds=float(row["seconds"]),
                loss=float(row["loss"]),
                losses={k.removeprefix("loss "): float(v) for k, v in row.items() if k.startswith("loss ")},
                cutoff=float(row["cutoff"]),
                rank=int(row["rank"]),
                gain=float(row["gain"]),
                accepted=row["accepted"] == "1",
                errors={k.removeprefix("error "): float(v) for k, v in row.items() if k.startswith("error ") and v},
            )
        )
    return found
