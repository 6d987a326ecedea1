"""From data to first order in what is sought to how far everything is known: a normal distribution of all coefficients."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pdedsl.spaces import penalty
from pdedsl.spaces.collocation import CHUNK, Expansion, split
from pdedsl.spaces.linear import Row, Slopes
from pdedsl.spaces.penalty import Balance
from pdedsl.spaces.reduced import Reduced

BLIND = 1e-10
"""The part of what data say of single unknowns that they say of a combination of which they say nothing."""


@dataclass(frozen=True, eq=False)
class Posterior:
    """The distribution of the coefficients of all fields about those that were found."""

    root: np.ndarray
    """Its covariance is `root root^T`, shape (K, number of unknowns)."""
    noise: float
    """Of the data, in units of what they state."""
    blind: np.ndarray
    """Combinations of unknowns of which nothing is known, as changes of all coefficients, shape (K, number of them)."""
    balance: Balance | None = None
    """Where penalties leave their weight to the data."""
    away: float = np.nan
    """The part of its variation by which the solution changes where it is solved again with what was found, without the data; not a
    number where it was not.
    """

    def deviations(self, fields: Sequence[Expansion], coefficients: np.ndarray, points: np.ndarray) -> np.ndarray:
        """The standard deviation of each field at points of shape (n, d), shape (n, number of fields)."""
        none, found = (0,) * points.shape[1], []
        for own, c, root, blind in zip(
            fields,
            split(fields, coefficients),
            self._split(fields, self.root),
            self._split(fields, self.blind),
            strict=True,
        ):
            _, table = own.table(points, none)
            size = np.linalg.norm(table @ root, axis=1)
            unknown = np.linalg.norm(table @ blind, axis=1) > BLIND * np.linalg.norm(table, axis=1)
            slope = np.abs(own.bounds.slope(own.values(c, points, none)))
            found.append(slope * np.where(unknown, np.inf, size))
        return np.stack(found, axis=1)

    def of(self, fields: Sequence[Expansion], row: Row) -> np.ndarray:
        """The standard deviation of what a row is made of, at its points, shape (n,): to first order."""
        found = self._applied(fields, row.slopes, row.points)
        for total in row.totals:
            inner = self._applied(fields, total.inner, total.nodes).reshape(len(row.points), len(total.weights), -1)
            found += total.slope[:, None] * np.einsum("nqk,q->nk", inner, total.weights)
        return np.linalg.norm(found, axis=1)

    def _applied(self, fields: Sequence[Expansion], slopes: Slopes, points: np.ndarray) -> np.ndarray:
        """What a sum of derivatives of fields makes of each unknown, shape (n, unknowns)."""
        roots, found = self._split(fields, self.root), np.zeros((len(points), self.root.shape[1]))
        for (place, index), slope in slopes.items():
            for begin in range(0, len(points), CHUNK):
                own = slice(begin, begin + CHUNK)
                found[own] += slope[own, None] * (fields[place].table(points[own], index)[1] @ roots[place])
        return found

    def root_of(self, fields: Sequence[Expansion], place: int, points: np.ndarray) -> np.ndarray:
        """The rows of a field's free values at points of shape (n, d): their covariance is that of these, shape (n, unknowns)."""
        _, table = fields[place].table(points, (0,) * points.shape[1])
        return table @ self._split(fields, self.root)[place]

    def _split(self, fields: Sequence[Expansion], rows: np.ndarray) -> list[np.ndarray]:
        return np.split(rows, np.cumsum([f.columns for f in fields])[:-1])

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """All that it is, by name."""
        own = {"root": self.root, "noise": np.asarray(self.noise), "blind": self.blind, "away": np.asarray(self.away)}
        return own | ({} if self.balance is None else self.balance.arrays)


def restored(arrays: Mapping[str, np.ndarray]) -> Posterior:
    """The distribution that gave these arrays. Raises KeyError for others."""
    noise, away = float(arrays["noise"]), float(arrays["away"])
    return Posterior(arrays["root"], noise, arrays["blind"], penalty.restored(arrays), away)


def posterior(about: Reduced, deviation: np.ndarray, noise: float, balance: Balance | None = None) -> Posterior:
    """The distribution of all coefficients by data, and by deviations of the unknowns' own that were taken for granted.

    `noise` is that of the data in units of what they state.
    """
    held = np.isfinite(deviation)
    known = np.sum(about.matrix**2, axis=0)
    scale = np.where(held, deviation, 1 / np.sqrt(np.where(known > 0, known, 1.0)))
    whole = np.concatenate([about.matrix * scale / noise, np.eye(len(scale))[held]])
    _, s, v = np.linalg.svd(whole, full_matrices=len(whole) < len(scale))
    s = np.concatenate([s, np.zeros(len(scale) - len(s))])
    seen = s > min(0.5, BLIND / noise)  # what is taken for granted has at least one
    directions = about.states @ (scale[:, None] * v.T)
    return Posterior(directions[:, seen] / s[seen], noise, directions[:, ~seen], balance)
