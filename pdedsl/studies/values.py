"""From words to the values of a sweep: lists, ranges, their logarithms, and points that fill a box evenly."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import scipy  # whose modules are imported when they are first named

from pdedsl.problem.domain import between
from pdedsl.vocabulary.spoken import split

MOST = 10_000
"""Runs of a sweep."""


@dataclass(frozen=True)
class Range:
    """The values of one parameter: those that were listed, or some from one to another."""

    name: str
    listed: tuple[float, ...] = ()
    low: float = 0.0
    high: float = 0.0
    count: int = 0
    """How many; 0 where that is left to a design."""
    logarithmic: bool = False

    @property
    def values(self) -> tuple[float, ...]:
        """All of them, in order."""
        return self.listed or tuple(self.at(np.linspace(0, 1, self.count)).tolist())

    def at(self, unit: np.ndarray) -> np.ndarray:
        """Values at parts of the way, from 0 to 1; ends are exact."""
        return between(self.low, self.high, unit, self.logarithmic)


def ranges(words: Sequence[str], number: Callable[[str, str], float]) -> tuple[Range, ...]:
    """`nu=0.01..0.1:20 log`, `a=1,2,3`, one word or several, as ranges. `number` reads a value of a parameter by its name.

    Raises ValueError with what is wrong.
    """
    found: list[Range] = []
    for word in (own for text in words for own in text.split()):
        if word == "log":
            if not found or (not found[-1].count and not found[-1].high):
                raise ValueError("`log` follows a range: nu=0.01..0.1:20 log")
            found[-1] = _logarithmic(found[-1])
            continue
        name, sign, text = word.partition("=")
        if not sign or not name or not text:
            raise ValueError(f"a sweep takes NAME=VALUES, as nu=0.1,0.2 or nu=0.01..0.1:20, not `{word}`")
        if any(own.name == name for own in found):
            raise ValueError(f"{word}: `{name}` is swept twice")
        low, dots, rest = text.partition("..")
        if not dots:
            found.append(Range(name, tuple(dict.fromkeys(number(own, name) for own in split(text)))))
            continue
        high, colon, count = rest.partition(":")
        if not low or not high:
            raise ValueError(f"{word}: a range has two ends, as {name}=0.01..0.1:20")
        if colon and (not count.isdigit() or int(count) < 2):
            raise ValueError(f"{word}: after the colon comes how many values there are, at least 2")
        own = Range(name, (), number(low, name), number(high, name), int(count or 0))
        if own.count > MOST:
            raise ValueError(f"{word}: {own.count} values are more than the {MOST} that a sweep takes")
        if own.low == own.high:
            raise ValueError(f"{word}: the ends are the same")
        found.append(own)
    return tuple(found)


def _logarithmic(own: Range) -> Range:
    if own.low * own.high <= 0:
        raise ValueError(
            f"`{own.name}` from {own.low:g} to {own.high:g} has no logarithm: its ends are not of one sign"
        )
    return Range(own.name, (), own.low, own.high, own.count, True)


Cells = tuple[tuple[float, ...], ...]
"""A value of each parameter for each run."""


def grid(own: Sequence[Range]) -> Cells:
    """All combinations, the last parameter fastest. Raises ValueError for a range without a number of values."""
    for each in own:
        if not each.listed and not each.count:
            raise ValueError(f"`{each.name}` from {each.low:g} to {each.high:g}: how many values? {each.name}=a..b:20")
    if np.prod([float(len(each.values)) for each in own]) > MOST:
        raise ValueError(f"that are more than {MOST} runs")
    return tuple(product(*(each.values for each in own)))


def designed(own: Sequence[Range], design: str) -> Cells:
    """`sobol:64`: points that fill the box of some ranges evenly. Raises ValueError for another design."""
    kind, colon, count = design.partition(":")
    if kind != "sobol" or not colon or not count.isdigit() or not 1 <= int(count) <= MOST:
        raise ValueError(f"a design is sobol:N, N points that fill the box of the ranges evenly, not `{design}`")
    for each in own:
        if each.listed or each.count:
            raise ValueError(f"with a design `{each.name}` is a range without a number: {each.name}=a..b")
    n = int(count)
    unit = scipy.stats.qmc.Sobol(len(own), scramble=False).random_base2(max(0, int(np.ceil(np.log2(n)))))[:n]
    return tuple(zip(*(each.at(column).tolist() for each, column in zip(own, unit.T, strict=True)), strict=True))


def path(cells: Cells) -> list[int]:
    """An order of the cells in which each is near the one before: the nearest one that is left, over the ranges of all values."""
    at = np.asarray(cells, float).reshape(len(cells), -1)
    extent = np.ptp(at, axis=0)
    at, left, found = at / np.where(extent > 0, extent, 1.0), np.ones(len(cells), bool), [0]
    left[0] = False
    while left.any():
        distance = np.where(left, np.sum((at - at[found[-1]]) ** 2, axis=1), np.inf)
        found.append(int(distance.argmin()))
        left[found[-1]] = False
    return found
