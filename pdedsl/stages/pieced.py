"""From a family of problems to its members piece by piece in time: all on the same pieces, in the same functions.

Pieces, degrees and where coordinates are stretched are those of the member that needs most, of a few that are solved as one
alone would be, to smaller and smaller tolerances.
"""

import time

import numpy as np

from pdedsl.planning.functions import fields_of
from pdedsl.spaces.collocation import split
from pdedsl.spaces.pieces import parts_of
from pdedsl.spaces.space import Polynomials
from pdedsl.stages.family import CHECKED, PLACES, Family
from pdedsl.stages.marching import NEARLY, UNSEEN, March

SHARE, ENOUGH = 0.4, 0.8
"""The part of the time for those that are solved alone; that of what is left then, which members may take."""


class Pieced(Family):
    """Members that were solved piece by piece."""

    def prepare(self) -> None:
        """See `Family`; of some members that are solved alone the one that needs most says how all are. How far they are off is seen
        where those are solved to the next tolerance; where there was no time for that, by how far they were in the last functions.
        """
        self.march = March(self.problem, self.plan, (), self.watch, self.stopping, self.begun, self.swept)
        marches, shown, alone = [self.march.at(own.tolist()) for own in self.anchors], list[np.ndarray](), 0.0
        until, many, seen = time.perf_counter() + SHARE * self.left, self.members + CHECKED, 1.0
        for tolerance, degree in self.march.tolerances if self.march.suited else ():
            if not all(own.through(tolerance, degree, until - time.perf_counter()) for own in marches):
                break
            further = True
            if shown:
                seen = 1.0
                further = self.nearer([own.rungs[-1].values[:PLACES] for own in marches], shown)
            most = max(marches, key=lambda own: len(own.rungs[-1].coefficients))
            space, size = most.rungs[-1].space, len(most.rungs[-1].coefficients)
            assert isinstance(space, Polynomials)
            longer = many * alone * size / self.size if shown else 0.0
            enough = bool(shown) and (not further or self.changes[-1] <= NEARLY or longer > ENOUGH * self.left)
            if not space.slabs or (enough and self.chosen is None):
                break
            before, seen = (self.space, self.march.settled) if shown else None, UNSEEN
            self._in(space, most.settled)
            started = time.perf_counter()
            shown = self.shown_at(self.anchors)
            alone = (time.perf_counter() - started) / len(marches)
            if before is not None and many * alone > ENOUGH * self.left and self.chosen is None:
                self._in(*before)  # there is no time for so many members
                seen = 1.0
                break
        self.off = seen * self.changes[-1] if self.changes else np.inf

    def _in(self, space: Polynomials, settled: float) -> None:
        """Take other pieces, and functions on these; `settled` is the length of the last of Newton's steps."""
        self.space, self.march.settled = space, settled
        self.fields = fields_of(self.problem, space, self.sizes, self.plan.symmetry, self.march.mirrors)

    def member(self, at: np.ndarray, start: np.ndarray) -> np.ndarray:
        march = self.march.at(at.tolist())
        guesses = self._by_piece(start) if start.any() else ()
        self.found = march.along(self.space, guesses)
        """The last member, piece by piece."""
        self.steps, self.last = self.steps + march.steps, march.step
        parts = [split(own.fields, own.coefficients) for own in self.found]
        return np.concatenate([c for own in zip(*parts, strict=True) for c in own])

    def nearest(self, found: np.ndarray) -> np.ndarray:
        """Nothing: on each piece a member is sought from where it was at the end of the last one."""
        return self._nothing

    def _by_piece(self, coefficients: np.ndarray) -> list[np.ndarray]:
        """Coefficients of all fields on each piece."""
        parts = split(parts_of(self.fields), coefficients)
        count = len(self.space.slabs) + 1
        return [np.concatenate(parts[k::count]) for k in range(count)]

    @property
    def points(self) -> tuple[np.ndarray, ...]:
        return tuple(np.concatenate([own.points[name] for own in self.found]) for name in self.found[0].points)
