"""From a solution to the branch of solutions that goes through it as one parameter varies, through folds and past bifurcations.

Pseudo-arclength continuation (Keller 1977): the parameter is one more unknown, and the length along the branch one more equation. A
fold is where the parameter turns round; a simple bifurcation where the bordered Jacobian is singular (Govaerts 2000).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import jax
import jax.numpy as jnp
import numpy as np
import scipy  # whose modules are imported when they are first named
import sympy as sp

from pdedsl.geometry.points import inside, random
from pdedsl.numerics.polynomials import Expanded
from pdedsl.numerics.quantities import quantities
from pdedsl.planning.degrees import shrunk
from pdedsl.planning.functions import expansions
from pdedsl.problem.problem import Problem
from pdedsl.problem.sought import number_as_field
from pdedsl.problem.steady import steady
from pdedsl.solver.newton import Factors, Step, descended
from pdedsl.solver.singularity import singularity
from pdedsl.spaces.collocation import Collocation, Expansion, split, values
from pdedsl.spaces.linear import forms
from pdedsl.spaces.sizes import row_sizes
from pdedsl.spaces.space import Size
from pdedsl.stages.rungs import within
from pdedsl.stages.warm import Warm

STEPS, FAST = 12, 4
"""Steps of Newton's method to a point, at most; and with how many the next point may be farther away."""
FIRST, LONGEST, SHORTEST = 0.02, 0.05, 5e-4
"""The first, the longest and the shortest distance of points, in units of the sizes of fields and of the interval of the parameter; the
longest relative to these at the point.
"""
WIDER, SHORTER = 1.4, 0.5
MODES, HELD = 1200, 1e-3
"""Functions up to which the stability of steady states is told; and the part of its terms that a mode may leave of the statements."""
PROBES = 256
"""Points at which the length of a change is measured."""
FOUND, NEARLY, MOST, LOCATED = 1e-9, 10.0, 1e-2, 1e-12
"""The residual of a point of the branch, or how many times that of the one before, and of any; how well along it a fold or a
bifurcation is located.
"""
FAR = 2.0
"""How many times farther than it was to be a point may lie."""
_SEED = 19_770_101

Kind = Literal["", "fold", "bifurcation"]


@dataclass(frozen=True, eq=False)
class Point:
    """A solution of a branch."""

    parameter: float
    length: float
    """Along the branch."""
    reports: Mapping[str, float]
    sizes: Mapping[str, float]
    """The root mean square of each field."""
    coefficients: np.ndarray
    """Of the fields of the branch, one after another, and of the parameter, shape (K,)."""
    kind: Kind = ""
    unstable: int | None = None
    """How many modes grow, of a steady state of an evolution."""
    branch: int = 0
    """0 for the one that was begun with, 1, 2, ... for those that branch off it."""


