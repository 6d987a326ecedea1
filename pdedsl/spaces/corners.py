"""From corners and the conditions on their sides to the functions that solutions are made of there.

In the plane, near a corner of angle w, a solution of an equation whose highest derivatives are a laplacian holds
`r^a sin(a phi)` and the like, with a = k pi / w where both sides have conditions of one kind, a = (k - 1/2) pi / w where
they differ, and `r^a (log r sin(a phi) + phi cos(a phi))` where a is a whole number (Grisvard 1985, Elliptic Problems in
Nonsmooth Domains). They are real parts of `c z^a`, `c z^a log z`; derivatives of lower order and coefficients that vary
add those times powers of z and of its conjugate. Of systems, and of equations of fourth order, the exponents a may be
complex, and come with `c conj(z) z^(a-1)` (`exponents.py`).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import product
from math import comb
from typing import Any, Literal

import numpy as np
import sympy as sp

from pdedsl.geometry.corners import Corner, changes, corners
from pdedsl.geometry.faces import is_terminal
from pdedsl.geometry.places import satisfying
from pdedsl.geometry.points import Unit, inside, inside_shape, random
from pdedsl.geometry.regions import regions
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Boundary, Equation, Field, Statement, is_hard
from pdedsl.problem.symbol import MultiIndex
from pdedsl.spaces.exponents import Together, exponents, jumping, together
from pdedsl.spaces.functions import Sequenced
from pdedsl.spaces.linear import Form, constant, forms
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
MEETING, BEYOND, ENOUGH = 3, 3.0, 12.0
"""Of several fields: how many whole exponents are taken with logarithms, the powers with which functions are multiplied, and the
largest exponent.
"""
LOGS = ((1, 0), (2, 0), (1, 1))
"""The powers of the logarithm and of its conjugate, where values jump, in an equation and in what is multiplied in it."""
REACH = 0.25
"""The distance from a corner, over the diameter, within which residuals that are not bounded there are made smaller."""
AT = 1e-9
"""How near a point is to a corner, over the diameter, that is one."""
CLOSEST = 1e-4
"""The nearest of the points there, over that distance."""
PROBES = 64
_SEED = 19_670_701


Logs = Callable[[int, int], Any]
Factors = dict[tuple[int, int], np.ndarray]


@dataclass(frozen=True, eq=False)
class Singular(Sequenced):
    """Real parts of `c z^a conj(z)^b log(z)^s conj(log(z))^t` with `z = p (x - x0) + i p (y - y0)`, for a function each."""

    places: np.ndarray
    """x0 and y0 of each corner, shape (corners, 2)."""
    turns: np.ndarray
    """p of each, shape (corners,)."""
    corner: np.ndarray
    """Which of them a function belongs to, shape (K,)."""
    factors: np.ndarray
    """c, shape (K,)."""
    powers: np.ndarray
    """a, which may be complex, shape (K,)."""
    conjugate: np.ndarray
    """b, whole numbers, shape (K,)."""
    logs: np.ndarray
    """s and t, whole numbers, shape (K, 2)."""

    @property
    def size(self) -> int:
        return len(self.powers)

    @property
    def along(self) -> int:
        return self.size

    def table(self, points: Any, order: MultiIndex, xp: Any = np) -> Any:
        found = xp.zeros((*points.shape[:-1], self.size), points.dtype)
        for powers, logs, factors in self._terms(points, order, xp):
            inner = sum(factor * logs(s, t)[..., self._powers.own] for (s, t), factor in factors.items())
            found = found + xp.real(inner * powers[..., self._powers.own])
        return found

    def total(self, coefficients: np.ndarray, points: np.ndarray, order: MultiIndex) -> np.ndarray:
        found = np.zeros(len(points))
        for powers, logs, factors in self._terms(points, order):
            for (s, t), factor in factors.items():
                sums = np.zeros(powers.shape[1], complex)
                np.add.at(sums, self._powers.own, factor * coefficients)
                held = np.flatnonzero(sums)
                found += np.real((powers[:, held] * logs(s, t)[..., held]) @ sums[held])
        return found

    def _terms(self, points: Any, order: MultiIndex, xp: Any = np) -> Iterator[tuple[Any, Logs, Factors]]:
        """What a derivative is the sum of: products of powers, of shape (..., products); what they are multiplied with for
        some powers of logarithms, of shape (..., products) or (..., 1); for these the factors of each function, shape (K,).
        """
        if any(order[axis] for axis in range(len(order)) if axis not in self.axes):
            return
        x, y = (points[..., axis, None] - place for axis, place in zip(self.axes, self.places.T, strict=True))
        z = self.turns * (xp.asarray(x, complex) + 1j * xp.asarray(y, complex))
        z = xp.where(xp.abs(z) < NEAREST, NEAREST, z)
        log = xp.log(z)[..., self.corner[self._powers.first]]
        m, n = order[self.axes[0]], order[self.axes[1]]
        turns = self.turns[self.corner]

        def logs(s: int, t: int) -> Any:
            return log**s * xp.conj(log) ** t if s + t else np.ones(len(self._powers.first))

        # d/dx = p d/dz + conj(p) d/dconj(z), d/dy = i p d/dz - i conj(p) d/dconj(z)
        for held in range(m + n + 1):
            other = m + n - held
            own, below = _slopes(self.powers, self.logs[:, 0], held), _slopes(self.conjugate, self.logs[:, 1], other)
            ways = (i for i in range(m + 1) if 0 <= held - i <= n)
            worth = sum(comb(m, i) * comb(n, held - i) * 1j ** (held - i) * (-1j) ** (n - held + i) for i in ways)
            outer = worth * self.factors * turns**held * np.conj(turns) ** other
            factors = {(s, t): outer * a * b for s, a in enumerate(own) for t, b in enumerate(below) if np.any(a * b)}
            if factors:
                yield self._product(z, log, held, other, xp), logs, factors

    def _product(self, z: Any, log: Any, held: int, other: int, xp: Any) -> Any:
        """`z^(a - held) conj(z)^(b - other)` for each product, where z has a column for each corner."""
        own, conjugate = self._powers, self.conjugate[self._powers.first]
        if xp is not np:
            power = (self.powers[own.first] - held).astype(complex) * log
            return xp.exp(power + (conjugate - other).astype(complex) * xp.conj(log))
        corner = self.corner[own.first]
        leading = self.powers[own.first[own.leaders]] - held
        found = np.exp(leading * log[..., own.leaders])[..., own.family]  # the rest by products: they are faster
        found *= _whole_powers(z, int(own.above.max()))[..., corner, own.above]
        if other or conjugate.any():
            found *= (_whole_powers(np.conj(z), int(conjugate.max())) / np.conj(z)[..., None] ** other)[
                ..., corner, conjugate
            ]
        return found

    @cached_property
    def _powers(self) -> "_Powers":
        rows = np.stack([self.corner, np.real(self.powers), np.imag(self.powers), self.conjugate], axis=1)
        _, first, own = np.unique(np.round(rows / WHOLE), axis=0, return_index=True, return_inverse=True)
        corner, real, imaginary, _ = rows[first].T
        parts = real % 1.0
        rows = np.stack([corner, np.where(parts > 1 - WHOLE, 0.0, parts), imaginary], axis=1)
        _, family = np.unique(np.round(rows / WHOLE), axis=0, return_inverse=True)
        order = np.argsort(real, kind="stable")
        leaders = order[np.unique(family[order], return_index=True)[1]]
        return _Powers(first, own, leaders, family, np.round(real - real[leaders][family]).astype(int))

    def trace(self, axis: int) -> int:
        return self.size


@dataclass(frozen=True, eq=False)
class _Powers:
    """The products `z^a conj(z)^b` of which functions are made, each once; in families whose a differ by whole numbers."""

    first: np.ndarray
    """A function that is made of each, shape (products,)."""
    own: np.ndarray
    """Which of them each function is made of, shape (K,)."""
    leaders: np.ndarray
    """The one of each family with the least a, shape (families,)."""
    family: np.ndarray
    """Which family each is of, shape (products,)."""
    above: np.ndarray
    """By how much its a is above the least one, shape (products,)."""


def _whole_powers(z: np.ndarray, most: int) -> np.ndarray:
    """The powers of numbers from 0 to the largest of some, along a new last axis."""
    steps = np.broadcast_to(z[..., None], (*z.shape, most))
    return np.cumprod(np.concatenate([np.ones((*z.shape, 1), complex), steps], axis=-1), axis=-1)


def _slopes(powers: np.ndarray, logs: np.ndarray, count: int) -> list[np.ndarray]:
    """The factors A_0, A_1, ... of a derivative `(A_0 + A_1 log z + ...) z^(a - count)` of `z^a log(z)^s`, for each a and s."""
    found = [np.where(logs == s, 1.0, 0.0) for s in range(int(logs.max()) + 1)]
    for k in range(count):
        more = [s * own for s, own in enumerate(found)][1:]
        found = [(powers - k) * own + below for own, below in zip(found, (*more, 0.0), strict=True)]
    return found


Rest = Literal["nothing", "radial", "general"]
"""Beside the laplacian: nothing, the field times a constant, or anything else of lower order, with any coefficients."""


Row = tuple[float, complex, complex, int, tuple[int, int]]
"""Of a function the degree, c, a, b, and s and t."""


@dataclass(frozen=True)
class Angled:
    """A corner, and how a field behaves there whose equation is led by a laplacian."""

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

    def functions(self, most: float) -> Iterator[Row]:
        """The functions with exponents up to some."""
        for exponent in self.exponents(most):
            phase = np.exp(0.5j * exponent * self.corner.angle) * (-1j if self.kinds[0] == 0 else 1.0)
            log = int(_whole(exponent))
            exponent = round(exponent) if log else exponent
            for i, j in _levels(self.rest, most - exponent):
                for factor in (phase,) if self.rest == "radial" or i + j == 0 else (1.0, -1j):
                    yield exponent + i + j, factor, exponent + i, j, (log, 0)

    @property
    def strong(self) -> bool:
        """Whether the field has no slope there, or no curvature, whatever its data are."""
        return not _whole(self.least) and self.least < 2

    @property
    def least(self) -> float:
        """The least exponent that is not 0."""
        return next(own for own in self.exponents(LARGEST) if own)


@dataclass(frozen=True)
class Shared:
    """A corner, and how a field behaves there that is singular together with others, or whose equation is of fourth order."""

    problem: Problem
    corner: Corner
    own: Together
    lag: int
    """By how much it is more singular than the least singular ones."""

    def functions(self, most: float) -> Iterator[Row]:
        """The functions with exponents up to some; with logarithms where data may jump, or powers meet."""
        most = min(most, BEYOND + 1 if self.general else ENOUGH)  # the rest is that of polynomials
        whole = [complex(self.own.least + k) for k in range(int(self.jumps) if self.general else MEETING)]
        known = set()
        for exponent in (e for e in (*whole, *self._exponents(most)) if e.real <= most):
            for power in dict.fromkeys((exponent, exponent.conjugate())):
                for level, a, b in self._products(power, most):
                    meets = exponent in whole
                    if (key := (np.round(a, 9), b, meets)) not in known:
                        known.add(key)
                        degree = power.real - self.lag + level
                        for factor, logs in product((1.0, -1j), self._logs(a, level) if meets else ((0, 0),)):
                            if self.lag or degree or (factor, logs) != (1.0, (1, 0)):  # values are bounded
                                yield degree, factor, a, b, logs

    @property
    def general(self) -> bool:
        """Whether the equations hold more than what is most singular, or the sides are curved."""
        return self.corner.curved or not self.own.alone

    def _products(self, power: complex, most: float) -> Iterator[tuple[int, complex, int]]:
        """How often `z^power` was multiplied with z or its conjugate, the power of z, and that of the conjugate."""
        for i, j in _levels("general" if self.general else "nothing", min(most, BEYOND) - power.real):
            harmonic = self.lag > 0 and not (self.general and i + j)  # a pressure
            for extra in (0,) if harmonic else (0, 1):
                yield i + j, power - self.lag + i - extra, j + extra

    def _logs(self, a: complex, level: int) -> Iterator[tuple[int, int]]:
        """The powers of logarithms that come with a whole power of z."""
        if a.real < 0:
            yield 0, 0
        if a.real >= 0 or level:
            yield from LOGS if self.general and level else LOGS[:1]

    @property
    def strong(self) -> bool:
        """Whether one of the fields has no slope there, or no curvature, whatever its data are; or no value."""
        return self.least < self.own.least + 2

    @property
    def jumps(self) -> bool:
        """Whether no values satisfy what is said on both of its sides."""
        return jumping(self.problem, self.own, self.corner)

    @property
    def least(self) -> float:
        """The least exponent that is not whole, of the least singular field; infinite where none is small; 0 of a jump."""
        return 0.0 if self.jumps else min((e.real for e in self._exponents(self.own.least + 2.0)), default=np.inf)

    def _exponents(self, most: float) -> tuple[complex, ...]:
        return exponents(self.problem, self.own, self.corner, most) or ()


@lru_cache(maxsize=32)
def angled(problem: Problem, unknown: Field) -> tuple[Angled | Shared, ...]:
    """The corners at which a field may be singular: steady, of a plane, its equation led by a laplacian; or a system's."""
    domain, place = problem.domain, problem.fields.index(unknown)
    if problem.time is not None or len(domain.space) != 2 or set(unknown.arguments) != set(problem.symbols):
        return ()
    if any(is_hard(s) for s in problem.statements):
        return ()
    if (rest := led_by_laplacian(problem, place)) is None:
        return _shared(problem, place)
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
            found.append(Angled(corner, (first, last), "general" if corner.curved else rest))
    return tuple(found)


