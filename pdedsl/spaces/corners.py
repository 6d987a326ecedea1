"""From corners and the conditions on their sides to the functions that solutions are made of there.

In the plane, near a corner of angle w, a solution of an equation whose highest derivatives are a laplacian holds
`r^a sin(a phi)` and the like, with a = k pi / w where both sides have conditions of one kind, a = (k - 1/2) pi / w where
they differ, and `r^a (log r sin(a phi) + phi cos(a phi))` where a is a whole number (Grisvard 1985, Elliptic Problems in
Nonsmooth Domains). They are real parts of `c z^a`, `c z^a log z`; derivatives of lower order and coefficients that vary
add those times powers of z and of its conjugate.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import comb
from typing import Any, Literal

import numpy as np
import sympy as sp

from pdedsl.geometry.corners import Corner, changes, corners
from pdedsl.geometry.faces import is_terminal
from pdedsl.geometry.places import satisfying
from pdedsl.geometry.points import inside, random
from pdedsl.geometry.regions import regions
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Boundary, Equation, Field, is_hard
from pdedsl.problem.symbol import MultiIndex
from pdedsl.spaces.collocation import forms
from pdedsl.spaces.functions import Sequenced
from pdedsl.spaces.linear import Form, constant
from pdedsl.spaces.space import Corners

LEVELS = 4
"""Powers of z and of its conjugate with which a function is multiplied, together."""
LARGEST = 100.0
"""An exponent that none is above which is the least of a corner."""
WHOLE = 1e-5
"""How far a whole number may be from one."""
NEAREST = 1e-30
"""The distance from a corner, over the diameter, that stands for none."""
NEAR = 1e-3
"""Where the conditions on a side are read, over the diameter."""
PROBES = 64
_SEED = 19_670_701


@dataclass(frozen=True, eq=False)
class Singular(Sequenced):
    """Real parts of `c z^a conj(z)^b log(z)^l` with `z = p (x - x0) + i p (y - y0)`, for a function each."""

    places: np.ndarray
    """x0 and y0 of each corner, shape (corners, 2)."""
    turns: np.ndarray
    """p of each, shape (corners,)."""
    corner: np.ndarray
    """Which of them a function belongs to, shape (K,)."""
    factors: np.ndarray
    """c, shape (K,)."""
    powers: np.ndarray
    """a, shape (K,)."""
    conjugate: np.ndarray
    """b, whole numbers, shape (K,)."""
    logs: np.ndarray
    """l, zero or one, shape (K,)."""

    @property
    def size(self) -> int:
        return len(self.powers)

    @property
    def along(self) -> int:
        return self.size

    def table(self, points: Any, order: MultiIndex, xp: Any = np) -> Any:
        if any(order[axis] for axis in range(len(order)) if axis not in self.axes):
            return xp.zeros((*points.shape[:-1], self.size), points.dtype)
        x, y = (points[..., axis, None] - place for axis, place in zip(self.axes, self.places.T, strict=True))
        z = self.turns * (xp.asarray(x, complex) + 1j * xp.asarray(y, complex))
        z = xp.where(xp.abs(z) < NEAREST, NEAREST, z)
        log = xp.log(z)[..., self.corner]
        m, n = order[self.axes[0]], order[self.axes[1]]
        turns, found = self.turns[self.corner], 0.0
        # d/dx = p d/dz + conj(p) d/dconj(z), d/dy = i p d/dz - i conj(p) d/dconj(z)
        for held in range(m + n + 1):
            other = m + n - held
            below, _ = _falling(self.conjugate.astype(float), np.zeros(self.size), other)
            if not below.any():
                continue
            ways = (i for i in range(m + 1) if 0 <= held - i <= n)
            worth = sum(comb(m, i) * comb(n, held - i) * 1j ** (held - i) * (-1j) ** (n - held + i) for i in ways)
            plain, with_log = _falling(self.powers, self.logs, held)
            factor = worth * self.factors * turns**held * np.conj(turns) ** other * below
            inner = factor * plain + factor * with_log * log if self.logs.any() else factor * plain
            found = found + inner * self._powers(z, log, self.powers - held, np.maximum(self.conjugate - other, 0), xp)
        return xp.real(found)

    def _powers(self, z: Any, log: Any, powers: np.ndarray, conjugate: np.ndarray, xp: Any) -> Any:
        """`z^a conj(z)^b`, where z has a column for each corner and its logarithm one for each function; shape (..., K)."""
        if xp is np and (powers == np.round(powers)).all():  # products, ten times as fast as exponentials
            found = _whole_powers(z, powers.astype(int))[..., self.corner, powers.astype(int) - int(powers.min())]
            return found * _whole_powers(np.conj(z), conjugate)[..., self.corner, conjugate - conjugate.min()]
        power = powers.astype(complex) * log
        if conjugate.any():
            power = power + conjugate.astype(complex) * xp.conj(log)
        return xp.exp(power)

    def trace(self, axis: int) -> int:
        return self.size


def _whole_powers(z: np.ndarray, powers: np.ndarray) -> np.ndarray:
    """The powers of numbers from the least to the largest of some whole ones, along a new last axis."""
    low, high = int(powers.min()), int(powers.max())
    first = (1 / z if low < 0 else z) ** abs(low)
    steps = np.broadcast_to(z[..., None], (*z.shape, high - low))
    return np.cumprod(np.concatenate([first[..., None], steps], axis=-1), axis=-1)


def _falling(powers: np.ndarray, logs: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The factors A and B of a derivative `(A + B log z) z^(a - count)` of `z^a log(z)^l`."""
    plain, with_log = 1.0 - logs, logs.astype(float)
    for k in range(count):
        plain, with_log = (powers - k) * plain + with_log, (powers - k) * with_log
    return plain, with_log


