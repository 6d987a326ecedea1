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

    def at(own: float) -> tuple[float, float]:
        """The mean squares of data and of penalties with a weight."""
        whole = np.concatenate([first, own**0.5 * second])
        found = -np.linalg.lstsq(whole[:, :-1], whole[:, -1], HIDDEN)[0]
        parts = (data @ found + measured, penalty @ found + zero)
        misfit, size = (float(part @ part) / count for part in parts)
        return misfit, size

    even = (np.linalg.norm(data) / max(np.linalg.norm(second[:, :-1]), 1e-300)) ** 2
    tried = even * 10**DECADES
    tried = np.minimum(tried[tried <= 10**0.25 * most], most) if (tried <= most).any() else np.asarray([most])
    curve = np.asarray([at(own) for own in tried])
    found = Balance(tried, curve[:, 0], curve[:, 1], float(tried[_corner(curve)]), by_noise=False)
    return _met(found, at) if by_noise and curve[0, 0] <= 1.0 else found


def _triangle(matrix: np.ndarray, right: np.ndarray) -> np.ndarray:
    """A few rows with the same sums of squares, the right side last."""
    found: Any = np.linalg.qr(np.concatenate([matrix, right[:, None]], axis=1), "r")
    return found


def noise_of(about: Reduced, coefficients: np.ndarray, deviation: np.ndarray) -> float:
    """The noise of data beside penalties, in units of what was taken for it: what is left over what is free to differ."""
    whole, right = about.rows(deviation, coefficients)
    q, _ = np.linalg.qr(whole)
    own = np.concatenate([about.data, np.zeros(len(whole) - len(about.data), bool)])
    left = (right - q @ (q.T @ right))[own]
    return float(np.sqrt(left @ left / max(1.0, own.sum() - np.sum(q[own] ** 2))))


def _met(found: Balance, at: Callable[[float], tuple[float, float]]) -> Balance:
    """The largest weight with which data are missed by no more than their noise."""
    last = int(np.flatnonzero(found.misfits <= 1.0)[-1])
    if last == len(found.weights) - 1:
        return replace(found, weight=float(found.weights[-1]), by_noise=True)
    low, high = np.log(found.weights[last : last + 2])
    weight: Any = scipy.optimize.brentq(lambda own: at(float(np.exp(own)))[0] - 1.0, low, high, xtol=1e-3)
    return replace(found, weight=float(np.exp(weight)), by_noise=True)


def _corner(curve: np.ndarray) -> int:
    """Where misfit against penalty, shape (n, 2), both as logarithms, turns most sharply."""
    x, y = np.log(np.maximum(curve, 1e-300)).T / 2
    dx, dy = np.gradient(x), np.gradient(y)
    bend = dx * np.gradient(dy) - dy * np.gradient(dx)
    turning = bend / np.maximum((dx**2 + dy**2) ** 1.5, 1e-12)
    return int(np.argmax(turning[1:-1])) + 1 if len(curve) > 2 else 0
