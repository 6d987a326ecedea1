"""From a problem to its solution piece by piece in time: each begins where the last one ended.

The pieces are as long, and the degrees as high, as the solution asks for: until the coefficients of the highest degrees are
below a tolerance. Then all is done again with a smaller tolerance; what that changes, from the start to the end, is the error.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Self

import numpy as np

from pdedsl.numerics.truth import Truth
from pdedsl.planning.functions import columns, fields_of, solutions
from pdedsl.planning.plan import Plan
from pdedsl.planning.spelling import made_of
from pdedsl.problem.evaluate import evaluate
from pdedsl.problem.problem import Problem
from pdedsl.solver.minimise import Status
from pdedsl.solver.record import Record
from pdedsl.spaces.affine import affine
from pdedsl.spaces.collocation import split, values
from pdedsl.spaces.pieces import Pieces, divisible
from pdedsl.spaces.placing import SHIFT
from pdedsl.spaces.space import Polynomials
from pdedsl.stages.budget import FINE
from pdedsl.stages.piecewise import Piece, Piecewise
from pdedsl.stages.raised import Raised
from pdedsl.stages.rungs import Rung, errors_at, rest, share_of
from pdedsl.stages.steepness import (
    differ,
    initial_degree,
    said_at_start,
)

TOLERANCES = ((1e-3, 5), (1e-5, 6), (1e-7, 8), (1e-9, 10), (1e-11, 12))
"""What the highest degrees may hold, relative to the largest coefficient, and the degree in time of each piece."""
PIECES = 8
"""Pieces to begin with."""
FIRST, WIDE = 12, 1.35
"""The degrees in space to begin with, and by how much they are raised where they hold too little."""
NEAR, FAR = 3.0, 1e-2
"""How many times a tolerance may be missed, and where it is met by so much that lower degrees are tried."""
LOWEST, MODERATE, LARGEST = 4, 900, 2600
"""The degree below which nothing is tried; columns to begin with, and at most, of a piece."""
LOWER = 4
"""How much lower the degree in time may be, so that those in space can be raised."""
SHORTEST = 1e-4
"""The part of all time below which no piece is tried."""
LENGTHS = (0.25, 2.0)
"""How much shorter or longer than a piece the next one may be."""
STEADY = (0.75, 1.5)
"""How much shorter or longer than the last piece the next one may have to be that is as long as that: its factors serve again
where no coordinate is stretched.
"""
SAFE = 0.85
"""The part of the length that the tolerance would allow, which is taken."""
SHOWN = 0.2
"""The part of what the highest degrees in time hold from which those in space account for it."""
SLOWLY, LENIENT = 2.0, 100.0
"""With what power of the length of a piece what its highest degrees hold falls if it is singular; how many times as much these
may hold there."""
COARSELY = 0.4
"""The part of the time in which the first tolerance is to be met; with more, there will be no second one."""
SOON, LATE = 0.2, 1.5
"""The part of the time after which it is seen how far the pieces came, and how many times slower they may be."""
MORE = 3.0
"""How many times longer than the last tolerance the next one takes."""
NEARLY, ENOUGH = 1e-8, 1e-9
"""Estimated errors with which a smaller tolerance may take no more than `MORE` times as long, and with which none is tried."""
UNSEEN = 0.3
"""The part of the change of the second tolerance that is its error, before it is seen how fast changes fall."""
TURNS = 2
"""How often it is tried to stretch coordinates otherwise."""
PART = 0.75
"""The part of a degree in time that was chosen with which the one before the last solution is made."""
NEWTON_STEP = 0.03
"""The length of a step with which Newton's method has converged, over the root of the tolerance."""
LUCK = 0.1
"""The part of the change that residuals let expect below which a solution in time alone came nearer than the next one may."""


