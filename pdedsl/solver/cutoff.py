"""From a spectrum to the filters worth trying, and from their trials to the one to take: the cut-off schedules.

A filter is a vector `phi` in [0, 1], one entry a singular value; its step is `-V diag(phi / s) c`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, Protocol, assert_never

import jax.numpy as jnp
import numpy as np
from jax import Array

from pdedsl.planning import plan


class Spectrum(NamedTuple):
    """What a schedule knows of an iteration; K singular values, the largest first."""

    s: Array
    """Singular values, shape (K,)."""
    c: Array
    """Coefficients of the residual along the left singular vectors, shape (K,)."""
    unreached: Array
    """The part of |r|^2 that lies in the range of no step, a scalar."""
    share: float
    """What |r|^2 is multiplied with to give a mean square: 1 where rows carry their weights, 1/S where they are raw."""
    held: Array
    """The root mean square of the linearised residual on fresh points after keeping 1, 2, ... K singular values, shape
    (K,); of no length where the schedule asks for none."""


class Trials(NamedTuple):
    """What came of the candidate steps of one round: J filters, L lengths each."""

    loss: Array
    """The loss before, a scalar."""
    losses: Array
    """The loss after each candidate, shape (J, L); infinite where it is not a number."""
    predicted: Array
    """The decrease that the linear model promises for a full step, shape (J,)."""


class Pick(NamedTuple):
    """The candidate to take: its row and column, and whether to take it at all."""

    row: Array
    column: Array
    accept: Array


class Schedule(Protocol):
    """A rule for the cut-off. Its state is an array that `begin` makes and `choose` moves on."""

    lengths: ClassVar[Sequence[float]]
    """Parts of each step that are tried."""
    rounds: ClassVar[int]
    """How often to try again with a moved state, on the same factorisation, when nothing is accepted."""
    held: ClassVar[bool]
    """Whether the schedule wants to see fresh points."""
    thorough: ClassVar[bool]
    """Whether it needs the whole spectrum from the first step on, so that a refused step is final."""

    def begin(self) -> Array: ...

    def floor(self, state: Array) -> Array:
        """What the next step cuts off all below, as far as that is known before its factorisation."""
        ...

    def filters(self, spectrum: Spectrum, state: Array) -> Array:
        """Filters to try, shape (J, K)."""
        ...

    def cutoffs(self, spectrum: Spectrum, state: Array) -> Array:
        """The cut-off of each filter in the units of the singular values, shape (J,)."""
        ...

    def choose(self, trials: Trials, spectrum: Spectrum, state: Array) -> tuple[Pick, Array]: ...


def smallest(trials: Trials) -> Pick:
    """The candidate of the smallest loss, taken if it is below the present one."""
    row, column = jnp.unravel_index(jnp.argmin(trials.losses), trials.losses.shape)
    return Pick(row, column, trials.losses[row, column] < trials.loss)


HALVINGS = tuple(0.5**k for k in range(31))
"""The line search of ENGD and ANaGRAM: all of these lengths are tried, the best one is taken."""
FINE = tuple((0.5 ** (60 * np.linspace(0, 1, 101) ** 2)).tolist())
"""The line search of AMStraMGRAM (arXiv 2510.15998)."""


def kept(s: Array, cutoff: Array, soft: bool) -> Array:
    """The filter of a cut-off: `s >= cutoff`, or Tikhonov's `s^2 / (s^2 + cutoff^2)`."""
    if soft:
        return s**2 / jnp.maximum(s**2 + cutoff**2, 1e-300)
    return ((s >= cutoff) & (s > 0)).astype(s.dtype)


def first(count: Array, s: Array) -> Array:
    """The filter that keeps the first singular values."""
    return ((jnp.arange(s.size) < count.astype(int)) & (s > 0)).astype(s.dtype)


@dataclass(frozen=True)
class FixedCutoff:
    """ANaGRAM's cut-off (arXiv 2412.10782): keep what is at least `eps`, or `eps` times the largest singular value."""

    rule: plan.Fixed | plan.Relative
    lengths: ClassVar[Sequence[float]] = HALVINGS
    rounds: ClassVar[int] = 1
    held: ClassVar[bool] = False
    thorough: ClassVar[bool] = True

    def begin(self) -> Array:
        return jnp.zeros(())

    def floor(self, state: Array) -> Array:
        return jnp.asarray(self.rule.eps if isinstance(self.rule, plan.Fixed) else 0.0)

    def cutoffs(self, spectrum: Spectrum, state: Array) -> Array:
        s = spectrum.s
        scale = jnp.max(s) if isinstance(self.rule, plan.Relative) else jnp.ones((), s.dtype)
        return jnp.reshape(self.rule.eps * scale, (1,))

    def filters(self, spectrum: Spectrum, state: Array) -> Array:
        return kept(spectrum.s, self.cutoffs(spectrum, state)[0], self.rule.filter == "soft")[None, :]

    def choose(self, trials: Trials, spectrum: Spectrum, state: Array) -> tuple[Pick, Array]:
        return smallest(trials), state


