"""From conditions on the coordinates to which points of a domain or of its boundary satisfy them, up to rounding."""

from typing import Any

import numpy as np
import sympy as sp

from pdedsl.problem.domain import Domain
from pdedsl.problem.evaluate import evaluate

ROUNDING = 1e-9
"""Of the length of a coordinate: how far a point of a face may be off where it is drawn."""
CURVED = 1e-6
"""Of the diameter: how far a curved or slanted piece may be off where it is named."""


def satisfying(domain: Domain, where: tuple[sp.Basic, ...], points: np.ndarray, sharply: bool = False) -> np.ndarray:
    """Which of the points, shape (n, d), satisfy one of the conditions, shape (n,); `sharply`, inequalities to the last bit."""
    found = np.zeros(len(points), bool)
    for condition in where:
        found |= np.broadcast_to(_holds(domain, condition, points, sharply), found.shape)
    return found


def _holds(domain: Domain, condition: sp.Basic, points: np.ndarray, sharply: bool) -> Any:
    """Where a condition holds: `f = 0` up to a slack, by which `f <= 0` is wider and `f < 0` narrower, too."""
    relaxed: dict[sp.Basic, Any] = {}
    for relation in condition.atoms(sp.core.relational.Relational):
        sides: Any = relation.args
        f = sides[0] - sides[1]
        slack = _slack(domain, f)
        match relation:
            case sp.LessThan() | sp.GreaterThan() | sp.StrictLessThan() | sp.StrictGreaterThan() if sharply:
                pass
            case sp.LessThan():
                relaxed[relation] = f <= slack
            case sp.GreaterThan():
                relaxed[relation] = f >= -slack
            case sp.StrictLessThan():
                relaxed[relation] = f < -slack
            case sp.StrictGreaterThan():
                relaxed[relation] = f > slack
            case sp.Equality():
                relaxed[relation] = sp.Abs(f) <= slack
            case sp.Unequality():
                relaxed[relation] = sp.Abs(f) > slack
    return evaluate(condition.xreplace(relaxed), domain.at(points))


def _slack(domain: Domain, f: Any) -> Any:
    """How far from zero `f` may be where it is meant to vanish.

    In a single coordinate, as faces are named, it is rounding of that coordinate, however long the others or time are;
    in several it is `CURVED |grad f| diameter`, both in space alone.
    """
    slopes = {s: sp.diff(f, s) for s in domain.symbols if f.has(s)}
    if len(slopes) == 1:
        [(symbol, slope)] = slopes.items()
        share = CURVED if slope.has(symbol) else ROUNDING
        return sp.Float(share * domain.lengths[symbol]) * sp.Abs(slope)
    squares = (slopes[c.symbol] ** 2 for c in domain.space if c.symbol in slopes)
    return sp.Float(CURVED * domain.diameter) * sp.sqrt(sp.Add(*squares))
