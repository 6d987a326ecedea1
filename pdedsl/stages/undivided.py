"""From a family of problems to its members in functions of all coordinates at once, as many as these ask for."""

import time

import numpy as np

from pdedsl.planning.functions import expansions, member_mirrors, member_space
from pdedsl.solver.newton import FLOOR, Step, descended
from pdedsl.spaces.collocation import Collocation
from pdedsl.spaces.hard import Ansatz
from pdedsl.spaces.products import sized
from pdedsl.spaces.space import Polynomials
from pdedsl.stages.family import Family
from pdedsl.stages.rungs import COARSE, SATISFIED, apart

FIRST, GROWTH = 6, 1.35
"""The degree to begin with, and how much larger the next one is."""
LOWER = 0.75
"""The degrees that chosen ones are compared with, relative to these, and two lower at least: every other one may be of no use."""
LARGEST = 2500
"""Functions of the coordinates."""
SHARE, HALF = 0.3, 0.4
"""The part of the time for the degrees, and for as many members as there are to be."""
STEPS = 25


class Undivided(Family):
    """Members that were solved in products of a total degree."""

    def prepare(self) -> None:
        degrees = self.chosen or (FIRST,) * len(self.problem.coordinates)
        self._in(member_space(self.problem, Polynomials(degrees, "total")))
        if self.chosen is None:
            self._raise_degrees()
        else:
            self._compare(self.chosen)

    def _in(self, space: Polynomials) -> None:
        """Take other functions of the coordinates."""
        self.space = space
        mirrors = member_mirrors(self.problem, self.plan.symmetry)
        self.fields = expansions(self.problem, space, self.sizes, self.plan.symmetry, mirrors)
        self.system = Collocation(self.problem, self.fields, self.sizes, self.forms)
        self.alike = all(f.built == Ansatz() for f in self.fields)
        """Whether tables are those of the coordinates alone, and serve for all members."""

    def member(self, at: np.ndarray, start: np.ndarray) -> np.ndarray:
        """The coefficients of a member. Raises LinAlgError where there is none: Newton's method stays where statements are missed."""
        own = self.system.at(self.swept, at.tolist())
        if self.alike:
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

    @property
    def points(self) -> tuple[np.ndarray, ...]:
        return tuple(b.points for b in self.system.blocks)

    def _raise_degrees(self) -> None:
        """Take more and more functions of the coordinates, as long as members at `anchors` change by them."""
        begun, anchors, last = time.perf_counter(), self.anchors, None
        while not self.over:
            started = time.perf_counter()
            own = self.shown_at(anchors)
            alone = (time.perf_counter() - started) / len(anchors)
            if last is not None and not self.nearer(own, last):
                return
            degrees = tuple(n if k in self.swept else round(GROWTH * n) for k, n in enumerate(self.space.degrees))
            axes = [k for k in range(len(degrees)) if k not in self.swept]
            larger = Polynomials(degrees, "total")
            size = len(self.problem.fields) * sized(self.problem, axes, larger)
            cost = alone * (size / self.size) ** 2  # of few functions most is what all have in common
            spent = time.perf_counter() - begun
            most = min(SHARE * self.seconds - spent - len(anchors) * cost, HALF * self.seconds - self.members * cost)
            if size > LARGEST or most < 0:
                return
            last = own
            self._in(larger)

    def _compare(self, chosen: tuple[int, ...]) -> None:
        """See how far those members are off in chosen degrees: as far as they are from the same in lower ones, at most."""
        whole = self.space
        self._in(
            member_space(self.problem, Polynomials(tuple(max(0, min(int(LOWER * n), n - 2)) for n in chosen), "total"))
        )
        lower = self.shown_at(self.anchors)
        self._in(whole)
        own = self.shown_at(self.anchors)
        self.off = max(apart(a, b, self.spread) for a, b in zip(own, lower, strict=True))