@dataclass(frozen=True)
class DecayCutoff:
    """A cut-off that falls geometrically from `start` to `end` within some steps, and stays there."""

    rule: plan.Decay
    lengths: ClassVar[Sequence[float]] = HALVINGS
    rounds: ClassVar[int] = 1
    held: ClassVar[bool] = False
    thorough: ClassVar[bool] = True

    def begin(self) -> Array:
        return jnp.zeros(())

    def floor(self, state: Array) -> Array:
        return jnp.asarray(self.rule.end)

    def cutoffs(self, spectrum: Spectrum, state: Array) -> Array:
        part = jnp.minimum(state / self.rule.steps, 1.0)
        return jnp.reshape(self.rule.start * (self.rule.end / self.rule.start) ** part, (1,))

    def filters(self, spectrum: Spectrum, state: Array) -> Array:
        return kept(spectrum.s, self.cutoffs(spectrum, state)[0], self.rule.filter == "soft")[None, :]

    def choose(self, trials: Trials, spectrum: Spectrum, state: Array) -> tuple[Pick, Array]:
        return smallest(trials), state + 1


@dataclass(frozen=True)
class MultiCutoff:
    """AMStraMGRAM (arXiv 2510.15998): two ranks in turn, each on a factorisation of its own.

    With RCE(k) = rms(r - U_k U_k^T r), the smaller rank is the number of k with RCE(k) < s_k, or that of k with RCE(k)
    at least `target` if that is less. The larger one starts at the elbow of log s beyond the smaller, never decreases
    and grows by one when the smaller stagnates. The state is the turn, the larger rank and the last smaller one.
    """

    rule: plan.Multi
    lengths: ClassVar[Sequence[float]] = FINE
    rounds: ClassVar[int] = 1
    held: ClassVar[bool] = False
    thorough: ClassVar[bool] = True

    def begin(self) -> Array:
        return jnp.zeros(3)

    def floor(self, state: Array) -> Array:
        return jnp.zeros(())

    def _ranks(self, spectrum: Spectrum, state: Array) -> tuple[Array, Array]:
        s, c = spectrum.s, spectrum.c
        # The sum beyond k from its small end: a difference of large sums would lose all that matters.
        beyond = jnp.append(jnp.cumsum(c[::-1] ** 2)[::-1][1:], 0.0)
        error = jnp.sqrt(jnp.maximum(beyond + spectrum.unreached, 0.0) * spectrum.share)
        trusted = jnp.sum((error < s) & (s > 0))
        least = jnp.maximum(1, jnp.minimum(trusted, jnp.sum(error >= self.rule.target)))
        last, before = state[1].astype(int), state[2].astype(int)
        grown = jnp.maximum(last, trusted) + (least == before).astype(int)
        most = jnp.where(last == 0, jnp.maximum(self._elbow(s, least), trusted), grown)
        return least.astype(s.dtype), jnp.clip(most, least, jnp.sum(s > 0)).astype(s.dtype)

    @staticmethod
    def _elbow(s: Array, least: Array) -> Array:
        """Where log s lies furthest below the line from its value at `least` to its last one."""
        k, n = jnp.arange(s.size), jnp.sum(s > 0)
        along = (k - least + 1).astype(s.dtype) / jnp.maximum(n - least, 1).astype(s.dtype)
        height = jnp.log(jnp.maximum(s, 1e-300))
        left, right = height[least - 1], height[jnp.maximum(n - 1, 0)]
        line = left + (right - left) * along
        inside = (k >= least - 1) & (k < n)
        return jnp.argmax(jnp.where(inside, jnp.abs(height - line), -1.0)) + 1

    def _rank(self, spectrum: Spectrum, state: Array) -> Array:
        least, most = self._ranks(spectrum, state)
        return jnp.where(state[0] == 0, most, least)

    def cutoffs(self, spectrum: Spectrum, state: Array) -> Array:
        return spectrum.s[self._rank(spectrum, state).astype(int) - 1][None]

    def filters(self, spectrum: Spectrum, state: Array) -> Array:
        return first(self._rank(spectrum, state), spectrum.s)[None, :]

    def choose(self, trials: Trials, spectrum: Spectrum, state: Array) -> tuple[Pick, Array]:
        least, most = self._ranks(spectrum, state)
        return smallest(trials), jnp.stack([1 - state[0], most, jnp.where(state[0] == 0, state[2], least)])


@dataclass(frozen=True)
class HeldOutCutoff:
    """As many singular values as make the linearised residual smallest on fresh points."""

    lengths: ClassVar[Sequence[float]] = HALVINGS
    rounds: ClassVar[int] = 1
    held: ClassVar[bool] = True
    thorough: ClassVar[bool] = True

    def begin(self) -> Array:
        return jnp.zeros(())

    def floor(self, state: Array) -> Array:
        return jnp.zeros(())

    def _count(self, spectrum: Spectrum) -> Array:
        usable = jnp.where(spectrum.s > 0, spectrum.held, jnp.inf)
        return jnp.argmin(usable) + 1

    def cutoffs(self, spectrum: Spectrum, state: Array) -> Array:
        return spectrum.s[self._count(spectrum) - 1][None]

    def filters(self, spectrum: Spectrum, state: Array) -> Array:
        return first(self._count(spectrum), spectrum.s)[None, :]

    def choose(self, trials: Trials, spectrum: Spectrum, state: Array) -> tuple[Pick, Array]:
        return smallest(trials), state


