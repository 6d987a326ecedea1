"""From one problem and several methods, or spaces, to a table and the figures of their race."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pdedsl.pictures.panels import INK
from pdedsl.pictures.plot import as_png
from pdedsl.planning.plan import Clock
from pdedsl.problem.problem import Problem
from pdedsl.runs.files import write as write_file
from pdedsl.runs.run import solve
from pdedsl.runs.solution import Solution
from pdedsl.solver.record import Record
from pdedsl.vocabulary.columns import as_csv


@dataclass(frozen=True)
class Race:
    """The runs of one method, or of one space, one a seed."""

    method: str
    """Or the space."""
    runs: tuple[Solution, ...]

    def error(self, record: Record) -> float:
        """What is compared: the worst error of a field, or the loss where nothing is known."""
        return max(record.errors.values(), default=record.loss)

    @property
    def finals(self) -> list[float]:
        return [self.error(run.history[-1]) for run in self.runs]

    def columns(self, record: Record) -> float:
        """The number of coefficients with which something was found: of a network all of them."""
        own = self.runs[0]
        return len(own.outcome.parameters) if own.has_network else record.rank


def compare(
    problem: Problem,
    methods: Sequence[str],
    seconds: float,
    seeds: int,
    watch: Callable[[str, int, Solution], None] = lambda method, seed, run: None,
    spaces: Sequence[str] = (),
) -> tuple[Race, ...]:
    """Solve a problem by each method and in each space, for the same time of training, without hard limits of steps.

    With each seed, where a network makes them differ.
    """
    found = []
    for key, names in (("method", methods), ("space", spaces)):
        for name in names:
            runs = list[Solution]()
            while len(runs) < (seeds if not runs or runs[0].has_network else 1):
                clock, seed = Clock(training_alone=True), len(runs)
                choices: dict[str, Any] = {key: name}
                runs.append(solve(problem, seed=seed, time_limit=seconds, clock=clock, **choices))
                watch(name, seed, runs[-1])
            found.append(Race(name, tuple(runs)))
    return tuple(found)


def table(races: Sequence[Race]) -> str:
    """A row each, in Markdown: the error at the end (median, best and worst seed), columns, steps, milliseconds a step."""
    lines = ["| method | error | best | worst | columns | steps | ms a step |", "|---|---|---|---|---|---|---|"]
    for entry in races:
        steps = float(np.median([run.history[-1].step for run in entry.runs]))
        pace = float(np.median([1e3 * r.history[-1].seconds / r.history[-1].step for r in entry.runs]))
        finals = entry.finals
        lines.append(
            f"| {entry.method} | {np.median(finals):.1e} | {min(finals):.1e} | {max(finals):.1e} "
            f"| {len(entry.runs[0].outcome.parameters)} | {steps:.0f} | {pace:.3g} |"
        )
    return "\n".join(lines)


def figure(problem: Problem, races: Sequence[Race]) -> Figure:
    """Error against steps, seconds and columns: the median over seeds as a line, the quartiles as a band."""
    picture = Figure(figsize=(15, 5.2), layout="constrained")
    left, middle, right = picture.subplots(1, 3, sharey=True)
    for number, (colour, entry) in enumerate(zip(INK * 4, races, strict=False)):
        _band(left, entry, lambda r: r.step, colour)
        _band(middle, entry, lambda r: r.seconds, colour)
        points = [
            (entry.columns(r), entry.error(r))
            for run in entry.runs
            for r in run.history[-1 if run.has_network else 0 :]
        ]
        right.semilogy(*zip(*points, strict=True), "os^D"[number % 4], color=colour, markersize=5)
    known = any(r.errors for entry in races for run in entry.runs for r in run.history)
    left.set(xlabel="steps", ylabel="error over variation" if known else "loss", xscale="log")
    middle.set(xlabel="seconds of training")
    right.set(xlabel="columns")
    for axes in (left, middle, right):
        axes.grid(alpha=0.25)
    picture.legend(*middle.get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=9, frameon=False)
    picture.suptitle(problem.title, fontsize=14)
    return picture


def _band(axes: Axes, entry: Race, along: Callable[[Record], float], colour: str) -> None:
    held = [[r for r in run.history if r.errors] or run.history for run in entry.runs]
    tracks = [([along(r) for r in own], [entry.error(r) for r in own]) for own in held]
    ends = [x[-1] for x, _ in tracks]
    first = max(x[0] for x, _ in tracks)
    grid = np.geomspace(max(first, 1e-3), float(np.median(ends)), 200)
    errors = np.stack([np.interp(grid, x, np.log10(np.maximum(y, 1e-300))) for x, y in tracks])
    low, middle, high = 10.0 ** np.percentile(errors, [25, 50, 75], axis=0)
    axes.semilogy(grid, middle, color=colour, linewidth=2, label=entry.method)
    axes.fill_between(grid, low, high, color=colour, alpha=0.2, linewidth=0)


def write(races: Sequence[Race], problem: Problem, folder: Path) -> None:
    """Table, figure and the histories of all runs."""
    folder.mkdir(parents=True, exist_ok=True)
    write_file(folder / "table.md", (table(races) + "\n").encode())
    write_file(folder / "comparison.png", as_png(figure(problem, races)))
    rows = [
        (e.method, seed, r.step, r.seconds, r.loss, e.error(r))
        for e in races
        for seed, run in enumerate(e.runs)
        for r in run.history
    ]
    names = ("method", "seed", "step", "seconds", "loss", "error")
    write_file(folder / "histories.csv", as_csv(dict(zip(names, zip(*rows, strict=True), strict=True))).encode())
