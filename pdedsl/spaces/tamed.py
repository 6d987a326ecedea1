"""Near corners where residuals are not bounded: how much they count, where points stand, and where there is no value."""

from functools import lru_cache

import numpy as np

from pdedsl.geometry.corners import Corner
from pdedsl.geometry.places import satisfying
from pdedsl.geometry.points import Unit, inside_shape, scale
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Boundary, Statement
from pdedsl.spaces.corners import Shared, angled
from pdedsl.spaces.linear import forms

REACH = 0.25
"""The distance from a corner, over the diameter, within which residuals that are not bounded there are made smaller."""
AT = 1e-9
"""How near a point is to a corner, over the diameter, that is one."""
CLOSEST = 1e-4
"""The nearest of the points there, over that distance."""


@lru_cache(maxsize=32)
def _shared(problem: Problem) -> tuple[Shared, ...]:
    """The corners where fields are singular together."""
    held = {own.corner: own for f in problem.fields for own in angled(problem, f) if isinstance(own, Shared)}
    return tuple(held.values())


def _strong(problem: Problem) -> tuple[Shared, ...]:
    """Those of them where they are so whatever their data are, or values jump."""
    return tuple(own for own in _shared(problem) if own.strong)


def met(problem: Problem) -> tuple[Shared, ...]:
    """Those of them about which more points are needed: where residuals are not bounded; and all of families, of which points are
    few for each member, as rotations of a corner alone are hardly seen elsewhere.
    """
    return _shared(problem) if problem.domain.swept else unbounded(problem)


def unbounded(problem: Problem) -> tuple[Shared, ...]:
    """Those of them near which residuals are not bounded: where the functions do not hold all that is singular."""
    return tuple(own for own in _strong(problem) if own.general)


def unvalued(problem: Problem, points: np.ndarray) -> np.ndarray:
    """Where fields have no finite value, as a pressure beside a wall that begins to move: shape (n, number of fields)."""
    found = np.zeros((len(points), len(problem.fields)), bool)
    for own in _strong(problem):
        for place, lag in zip(own.own.places, own.own.lags, strict=True):
            if own.least < lag:
                found[:, place] |= _far(problem, own.corner, points) <= AT
    return found


def valued(problem: Problem) -> bool:
    """Whether fields have finite values everywhere."""
    return not any(own.least < lag for own in _strong(problem) for lag in own.own.lags)


def _far(problem: Problem, corner: Corner, points: np.ndarray) -> np.ndarray:
    """How far points of shape (n, d) are from a corner, over the diameter."""
    return np.hypot(*(points[:, list(problem.domain.spatial)] - corner.place).T) / problem.domain.diameter


def tamed(problem: Problem, statement: Statement, points: np.ndarray) -> np.ndarray:
    """What the components of a statement are multiplied with at points of shape (n, d), shape (m, n) or (1, 1).

    One but near corners where residuals are not bounded, as least squares would see little else (Lee, Manteuffel and
    Westphal 2006, Weighted-norm first-order system least squares); and nothing at a corner itself, where there is no value.
    """
    if not _strong(problem):
        return np.ones((1, 1))
    found = []
    for form in forms(problem)[statement.name]:
        weight = np.ones(len(points))
        for own in _strong(problem):
            orders = [sum(i) + own.own.lag(p) for p, i in form.slopes if p in own.own.places]
            far = _far(problem, own.corner, points)
            if own.general and orders and max(orders) > own.least:
                weight *= np.minimum(1.0, far / REACH) ** (max(orders) - own.least)
            weight *= far > AT
        found.append(weight)
    return np.asarray(found)


def around(problem: Problem, statement: Statement, unit: Unit, count: int) -> np.ndarray:
    """Points of a statement near corners, as many at each scale, `count` for each corner."""
    domain, found = problem.domain, [np.zeros((0, len(problem.coordinates)))]
    for own in met(problem):
        drawn, plane = unit(count, len(problem.coordinates)), list(domain.spatial)
        near, turn = drawn[:, plane].T
        far = REACH * domain.diameter * CLOSEST**near
        side = isinstance(statement, Boundary)
        angles = own.corner.bisector + (np.round(turn) if side else turn) * own.corner.angle - own.corner.angle / 2
        points = scale(drawn, domain)
        points[:, plane] = own.corner.place + far[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)
        held = satisfying(domain, statement.where, points, sharply=True) if side else inside_shape(domain, points)
        found.append(points[held])
    return np.concatenate(found)
