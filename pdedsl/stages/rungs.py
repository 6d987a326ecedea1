"""Solutions in larger and larger spaces, and the error that the last two of them tell."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import sympy as sp

from pdedsl.geometry.points import inside, random
from pdedsl.numerics.truth import NONE, Truth
from pdedsl.planning.data import layer, thin
from pdedsl.planning.plan import Plan
from pdedsl.problem.laws import as_wholes
from pdedsl.problem.problem import Problem
from pdedsl.solver.newton import Factors
from pdedsl.solver.record import Record
from pdedsl.spaces.collocation import Spanned, missed, split, values
from pdedsl.spaces.functions import embedded
from pdedsl.spaces.linear import forms
from pdedsl.spaces.posterior import Posterior
from pdedsl.spaces.sizes import field_sizes
from pdedsl.spaces.space import Space, polynomials_of
from pdedsl.spaces.stretch import Stretch, at_faces, logarithm

GOOD = 1e-9
"""An error with which the degrees have converged."""
ROUNDING = 1e-10
"""A change below which no smaller one is to be expected, where it has stopped falling; from `GOOD` where the residual has, too."""
FALLING = 0.3
"""The part of the last change from which changes have stopped falling."""
SLOWLY, SLOWEST = 0.3, 0.75
"""The part of the last change from which changes fall slowly, and the most that is told from two of them."""
SATISFIED = 1e-6
"""The residual that is none."""
HELPED = 0.5
"""The part of the residual on fresh points from which what was added is of no help."""
BOTH = (True, True)
"""The ends of a coordinate."""
POINTS = 1024
"""Points over which changes are averaged."""
_SEED = 18_540_405
COARSE = 0.1
"""A change from which a space holds too little to tell how fast changes fall."""


@dataclass(frozen=True)
class Rung:
    """The solution in the space of one degree."""

    space: Space
    fields: tuple[Any, ...]
    """Of `pdedsl.spaces.collocation.Spanned`."""
    coefficients: np.ndarray
    values: np.ndarray
    """At some points, shape (n, number of fields)."""
    change: float
    """From the solution before, relative to the variation; infinite for the first."""
    left: float
    """The residual on fresh points."""
    points: tuple[np.ndarray, ...]
    seconds: float
    linear: bool
    posterior: Posterior | None = None
    """How far it is known, where there are data."""
    factors: Factors | None = None
    """Of the Jacobian, of the last solution alone."""
    damped: bool = False
    """Whether the last step to it was not a full one of Newton's method."""
    expected: float = np.inf
    """Its error, relative to the variation, where the solution of nearly the same problem tells it."""


class Ladder:
    """The solutions in larger and larger spaces, and what they have in common."""

    def __init__(
        self, problem: Problem, plan: Plan, known: tuple[Truth, ...], stopping: Callable[[], bool], begun: float | None
    ):
        self.problem, self.plan, self.known, self.stopping = problem, plan, known, stopping
        self.here, self.worked = time.perf_counter(), time.process_time()
        self.begun = self.here if begun is None else begun
        self.sizes, self.forms = field_sizes(problem, dict(plan.sizes)), forms(problem)
        self.thin = thin(problem, self.forms, self.sizes) is not None
        self.faces = self._faces()
        """How coordinates are stretched to begin with."""
        self.spread = np.asarray([self.sizes[f.name].spread for f in problem.fields])
        self.probes = inside(problem.domain, sp.true, POINTS, random(np.random.default_rng(_SEED)))
        self.rungs: list[Rung] = []
        self.history: list[Record] = []
        self.steps = 0

    @property
    def linear(self) -> bool:
        """Whether one step leads to the solution from anywhere."""
        return all(own.is_linear for components in self.forms.values() for own in components)

    @property
    def own_share(self) -> float:
        """The part of the time since the ladder was begun in which the processor worked for it, at most 1."""
        passed = time.perf_counter() - self.here
        return min(1.0, (time.process_time() - self.worked) / passed) if passed > 0 else 1.0

    def stretched(
        self, columns: Collection[int], steep: Mapping[int, Sequence[bool]] = MappingProxyType({})
    ) -> tuple[Stretch | None, ...]:
        """Some coordinates stretched towards their ends, or those that are `steep`, for a layer as thin as an equation may have;
        parameters of which the logarithm counts, to that.
        """
        own = layer(self.problem, self.forms, self.sizes)
        part, logarithmic = 1.0 if own is None else own.part, self.problem.domain.logarithmic
        return tuple(
            logarithm(bounds)
            if k in logarithmic
            else at_faces(bounds, part, steep.get(k, BOTH))
            if k in columns
            else None
            for k, bounds in enumerate(self.problem.bounds)
        )

    def _faces(self) -> tuple[Stretch | None, ...]:
        """Those that were chosen to be."""
        how = dict(self.plan.stretch)
        return self.stretched([k for k, name in enumerate(self.problem.names) if how.get(name) == "faces"])

    def changed(self, found: np.ndarray) -> float:
        """How far values at the probes are from those of the last solution, relative to the variation."""
        if not self.rungs:
            return np.inf
        size = as_wholes(
            self.problem.fields, np.sqrt(np.mean(found**2, axis=0))
        )  # of what is sought nobody knew it before
        sought = [f.sought is not None for f in self.problem.fields]
        return apart(found, self.rungs[-1].values, np.where(sought & (size > 0), size, self.spread))

    def missed(self, fields: Sequence[Spanned], coefficients: np.ndarray) -> dict[str, float]:
        """How far a solution misses each statement on fresh points, root mean square in units of its size."""
        unit = random(np.random.default_rng(_SEED))
        return missed(self.problem, fields, coefficients, self.sizes, self.forms, unit)


