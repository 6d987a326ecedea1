"""From a problem to a solution that can be evaluated, compared, plotted, saved and opened again."""

import csv
import io
import json
import os
import platform
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr
from jax import Array
from matplotlib.animation import FuncAnimation
from matplotlib.figure import Figure

from pdedsl.analysis.trust import Misfit, estimate, misfits
from pdedsl.faces import plot
from pdedsl.faces.checkpoint import NAME as CHECKPOINT
from pdedsl.faces.checkpoint import pack, unpack
from pdedsl.faces.folder import alone, as_json, begin, write, write_with
from pdedsl.faces.report import report
from pdedsl.language import geometry
from pdedsl.language.choices import read_choice
from pdedsl.language.cost import cost, memory
from pdedsl.language.load import loads, read_expression
from pdedsl.language.problem import Choice, Problem
from pdedsl.numerics.compare import measure, truths
from pdedsl.numerics.lower import Callee, lower_expressions
from pdedsl.numerics.quantities import Quantity, quantities
from pdedsl.numerics.system import System, build_model, system
from pdedsl.solver import profile
from pdedsl.solver.settings import Settings, settings
from pdedsl.solver.solve import Outcome, Record, minimise

CHUNK = 8192


@dataclass(frozen=True)
class Solution:
    """The trained solution of a problem.

    Call it with points, `solution(X)` for X of shape (N, d), coordinates in the order of declaration, space then time;
    or by name, `solution(x=..., t=...)`, arrays of shapes that broadcast together. One scalar field comes as an array,
    of shape (N,) or of the broadcast shape; several come as a mapping by name.
    """

    problem: Problem
    settings: Settings
    outcome: Outcome
    seconds: float = 0.0
    """The whole time of the run, compilation included."""

    @property
    def history(self) -> tuple[Record, ...]:
        """One record an iteration: step, seconds, losses by block, cut-off, rank, errors."""
        return self.outcome.history

    @property
    def status(self) -> str:
        """Why the run ended: `tolerance`, `steps`, `time limit`, `stalled` or `interrupted`."""
        return self.outcome.status

    @cached_property
    def model(self) -> Callable[[Array], Callee]:
        """Parameters of shape (P,) to the solution as a function of one point."""
        with jax.enable_x64(True):
            return build_model(self.problem, self.settings.architecture, self.settings.seed)[0]

    @cached_property
    def errors(self) -> dict[str, float]:
        """The relative L2 error of each field with an exact solution or a reference, on points never trained on."""
        with jax.enable_x64(True):
            return measure(self.model, truths(self.problem))(jnp.asarray(self.outcome.parameters))

    @cached_property
    def reports(self) -> tuple[Quantity, ...]:
        """The reports of the spec, evaluated on this solution."""
        with jax.enable_x64(True):
            return quantities(self.problem, self.model(jnp.asarray(self.outcome.parameters)))

    @cached_property
    def _values(self) -> Callable[[np.ndarray], np.ndarray]:
        evaluate = jax.jit(lambda parameters, x: jax.vmap(self.model(parameters))(x))

        def values(points: np.ndarray) -> np.ndarray:
            with jax.enable_x64(True):
                parameters = jnp.asarray(self.outcome.parameters)
                pieces = [
                    np.asarray(evaluate(parameters, jnp.asarray(points[i : i + CHUNK])))
                    for i in range(0, len(points), CHUNK)
                ]
            return np.concatenate(pieces) if pieces else np.zeros((0, len(self.problem.fields)))

        return values

    def __call__(self, points: Any = None, **coordinates: Any) -> np.ndarray | dict[str, np.ndarray]:
        names = [c.name for c in self.problem.coordinates]
        if (points is None) == (not coordinates):
            raise TypeError(f"give points of shape (N, {len(names)}), or the coordinates {', '.join(names)} by name")
        if points is None:
            missing, extra = [n for n in names if n not in coordinates], [n for n in coordinates if n not in names]
            if missing or extra:
                what = f"there is no coordinate {extra[0]}" if extra else f"missing: {', '.join(missing)}"
                raise TypeError(f"{what}; the coordinates are {', '.join(names)}")
            arrays = np.broadcast_arrays(*(np.asarray(coordinates[n], float) for n in names))
            shape = arrays[0].shape
            points = np.stack([a.reshape(-1) for a in arrays], axis=1)
        else:
            points = np.asarray(points, float)
            if points.ndim != 2 or points.shape[1] != len(names):
                raise ValueError(
                    f"points have shape {points.shape}, not (N, {len(names)}): columns are {', '.join(names)}"
                )
            shape = points.shape[:1]
        values = self._values(points)
        found = {f.name: values[:, place].reshape(shape) for place, f in enumerate(self.problem.fields)}
        return next(iter(found.values())) if len(found) == 1 else found

    def evaluate(self, expression: str, points: Any) -> np.ndarray:
        """Any expression of the language on the solution: `evaluate("dx(u)", X)`.

        `points` has shape (N, d), the result shape (N,): scalars only, a component of a vector is `grad(u)[1]`. NaN outside
        the domain. Raises SpecError with what is wrong with the expression.
        """
        points = np.asarray(points, float)
        problem, asked = read_expression(self.problem, expression)
        with jax.enable_x64(True):
            value = lower_expressions(problem, [asked])
            u = self.model(jnp.asarray(self.outcome.parameters))
            found = np.asarray(jax.jit(jax.vmap(lambda x: value(u, x)[0]))(jnp.asarray(points)))
        return np.where(geometry.closed(self.problem, points), found, np.nan)

    @cached_property
    def misfits(self) -> tuple[Misfit, ...]:
        """How far each statement is missed on points that were never trained on."""
        with jax.enable_x64(True):
            return misfits(self.problem, self.model(jnp.asarray(self.outcome.parameters)))

    @cached_property
    def _scene(self) -> plot.Scene:
        names = list(self.settings.plans) if self.outcome.points else []
        points = dict(zip(names, map(np.asarray, self.outcome.points), strict=True))
        return plot.Scene(self.problem, self._values, self.history, self.errors, truths(self.problem), points)

    @property
    def estimate(self) -> float:
        """The relative error for which the misfits stand, in order of magnitude."""
        return estimate(self.misfits)

    def on_grid(self) -> xr.Dataset:
        """The fields on a grid of the domain; in more than three dimensions, along lines and a plane through its middle."""
        return self._scene.data

    def dataset(self) -> xr.Dataset:
        """The fields on a grid as files hold them: the last coordinate first, as CF readers expect."""
        data = self.on_grid()
        return data.transpose(*reversed([c.name for c in self.problem.coordinates if c.name in data.dims]))

    def plot(self) -> Figure:
        """The solution, its error, the convergence of the run and the sampler's points, as one figure."""
        return plot.figure(self._scene)

    def animate(self) -> FuncAnimation:
        """The first field moving in time. Raises ValueError for a problem that does not depend on time."""
        return plot.animation(self._scene)

    def profile(self) -> str:
        """Where the time of a step goes, as a table."""
        with jax.enable_x64(True):
            parameters = jnp.asarray(self.outcome.parameters)
            known = measure(self.model, truths(self.problem))
            parts = profile.profile(lower(self.problem, self.settings), self.settings.method, parameters, known)
        return profile.table(parts, self.outcome.compile_seconds)

    def portrait(self) -> Figure:
        """A small picture of the first field, for a gallery."""
        return plot.portrait(self._scene)

    def save(self, folder: str | Path) -> Path:
        """Write the run to a folder, which is made: spec, settings, history, network, solution, figure.

        Every file appears whole or not at all.
        """
        folder = Path(folder)
        begin(folder, self.problem, self.settings)
        write(folder / "history.csv", self._history_table().encode())
        buffer = io.BytesIO()
        points = {f"points {k}": np.asarray(own) for k, own in enumerate(self.outcome.points)}
        np.savez(buffer, parameters=np.asarray(self.outcome.parameters), **points)  # pyright: ignore[reportArgumentType]
        write(folder / "network.npz", buffer.getvalue())
        write_with(folder / "solution.nc", lambda path: self.dataset().to_netcdf(path, engine="h5netcdf"))
        picture = io.BytesIO()
        self.plot().savefig(picture, dpi=120, format="png")
        write(folder / "solution.png", picture.getvalue())
        write(folder / "report.html", report(self, picture.getvalue()).encode())
        write(folder / "run.json", as_json(self.summary(), indent=2).encode())
        return folder

    def _history_table(self) -> str:
        text = io.StringIO()
        rows = csv.writer(text, lineterminator="\n")
        blocks = list(self.history[0].losses) if self.history else []
        fields = sorted({name for record in self.history for name in record.errors})
        rows.writerow(
            [
                "step",
                "seconds",
                "loss",
                *(f"loss {b}" for b in blocks),
                "cutoff",
                "rank",
                "gain",
                "accepted",
                *(f"error {f}" for f in fields),
            ]
        )
        for r in self.history:
            losses, errors = (r.losses[b] for b in blocks), (r.errors.get(f, "") for f in fields)
            rows.writerow(
                [r.step, f"{r.seconds:.4f}", r.loss, *losses, r.cutoff, r.rank, r.gain, int(r.accepted), *errors]
            )
        return text.getvalue()

    def summary(self) -> dict[str, Any]:
        """What run.json holds: status, errors, reports, versions, machine."""
        packages = ("pdedsl", "jax", "jaxlib", "numpy", "sympy", "equinox")
        return {
            "title": self.problem.title,
            "spec": self.problem.source.name,
            "status": self.status,
            "steps": len(self.history),
            "seconds": self.seconds,
            "compile_seconds": self.outcome.compile_seconds,
            "loss": self.history[-1].loss if self.history else None,
            "errors": self.errors,
            "estimate": self.estimate,
            "misfits": {
                m.statement: {"rms": m.rms, "worst": m.worst, "where": m.where, "error": m.error} for m in self.misfits
            },
            "reports": {
                q.name: {
                    "values": q.values.tolist() if q.times is not None or q.values.size == 1 else None,
                    "times": None if q.times is None else q.times.tolist(),
                    "words": str(q),
                }
                for q in self.reports
            },
            "seed": self.settings.seed,
            "finished": datetime.now(UTC).isoformat(timespec="seconds"),
            "python": sys.version.split()[0],
            "machine": f"{platform.machine()} {platform.system()}, {os.cpu_count()} cores",
            "versions": {name: version(name) for name in packages},
        }


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
    once `stopping` says so. In `folder` a checkpoint is kept every few seconds, from which `resume` goes on, also after
    the process was killed.

    `cutoff` is a schedule of one's own for ANaGRAM: a function `(s, c, history)` of the singular values, the largest first, and the coefficients of the
    residual along them, both of shape (K,), and of a `pdedsl.solver.cutoff.History`, to a filter in [0, 1] of shape (K,);
    JAX traces it. Computes in double precision whatever JAX's own setting is. Raises ValueError for a choice that is not
    one, MemoryError where a step would need more memory than the machine has.
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
    **choices: Choice | str,
) -> Solution:
    """Go on with the run in a folder from its last checkpoint, bit for bit as if it had never stopped.

    `choices` may give it more `steps`, more `time_limit` (both count from the very beginning) or another `tolerance`.
    Raises ValueError for other choices and for a folder that holds no run.
    """
    folder = Path(folder)
    for key in choices:
        if key not in LIMITS:
            raise ValueError(f"a run goes on with its own `{key}`: only {', '.join(LIMITS)} may change")
    problem = _read(folder)
    problem = problem.with_choices({key: read_choice(problem, key, str(value)) for key, value in choices.items()})
    return _run(problem, watch, stopping, folder, None, again=True)


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
    checkpoint = None if folder is None else folder / CHECKPOINT
    with ExitStack() as stack:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            stack.enter_context(alone(folder))
            if not again:
                (folder / CHECKPOINT).unlink(missing_ok=True)  # of another run
            begin(folder, problem, resolved)
        stack.enter_context(jax.enable_x64(True))
        lowered = lower(problem, resolved)
        known = truths(problem)
        outcome = minimise(
            lowered,
            resolved.method,
            resolved.stop,
            resolved.seed,
            measure=measure(lowered.model, known) if known else lambda parameters: {},
            watch=watch,
            keep=(lambda snapshot: write(checkpoint, pack(snapshot))) if checkpoint else lambda snapshot: None,
            resume=unpack(checkpoint) if checkpoint and again and checkpoint.exists() else None,
            stopping=stopping,
        )
    return Solution(problem, resolved, outcome, time.perf_counter() - started)


