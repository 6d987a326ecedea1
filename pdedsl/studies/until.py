"""From a condition to the value of a parameter at which it holds: solutions between those on both sides of it."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import scipy  # whose modules are imported when they are first named

TRIED = 9
"""Values between the ends of the range, where the condition has the same sign at both."""
FOUND = 1e-12
"""How well the value is found, relative to the range."""
GREW = 10.0
"""How many times farther than at both ends a condition is missed between them where it has a pole there, and no zero."""

Gap = Callable[[float], tuple[float, float]]
"""By how much a condition is missed at a value, and how far off that is; not a number where nothing is known of that."""


class _PoleError(Exception):
    """A gap changes its sign where it is infinite."""


@dataclass(frozen=True)
class Found:
    """A value at which a condition holds."""

    value: float
    error: float
    """How far off it is, by what the condition is off there; not a number where that is not known."""
    solved: int
    """How many values were tried."""


def until(gap: Gap, low: float, high: float) -> Found:
    """The first value from `low` towards `high` at which a gap vanishes.

    Raises ValueError where it has one sign at all values that were tried, with these.
    """
    known: dict[float, tuple[float, float]] = {}

    def at(value: float) -> float:
        if value not in known:
            known[value] = gap(value)
        return known[value][0]

    def between(first: float, last: float) -> float | None:
        """Where the gap vanishes between values at which it has other signs; None where it grows without bound instead."""
        most = GREW * max(abs(at(first)), abs(at(last)))

        def watched(value: float) -> float:
            if abs(at(value)) > most:
                raise _PoleError
            return at(value)

        if at(first) == 0:
            return first
        try:
            value = float(scipy.optimize.brentq(watched, first, last, xtol=FOUND * abs(high - low)))  # pyright: ignore[reportArgumentType]
        except _PoleError:
            return None
        return value if abs(at(value)) <= min(abs(at(first)), abs(at(last))) else None

    def crossing(tried: list[float]) -> float | None:
        pairs = (pair for pair in pairwise(tried) if at(pair[0]) * at(pair[1]) <= 0)
        return next((value for pair in pairs if (value := between(*pair)) is not None), None)

    value, tried = crossing([low, high]), np.linspace(low, high, TRIED + 2).tolist()
    if value is None and (value := crossing(tried)) is None:
        gaps = [at(value) for value in tried]
        nearest = tried[int(np.abs(gaps).argmin())]
        raise ValueError(
            f"it does not hold from {low:g} to {high:g}: it is missed by {min(map(abs, gaps)):.3g} at {nearest:g}"
        )
    at(value)
    beside = min((own for own in known if own != value), key=lambda own: abs(own - value))
    slope = abs((known[beside][0] - known[value][0]) / (beside - value))
    return Found(value, abs(known[value][1]) / slope if slope > 0 else float("nan"), len(known))