Rest = Literal["nothing", "radial", "general"]
"""Beside the laplacian: nothing, the field times a constant, or anything else of lower order, with any coefficients."""


@dataclass(frozen=True)
class Angled:
    """A corner, and how a field behaves there."""

    corner: Corner
    kinds: tuple[int, int]
    """The order of the condition on either side: 0 for values, 1 for fluxes."""
    rest: Rest
    """What the equation is beside the laplacian."""

    def exponents(self, most: float) -> list[float]:
        """The exponents up to some; 0, which stands for the angle, where values may jump."""
        step, shift = np.pi / self.corner.angle, 0.0 if self.kinds[0] == self.kinds[1] else 0.5
        jumps = [0.0] if self.kinds == (0, 0) else []
        return jumps + [(k - shift) * step for k in range(1, int(most / step + shift + WHOLE) + 1)]

    @property
    def strong(self) -> bool:
        """Whether the field has no slope there, or no curvature, whatever its data are."""
        return not _whole(self.least) and self.least < 2

    @property
    def least(self) -> float:
        """The least exponent that is not 0."""
        return next(own for own in self.exponents(LARGEST) if own)


@lru_cache(maxsize=32)
def angled(problem: Problem, unknown: Field) -> tuple[Angled, ...]:
    """The corners at which a field may be singular: steady, of a plane, its equation led by a laplacian."""
    domain, place = problem.domain, problem.fields.index(unknown)
    if problem.time is not None or len(domain.space) != 2 or set(unknown.arguments) != set(problem.symbols):
        return ()
    if any(is_hard(s) for s in problem.statements) or (rest := led_by_laplacian(problem, place)) is None:
        return ()
    conditions = [
        (s.where, max(orders))
        for s in problem.statements
        if isinstance(s, Boundary) and not is_terminal(s, domain)
        for orders in [[sum(i) for own in forms(problem)[s.name] for p, i in own.slopes if p == place]]
        if orders
    ]

    def said(points: np.ndarray) -> Sequence[int]:
        found = np.full(len(points), 9)
        for where, order in conditions:
            held = satisfying(domain, where, points, sharply=True)
            found[held] = np.minimum(found[held], order)
        return found.tolist()

    found = []
    for corner in (*corners(domain), *changes(domain, said)):
        first, last = said(np.stack([corner.side(end, NEAR * domain.diameter) for end in (-1, 1)]))
        if {first, last} <= {0, 1} and not (first == last and abs(corner.angle - np.pi) <= WHOLE):
            found.append(Angled(corner, (first, last), rest))
    return tuple(found)


def smooth(problem: Problem) -> str:
    """Why no field has a corner at which it may be singular, in words; empty where one has."""
    if any(angled(problem, f) for f in problem.fields):
        return ""
    if len(problem.domain.space) != 2 or problem.time is not None:
        return "they are those of steady fields in the plane"
    if any(is_hard(s) for s in problem.statements):
        return "they do not satisfy hard conditions"
    if all(led_by_laplacian(problem, k) is None for k in range(len(problem.fields))):
        return "they are those of equations that are led by a laplacian"
    return "this problem has none, and its conditions change nowhere on a side"