def _shared(problem: Problem, place: int) -> tuple[Shared, ...]:
    """The corners of fields that are singular together."""
    domain = problem.domain
    whole = [k for k, f in enumerate(problem.fields) if set(f.arguments) == set(problem.symbols)]
    places = tuple(k for k in whole if led_by_laplacian(problem, k) is None)
    if (own := together(problem, places)) is None or own.least not in (0, 1):
        return ()
    told = [s for s in problem.statements if isinstance(s, Boundary)]
    if not told:
        return ()

    def said(points: np.ndarray) -> Sequence[Any]:
        held = np.stack([satisfying(domain, s.where, points, sharply=True) for s in told], axis=1)
        return [tuple(np.flatnonzero(row)) for row in held]

    found = (*corners(domain), *changes(domain, said))
    lag = own.lag(place)
    return tuple(Shared(problem, c, own, lag) for c in found if exponents(problem, own, c, own.least + 2.0) is not None)


@lru_cache(maxsize=32)
def _strong(problem: Problem) -> tuple[Shared, ...]:
    """The corners where fields are singular together, or values jump."""
    held = {own.corner: own for f in problem.fields for own in angled(problem, f) if isinstance(own, Shared)}
    return tuple(own for own in held.values() if own.strong)


def unbounded(problem: Problem) -> tuple[Shared, ...]:
    """Those of them near which residuals are not bounded: where the functions do not hold all that is singular."""
    return tuple(own for own in _strong(problem) if own.general)


