"""From the values of a table to a function between them: splines on a grid, Clough-Tocher on scattered points."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import scipy  # whose modules are imported when they are first named


@dataclass(frozen=True, eq=False)
class Interpolant:
    """A function through `values` at `points`, of shapes (n,) and (n, d). Beyond its points it keeps its end value."""

    points: np.ndarray = field(repr=False)
    values: np.ndarray = field(repr=False)
    degree: int = 3
    """3 for cubic splines, 1 for straight lines."""

    @cached_property
    def axes(self) -> tuple[np.ndarray, ...]:
        """The different values of each coordinate, rising."""
        return tuple(np.unique(column) for column in self.points.T)

    @property
    def gridded(self) -> bool:
        """Whether the points are all the crossings of a grid, in some order."""
        crossings = int(np.prod([len(axis) for axis in self.axes]))
        return crossings == len(self.points) == len(np.unique(self.points, axis=0))

    @property
    def bounds(self) -> tuple[tuple[float, float], ...]:
        """The least and the largest value of each coordinate."""
        return tuple((float(axis[0]), float(axis[-1])) for axis in self.axes)

    @cached_property
    def _spline(self) -> Any:
        """A tensor product of B-splines: one coordinate after the other is interpolated."""
        order = np.lexsort(self.points.T[::-1])
        table = self.values[order].reshape([len(axis) for axis in self.axes])
        knots, degrees = [], []
        for k, axis in enumerate(self.axes):
            degree = min(self.degree, len(axis) - 1)
            one: Any = scipy.interpolate.make_interp_spline(axis, np.moveaxis(table, k, 0), k=degree)
            table = np.moveaxis(one.c, 0, k)
            knots.append(one.t)
            degrees.append(degree)
        return scipy.interpolate.NdBSpline(tuple(knots), table, tuple(degrees))

    @cached_property
    def _scattered(self) -> Any:
        smooth, straight = scipy.interpolate.CloughTocher2DInterpolator, scipy.interpolate.LinearNDInterpolator
        return (smooth if self.degree == 3 else straight)(self.points, self.values)

    def __call__(self, operands: Sequence[Any], orders: Sequence[int]) -> np.ndarray:
        """Values, or derivatives of these orders, at arrays of coordinates; of their broadcast shape."""
        arrays = np.broadcast_arrays(*(np.asarray(o, float) for o in operands))
        clipped = [np.clip(a, low, high) for a, (low, high) in zip(arrays, self.bounds, strict=True)]
        at = np.stack([c.ravel() for c in clipped], axis=1)
        if self.gridded:
            return np.asarray(self._spline(at, nu=np.asarray(orders))).reshape(arrays[0].shape)
        return self._differences(at, list(orders)).reshape(arrays[0].shape)

    def _differences(self, at: np.ndarray, orders: list[int]) -> np.ndarray:
        """Derivatives between scattered points, by central differences of the surface through them."""
        axis = next((k for k, n in enumerate(orders) if n), None)
        if axis is None:
            return np.asarray(self._scattered(at))
        step = np.zeros(at.shape[1])
        step[axis] = 1e-4 * (self.bounds[axis][1] - self.bounds[axis][0])
        less = [n - (k == axis) for k, n in enumerate(orders)]
        return (self._differences(at + step, less) - self._differences(at - step, less)) / (2 * step[axis])
