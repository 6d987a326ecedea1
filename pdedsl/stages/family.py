"""From a family of problems to some of its members, each solved by itself, and to polynomials of the parameters between them.

All members are solved in the same functions of the coordinates, on the same points; their coefficients are functions of the
parameters, which least squares find from those at points of a low-discrepancy sequence (stochastic collocation: Xiu and
Hesthaven 2005). The cost is that of the members, one after another, where all of it at once is that of the cube of all products.
Some members are never fitted: by how far these are from the fit its error is known.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import ceil, comb

import numpy as np
from scipy import linalg

from pdedsl.numerics.truth import Truth
from pdedsl.planning.functions import each, fields_of
from pdedsl.planning.plan import Plan
from pdedsl.planning.spelling import made_of
from pdedsl.problem.problem import Problem
from pdedsl.problem.shapes import low_discrepancy
from pdedsl.solver.minimise import Status
from pdedsl.solver.newton import FLOOR, Step
from pdedsl.solver.record import Record
from pdedsl.spaces.collocation import Expansion, split, values
from pdedsl.spaces.functions import Functions, Products
from pdedsl.spaces.pieces import Pieces, parts_of
from pdedsl.spaces.products import sized
from pdedsl.spaces.space import Polynomials
from pdedsl.stages.raised import Raised
from pdedsl.stages.rungs import COARSE, Ladder, apart, errors_at, within

OVER, MORE = 1.5, 6
"""Members for each polynomial of the parameters, and how many more."""
CHECKED, ENDS = 10, 6
"""Members that are never fitted, and those of them at ends of the intervals."""
HIGHEST = 60
"""The highest degree of the parameters."""
FALLING = 0.7
"""The part of the last change from which a larger degree does not come nearer."""
DONE = 1e-11
"""An estimated error with which no other member is solved."""
WIDEST = 400_000
"""Coefficients of all fields, at most."""
FEWEST = {1: 20, 2: 60}
"""Members that there is to be time for, by the number of parameters; of more of them those of degree four, between `MANY`."""
MANY = (150, 750)
ANCHORS = (0.0, 0.3, 0.6, 1.0)
"""Parts of the intervals where members tell how many functions of the coordinates are needed."""
PLACES = 256
"""Points at which members are compared."""
_SEED = 19_991_210


Fields = tuple[Expansion, ...] | tuple[Pieces, ...]
"""All fields, as sums over a basis or as one on each piece of time."""
Checked = list[tuple[np.ndarray, np.ndarray]]
"""Members that are never fitted: their parameters and their coefficients."""


@dataclass(frozen=True)
class Fit:
    """Polynomials of the parameters for the coefficients of all members."""

    space: Polynomials
    fields: Fields
    coefficients: np.ndarray
    off: float
    """How far the worst of those members is that were not fitted, relative to its variation."""
    count: int
    """The members that were."""


class Family(Ladder):
    """Members that were solved so far, and the fits to them."""

    def __init__(
        self,
        problem: Problem,
        plan: Plan,
        known: tuple[Truth, ...],
        watch: Callable[[Record], None],
        stopping: Callable[[], bool],
        begun: float,
        seconds: float,
    ):
        super().__init__(problem, plan, known, stopping, begun)
        self.watch, domain, own = watch, problem.domain, plan.space
        self.until, self.seconds = time.perf_counter() + seconds, seconds
        self.swept = [domain.column(c.symbol) for c in domain.swept]
        self.chosen = each(problem, own) if isinstance(own, Polynomials) else None
        """The degrees, where these were chosen."""
        self.changes: list[float] = []
        """How far members at `anchors` changed by more functions."""
        self.off = np.inf
        """How far members are off in these functions, estimated, relative to their variation."""
        self.fits: list[Fit] = []
        self.status: Status = "time limit"
        self.last: Step
        """The last step to a member."""
        self.space: Polynomials
        """That of a member, and its fields."""
        self.fields: Fields

    def prepare(self) -> None:
        """Find the functions of the coordinates, and how far members are off in these."""
        raise NotImplementedError

    def member(self, at: np.ndarray, start: np.ndarray) -> np.ndarray:
        """The coefficients of a member, sought from others. Raises LinAlgError where there is none."""
        raise NotImplementedError

    def nearest(self, found: np.ndarray) -> np.ndarray:
        """What a member is sought from, where others were found, shape (n, K), and no fit to these is good enough."""
        return found[-1] if len(found) else self._nothing

    @property
    def points(self) -> tuple[np.ndarray, ...]:
        """Those of each statement, for the last member."""
        raise NotImplementedError

    @property
    def size(self) -> int:
        """The number of coefficients of a member."""
        return sum(own.columns for own in self.fields)

    def shown(self, coefficients: np.ndarray, at: np.ndarray) -> np.ndarray:
        """A member at some points, shape (n, number of fields)."""
        return values(self.fields, coefficients, self._points(at))

    def _points(self, at: np.ndarray) -> np.ndarray:
        found = self.probes[:PLACES].copy()
        found[:, self.swept] = at
        return found

    @property
    def members(self) -> int:
        """Members that there is to be time for."""
        own = len(self.swept)
        return FEWEST.get(own) or min(max(MANY[0], ceil(OVER * comb(own + 4, 4))), MANY[1])

    def nearer(self, shown: Sequence[np.ndarray], last: Sequence[np.ndarray]) -> bool:
        """Note how far members at `anchors` are from what they were in the last functions; whether others come nearer."""
        changes = self.changes
        changes.append(max(apart(a, b, self.spread) for a, b in zip(shown, last, strict=True)))
        falls = changes[-1] / changes[-2] if len(changes) > 1 else 1.0
        self.off = changes[-1] * min(1.0, falls)
        stays = len(changes) > 2 and FALLING * changes[-3] < changes[-1] < COARSE
        return changes[-1] > DONE and not stays

    def solve(self) -> None:
        """Fits of more and more members, each of which is shown; none where these are too coarse."""
        if self.off > COARSE and self.chosen is None:
            return
        truth = [(at, self.member(at, self._nothing)) for at in self._checked]
        places, found, degree = np.zeros((0, len(self.swept))), np.zeros((0, self.size)), 0
        last, spent, short = 1, 0.0, False
        while not self.over and degree < self._highest:
            degree = min(degree + (3 if len(self.swept) == 1 else 1), self._highest)
            space = self._family(degree)
            size = sized(self.problem, self.swept, Polynomials(space.degrees, "total"))
            short = (size / last) ** 3 * spent > self.left
            if short or size * self.size > WIDEST:
                break
            places = self._drawn(ceil(OVER * size) + MORE)
            fit = self.fits[-1] if self.fits else None
            for at in places[len(found) :]:
                if self.over:
                    break
                close = fit if fit is not None and fit.off <= COARSE else None
                begin = self.nearest(found) if close is None else self._between(close, at)
                found = np.concatenate([found, self.member(at, begin)[None]])
            if len(found) < len(places):
                break
            if not self.fits:  # what the first one is compared with
                self._fitted(self._family(max(0, degree - 2)), places, found, truth)
            started = time.perf_counter()
            self._fitted(space, places, found, truth)
            last, spent, own = size, time.perf_counter() - started, self.fits[-1]
            if own.off <= max(DONE, self.off / 2):
                self.status = "converged"
                return
            if len(self.fits) > 3 and own.off > FALLING * self.fits[-3].off:
                break
        self.status = "interrupted" if self.stopping() else "time limit" if short or self.over else "stalled"

    @property
    def over(self) -> bool:
        """Whether there is no time for another member."""
        return self.left < 0 or self.stopping()

    @property
    def left(self) -> float:
        """Seconds for members."""
        return self.until - time.perf_counter()

    @property
    def _highest(self) -> int:
        """The highest degree of the parameters."""
        return HIGHEST if self.chosen is None else max(self.chosen[k] for k in self.swept)

    @property
    def _nothing(self) -> np.ndarray:
        return np.zeros(self.size)

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

    @property
    def anchors(self) -> np.ndarray:
        """The parameters of members at both ends and between these, shape (n, parameters)."""
        return self._line(np.repeat(np.array(ANCHORS)[:, None], len(self.swept), axis=1))

    def shown_at(self, places: np.ndarray) -> list[np.ndarray]:
        """Members with some parameters, shape (n, parameters), each as `shown`."""
        return [self.shown(self.member(at, self._nothing), at) for at in places]

    def _family(self, degree: int) -> Polynomials:
        """The space of a fit."""
        own = enumerate(self.chosen or self.space.degrees)
        most = degree if self.chosen is None else 0  # else no more than was chosen
        degrees = tuple(most or min(degree, n) if k in self.swept else n for k, n in own)
        return replace(self.space, degrees=degrees, terms="family")

    def _fitted(self, space: Polynomials, places: np.ndarray, found: np.ndarray, truth: Checked) -> None:
        """Keep another fit, and show it."""
        self.fits.append(fit := self._fit(space, places, found, truth))
        self.history.append(self._record(fit))
        self.watch(self.history[-1])

    def _fit(self, space: Polynomials, places: np.ndarray, found: np.ndarray, truth: Checked) -> Fit:
        """Least squares for the coefficients of members as functions of the parameters."""
        fields = fields_of(self.problem, space, self.sizes, self.plan.symmetry)
        points = np.tile(self.probes[:1], (len(places), 1))
        points[:, self.swept] = places
        table = self._beside(fields).table(points, (0,) * points.shape[1])
        right, triangle = linalg.qr_multiply(table, found.T)  # pyright: ignore[reportAssignmentType]
        own = linalg.solve_triangular(triangle, right.T, check_finite=False)
        ends = np.cumsum([part.columns for part in parts_of(self.fields)])[:-1]
        coefficients = np.concatenate([part.T.reshape(-1) for part in np.split(own, ends, axis=1)])
        fit = Fit(space, fields, coefficients, np.inf, len(found))
        gaps = [apart(self.shown(c, at), self.shown(self._between(fit, at), at), self.spread) for at, c in truth]
        return replace(fit, off=max(gaps))

    def _beside(self, fields: Fields) -> Functions:
        """The polynomials of the parameters."""
        own = parts_of(fields)[0].basis
        assert isinstance(own, Products)
        return own.beside

    def _between(self, fit: Fit, at: np.ndarray) -> np.ndarray:
        """The coefficients of a member that a fit says."""
        point = self.probes[:1].copy()
        point[:, self.swept] = at
        weights = self._beside(fit.fields).table(point, (0,) * point.shape[1])[0]
        parts = split(parts_of(fit.fields), fit.coefficients)
        return np.concatenate([c.reshape(-1, len(weights)) @ weights for c in parts])

    def _record(self, fit: Fit) -> Record:
        """With how far members that were not fitted are off, as the loss: statements are missed by less."""
        loss = {"members": fit.off**2 / 2}
        seconds = time.perf_counter() - self.begun
        filtered = (self.last.cutoff or FLOOR, self.last.rank, self.last.gain, self.last.accepted)
        errors = errors_at(fit.fields, fit.coefficients, self.known)
        return Record(self.steps, seconds, fit.off**2 / 2, loss, *filtered, errors=errors)

    def best(self) -> Raised | None:
        """The fit that comes nearest to members which were not fitted."""
        if not self.fits:
            return None
        place = min(range(len(self.fits)), key=lambda k: self.fits[k].off)
        fit, relative, error = self.fits[place], self.fits[place].off + self.off, None
        if place:
            before = self.fits[place - 1]
            moved = within(before.coefficients, parts_of(before.fields), parts_of(fit.fields)) - fit.coefficients
            size = max(before.off, relative)
            if self.off > fit.off:  # of what members miss by themselves it says the size alone
                lower = values(fit.fields, fit.coefficients + moved, self.probes)
                size = max(apart(lower, values(fit.fields, fit.coefficients, self.probes), self.spread), 1e-300)
            error = relative / size * moved
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
            self.points,
            self.status,
            story,
        )
