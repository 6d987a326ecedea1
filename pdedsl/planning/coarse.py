"""From a problem to a rough solution: one step of least squares in polynomials of low degree, without JAX.

It is made to know how large the fields are before anything is trained. Rows and columns are scaled by what they hold, so
that it is the same in any units.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from pdedsl.planning.linear import Row
from pdedsl.problem.problem import Problem
from pdedsl.problem.symbol import MultiIndex

COLUMNS = 120
"""Functions of all fields together, or a little more."""
NOTHING = 1e-12
"""What is rounding of a zero, relative to the largest entry of a field in a row."""
LEAST = 1e-10
"""The smallest singular value that is kept, relative to the largest."""


@dataclass(frozen=True)
class Polynomials:
    """Chebyshev polynomials of a total degree on the bounding box; cosines and sines of periodic coordinates."""

    problem: Problem
    axes: tuple[int, ...]
    """The columns of points that hold the arguments."""
    indices: tuple[tuple[int, ...], ...]
    """The number of the function along each argument, for each member of the basis."""

    def table(self, points: np.ndarray, order: MultiIndex) -> np.ndarray:
        """A derivative of each member at points of shape (n, d), shape (n, K)."""
        if any(order[axis] for axis in range(len(order)) if axis not in self.axes):
            return np.zeros((len(points), len(self.indices)))
        found = np.ones((len(points), len(self.indices)))
        for k, axis in enumerate(self.axes):
            numbers = [index[k] for index in self.indices]
            low, high = self.problem.bounds[axis]
            y = (2 * points[:, axis] - low - high) / (high - low)
            along = _fourier if self.problem.coordinates[axis].periodic else _chebyshev
            found *= along(y, max(numbers), order[axis])[:, numbers] * (2 / (high - low)) ** order[axis]
        return found


def polynomials(problem: Problem, axes: Sequence[int], count: int) -> Polynomials:
    """The basis of the highest total degree that has no more than `count` members, at least of degree 1."""
    circular = [problem.coordinates[axis].periodic for axis in axes]

    def members(degree: int) -> list[tuple[int, ...]]:
        numbers = [range(2 * degree + 1 if own else degree + 1) for own in circular]
        degrees = [[(j + 1) // 2 if own else j for j in n] for own, n in zip(circular, numbers, strict=True)]
        if len(axes) > 8:  # too many to go through them all: constants and slopes
            return [(0,) * len(axes), *(tuple(int(i == k) for i in range(len(axes))) for k in range(len(axes)))]
        kept = product(*(zip(n, d, strict=True) for n, d in zip(numbers, degrees, strict=True)))
        return [tuple(j for j, _ in member) for member in kept if sum(d for _, d in member) <= degree]

    degree, found = 1, members(1)
    while len(axes) <= 8 and degree < 24 and len(more := members(degree + 1)) <= count:
        degree, found = degree + 1, more
    return Polynomials(problem, tuple(axes), tuple(found))


def _chebyshev(y: np.ndarray, most: int, order: int) -> np.ndarray:
    """A derivative of the Chebyshev polynomials up to degree `most`, shape (n, most + 1)."""
    unit = np.eye(most + 1)
    coefficients = np.polynomial.chebyshev.chebder(unit, order) if order else unit
    return np.polynomial.chebyshev.chebvander(y, max(coefficients.shape[0] - 1, 0)) @ coefficients


def _fourier(y: np.ndarray, most: int, order: int) -> np.ndarray:
    """A derivative of 1, cos(pi y), sin(pi y), cos(2 pi y)..., shape (n, most + 1)."""
    number = np.arange(most + 1)
    k = np.pi * ((number + 1) // 2)
    phase = np.where(number % 2 == 1, 0.0, -np.pi / 2)  # sin is cos, a quarter behind; the constant has no phase
    phase[0] = 0.0
    return k**order * np.cos(np.outer(y, k) + phase + order * np.pi / 2)


@dataclass(frozen=True)
class Coarse:
    """A rough change of the fields that makes some rows vanish as well as it can."""

    bases: tuple[Polynomials, ...]
    coefficients: tuple[np.ndarray, ...]
    missed: tuple[float, ...]
    """The part of each row's residual that is left, 0 to 1; 0 where there was none."""

    def at(self, points: np.ndarray) -> np.ndarray:
        """The change of each field at points of shape (n, d), shape (n, number of fields)."""
        none = (0,) * points.shape[1]
        found = (b.table(points, none) @ c for b, c in zip(self.bases, self.coefficients, strict=True))
        return np.stack(list(found), axis=1)


