"""From a solution to its branch, in two spaces: points of it, folds and bifurcations with their errors, a table and a diagram."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from pathlib import Path
from textwrap import fill

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from pdedsl.pictures.grid import as_netcdf, over
from pdedsl.pictures.panels import INK
from pdedsl.pictures.plot import as_png
from pdedsl.planning.degrees import shrunk
from pdedsl.planning.functions import columns as columns_of
from pdedsl.problem.problem import Problem
from pdedsl.runs.files import write
from pdedsl.runs.solution import Solution
from pdedsl.spaces.space import polynomials_of
from pdedsl.stages.branch import Branch, Kind, Point
from pdedsl.studies.trail import Trail
from pdedsl.vocabulary.columns import as_csv

SHARES = (1.5, 2.0, 3.0, 4.5)
"""The degrees of the spaces, relative to those of the first solution: as many of them as it takes to hold the branch, at least two.
The last one is what is shown, the one before tells its error.
"""
LEAST, MANY, FEWER = 12, 300, 0.9
"""The degree that these are relative to, at least: a solution that is constant says nothing of others. But fewer, in steps, where the
first space would have more than so many functions: symmetries of the solution are none of a branch that breaks them. From a space
with more than these no larger one is tried.
"""
ROUNDED = 1e-15
"""The part of a value of the parameter that is not known of it: rounding."""
ALONG, PLACES = 201, 5000
"""Places along each coordinate at which the fields of each solution are written, and of all the grid, at most."""
MARKS: dict[Kind, tuple[str, str]] = {"fold": ("o", INK[5]), "bifurcation": ("D", INK[1])}


@dataclass(frozen=True)
class Special:
    """A fold or a bifurcation."""

    point: Point
    error: float
    """Of the value of the parameter: what it changes from one space to the other. Not a number where only one has it."""

    def line(self, name: str) -> str:
        """What it is, in words."""
        off = f" +- {self.error:.0e}" if self.error == self.error else ", in one of two spaces only: not sure"
        return f"{self.point.kind} at {name} = {self.point.parameter:.10g}{off}"


@dataclass(frozen=True)
class Followed:
    """A branch."""

    name: str
    """Of the parameter."""
    points: tuple[Point, ...]
    specials: tuple[Special, ...]
    branch: Branch
    """What has the fields of its points."""

    @property
    def stuck(self) -> str:
        """Why it ends where nothing says that it does, in words."""
        return self.branch.stuck

    def dataset(self) -> xr.Dataset:
        """The fields of all points on a grid, and what `branch.csv` tells of them."""
        problem, names = self.branch.problem, [c.name for c in self.branch.problem.coordinates]
        along = min(ALONG, round(PLACES ** (1 / max(1, len(names)))))
        axes = {n: np.linspace(*ends, along) for n, ends in zip(names, problem.bounds, strict=True)}
        solved = replace(problem, fields=problem.fields[:-1])
        each = [over(solved, partial(self.branch.values, point), axes) for point in self.points]
        told = {name.replace(" ", "_"): ("point", np.asarray(column)) for name, column in columns(self).items()}
        fields = {name: xr.concat([own[name] for own in each], "point") for name in each[0]}
        return xr.Dataset({**told, **fields}, axes, {"Conventions": "CF-1.11"}).set_coords([self.name, "length"])


def follow(
    solution: Solution,
    name: str,
    interval: tuple[float, float],
    most: int,
    stopping: Callable[[], bool] = lambda: False,
    evolution: Problem | None = None,
    switch: bool = False,
    trail: Trail | None = None,
) -> Followed:
    """The branch of a solution for the value at one end of an interval of a parameter, towards the other end.

    Its solutions may be the steady states of an `evolution`: then it is told how many modes grow. `switch` follows those branches, too,
    that cross it at bifurcations. A `trail` keeps its points, and goes on from those that it has. Raises ValueError where it cannot be
    followed: solutions of networks, or in pieces of time.
    """
    trail = trail or Trail()
    warm = solution.solved.warm
    if warm is None:
        raise ValueError("branches are followed from solutions in polynomials that converged: this one is not")
    found, own = list[tuple[Branch, list[Point]]](), polynomials_of(warm.space)
    least = 1.0 if own is None else max(1.0, LEAST / max(own.degrees))
    while columns_of(solution.problem, shrunk(warm.space, SHARES[0] * least), "none") > MANY:
        least *= FEWER
    for share in SHARES:
        branch, points = Branch(solution.problem, name, warm, interval, least * share, evolution), list[Point]()
        known = trail.known(share, branch)
        for point in trail.along(share, _all(branch, interval[1], most, switch, known)):
            points.append(point)
            if stopping():
                break
        found.append((branch, points))
        if stopping() or (len(found) > 1 and (not branch.stuck or branch.system.size > MANY)):
            break
    (_, coarse), (branch, fine) = found[-2:][0], found[-1]
    return Followed(name, tuple(fine), tuple(_specials(coarse, fine)), branch)


def _specials(coarse: Sequence[Point], fine: Sequence[Point]) -> Iterator[Special]:
    """The folds and bifurcations of all branches, with what they are off by: those of the smaller space come in the same order."""

    def those(points: Sequence[Point], branch: int) -> list[Point]:
        return [p for p in points if p.kind and p.branch == branch]

    for branch in sorted({p.branch for p in fine}):
        before = those(coarse, branch)
        for k, own in enumerate(those(fine, branch)):
            alike = k < len(before) and before[k].kind == own.kind
            moved = abs(before[k].parameter - own.parameter) if alike else float("nan")
            yield Special(own, max(moved, ROUNDED * abs(own.parameter)))  # not a number stays so


def _all(branch: Branch, towards: float, most: int, switch: bool, known: Sequence[Point]) -> Iterator[Point]:
    """The points of a branch, then those of all that cross it, to either side; those that are `known` first."""

    def own(number: int) -> list[Point]:
        return [point for point in known if point.branch == number]

    yield from branch.followed(towards, most, own(0))
    sides = [(crossing, sense) for crossing in branch.crossings for sense in (1.0, -1.0)] if switch else []
    for number, (crossing, sense) in enumerate(sides, 1):
        for point in branch.switched(crossing, sense, most, own(number)):
            yield replace(point, branch=number)


def columns(found: Followed) -> dict[str, list[object]]:
    """A row a point, by column."""
    points = found.points
    return {
        found.name: [p.parameter for p in points],
        "branch": [p.branch for p in points],
        "length": [p.length for p in points],
        "kind": [p.kind for p in points],
        **({} if points[0].unstable is None else {"unstable modes": [p.unstable for p in points]}),
        **{f"rms {name}": [p.sizes[name] for p in points] for name in points[0].sizes},
        **{name: [p.reports[name] for p in points] for name in points[0].reports},
    }


def diagram(found: Followed, title: str) -> Figure:
    """The reports, or else the sizes of the fields, against the parameter; folds and bifurcations marked."""
    drawn: Sequence[str] = list(found.points[0].reports) or list(found.points[0].sizes)
    told = [replace(p, reports=p.reports or p.sizes) for p in found.points]
    picture = Figure(figsize=(6.4 * len(drawn[:3]), 4.8), layout="constrained")
    for axes, name in zip(picture.subplots(1, len(drawn[:3]), squeeze=False)[0], drawn[:3], strict=True):
        for number, own in groupby(told, lambda p: p.branch):
            line, colour = list(own), INK[number % len(INK)]
            for stable, part in _parts(line):
                x, y = [p.parameter for p in part], [p.reports[name] for p in part]
                axes.plot(x, y, color=colour, linewidth=2, linestyle="-" if stable else (0, (2, 1.5)))
        if any(p.unstable for p in told):
            axes.plot([], [], color=INK[4], linewidth=2, label="stable")
            axes.plot([], [], color=INK[4], linewidth=2, linestyle=(0, (2, 1.5)), label="unstable")
        for kind, (mark, colour) in MARKS.items():
            own = [p for p in told if p.kind == kind]
            if own:
                x, y = [p.parameter for p in own], [p.reports[name] for p in own]
                axes.plot(x, y, mark, color=colour, markersize=7, label=kind)
        title_of = name if found.points[0].reports else f"root mean square of {name}"
        axes.set(xlabel=found.name, title=title_of)
        axes.grid(alpha=0.25)
        if axes.get_legend_handles_labels()[1]:
            axes.legend(frameon=False)
    picture.suptitle(fill(title, 60 * len(drawn[:3])), fontsize=14, parse_math=False)
    return picture


def _parts(line: Sequence[Point]) -> Iterator[tuple[bool, list[Point]]]:
    """The stable and the unstable parts of a branch, from one fold or bifurcation to the next; all is one where that is not known."""

    def stable(k: int) -> bool:
        """From a point to the next one: a fold, or a bifurcation, is what comes after it."""
        return not line[min(k + bool(line[k].kind), len(line) - 1)].unstable

    for own, places in groupby(range(len(line)), stable):
        first, *rest = places
        yield own, list(line[first : (rest[-1] if rest else first) + 2])


def save(found: Followed, folder: Path, title: str) -> None:
    """Write `branch.csv`, a row a point, `branch.nc` with their fields, `branch.json` with folds and bifurcations, and `branch.png`."""
    told = [
        {"kind": s.point.kind, found.name: s.point.parameter, "error": None if s.error != s.error else s.error}
        for s in found.specials
    ]
    write(folder / "branch.csv", as_csv(columns(found)).encode())
    write(folder / "branch.nc", as_netcdf(found.dataset()))
    write(folder / "branch.json", (json.dumps(told, indent=1) + "\n").encode())
    write(folder / "branch.png", as_png(diagram(found, title)))