def unvalued(problem: Problem, points: np.ndarray) -> np.ndarray:
    """Where fields have no finite value, as a pressure beside a wall that begins to move: shape (n, number of fields)."""
    found = np.zeros((len(points), len(problem.fields)), bool)
    for own in _strong(problem):
        for place, lag in zip(own.own.places, own.own.lags, strict=True):
            if own.least < lag:
                found[:, place] |= _far(problem, own.corner, points) <= AT
    return found


def _far(problem: Problem, corner: Corner, points: np.ndarray) -> np.ndarray:
    """How far points of shape (n, d) are from a corner, over the diameter."""
    return np.hypot(*(points[:, list(problem.domain.spatial)] - corner.place).T) / problem.domain.diameter


def tamed(problem: Problem, statement: Statement, points: np.ndarray) -> np.ndarray:
    """What the components of a statement are multiplied with at points of shape (n, d), shape (m, n) or (1, 1).

    One but near corners where residuals are not bounded, as least squares would see little else (Lee, Manteuffel and
    Westphal 2006, Weighted-norm first-order system least squares); and nothing at a corner itself, where there is no value.
    """
    if not _strong(problem):
        return np.ones((1, 1))
    found = []
    for form in forms(problem)[statement.name]:
        weight = np.ones(len(points))
        for own in _strong(problem):
            orders = [sum(i) + own.own.lag(p) for p, i in form.slopes if p in own.own.places]
            far = _far(problem, own.corner, points)
            if own.general and orders and max(orders) > own.least:
                weight *= np.minimum(1.0, far / REACH) ** (max(orders) - own.least)
            weight *= far > AT
        found.append(weight)
    return np.asarray(found)


