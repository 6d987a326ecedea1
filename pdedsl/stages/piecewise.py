"""From a piece of time, its degrees and how coordinates are stretched to the solution there, which begins where the last one ended."""

import math
import time
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Self

import numpy as np

from pdedsl.numerics.truth import Truth
from pdedsl.planning.functions import expansions, free, member_mirrors, parities
from pdedsl.planning.plan import Limits, Plan
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Initial
from pdedsl.solver.newton import SETTLED, Factors, Step, descended
from pdedsl.spaces.collocation import Collocation, Expansion, Tables, split
from pdedsl.spaces.hard import Ansatz
from pdedsl.spaces.linear import form
from pdedsl.spaces.pieces import Before, continued, piece
from pdedsl.spaces.placing import SHIFT
from pdedsl.spaces.sizes import row_sizes
from pdedsl.spaces.space import Polynomials
from pdedsl.spaces.superposition import Superposition, collocated
from pdedsl.stages.rungs import Ladder
from pdedsl.stages.steepness import Stretches, initial_slopes, solution_slopes, steep
from pdedsl.stages.tails import tails

ROUNDING = 1e-9
"""How far apart, in lengths of the domain, points are the same."""
MOMENTS = (0.0, 0.5, 1.0)
"""Of a piece of time, at which it is seen where a solution is steep."""
CARRIED = 3.0
"""How many times more the start of a piece weighs: what it misses is carried through all that come after."""
NEWTON = 7
"""Factorisations after which a piece is tried shorter."""


@dataclass(frozen=True)
class Piece:
    """A piece of time and the solution on it."""

    low: float
    high: float
    degrees: tuple[int, ...]
    stretches: Stretches
    """Of each coordinate."""
    fields: tuple[Expansion, ...]
    coefficients: np.ndarray
    points: dict[str, np.ndarray]
    """Those of each statement."""
    losses: dict[str, float]
    """Of each statement."""
    left: float
    """The square of the residual on fresh points."""
    linear: bool
    late: float
    wide: dict[int, float]
    """What the highest degrees hold in time, and along each other coordinate, relative to the values of the field."""
    unmet: float = 0.0
    """The most that these hold of what the tolerance does not allow, where no more columns are affordable."""

    @property
    def spatial(self) -> float:
        """The most that they hold along another coordinate than time; 0 where there is none."""
        return max(self.wide.values(), default=0.0)


@dataclass
class _Alike:
    """What serves again on pieces that are as long and of the same functions: their tables are the same, and their Jacobian is
    nearly so; of linear problems whose operator does not depend on time exactly.
    """

    key: tuple[Any, ...]
    points: tuple[np.ndarray, ...] = ()
    """Those of all statements, counted from the start of the piece."""
    factors: Factors | None = None
    tables: Tables = field(default_factory=dict)
    fresh: Tables = field(default_factory=dict)

    def serves(self, key: tuple[Any, ...], points: tuple[np.ndarray, ...]) -> bool:
        """Whether another piece is like this one: a place that depends on time has points of its own on each."""
        pairs = zip(self.points, points, strict=False)
        return self.key == key and all(a.shape == b.shape and np.allclose(a, b, 0, ROUNDING) for a, b in pairs)