def marched(
    problem: Problem,
    plan: Plan,
    known: tuple[Truth, ...] = (),
    watch: Callable[[Record], None] = lambda record: None,
    stopping: Callable[[], bool] = lambda: False,
    begun: float | None = None,
    seconds: float = np.inf,
) -> Raised | None:
    """The solution in pieces of time, of the smallest tolerance for which there were `seconds`; None where there is none."""
    march = March(problem, plan, known, watch, stopping, begun)
    if not march.suited:
        return None
    status: Status | None = None
    for tolerance, degree in march.tolerances:
        spent = time.perf_counter() - march.here
        if march.rungs and spent + MORE * march.rungs[-1].seconds > seconds:
            status = "time limit"
            break
        left = seconds - spent if march.rungs else COARSELY * seconds
        if march.off <= NEARLY:
            left = min(left, MORE * march.rungs[-1].seconds)
        if not march.through(tolerance, degree, left):
            ended: Status = "steps" if march.steps >= march.most else "time limit"
            status = "interrupted" if stopping() else ended
            break
        if march.off <= ENOUGH or (tolerance == np.inf and len(march.rungs) == len(march.tolerances)):
            status = "converged"
            break
    return march.best(status or ("converged" if march.off <= FINE else "stalled")) if march.rungs else None


