"""From a family of problems to some of its members, each solved by itself, and to polynomials of the parameters between them.

All members are solved in the same functions of the coordinates, on the same points; their coefficients are functions of the
parameters, which least squares find from those at points of a low-discrepancy sequence (stochastic collocation: Xiu and
Hesthaven 2005). The cost is that of the members, one after another, where all of it at once is that of the cube of all products.
Some members are never fitted: by how far these are from the fit its error is known.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from math import ceil, comb

import numpy as np
from scipy import linalg

from pdedsl.numerics.truth import Truth
from pdedsl.planning.functions import each, expansions, inseparable, member_mirrors, member_space
from pdedsl.planning.plan import Plan
from pdedsl.planning.spelling import made_of
from pdedsl.problem.problem import Problem
from pdedsl.problem.shapes import low_discrepancy
from pdedsl.solver.minimise import Status
from pdedsl.solver.newton import FLOOR, Step, descended
from pdedsl.solver.record import Record
from pdedsl.spaces.basis import sized
from pdedsl.spaces.collocation import Collocation, Expansion, split, values
from pdedsl.spaces.functions import Functions, Products
from pdedsl.spaces.hard import Ansatz
from pdedsl.spaces.space import Polynomials
from pdedsl.stages.raising import Raised
from pdedsl.stages.rungs import COARSE, SATISFIED, Ladder, apart, errors_at, within

OVER, MORE = 1.5, 6
"""Members for each polynomial of the parameters, and how many more."""
CHECKED, ENDS = 10, 6
"""Members that are never fitted, and those of them at ends of the intervals."""
FIRST, GROWTH, HIGHEST = 6, 1.35, 60
"""The degree of the coordinates to begin with, how much larger the next one is, and the highest one of the parameters."""
LOWER = 0.75
"""The degrees that chosen ones are compared with, relative to these, and two lower at least: every other one may be of no use."""
FALLING = 0.7
"""The part of the last change from which a larger degree does not come nearer."""
DONE = 1e-11
"""An estimated error with which no other member is solved."""
LARGEST, WIDEST = 2500, 400_000
"""Functions of the coordinates, and coefficients of all fields."""
FEWEST = {1: 20, 2: 60}
"""Members that there is to be time for, by the number of parameters; of more of them those of degree four, between `MANY`."""
MANY = (150, 750)
SHARE, HALF = 0.3, 0.4
"""The part of the time for the degrees of the coordinates, and for so many members."""
STEPS = 25
PLACES = 256
"""Points at which members are compared."""
_SEED = 19_991_210


def sampled(
    problem: Problem,
    plan: Plan,
    known: tuple[Truth, ...],
    watch: Callable[[Record], None],
    stopping: Callable[[], bool],
    begun: float,
    seconds: float,
) -> Raised | None:
    """The solution of a family by its members, for which there are `seconds`; None where it has none, or they are not solved by
    themselves (`inseparable`).
    """
    if inseparable(problem):
        return None
    family = _Family(problem, plan, known, stopping, begun, seconds)
    try:
        for record in family.solved():
            watch(record)
    except np.linalg.LinAlgError:  # one of the members has no solution
        return None
    return family.best()


@dataclass(frozen=True)
class _Fit:
    """Polynomials of the parameters for the coefficients of all members."""

    space: Polynomials
    fields: tuple[Expansion, ...]
    coefficients: np.ndarray
    off: float
    """How far the worst of those members is that were not fitted, relative to its variation."""
    count: int
    """The members that were."""


class _Family(Ladder):
    """Members that were solved so far, and the fits to them."""

    def __init__(
        self,
        problem: Problem,
        plan: Plan,
        known: tuple[Truth, ...],
        stopping: Callable[[], bool],
        begun: float,
        seconds: float,
    ):
        super().__init__(problem, plan, known, stopping, begun)
        domain, own = problem.domain, plan.space
        self.until, self.seconds = time.perf_counter() + seconds, seconds
        self.swept = [domain.column(c.symbol) for c in domain.swept]
        self.chosen = each(problem, own) if isinstance(own, Polynomials) else None
        """The degrees, where these were chosen."""
        degrees = self.chosen or (FIRST,) * len(problem.coordinates)
        self.off = np.inf
        """How far members are off in these functions, estimated, relative to their variation."""
        self.fits: list[_Fit] = []
        self.status: Status = "time limit"
        self._in(member_space(problem, Polynomials(degrees, "total")))

    def _in(self, space: Polynomials) -> None:
        """Take other functions of the coordinates."""
        self.space = space
        mirrors = member_mirrors(self.problem, self.plan.symmetry)
        self.fields = expansions(self.problem, space, self.sizes, self.plan.symmetry, mirrors)
        self.system = Collocation(self.problem, self.fields, self.sizes, self.forms)

    def member(self, at: np.ndarray, start: np.ndarray) -> np.ndarray:
        """The coefficients of a member. Raises LinAlgError where there is none: Newton's method stays where statements are missed."""
        own = self.system.at(self.swept, at.tolist())
        if all(f.built == Ansatz() for f in self.fields):  # then tables are those of the coordinates alone
            own.tables = self.system.tables
        taken = list[Step]()

        def note(step: Step) -> bool:
            taken.append(step)
            return len(taken) < self.plan.limits.steps and not self.stopping()

        found, _ = descended(own, start, STEPS, note)
        self.steps += len(taken)
        self.last = taken[-1]
        if not np.isfinite(found).all():
            raise np.linalg.LinAlgError("the member is not finite")
        stays = self.last.cutoff > FLOOR and np.linalg.norm(own.residual(found)) > SATISFIED
        if self.off < COARSE and stays and not self.stopping():  # in these functions others are satisfied
            raise np.linalg.LinAlgError("there is no such member")
        return found

    def shown(self, coefficients: np.ndarray, at: np.ndarray) -> np.ndarray:
        """A member at some points, shape (n, number of fields)."""
        return values(self.fields, coefficients, self._points(at))

    def _points(self, at: np.ndarray) -> np.ndarray:
        found = self.probes[:PLACES].copy()
        found[:, self.swept] = at
        return found

    def solved(self) -> Iterator[Record]:
        """Find the degrees of the coordinates, then fits of more and more members, each with its record."""
        if self.chosen is None:
            self._raise_degrees()
        else:
            self._compare(self.chosen)
        if self.off > COARSE and self.chosen is None:
            return
        truth = [(at, self.member(at, self._nothing)) for at in self._checked]
        places, found, degree = np.zeros((0, len(self.swept))), np.zeros((0, self.system.size)), 0
        last, spent, short = 1, 0.0, False
        while not self.over and degree < self._highest:
            degree = min(degree + (3 if len(self.swept) == 1 else 1), self._highest)
            space = self._family(degree)
            size = sized(self.problem, self.swept, Polynomials(space.degrees, "total"))
            short = (size / last) ** 3 * spent > self.until - time.perf_counter()
            if short or size * self.system.size > WIDEST:
                break
            places = self._drawn(ceil(OVER * size) + MORE)
            fit = self.fits[-1] if self.fits else None
            for at in places[len(found) :]:
                if self.over:
                    break
                begin = self._between(fit, at) if fit else found[-1] if len(found) else self._nothing
                found = np.concatenate([found, self.member(at, begin)[None]])
            if len(found) < len(places):
                break
            started = time.perf_counter()
            self.fits.append(own := self._fit(space, places, found, truth))
            last, spent = size, time.perf_counter() - started
            yield self._record(own)
            if own.off <= max(DONE, self.off / 2):
                self.status = "converged"
                return
            if len(self.fits) > 2 and own.off > FALLING * self.fits[-3].off:
                break
        self.status = "interrupted" if self.stopping() else "time limit" if short or self.over else "stalled"

    @property
    def over(self) -> bool:
        """Whether there is no time for another member."""
        return time.perf_counter() > self.until or self.stopping()

    @property
    def _highest(self) -> int:
        """The highest degree of the parameters."""
        return HIGHEST if self.chosen is None else max(self.chosen[k] for k in self.swept)

    @property
    def _nothing(self) -> np.ndarray:
        return np.zeros(self.system.size)

    @property
    def _checked(self) -> np.ndarray:
        """The parameters of members that are never fitted, shape (n, parameters)."""
        unit = np.random.default_rng(_SEED).random((CHECKED, len(self.swept)))
        unit[:ENDS] = np.round(unit[:ENDS])
        return self._line(unit)

    def _drawn(self, count: int) -> np.ndarray:
        """Those of members that are, denser towards the ends: the first of a sequence."""
        return self._line((1 - np.cos(np.pi * low_discrepancy(count, len(self.swept)))) / 2)

    def _line(self, unit: np.ndarray) -> np.ndarray:
        own = zip(self.swept, unit.T, strict=True)
        return np.stack([self.problem.domain.line(k, column) for k, column in own], axis=1)

    def _raise_degrees(self) -> None:
        """Take more and more functions of the coordinates, as long as members at both ends and in the middle change by them."""
        begun, anchors = time.perf_counter(), self._anchors
        last, changes = None, list[float]()
        own = len(self.swept)
        members = FEWEST.get(own) or min(max(MANY[0], ceil(OVER * comb(own + 4, 4))), MANY[1])
        while not self.over:
            started = time.perf_counter()
            own = self._shown_at(anchors)
            alone = (time.perf_counter() - started) / len(anchors)
            if last is not None:
                changes.append(max(apart(a, b, self.spread) for a, b in zip(own, last, strict=True)))
                falls = changes[-1] / changes[-2] if len(changes) > 1 else 1.0
                self.off = changes[-1] * min(1.0, falls)
                stays = len(changes) > 2 and FALLING * changes[-3] < changes[-1] < COARSE
                if changes[-1] <= DONE or stays:
                    return
            degrees = tuple(n if k in self.swept else round(GROWTH * n) for k, n in enumerate(self.space.degrees))
            axes = [k for k in range(len(degrees)) if k not in self.swept]
            larger = Polynomials(degrees, "total")
            size = len(self.problem.fields) * sized(self.problem, axes, larger)
            cost = alone * (size / self.system.size) ** 2  # of few functions most is what all have in common
            spent = time.perf_counter() - begun
            most = min(SHARE * self.seconds - spent - len(anchors) * cost, HALF * self.seconds - members * cost)
            if size > LARGEST or most < 0:
                return
            last = own
            self._in(larger)

    @property
    def _anchors(self) -> np.ndarray:
        """The parameters of members at both ends and in the middle, shape (3, parameters)."""
        return self._line(np.repeat([[0.0], [0.5], [1.0]], len(self.swept), axis=1))

    def _shown_at(self, places: np.ndarray) -> list[np.ndarray]:
        return [self.shown(self.member(at, self._nothing), at) for at in places]

    def _compare(self, chosen: tuple[int, ...]) -> None:
        """See how far those members are off in chosen degrees: as far as they are from the same in lower ones, at most."""
        whole = self.space
        self._in(
            member_space(self.problem, Polynomials(tuple(max(0, min(int(LOWER * n), n - 2)) for n in chosen), "total"))
        )
        lower = self._shown_at(self._anchors)
        self._in(whole)
        own = self._shown_at(self._anchors)
        self.off = max(apart(a, b, self.spread) for a, b in zip(own, lower, strict=True))

    def _family(self, degree: int) -> Polynomials:
        """The space of a fit."""
        own = enumerate(self.chosen or self.space.degrees)
        most = degree if self.chosen is None else 0  # else no more than was chosen
        return Polynomials(tuple(most or min(degree, n) if k in self.swept else n for k, n in own), "family")

    def _fit(
        self, space: Polynomials, places: np.ndarray, found: np.ndarray, truth: list[tuple[np.ndarray, np.ndarray]]
    ) -> _Fit:
        """Least squares for the coefficients of members as functions of the parameters."""
        fields = expansions(self.problem, space, self.sizes, self.plan.symmetry)
        points = np.tile(self.probes[:1], (len(places), 1))
        points[:, self.swept] = places
        table = self._beside(fields).table(points, (0,) * points.shape[1])
        right, triangle = linalg.qr_multiply(table, found.T)  # pyright: ignore[reportAssignmentType]
        own = linalg.solve_triangular(triangle, right.T, check_finite=False)
        ends = np.cumsum([f.columns for f in self.fields])[:-1]
        coefficients = np.concatenate([part.T.reshape(-1) for part in np.split(own, ends, axis=1)])
        fit = _Fit(space, fields, coefficients, np.inf, len(found))
        gaps = [apart(self.shown(c, at), self.shown(self._between(fit, at), at), self.spread) for at, c in truth]
        return replace(fit, off=max(gaps))

    def _beside(self, fields: tuple[Expansion, ...]) -> Functions:
        """The polynomials of the parameters."""
        own = fields[0].basis
        assert isinstance(own, Products)
        return own.beside

    def _between(self, fit: _Fit, at: np.ndarray) -> np.ndarray:
        """The coefficients of a member that a fit says."""
        point = self.probes[:1].copy()
        point[:, self.swept] = at
        weights = self._beside(fit.fields).table(point, (0,) * point.shape[1])[0]
        parts = split(fit.fields, fit.coefficients)
        return np.concatenate([c.reshape(-1, len(weights)) @ weights for c in parts])

    def _record(self, fit: _Fit) -> Record:
        """With how far members that were not fitted are off, as the loss: statements are missed by less."""
        loss = {"members": fit.off**2 / 2}
        seconds = time.perf_counter() - self.begun
        filtered = (self.last.cutoff or FLOOR, self.last.rank, self.last.gain, self.last.accepted)
        found = Record(
            self.steps,
            seconds,
            fit.off**2 / 2,
            loss,
            *filtered,
            errors=errors_at(fit.fields, fit.coefficients, self.known),
        )
        self.history.append(found)
        return found

    def best(self) -> Raised | None:
        """The fit that comes nearest to members which were not fitted."""
        if not self.fits:
            return None
        place = min(range(len(self.fits)), key=lambda k: self.fits[k].off)
        fit, relative, error = self.fits[place], self.fits[place].off + self.off, None
        if place:
            before = self.fits[place - 1]
            moved = within(before.coefficients, before.fields, fit.fields) - fit.coefficients
            error = relative / max(before.off, relative) * moved
        points = tuple(b.points for b in self.system.blocks)
        own = made_of(self.plan, self.space)
        story = (
            f"{fit.count} members, each in {own}, which they are off by {self.off:.0e} in",
            f"others are off what polynomials of the parameters say between these by {fit.off:.0e} at most",
        )
        history = tuple(self.history[: place + 1])
        return Raised(
            fit.space,
            fit.coefficients,
            error,
            relative,
            self.missed(fit.fields, fit.coefficients),
            history,
            points,
            self.status,
            story,
        )
