"""From values of parameters and seeds to runs, and from those to a table, a LaTeX table and a figure of their errors."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby, product
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from pdedsl.pictures.panels import INK
from pdedsl.pictures.plot import as_png
from pdedsl.planning.spelling import made_of
from pdedsl.runs.files import write
from pdedsl.runs.solution import Solution
from pdedsl.vocabulary.columns import as_csv

KEPT = "sweep.json"
"""In the folder of a sweep: its values and seeds. Each run has a folder of its own below it."""
WIDE = 20.0
"""Ratio of the largest and the smallest value from which an axis is logarithmic."""


@dataclass(frozen=True)
class Member:
    """One run of a sweep."""

    values: tuple[tuple[str, float], ...]
    """Of the parameters."""
    seed: int

    @property
    def name(self) -> str:
        """That of its folder."""
        return "-".join([*(f"{name}={value:.12g}" for name, value in self.values), f"seed={self.seed}"])


@dataclass(frozen=True)
class Sweep:
    """All combinations of the values of some parameters, each with some seeds."""

    grid: tuple[tuple[str, tuple[float, ...]], ...]
    """The values of each parameter."""
    seeds: int = 1
    follows: bool = False
    """Whether each run begins with the solution of the values before."""

    @property
    def members(self) -> tuple[Member, ...]:
        """Seeds of the same values one after another."""
        names = [name for name, _ in self.grid]
        cells = product(*(values for _, values in self.grid))
        return tuple(Member(tuple(zip(names, cell, strict=True)), seed) for cell in cells for seed in range(self.seeds))


@dataclass(frozen=True)
class Row:
    """What came of one run."""

    member: Member
    solution: Solution

    @property
    def error(self) -> float:
        """Of the worst field, relative to its variation: against what is known of it, or else estimated."""
        known = self.solution.errors.values() or [e.relative for e in self.solution.estimates]
        return max(known, default=float("nan"))

    @property
    def unknowns(self) -> int:
        """How many numbers the solution is made of."""
        return int(self.solution.outcome.parameters.shape[0])


def sweep(plan: Sweep, run: Callable[[Member, Solution | None], Solution]) -> tuple[Row, ...]:
    """The runs of a sweep, up to the first that was interrupted.

    `run` is given a member, and the solution to begin with. Polynomials draw nothing: one seed says what all would.
    """
    rows: list[Row] = []
    before: Solution | None = None
    for _, members in groupby(plan.members, lambda member: member.values):
        own: list[Row] = []
        for member in members:
            own.append(Row(member, run(member, before if plan.follows else None)))
            if own[-1].solution.status == "interrupted":
                return (*rows, *own)
            if not own[-1].solution.has_network:
                break
        rows += own
        before = own[0].solution
    return tuple(rows)


def begin(folder: Path, plan: Sweep) -> None:
    """Note which runs a sweep has, so that it can go on where it was stopped."""
    told = {"grid": {name: list(values) for name, values in plan.grid}, "seeds": plan.seeds, "follows": plan.follows}
    write(folder / KEPT, json.dumps(told).encode())


def kept(folder: Path) -> Sweep | None:
    """The sweep in a folder; None if it holds none. ValueError if that cannot be read."""
    path = folder / KEPT
    if not path.exists():
        return None
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        grid = tuple((str(name), tuple(map(float, values))) for name, values in told["grid"].items())
        return Sweep(grid, int(told["seeds"]), bool(told["follows"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path} does not name the runs of a sweep") from error


# ---- what came of it -----------------------------------------------------------------------------------------------------


def columns(rows: Sequence[Row]) -> dict[str, list[Any]]:
    """A row a run, by column."""
    found: dict[str, list[Any]] = {name: [] for name, _ in rows[0].member.values}
    for row in rows:
        solution = row.solution
        told = {
            **dict(row.member.values),
            "seed": row.member.seed,
            "error": max(solution.errors.values(), default=""),
            "estimate": max((e.relative for e in solution.estimates), default=""),
            "verdict": solution.verdict.word,
            "space": made_of(solution.plan, solution.solved.space),
            "unknowns": row.unknowns,
            "steps": solution.history[-1].step,
            "seconds": round(solution.seconds, 2),
        }
        for name, value in told.items():
            found.setdefault(name, []).append(value)
    return found


def summarised(rows: Sequence[Row]) -> tuple[list[str], list[list[str]]]:
    """A head, and a row for each combination of values: medians over the seeds, and the range of errors if there are several."""
    several = any(row.member.seed for row in rows)
    known = all(row.solution.errors for row in rows)
    names = [name for name, _ in rows[0].member.values]
    head = [*names, "error" if known else "estimated error", *(["best", "worst"] if several else [])]
    found = []
    for values, own in ((v, list(g)) for v, g in groupby(rows, lambda row: row.member.values)):
        errors = [row.error for row in own]
        shown = [float(np.median(errors)), *([min(errors), max(errors)] if several else [])]
        seconds = float(np.median([row.solution.seconds for row in own]))
        unknowns = int(np.median([row.unknowns for row in own]))
        found.append([*(f"{v:.6g}" for _, v in values), *(f"{e:.1e}" for e in shown), str(unknowns), f"{seconds:.1f}"])
    return [*head, "unknowns", "seconds"], found


def latex(rows: Sequence[Row]) -> str:
    """The same as a LaTeX table."""
    head, body = summarised(rows)
    names = len(rows[0].member.values)

    def power(cell: str) -> str:
        mantissa, _, exponent = cell.partition("e")
        return f"${mantissa} \\cdot 10^{{{int(exponent)}}}$" if exponent else cell

    titles = [f"$\\mathtt{{{name}}}$".replace("_", r"\_") for name in head[:names]] + head[names:]
    lines = [" & ".join(cells) + r" \\" for cells in (titles, *([power(c) for c in cells] for cells in body))]
    return "\n".join(
        [
            rf"\begin{{tabular}}{{{'r' * len(head)}}}",
            r"\hline",
            lines[0],
            r"\hline",
            *lines[1:],
            r"\hline",
            r"\end{tabular}",
        ]
    )


def figure(rows: Sequence[Row], title: str) -> Figure:
    """Error and time against the first parameter: a line for each combination of the others, a dot for each run."""
    picture = Figure(figsize=(11, 4.6), layout="constrained")
    axes = picture.subplots(1, 2)
    name = rows[0].member.values[0][0]
    lines = sorted({row.member.values[1:] for row in rows})
    for colour, others in zip(INK * len(lines), lines, strict=False):
        own = [row for row in rows if row.member.values[1:] == others]
        x = np.asarray([row.member.values[0][1] for row in own])
        label = ", ".join(f"{key} = {value:.6g}" for key, value in others)
        for panel, y in zip(axes, ([r.error for r in own], [r.solution.seconds for r in own]), strict=True):
            places = np.unique(x)
            middle = [float(np.median(np.asarray(y)[x == place])) for place in places]
            panel.plot(places, middle, color=colour, linewidth=2, label=label)
            panel.plot(x, y, "o", color=colour, markersize=5, alpha=0.7)
    values = np.asarray([row.member.values[0][1] for row in rows])
    for panel, label in zip(axes, (summarised(rows)[0][len(rows[0].member.values)], "seconds"), strict=True):
        panel.set(xlabel=name, ylabel=label)
        if values.min() > 0 and values.max() > WIDE * values.min():
            panel.set_xscale("log")
        panel.grid(alpha=0.25)
    axes[0].set_yscale("log")
    axes[1].set_ylim(bottom=0)
    if len(lines) > 1:
        picture.legend(
            *axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4, fontsize=9, frameon=False
        )
    picture.suptitle(title, fontsize=14)
    return picture


def save(rows: Sequence[Row], folder: Path, title: str) -> None:
    """Write `table.csv`, a row a run, `table.tex` and `sweep.png`."""
    write(folder / "table.csv", as_csv(columns(rows)).encode())
    write(folder / "table.tex", (latex(rows) + "\n").encode())
    write(folder / "sweep.png", as_png(figure(rows, title)))
