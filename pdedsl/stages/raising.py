"""From a problem to its solution in polynomials: degree after degree, as long as they converge.

Each degree is solved by itself, from the solution of the one before. What the next one changes is the error of the one
before; so the change, times the part of the residual on fresh points that the last degree left, is the error of the last.
"""

import math
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from pdedsl.numerics.truth import Truth
from pdedsl.planning.continuation import FACTORS, eased, led_by
from pdedsl.planning.degrees import after, cornered, first, following, most_columns, reach
from pdedsl.planning.functions import columns, each, expansions, free, stretched_by
from pdedsl.planning.plan import Plan
from pdedsl.planning.spelling import made_of
from pdedsl.problem.problem import Problem
from pdedsl.solver.minimise import Status
from pdedsl.solver.newton import FLOOR, Factors, Step, descend, descended
from pdedsl.solver.record import Record
from pdedsl.spaces.collocation import Collocation, Expansion, split, values
from pdedsl.spaces.corners import angled
from pdedsl.spaces.linear import forms
from pdedsl.spaces.placing import SHIFT
from pdedsl.spaces.posterior import Posterior
from pdedsl.spaces.space import Added, Polynomials, Space, fixed, polynomials_of, space_for
from pdedsl.spaces.stretch import Stretch
from pdedsl.spaces.superposition import Superposition, collocated
from pdedsl.stages.another import another
from pdedsl.stages.budget import affordable, slow
from pdedsl.stages.forward import solved_again
from pdedsl.stages.holding import holding
from pdedsl.stages.identifying import Identification, told
from pdedsl.stages.raised import Raised
from pdedsl.stages.rungs import (
    COARSE,
    GOOD,
    HELPED,
    SATISFIED,
    Ladder,
    Rung,
    error_of,
    errors_at,
    formless,
    rounded,
    share_of,
    within,
)
from pdedsl.stages.starting import Start, guess, space_of, warm_of
from pdedsl.stages.steepness import solution_slopes
from pdedsl.stages.warm import LEAST, REACHED, STAYS, Warm, kept_factors, shape_of

GOAL = 1e-13
"""Of the spread of the fields: an error after which degrees are raised no more."""
BRIEF = 2.0
"""Seconds for what is told of a solution, where there is no more time."""
OVERTIME = 1.05
"""The times the time limit after which a solution is no longer waited for, where there is one before."""
LATE = 0.2
"""The part of the columns from which a solution is one of the last: small spaces may change little, too."""
AMPLE = 10.0
"""The times by which rounding may have grown in the last solution."""
AGAIN, STILL = 3, 3
"""How many times more coefficients there are when functions that are singular at corners are tried again where they were of no help;
and the solutions that say so.
"""
ASTRAY, LED, LEADING = 0.1, 1e-6, 0.3
"""The part of the residual from which another solution of a nonlinear problem is the better one; the
length of Newton's last step on the way there; and the part of what is left of the time in which it is led.
"""
JUMPED = 4
"""The exponents up to which functions are singular in the first solution where values jump at corners."""
GENTLE = 0.03
"""The part of the slope at one face up to which it is not steep at the other."""


def raised(
    problem: Problem,
    plan: Plan,
    known: tuple[Truth, ...] = (),
    watch: Callable[[Record], None] = lambda record: None,
    stopping: Callable[[], bool] = lambda: False,
    begun: float | None = None,
    start: Start | None = None,
) -> Raised | None:
    """The solution in polynomials of the degrees of a plan, the best of those tried; None where not one was.

    `begun` is when the time limit began to count, `start` a solution from which to begin.
    """
    return Climb(problem, plan, known, stopping, begun, start).found(watch)


class _LateError(Exception):
    """There is no time left for a solution."""


