"""From lines and surfaces inside a domain to points on them."""

import numpy as np
import sympy as sp

from pdedsl.geometry.points import Unit, inside, inside_shape
from pdedsl.problem.domain import Domain
from pdedsl.problem.evaluate import evaluate
from pdedsl.problem.statements import Place

HALVINGS = 60


def crossings(domain: Domain, on: tuple[Place, ...], n: int, unit: Unit) -> np.ndarray:
    """Up to `n` points inside the domain, shape (n', d), at which an equality holds or a region ends.

    Between two points of the domain on different sides there is one: it is found by halving. Their density is that of
    random chords, not uniform.
    """
    found = [_one(domain, place.where, max(1, n // len(on)), unit) for place in on]
    return np.concatenate(found) if found else np.zeros((0, len(domain.coordinates)))


def _one(domain: Domain, where: sp.Basic, n: int, unit: Unit) -> np.ndarray:
    first = inside(domain, sp.true, 4 * n, unit)
    second = first.copy()
    spatial = list(domain.spatial)
    second[:, spatial] = np.roll(first[:, spatial], 1, axis=0)
    low = _side(domain, where, first)
    crossed = low != _side(domain, where, second)
    first, second, low = first[crossed][:n], second[crossed][:n], low[crossed][:n]
    for _ in range(HALVINGS):
        if not len(first):
            break
        middle = (first + second) / 2
        same = (_side(domain, where, middle) == low)[:, None]
        first, second = np.where(same, middle, first), np.where(same, second, middle)
    return second[inside_shape(domain, second)] if len(second) else second


def _side(domain: Domain, where: sp.Basic, points: np.ndarray) -> np.ndarray:
    """On which of both sides points lie, shape (n,)."""
    if isinstance(where, sp.Equality):
        level = np.asarray(evaluate(where.args[0] - where.args[1], domain.at(points)), float)  # pyright: ignore[reportOperatorIssue]
        return np.broadcast_to(level, len(points)) > 0
    return np.broadcast_to(np.asarray(evaluate(where, domain.at(points)), bool), len(points))