class History(NamedTuple):
    """What a schedule of one's own sees of the iteration before; scalars, zeros in the first one."""

    step: Array
    loss: Array
    gain: Array
    """Actual over predicted decrease."""
    accepted: Array


@dataclass(frozen=True)
class CustomCutoff:
    """A schedule of one's own: a function `(s, c, history)` to a filter of shape (K,), traced by JAX."""

    function: Callable[[Array, Array, History], Array]
    lengths: ClassVar[Sequence[float]] = HALVINGS
    rounds: ClassVar[int] = 1
    held: ClassVar[bool] = False
    thorough: ClassVar[bool] = True

    def begin(self) -> Array:
        return jnp.zeros(4)

    def floor(self, state: Array) -> Array:
        return jnp.zeros(())

    def cutoffs(self, spectrum: Spectrum, state: Array) -> Array:
        passed = self.filters(spectrum, state)[0] >= 0.5
        return jnp.min(jnp.where(passed, spectrum.s, jnp.max(spectrum.s)))[None]

    def filters(self, spectrum: Spectrum, state: Array) -> Array:
        found = jnp.asarray(self.function(spectrum.s, spectrum.c, History(*state)), spectrum.s.dtype)
        if found.shape != spectrum.s.shape:
            raise ValueError(f"a schedule gives a filter of shape {spectrum.s.shape}, not {found.shape}")
        return jnp.where(spectrum.s > 0, found, 0.0)[None, :]

    def choose(self, trials: Trials, spectrum: Spectrum, state: Array) -> tuple[Pick, Array]:
        choice = smallest(trials)
        gain = (trials.loss - trials.losses[choice.row, choice.column]) / jnp.maximum(trials.predicted[0], 1e-300)
        return choice, jnp.stack([state[0] + 1, trials.loss, gain, choice.accept.astype(state.dtype)])


@dataclass(frozen=True)
class TrustCutoff:
    """A ladder of soft cut-offs about the last one; the largest step that keeps its promise is taken.

    The soft filter `s^2 / (s^2 + lambda)` is Tikhonov's (Levenberg and Marquardt's); a step keeps its promise when
    the gain ratio, actual over predicted decrease, is above `target`. The state is log10 of lambda.
    """

    rule: plan.Trust
    lengths: ClassVar[Sequence[float]] = (1.0,)
    rounds: ClassVar[int] = 4
    held: ClassVar[bool] = False
    thorough: ClassVar[bool] = False

    def begin(self) -> Array:
        return jnp.zeros(())

    def floor(self, state: Array) -> Array:
        return 10.0 ** (self._ladder(state)[0] / 2)

    def _ladder(self, state: Array) -> Array:
        # Two thirds of the rungs are bolder than the last cut-off, the rest more careful.
        below, rungs = 2 * self.rule.rungs // 3, np.arange(self.rule.rungs)
        return jnp.maximum(state + jnp.asarray(self.rule.ratio * (rungs - below), state.dtype), FLOOR)

    def cutoffs(self, spectrum: Spectrum, state: Array) -> Array:
        return 10.0 ** (self._ladder(state) / 2)

    def filters(self, spectrum: Spectrum, state: Array) -> Array:
        squares = (spectrum.s**2)[None, :]
        return squares / (squares + 10.0 ** self._ladder(state)[:, None])

    def choose(self, trials: Trials, spectrum: Spectrum, state: Array) -> tuple[Pick, Array]:
        gain = (trials.loss - trials.losses[:, 0]) / jnp.maximum(trials.predicted, 1e-300)
        passes = (gain > self.rule.target) & (trials.losses[:, 0] < trials.loss)
        bold = jnp.argmax(passes)  # the ladder rises, so the first that passes is the largest step
        ladder = self._ladder(state)
        found = jnp.any(passes)
        moved = jnp.where(found, ladder[bold], ladder[-1] + self.rule.ratio * self.rule.rungs / 2)
        return Pick(bold, jnp.zeros((), bold.dtype), found), moved


FLOOR = -30.0
"""log10 of the smallest lambda that is tried."""


def schedule(rule: plan.Cutoff) -> Schedule:
    """What carries out a rule for the cut-off."""
    match rule:
        case plan.Trust():
            return TrustCutoff(rule)
        case plan.Fixed() | plan.Relative():
            return FixedCutoff(rule)
        case plan.Decay():
            return DecayCutoff(rule)
        case plan.Multi():
            return MultiCutoff(rule)
        case plan.HeldOut():
            return HeldOutCutoff()
        case plan.Custom(function):
            assert function is not None, "a run of this kind resumes with its function"
            return CustomCutoff(function)
        case _:
            assert_never(rule)
