"""From measured fields to the degrees of polynomials that hold what was measured: those with which it is worth beginning."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pdedsl.planning.functions import columns, expansions
from pdedsl.problem.problem import Problem
from pdedsl.spaces.coarse import least_squares
from pdedsl.spaces.measured import Measured
from pdedsl.spaces.space import Polynomials, Size

FITTED, GROWTH = 1.5, 1.3
"""The mean square of what is left of data over their noise, with which they are held; and how degrees are raised until then."""
MOST, PART = 1500, 0.25
"""Columns of all fields up to which they are raised, and columns of a field for each of its values."""
ROWS = 2000
"""Values of a statement that are looked at."""
ENOUGH = 1.05
"""How many times what is left may be where a degree is lower again."""
LEVEL = 0.995
"""The part of what is left from which a higher degree is of no help by itself."""
CUTOFF = 1e-12


def holding(problem: Problem, space: Polynomials, sizes: Mapping[str, Size], data: Sequence[Measured]) -> Polynomials:
    """The first of some polynomials, each with a higher degree of one coordinate, that hold all fields that were measured."""
    if len(space.degrees) != len(problem.coordinates):
        return space
    begun, (left, most) = space, _left(problem, space, sizes, data)
    while left > FITTED and most < PART:
        axes = range(len(space.degrees))
        spaces = [_grown(space, [axis]) for axis in axes] + ([_grown(space, axes)] if len(axes) > 1 else [])
        tried = [(*_left(problem, own, sizes, data), own) for own in spaces if columns(problem, own, "auto") <= MOST]
        if not tried:
            return space
        best = min(tried, key=lambda own: own[0])
        if best[0] > LEVEL * left:  # which coordinate needs more is not to be seen yet
            best = tried[-1]
        left, most, space = best
    return begun if space == begun else _pruned(problem, space, sizes, data, max(FITTED, ENOUGH * left))


def _pruned(
    problem: Problem, space: Polynomials, sizes: Mapping[str, Size], data: Sequence[Measured], most: float
) -> Polynomials:
    """The same with lower degrees of those coordinates that did not need so many."""
    for axis in range(len(space.degrees)):
        while space.degrees[axis] > 1:
            degrees = tuple(int(n / GROWTH) if k == axis else n for k, n in enumerate(space.degrees))
            smaller = replace(space, degrees=degrees)
            if _left(problem, smaller, sizes, data)[0] > most:
                break
            space = smaller
    return space


def _grown(space: Polynomials, axes: Sequence[int]) -> Polynomials:
    """The polynomials of a higher degree of some coordinates."""
    degrees = tuple(max(n + 1, round(GROWTH * n)) if k in axes else n for k, n in enumerate(space.degrees))
    return replace(space, degrees=degrees)


def _left(
    problem: Problem, space: Polynomials, sizes: Mapping[str, Size], data: Sequence[Measured]
) -> tuple[float, float]:
    """The mean square of what is left of the worst field over its noise, and the columns of a field for each value, at most."""
    places = {f.expression: place for place, f in enumerate(problem.fields)}
    fields, none = expansions(problem, space, sizes), (0,) * len(problem.coordinates)
    left, part = 0.0, 0.0
    for own in data:
        step = -(-len(own.points) // ROWS)
        for value, targets, deviation in zip(own.statement.values, own.targets, own.deviation, strict=True):
            if value not in places or not fields[places[value]].bounds.free:
                continue
            offset, table = fields[places[value]].table(own.points[::step], none)
            wanted, rows = (targets[::step] - offset) / deviation[::step], table / deviation[::step, None]
            gap = rows @ least_squares(rows, wanted, CUTOFF) - wanted
            part = max(part, table.shape[1] / len(table))
            left = max(left, float(gap @ gap) / max(1, len(table) - table.shape[1]))
    return left, part