def lower(problem: Problem, resolved: Settings | None = None) -> System:
    """The residual blocks of a problem and its network at the start of a run, with its own settings by default."""
    chosen = resolved or settings(problem)
    with jax.enable_x64(True):
        return system(problem, chosen.architecture, chosen.plans, chosen.seed)


def open_run(folder: str | Path) -> Solution:
    """The solution in a folder that a run wrote, ended or not. Raises OSError or ValueError if there is none."""
    folder = Path(folder)
    problem = _read(folder)
    resolved = settings(problem)
    summary = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    if summary["status"] != "running":
        with np.load(folder / "network.npz", allow_pickle=False) as arrays:
            parameters = arrays["parameters"]
            points = tuple(arrays[f"points {k}"] for k in range(len(arrays.files) - 1))
        history = tuple(_records((folder / "history.csv").read_text(encoding="utf-8")))
    else:
        with jax.enable_x64(True):
            snapshot = unpack(folder / CHECKPOINT)(resolved.method.begin(lower(problem, resolved).start))
        parameters, history = np.asarray(snapshot.state.parameters), tuple(snapshot.history)
        points = snapshot.points
    outcome = Outcome(
        cast(Array, parameters),
        history,
        summary["status"],
        summary.get("compile_seconds", 0.0),
        cast(tuple[Array, ...], points),
    )
    return Solution(problem, resolved, outcome, summary.get("seconds", history[-1].seconds if history else 0.0))


def _read(folder: Path) -> Problem:
    """The problem of a run, with the settings that it had."""
    if not (folder / "spec.pde").exists() or not (folder / "settings.txt").exists():
        raise ValueError(f"{folder} holds no run of pdedsl")
    problem = loads((folder / "spec.pde").read_text(encoding="utf-8"), name=str(folder / "spec.pde"))
    lines = (folder / "settings.txt").read_text(encoding="utf-8").splitlines()
    return problem.with_choices(
        {key: read_choice(problem, key, value) for key, value in (line.split(" = ", 1) for line in lines)}
    )


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
