"""From the slopes of a solution, or of what it begins as, to how coordinates are stretched for it."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import scipy  # whose modules are imported when they are first named
import sympy as sp

from pdedsl.problem.evaluate import evaluate
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Initial
from pdedsl.problem.symbol import MultiIndex
from pdedsl.spaces.collocation import Expansion, split
from pdedsl.spaces.stretch import Stretch, places, stretched

LINES, GRID = 16, 400
"""Along how many lines, and at how many points of each, it is seen where a solution is steep."""
NODES, HIGHEST = 512, 400
"""Points of each line at which it is seen what degree holds what fields begin as, and the highest one that is looked for."""
APART = 0.1
"""How far two ways of stretching differ, over an interval of length 2, so that one is not the other."""

Stretches = tuple[Stretch | None, ...]
"""How each coordinate of a problem is stretched."""
Slopes = Callable[[int, np.ndarray], Iterable[np.ndarray]]
"""A column and points of shape (n, d) to the slopes of some functions along that coordinate, shape (n,) each."""


def steep(
    problem: Problem,
    axes: Sequence[int],
    slopes: Slopes,
    points: Sequence[np.ndarray],
    base: Stretches,
    mirrors: Sequence[Mapping[int, int]],
) -> Stretches:
    """How some coordinates are stretched for slopes along lines through points of shape (n, d), of several times; `base` is how
    they are seen now, and how the others stay. `mirrors` are the parities of the fields.
    """
    found = list(base)
    for axis in axes:
        interval, own = problem.bounds[axis], base[axis]
        x = places(np.linspace(-1, 1, GRID), interval, own)
        profiles = []
        for moment in points:
            lines = np.repeat(moment[:LINES, None], GRID, axis=1)
            lines[:, :, axis] = x
            for slope in slopes(axis, lines.reshape(-1, lines.shape[2])):
                size = np.nan_to_num(np.abs(slope), posinf=0.0)
                profiles.append((x, np.broadcast_to(size, lines.shape[0] * GRID).reshape(-1, GRID).max(axis=0)))
        found[axis] = stretched(profiles, interval, any(axis in parity for parity in mirrors)) if profiles else None
    return tuple(found)


def solution_slopes(fields: Sequence[Expansion], coefficients: np.ndarray) -> Slopes:
    """Those of a solution."""

    def slopes(axis: int, points: np.ndarray) -> Iterable[np.ndarray]:
        index: MultiIndex = tuple(int(k == axis) for k in range(points.shape[1]))
        for field, c in zip(fields, split(fields, coefficients), strict=True):
            if axis in field.basis.axes:
                yield field.values(c, points, index)

    return slopes


def said_at_start(problem: Problem) -> list[tuple[int, sp.Expr]]:
    """What fields, by their place, are said to be at the start."""
    places: dict[object, int] = {f.expression: place for place, f in enumerate(problem.fields)}
    initial = (own for own in problem.conditions if isinstance(own, Initial))
    parts = (part for own in initial for part in zip(own.lhs, own.rhs, strict=True))
    return [(places[left], right) for left, right in parts if left in places]


def initial_degree(problem: Problem, axis: int, points: np.ndarray, part: float, stretch: Stretch | None = None) -> int:
    """The degree along a coordinate, which may be stretched, from which what fields are said to be at the start holds less than a
    part of its largest coefficient, on lines through points of shape (n, d); 0 where no degree below `HIGHEST` does.
    """
    interval, circular = problem.bounds[axis], problem.coordinates[axis].periodic
    s = 2 * np.arange(NODES) / NODES - 1 if circular else np.cos(np.pi * (np.arange(NODES) + 0.5) / NODES)
    lines = np.repeat(points[:LINES, None], NODES, axis=1)
    lines[:, :, axis] = places(s, interval, stretch)
    at, needed = problem.domain.at(lines.reshape(-1, lines.shape[2])), 0
    for _, value in said_at_start(problem):
        own = np.broadcast_to(np.asarray(evaluate(value, at), float), lines.shape[0] * NODES).reshape(-1, NODES)
        found = np.abs(scipy.fft.rfft(own) if circular else scipy.fft.dct(own)).max(axis=0)
        held = np.flatnonzero(found > part * found.max(initial=0.0))
        needed = max(needed, int(held.max(initial=0)))
    return needed if needed < HIGHEST else 0


def initial_slopes(problem: Problem) -> Slopes:
    """Those of what fields are said to be at the start."""
    said = said_at_start(problem)

    def slopes(axis: int, points: np.ndarray) -> Iterable[np.ndarray]:
        for _, value in said:
            yield np.asarray(evaluate(sp.diff(value, problem.symbols[axis]), problem.domain.at(points)), float)

    return slopes


def differ(problem: Problem, new: Stretches, old: Stretches) -> bool:
    """Whether coordinates are stretched otherwise."""
    for own, other, interval in zip(new, old, problem.bounds, strict=True):
        first, second = (own, other) if own is not None else (other, own)
        if first is not None and first.apart(second, interval) > APART:
            return True
    return False
