"""From values of parameters and seeds to runs, each from the solution of values near its own."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path

import xarray as xr

from pdedsl.analysis.verdict import Verdict
from pdedsl.numerics.quantities import Quantity
from pdedsl.planning.spelling import made_of
from pdedsl.runs.files import write
from pdedsl.runs.solution import Solution
from pdedsl.studies.values import Cells, path

KEPT = "sweep.json"
"""In the folder of a sweep: its values and seeds. Each run has a folder of its own below it."""


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
    """Values of some parameters, each with some seeds."""

    names: tuple[str, ...]
    cells: Cells
    """A value of each parameter, for one solution after another."""
    seeds: int = 1
    cold: bool = False
    """Whether each begins from nothing, and not with the solution of values near it."""

    @cached_property
    def members(self) -> tuple[Member, ...]:
        """In an order in which values are near those before; seeds of the same values one after another."""
        cells = [tuple(zip(self.names, self.cells[k], strict=True)) for k in path(self.cells)]
        return tuple(Member(cell, seed) for cell in cells for seed in range(self.seeds))


@dataclass(frozen=True)
class Row:
    """What came of one run; a solution itself may be large."""

    member: Member
    errors: Mapping[str, float]
    """Of the fields of which a solution is known, relative to their variation."""
    estimates: Mapping[str, float]
    verdict: Verdict
    status: str
    space: str
    unknowns: int
    """How many numbers the solution is made of."""
    steps: int
    seconds: float
    reports: tuple[Quantity, ...]
    data: xr.Dataset
    """The fields on a grid."""
    drawn: bool
    """Whether another seed would give another solution."""

    @property
    def error(self) -> float:
        """Of the worst field: against what is known of it, or else estimated."""
        return max((self.errors or self.estimates).values(), default=float("nan"))


def row_of(member: Member, solution: Solution) -> Row:
    """What a table, a figure and a file have of a run."""
    data = solution.dataset()
    fields = [name for name, own in data.data_vars.items() if own.attrs["origin"] == "solution"]
    return Row(
        member,
        solution.errors,
        {e.field: e.relative for e in solution.estimates},
        solution.verdict,
        solution.status,
        made_of(solution.plan, solution.solved.space),
        int(solution.outcome.parameters.shape[0]),
        solution.history[-1].step,
        solution.seconds,
        solution.reports,
        data[fields],
        solution.has_network,
    )


def sweep(plan: Sweep, run: Callable[[Member, Solution | None], Solution]) -> Iterator[Row]:
    """The runs of a sweep, one after another, up to the first that was interrupted.

    `run` is given a member, and the solution to begin with: the last one that was solved. Polynomials draw nothing: one seed
    says what all would.
    """
    before: Solution | None = None
    for _, members in groupby(plan.members, lambda member: member.values):
        first: Solution | None = None
        for member in members:
            solution = run(member, None if plan.cold else before)
            first = first or solution
            yield row_of(member, solution)
            if solution.status == "interrupted":
                return
            if not solution.has_network:
                break
        if first is not None and (before is None or first.verdict.word != "not solved"):
            before = first


def begin(folder: Path, plan: Sweep) -> None:
    """Note which runs a sweep has, so that it can go on where it was stopped."""
    told = {"names": plan.names, "cells": plan.cells, "seeds": plan.seeds, "cold": plan.cold}
    write(folder / KEPT, json.dumps(told).encode())


def kept(folder: Path) -> Sweep | None:
    """The sweep in a folder; None if it holds none. ValueError if that cannot be read."""
    file = folder / KEPT
    if not file.exists():
        return None
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        names = tuple(map(str, told["names"]))
        cells = tuple(tuple(map(float, cell)) for cell in told["cells"])
        if not cells or any(len(cell) != len(names) for cell in cells):
            raise ValueError("values are missing")
        return Sweep(names, cells, int(told["seeds"]), bool(told["cold"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{file} does not name the runs of a sweep") from error
