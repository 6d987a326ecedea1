"""From the rows of statements and of data to what the data say of unknowns, the statements satisfied: to first order.

What statements leave free is what is sought, and states that only data know. States are eliminated: `u` follows from the unknowns
`p` by the statements, and the data are `|matrix p + right|^2` of these alone, in units of their noise.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import linalg

from pdedsl.problem.derivatives import occurring
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Constraint, Measurement
from pdedsl.spaces.collocation import Collocated, Collocation

RANK, OWN = 1e-13, 0.05
"""The smallest pivot of the columns of states that counts, relative to the largest, if that is more than what data are multiplied
with: smaller ones are known by data rather than by statements. And the part of what an unknown makes of a
statement that states cannot take up, from which the statement is one about the unknown.
"""


def columns_of(system: Collocation, place: int) -> np.ndarray:
    """The places of the coefficients of a field."""
    return np.arange(system.ends[place] - system.fields[place].columns, system.ends[place])


@dataclass(frozen=True, eq=False)
class Reduced:
    """Data to first order in what is sought, all else eliminated by the statements: `|matrix p + right|^2`, in units of noise."""

    columns: np.ndarray
    """The places of the coefficients of all that is sought."""
    matrix: np.ndarray
    """Shape (rows, number of unknowns): data, and what statements say of unknowns by themselves. Unknowns are what is sought and,
    after that, what statements leave free of states, as where no initial values are stated.
    """
    right: np.ndarray
    states: np.ndarray
    """What a change of each makes of all coefficients, shape (K, number of unknowns)."""
    apart: np.ndarray
    """What a change of each leaves of the statements that functions cannot hold, shape (K or less, number of unknowns)."""
    data: np.ndarray
    """Which rows are data, shape (rows,)."""
    penalties: np.ndarray
    """Which are penalties."""
    automatic: np.ndarray
    """Which are those whose weight is left to the data."""

    def weighed(self, times: float) -> "Reduced":
        """The same with automatic penalties of some times their weight."""
        by = np.where(self.automatic, times**0.5, 1.0)
        return replace(self, matrix=by[:, None] * self.matrix, right=by * self.right)

    def deviation(self, taken: np.ndarray) -> np.ndarray:
        """The standard deviation of each unknown that is taken for granted, from those of all coefficients, shape (K,)."""
        return np.concatenate([taken[self.columns], np.full(self.matrix.shape[1] - len(self.columns), np.inf)])

    def now(self, coefficients: np.ndarray) -> np.ndarray:
        """Each unknown, from all coefficients; of what is free what it is beside these."""
        return np.concatenate([coefficients[self.columns], np.zeros(self.matrix.shape[1] - len(self.columns))])

    def rows(
        self, deviation: np.ndarray, coefficients: np.ndarray, of: np.ndarray | None = None, noise: float = 1.0
    ) -> tuple[np.ndarray, np.ndarray]:
        """Some rows, by default all, and below them what is taken for granted of unknowns that have a deviation: `matrix p + right`.

        Unknowns are in units of their deviations; all is in units of the `noise` of data, of which statements know nothing.
        """
        own, held = slice(None) if of is None else of, np.isfinite(deviation)
        scale, below = np.where(held, deviation, 1.0), noise * np.eye(len(deviation))[held]
        times = np.where(self.stated, noise, 1.0)[own]
        right = self.right[own] - self.matrix[own] @ self.now(coefficients)
        whole = np.concatenate([times[:, None] * self.matrix[own] * scale, below])
        return whole, np.concatenate([times * right, np.zeros(len(below))])

    @property
    def condensed(self) -> "Reduced":
        """The same, with as few rows of data as say what all of them do: no more than one for each unknown, and one more."""
        own: Any = np.linalg.qr(np.concatenate([self.matrix, self.right[:, None]], axis=1)[self.data], "r")
        rest, few = ~self.data, np.zeros(len(own), bool)
        return replace(
            self,
            matrix=np.concatenate([own[:, :-1], self.matrix[rest]]),
            right=np.concatenate([own[:, -1], self.right[rest]]),
            data=np.concatenate([~few, self.data[rest]]),
            penalties=np.concatenate([few, self.penalties[rest]]),
            automatic=np.concatenate([few, self.automatic[rest]]),
        )

    @property
    def stated(self) -> np.ndarray:
        """Which rows are what statements say of unknowns alone, shape (rows,)."""
        return ~self.data & ~self.penalties

    def coarse(self, deviation: np.ndarray) -> float:
        """What is left of the statements, as a length, where each unknown is off as far as data and deviations let it be."""
        known = np.sum(self.matrix**2, axis=0) + deviation**-2.0
        return float(np.linalg.norm(self.apart / np.sqrt(np.maximum(known, 1e-300))))


def _alone(problem: Problem, block: Collocated) -> bool:
    """Whether a statement that holds is about unknowns alone, and no state."""
    if block.soft or isinstance(block.statement, Measurement):
        return False
    names = occurring(block.statement.residual)
    return bool(names) and all(f.sought is not None for f in problem.fields if f.name in names)


def _eliminated(
    phi: np.ndarray, sought: np.ndarray, r: np.ndarray, by: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """What becomes of states, with columns `phi`, where rows hold: for a change of what is sought, with columns `sought`, shape
    (K, n); what stays free, (K, m); for the residual `r`, (K,). And what the first leaves of the rows, (S, n); the second, (k, m).
    """
    lengths = np.linalg.norm(phi, axis=0)
    lengths = np.where(lengths > 0, lengths, 1.0)
    factors: Any = linalg.qr(phi / lengths, mode="economic", pivoting=True)
    q, triangle, order = factors
    sizes = np.abs(np.diag(triangle))
    rank = int((sizes > max(RANK, by) * sizes[0]).sum())
    q, inner, made = q[:, :rank], triangle[:rank, :rank], q[:, :rank].T @ sought

    def solved(right: np.ndarray, rest: np.ndarray) -> np.ndarray:
        """States from those of the pivoted columns and of the rest."""
        found = np.zeros((phi.shape[1], right.shape[1]))
        found[order[:rank]], found[order[rank:]] = -linalg.solve_triangular(inner, right), rest
        return found / lengths[:, None]

    left = phi.shape[1] - rank
    answer, shift = solved(made, np.zeros((left, made.shape[1]))), solved((q.T @ r)[:, None], np.zeros((left, 1)))
    free = solved(triangle[:rank, rank:], np.eye(left))
    return answer, free, shift[:, 0], sought - q @ made, triangle[rank:, rank:]


def reduced(problem: Problem, system: Collocation, coefficients: np.ndarray, by: float) -> Reduced:
    """The data of a system about some coefficients; the statements hold, as far as functions can.

    Where the functions cannot hold what a change of an unknown makes of a statement, this says nothing of the unknown, unless
    it is a good part of the whole: then the statement is about it.
    """
    r, phi = system.linearised(coefficients)
    # What statements say of unknowns alone is known like data are, and better.
    alone, own = system.rows(lambda b: _alone(problem, b)), system.rows(lambda b: b.soft)
    data = system.rows(lambda b: isinstance(b.statement, Measurement))[own]
    automatic = system.rows(lambda b: isinstance(b.statement, Constraint) and b.statement.automatic)[own]
    bare, beside, top = phi[alone], r[alone], ~alone & ~own
    places = [k for k, f in enumerate(problem.fields) if f.sought is not None]
    sought = np.concatenate([np.zeros(0, int), *(columns_of(system, k) for k in places)])
    others = np.delete(np.arange(phi.shape[1]), sought)
    answer, free, shift, apart, barely = _eliminated(phi[top][:, others], phi[top][:, sought], r[top], by)
    soft = phi[own][:, others] / by
    matrix = np.concatenate([phi[own][:, sought] / by + soft @ answer, soft @ free], axis=1)
    right = r[own] / by + soft @ shift
    states = np.zeros((phi.shape[1], matrix.shape[1]))
    states[sought, np.arange(len(sought))] = 1.0
    states[others] = np.concatenate([answer, free], axis=1)

    def widened(rows: np.ndarray) -> np.ndarray:
        """Rows in what is sought, which say nothing of what only data know."""
        return np.concatenate([rows, np.zeros((len(rows), free.shape[1]))], axis=1)

    u, s, v = np.linalg.svd(apart, full_matrices=False)
    said = s > OWN * np.linalg.norm(phi[top][:, sought], axis=0).max(initial=0.0)
    trusted = max(by, float(np.linalg.norm(r[top])))
    # What stays free is so as far as the statements barely change with it: where functions nearly cancel, they do a little.
    held = np.concatenate([np.zeros((len(barely), len(sought))), barely], axis=1) / by
    stated = np.concatenate([widened(bare[:, sought]) / by, widened(s[said, None] * v[said]) / trusted, held])
    right = np.concatenate([right, beside / by, u[:, said].T @ r[top] / trusted, np.zeros(len(held))])
    none = np.zeros(len(stated), bool)
    return Reduced(
        sought,
        np.concatenate([matrix, stated]),
        right,
        states,
        widened(s[~said, None] * v[~said]),
        np.concatenate([data, none]),
        np.concatenate([~data, none]),
        np.concatenate([automatic, none]),
    )
