"""Coordinates that are stretched where a solution is steep: polynomials in `s(x)` resolve there what those in `x` do not.

`s` is a sum of inverse hyperbolic sines, each of which takes the nearest singularities of a layer away from the interval (Tee and
Trefethen, SIAM J. Sci. Comput. 28, 2006).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb
from typing import Any

import numpy as np

LINEAR = 1.0
"""The weight of the coordinate as it is, over an interval of length 2, beside one for each steep place."""
STEEP = 1.7
"""How many times the mean slope one is that makes a place steep."""
WIDTH = 1.2
"""What is stretched about a steep place, in half widths at half the slope."""
THINNEST = 1e-6
"""The smallest width, of the interval."""
WIDE = 0.15
"""A width, of the interval, from which nothing is stretched."""
SAME = 0.7
"""The distance of two places, in widths, below which they are one."""
GRID = 400
"""Points at which slopes are looked at."""
SMALL = 1e-4
"""The part of the least of its numbers below which the map of a logarithm is none; and of that which is linear beside it."""
ROUNDS = 60
"""Halvings and Newton steps, at most, after which a place is found."""


@dataclass(frozen=True)
class Stretch:
    """The increasing map `s(x) = LINEAR y + sum weights_j asinh((x - places_j) / widths_j)`, scaled to [-1, 1]."""

    places: Any
    """Shape (J,): tuples, or arrays that may be traced."""
    widths: Any
    weights: Any

    @property
    def is_logarithm(self) -> bool:
        """Whether it is that of `logarithm`."""
        return np.size(self.weights) == 1 and float(np.ravel(self.weights)[0]) == 1 / SMALL

    def at(self, x: Any, interval: tuple[Any, Any], order: int, xp: Any = np) -> list[Any]:
        """`s` and its derivatives up to an order at coordinates of any shape."""
        low, high = interval
        (first,), (last,) = (self._raw(xp.asarray(end, x.dtype), interval, 0, xp) for end in (low, high))
        found, half = self._raw(x, interval, order, xp), (last - first) / 2
        return [(found[0] - (first + last) / 2) / half, *(own / half for own in found[1:])]

    def _raw(self, x: Any, interval: tuple[Any, Any], order: int, xp: Any) -> list[Any]:
        """The same before it is scaled."""
        low, high = interval
        places, widths, weights = (xp.asarray(own, x.dtype) for own in (self.places, self.widths, self.weights))
        z = x[..., None] - places
        q = z * z + widths * widths
        terms = [xp.arcsinh(z / widths), 1 / xp.sqrt(q)]
        for n in range(order - 1):  # q f'' + z f' = 0, differentiated n times
            terms.append(-((2 * n + 1) * z * terms[n + 1] + (n * n * terms[n] if n else 0.0)) / q)
        found = [own @ weights for own in terms[: order + 1]]
        found[0] = found[0] + LINEAR * (2 * x - low - high) / (high - low)
        if order:
            found[1] = found[1] + LINEAR * 2 / (high - low)
        return found

    def inverse(self, s: np.ndarray, interval: tuple[float, float]) -> np.ndarray:
        """The coordinates with some values of `s`."""
        low, high = interval
        a, b = np.full(s.shape, float(low)), np.full(s.shape, float(high))
        x = low + (high - low) * (s + 1) / 2
        for _ in range(ROUNDS):
            value, slope = self.at(x, interval, 1)
            a, b = np.where(value <= s, x, a), np.where(value >= s, x, b)
            newton = x - (value - s) / slope
            following = np.where((newton > a) & (newton < b), newton, (a + b) / 2)
            if np.all(np.abs(following - x) <= 4e-16 * (high - low)):
                break
            x = following
        return np.clip(np.where(s <= -1, low, np.where(s >= 1, high, x)), low, high)

    def apart(self, other: "Stretch | None", interval: tuple[float, float]) -> float:
        """How far two maps are apart, in `s`."""
        x = self.inverse(np.linspace(-1, 1, GRID), interval)
        own = (
            other.at(x, interval, 0)[0] if other is not None else (2 * x - sum(interval)) / (interval[1] - interval[0])
        )
        return float(np.abs(self.at(x, interval, 0)[0] - own).max())


def places(s: np.ndarray, interval: tuple[float, float], stretch: Stretch | None) -> np.ndarray:
    """The coordinates at some values, from -1 to 1, of what they are stretched to, if they are."""
    low, high = interval
    return (low + high + (high - low) * s) / 2 if stretch is None else stretch.inverse(s, interval)


def stacked(found: Sequence["Stretch | None"]) -> "Stretch | None":
    """Several maps as one with arrays of shape (n, J); None where none of them stretches anything."""
    most = max((len(own.places) for own in found if own is not None), default=0)
    if not most:
        return None
    rows = [own or Stretch((), (), ()) for own in found]

    def filled(name: str, value: float) -> np.ndarray:
        return np.asarray([[*getattr(own, name), *[value] * (most - len(own.places))] for own in rows])

    return Stretch(filled("places", 0.0), filled("widths", 1.0), filled("weights", 0.0))


def bell(slopes: Sequence[Any], order: int) -> list[Any]:
    """What each derivative of a function of `s` has to do with its derivative of an order with respect to `x`.

    Partial Bell polynomials of the derivatives of `s`, the first of which is `slopes[1]`: those of k = 0 ... order.
    """
    rows: list[list[Any]] = [[1.0]]
    for m in range(1, order + 1):
        rows.append(
            [
                0.0,
                *(
                    sum(
                        (comb(m - 1, i - 1) * slopes[i] * rows[m - i][k - 1] for i in range(1, m - k + 2)),
                        start=0.0,
                    )
                    for k in range(1, m + 1)
                ),
            ]
        )
    return rows[order]


def logarithm(interval: tuple[float, float]) -> Stretch:
    """The logarithm, for an interval of numbers of one sign."""
    return Stretch((0.0,), (SMALL * min(map(abs, interval)),), (1 / SMALL,))


def at_faces(interval: tuple[float, float], part: float, steep: Sequence[bool] = (True, True)) -> Stretch:
    """The map for layers at the ends that are `steep`, some part of an interval thin."""
    width = (interval[1] - interval[0]) * min(max(part, THINNEST), WIDE)
    ends = tuple(end for end, own in zip(interval, steep, strict=True) if own)
    return Stretch(ends, (width,) * len(ends), (1.0,) * len(ends))


def stretched(
    profiles: Sequence[tuple[np.ndarray, np.ndarray]], interval: tuple[float, float], mirrored: bool = False
) -> Stretch | None:
    """The map for slopes along a coordinate: pairs of increasing coordinates and of sizes of the slope there, of several times
    or fields. None where nothing is steep. If `mirrored`, it is odd about the middle.
    """
    low, high = interval
    found: list[tuple[float, float, float]] = []
    for x, slope in profiles:
        places = _steep(x, slope, high - low)
        found += [(place, width, 1 / len(profiles)) for place, width in places]
    if mirrored:
        found = [(p, w, s / 2) for p, w, s in found] + [(low + high - p, w, s / 2) for p, w, s in found]
    merged = _merged(found)
    if not merged:
        return None
    places, widths, weights = zip(*merged, strict=True)
    return Stretch(places, widths, weights)


def _steep(x: np.ndarray, slope: np.ndarray, length: float) -> list[tuple[float, float]]:
    """Where a slope has a high maximum, and how wide that is."""
    mean = float(np.trapezoid(slope, x)) / length
    found = []
    padded = np.concatenate([[-np.inf], slope, [-np.inf]])
    for k in np.flatnonzero((padded[1:-1] >= padded[:-2]) & (padded[1:-1] > padded[2:]) & (slope > STEEP * mean)):
        below = slope < slope[k] / 2
        left, right = np.flatnonzero(below[:k]), np.flatnonzero(below[k + 1 :])
        sides = [x[k] - x[left[-1]]] if len(left) else []
        sides += [x[k + 1 + right[0]] - x[k]] if len(right) else []
        width = WIDTH * float(min(sides)) if sides else length
        if width < WIDE * length:
            found.append((float(x[k]), max(width, THINNEST * length)))
    return found


def _merged(found: Sequence[tuple[float, float, float]]) -> list[tuple[float, float, float]]:
    """Places that are nearly the same made one, with the mean place, the smaller width and the sum of weights."""
    merged: list[tuple[float, float, float]] = []
    for place, width, weight in sorted(found):
        if merged and place - merged[-1][0] < SAME * min(width, merged[-1][1]):
            before, own, sum_ = merged[-1]
            total = sum_ + weight
            merged[-1] = ((before * sum_ + place * weight) / total, min(own, width), total)
        else:
            merged.append((place, width, weight))
    return merged