class Branch:
    """The solutions of a problem as one of its parameters varies."""

    def __init__(
        self,
        problem: Problem,
        name: str,
        warm: Warm,
        interval: tuple[float, float],
        share: float = 1.0,
        evolution: Problem | None = None,
    ):
        """`problem` has a solution, `warm`, for the value of the parameter that it states; `share` times its degrees are taken,
        since others of the branch may ask for more. Its solutions may be the steady states of an `evolution`.

        Raises ValueError where a branch cannot be followed in that parameter.
        """
        freed, (self.low, self.high) = number_as_field(problem, name), sorted(interval)
        begin = problem.domain.values[next(p.symbol for p in problem.parameters if p.name == name)]
        sizes = {**warm.sizes, name: Size(begin, self.high - self.low)}
        self.problem, self.fields = freed, expansions(freed, shrunk(warm.space, share), sizes, "none")
        self.system = Collocation(freed, self.fields, sizes, forms(freed))
        self.growing: Collocation | None = None
        """The same with the fields themselves in place of their derivatives in time."""
        if evolution is not None:
            worth = {s.name: row_sizes(freed, s, sizes) for s in freed.statements}
            growing = number_as_field(steady(evolution, rate=1), name)
            self.growing = Collocation(growing, self.fields, sizes, forms(growing), worth=worth)
        self.probes = inside(problem.domain, sp.true, PROBES, random(np.random.default_rng(_SEED)))
        self.stuck = ""
        """Why the branch ends, where it does not leave its interval, in words."""
        self.crossings: list[tuple[np.ndarray, np.ndarray]] = []
        """The bifurcations that were met, and the tangents there of the branch that was followed."""
        self.metric = self._metric()
        self.start = self._begun(
            expansions(problem, warm.space, warm.sizes, "auto"), warm.coefficients, smaller=share < 1
        )

        self.left = float(np.linalg.norm(self.system.residual(self.start)))
        """What the last point leaves of the statements: functions hold no more."""

    def _begun(self, before: tuple[Expansion, ...], coefficients: np.ndarray, smaller: bool) -> np.ndarray:
        """The solution that is known in other functions; in a `smaller` space the one that is near it, for the same parameter."""
        if not smaller:
            return np.append(within(coefficients, before, self.fields[:-1]), 0.0)
        known = [
            own.fitted(lambda points, k=k: values(before, coefficients, points)[:, k])
            for k, own in enumerate(self.fields[:-1])
        ]
        start, held = np.append(np.concatenate(known), 0.0), np.zeros(self.system.size)
        held[-1] = 1.0
        return descended(_Bordered(self, self._row(held), start), start, STEPS)[0]

    def _metric(self) -> np.ndarray:
        """What makes of a change of coefficients that of all fields at some points, in units of their sizes: shape (rows, K)."""
        rows, none = [], (0,) * self.probes.shape[1]
        for own, end in zip(self.fields, self.system.ends, strict=True):
            points = self.probes if own.basis.axes else self.probes[:1]
            row = np.zeros((len(points), self.system.size))
            row[:, end - own.columns : end] = own.table(points, none)[1] / own.size.spread
            rows.append(row / len(points) ** 0.5)
        return np.concatenate(rows)

    def parameter(self, z: np.ndarray) -> float:
        """Its value."""
        return float(self.fields[-1].size.mean + self.fields[-1].size.spread * z[-1])

    def values(self, point: Point, points: np.ndarray) -> np.ndarray:
        """The fields of a solution at some points, shape (N, number of fields)."""
        return values(self.fields, point.coefficients, points)[:, :-1]

    def reports(self, z: np.ndarray) -> dict[str, float]:
        """Those reports of the problem that are numbers."""
        with jax.enable_x64(True):
            u = Expanded(self.fields, [jnp.asarray(c) for c in split(self.fields, z)])
            own = quantities(self.problem, u)
        return {q.name: float(q.values[0]) for q in own if q.values.size == 1}

    def point(self, z: np.ndarray, length: float, kind: Kind = "") -> Point:
        """A solution in words of its fields."""
        found = values(self.fields, z, self.probes)[:, :-1]
        sizes = np.sqrt(np.mean(found**2, axis=0))
        named = {f.name: float(size) for f, size in zip(self.problem.fields, sizes, strict=False)}
        return Point(self.parameter(z), length, self.reports(z), named, z, kind, self.unstable(z))

    def unstable(self, z: np.ndarray) -> int | None:
        """How many modes `exp(sigma t)` about a steady state grow; None where there is no evolution, or it has too many functions.

        `J c + sigma M c = 0`, whose matrices have more rows than columns: of the eigenvalues of `-J^+ M`, which are `1/sigma`, those
        count that satisfy all rows.
        """
        if self.growing is None or self.system.size > MODES:
            return None
        jacobian = self.system.linearised(z)[1][:, :-1]
        mass = self.growing.linearised(z)[1][:, :-1] - jacobian
        inverse, modes = np.linalg.eig(np.linalg.lstsq(jacobian, -mass)[0])
        own, moved = jacobian @ modes * inverse, mass @ modes
        size = np.linalg.norm(own, axis=0) + np.linalg.norm(moved, axis=0)
        held = np.linalg.norm(own + moved, axis=0) <= HELD * size
        return int(np.count_nonzero(held & (np.real(inverse) > 0)))

    def along(self, towards: np.ndarray, z: np.ndarray) -> tuple[np.ndarray, Factors]:
        """The tangent at a solution, of length 1, that goes `towards` some direction; and the factors of the bordered Jacobian."""
        bordered = _Bordered(self, self._row(towards), z)
        factors = Factors(bordered, z)
        right = np.zeros(len(factors.residual))
        right[-1] = -1.0
        tangent = factors.change(right)
        return tangent / np.linalg.norm(self.metric @ tangent), factors

    def _row(self, direction: np.ndarray) -> np.ndarray:
        return (self.metric @ direction) @ self.metric

    def corrected(self, z: np.ndarray, tangent: np.ndarray, step: float) -> tuple[np.ndarray, int] | None:
        """The solution at a distance along a tangent, and the steps of Newton's method to it; None where it is not found."""
        taken = list[Step]()

        def note(own: Step) -> bool:
            taken.append(own)
            return len(taken) < STEPS

        bordered = _Bordered(self, self._row(tangent), z + step * tangent)
        try:
            found, _ = descended(bordered, z + step * tangent, STEPS, note)
        except np.linalg.LinAlgError:
            return None
        left = np.linalg.norm(bordered.residual(found)) if np.isfinite(found).all() else np.inf
        near = np.linalg.norm(self.metric @ (found - z)) <= FAR * abs(step)
        return (found, len(taken)) if left <= _most_left(self.left) and near else None

    def followed(self, towards: float, most: int, known: Sequence[Point] = ()) -> Iterator[Point]:
        """Points one after another, with folds and bifurcations between them: from the start `towards` another value of the
        parameter, until it leaves its interval, or there are `most`.

        Those that are `known`, from an earlier walk that was stopped, come first, and it goes on from the last of them.
        """
        direction = np.zeros(self.system.size)
        direction[-1] = 1.0 if towards > self.parameter(self.start) else -1.0
        yield from self._followed(self.start, direction, most, known)

    def switched(
        self, crossing: tuple[np.ndarray, np.ndarray], sense: float, most: int, known: Sequence[Point] = ()
    ) -> Iterator[Point]:
        """The same along the other branch through a bifurcation, to one of its sides: 1 or -1.

        It leaves along what the Jacobian does not see, across the tangent of the first one (Keller 1977); none where that leads to
        no solution beside the first one.
        """
        z, tangent = crossing
        if len(known) > 1:
            yield known[0]
            yield from self._followed(known[1].coefficients, known[1].coefficients - z, most, known[1:])
            return
        factors = self.along(tangent, z)[1]
        unseen = np.linalg.svd(factors.phi)[2][-1] / factors.lengths
        unseen -= (self.metric @ unseen) @ (self.metric @ tangent) * tangent
        unseen *= sense / np.linalg.norm(self.metric @ unseen)
        if (moved := self.corrected(z, unseen, FIRST)) is not None:
            yield self.point(z, 0.0)
            yield from self._followed(moved[0], moved[0] - z, most)

    def walked(self, known: Sequence[Point]) -> list[Point]:
        """Those points of an earlier walk that are points of this branch in these functions, up to the first that is not."""
        left = self.left
        for place, point in enumerate(known):
            if len(point.coefficients) != self.system.size or not np.isfinite(point.coefficients).all():
                return list(known[:place])
            own = float(np.linalg.norm(self.system.residual(point.coefficients)))
            if own > _most_left(left):
                return list(known[:place])
            left = left if point.kind else own
        return list(known)

    def _followed(
        self, z: np.ndarray, direction: np.ndarray, most: int, known: Sequence[Point] = ()
    ) -> Iterator[Point]:
        """Points from a solution on, along the tangent that goes in some direction; those that are `known` first.

        But for folds and bifurcations after the last of them: they are found again with the point behind them.
        """
        step, length, known = FIRST, 0.0, list(known)
        while known and known[-1].kind:
            known.pop()
        for point in known:
            if point.kind == "bifurcation":
                self.crossings.append((point.coefficients, self.along(point.coefficients - z, point.coefficients)[0]))
            elif not point.kind and point.length > length:
                step, direction = point.length - length, point.coefficients - z
                z, length = point.coefficients, point.length
            yield point
        tangent, factors = self.along(direction, z)
        if known:
            self.left = float(np.linalg.norm(self.system.residual(z)))
        else:
            yield self.point(z, length)
        for _ in range(most - max(0, sum(not point.kind for point in known) - 1)):
            while (moved := self.corrected(z, tangent, step)) is None:
                step *= SHORTER
                if step < SHORTEST:
                    self.stuck = "no solution was found near the last point with these functions"
                    return
            found, steps = moved
            self.left = float(np.linalg.norm(self.system.residual(found)))
            after, own = self.along(tangent, found)
            for kind, at in self._between(z, tangent, factors, step, after, own):
                if kind == "bifurcation":
                    self.crossings.append((at, tangent))
                yield self.point(at, length + float(np.linalg.norm(self.metric @ (at - z))), kind)
            length += float(np.linalg.norm(self.metric @ (found - z)))
            z, tangent, factors = found, after, own
            if not self.low <= self.parameter(z) <= self.high:
                return
            yield self.point(z, length)
            longest = LONGEST * (1 + float(np.linalg.norm(self.metric @ z)))
            step = min(longest, WIDER * step) if steps <= FAST else step

    def _between(
        self, z: np.ndarray, tangent: np.ndarray, before: Factors, step: float, after: np.ndarray, own: Factors
    ) -> Iterator[tuple[Kind, np.ndarray]]:
        """What lies between two points: where the parameter turns round, and where the bordered Jacobian is singular."""

        def at(part: float) -> np.ndarray | None:
            moved = self.corrected(z, tangent, part)
            return None if moved is None else moved[0]

        def turn(part: float) -> float:
            found = at(part)
            return np.nan if found is None else float(self.along(tangent, found)[0][-1])

        sense = singularity(before.jacobian)

        def singular(part: float) -> float:
            found = at(part)
            return np.nan if found is None else sense(self.along(tangent, found)[1].jacobian)

        for kind, test, ends in (
            ("fold", turn, (float(tangent[-1]), float(after[-1]))),
            ("bifurcation", singular, (1.0, sense(own.jacobian))),
        ):
            if ends[0] * ends[1] < 0:
                part = _root(test, step, ends)
                if part is not None and (found := at(part)) is not None:
                    yield kind, found  # pyright: ignore[reportReturnType]


