"""From a problem to what its fields and its residuals are worth, so that no unit and no factor matters.

A field is `mean + spread * v` with a `v` about 1. Its range is that of the values which conditions state, and of a rough
solution of the problem, to first order about the middle of those. A residual is divided by what its terms are worth: an
error of the size of the field, in the lowest mode of the domain, makes a residual of size `sum |coefficient| spread k^m`
at the wavenumbers `k = pi / length`. An error so large then counts alike in every statement.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import sympy as sp

from pdedsl.geometry.points import inside, random
from pdedsl.problem.atoms import Nonlocal
from pdedsl.problem.evaluate import evaluate
from pdedsl.problem.problem import Problem
from pdedsl.problem.sought import worth
from pdedsl.problem.sources import kinks, sourced
from pdedsl.problem.statements import Field, Interface, Statement
from pdedsl.problem.symbol import MultiIndex, linearised
from pdedsl.spaces.coarse import coarse
from pdedsl.spaces.free_space import singular_part
from pdedsl.spaces.linear import Row, Slopes, constant, rows
from pdedsl.spaces.measured import measured
from pdedsl.spaces.space import Size

POINTS = 64
"""Points at which coefficients that vary are averaged."""
ROWS = 400
"""Points of an equation for the rough solution; a third of that for a condition."""
UNSEEN = 0.5
"""The part of an equation's residual beyond which a rough solution has not seen what drives it."""
SAME = 1e-9
"""Values that differ by less, relative to their size, are one value."""