class March(Piecewise):
    """The tolerances that were met so far."""

    def __init__(
        self,
        problem: Problem,
        plan: Plan,
        known: tuple[Truth, ...],
        watch: Callable[[Record], None],
        stopping: Callable[[], bool],
        begun: float | None,
        held: Sequence[int] = (),
    ):
        super().__init__(problem, plan, known, stopping, begun, held)
        self.watch = watch
        self.kept: list[float] = []
        """What each tolerance is off at least: what it misses at the start, and of what it was to meet. That stays."""
        self.met = 0
        """Records until the last tolerance was met."""
        self.pace: list[tuple[float, float]] = []
        """Times that the last tolerance came to, and the seconds until then."""
        self.tolerances: Sequence[tuple[float, int]] = TOLERANCES
        self.chosen = isinstance(plan.space, Polynomials)
        if isinstance(plan.space, Polynomials):
            whole = plan.space.degrees * (len(problem.coordinates) if len(plan.space.degrees) == 1 else 1)
            whole, most = tuple(0 if k in self.held else n for k, n in enumerate(whole)), whole[self.axis]
            self.degrees, self.tolerances = whole, ((np.inf, max(1, round(PART * most))), (np.inf, most))
        else:
            first = next((n for n in range(FIRST, LOWEST, -2) if self._columns(self._over(n)) <= MODERATE), None)
            self.degrees = None if first is None else self._over(first)
        self.count = PIECES if plan.slabs == "auto" else plan.slabs
        self.length = (self.high - self.low) / self.count
        self.given = None if plan.slabs == "auto" else self.length
        """The length of all pieces, where their number was chosen."""

    def at(self, place: Sequence[float]) -> Self:
        """See `Piecewise`."""
        found = super().at(place)
        found.kept, found.pace = [], []
        return found

    def _over(self, n: int) -> tuple[int, ...]:
        """A degree in space, with the first one in time, and that of what superposes."""
        own = {self.axis: TOLERANCES[0][1], **dict.fromkeys(affine(self.problem), 1), **dict.fromkeys(self.held, 0)}
        return tuple(own.get(k, n) for k in range(len(self.problem.coordinates)))

    def _columns(self, degrees: tuple[int, ...]) -> int:
        """Of one of the solutions that superpose."""
        return columns(self.problem, Polynomials(degrees, "product"), self.plan.symmetry) // solutions(self.problem)

    @property
    def suited(self) -> bool:
        """Whether the problem has pieces that are small enough."""
        return self.degrees is not None and divisible(self.problem)

    def through(self, tolerance: float, degree: int, seconds: float) -> bool:
        """From the start to the end with a tolerance; whether there was time for all of it."""
        assert self.degrees is not None
        started, found = time.perf_counter(), list[Piece]()
        self.until = started + seconds
        self.settled = NEWTON_STEP * tolerance**0.5 if tolerance < 1 else 0.0
        at, length, pace = self.low, self.length, [(self.low, 0.0)]
        degrees = self._resolving(self._in_time(degree), tolerance)
        while at < self.high:
            accepted = self._accepted(at, length, degrees, found[-1] if found else None, tolerance)
            if accepted is None:
                return False
            solved, fit = accepted
            found.append(solved)
            own = solved.high - solved.low
            again = all(s is None for s in solved.stretches) and STEADY[0] * own <= fit <= STEADY[1] * own
            length = own if again else fit
            at = solved.high
            pace.append((at, time.perf_counter() - started))
            if pace[-1][1] > SOON * seconds and self._whole(pace[-1]) > LATE * seconds:
                return False
            degrees = self._narrower(solved.degrees, solved.wide, tolerance)
            self._watch(found)
        self.degrees, self.length, self.pace = found[0].degrees, found[0].high - found[0].low, pace
        self._keep(found, time.perf_counter() - started)
        return True

    def _in_time(self, degree: int) -> tuple[int, ...]:
        """The degrees to begin with, another one in time: a lower one where the highest in space could not be raised."""
        assert self.degrees is not None
        last = self.rungs[-1].space if self.rungs else None
        highest = last.degrees if isinstance(last, Polynomials) and not self.chosen else ()

        def wider(n: int) -> tuple[int, ...]:
            return tuple(n if k == self.axis else round(WIDE * m) + 2 for k, m in enumerate(highest))

        lower = range(degree, degree - LOWER, -1) if highest else ()
        degree = next((n for n in lower if self._columns(wider(n)) <= LARGEST), degree)
        return tuple(degree if k == self.axis else n for k, n in enumerate(self.degrees))

    def _resolving(self, degrees: tuple[int, ...], tolerance: float) -> tuple[int, ...]:
        """Degrees in space that hold what fields begin as, if so many columns are affordable: of waves that fewer do not hold their
        highest degrees say nothing.
        """
        if tolerance == np.inf:
            return degrees
        points = self.probes.copy()
        points[:, self.axis] = self.low
        stretches, own = self._stretched(None, (1.0,)), dict[int, int]()
        for k in self.problem.domain.spatial:
            own[k] = initial_degree(self.problem, k, points, tolerance, stretches[k])
        more = tuple(max(n, own.get(k, 0)) for k, n in enumerate(degrees))
        return more if self._columns(more) <= LARGEST else degrees

    def _whole(self, now: tuple[float, float]) -> float:
        """The seconds that all of a tolerance is going to take, from where it is and what that took: if it goes as the last."""
        last = self.pace or [(self.low, 0.0), (self.high, 1.0)]
        before = np.interp(now[0], *np.transpose(last))
        return now[1] / max(float(before), 1e-9) * last[-1][1]

    def _accepted(
        self, at: float, length: float, degrees: tuple[int, ...], last: Piece | None, tolerance: float
    ) -> tuple[Piece, float] | None:
        """The next piece, as short and of as high a degree as the tolerance asks for, and how long the one after may be.

        None where there is no more time, or no piece is short enough.
        """
        stretches, turns, before, singular = self._stretched(last, (1.0,)), 0, None, False
        turned: Piece | None = None
        smaller: tuple[float, tuple[int, ...]] | None
        while not self.over(0):
            end = self.high if at + 1.2 * length >= self.high else at + length
            solved = self._solve(at, end, degrees, stretches, last)
            if solved is None:
                smaller = self._smaller(LENGTHS[0] * (end - at), degrees, range(len(degrees)))
                if smaller is None:
                    return None
                length, degrees = smaller
                continue
            if turned is not None and turned.spatial < solved.spatial:
                solved, stretches, turns = turned, turned.stretches, TURNS  # stretched otherwise it is no better
            turned = None
            late, spatial = solved.late, solved.spatial
            # What stays where a piece is shorter is of data that contradict each other: in a small place, for a short time.
            if before is not None and end < before.high and spatial < SHOWN * late:
                share = (end - at) / (before.high - at)
                singular = singular or late > before.late * share**SLOWLY
            before = solved
            # In a short time a larger error weighs as much as a small one in a long time.
            short = max(1.0, (self.high - self.low) / (self.count * (end - at)))
            allowed = LENIENT * tolerance * short if singular else tolerance * short**0.5
            fit = np.clip(SAFE * (allowed / max(late, 1e-300)) ** (1 / degrees[self.axis]), *LENGTHS) * (end - at)
            limit = allowed if singular else tolerance
            more = self._wider(degrees, solved.wide, limit)
            if more != degrees and turns < TURNS and differ(self.problem, other := self._stretched(solved), stretches):
                stretches, turns, turned = other, turns + 1, solved
            elif more != degrees and (spatial >= SHOWN * late or late <= NEAR * allowed):
                degrees = more  # what space does not hold shows in time, too
            elif late <= NEAR * allowed or (smaller := self._smaller(fit, degrees, [self.axis])) is None:
                beyond = [held for held in solved.wide.values() if held > NEAR * limit]
                beyond += [late] if late > NEAR * allowed else []
                return replace(solved, unmet=max(beyond, default=0.0)), fit if self.given is None else self.given
            else:
                length, degrees = smaller
        return None

    def _smaller(
        self, length: float, degrees: tuple[int, ...], axes: Sequence[int]
    ) -> tuple[float, tuple[int, ...]] | None:
        """A shorter piece; where the length is given, one of higher degrees along some coordinates. None where there is none."""
        if self.given is None:
            return (length, degrees) if length >= SHORTEST * (self.high - self.low) else None
        more = self._raised(degrees, axes)
        return (self.given, more) if more != degrees and not self.chosen else None

    def _raised(self, degrees: tuple[int, ...], axes: Sequence[int]) -> tuple[int, ...]:
        """Higher degrees along some coordinates, if so many columns are affordable."""
        more = tuple(round(WIDE * n) + 1 if axis in axes else n for axis, n in enumerate(degrees))
        return more if self._columns(more) <= LARGEST else degrees

    def _wider(self, degrees: tuple[int, ...], tails: dict[int, float], tolerance: float) -> tuple[int, ...]:
        """Higher degrees in space where those there hold too much."""
        return self._raised(degrees, [axis for axis, held in tails.items() if held > NEAR * tolerance])

    def _narrower(self, degrees: tuple[int, ...], tails: dict[int, float], tolerance: float) -> tuple[int, ...]:
        """Lower degrees in space where those there hold next to nothing, if any tolerance is asked for."""
        if tolerance == np.inf:
            return degrees
        return tuple(
            max(FIRST, round(n / WIDE)) if axis in tails and tails[axis] < FAR * tolerance else n
            for axis, n in enumerate(degrees)
        )

    def _watch(self, found: Sequence[Piece]) -> None:
        own = found[-1].losses
        seconds, count = time.perf_counter() - self.begun, len(found[-1].coefficients)
        record = Record(self.steps, seconds, sum(own.values()), own, np.nan, count, 1.0, True)
        self.history.append(record)
        self.watch(record)

    def _keep(self, found: Sequence[Piece], seconds: float) -> None:
        """All pieces as one solution."""
        degrees = tuple(map(max, *(own.degrees for own in found), found[0].degrees))
        ends, stretches = (tuple(own.high for own in found[:-1]), tuple(own.stretches for own in found))
        space = Polynomials(degrees, "product", ends, stretches)
        fields: tuple[Any, ...] = fields_of(self.problem, space, self.sizes, self.plan.symmetry, self.mirrors)
        parts = [[] for _ in fields]
        for k, own in enumerate(found):
            for place, (before, c) in enumerate(zip(own.fields, split(own.fields, own.coefficients), strict=True)):
                after = fields[place].parts[k] if isinstance(fields[place], Pieces) else fields[place]
                parts[place].append(before.basis.embedded(c, after.basis))
        coefficients = np.concatenate([c for own in parts for c in own])
        at_probes = values(fields, coefficients, self.probes)
        change = self.changed(at_probes)
        left = float(np.sqrt(np.mean([own.left for own in found])))
        points = tuple(np.concatenate([own.points[name] for own in found]) for name in found[0].points)
        rung = Rung(space, fields, coefficients, at_probes, change, left, points, seconds, found[0].linear)
        self.rungs.append(rung)
        self.kept.append(max(self._missed_at_start(rung), *(own.unmet for own in found)))
        losses = {name: float(np.mean([own.losses[name] for own in found])) for name in found[0].losses}
        errors = errors_at(fields, coefficients, self.known)
        whole = replace(
            self.history[-1], loss=sum(losses.values()), losses=losses, rank=len(coefficients), errors=errors
        )
        self.history[-1] = whole
        self.watch(self.history[-1])
        self.met = len(self.history)

    def _missed_at_start(self, rung: Rung) -> float:
        """How far the fields are off what is said of them at the start, root mean square, in units of their spread."""
        points = self.probes.copy()
        points[:, self.axis] = self.low
        at, found = self.problem.domain.at(points), values(rung.fields, rung.coefficients, points)
        gaps = (
            (found[:, k] - np.asarray(evaluate(value, at), float)) / self.spread[k]
            for k, value in said_at_start(self.problem)
        )
        return max((float(np.sqrt(np.nanmean(gap**2))) for gap in gaps), default=0.0)

    @property
    def off(self) -> float:
        """The estimated error of the last tolerance, relative to the variation; infinite where nothing is known of it.

        Residuals are as small as the tolerance asks for: how fast errors fall is told by the changes, from the third one on.
        """
        if len(self.rungs) < 2:
            return np.inf
        last, before = self.rungs[-1].change, self.rungs[-2].change
        share = max(share_of(self.rungs), rest(last / before) if before < np.inf else UNSEEN)
        # Of ordinary differential equations a change that is far smaller than residuals let expect is half luck; of others
        # residuals may be those of a small place, where data contradict each other.
        if not self.problem.space and len(self.rungs) > 2 and before < np.inf:
            expected = before * self.rungs[-2].left / max(self.rungs[-3].left, 1e-300)
            last = max(last, (last * expected) ** 0.5) if last < LUCK * expected else last
        return max(share * last, self.kept[-1])

    def best(self, status: Status) -> Raised:
        """The solution with the smallest tolerance."""
        rung, error, relative = self.rungs[-1], None, self.off
        if np.isfinite(relative):
            share = relative / rung.change if rung.change > 0 else 0.0
            error = share * (self._projected(self.rungs[-2], rung) - rung.coefficients)
        misses = self.missed(rung.fields, rung.coefficients)
        told = f"the estimated error fell to {relative:.0e}" if np.isfinite(relative) else "one tolerance was met"
        words = f"{made_of(self.plan, rung.space)}: {told}"
        return Raised(
            rung.space,
            rung.coefficients,
            error,
            relative,
            misses,
            tuple(self.history[: self.met]),
            rung.points,
            status,
            (words,),
        )

    def _projected(self, before: Rung, rung: Rung) -> np.ndarray:
        """Coefficients, in the space of a solution, of one before it."""
        found, none = [], (0,) * len(self.problem.coordinates)
        for place, whole in enumerate(rung.fields):
            own = split(before.fields, before.coefficients)[place]
            for part in whole.parts if isinstance(whole, Pieces) else (whole,):
                found.append(part.fitted(lambda x, k=place, c=own: before.fields[k].values(c, x, none), SHIFT))
        return np.concatenate(found)