def singular(problem: Problem, unknown: Field, space: Corners, region: int | None = None) -> Singular | None:
    """The functions of all corners with exponents up to some, the smallest first; None where there are none.

    Those of the corners of a region between interfaces, if one is given.
    """
    rows: list[tuple[float, Any]] = []
    ends = list(product(*(problem.bounds[axis] for axis in problem.domain.spatial)))  # |z| is at most one
    places, turns = [], []
    held = [own for own in angled(problem, unknown) if region is None or _owner(problem, own.corner) == region]
    for place, own in enumerate(held):
        corner = own.corner
        places.append(corner.place)
        turns.append(np.exp(-1j * corner.bisector) / max(np.hypot(*(np.asarray(end) - corner.place)) for end in ends))
        for exponent in own.exponents(space.order):
            phase = np.exp(0.5j * exponent * corner.angle) * (-1j if own.kinds[0] == 0 else 1.0)
            log = int(_whole(exponent))
            exponent = round(exponent) if log else exponent
            for i, j in _levels(own.rest, space.order - exponent):
                for factor in (phase,) if own.rest == "radial" or i + j == 0 else (1.0, -1j):
                    rows.append((exponent + i + j, (place, factor, exponent + i, j, log)))
    if not rows:
        return None
    rows.sort(key=lambda row: round(row[0], 9))
    at, factors, powers, conjugate, logs = map(np.asarray, zip(*(row for _, row in rows), strict=True))
    axes = tuple(problem.domain.spatial)
    intervals = tuple(problem.bounds[axis] for axis in axes)
    whole, turned = np.asarray(places), np.asarray(turns)
    return Singular(axes, intervals, whole, turned, at, factors, powers.astype(float), conjugate, logs)


def _owner(problem: Problem, corner: Corner) -> int | None:
    """The region between interfaces in which a corner lies; None where an interface ends in it."""
    held, domain = regions(problem), problem.domain
    assert held is not None
    near = NEAR * domain.diameter
    points = np.tile(np.mean(np.asarray(domain.bounds, float), axis=1), (3, 1))
    points[:, list(domain.spatial)] = [corner.side(end, near) for end in (-1, 0, 1)]
    own = set(held.at(domain, points).tolist())
    return own.pop() if len(own) == 1 else None


def _levels(rest: Rest, most: float) -> list[tuple[int, int]]:
    """Powers of z and of its conjugate with which a function is multiplied, up to a degree of both together."""
    highest = int(most + WHOLE)
    if rest == "nothing":
        return [(0, 0)]
    if rest == "radial":
        return [(j, j) for j in range(highest // 2 + 1)]
    return [(i, j) for i in range(LEVELS + 1) for j in range(LEVELS + 1 - i) if i + j <= highest]


def _whole(number: float) -> bool:
    return abs(number - round(number)) < WHOLE


def led_by_laplacian(problem: Problem, place: int) -> Rest | None:
    """What the equation that holds second derivatives of a field is beside its laplacian; None where it is not led by it."""
    points = inside(problem.domain, sp.true, PROBES, random(np.random.default_rng(_SEED)))
    found: list[Rest | None] = []
    for equation in problem.statements:
        if not isinstance(equation, Equation):
            continue
        for own in forms(problem)[equation.name]:
            if any(p == place and sum(i) >= 2 for p, i in own.slopes):
                found.append(_laplacian(own, place, points) if equation.part is None else None)
    return found[0] if len(found) == 1 else None


def _laplacian(own: Form, place: int, points: np.ndarray) -> Rest | None:
    """The same of one equation."""
    slopes = own.at(points, rough=True).row(constant([0.0] * len(own.problem.fields))).slopes
    leading = {i: slope for (p, i), slope in slopes.items() if sum(i) >= 2 and p == place}
    if any(sum(i) > 2 for i in leading) or any(p != place and any(i) and np.any(s) for (p, i), s in slopes.items()):
        return None
    none = np.zeros(len(points))
    slopes = {key: slope for key, slope in slopes.items() if np.any(slope)}
    along, up = leading.get((2, 0), none), leading.get((0, 2), none)
    size = float(np.abs(along).max())
    if not size or np.abs(along - up).max() > 1e-9 * size or np.abs(leading.get((1, 1), none)).max() > 1e-9 * size:
        return None
    fixed = all(float(np.ptp(slope / along)) <= 1e-9 * np.abs(slope / along).max() for slope in slopes.values())
    others = {key for key in slopes if sum(key[1]) < 2}
    if not own.is_linear or not fixed or others - {(place, (0, 0))}:
        return "general"
    return "radial" if others else "nothing"