def coarse(problem: Problem, rows: Sequence[Row]) -> Coarse:
    """The least-squares solution of some linearised rows, of least norm where it is not unique."""
    count = max(8, COLUMNS // len(problem.fields))
    axes = ([problem.domain.column(s) for s in f.arguments] for f in problem.fields)
    bases = tuple(polynomials(problem, own, count) for own in axes)
    ends = np.cumsum([len(b.indices) for b in bases])
    blocks = [np.concatenate([_block(bases, place, row) for place in range(len(bases))], axis=1) for row in rows]
    matrix, right = np.concatenate(blocks), -np.concatenate([row.at for row in rows])
    owner = np.repeat(np.arange(len(rows)), [len(row.at) for row in rows])
    field = np.repeat(np.arange(len(bases)), [len(b.indices) for b in bases])
    left, above = _equilibrated(matrix, owner, field)
    scaled = matrix * left[:, None] * above[None, :]
    solution = above * np.linalg.lstsq(scaled, right * left, rcond=LEAST)[0]
    gap = matrix @ solution - right
    missed = tuple(_share(gap[owner == k], right[owner == k]) for k in range(len(rows)))
    return Coarse(bases, tuple(np.split(solution, ends[:-1])), missed)


def _share(left: np.ndarray, whole: np.ndarray) -> float:
    size = float(np.linalg.norm(whole))
    return float(np.linalg.norm(left)) / size if size > 0 else 0.0


def _block(bases: Sequence[Polynomials], place: int, row: Row) -> np.ndarray:
    """What a row makes of each member of a field's basis, shape (n, K)."""
    own = bases[place]
    found = np.zeros((len(row.points), len(own.indices)))
    found += _applied(own, place, row.slopes, row.points)
    for total in row.totals:
        n, q, d = total.nodes.shape
        inner = _applied(own, place, total.inner, total.nodes.reshape(n * q, d)).reshape(n, q, -1)
        found += total.slope[:, None] * np.einsum("nqk,q->nk", inner, total.weights)
    return found


def _applied(own: Polynomials, place: int, slopes: Mapping[tuple[int, MultiIndex], np.ndarray], points: np.ndarray):
    found = np.zeros((len(points), len(own.indices)))
    for (field, index), slope in slopes.items():
        if field == place:
            found += slope[:, None] * own.table(points, index)
    return found


def _equilibrated(matrix: np.ndarray, owner: np.ndarray, field: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Factors for rows, one for each owner, and for columns, by which all entries come near to 1.

    In least squares of their logarithms (Curtis and Reid 1972), so that units, of rows and of fields, drop out.
    """
    count, columns = int(owner.max()) + 1, matrix.shape[1]
    size = np.stack([np.sqrt(np.mean(matrix[owner == k] ** 2, axis=0)) for k in range(count)])
    most = np.stack([size[:, field == f].max(axis=1) for f in range(int(field.max()) + 1)], axis=1)[:, field]
    row, column = np.nonzero(size > NOTHING * most)
    unknown = np.zeros((len(row), count + columns))
    unknown[np.arange(len(row)), row] = unknown[np.arange(len(row)), count + column] = 1.0
    logarithms = np.linalg.lstsq(unknown, -np.log(size[row, column]), rcond=None)[0]
    return np.exp(logarithms[:count])[owner], np.exp(logarithms[count:])