def field_sizes(problem: Problem, chosen: Mapping[str, Size] | None = None) -> dict[str, Size]:
    """Mean and spread of each field, from the data; `chosen` ones stay as they are."""
    chosen = chosen or {}
    if all(f.name in chosen for f in problem.fields):
        return {f.name: chosen[f.name] for f in problem.fields}
    (low, high), reached = _stated(problem)
    known = high >= low
    low, high = np.where(known, low, 0.0), np.where(known, high, 0.0)
    starts = {place: begin(problem, f) for place, f in enumerate(problem.fields) if f.sought is not None}
    middle = (low + high) / 2
    middle[list(starts)] = [size.mean for size in starts.values()]
    state = constant(middle.tolist())
    equations = _equations(problem, middle)
    smooth = (c for c in problem.conditions if not isinstance(c, Interface))  # as the rough solution is
    conditions = [row for c in smooth for row in rows(problem, c, ROWS // 3, state)]
    linear = all(linearised(r, problem).is_linear for s in problem.statements for r in s.residual)
    data = [row for own in measured(problem) for row in own.rows(state)]
    rough = coarse(problem, [*(row for _, row in equations), *conditions, *data])
    change = rough.at(inside(problem.domain, sp.true, 512, random(np.random.default_rng(1))))
    around = (middle + change.min(axis=0), middle + change.max(axis=0))
    seen, driven = np.ones(len(problem.fields), bool), np.zeros(len(problem.fields))
    for (residual, row), missed in zip(equations, rough.missed, strict=False):
        for place, swing in _driven(problem, residual, row, middle).items():
            driven[place] = max(driven[place], swing)
            seen[place] &= missed <= UNSEEN
    if linear:
        low = np.where(seen, np.minimum(reached[0], around[0]), low)
        high = np.where(seen, np.maximum(reached[1], around[1]), high)
        spread = np.maximum((high - low) / 2, np.where(seen, 0.0, driven))
    else:  # rough about one state only: values that are stated say more, and of two guesses the smaller one
        guesses = np.stack([np.where(seen, around[1] - around[0], 0.0) / 2, driven])
        least, most = guesses.min(axis=0), guesses.max(axis=0)
        smaller = np.where(least > SAME * most, least, most)  # not where it is rounding
        flat = high - low <= SAME * np.maximum(np.abs(high), np.abs(low))
        spread = np.where(flat, smaller, (high - low) / 2)
        # About the middle nothing drives them; but where the others are as large as they are.
        idle = flat & (driven == 0)
        if idle.any():
            swings = [_driven(problem, *pair, middle + spread) for pair in _equations(problem, middle + spread)]
            beside = np.asarray([max((own.get(k, 0.0) for own in swings), default=0.0) for k in range(len(spread))])
            spread = np.where(idle & (spread <= SAME * beside), beside, spread)
    mean = np.where(known | seen & linear, (low + high) / 2, 0.0)
    places = {f.name: place for place, f in enumerate(problem.fields)}
    for _, components in problem.vectors:  # in one unit: one that nothing drives is worth what the others are
        own = [places[name] for name in components]
        spread[own] = np.where(spread[own] <= SAME * spread[own].max(), spread[own].max(), spread[own])
    spread = np.maximum(spread, [_sourced(problem, f) for f in problem.fields])
    bare = spread <= SAME * np.abs(mean)
    spread = np.where(bare, np.where(mean == 0, 1.0, np.abs(mean)), spread)
    for place, size in starts.items():
        mean[place], spread[place] = size.mean, spread[place] if np.isnan(size.spread) else size.spread
    found = {f.name: Size(float(m), float(s)) for f, m, s in zip(problem.fields, mean, spread, strict=True)}
    return {**found, **chosen}


def begin(problem: Problem, unknown: Field) -> Size:
    """What an unknown is worth before anything is known of it: about its start, in the free numbers of its bounds.

    A field that starts from nothing is worth what the equations make of it: its spread is not a number.
    """
    assert unknown.sought is not None
    points = inside(problem.domain, sp.true, POINTS, random(np.random.default_rng(1)))
    value = np.asarray(evaluate(worth(unknown), problem.domain.at(points)), float)
    start = unknown.sought.of(np.broadcast_to(value, (len(points),)))
    mean, size = float(np.mean(start)), float(np.max(np.abs(start)))
    if not unknown.sought.free:
        return Size(mean, 1.0)
    return Size(mean, size if size else np.nan if unknown.arguments else 1.0)


def _sourced(problem: Problem, unknown: Field) -> float:
    """How far a field varies by its point sources alone: as its free-space solution, or its lowest mode with those jumps."""
    if len(problem.space) > 1:
        found = singular_part(problem, unknown) or sp.Integer(0)
        points = inside(problem.domain, sp.true, POINTS, random(np.random.default_rng(1)))
        return float(
            np.std(np.broadcast_to(np.asarray(evaluate(found, problem.domain.at(points)), float), (len(points),)))
        )
    middle, waves, swings = problem.domain.at(np.mean(problem.bounds, axis=1)[None]), _lowest(problem), [0.0]
    for _, residual, own in sourced(problem):
        for by in kinks(problem, residual, unknown).values() if own == unknown else ():
            (wave,) = (waves[axis] for axis in problem.domain.spatial)
            swings += [abs(float(np.ravel(evaluate(j, middle))[0])) / wave**k for k, j in enumerate(by or ())]
    return max(swings)


def row_sizes(problem: Problem, statement: Statement, sizes: Mapping[str, Size]) -> np.ndarray:
    """What each component of a statement is worth, shape (m,), in its own units."""
    own = [sizes[f.name] for f in problem.fields]
    waves = _lowest(problem)
    # A law is worth what it starts from: its details would be worth as much each.
    details = {place for place, f in enumerate(problem.fields) if f.law is not None and any(f.law[1])}
    spreads = {place: 0.0 if place in details else size.spread for place, size in enumerate(own)}

    def state(place: int, index: MultiIndex, points: np.ndarray) -> float:
        mode = spreads[place] * _factor(index, waves)
        return mode if any(index) else own[place].mean + mode

    found = []
    for row in rows(problem, statement, POINTS, state):
        worth = _worth(row.slopes, spreads, waves)
        for total in row.totals:
            inner = _worth(total.inner, spreads, waves)
            worth += float(np.mean(np.abs(total.slope))) * inner * float(np.sum(np.abs(total.weights)))
        found.append(worth or float(np.sqrt(np.mean(row.at**2))) or 1.0)
    return np.asarray(found)


def weights(problem: Problem) -> dict[str, float]:
    """The weight of each statement and penalty, by name: 1 where none is written."""
    number, own = problem.domain.number, (*problem.statements, *problem.penalties)
    return {s.name: 1.0 if s.weight is None else number(s.weight) for s in own}


def _lowest(problem: Problem) -> list[float]:
    """The wavenumbers of the lowest mode of the domain, by coordinate."""
    return [np.pi / problem.domain.lengths[symbol] for symbol in problem.symbols]


def _factor(index: MultiIndex, waves: Sequence[float]) -> float:
    """What a derivative multiplies a wave with."""
    return float(np.prod([k**n for k, n in zip(waves, index, strict=True)]))


def _worth(slopes: Slopes, spreads: Mapping[int, float], waves: Sequence[float]) -> float:
    """What waves of some fields make of a row."""
    terms = (np.mean(np.abs(own)) * spreads[place] * _factor(index, waves) for (place, index), own in slopes.items())
    return float(sum(terms))


def stated(problem: Problem) -> np.ndarray:
    """The lowest and the highest values that conditions and data state for each field, shape (2, n); reversed where none does."""
    return _stated(problem)[1]


def _stated(problem: Problem) -> tuple[np.ndarray, np.ndarray]:
    """The lowest and the highest values that conditions state for each field, shape (2, n); reversed where none does.

    With those of what is around, which it need not reach, as `a` in `dn(u) = h*(a - u)`; and without them.
    """
    ranges = np.stack([np.full((2, len(problem.fields)), np.inf)] * 2)
    ranges[:, 1] *= -1
    none = (0,) * len(problem.coordinates)
    for condition in problem.conditions:
        for residual, row in zip(condition.residual, rows(problem, condition, POINTS, _zero), strict=True):
            bare = [place for place, index in row.slopes if index == none]
            if len(bare) != 1 or row.totals or not linearised(residual, problem).is_linear:
                continue
            slope = row.slopes[bare[0], none]
            values = -row.at[slope != 0] / slope[slope != 0]
            for low, high in ranges if len(row.slopes) == 1 else ranges[:1]:
                low[bare[0]] = min(low[bare[0]], *values)
                high[bare[0]] = max(high[bare[0]], *values)
    places = {f.expression: place for place, f in enumerate(problem.fields)}
    for own in measured(problem):
        for value, targets in zip(own.statement.values, own.targets, strict=True):
            if value in places:
                for low, high in ranges:
                    low[places[value]] = min(low[places[value]], targets.min())
                    high[places[value]] = max(high[places[value]], targets.max())
    return ranges[0], ranges[1]


def _zero(place: int, index: MultiIndex, points: np.ndarray) -> float:
    """The state without anything."""
    return 0.0


def _equations(problem: Problem, values: np.ndarray) -> list[tuple[sp.Expr, Row]]:
    """The components of all equations, and what they are to first order where fields have some values."""
    state = constant(values.tolist())
    return [pair for e in problem.equations for pair in zip(e.residual, rows(problem, e, ROWS, state), strict=True)]


def _driven(problem: Problem, residual: sp.Expr, row: Row, middle: np.ndarray) -> dict[int, float]:
    """How far each field swings about its middle under what drives an equation, by the wavenumbers of that."""
    constant = {f.expression: sp.Float(value) for f, value in zip(problem.fields, middle, strict=True)}
    source: sp.Expr = residual.xreplace(constant).doit()
    values = problem.domain.at(row.points)

    def size(expression: sp.Expr) -> float:
        found = np.asarray(evaluate(expression, values), float)
        return float(np.mean(np.abs(np.nan_to_num(found, posinf=0.0, neginf=0.0))))

    whole = 0.0 if source.atoms(Nonlocal) else size(source)
    waves = _lowest(problem)
    if whole > 0:
        slopes = (size(sp.diff(source, s)) / whole for s in problem.symbols)
        waves = [max(wave, slope) for wave, slope in zip(waves, slopes, strict=True)]
    found = {}
    for place in {place for place, _ in row.slopes}:
        own = {key: slope for key, slope in row.slopes.items() if key[0] == place}
        worth = _worth(own, {place: 1.0}, waves)
        found[place] = whole / worth if worth > 0 else 0.0
    return found