def around(problem: Problem, statement: Statement, unit: Unit, count: int) -> np.ndarray:
    """Points of a statement near corners where residuals are not bounded, as many at each scale, `count` for each corner."""
    domain, found = problem.domain, [np.zeros((0, len(problem.coordinates)))]
    for own in unbounded(problem):
        scale, turn = unit(count, 2).T
        far = REACH * domain.diameter * CLOSEST**scale
        side = isinstance(statement, Boundary)
        angles = own.corner.bisector + (np.round(turn) if side else turn) * own.corner.angle - own.corner.angle / 2
        points = np.asarray(own.corner.place) + far[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)
        held = satisfying(domain, statement.where, points, sharply=True) if side else inside_shape(domain, points)
        found.append(points[held])
    return np.concatenate(found)


def smooth(problem: Problem) -> str:
    """Why no field has a corner at which it may be singular, in words; empty where one has."""
    if any(angled(problem, f) for f in problem.fields):
        return ""
    if len(problem.domain.space) != 2 or problem.time is not None:
        return "they are those of steady fields in the plane"
    if any(is_hard(s) for s in problem.statements):
        return "they do not satisfy hard conditions"
    if all(led_by_laplacian(problem, k) is None for k in range(len(problem.fields))):
        return "they are those of equations that are led by a laplacian, of elasticity, Stokes flow and plates"
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
        rows += [(degree, (place, *rest)) for degree, *rest in own.functions(space.order)]
    if not rows:
        return None
    rows.sort(key=lambda row: round(row[0], 9))
    at, factors, powers, conjugate, logs = map(np.asarray, zip(*(row for _, row in rows), strict=True))
    axes = tuple(problem.domain.spatial)
    intervals = tuple(problem.bounds[axis] for axis in axes)
    whole, turned = np.asarray(places), np.asarray(turns)
    powers = powers if np.any(np.imag(powers)) else np.real(powers).astype(float)
    return Singular(axes, intervals, whole, turned, at, factors, powers, conjugate, logs)


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
