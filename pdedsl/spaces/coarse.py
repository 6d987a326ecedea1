"""From a problem to a rough solution: one step of least squares in polynomials of low degree, without JAX.

It is made to know how large the fields are before anything is trained. Rows and columns are scaled by what they hold, so
that it is the same in any units.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from pdedsl.problem.problem import Problem
from pdedsl.problem.symbol import MultiIndex
from pdedsl.spaces.basis import Basis
from pdedsl.spaces.linear import Row
from pdedsl.spaces.products import largest

COLUMNS = 120
"""Functions of all fields together, or a little more."""
NOTHING = 1e-12
"""What is rounding of a zero, relative to the largest entry of a field in a row."""
LEAST = 1e-10
"""The smallest singular value that is kept, relative to the largest."""


@dataclass(frozen=True)
class Coarse:
    """A rough change of the fields that makes some rows vanish as well as it can."""

    bases: tuple[Basis, ...]
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
    bases = tuple(largest(problem, own, count) for own in axes)
    ends = np.cumsum([b.size for b in bases])
    blocks = [np.concatenate([_block(bases, place, row) for place in range(len(bases))], axis=1) for row in rows]
    matrix, right = np.concatenate(blocks), -np.concatenate([row.at for row in rows])
    owner = np.repeat(np.arange(len(rows)), [len(row.at) for row in rows])
    field = np.repeat(np.arange(len(bases)), [b.size for b in bases])
    left, above = _equilibrated(matrix, owner, field)
    scaled = matrix * left[:, None] * above[None, :]
    solution = above * least_squares(scaled, right * left, LEAST)
    gap = matrix @ solution - right
    missed = tuple(_share(gap[owner == k], right[owner == k]) for k in range(len(rows)))
    return Coarse(bases, tuple(np.split(solution, ends[:-1])), missed)


def least_squares(matrix: np.ndarray, right: np.ndarray, cutoff: float | None) -> np.ndarray:
    """The solution of least norm, by one thread: several wait for each other, on a busy machine ten times as long."""
    with threadpool_limits(1, user_api="blas"):
        return np.linalg.lstsq(matrix, right, rcond=cutoff)[0]


def _share(left: np.ndarray, whole: np.ndarray) -> float:
    size = float(np.linalg.norm(whole))
    return float(np.linalg.norm(left)) / size if size > 0 else 0.0


def _block(bases: Sequence[Basis], place: int, row: Row) -> np.ndarray:
    """What a row makes of each member of a field's basis, shape (n, K)."""
    own = bases[place]
    found = np.zeros((len(row.points), own.size))
    found += _applied(own, place, row.slopes, row.points)
    for total in row.totals:
        q = len(total.weights)
        inner = _applied(own, place, total.inner, total.nodes).reshape(len(row.points), q, -1)
        found += total.slope[:, None] * np.einsum("nqk,q->nk", inner, total.weights)
    return found


def _applied(own: Basis, place: int, slopes: Mapping[tuple[int, MultiIndex], np.ndarray], points: np.ndarray):
    found = np.zeros((len(points), own.size))
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
    logarithms = least_squares(unknown, -np.log(size[row, column]), None)
    return np.exp(logarithms[:count])[owner], np.exp(logarithms[count:])