def _most_left(left: float) -> float:
    """What a point may leave of the statements, after one that leaves so much."""
    return max(FOUND, min(NEARLY * left, MOST))


def _root(test: Callable[[float], float], step: float, ends: tuple[float, float]) -> float | None:
    """Where a test vanishes between the beginning and the end of a step, at which it has other signs."""
    known = {0.0: ends[0], step: ends[1]}
    try:
        found: float = scipy.optimize.brentq(  # pyright: ignore[reportCallIssue, reportAssignmentType]
            lambda part: known[part] if part in known else test(part), 0.0, step, xtol=LOCATED
        )
    except (ValueError, RuntimeError):
        return None
    return float(found) if np.isfinite(found) else None


class _Bordered:
    """The residuals of a branch, and how far it is along a direction from a place."""

    is_linear = False

    def __init__(self, branch: Branch, row: np.ndarray, place: np.ndarray):
        self.branch, self.row, self.place = branch, row, place

    def residual(self, coefficients: np.ndarray) -> np.ndarray:
        """See `Collocation`."""
        return np.append(self.branch.system.residual(coefficients), self.row @ (coefficients - self.place))

    def linearised(self, coefficients: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See `Collocation`."""
        r, phi = self.branch.system.linearised(coefficients)
        return np.append(r, self.row @ (coefficients - self.place)), np.concatenate([phi, self.row[None]])
