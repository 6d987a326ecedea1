"""From residuals that are sums over a basis to the coefficients that make them smallest: Gauss-Newton, without JAX.

The same step as ANaGRAM's, for spaces that are linear in their coefficients: the pseudoinverse of the Jacobian by QR and
the SVD of R, with a cut-off that stands for rounding alone. A linear problem takes one step; others descend, full steps
first, then along a ladder of soft cut-offs (Levenberg and Marquardt), the longest that keeps its promise. Near a solution
the Jacobian hardly changes, and its factors serve for more steps (chords), as long as these get shorter fast.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

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
IDLE = 1e-6
"""The part of the loss that a full step promises, or a step with kept factors gains, after which no other follows: what is
left is what the functions cannot hold, and what still changes are sums of them that nearly vanish.
"""
MODEST = 1e-2
"""The part of the loss that a full step promises, up to which no shorter one is sought where it does not keep its promise."""
FAST = 0.5
"""By how much a step with factors that are kept must be shorter than the one before."""
CORRECTIONS = 4
"""How often a step that does not keep its promise is corrected with the same factors (of second order: Maratos' effect)."""
CHORDS = 30
"""Steps with the same factors."""
NEARBY = 1e-3
"""The length of a step with a `reach` after which factors are kept: before that what is weak has not been seen yet."""
SOFTER = 30.0
"""How many times the last soft cut-off the first one is that is tried after it, of steps with a `reach`."""
UPHILL = 1.1
"""How much larger the loss may be after a step with factors that are kept: where it has settled it is rounding."""


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
    left: float
    """What the steps after it are going to change."""


@runtime_checkable
class Repeated(Residuals, Protocol):
    """A linear one whose matrix is that of several solutions, the residuals of which come one after another."""

    order: np.ndarray
    """The places of the coefficients of the first solution, of the second, ..., shape (K,)."""


class Factors:
    """The Jacobian at some coefficients, its columns of length one, factorised; and the residual there."""

    def __init__(self, system: Residuals, coefficients: np.ndarray):
        self.residual, phi = system.linearised(coefficients)
        self._order = system.order if isinstance(system, Repeated) else None
        lengths = np.linalg.norm(phi, axis=0)
        lengths[lengths == 0] = 1.0
        self.phi = phi / lengths
        self.triangle = Triangle(self.phi)
        self.lengths = lengths if self._order is None else self._joined(lengths, len(self._order) // len(lengths))
        self.newton, self.rank = self._newton(self.residual)

    @property
    def jacobian(self) -> np.ndarray:
        """As it was, shape (S, K)."""
        return self.phi * self.lengths

    def change(self, r: np.ndarray) -> np.ndarray:
        """What makes a residual smallest to first order, as if the Jacobian was the same."""
        return self._newton(r)[0] / self.lengths

    def _newton(self, r: np.ndarray) -> tuple[np.ndarray, int]:
        if self._order is None:
            return self.triangle.newton(r)
        found = [self.triangle.newton(own) for own in r.reshape(-1, len(self.phi))]
        return self._joined(np.concatenate([own for own, _ in found])), found[0][1]

    def _joined(self, own: np.ndarray, times: int = 1) -> np.ndarray:
        """What is said of the coefficients of one solution after another, in the order of all of them."""
        found = np.empty(len(own) * times)
        found[self._order] = np.tile(own, times)
        return found


Reach = Callable[[np.ndarray], float]
"""The part of a change of the coefficients that may be made at once."""


def step(
    system: Residuals,
    coefficients: np.ndarray,
    factors: Factors | None = None,
    reach: Reach | None = None,
    above: float = 0.0,
) -> Step:
    """One step of Gauss-Newton from some coefficients of shape (K,); `factors` are those there.

    Soft cut-offs are tried from `above` on.

    With a `reach` steps are no longer than it says, and corrected where they do not keep their promise: for rows of which some
    are to hold, and others are to fall along where they do.
    """
    own = factors or Factors(system, coefficients)
    r, direction, rank = own.residual, own.newton, own.rank
    loss = 0.5 * float(r @ r)

    def moved(direction: np.ndarray, cutoff: float, gain: float, idle: bool = False) -> Step:
        after = coefficients + direction / own.lengths
        size = _relative(direction / own.lengths, after)
        return Step(after, loss, cutoff, rank, gain, True, size, 0.0 if idle else size * min(size, 1.0))

    if system.is_linear:
        return moved(direction, FLOOR, 1.0)
    for cutoff in (0.0, *(own for own in LADDER if own >= above)):
        if cutoff:
            direction = own.triangle.damped(r, cutoff)
        promised = predicted = loss - 0.5 * float(np.sum((r + own.phi @ direction) ** 2))
        if reach is not None and (part := reach(direction / own.lengths)) < 1:
            direction = part * direction
            predicted = loss - 0.5 * float(np.sum((r + own.phi @ direction) ** 2))
        left = _left(system, coefficients + direction / own.lengths)
        after = 0.5 * float(left @ left)
        for _ in range(
            0 if reach is None else CORRECTIONS
        ):  # back to where strong rows hold, along which weak ones are to fall
            if not after < np.inf or loss - after >= TARGET * predicted:
                break
            back = direction + (own.triangle.damped(left, cutoff) if cutoff else own.triangle.newton(left)[0])
            if reach is not None and reach(back / own.lengths) < FAST:
                break
            left = _left(system, coefficients + back / own.lengths)
            if not 0.5 * float(left @ left) < FAST * after:
                break
            direction, after = back, 0.5 * float(left @ left)
        gain, idle = (loss - after) / max(predicted, 1e-300), not cutoff and promised <= IDLE * loss
        if np.isfinite(after) and gain >= TARGET:
            return moved(direction, cutoff or FLOOR, gain, idle)
        if promised <= MODEST * loss and not cutoff:
            break
    return Step(coefficients, loss, 0.0, rank, 0.0, False, 0.0, 0.0)


def _left(system: Residuals, coefficients: np.ndarray) -> np.ndarray:
    """The residual, of which nobody knows yet whether it is finite."""
    with np.errstate(all="ignore"):
        return system.residual(coefficients)


@dataclass(frozen=True)
class _Chord:
    """A step with factors of other coefficients, and the residual after it."""

    taken: Step
    residual: np.ndarray
    idle: bool
    """Whether it gained next to nothing."""


def _chord(
    system: Residuals, coefficients: np.ndarray, r: np.ndarray, factors: Factors, before: float, reach: Reach | None
) -> _Chord | None:
    """From a residual `r`, after a step of length `before`; None where it is not much shorter, leads uphill or beyond a `reach`."""
    change = factors.change(r)
    if reach is not None and reach(change) < 1:
        return None
    after = coefficients + change
    length, loss = _relative(change, after), 0.5 * float(r @ r)
    if not length <= max(FAST * before, SETTLED):
        return None
    left = _left(system, after)
    if not 0.5 * float(left @ left) <= UPHILL * loss:
        return None
    share = min(length / before, FAST) if before < np.inf else 0.5
    step = Step(after, loss, FLOOR, factors.rank, 1.0, True, length, length * share / (1 - share))
    return _Chord(step, left, loss - 0.5 * float(left @ left) <= IDLE * loss)


def _relative(change: np.ndarray, after: np.ndarray) -> float:
    return float(np.linalg.norm(change)) / max(float(np.linalg.norm(after)), 1e-300)


class Triangle:
    """A matrix as Q R: all that least squares need of it."""

    def __init__(self, matrix: np.ndarray):
        found: Any = linalg.qr(matrix, mode="raw", check_finite=False)
        (self._reflectors, self._tau), self.r = found
        self.columns = matrix.shape[1]
        square = self.r.shape[0] == self.r.shape[1]
        self.reciprocal = _reciprocal_condition(self.r) if square else 0.0
        """The reciprocal condition number, estimated: zero where there are fewer rows than columns."""
        self._sound = self.reciprocal > SOUND
        self._pivoted: Any = None
        self._svd: tuple[np.ndarray, np.ndarray, np.ndarray] | None = None
        self._last: tuple[np.ndarray, np.ndarray] | None = None

    def _rotated(self, r: np.ndarray) -> np.ndarray:
        """The first rows of Q^T r, as many as R has; those of the last one are kept."""
        if self._last is None or self._last[0] is not r:
            self._last = r, self._turned(r)
        return self._last[1]

    def _turned(self, r: np.ndarray) -> np.ndarray:
        (apply,) = linalg.get_lapack_funcs(("ormqr",), (self._reflectors,))
        found, _, _ = apply("L", "T", self._reflectors[:, : len(self._tau)], self._tau, r[:, None], 64 * len(r))
        return found[: len(self.r), 0]

    def newton(self, r: np.ndarray) -> tuple[np.ndarray, int]:
        """The least-squares step for a residual, and how many directions it moves in."""
        c = self._rotated(r)
        if self._sound:
            return -linalg.solve_triangular(self.r, c, check_finite=False), len(self.r)
        if self._pivoted is None:
            self._pivoted = linalg.qr(self.r, mode="economic", pivoting=True, check_finite=False)
        q, r, order = self._pivoted
        size = np.abs(np.diag(r))
        rank = int((size > FLOOR * size[0]).sum())
        step = np.zeros(self.columns)
        right = q[:, :rank].T @ c
        step[order[:rank]] = -linalg.solve_triangular(r[:rank, :rank], right, check_finite=False)
        return step, rank

    def damped(self, r: np.ndarray, cutoff: float) -> np.ndarray:
        """The step with a soft cut-off, relative to the largest singular value."""
        if self._svd is None:
            self._svd = np.linalg.svd(self.r, full_matrices=False)
        u, s, v = self._svd
        return -v.T @ ((s / (s**2 + (cutoff * s[0]) ** 2)) * (u.T @ self._rotated(r)))


def _reciprocal_condition(triangle: np.ndarray) -> float:
    """An estimate for a triangular matrix, in the 1-norm."""
    (estimate,) = linalg.get_lapack_funcs(("trcon",), (triangle,))
    return float(estimate(triangle)[0])


def descend(
    system: Residuals,
    coefficients: np.ndarray,
    most: int = 30,
    watch: Callable[[Step], bool] = lambda step: True,
    reach: Reach | None = None,
) -> np.ndarray:
    """Where `descended` ends."""
    return descended(system, coefficients, most, watch, reach=reach)[0]


@np.errstate(over="ignore", invalid="ignore")  # where a step leads too far
def descended(
    system: Residuals,
    coefficients: np.ndarray,
    most: int = 30,
    watch: Callable[[Step], bool] = lambda step: True,
    kept: Factors | None = None,
    reach: Reach | None = None,
) -> tuple[np.ndarray, Factors | None]:
    """Steps until the last one is a rounding error, or none is accepted; `watch` sees each, and may end them.

    Factorises `most` times at most. `kept` are factors of nearly the same system, with which it begins; those that it ended with
    are returned beside the coefficients.
    """
    before, above = np.inf, 0.0
    for _ in range(most):
        if kept is None:
            kept = Factors(system, coefficients)
            found = step(system, coefficients, kept, reach, above)
            above = found.cutoff / SOFTER if reach is not None and found.cutoff > FLOOR else 0.0
            coefficients, before = found.coefficients, found.length
            if not (watch(found) and found.accepted and found.left) or found.length <= SETTLED or system.is_linear:
                break
        r, idle = system.residual(coefficients), False
        for _ in range(CHORDS if reach is None or before < NEARBY else 0):
            chord = _chord(system, coefficients, r, kept, before, reach)
            if chord is None and idle:
                return coefficients, kept
            if chord is None:
                break
            idle = chord.idle
            coefficients, r, before = chord.taken.coefficients, chord.residual, chord.taken.length
            if not watch(chord.taken) or chord.taken.left <= SETTLED:
                return coefficients, kept
        kept, before = None, np.inf
    return coefficients, kept
