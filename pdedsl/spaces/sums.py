"""A sum of polynomials and waves as a function of its own arguments, and as arrays: numbers alone, no text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pdedsl.spaces.basis import Basis
from pdedsl.spaces.space import Size
from pdedsl.spaces.stretch import Stretch


@dataclass(frozen=True, eq=False)
class Sum:
    """A function of some arguments, `mean + spread * sum c_k phi_k`."""

    basis: Basis
    """Over the arguments as the columns of a point."""
    coefficients: np.ndarray
    """Shape (K,)."""
    size: Size

    def __call__(self, operands: Sequence[Any], orders: Sequence[int]) -> np.ndarray:
        """Values, or derivatives of these orders, at arrays of arguments; of their broadcast shape."""
        arrays = np.broadcast_arrays(*(np.asarray(own, float) for own in operands))
        points = np.stack([own.ravel() for own in arrays], axis=1) if arrays else np.zeros((1, 0))  # of a number
        offset = 0.0 if any(orders) else self.size.mean
        found = offset + self.size.spread * self.basis.total(self.coefficients, points, tuple(orders))
        return found.reshape(arrays[0].shape if arrays else ())

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """All of it, as arrays."""
        own = self.basis
        return {
            "intervals": np.asarray(own.intervals, float).reshape(-1, 2),
            "circular": np.asarray(own.circular, bool),
            "numbers": own.numbers.astype(np.min_scalar_type(int(own.numbers.max(initial=0)))),
            "coefficients": self.coefficients,
            "size": np.asarray([self.size.mean, self.size.spread]),
            **{
                f"stretch {k}": np.asarray([held.places, held.widths, held.weights])
                for k, held in enumerate(own.stretches)
                if held is not None
            },
        }


def summed(arrays: Mapping[str, np.ndarray]) -> Sum:
    """The sum that gave these arrays. Raises KeyError and ValueError for others."""
    low_high, circular, numbers = arrays["intervals"], arrays["circular"], arrays["numbers"]
    k = len(circular)
    if low_high.shape != (k, 2) or numbers.ndim != 2 or numbers.shape[1] != k or (numbers < 0).any():
        raise ValueError("no sum over a basis")
    intervals = tuple((float(low), float(high)) for low, high in low_high)
    held = [arrays.get(f"stretch {place}") for place in range(k)]
    if any(own is not None and (own.ndim != 2 or len(own) != 3 or (own[1] <= 0).any()) for own in held):
        raise ValueError("no sum over a basis")
    stretches = tuple(None if own is None else Stretch(*(tuple(map(float, row)) for row in own)) for own in held)
    own = Basis(tuple(range(k)), intervals, tuple(map(bool, circular)), numbers.astype(int), stretches)
    if arrays["coefficients"].shape != (own.size,) or arrays["size"].shape != (2,):
        raise ValueError("no sum over a basis")
    return Sum(own, arrays["coefficients"].astype(float), Size(*map(float, arrays["size"])))