class Piecewise(Ladder):
    """Solutions on pieces of time, each of which begins where the last one ended."""

    def __init__(
        self,
        problem: Problem,
        plan: Plan,
        known: tuple[Truth, ...],
        stopping: Callable[[], bool],
        begun: float | None,
        held: Sequence[int] = (),
    ):
        """`held` are the columns of parameters that are given values: `at`."""
        super().__init__(problem, plan, known, stopping, begun)
        assert problem.time is not None
        self.held, self.place = tuple(held), tuple[float, ...]()
        asked = plan.limits.steps
        self.most = asked if asked != Limits().steps else math.inf  # the number that nobody chose is one of a network
        self.axis = problem.domain.column(problem.time.symbol)
        self.low, self.high = problem.bounds[self.axis]
        self.lengths = np.ptp(np.asarray(problem.bounds, float), axis=1)
        self.mirrors = member_mirrors(problem, plan.symmetry) if held else parities(problem, plan.symmetry)
        self.worth = {
            s.name: row_sizes(problem, s, self.sizes) / (CARRIED if isinstance(s, Initial) else 1.0)
            for s in problem.statements
        }
        """The sizes of the rows of each statement, which are those of the whole problem on all pieces."""
        self.free = free(problem, plan)
        self.alike = _Alike(())
        self.settled = 0.0
        """The length of a step after which the next one, the square of it, does not matter."""
        self.until = np.inf
        """When there is no more time for steps."""
        self.step: Step
        """The last one."""

    def at(self, place: Sequence[float]) -> Self:
        """The same for some values of the parameters that are held, from the beginning."""
        found = copy(self)
        found.place, found.probes, found.alike = tuple(place), self.probes.copy(), _Alike(())
        found.probes[:, self.held] = place
        found.rungs, found.history = [], []
        return found

    def along(self, space: Polynomials, guesses: Sequence[np.ndarray] = ()) -> list[Piece]:
        """The solution on the pieces of a space. Raises LinAlgError where Newton's method does not converge on one of them."""
        found: list[Piece] = []
        for k, (low, high) in enumerate(pairwise((self.low, *space.slabs, self.high))):
            there = low, high, space.degrees, space.stretches[k], found[-1] if found else None
            solved = self._solve(*there, guesses[k]) if guesses else None
            if solved is None:  # where a guess was of no use from its own start
                solved = self._solve(*there)
            if solved is None:
                raise np.linalg.LinAlgError("there is no solution on a piece of time")
            found.append(solved)
        return found

    def over(self, taken: int) -> bool:
        """Whether the run is to end, or there is no more time for a tolerance, after some more steps."""
        return self.stopping() or time.perf_counter() > self.until or self.steps + taken >= self.most

    def _stretched(self, solved: Piece | None, moments: Sequence[float] = MOMENTS) -> Stretches:
        """How coordinates are stretched for what a solution is at some parts of its piece, or for what is said of the start."""
        low, high = (self.low, self.low) if solved is None else (solved.low, solved.high)
        points = [self.probes.copy() for _ in moments]
        for own, moment in zip(points, moments, strict=True):
            own[:, self.axis] = low + moment * (high - low)
        if solved is None:
            base, slopes = self.faces, initial_slopes(self.problem)
        else:
            base, slopes = solved.stretches, solution_slopes(solved.fields, solved.coefficients)
        return steep(self.problem, self.free, slopes, points, base, self.mirrors)

    def _solve(
        self,
        low: float,
        high: float,
        degrees: tuple[int, ...],
        stretches: Stretches,
        last: Piece | None,
        guess: np.ndarray | None = None,
    ) -> Piece | None:
        """The solution on a piece; None where Newton's method does not converge."""
        own, ready = piece(self.problem, low, high, first=last is None), dict(self.forms)
        space = Polynomials(degrees, "product", stretches=(stretches,))
        fields = expansions(own, space, self.sizes, self.plan.symmetry, self.mirrors)
        if last is not None:
            own = continued(own, low, self._before(last))
        for condition in own.conditions:
            if isinstance(condition, Initial):
                ready[condition.name] = tuple(form(own, r) for r in condition.residual)
        taken, fitted = list[Step](), self._placed(collocated(own, fields, self.sizes, ready, self.worth))
        key = (f"{high - low:.12e}", degrees, stretches, last is None)
        origin = low * np.eye(len(self.problem.coordinates))[self.axis]
        counted = np.isin(np.arange(len(origin)), self.held, invert=True) / self.lengths
        points = tuple((b.points - origin) * counted for b in fitted.blocks)
        if any(f.built != Ansatz() for f in fields) or not self.alike.serves(key, points):
            self.alike = _Alike(key, points)
        alike = self.alike
        fitted.tables = alike.tables

        def note(step: Step) -> bool:
            taken.append(step)
            return not self.over(len(taken)) and not (step.accepted and step.left <= self.settled**2)

        try:
            guess = self._guess(fields, last, low) if guess is None else guess
            coefficients, alike.factors = descended(fitted, guess, NEWTON, note, alike.factors)
        except np.linalg.LinAlgError:
            return None
        self.steps += len(taken)
        self.step = taken[-1]
        ended = fitted.is_linear or not taken[-1].accepted or taken[-1].left <= max(self.settled**2, SETTLED)
        if not np.isfinite(coefficients).all() or not ended:
            return None
        other = self._placed(Collocation(own, fields, self.sizes, ready, SHIFT, self.worth))
        other.tables = alike.fresh
        fresh = other.residual(coefficients)
        places = {b.statement.name: b.points for b in fitted.blocks}
        losses = fitted.losses(coefficients)
        probes = self.probes.copy()
        probes[:, self.axis] = low + (high - low) * (probes[:, self.axis] - self.low) / (self.high - self.low)
        left, late, wide = float(fresh @ fresh), *tails(fields, coefficients, probes, self.axis)
        return Piece(
            low, high, degrees, stretches, fields, coefficients, places, losses, left, fitted.is_linear, late, wide
        )

    def _placed(self, system: Collocation | Superposition) -> Collocation | Superposition:
        """Residuals at the values of the parameters that are held."""
        return system.at(self.held, self.place) if isinstance(system, Collocation) and self.held else system

    def _before(self, last: Piece) -> dict[str, Before]:
        """The fields of a piece as functions of their arguments."""
        parts = zip(self.problem.fields, last.fields, split(last.fields, last.coefficients), strict=True)
        width = len(self.problem.coordinates)
        return {
            f.name: Before(own, c, tuple(self.problem.domain.column(s) for s in f.arguments), width)
            for f, own, c in parts
        }

    def _guess(self, fields: tuple[Expansion, ...], last: Piece | None, at: float) -> np.ndarray:
        """Coefficients of what the last tolerance had on a piece; for the first one, of what stays as the last piece ended."""
        known = self.rungs[-1] if self.rungs else last
        if known is None or self.linear:
            return np.zeros(sum(f.columns for f in fields))

        def moved(points: np.ndarray) -> np.ndarray:
            if self.rungs:
                return points
            found = points.copy()
            found[:, self.axis] = at
            return found

        none = (0,) * len(self.problem.coordinates)
        parts = zip(fields, known.fields, split(known.fields, known.coefficients), strict=True)
        return np.concatenate([own.fitted(lambda x, b=b, c=c: b.values(c, moved(x), none)) for own, b, c in parts])
