"""Families of problems, the error of each member against its exact solution: `python -m benchmarks.family [NAME ...]`.

The median and the worst of 41 values of the parameters, each relative to the variation of that solution, on random points; where no
exact solution is known, of 10 values against single solves. Of the plate it is the largest stress at five of them, relative to
that of single solves.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.goals import SPECS
from benchmarks.lines import solved
from pdedsl.analysis.family import Family
from pdedsl.runs.run import solve
from pdedsl.runs.solution import Solution
from pdedsl.stages.load import load
from pdedsl.studies.members import members


@dataclass(frozen=True)
class Line:
    """A spec of `specs/family`, and what its worst member is to reach."""

    name: str
    goal: float
    seconds: float = 60.0
    reached: bool = True
    """Whether it does; what does not is no test."""
    report: str = ""
    """The report that is compared, for values of the one parameter; the fields where none is named."""


LINES = (
    Line("convection", 1e-8),
    Line("helmholtz", 1e-8),
    Line("fin", 1e-10),
    Line("corner", 1e-10),
    Line("modes", 1e-12),
    Line("modes32", 1e-8, 120.0),
    Line("layers", 1e-6),
    Line("reaction", 1e-6),
    Line("burgers", 1e-4),
    Line("darcy", 3e-3, 60.0),
    Line("darcy8", 3e-2, reached=False),  # its median 4e-4 (goal 1e-3), the estimate 1e-3: rough
    Line("ring", 1e-8, 20.0),
    Line("plate", 1e-3, report="worst"),
)
SINGLE = "polynomials(20) + corners"
"""The space of single solves for reports."""


def reported(found: Solution, path: Path, name: str) -> Family:
    """How far a report is off for some values of the one parameter, against single solves."""
    own = next(q for q in found.reports if q.name == name)
    assert own.times is not None
    every = slice(None, None, (len(own.times) - 1) // 4)
    values, errors = own.times[every], []
    for at, mine in zip(values, own.values[every], strict=True):
        alone = solve(load(path, {own.along: float(at)}), space=SINGLE)
        errors.append(abs(mine / next(q for q in alone.reports if q.name == name).values[0] - 1))
    return Family(name, {own.along: values}, np.asarray(errors), "against single solves")


def main(names: list[str]) -> None:
    """Solve each and print a line."""
    print(f"{'spec':12s} {'median':>8s} {'worst':>8s} {'goal':>7s} {'seconds':>8s}  verdict, where the worst is")
    for line, found, seconds in solved("family", LINES, names):
        path = SPECS / "family" / f"{line.name}.pde"
        own = found.families[0]
        if line.report:
            own = reported(found, path, line.report)
        elif not own.known:
            (own,) = members(found, lambda at, path=path: load(path, at), 10)
        words = f"{found.verdict.word}; {own.where}"
        print(
            f"{line.name:12s} {own.median:8.1e} {own.worst:8.1e} {line.goal:7.0e} {seconds:8.1f}  {words}", flush=True
        )


if __name__ == "__main__":
    main(sys.argv[1:])
