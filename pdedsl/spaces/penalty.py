"""From data and penalties beside them to the weight of these: so that data are met as well as their noise allows, and no better.

Morozov's discrepancy principle where the noise is stated; where it is not, the corner of the L-curve (Hansen 1992). Both on
the linearised problem, statements and states eliminated.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy  # whose modules are imported when they are first named

from pdedsl.spaces.reduced import Reduced

DECADES = np.arange(-14.0, 14.01, 0.25)
"""Weights that are tried, as powers of ten of the one at which data and penalties are equally stiff."""
HIDDEN = 1e-13
"""The smallest singular value that counts, relative to the largest."""


@dataclass(frozen=True, eq=False)
class Balance:
    """The L-curve of a problem, and where on it the solution is."""

    weights: np.ndarray
    """Shape (n,), of the mean square of penalties, in units of their sizes, beside that of data over their noise."""
    misfits: np.ndarray
    """The mean square of data over their noise with each weight, shape (n,)."""
    penalties: np.ndarray
    """The mean square of penalties, in units of their sizes, shape (n,)."""
    weight: float
    """The one that was chosen."""
    by_noise: bool
    """Whether the noise of the data chose it, and not the corner."""

    @property
    def words(self) -> str:
        """Which one, and why."""
        why = "data are met as well as their noise allows" if self.by_noise else "the corner of the L-curve"
        return f"weight {self.weight:.3g}: {why}"

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """All that it is, by name."""
        own = {"weights": self.weights, "misfits": self.misfits, "penalties": self.penalties}
        return own | {"weight": np.asarray(self.weight), "by_noise": np.asarray(self.by_noise)}


def restored(arrays: Mapping[str, np.ndarray]) -> Balance | None:
    """The balance that gave these arrays; None for others."""
    if "weights" not in arrays:
        return None
    curve = (arrays[name] for name in ("weights", "misfits", "penalties"))
    return Balance(*curve, weight=float(arrays["weight"]), by_noise=bool(arrays["by_noise"]))


def balanced(
    about: Reduced, coefficients: np.ndarray, deviation: np.ndarray, weight: float, most: float, by_noise: bool
) -> Balance:
    """The weight of automatic penalties about a state in which they have some `weight`, up to `most`.

    `deviation` is that of each unknown which is taken for granted, shape (number of unknowns,), and `by_noise` says whether
    that of the data is stated. Where no weight leaves data as far off as that, it is the corner.
    """
    auto, count = about.automatic, int(about.data.sum())
    rest, right = about.rows(deviation, coefficients, ~auto)
    penalty, zero = (own[: int(auto.sum())] / weight**0.5 for own in about.rows(deviation, coefficients, auto))
    data, measured = (own[:count] for own in about.rows(deviation, coefficients, about.data))
    lengths = np.sqrt(np.sum(rest**2, axis=0) + np.sum(penalty**2, axis=0) * count)
    lengths = np.where(lengths > 0, lengths, 1.0)
    rest, penalty, data = rest / lengths, penalty / lengths, data / lengths
    first, second = _triangle(rest, right), _triangle(penalty, zero)
    even = (np.linalg.norm(data) / max(np.linalg.norm(second[:, :-1]), 1e-300)) ** 2
    answer = _answers(first, even**0.5 * second)

    def at(weights: np.ndarray) -> np.ndarray:
        """The mean squares of data and of penalties with some weights, shape (n, 2)."""
        found = answer(weights / even)
        parts = (data @ found + measured[:, None], penalty @ found + zero[:, None])
        return np.stack([np.sum(part**2, axis=0) / count for part in parts], axis=1)

    tried = even * 10**DECADES
    tried = np.minimum(tried[tried <= 10**0.25 * most], most) if (tried <= most).any() else np.asarray([most])
    curve = at(tried)
    found = Balance(tried, curve[:, 0], curve[:, 1], _corner(tried, curve), by_noise=False)
    return _met(found, at) if by_noise and curve[0, 0] <= 1.0 else found


def _triangle(matrix: np.ndarray, right: np.ndarray) -> np.ndarray:
    """A few rows with the same sums of squares, the right side last."""
    found: Any = np.linalg.qr(np.concatenate([matrix, right[:, None]], axis=1), "r")
    return found


def _answers(first: np.ndarray, second: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """What makes `|A x + a|^2 + w |B x + b|^2` least, shape (n, number of weights w), of rows `[A, a]` and `[B, b]`.

    By the generalised singular value decomposition (Golub and Van Loan 2013, section 6.1.6): in the coordinates `y` of the rows
    one upon the other, and those of the first alone, both are diagonal.
    """
    count = len(first)
    whole = np.concatenate([first, second])
    left, sizes, right = np.linalg.svd(whole[:, :-1], full_matrices=False)
    kept = sizes > HIDDEN * sizes[0]
    left, back = left[:, kept], right[kept].T / sizes[kept]
    turn: Any = np.linalg.svd(left[:count], full_matrices=True)[2]
    above, below = left[:count] @ turn.T, left[count:] @ turn.T
    squares = np.sum(above**2, axis=0)[:, None], np.sum(below**2, axis=0)[:, None]
    asked = (above.T @ first[:, -1])[:, None], (below.T @ second[:, -1])[:, None]
    return lambda w: -back @ (turn.T @ ((asked[0] + w * asked[1]) / (squares[0] + w * squares[1])))


def noise_of(about: Reduced, coefficients: np.ndarray, deviation: np.ndarray) -> float:
    """The noise of data beside penalties, in units of what was taken for it: what is left over what is free to differ."""
    whole, right = about.rows(deviation, coefficients)
    q, _ = np.linalg.qr(whole)
    own = np.concatenate([about.data, np.zeros(len(whole) - len(about.data), bool)])
    left = (right - q @ (q.T @ right))[own]
    return float(np.sqrt(left @ left / max(1.0, own.sum() - np.sum(q[own] ** 2))))


def _met(found: Balance, at: Callable[[np.ndarray], np.ndarray]) -> Balance:
    """The largest weight with which data are missed by no more than their noise."""
    last = int(np.flatnonzero(found.misfits <= 1.0)[-1])
    if last == len(found.weights) - 1:
        return replace(found, weight=float(found.weights[-1]), by_noise=True)
    low, high = np.log(found.weights[last : last + 2])
    weight: Any = scipy.optimize.brentq(lambda own: at(np.exp([own]))[0, 0] - 1.0, low, high, xtol=1e-3)
    return replace(found, weight=float(np.exp(weight)), by_noise=True)


def _corner(weights: np.ndarray, curve: np.ndarray) -> float:
    """The weight at which misfit against penalty, shape (n, 2), both as logarithms, turns most sharply, between those of the curve."""
    if len(curve) < 3:
        return float(weights[0])
    x, y = np.log(np.maximum(curve, 1e-300)).T / 2
    dx, dy = np.gradient(x), np.gradient(y)
    bend = dx * np.gradient(dy) - dy * np.gradient(dx)
    turning = bend / np.maximum((dx**2 + dy**2) ** 1.5, 1e-12)
    sharpest = int(np.argmax(turning[1:-1])) + 1
    before, most, after = turning[sharpest - 1 : sharpest + 2]
    flatness = 2 * most - before - after
    beside = (
        0.5 * (after - before) / flatness if flatness > 0 else 0.0
    )  # where the parabola through the three is highest
    return float(np.exp(np.interp(sharpest + np.clip(beside, -0.5, 0.5), np.arange(len(weights)), np.log(weights))))
