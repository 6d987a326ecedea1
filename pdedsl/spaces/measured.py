"""From measurements to rows: what the fields are at the points of a table, less what was measured there, over its noise."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from pdedsl.meaning.tables import read_table
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Field, Measurement
from pdedsl.spaces.linear import Form, Placed, Row, State, form

PULL = 1e-5
"""What all data are worth together beside the statements, which they are not to bend."""
MOST = 20_000
"""Rows of a table that are used."""
HUBER, MEDIAN = 1.345, 1.4826
"""Standard deviations from which a value is an outlier: 95 % as efficient as least squares where there are none; and those of
a normal distribution in terms of its median distance.
"""
UNSTATED = 1e-2
"""The noise of data that state none, relative to what they are worth: it is found from what the fit leaves."""


@dataclass(frozen=True, eq=False)
class Measured:
    """A data statement at its points."""

    statement: Measurement
    points: np.ndarray
    """Shape (n, d)."""
    components: tuple[Placed, ...]
    """What was measured, as functions of the fields."""
    targets: np.ndarray
    """What came of it, shape (m, n)."""
    deviation: np.ndarray
    """The standard deviation of each value, shape (m, n)."""
    left_out: int = 0
    """Rows of a very long table that are not used."""

    def robust(self, residuals: np.ndarray) -> "Measured":
        """The same, with values that are far off, by their residuals over their noise, shape (m, n), as ones of larger noise.

        By iteration these are Huber's weights (Huber 1964): far off the loss grows in proportion with the distance.
        """
        scale = 1.0 if self.statement.noise is not None else max(1e-12, by_median(residuals))
        return replace(self, deviation=self.deviation * np.sqrt(np.maximum(1.0, np.abs(residuals) / (HUBER * scale))))

    def rows(self, state: State) -> list[Row]:
        """Each component about a state, to first order."""
        found = (own.row(state) for own in self.components)
        return [replace(row, at=row.at - target) for row, target in zip(found, self.targets, strict=True)]

    @property
    def name(self) -> str:
        """The label of the statement."""
        return self.statement.name

    @property
    def table(self) -> bool:
        """Whether it comes from a file, not from the text."""
        return bool(self.statement.file)

    @property
    def count(self) -> int:
        """The number of values."""
        return self.targets.size


def by_median(residuals: np.ndarray) -> float:
    """The standard deviation of normal residuals of any shape by their median size, which outliers leave as it is."""
    return MEDIAN * float(np.median(np.abs(residuals)))


def measured(problem: Problem) -> tuple[Measured, ...]:
    """Every data statement of a problem, its table read; of very long tables some of the rows. Then numbers with an uncertainty."""
    return _read(problem, stamps(problem)) if problem.measurements else ()


Stamps = tuple[tuple[str, int, int], ...]
"""Files with what changes where their contents do: problems of one text may have other data."""


def stamps(problem: Problem) -> Stamps:
    """Those of the data of a problem."""
    return tuple(problem.source.stamp(own.file) for own in problem.measurements)


@lru_cache(maxsize=4)
def _read(problem: Problem, files: Stamps) -> tuple[Measured, ...]:
    """The same, as long as the files are what they were."""
    given = tuple(_given(problem, f) for f in problem.fields if f.noise is not None)
    return (*(_measured(problem, own) for own in problem.measurements), *given)


def _measured(problem: Problem, own: Measurement) -> Measured:
    table, wrong = read_table(problem, own)
    assert not wrong, "checked before"
    columns = problem.columns(own)
    targets = np.stack([table[columns[name]] for name in own.measured])
    middle = np.mean(np.asarray(problem.bounds, float), axis=1)
    points = np.tile(middle, (targets.shape[1], 1))
    for axis, name in enumerate(problem.names):
        if name in columns:
            points[:, axis] = table[columns[name]]
    count = targets.shape[1]
    kept = np.arange(count)
    if count > MOST:
        kept = np.sort(np.random.default_rng(0).choice(count, MOST, replace=False))
    match own.noise:
        case None:
            worth = np.std(targets, axis=1)
            worth = np.where(worth > 0, worth, np.abs(targets[:, 0]))
            deviation = np.broadcast_to(UNSTATED * np.where(worth > 0, worth, 1.0)[:, None], targets.shape)
        case str():
            deviation = np.broadcast_to(table[own.noise], targets.shape)
        case _:
            deviation = np.full(targets.shape, problem.domain.number(own.noise))
    points, targets, deviation = points[kept], targets[:, kept], np.array(deviation[:, kept])
    return Measured(own, points, _placed(problem, own, points), targets, deviation, left_out=count - len(kept))


def _given(problem: Problem, number: Field) -> Measured:
    """A number that is given with its uncertainty: a value like those of a table."""
    assert number.start is not None and number.noise is not None
    own = Measurement(
        f"param {number.name}", (number.expression,), (number.name,), "", noise=number.noise, head=number.span
    )
    points = np.mean(np.asarray(problem.bounds, float), axis=1)[None]
    value, deviation = (np.full((1, 1), problem.domain.number(e)) for e in (number.start, number.noise))
    return Measured(own, points, _placed(problem, own, points), value, deviation)


def _placed(problem: Problem, own: Measurement, points: np.ndarray) -> tuple[Placed, ...]:
    forms: list[Form] = [form(problem, value) for value in own.values]
    return tuple(f.at(points) for f in forms)


def pulls(problem: Problem, data: Sequence[Measured], pull: float) -> list[float]:
    """What the rows of each data statement are multiplied with beside their noise, by their weights.

    One number for all, so that together they are worth `pull` where the fields vary as the data do: statements hold, and what
    is left to choose between is chosen by the data.
    """
    return [pull * w**0.5 / worth(problem, data) for w in _weights(problem, data)]


def penalised(problem: Problem, data: Sequence[Measured], pull: float, weight: float) -> dict[str, float]:
    """What the rows of each penalty are multiplied with, by name: so that its mean square counts as that of data over their noise.

    `weight` is that of those which leave it to the data.
    """
    if not problem.penalties:
        return {}
    by = pull / worth(problem, data) * sum(own.count for own in data) ** 0.5
    return {s.name: by * (weight**0.5 if s.automatic else 1.0) for s in problem.penalties}


def worth(problem: Problem, data: Sequence[Measured]) -> float:
    """The root of the sum of squares of all data over their noise."""
    parts = (
        w * float(np.sum(np.square(np.maximum(np.std(own.targets, axis=1)[:, None], own.deviation) / own.deviation)))
        for w, own in zip(_weights(problem, data), data, strict=True)
    )
    return sum(parts) ** 0.5


def _weights(problem: Problem, data: Sequence[Measured]) -> list[float]:
    number = problem.domain.number
    return [1.0 if own.statement.weight is None else number(own.statement.weight) for own in data]