def apart(own: np.ndarray, other: np.ndarray, spread: np.ndarray) -> float:
    """How far two solutions are apart at some points, shapes (n, number of fields), for the worst field.

    Relative to the variation of the first; of a field without any, to the spread that data ask for.
    """
    variation = np.std(own, axis=0)
    gap = np.sqrt(np.mean((own - other) ** 2, axis=0))
    return float(np.max(gap / np.where(variation > NONE * spread, variation, spread)))


def within(coefficients: np.ndarray, own: Sequence[Any], larger: Sequence[Any]) -> np.ndarray:
    """Coefficients in a larger space, as far as it holds them."""
    parts = zip(own, larger, split(own, coefficients), strict=True)
    return np.concatenate([embedded(a.basis, c, b.basis) for a, b, c in parts])


def error_of(rungs: Sequence[Rung]) -> float:
    """The estimated error of the last solution, relative to the variation; infinite where nothing is known of it.

    As where Newton's method was held up, or the solution has not the form of the data, and statements are missed: that changes little
    is no solution.
    """
    if (rungs[-1].damped and rungs[-1].left > SATISFIED) or formless(rungs):
        return np.inf
    return rungs[-1].change * share_of(rungs) if len(rungs) > 1 else rungs[-1].expected


def formless(rungs: Sequence[Rung]) -> bool:
    """Whether solutions of the form of the data, sums or functions of one quantity, come no nearer to the statements."""
    own = polynomials_of(rungs[-1].space)
    if own is None or own.kind not in ("composite", "additive") or len(rungs) < 2:
        return False
    return rungs[-1].left > max(HELPED * rungs[-2].left, SATISFIED)


def share_of(rungs: Sequence[Rung]) -> float:
    """The error of the last solution over what it changed, if errors fall as the residual on fresh points does.

    No more than changes let expect, or all of the last one: near the boundary of a shape, and of operators of high order,
    the residual falls last. Where changes fall slowly, as at corners and at starts that contradict conditions, errors fall
    no faster than they. Infinite where neither falls.
    """
    left, change = (
        last / before if last < before < np.inf else np.inf
        for last, before in ((rungs[-1].left, rungs[-2].left), (rungs[-1].change, rungs[-2].change))
    )
    most = 1.0 if rounded(rungs) else max(1.0, rest(change))
    if left >= 1:
        return most
    slow = rungs[-1].change < COARSE and SLOWLY < change < 1
    return min(rest(max(left, min(change, SLOWEST)) if slow else left), most)


def rest(part: float) -> float:
    """The sum of all that is still to come, over the last, of what falls to a part of itself each time."""
    return part / (1 - part) if part < 1 else np.inf


def flat(rungs: Sequence[Rung]) -> bool:
    """Whether changes have stopped falling."""
    return len(rungs) >= 3 and rungs[-1].change >= FALLING * rungs[-2].change


def rounded(rungs: Sequence[Rung]) -> bool:
    """Whether what changes still is rounding."""
    stays = len(rungs) > 1 and rungs[-1].left >= HELPED * rungs[-2].left
    return flat(rungs) and rungs[-1].change <= (GOOD if stays else ROUNDING)


def errors_at(fields: Sequence[Spanned], coefficients: np.ndarray, known: tuple[Truth, ...]) -> dict[str, float]:
    """The error of each known field, relative to its variation."""
    found = {id(truth.points): truth.points for truth in known}  # most have the same
    at = {key: values(fields, coefficients, points) for key, points in found.items()}
    return {truth.field: truth.error(at[id(truth.points)]) for truth in known}
