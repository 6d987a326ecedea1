"""From a number to that many random ridge functions, and to tables of them and of their derivatives.

Their slopes are drawn log-uniformly and the places where they bend uniformly, so that some are nearly linear and others nearly
steps (Chen, Chi, E and Yang, J. Mach. Learn. 1, 2022). Over periodic coordinates each is multiplied by a wave.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.polynomial import Polynomial

from pdedsl.problem.problem import Problem
from pdedsl.problem.symbol import MultiIndex
from pdedsl.spaces.functions import Sequenced
from pdedsl.spaces.space import Features

SLOPES = (0.3, 0.5)
"""The least slope, over an interval of length 2; and the largest, times the number of functions along one coordinate."""
MODEST, STEEPEST = 2.0, 60.0
"""The largest slope of few functions, and of all."""
LEVEL = 20.0
"""Where tanh is one, so that waves are alone."""
_SEED = 19_580_705


@dataclass(frozen=True, eq=False)
class Ridges(Sequenced):
    """Ridge functions `tanh(w . y + b)` of coordinates scaled to [-1, 1], times `cos(pi k . y + c)` in periodic ones."""

    slopes: np.ndarray
    """w, zero along periodic coordinates, shape (K, k)."""
    shifts: np.ndarray
    """b, shape (K,)."""
    waves: np.ndarray
    """k, whole numbers, zero along the others, shape (K, k)."""
    phases: np.ndarray
    """c, shape (K,)."""

    @property
    def size(self) -> int:
        return len(self.shifts)

    @property
    def along(self) -> int:
        return min(self.size, round(2 * float(np.abs(self.slopes).max(initial=0.0) + np.abs(self.waves).max())) + 4)

    def table(self, points: Any, order: MultiIndex, xp: Any = np) -> Any:
        if any(order[axis] for axis in range(len(order)) if axis not in self.axes):
            return xp.zeros((*points.shape[:-1], self.size), points.dtype)
        orders = np.asarray([order[axis] for axis in self.axes])
        waved = self.waves.any(axis=0)
        scaled = [2 / (high - low) for low, high in self.intervals]
        y = [
            (points[..., axis] - (low + high) / 2) * factor
            for axis, (low, high), factor in zip(self.axes, self.intervals, scaled, strict=True)
        ]
        ridge = sum((own[..., None] * w for own, w in zip(y, self.slopes.T, strict=True)), start=0.0) + self.shifts
        angle = sum((own[..., None] * (np.pi * k) for own, k in zip(y, self.waves.T, strict=True)), start=self.phases)
        bent, turned = orders * ~waved, orders * waved
        # derivatives of a product of a function of some coordinates and one of the others
        found = np.prod(self.slopes**bent, axis=1) * _polynomial(int(bent.sum()), xp.tanh(ridge))
        if waved.any():
            factor = np.prod((np.pi * self.waves) ** turned, axis=1)
            found = found * factor * xp.cos(angle + np.pi / 2 * int(turned.sum()))
        for factor, n in zip(scaled, orders, strict=True):
            found = found * factor ** int(n)
        return found

    def trace(self, axis: int) -> int:
        return self.size if len(self.axes) > 1 or axis not in self.axes else 1


def ridges(
    problem: Problem, axes: Sequence[int], space: Features, waves: Mapping[int, float] = MappingProxyType({})
) -> Ridges:
    """Functions of some of the coordinates, the first of a sequence that goes on; `waves` counts those of the data by axis."""
    count, k = space.count, len(axes)
    kinds = iter(np.random.SeedSequence(_SEED).spawn(6))

    def drawn() -> np.random.Generator:
        return np.random.default_rng(next(kinds))

    circular = np.asarray([problem.coordinates[axis].periodic for axis in axes])
    asked = np.asarray([np.pi * waves.get(axis, 0.0) for axis in axes])
    resolved = SLOPES[1] * np.arange(1, count + 1)[:, None] ** (1 / k)
    largest = np.clip(np.maximum(resolved, asked), MODEST, STEEPEST)
    directions = drawn().normal(size=(count, k)) * ~circular
    directions /= np.maximum(np.linalg.norm(directions, axis=1, keepdims=True), 1e-300)
    slopes = directions * SLOPES[0] * (largest / SLOPES[0]) ** drawn().uniform(size=(count, 1))
    shifts = -np.sum(slopes * drawn().uniform(-1, 1, size=(count, k)), axis=1)
    if circular.all():
        shifts = np.full(count, LEVEL)
    sizes = np.round((largest / 2 + 1) ** drawn().uniform(size=(count, k)) - 1)
    numbers = sizes * drawn().choice((-1.0, 1.0), size=(count, k)) * circular
    phases = drawn().uniform(0, 2 * np.pi, size=count)
    return Ridges(tuple(axes), tuple(problem.bounds[axis] for axis in axes), slopes, shifts, numbers, phases)


def _polynomial(order: int, value: Any) -> Any:
    """A derivative of tanh, from its value."""
    found = 0.0
    for c in reversed(_coefficients(order)):
        found = found * value + c
    return found


@cache
def _coefficients(order: int) -> tuple[float, ...]:
    """Of the polynomial in tanh that its derivative of an order is: `P_{m+1} = P_m' (1 - t^2)`."""
    own = Polynomial([0.0, 1.0])
    for _ in range(order):
        own = own.deriv() * Polynomial([1.0, 0.0, -1.0])
    return tuple(float(c) for c in own.coef)
