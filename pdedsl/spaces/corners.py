"""From corners and the conditions on their sides to the functions that solutions are made of there.

In the plane, near a corner of angle w, a solution of an equation whose highest derivatives are a laplacian holds
`r^a sin(a phi)` and the like, with a = k pi / w where both sides have conditions of one kind, a = (k - 1/2) pi / w where
they differ, and `r^a (log r sin(a phi) + phi cos(a phi))` where a is a whole number (Grisvard 1985, Elliptic Problems in
Nonsmooth Domains). They are real parts of `c z^a`, `c z^a log z`; derivatives of lower order and coefficients that vary
add those times powers of z and of its conjugate. Of systems, and of equations of fourth order, the exponents a may be
complex, and come with `c conj(z) z^(a-1)` (`exponents.py`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any, Literal

import numpy as np
import sympy as sp

from pdedsl.geometry.corners import Corner, changes, corners
from pdedsl.geometry.faces import is_terminal
from pdedsl.geometry.places import satisfying
from pdedsl.geometry.points import full, inside, random, shapes
from pdedsl.geometry.regions import regions
from pdedsl.problem.domain import Domain, middle
from pdedsl.problem.member import member
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Boundary, Equation, Field, is_hard
from pdedsl.spaces.affine import operators
from pdedsl.spaces.exponents import Together, exponents, jumping, together
from pdedsl.spaces.linear import Form, constant, forms
from pdedsl.spaces.singular import Singular
from pdedsl.spaces.space import Corners

LEVELS = 4
"""Powers of z and of its conjugate with which a function is multiplied, together."""
LARGEST = 100.0
"""An exponent that none is above which is the least of a corner."""
WHOLE = 1e-5
"""How far a whole number may be from one."""
NEAR = 1e-3
"""Where the conditions on a side are read, over the diameter."""
MEETING, BEYOND, ENOUGH = 3, 3.0, 12.0
"""Of several fields: how many whole exponents are taken with logarithms, the powers with which functions are multiplied, and the
largest exponent.
"""
LOGS = ((1, 0), (2, 0), (1, 1))
"""The powers of the logarithm and of its conjugate, where values jump, in an equation and in what is multiplied in it."""
PROBES = 64
_SEED = 19_670_701


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
            held = satisfying(domain, where, full(domain, points), sharply=True)
            found[held] = np.minimum(found[held], order)
        return found.tolist()

    found = []
    for corner in (*_corners(domain), *changes(domain, said)):
        first, last = said(np.stack([corner.side(end, NEAR * domain.diameter) for end in (-1, 1)]))
        if {first, last} <= {0, 1} and not (first == last and abs(corner.angle - np.pi) <= WHOLE):
            found.append(Angled(corner, (first, last), "general" if corner.curved else rest))
    return tuple(found)


def _corners(domain: Domain) -> list[Corner]:
    """The corners of a domain; where its shape depends on parameters, those that stay where they are."""
    found = list(corners(domain))
    for held, _ in domain.shaped(shapes(domain)[[0, -1]]) if domain.shaping else ():
        places = {own.place for own in corners(held)}
        found = [own for own in found if own.place in places]
    return found


def _shared(problem: Problem, place: int) -> tuple[Shared, ...]:
    """The corners of fields that are singular together."""
    if problem.domain.swept:
        swept = {c.symbol for c in problem.domain.swept}
        own = (f for components in forms(problem).values() for f in components)
        if any(s.free_symbols & swept for f in own for s in operators(f)):
            return ()  # exponents depend on what is multiplied with derivatives
        lasting = {c.place for c in _corners(problem.domain)}
        halfway = {c.name: middle(*problem.bounds[problem.domain.column(c.symbol)]) for c in problem.domain.swept}
        return tuple(found for found in _shared(member(problem, halfway), place) if found.corner.place in lasting)
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
    points, others = inside(problem.domain, sp.true, PROBES, random(np.random.default_rng(_SEED))), problem.domain.other
    points[:, others] = points[:1, others]  # what depends on these alone is a constant here
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
    slopes = {key: slope for key, slope in slopes.items() if np.any(slope)}

    unit = np.eye(points.shape[1], dtype=int)
    x, y = (unit[axis] for axis in own.problem.domain.spatial[:2])
    along, up, mixed = (
        leading.get(tuple((a + b).tolist()), np.zeros(len(points))) for a, b in ((x, x), (y, y), (x, y))
    )
    size = float(np.abs(along).max())
    if not size or np.abs(along - up).max() > 1e-9 * size or np.abs(mixed).max() > 1e-9 * size:
        return None
    fixed = all(float(np.ptp(slope / along)) <= 1e-9 * np.abs(slope / along).max() for slope in slopes.values())
    others = {key for key in slopes if sum(key[1]) < 2}
    if not own.is_linear or not fixed or others - {(place, (0,) * points.shape[1])}:
        return "general"
    return "radial" if others else "nothing"
