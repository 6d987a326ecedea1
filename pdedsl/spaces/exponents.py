"""From equations of several fields, or of fourth order, to the exponents with which they are singular at a corner.

Near a corner the highest derivatives rule, with the coefficients that they have there. In the plane those of isotropic
elasticity, of Stokes' equations and of plates have the solutions `z^a`, `conj(z) z^(a-1)` and their conjugates (Muskhelishvili
1953, Basic Problems of Elasticity); which sums of these satisfy the equations, and the conditions on both sides, is found by
linear algebra. There are such sums where a determinant vanishes, at the roots of what is called the characteristic equation
of a corner (Williams 1952; Moffatt 1964; Kozlov, Maz'ya and Rossmann 2001).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import scipy  # whose modules are imported when they are first named
import sympy as sp

from pdedsl.geometry.corners import Corner
from pdedsl.geometry.places import satisfying
from pdedsl.geometry.points import inside, random
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Boundary, Equation, Statement
from pdedsl.problem.symbol import MultiIndex
from pdedsl.spaces.linear import constant, forms
from pdedsl.spaces.singular import chained

NEAR, CLOSE = 1e-3, 1e-7
"""Where conditions on the sides are read, and what holds at a corner, over the diameter."""
APART = 0.1
"""The part of how far values on both sides are apart nearby, from which they jump at the corner."""
PROBES, ANGLES = 16, 7
"""Points at which coefficients are compared, and directions into the domain in which equations are to hold."""
KINDS = ((0, False), (1, False), (0, True), (1, True))
"""The power of the conjugate that comes with one of z, and whether the conjugate of all is meant."""
GENERIC = 0.3719 + 0.2381j
"""An exponent that no corner has."""
STEP, BAND, HIGH = 0.09, 2.0, 3.3
"""How far apart exponents are tried, in bands of which width, and their largest imaginary part."""
ROUNDING, EXACT, WHOLE, STEPS = 1e-9, 1e-10, 1e-5, 20
"""Beside the largest number: one that is none; how well roots are found; how far a whole number may be from one; secants."""
_SEED = 18_520_816

Slopes = Mapping[tuple[int, MultiIndex], np.ndarray]
"""The derivatives of a residual with respect to those of fields, at some points."""


@dataclass(frozen=True)
class Together:
    """Fields of the plane that are singular together: `r^(a - lag)` for each, and the same exponents a."""

    places: tuple[int, ...]
    lags: tuple[int, ...]
    """By how much each is more singular: a pressure is so as a derivative of the velocity is."""
    least: int
    """The exponent that all are above, of solutions of finite energy."""
    alone: bool
    """Whether the equations hold nothing but those derivatives, with coefficients that are the same everywhere."""

    def lag(self, place: int) -> int:
        """That of a field."""
        return self.lags[self.places.index(place)]

    def leading(self, row: Slopes) -> dict[tuple[int, MultiIndex], np.ndarray]:
        """What is most singular in a residual."""
        lag = dict(zip(self.places, self.lags, strict=True))
        order = {key: sum(key[1]) + lag[key[0]] for key in row}
        return {key: own for key, own in row.items() if order[key] == max(order.values())}


@lru_cache(maxsize=32)
def together(problem: Problem, places: tuple[int, ...]) -> Together | None:
    """How some fields are singular together; None where their equations do not say it."""
    points = inside(problem.domain, sp.true, PROBES, random(np.random.default_rng(_SEED)))
    equations = [s for s in problem.statements if isinstance(s, Equation)]
    rows = [row for s in equations for row, _ in _slopes(problem, s, places, points, None)]
    if any(s.part is not None for s in equations) or len(rows) != len(places):
        return None
    orders = [max((sum(i) for row in rows for own, i in row if own == place), default=0) for place in places]
    top = max(orders)
    found = Together(places, tuple(top - own for own in orders), top // 2 - 1, alone=False)
    linear = all(own.is_linear for s in equations for own in forms(problem)[s.name])
    alone = linear and all(
        len(row) == len(found.leading(row)) and max(np.ptp(own) / np.abs(own).max() for own in row.values()) < ROUNDING
        for row in rows
    )
    return replace(found, alone=alone)


def exponents(problem: Problem, own: Together, corner: Corner, most: float) -> tuple[complex, ...] | None:
    """The exponents at a corner with real parts up to some that are not whole, imaginary parts not negative, smallest first.

    None where the conditions on its sides do not determine them.
    """
    bands = [_between(problem, own, corner, low) for low in np.arange(own.least, most, BAND)]
    if any(found is None for found in bands):
        return None
    return tuple(root for found in bands for root in found or () if root.real <= most)


@lru_cache(maxsize=256)
def jumping(problem: Problem, own: Together, corner: Corner) -> bool:
    """Whether no values at a corner satisfy what is said of values on both of its sides."""
    close, beside = (_apart(problem, own, corner, near * problem.domain.diameter) for near in (CLOSE, NEAR))
    return close > APART * beside


def _apart(problem: Problem, own: Together, corner: Corner, near: float) -> float:
    """By how much what is said of values on the sides of a corner differs, at a distance from it; zero if by rounding."""
    placed = [
        (row, left) for row, left in _conditions(problem, own, corner, near) if all(i == (0, 0) for _, i in row.slopes)
    ]
    if not placed:
        return 0.0
    held = np.asarray([[row.slopes.get((k, (0, 0)), 0.0) for k in own.places] for row, _ in placed])
    asked = -np.asarray([left for _, left in placed])
    apart = np.abs(asked - held @ np.linalg.lstsq(held, asked)[0]).max()
    return float(apart) if apart > ROUNDING * np.abs(asked).max() else 0.0


@lru_cache(maxsize=256)
def _between(problem: Problem, own: Together, corner: Corner, low: float) -> tuple[complex, ...] | None:
    """The same with real parts in a band above some number."""
    close, near = CLOSE * problem.domain.diameter, NEAR * problem.domain.diameter
    turns = corner.bisector + corner.angle * ((np.arange(ANGLES) + 0.5) / ANGLES - 0.5)
    around = np.asarray(corner.place) + close * np.stack([np.cos(turns), np.sin(turns)], axis=1)
    equations = [s for s in problem.statements if isinstance(s, Equation)]
    rows = [own.leading(row) for s in equations for row, _ in _slopes(problem, s, own.places, around, None)]
    beside = [row for row, _ in _conditions(problem, own, corner, near)]
    if len(rows) != len(own.places) or not beside:
        return None
    scale = _scales(own, rows)
    within = [_Placed(turn, {key: float(np.mean(c)) for key, c in row.items()}) for row in rows for turn in turns]
    if not np.isfinite(list(scale.values())).all():
        return None
    equated, conditioned = (_matrix(own, scale, placed, corner.bisector) for placed in (within, beside))
    generic = np.asarray([GENERIC])
    inner = equated(generic)[0]
    rank = int(np.count_nonzero(np.linalg.svd(inner, compute_uv=False) > ROUNDING))
    if inner.shape[1] - rank != len(beside):
        return None
    order = scipy.linalg.qr(inner, mode="r", pivoting=True)[1]
    bound, free = order[:rank], order[rank:]
    equated = equated.rows(scipy.linalg.qr(inner[:, bound].T, mode="r", pivoting=True)[1][:rank])

    def conditions(at: np.ndarray) -> np.ndarray:
        """For what satisfies the equations, for each of some exponents; analytic in them."""
        inner, outer = equated(at), conditioned(at)
        return outer[:, :, free] - outer[:, :, bound] @ np.linalg.pinv(inner[:, :, bound]) @ inner[:, :, free]

    values = np.linalg.svd(conditions(generic)[0], compute_uv=False)
    if values[-1] < ROUNDING * values[0]:
        return None
    return tuple(_roots(lambda at: np.linalg.det(conditions(at)), low, low + BAND))


@dataclass(frozen=True)
class _Placed:
    """A residual in a direction from the corner."""

    turn: float
    slopes: Mapping[tuple[int, MultiIndex], float]


def _slopes(
    problem: Problem, statement: Statement, places: Sequence[int], points: np.ndarray, outward: np.ndarray | None
) -> Iterator[tuple[Slopes, np.ndarray]]:
    """The components of a statement that hold some fields, as far as they do, at points of shape (n, 2); and what is left of
    them where all fields vanish, shape (n,).
    """
    for form in forms(problem)[statement.name]:
        row = form.at(points, outward, rough=True).row(constant([0.0] * len(problem.fields)))
        found = {key: slope for key, slope in row.slopes.items() if key[0] in places and np.any(slope)}
        if found:
            yield found, row.at


def _conditions(problem: Problem, own: Together, corner: Corner, near: float) -> Iterator[tuple[_Placed, float]]:
    """What is most singular in the conditions on both sides, and what is left of them where all fields vanish."""
    for end in (-1, 1):
        turn = corner.bisector + end * corner.angle / 2
        point, across = corner.side(end, near)[None], turn + end * np.pi / 2
        outward = np.asarray([[np.cos(across), np.sin(across)]])
        for s in problem.statements:
            if isinstance(s, Boundary) and satisfying(problem.domain, s.where, point, sharply=True)[0]:
                for row, left in _slopes(problem, s, own.places, point, outward):
                    yield _Placed(turn, {key: float(c[0]) for key, c in own.leading(row).items()}), float(left[0])


def _scales(own: Together, rows: Sequence[Slopes]) -> dict[int, float]:
    """For each field a number in whose units the coefficients of all are of one size."""
    sizes = np.asarray(
        [[max((np.abs(c).max() for k, c in row.items() if k[0] == p), default=0.0) for p in own.places] for row in rows]
    )
    worth = np.ones(len(own.places))
    with np.errstate(divide="ignore", invalid="ignore"):  # not finite where no equation holds a field there
        for _ in range(8):
            across = np.max(sizes * worth, axis=1)
            worth = 1 / np.max(sizes / across[:, None], axis=0)
    return dict(zip(own.places, worth, strict=True))


@dataclass(frozen=True, eq=False)
class _Matrix:
    """Residuals of the functions of each field at the distance 1: for an exponent a `exp(i angle a)` times a polynomial in a."""

    angles: np.ndarray
    """Shape (rows, functions)."""
    coefficients: np.ndarray
    """Of the polynomials, from the lowest on, shape (degree + 1, rows, functions)."""

    def __call__(self, at: np.ndarray) -> np.ndarray:
        """Shape (exponents, rows, functions)."""
        a = at[:, None, None]
        return np.exp(1j * self.angles * a) * np.polynomial.polynomial.polyval(a, self.coefficients, tensor=False)

    def rows(self, chosen: np.ndarray) -> "_Matrix":
        """Some of the residuals."""
        return _Matrix(self.angles[chosen], self.coefficients[:, chosen])


def _matrix(own: Together, scale: Mapping[int, float], rows: Sequence[_Placed], middle: float) -> _Matrix:
    """The functions of each field, in units of it and of what they are in a direction, in residuals of size one."""
    degree = max(sum(index) for row in rows for _, index in row.slopes)
    found = np.zeros((degree + 1, len(rows), len(own.places) * len(KINDS)), complex)
    for k, row in enumerate(rows):
        worth = max(abs(c) * scale[place] for (place, _), c in row.slopes.items())
        for (place, index), c in row.slopes.items():
            where = own.places.index(place)
            for j, (power, conjugate) in enumerate(KINDS):
                value = _slope(-own.lags[where] - power, power, conjugate, index, row.turn)
                found[: len(value), k, where * len(KINDS) + j] += c * scale[place] / worth * value
    signs = np.tile([-1.0 if conjugate else 1.0 for _, conjugate in KINDS], len(own.places))
    return _Matrix(np.outer([row.turn - middle for row in rows], signs), found)


def _slope(shift: int, other: int, conjugate: bool, index: MultiIndex, turn: float) -> np.ndarray:
    """A derivative of `z^(a + shift) conj(z)^other`, or of the conjugate of that for real a, at `z = exp(i turn)`.

    Over `z^a`, or its conjugate: a polynomial in a, its coefficients from the lowest on.
    """
    m, n = index
    i, z = (-1j, np.exp(-1j * turn)) if conjugate else (1j, np.exp(1j * turn))
    found = np.zeros(m + n + 1, complex)
    for held in range(m + n + 1):
        rest = m + n - held
        falling = np.prod([float(other - k) for k in range(rest)])
        worth = chained(m, n, held, i) * falling * z ** (shift - held - other + rest)
        found[: held + 1] += worth * np.polynomial.polynomial.polyfromroots([k - shift for k in range(held)])
    return found


def _roots(value: Callable[[np.ndarray], np.ndarray], low: float, high: float) -> list[complex]:
    """Where an analytic function vanishes: the modulus has no other minima. Whole numbers are left out."""
    real, imaginary = np.arange(low - STEP / 2, high + 2 * STEP, STEP), np.arange(-STEP, HIGH, STEP)
    grid = real[:, None] + 1j * imaginary
    size = np.abs(value(grid.ravel())).reshape(grid.shape)
    around = np.lib.stride_tricks.sliding_window_view(size, (3, 3)).min(axis=(2, 3))
    at = grid[1:-1, 1:-1][size[1:-1, 1:-1] == around]
    before, last, step = at + NEAR, value(at + NEAR), np.full(len(at), np.inf, complex)
    for _ in range(STEPS):  # all secants at once
        now = value(at)
        step = np.divide(now * (at - before), now - last, out=np.zeros_like(now), where=now != last)
        before, last, at = at, now, at - step
    found: list[complex] = []
    for root in at[np.abs(step) < EXACT]:
        root = complex(root.real, root.imag if abs(root.imag) > WHOLE else 0.0)
        whole = abs(root - round(root.real)) < WHOLE
        known = any(abs(root - other) < WHOLE for other in found)
        if not whole and not known and low < root.real <= high and root.imag >= 0:
            found.append(root)
    return sorted(found, key=lambda root: root.real)