class Climb(Ladder):
    """The spaces that were solved in so far, and the next one: it may be gone on with later."""

    def __init__(
        self,
        problem: Problem,
        plan: Plan,
        known: tuple[Truth, ...],
        stopping: Callable[[], bool],
        begun: float | None,
        start: Start | None,
    ):
        super().__init__(problem, plan, known, stopping, begun)
        self.start = start
        self.data = Identification(problem)
        self.chosen: Space = stretched_by(plan.space, self.faces)
        self.warm = warm_of(problem, start) if self.chosen == "auto" and not self.data.rows else None
        """The solution of nearly the same problem, in functions that serve again."""
        self.rival: tuple[int, Rung, Record] | None = None
        """How many solutions there were before one with functions that are singular at corners, and that one, which waits
        for one in as many polynomials.
        """
        self.waiting = False
        """Whether the next solution is such a one."""
        self.shelf: tuple[list[Rung], list[Record]] | None = None
        """Solutions that stayed coarse before coordinates were stretched."""
        self.singular: tuple[list[Rung], list[Record]] | None = None
        """Solutions that came no nearer with functions that are singular at corners, before these were left out again."""
        self.returned = False
        """Whether without those functions they stayed farther away."""
        self.given_up: list[str] = []
        """What was tried before and does not hold the solution, in words."""
        self.narrow = False
        """Whether coordinates were stretched at the faces alone where it is steep."""
        self.led = ""
        """How Newton's method was led to the solution, in words; nothing where it was tried in vain."""
        self.leading = 0.0 if led_by(problem) and not self.data.rows else math.inf
        """Coefficients from which it may be led; infinite where data lead it."""
        self.again = 0.0
        """Coefficients from which there may be another."""
        self.next: Space | None = self.first
        """The space that is to be solved in."""

    def found(
        self, watch: Callable[[Record], None] = lambda record: None, network: Callable[[], float] = lambda: 0.0
    ) -> Raised | None:
        """The best of all solutions, once there is nothing to be gained from more, or no time; None where there is not one.

        `network` says in how many seconds one is trained, where one follows: where there is no time for that, all is for polynomials.
        """
        status: Status | None = None
        while self.next is not None and (status := self.ending(self.next, network)) is None and self.solve(self.next):
            watch(self.history[-1])
            self.lead()
            self.settle()
            self.next = None if self.arrived else self.following()
        self.unshelve()
        if not self.rungs:
            return None
        self.settle(ended=True)
        if error_of(self.rungs) <= GOOD and status != "interrupted":
            status = "converged"
        found, beside = self.best(status or "stalled"), "" if self.data.rows else another(self)
        return replace(found, story=(*found.story, beside)) if beside else found

    @property
    def first(self) -> Space:
        """The space to begin with."""
        if self.warm is not None:
            return self.warm.space
        own = None if self.start is None or self.chosen != "auto" else space_of(self.problem, self.start)
        if own is not None and columns(self.problem, own, self.plan.symmetry) <= most_columns(self.problem):
            return own
        found = stretched_by(first(self.problem, self.chosen, self.plan.symmetry), self.faces)
        if self.data.rows and self.chosen == "auto" and isinstance(found, Polynomials):
            return holding(self.problem, found, self.sizes, self.data.rows)
        jumps = any(not own.least for f in self.problem.fields for own in angled(self.problem, f))
        if not (jumps and self.chosen == "auto" and isinstance(found, Polynomials)):
            return found
        return cornered(self.problem, found, self.plan.symmetry, JUMPED) or found

    def ending(self, space: Space, network: Callable[[], float]) -> Status | None:
        """Why another space is not solved in; None if it is."""
        if self.stopping():
            return "interrupted"
        if self.steps >= self.plan.limits.steps:
            return "steps"
        only = fixed(self.chosen) or any(f.sought is not None for f in self.problem.fields)

        def enough(only: bool) -> bool:
            began = self.begun, self.here
            return affordable(self.problem, self.plan, self.rungs, space, began, only, self.thin, self.own_share)

        left = self.begun + self.plan.limits.seconds - time.perf_counter()
        if not self.rungs or enough(only) or (enough(True) and left < network()):
            return None
        return "time limit"

    def solve(self, space: Space) -> bool:
        """Solve in a space, from the solution in the one before; whether that went well."""
        started, taken, factors = time.perf_counter(), [], None
        fields = expansions(self.problem, space, self.sizes, self.plan.symmetry)
        last = self.rungs[-1] if self.rungs else None

        def note(step: Step) -> bool:
            taken.append(step)
            late = time.perf_counter() > self.begun + OVERTIME * self.plan.limits.seconds
            if late and self.rungs:
                raise _LateError
            if self.warm is not None and not self.rungs and step.loss <= REACHED * self.warm.loss:
                return False
            return self.steps + len(taken) < self.plan.limits.steps and not self.stopping() and not late

        try:
            if self.data.rows:
                given = {"data": self.data.rows, "weight": self.data.weight}
                fitted = Collocation(self.problem, fields, self.sizes, self.forms, **given)
                coefficients, posterior = self.data.fitted(fitted, last, self.guess(fields), note)
            else:
                fitted, posterior = collocated(self.problem, fields, self.sizes, self.forms), None
                kept = None if self.rungs or self.warm is None else self.warm.factors
                coefficients, factors = descended(fitted, self.guess(fields), watch=note, kept=kept)
        except (np.linalg.LinAlgError, _LateError):
            return False
        if not np.isfinite(coefficients).all():
            return False
        self.steps += len(taken)
        fresh = Collocation(self.problem, fields, self.sizes, self.forms, SHIFT)
        found, left = values(fields, coefficients, self.probes), float(np.linalg.norm(fresh.residual(coefficients)))
        rung = Rung(
            space=space,
            fields=fields,
            coefficients=coefficients,
            values=found,
            change=self.changed(found),
            left=left,
            points=tuple(b.points for b in fitted.blocks),
            seconds=time.perf_counter() - started,
            linear=fitted.is_linear,
            posterior=posterior,
            damped=taken[-1].cutoff > FLOOR,
            factors=kept_factors(factors),
            expected=self.expected(left, found, factors),
        )
        if self.rungs:
            self.rungs[-1] = replace(self.rungs[-1], factors=None)
        self.rungs.append(rung)
        self.history.append(self._record(fitted, coefficients, taken[-1]))
        return True

    def expected(self, left: float, found: np.ndarray, factors: Factors | None) -> float:
        """The error of the first solution, where that of nearly the same problem tells it; infinite where it does not."""
        if self.rungs or self.warm is None:
            return np.inf
        expected = self.warm.relative * self.warm.growth(left, np.std(found, axis=0), factors)
        return expected if expected <= max(GOOD, STAYS * self.warm.first) else np.inf

    def lead(self) -> None:
        """Where Newton's method stays where statements are missed, lead it to where they are not: from easier problems."""
        last, started = self.rungs[-1], time.perf_counter()
        if last.linear or len(last.coefficients) < self.leading or len(self.rungs) < STILL or not self.astray:
            return
        self.leading = AGAIN * len(last.coefficients)
        coefficients, taken = np.zeros(len(last.coefficients)), list[Step]()
        until = started + LEADING * (self.begun + self.plan.limits.seconds - started)

        def note(step: Step) -> bool:
            taken.append(step)
            return step.length > LED and time.perf_counter() < until and not self.stopping()

        for factor in FACTORS:
            own = eased(self.problem, factor)
            fitted = Collocation(own, last.fields, self.sizes, forms(own))
            coefficients = descend(fitted, coefficients, watch=note)
        self.steps += len(taken)
        fresh = Collocation(self.problem, last.fields, self.sizes, self.forms, SHIFT)
        left = float(np.linalg.norm(fresh.residual(coefficients)))
        if np.isfinite(left) and left < ASTRAY * last.left:
            found, seconds = values(last.fields, coefficients, self.probes), time.perf_counter() - started
            rung = replace(last, coefficients=coefficients, values=found, change=np.inf, left=left, seconds=seconds)
            self.rungs, self.history = [rung], [self._record(fresh, coefficients, taken[-1])]
            self.leading = math.inf
            self.led = f"Newton's method was led there from {FACTORS[0]:g} times {led_by(self.problem)}"

    @property
    def astray(self) -> bool:
        """Whether solutions change less and less, and miss the statements as far as before."""
        last, before = self.rungs[-1], self.rungs[-STILL]
        return last.left > max(HELPED * before.left, SATISFIED) and last.change < before.change

    def guess(self, fields: tuple[Expansion, ...]) -> np.ndarray:
        """The last solution in a larger space, or the start in the first one, or nothing."""
        if self.rungs:
            last = self.rungs[-1]
            return within(last.coefficients, last.fields, fields)
        if self.warm is not None:
            return self.warm.coefficients
        if self.start is None or self.linear:
            return np.zeros(sum(f.basis.size for f in fields))
        start = self.start
        return np.concatenate(
            [own.fitted(lambda points, k=k: guess(self.problem, start, points)[:, k]) for k, own in enumerate(fields)]
        )

    def _record(self, fitted: Collocation | Superposition, coefficients: np.ndarray, last: Step) -> Record:
        losses, seconds = fitted.losses(coefficients), time.perf_counter() - self.begun
        filtered = (last.cutoff, last.rank, last.gain, last.accepted)
        errors = errors_at(fitted.fields, coefficients, self.known)
        return Record(self.steps, seconds, sum(losses.values()), losses, *filtered, errors=errors)

    @property
    def arrived(self) -> bool:
        """Whether there is nothing to be gained from more degrees."""
        last = self.rungs[-1]
        if self.data.wanting(self.rungs):
            return False
        if self.returned or np.isfinite(last.expected) or error_of(self.rungs) <= GOAL or rounded(self.rungs):
            return True
        return self.data.known(self.rungs, self.probes)

    def following(self) -> Space | None:
        """The space after the last one: where degrees converge slowly, with what is singular at corners."""
        last, found = self.rungs[-1], None
        if self.layered and isinstance(last.space, Polynomials):
            faces = self.stretched(free(self.problem, self.plan))
            self.shelf, self.rungs, self.history = (self.rungs, self.history), [], []
            return stretched_by(last.space, faces)
        if faces := self.narrowed:
            self.narrow, self.rungs, self.history = True, [], []
            return stretched_by(last.space, faces)
        if self.stuck:
            self.singular = self.singular or (list(self.rungs), list(self.history))
            self.again, last = math.inf, replace(last, space=polynomials_of(last.space) or last.space)
        many = self.chosen == "auto" and self.rival is None and len(last.coefficients) >= self.again
        if many and isinstance(last.space, Polynomials) and slow(self.rungs):
            found = cornered(self.problem, last.space, self.plan.symmetry)
        if found is not None:
            self.waiting, self.again = True, AGAIN * len(last.coefficients)
            return found
        tried = len(self.rungs) >= STILL and self.chosen == "auto" and formless(self.rungs)
        if tried and (found := after(self.problem, last.space, self.plan.symmetry)) is not None:
            self.given_up.append(f"{made_of(self.plan, last.space)}: the solution has not the form of the data")
            self.rungs, self.history = [], []
            return found
        own = polynomials_of(space_for(last.space, ""))
        degrees = each(self.problem, own) if own else ()
        asked = reach([f.basis for f in last.fields], split(last.fields, last.coefficients), degrees)
        return following(self.problem, last.space, asked, self.chosen, self.plan.symmetry)

    @property
    def layered(self) -> bool:
        """Whether degrees stay coarse where thin layers may stand at the faces of a box: of linear steady problems."""
        return (
            self.chosen == "auto"
            and self.shelf is None
            and self.thin
            and self.rungs[-1].linear
            and self.problem.time is None
            and len(self.rungs) > STILL
            and self.rungs[-1].change > COARSE
            and bool(free(self.problem, self.plan))
        )

    @property
    def narrowed(self) -> tuple[Stretch | None, ...]:
        """Coordinates stretched at those faces alone where the solution is steep; nothing where it is so at all that were."""
        last = self.rungs[-1]
        if self.shelf is None or self.narrow or last.change > COARSE or not isinstance(last.space, Polynomials):
            return ()
        slopes, own, steep = solution_slopes(last.fields, last.coefficients), free(self.problem, self.plan), {}
        for axis in own:
            sizes = []
            for end in self.problem.bounds[axis]:
                points = self.probes.copy()
                points[:, axis] = end
                sizes.append(max((float(np.abs(s).max()) for s in slopes(axis, points)), default=0.0))
            steep[axis] = [size > GENTLE * max(sizes) for size in sizes]
        return self.stretched(own, steep) if not all(map(all, steep.values())) else ()

    def unshelve(self) -> None:
        """Go back to what stayed coarse, where stretched coordinates did not come nearer."""
        if self.shelf is not None and not (self.rungs and error_of(self.rungs) <= error_of(self.shelf[0])):
            self.rungs, self.history = self.shelf

    @property
    def stuck(self) -> bool:
        """Whether the solution is smooth at corners, and functions that are singular there keep it from coming nearer.

        They do many polynomials' work at first, and rounding is large where some sums of both nearly vanish.
        """
        if self.chosen != "auto" or len(self.rungs) < STILL or not isinstance(self.rungs[-STILL].space, Added):
            return False
        strong = any(own.strong for f in self.problem.fields for own in angled(self.problem, f))
        return not strong and self.rungs[-1].left > HELPED * self.rungs[-STILL].left

    def settle(self, ended: bool = False) -> None:
        """See whether functions that are singular at corners do more than polynomials without them, and go on with what does."""
        last = self.rungs[-1]
        if self.rival is not None:
            place, rung, record = self.rival
            if not ended and len(last.coefficients) < len(rung.coefficients):
                return
            self.rival = None
            if rung.left < HELPED * last.left:
                self.rungs[place:], self.history[place:] = [rung], [record]
        elif self.waiting and not ended:
            self.waiting = False
            self.rival = (len(self.rungs) - 1, self.rungs.pop(), self.history.pop())
        elif self.singular is not None and (ended or len(self.rungs) == len(self.singular[0]) + STILL):
            rungs, history = self.singular
            self.singular, self.returned = None, last.left > rungs[-1].left
            if self.returned:
                most = min(range(len(rungs) - STILL, len(rungs)), key=lambda k: error_of(rungs[: k + 1])) + 1
                self.rungs, self.history = rungs[:most], history[:most]

    def best(self, status: Status) -> Raised:
        """The solution to return: the last one where a space was chosen, or where degrees converge and rounding has not grown
        since; else that after the smallest change of the last ones.
        """
        rungs = self.rungs
        place = len(rungs) - 1
        if not fixed(self.chosen):
            late = [k for k, rung in enumerate(rungs) if len(rung.coefficients) >= LATE * len(rungs[-1].coefficients)]
            least = min(late, key=lambda k: rungs[k].change)
            if error_of(rungs) > min(GOOD, AMPLE * rungs[least].change):
                place = least
        rung, error, relative = rungs[place], None, error_of(rungs[: place + 1])
        before = rungs[place - 1]
        if place and np.isfinite(relative) and _held(before.space, rung.space):
            error = share_of(rungs[: place + 1]) * (
                within(before.coefficients, before.fields, rung.fields) - rung.coefficients
            )
        elif np.isfinite(rung.expected) and self.warm is not None and self.warm.error is not None:
            own, before = np.std(rung.values, axis=0), np.maximum(self.warm.variation, 1e-300)
            varied = np.repeat(own / before, [f.columns for f in rung.fields])
            error = relative / max(self.warm.relative, 1e-300) * varied * self.warm.error
        misses = self.missed(rung.fields, rung.coefficients)
        begin, last = rungs[0].space, rungs[-1].space
        tried = f"{made_of(self.plan, begin)} to {made_of(self.plan, last)}"
        if np.isfinite(rung.expected):
            tried = f"{made_of(self.plan, last)}, as in the run that it began with"
        came = f"the estimated error fell to {relative:.0e}" if np.isfinite(relative) else "they did not converge"
        held = f"Newton's method stays where statements are missed by {rung.left:.0e}: there may be no solution, as beyond a fold"
        checked, posterior = self.again_without_data(rung)
        smooth = self.again and not self.returned and isinstance(rung.space, Polynomials)
        story = (
            *self.given_up,
            f"{tried}: {came}",
            *((self.led,) if self.led else ()),
            *((held,) if rung.damped and rung.left > SATISFIED else ()),
            *(f"`{own.name}`: {own.left_out} rows are left out" for own in self.data.stated if own.left_out),
            *checked,
            *(("functions that are singular at corners were of no help",) if smooth else ()),
        )
        return Raised(
            rung.space,
            rung.coefficients,
            error,
            relative,
            misses,
            tuple(self.history[: place + 1]),
            rung.points,
            status,
            story,
            posterior,
            told(rungs[: place + 1], self.probes),
            self.warmth(rung, error, relative),
        )

    def warmth(self, rung: Rung, error: np.ndarray | None, relative: float) -> Warm | None:
        """What a run of nearly the same problem begins with."""
        if rung.posterior is not None or not np.isfinite(relative):
            return None
        variation, sizes = np.std(rung.values, axis=0), {f.name: self.sizes[f.name] for f in self.problem.fields}
        least = max(1.0, LEAST / max(relative, 1e-300))
        error = None if error is None else least * error
        relative *= least
        first = self.warm.first if self.warm is not None and np.isfinite(rung.expected) else relative
        known = rung.space, rung.coefficients, error, relative, first, rung.left, self.history[-1].loss
        reciprocal = 0.0 if rung.factors is None else rung.factors.triangle.reciprocal
        return Warm(*known, variation, sizes, shape_of(self.problem), reciprocal, rung.factors)

    def again_without_data(self, rung: Rung) -> tuple[tuple[str, ...], Posterior | None]:
        """What came of the problem with what was found, in words, where it has states and there is time for that; and what is known."""
        if rung.posterior is None:
            return (), None
        left = self.begun + self.plan.limits.seconds - time.perf_counter()
        if self.stopping() or not self.problem.states or rung.seconds > max(left, BRIEF):
            return (), rung.posterior
        system = Collocation(self.problem, rung.fields, self.sizes, self.forms, SHIFT, data=self.data.rows)
        words, away = solved_again(self.problem, system, rung.coefficients, self.data.stated, self.probes)
        return (words,), replace(rung.posterior, away=away)


def _held(own: Space, larger: Space) -> bool:
    """Whether a space holds another one: not where functions that are singular at corners were left out again."""
    return isinstance(larger, Added) or not isinstance(own, Added)
