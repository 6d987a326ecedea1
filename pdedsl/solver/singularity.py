"""From a matrix to a test of others near it: its sign changes where one on the way is singular.

In the directions that the first matrix sees, and in units of what it makes of them, others near it are nearly the identity; an
eigenvalue that becomes negative has passed through zero. Sums of columns that nearly vanish are small for all of them, and say nothing.
"""

from collections.abc import Callable

import numpy as np

UNSEEN, REAL = 1e-10, 1e-3
"""The part of the largest singular value below which directions are rounding; the imaginary part of an eigenvalue that is real, relative
to its size: of two that are equal rounding makes a pair.
"""


def singularity(first: np.ndarray) -> Callable[[np.ndarray], float]:
    """A function of matrices of the shape of the first one, (S, K): the smallest eigenvalue that is real, 1 for the first one."""
    lengths = np.linalg.norm(first, axis=0)
    lengths = np.where(lengths > 0, lengths, 1.0)
    left, sizes, right = np.linalg.svd(first / lengths, full_matrices=False)
    seen = sizes > UNSEEN * sizes[0]
    left, right = left[:, seen].T, right[seen].T / sizes[seen] / lengths[:, None]

    def smallest(other: np.ndarray) -> float:
        found = np.linalg.eigvals(left @ other @ right)
        real = found.real[np.abs(found.imag) <= REAL * np.abs(found)]
        return float(real.min(initial=1.0))

    return smallest
