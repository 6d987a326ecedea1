"""From a spectrum to the filters worth trying, and from their trials to the one to take: the cut-off schedules.

A filter is a vector `phi` in [0, 1], one entry a singular value; its step is `-V diag(phi / s) c`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import jax.numpy as jnp
import numpy as np
from jax import Array


class Trials(NamedTuple):
    """What came of the candidate steps of one round: J filters, L lengths each."""

    loss: Array
    """The loss before, a scalar."""
    losses: Array
    """The loss after each candidate, shape (J, L); infinite where it is not a number."""
    predicted: Array
    """The decrease that the linear model promises for a full step, shape (J,)."""


class Choice(NamedTuple):
    """The candidate to take: its row and column, and whether to take it at all."""

    row: Array
    column: Array
    accept: Array


class Schedule(Protocol):
    """A rule for the cut-off. Its state is an array that `begin` makes and `choose` moves on."""

    @property
    def lengths(self) -> Sequence[float]: ...

    @property
    def rounds(self) -> int:
        """How often to try again with a moved state, on the same factorisation, when nothing is accepted."""
        ...

    def begin(self) -> Array: ...

    def filters(self, s: Array, state: Array) -> Array:
        """Filters to try, shape (J, K), for singular values of shape (K,)."""
        ...

    def cutoffs(self, s: Array, state: Array) -> Array:
        """The cut-off of each filter in the units of the singular values, shape (J,)."""
        ...

    def choose(self, trials: Trials, state: Array) -> tuple[Choice, Array]: ...


def smallest(trials: Trials) -> Choice:
    """The candidate of the smallest loss, taken if it is below the present one."""
    row, column = jnp.unravel_index(jnp.argmin(trials.losses), trials.losses.shape)
    return Choice(row, column, trials.losses[row, column] < trials.loss)


HALVINGS = tuple(0.5**k for k in range(31))
"""The line search of ENGD and ANaGRAM: all of these lengths are tried, the best one is taken."""


@dataclass(frozen=True)
class Hard:
    """ANaGRAM's cut-off (arXiv 2412.10782): keep what is at least `eps`, or `eps` times the largest singular value."""

    eps: float
    relative: bool = False
    lengths: tuple[float, ...] = HALVINGS
    rounds: int = 1

    def begin(self) -> Array:
        return jnp.zeros(())

    def cutoffs(self, s: Array, state: Array) -> Array:
        return jnp.reshape(self.eps * jnp.max(s) if self.relative else jnp.asarray(self.eps, s.dtype), (1,))

    def filters(self, s: Array, state: Array) -> Array:
        kept = (s >= self.cutoffs(s, state)) & (s > 0)
        return kept.astype(s.dtype)[None, :]

    def choose(self, trials: Trials, state: Array) -> tuple[Choice, Array]:
        return smallest(trials), state


@dataclass(frozen=True)
class Trust:
    """A ladder of soft cut-offs about the last one; the largest step that keeps its promise is taken.

    The soft filter `s^2 / (s^2 + lambda)` is Tikhonov's (Levenberg and Marquardt's); a step keeps its promise when
    the gain ratio, actual over predicted decrease, is above `target`. The state is log10 of lambda.
    """

    target: float = 0.02
    rungs: int = 12
    ratio: float = 0.5
    """Distance of two rungs in decades of lambda."""
    start: float = 0.0
    floor: float = -30.0
    rounds: int = 4
    lengths: tuple[float, ...] = (1.0,)

    def begin(self) -> Array:
        return jnp.asarray(self.start)

    def _ladder(self, state: Array) -> Array:
        # Two thirds of the rungs are bolder than the last cut-off, the rest more careful.
        below = 2 * self.rungs // 3
        return jnp.maximum(state + jnp.asarray(self.ratio * (np.arange(self.rungs) - below), state.dtype), self.floor)

    def cutoffs(self, s: Array, state: Array) -> Array:
        return 10.0 ** (self._ladder(state) / 2)

    def filters(self, s: Array, state: Array) -> Array:
        squares = (s**2)[None, :]
        return squares / (squares + 10.0 ** self._ladder(state)[:, None])

    def choose(self, trials: Trials, state: Array) -> tuple[Choice, Array]:
        gain = (trials.loss - trials.losses[:, 0]) / jnp.maximum(trials.predicted, 1e-300)
        passes = (gain > self.target) & (trials.losses[:, 0] < trials.loss)
        bold = jnp.argmax(passes)  # the ladder rises, so the first that passes is the largest step
        ladder = self._ladder(state)
        found = jnp.any(passes)
        moved = jnp.where(found, ladder[bold], ladder[-1] + self.ratio * self.rungs / 2)
        return Choice(bold, jnp.zeros((), bold.dtype), found), moved
