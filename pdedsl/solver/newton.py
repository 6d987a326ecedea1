"""From residuals that are sums over a basis to the coefficients that make them smallest: Gauss-Newton, without JAX.

The same step as ANaGRAM's, for spaces that are linear in their coefficients: the pseudoinverse of the Jacobian by QR and
the SVD of R, with a cut-off that stands for rounding alone. A linear problem takes one step; others descend, full steps
first, then along a ladder of soft cut-offs (Levenberg and Marquardt), the longest that keeps its promise.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from scipy import linalg

FLOOR = 1e-14
"""The smallest singular value that is kept, relative to the largest: frames have many below it."""
SOUND = 1e-10
"""The reciprocal condition number from which a triangular solve is as good as singular values."""
LADDER = tuple(10.0 ** np.arange(-9.5, 1.5, 0.5))
"""Soft cut-offs, relative to the largest singular value."""
TARGET = 0.02
"""The gain ratio from which a step keeps its promise."""
SETTLED = 1e-13
"""The length of a step, relative to the coefficients, after which no other follows."""


class Residuals(Protocol):
    """What is minimised."""

    @property
    def is_linear(self) -> bool: ...

    def residual(self, coefficients: np.ndarray) -> np.ndarray: ...

    def linearised(self, coefficients: np.ndarray) -> tuple[np.ndarray, np.ndarray]: ...


@dataclass(frozen=True)
class Step:
    """Where a step led."""

    coefficients: np.ndarray
    loss: float
    """Half the sum of squares before the step."""
    cutoff: float
    rank: int
    gain: float
    """Actual over predicted decrease; 1 where the problem is linear."""
    accepted: bool
    length: float
    """The change, relative to the size of the coefficients."""


def step(system: Residuals, coefficients: np.ndarray) -> Step:
    """One step of Gauss-Newton from some coefficients of shape (K,)."""
    r, phi = system.linearised(coefficients)
    lengths = np.linalg.norm(phi, axis=0)
    lengths[lengths == 0] = 1.0
    loss, factors = 0.5 * float(r @ r), Triangle(phi / lengths, r)

    def moved(direction: np.ndarray, cutoff: float, rank: int, gain: float) -> Step:
        change = direction / lengths
        size = float(np.linalg.norm(change)) / max(float(np.linalg.norm(coefficients + change)), 1e-300)
        return Step(coefficients + change, loss, cutoff, rank, gain, True, size)

    direction, rank = factors.newton()
    if system.is_linear:
        return moved(direction, FLOOR, rank, 1.0)
    for cutoff in (0.0, *LADDER):
        if cutoff:
            direction = factors.damped(cutoff)
        predicted = loss - 0.5 * float(np.sum((r + phi @ (direction / lengths)) ** 2))
        with np.errstate(all="ignore"):
            after = 0.5 * float(np.sum(system.residual(coefficients + direction / lengths) ** 2))
        gain = (loss - after) / max(predicted, 1e-300)
        if np.isfinite(after) and gain >= TARGET:
            return moved(direction, cutoff or FLOOR, rank, gain)
    return Step(coefficients, loss, 0.0, rank, 0.0, False, 0.0)


class Triangle:
    """The triangle R of a matrix and its right-hand side: all that least squares need of them."""

    def __init__(self, matrix: np.ndarray, r: np.ndarray):
        found: Any = linalg.qr(np.column_stack([matrix, r]), mode="r", overwrite_a=True, check_finite=False)
        whole: np.ndarray = found[0]
        columns = matrix.shape[1]
        self.r, self.c = whole[:columns, :columns], whole[:columns, columns]
        self._svd: tuple[np.ndarray, np.ndarray, np.ndarray] | None = None

    def newton(self) -> tuple[np.ndarray, int]:
        """The least-squares step, and how many directions it moves in."""
        square = self.r.shape[0] == self.r.shape[1]
        if square and _reciprocal_condition(self.r) > SOUND:
            return -linalg.solve_triangular(self.r, self.c, check_finite=False), len(self.r)
        found: Any = linalg.qr(self.r, mode="economic", pivoting=True, check_finite=False)
        q, r, order = found
        size = np.abs(np.diag(r))
        rank = int((size > FLOOR * size[0]).sum())
        step = np.zeros(self.r.shape[1])
        right = q[:, :rank].T @ self.c
        step[order[:rank]] = -linalg.solve_triangular(r[:rank, :rank], right, check_finite=False)
        return step, rank

    def damped(self, cutoff: float) -> np.ndarray:
        """The step with a soft cut-off, relative to the largest singular value."""
        u, s, v = self.singular
        return -v.T @ ((s / (s**2 + (cutoff * s[0]) ** 2)) * (u.T @ self.c))

    @property
    def singular(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        if self._svd is None:
            self._svd = np.linalg.svd(self.r, full_matrices=False)
        return self._svd


def _reciprocal_condition(triangle: np.ndarray) -> float:
    """An estimate for a triangular matrix, in the 1-norm."""
    (estimate,) = linalg.get_lapack_funcs(("trcon",), (triangle,))
    return float(estimate(triangle)[0])


def descend(
    system: Residuals,
    coefficients: np.ndarray,
    most: int = 30,
    watch: Callable[[Step], bool] = lambda step: True,
) -> np.ndarray:
    """Steps until the last one is a rounding error, or none is accepted; `watch` sees each, and may end them."""
    for _ in range(1 if system.is_linear else most):
        found = step(system, coefficients)
        coefficients = found.coefficients
        if not watch(found) or not found.accepted or found.length <= SETTLED:
            break
    return coefficients
