"""From data and a system to the solution that explains them, and to how far everything is known then.

Statements hold, and what they leave open is chosen by the data: these pull at the solution with a small part of the weight that
statements have, which becomes smaller and smaller (a penalty method, read the other way round). Where functions are still too
coarse to hold the statements, it stays as large as it must be, so that data and not the coarseness choose.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from pdedsl.problem.laws import as_wholes
from pdedsl.problem.problem import Problem
from pdedsl.solver.newton import Step, descend
from pdedsl.spaces import penalty
from pdedsl.spaces.collocation import Collocation, Expansion
from pdedsl.spaces.measured import PULL, by_median, measured, worth
from pdedsl.spaces.penalty import Balance, balanced
from pdedsl.spaces.posterior import Posterior, posterior
from pdedsl.spaces.prior import Smooth, Smoothness, deviations, noise_of, smoothness, unknown_functions
from pdedsl.spaces.reduced import Reduced, reduced
from pdedsl.stages.rungs import COARSE, Rung

HELPED = 0.5
"""The part of what is left of statements from which less pull is of no help."""
UNSETTLED, CERTAIN, TOLD = 1e-3, 0.1, 0.5
"""The change of a degree after which data pull once more as at the beginning; and the part of what data leave unknown up to which
one is none, and up to which nothing better is to be had.
"""
AHEAD = 0.3
"""The part of their noise to which statements may know of unknowns what is not so, since functions cannot hold it."""
QUICK, FULL = 8, 30
"""Times that a system is factorised on the way there, and there."""
CHEAP, FEW = 400, 120
"""Coefficients up to which that is worth its time, and up to which it is tried with data that pull less from the beginning."""
CHANCE = 3.0
"""Standard deviations of the mean square of noise by which a fit may be worse."""
STUCK, INSIST = 0.7, 2
"""The part of what was left of statements that is no improvement, and how many times that makes a contradiction."""
UNFIT = 2.0
"""How many times what is left of data may grow where they pull less."""
PULLS, BENT = tuple(PULL * 10.0 ** np.arange(5, -1, -1)), 0.1
"""What data are worth together beside the statements, one after another; and the part of what they leave, as a loss, which
statements that functions cannot hold may leave where data are to pull less.
"""
UNMET, MANY = 30.0, 1200
"""The mean square of what is left of data, over their noise, with which they are not met; and the coefficients up to which more
functions may meet them.
"""
LAST, LOW = len(PULLS) - 1, 2
"""The places of the last of them, and of one with which noise is not fitted where there are few data."""
STEADY = 3
"""Solutions that are to be the same."""


@dataclass(frozen=True)
class _Pulled:
    """Where data lead."""

    coefficients: np.ndarray
    place: int
    """Of the last pull."""
    fit: float
    """The mean square of what is left of data over their noise."""
    left: float
    """Of the statements, as a loss."""


class Identification:
    """The data of a problem, and what was found out about them so far."""

    def __init__(self, problem: Problem):
        self.problem, self.stated = problem, measured(problem)
        self.rows = self.stated
        """The same, outliers of robust ones with a larger noise."""
        self.count = sum(own.count for own in self.rows)
        self.robust = any(own.statement.robust for own in self.stated)
        self.unknown = unknown_functions(problem) if self.rows else []
        """Unknown functions that are as smooth as the data say: those of which no penalty says it."""
        self.weight = 1.0 / max(1, self.count)
        """That of penalties which leave it to the data."""
        self.balance: Balance | None = None
        """How it was chosen."""
        self.smoothness = [Smoothness()] * len(self.unknown)
        """How smooth each unknown function is taken to be."""
        self.noise = 1.0
        """That of the data in units of what they state; found where they state none."""
        self.begin, self.end = 0, LAST
        """The places of the pulls with which the next solution begins and ends."""
        self.stuck, self.last = 0, (-1, 0.0)
        """How often statements were left as far from true as by the functions before: then it is data that contradict them; and the
        last pull, and what it left of statements.
        """
        self.bent = True
        """Whether data pulled more than they are to, at the end."""
        self.unmet = False
        """Whether the last solution is far from the data: of functions that are too coarse for what the data ask for there may be one
        that satisfies the statements with unknowns for which nothing happens.
        """

    def fitted(
        self, system: Collocation, last: Rung | None, guess: np.ndarray, note: Callable[[Step], bool]
    ) -> tuple[np.ndarray, Posterior]:
        """The coefficients of a system with data, and how far they are known.

        `last` is the solution of a smaller one, from which the `guess` was made.
        """
        change = np.inf if last is None else last.change
        found = self._chosen(system, guess if last is not None else None, change, note)
        self.unmet = found.fit > UNMET
        return found.coefficients, self._learned(system, found, change > COARSE)

    def _chosen(
        self, system: Collocation, guess: np.ndarray | None, change: float, note: Callable[[Step], bool]
    ) -> "_Pulled":
        """Where data lead from the best of some starts; `change` is that of the solution from which a guess comes."""
        nothing = np.zeros(system.size)
        starts: list[tuple[np.ndarray, int]] = [] if guess is None else [(guess, self.begin)]
        if change > COARSE or self.unmet:
            low = [(nothing, LOW)] if system.size <= FEW else []
            starts = [(nothing, 0), *low, *starts]
        elif guess is not None and change > UNSETTLED and system.size <= CHEAP:
            starts.insert(0, (guess, 0))
        ends = [self._pulled(system, *own, note) for own in starts]
        by = PULLS[max(own.place for own in ends)] / self._worth

        def worse(own: _Pulled) -> tuple[bool, int, float]:
            """First what satisfies statements and data, with data that pull least; else what is nearer to that."""
            met = own.fit <= UNFIT
            return not met, -own.place if met else 0, own.left + own.fit * 0.5 * by**2 * self.count

        return min(ends, key=worse)

    def _learned(self, system: Collocation, found: "_Pulled", coarse: bool) -> Posterior:
        """What a solution says of unknown fields, of noise and outliers, and of how the next one is to be found; how far it is known."""
        as_before = found.place == self.last[0] and found.place < LAST and found.left > STUCK * self.last[1]
        self.stuck, self.last = self.stuck + as_before, (found.place, found.left)
        about = reduced(self.problem, system, found.coefficients, PULL / self._worth)
        if not coarse or found.place == LAST:
            unstated = 0 if all(own.statement.noise is not None for own in self.rows) else self.count
            about = self._weighed(about, system, found.coefficients, not unstated)
            if self.unknown:
                self.smoothness = smoothness(system.fields, self.unknown, about, found.coefficients, unstated)
            if unstated and self.balance is not None:
                self.noise = penalty.noise_of(
                    about, found.coefficients, about.deviation(self._deviations(system.fields))
                )
            elif unstated:
                self.noise = noise_of(about, found.coefficients, self._deviations(system.fields), unstated)
        residuals = self._residuals(system, found.coefficients)
        without = [k for k, own in enumerate(self.stated) if own.statement.noise is None]
        left = np.concatenate([residuals[k].ravel() for k in without]) if without else np.zeros(1)
        least = float(np.sqrt(np.mean(left**2)))  # noise is no less than what is left of data
        if without and all(self.stated[k].statement.robust for k in without):
            self.noise = least = by_median(left) or 1.0
        deviation = about.deviation(self._deviations(system.fields))
        self.begin, self.bent = max(0, min(found.place - 1, self.end)), found.place < LAST
        off = about.coarse(deviation) * self._worth
        self.end = max(LOW, next((k for k, pull in enumerate(PULLS) if pull * AHEAD < off), len(PULLS)) - 1)
        self.rows = tuple(
            stated.robust(own) if stated.statement.robust else stated
            for stated, own in zip(self.stated, residuals, strict=True)
        )
        return posterior(about, deviation, max(self.noise, least), self.balance)

    def _weighed(self, about: Reduced, system: Collocation, coefficients: np.ndarray, by_noise: bool) -> Reduced:
        """Data and penalties with the weight that these are to have."""
        if not about.automatic.any():
            return about
        deviation, most = about.deviation(self._deviations(system.fields)), (self._worth / PULL) ** 2 / self.count
        self.balance = balanced(about, coefficients, deviation, self.weight, most, by_noise)
        before, self.weight = self.weight, self.balance.weight
        return about.weighed(self.weight / before)

    def _residuals(self, system: Collocation, coefficients: np.ndarray) -> list[np.ndarray]:
        """What is left of each data statement over its noise, shapes (m, n)."""
        values = system.measured(coefficients)
        return [(v - own.targets) / own.deviation for v, own in zip(values, self.stated, strict=True)]

    def _believed(self, system: Collocation, coefficients: np.ndarray) -> dict[str, np.ndarray]:
        """The part of what each value of robust data is worth in a system that it is worth about some coefficients, shapes (m, n)."""
        found = zip(self.stated, self.rows, self._residuals(system, coefficients), strict=True)
        return {
            own.name: rows.deviation / own.robust(left).deviation for own, rows, left in found if own.statement.robust
        }

    @property
    def _worth(self) -> float:
        return worth(self.problem, self.rows)

    def _deviations(self, fields: Sequence[Expansion]) -> np.ndarray:
        """How large each coefficient is taken to be, shape (K,); infinite where nothing is taken for granted."""
        return deviations(fields, self.unknown, self.smoothness)

    def _pulled(self, system: Collocation, found: np.ndarray, begin: int, note: Callable[[Step], bool]) -> "_Pulled":
        """The coefficients to which data lead that pull with `PULLS`, from one place on."""
        best, before, believed = None, np.inf, dict[str, np.ndarray]()
        for place in range(begin, max(begin, self.end) + 1):
            pulled, by = system.pulled(PULLS[place] / PULL), PULLS[place] / self._worth
            most, prior = QUICK if place < LAST else FULL, by * self.noise / self._deviations(system.fields)
            own = pulled.believing(believed)
            found = descend(Smooth(own, prior), found, most, note, own.reach)
            if self.robust:  # outliers are seen where statements hold, and believed less from then on
                believed = self._believed(system, found)
                own = pulled.believing(believed)
                found = descend(Smooth(own, prior), found, most, note, own.reach)
            losses = own.losses(found)
            data = sum(losses[own.name] for own in self.rows)
            left = sum(losses[s.name] for s in self.problem.statements if s.name in losses)
            expected = 0.5 * by**2 * self.count
            fit, bent = data / expected, left > BENT * max(data, expected)
            unfit = best is not None and fit > UNFIT * max(1.0, best.fit)
            if bent and self.stuck < INSIST and (left > HELPED * before or unfit):
                break  # it is what functions cannot hold
            before = left
            # As good a fit as chance allows says that what functions cannot hold does not keep data from being met.
            if best is None or not bent or fit <= max(1.0, best.fit) * (1 + CHANCE * (2 / self.count) ** 0.5):
                best = _Pulled(found, place, fit, left)
        assert best is not None
        return best

    def wanting(self, rungs: Sequence[Rung]) -> bool:
        """Whether more functions are tried, since data are not met."""
        return self.unmet and len(rungs[-1].coefficients) < MANY

    def known(self, rungs: Sequence[Rung], probes: np.ndarray) -> bool:
        """Whether the last degrees changed far less than data leave unknown, at some points."""
        if len(rungs) < STEADY or rungs[-2].change > COARSE or self.bent:
            return False
        return _changed(rungs[-STEADY:], probes) <= CERTAIN


def told(rungs: Sequence[Rung], probes: np.ndarray) -> bool:
    """Whether the last degree changed less than data leave unknown, at some points."""
    return len(rungs) > 1 and _changed(rungs[-2:], probes) <= TOLD


def _changed(rungs: Sequence[Rung], probes: np.ndarray) -> float:
    """What the last of some solutions is apart from each before, in units of what data leave unknown: at most, infinite without data."""
    last = rungs[-1]
    if last.posterior is None:
        return np.inf
    unknown = np.sqrt(np.mean(last.posterior.deviations(last.fields, last.coefficients, probes) ** 2, axis=0))
    unknown = as_wholes(last.fields[0].problem.fields, unknown)
    gaps = [np.sqrt(np.mean((last.values - own.values) ** 2, axis=0)) for own in rungs[:-1]]
    return float(np.max([gap / np.maximum(unknown, 1e-300) for gap in gaps]))
