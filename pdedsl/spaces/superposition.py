"""From a problem whose solutions superpose in some of its parameters to one matrix and a right side for each of these."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from pdedsl.problem.problem import Problem
from pdedsl.spaces.collocation import Collocated, Collocation, Expansion, Tables
from pdedsl.spaces.functions import Superposed, alone
from pdedsl.spaces.linear import Form
from pdedsl.spaces.space import Size


class Superposition:
    """The residuals of a problem whose solutions superpose in some parameters: one matrix, and a right side for each of these.

    The first rows are those in the middle of their intervals; the others say what they become at the end of each.
    """

    def __init__(
        self,
        problem: Problem,
        fields: Sequence[Expansion],
        sizes: Mapping[str, Size],
        forms: Mapping[str, tuple[Form, ...]],
        own: Superposed,
        worth: Mapping[str, np.ndarray] = MappingProxyType({}),
    ):
        """`own` is the basis of one of the fields."""
        self.fields, columns, (low, high) = tuple(fields), own.beside.axes, np.asarray(own.beside.intervals).T
        middle = (low + high) / 2
        single = [replace(f, basis=alone(f.basis)) for f in fields]
        whole = Collocation(problem, single, sizes, forms, worth=worth)
        self.middle = whole.at(columns, middle)
        bare, ends = self.middle.bare, middle + np.diag(high - middle)
        self._right = [np.zeros(len(bare)), *(whole.at(columns, end).bare - 2 * bare for end in ends)]
        places, starts = [], np.cumsum([0, *(f.columns for f in fields)])
        for k in range(own.beside.size):
            places += [start + k * f.columns + np.arange(f.columns) for start, f in zip(starts, single, strict=False)]
        self.order = np.concatenate(places)
        """The places of the coefficients of the first solution, of the second, ..., shape (K,)."""
        self.size = len(self.order)

    @property
    def is_linear(self) -> bool:
        return True

    @property
    def blocks(self) -> tuple[Collocated, ...]:
        return self.middle.blocks

    @property
    def tables(self) -> Tables:
        """See `Collocation`."""
        return self.middle.tables

    @tables.setter
    def tables(self, tables: Tables) -> None:
        self.middle.tables = tables

    def residual(self, coefficients: np.ndarray) -> np.ndarray:
        """See `Collocation`; those of one solution after another."""
        parts = coefficients[self.order].reshape(len(self._right), -1)
        return np.concatenate([self.middle.residual(c) + r for c, r in zip(parts, self._right, strict=True)])

    def linearised(self, coefficients: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See `Collocation`; the matrix is that of each solution."""
        return self.residual(coefficients), self.middle.linearised(np.zeros(self.middle.size))[1]

    def losses(self, coefficients: np.ndarray) -> dict[str, float]:
        """See `Collocation`; the mean over all solutions."""
        rows = self.residual(coefficients).reshape(len(self._right), -1)
        ends = np.cumsum([len(b.components) * len(b.points) for b in self.blocks])[:-1]
        parts = zip(self.blocks, np.split(rows, ends, axis=1), strict=True)
        return {b.statement.name: float(np.sum(own**2)) / (2 * len(rows)) for b, own in parts}


def collocated(
    problem: Problem,
    fields: Sequence[Expansion],
    sizes: Mapping[str, Size],
    forms: Mapping[str, tuple[Form, ...]],
    worth: Mapping[str, np.ndarray] = MappingProxyType({}),
) -> Collocation | Superposition:
    """The residuals of a problem, as they are made small."""
    own = next((f.basis for f in fields if isinstance(f.basis, Superposed)), None)
    if own is None:
        return Collocation(problem, fields, sizes, forms, worth=worth)
    return Superposition(problem, fields, sizes, forms, own, worth)
