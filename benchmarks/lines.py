"""Specs of a folder, solved one after another."""

import time
from collections.abc import Iterator, Sequence
from typing import Protocol, TypeVar

import pdedsl
from benchmarks.goals import SPECS
from pdedsl.runs.solution import Solution


class Line(Protocol):
    """A spec by its name, and a limit of time."""

    @property
    def name(self) -> str: ...

    @property
    def seconds(self) -> float: ...


Own = TypeVar("Own", bound=Line)


def solved(folder: str, lines: Sequence[Own], names: Sequence[str]) -> Iterator[tuple[Own, Solution, float]]:
    """Each of some specs, by default all, with its solution and the seconds that it took."""
    for line in lines:
        if not names or line.name in names:
            begun = time.perf_counter()
            found = pdedsl.solve(pdedsl.load(SPECS / folder / f"{line.name}.pde"), time_limit=line.seconds)
            yield line, found, time.perf_counter() - begun
