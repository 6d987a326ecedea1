"""Where an unknown may lie, and a smooth function onto there: what is sought is any number, and its value lies inside."""

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Bounds:
    """The interval of an unknown; infinite by default.

    Its value is `lower + (upper - lower) (1 + tanh z) / 2` of a number `z` that is free, `lower + exp z` or `upper - exp z`
    where one end is infinite, and `z` itself where both are.
    """

    lower: float = -np.inf
    upper: float = np.inf

    @property
    def free(self) -> bool:
        """Whether it may be any number."""
        return not np.isfinite(self.lower) and not np.isfinite(self.upper)

    def value(self, z: Any, functions: Any = np) -> Any:
        """The value for a free number: an array with NumPy's or JAX's functions, an expression with SymPy's."""
        low, high = self.lower, self.upper
        if self.free:
            return z
        if not np.isfinite(self.upper):
            return low + functions.exp(z)
        if not np.isfinite(self.lower):
            return high - functions.exp(z)
        return low + (high - low) * (1 + functions.tanh(z)) / 2

    def of(self, value: Any) -> np.ndarray:
        """The free number of a value; of one at an end, or beyond it, that of a value very near."""
        value = np.asarray(value, float)
        if self.free:
            return value
        if not np.isfinite(self.upper):
            return np.log(np.maximum(value - self.lower, NEAR * max(1.0, abs(self.lower))))
        if not np.isfinite(self.lower):
            return np.log(np.maximum(self.upper - value, NEAR * max(1.0, abs(self.upper))))
        share = (value - self.lower) / (self.upper - self.lower)
        return np.arctanh(np.clip(2 * share - 1, NEAR - 1, 1 - NEAR))

    def slope(self, z: Any) -> Any:
        """The derivative of the value."""
        if self.free:
            return np.ones(np.shape(z))
        if not np.isfinite(self.upper):
            return np.exp(z)
        if not np.isfinite(self.lower):
            return -np.exp(z)
        return (self.upper - self.lower) / np.cosh(z) ** 2 / 2


FREE = Bounds()
"""Those of anything."""
NEAR = 1e-6
"""The part of an interval that values which stand for its ends are inside of it."""
