"""From a problem and a basis for each field to its residuals as sums over the bases: matrices, without JAX.

A field is `mean + spread * sum c_k phi_k`, or `G + M * spread * sum c_k phi_k` where conditions are hard. At each point a
statement uses some derivatives of the fields, and tables of the bases hold these: so the derivative of all residuals with
respect to all coefficients is a sum of tables, each row multiplied by what the residual makes of a change of that value.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from math import comb, prod
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np
import sympy as sp

from pdedsl.geometry.points import Unit
from pdedsl.geometry.statement import outward, points_of
from pdedsl.problem.bounds import FREE, Bounds
from pdedsl.problem.evaluate import evaluate
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Measurement, Statement, is_hard
from pdedsl.problem.symbol import MultiIndex
from pdedsl.spaces.basis import Basis
from pdedsl.spaces.coarse import least_squares
from pdedsl.spaces.functions import Functions, Sided, Superposed, alone
from pdedsl.spaces.hard import Ansatz
from pdedsl.spaces.linear import Form, Key, Placed, Row, State
from pdedsl.spaces.measured import PULL, Measured, penalised, pulls
from pdedsl.spaces.placing import FEWEST, filled, low_discrepant, placed
from pdedsl.spaces.sizes import row_sizes, weights
from pdedsl.spaces.space import Size
from pdedsl.spaces.stretch import Stretch
from pdedsl.spaces.tamed import tamed

CHUNK = 4096
"""Points whose tables are made at a time, where only values are asked for."""
FRESH = 2048
"""Points on which it is seen how far a statement is missed."""
REACH = 1.0
"""How far the free number of an unknown between bounds goes in one step: about half a decade, or half of an interval."""
NEAREST = 1e-12
"""The smallest singular value that is kept where a function is fitted, relative to the largest."""


@dataclass(frozen=True, eq=False)
class Collocated:
    """A statement at its points."""

    statement: Statement | Measurement
    points: np.ndarray
    """Shape (n, d)."""
    components: tuple[Placed, ...]
    weight: float
    scale: np.ndarray
    """What each component is multiplied with at each point, shape (m, n): sqrt(weight / n) over its size; less near corners."""
    targets: np.ndarray | float = 0.0
    """What each component is to be, shape (m, n)."""
    soft: bool = False
    """Whether it chooses between what statements leave open: a measurement or a penalty."""

    def scaled(self, state: State) -> list[np.ndarray]:
        """The rows of each component."""
        targets = np.broadcast_to(self.targets, self.scale.shape)
        parts = zip(self.components, self.scale, targets, strict=True)
        return [scale * (own.value(state) - target) for own, scale, target in parts]


@dataclass(frozen=True, eq=False)
class Expansion:
    """A field as a sum over a basis: `offset + factor * sum c_k phi_k` at any points, with all derivatives."""

    problem: Problem
    basis: Functions
    built: Ansatz
    size: Size
    bounds: Bounds = FREE
    """Of an unknown: its values are a function of the sum onto these."""

    @property
    def columns(self) -> int:
        """The number of coefficients."""
        return self.basis.size

    def interval(self, axis: int) -> tuple[float, float]:
        """Where the basis lives along a coordinate."""
        return self.basis.intervals[self.basis.axes.index(axis)]

    def factor(self, points: np.ndarray) -> float:
        """The largest number by which the sum over the basis is multiplied at some points, in units of the spread."""
        if self.built == Ansatz():
            return 1.0
        return float(np.abs(self._worth(self.built.multiplier, (0,) * points.shape[1], points)).max())

    def over(self, axis: int, interval: tuple[Any, Any], stretch: Stretch | None = None) -> "Expansion":
        """The same over another interval of a coordinate, and stretched otherwise there; all that may be traced."""
        return replace(self, basis=self.basis.over(axis, interval, stretch))

    def table(self, points: np.ndarray, index: MultiIndex) -> tuple[Any, np.ndarray]:
        """A derivative where all coefficients vanish, shape (n,) or a number, and for each of them, shape (n, K)."""
        found = np.zeros((len(points), self.basis.size))
        for factor, rest in self._factors(points, index):
            found += factor * self.basis.table(points, rest)
        return self.offset(points, index), found

    def live(self, index: MultiIndex) -> slice:
        """The coefficients that a derivative depends on, all others left out that come before and after them."""
        if self.built != Ansatz() or not isinstance(self.basis, Basis):
            return slice(0, self.basis.size)
        live = self.basis.live(index)
        return slice(live[0], live[-1] + 1) if len(live) else slice(0, 0)

    def values(self, coefficients: np.ndarray, points: np.ndarray, index: MultiIndex) -> np.ndarray:
        """A derivative at points of shape (n, d), shape (n,), some at a time; between bounds that of the free number."""
        found = np.empty(len(points))
        for start in range(0, len(points), CHUNK):
            own = points[start : start + CHUNK]
            value = self.offset(own, index) + np.zeros(len(own))
            for factor, rest in self._factors(own, index):
                value += np.reshape(factor, -1) * self.basis.total(coefficients, own, rest)
            found[start : start + CHUNK] = value
        return found

    def offset(self, points: np.ndarray, index: MultiIndex) -> Any:
        """A derivative of what the field is where all coefficients vanish, shape (n,) or a number."""
        mean = 0.0 if any(index) else self.size.mean
        return mean if self.built == Ansatz() else mean + self._worth(self.built.extension, index, points)

    def _factors(self, points: np.ndarray, index: MultiIndex) -> Iterator[tuple[Any, MultiIndex]]:
        """What derivatives of the sum a derivative of the field holds, and their factors, shape (n, 1) or numbers."""
        if self.built == Ansatz():
            yield self.size.spread, index
            return
        for below in product(*(range(n + 1) for n in index)):  # Leibniz' rule
            factor = self._worth(self.built.multiplier, below, points)
            if np.any(factor):
                times = self.size.spread * prod(comb(n, k) for n, k in zip(index, below, strict=True))
                yield (times * factor)[:, None], tuple(n - k for n, k in zip(index, below, strict=True))

    def fitted(self, value: Callable[[np.ndarray], np.ndarray], shift: float = 0.0) -> np.ndarray:
        """The coefficients that come nearest to a function of points of shape (n, d) with values of shape (n,).

        Where the basis holds all products on a box, those of the function that has its values on a grid.
        """
        if not self.bounds.free:
            return replace(self, bounds=FREE).fitted(lambda points: self.bounds.of(value(points)), shift)
        own, domain = self.basis, self.problem.domain
        if isinstance(own, Superposed):
            return self._affine(own, value, shift)
        if isinstance(own, Basis) and own.axes and own.is_product and domain.shape is None and own.size:
            grid = np.meshgrid(*own.nodes, indexing="ij")
            points = np.tile(np.mean(np.asarray(domain.bounds, float), axis=1), (grid[0].size, 1))
            for axis, values in zip(own.axes, grid, strict=True):
                points[:, axis] = values.reshape(-1)
            none = (0,) * points.shape[1]
            ((factor, _),) = self._factors(points, none)
            found = (value(points) - self.offset(points, none)) / np.reshape(factor, -1)
            return own.interpolated(found.reshape(grid[0].shape))
        if isinstance(own, Sided):
            return np.concatenate([self._fitted(part, k, value, shift) for k, part in enumerate(own.parts)])
        points = filled(domain, 2 * self.columns, low_discrepant(shift), bases=[own])
        offset, table = self.table(points, (0,) * points.shape[1])
        return least_squares(table, value(points) - offset, NEAREST)

    def _affine(self, own: Superposed, value: Callable[[np.ndarray], np.ndarray], shift: float) -> np.ndarray:
        """The coefficients of a function that is affine in the parameters of a basis, from its values in their middle and their ends."""
        single, columns = replace(self, basis=own.plane), list(own.beside.axes)
        low, high = np.asarray(own.beside.intervals).T
        middle = (low + high) / 2

        def at(place: np.ndarray) -> np.ndarray:
            def values(points: np.ndarray) -> np.ndarray:
                moved = points.copy()
                moved[:, columns] = place
                return value(moved)

            return single.fitted(values, shift)

        first = at(middle)
        return np.concatenate([first, *(at(end) - first for end in middle + np.diag(high - middle))])

    def _fitted(self, part: Functions, k: int, value: Callable[[np.ndarray], np.ndarray], shift: float) -> np.ndarray:
        """The coefficients of one of the regions that a field jumps between, from a function's values there."""
        assert isinstance(self.basis, Sided)
        own, between = replace(self, basis=part), (self.basis.regions, k)
        points = filled(self.problem.domain, 2 * part.size, low_discrepant(shift), bases=[part], between=between)
        offset, table = own.table(points, (0,) * points.shape[1])
        return least_squares(table, value(points) - offset, NEAREST)

    def slope(self, expression: sp.Expr, index: MultiIndex) -> sp.Expr:
        """A derivative of an expression of the coordinates."""
        return _slope(expression, self.problem.symbols, index)

    def _worth(self, expression: sp.Expr, index: MultiIndex, points: np.ndarray) -> np.ndarray:
        slope = self.slope(expression, index)
        return np.broadcast_to(np.asarray(evaluate(slope, self.problem.domain.at(points)), float), (len(points),))


@lru_cache(maxsize=256)
def _slope(expression: sp.Expr, symbols: Sequence[sp.Symbol], index: MultiIndex) -> sp.Expr:
    for symbol, n in zip(symbols, index, strict=True):
        expression = sp.diff(expression, symbol, n, simplify=False)
    return expression


class Spanned(Protocol):
    """A field as a linear function of coefficients."""

    @property
    def columns(self) -> int: ...

    @property
    def bounds(self) -> Bounds: ...

    def values(self, coefficients: np.ndarray, points: np.ndarray, index: MultiIndex) -> np.ndarray: ...


def split(fields: Sequence[Spanned], coefficients: np.ndarray) -> list[np.ndarray]:
    """The coefficients of each field, from all of them one after another."""
    return np.split(coefficients, np.cumsum([f.columns for f in fields])[:-1])


def values(fields: Sequence[Spanned], coefficients: np.ndarray, points: np.ndarray) -> np.ndarray:
    """All fields at points of shape (n, d), shape (n, number of fields)."""
    none = (0,) * points.shape[1]
    parts = split(fields, coefficients)
    return np.stack([f.bounds.value(f.values(own, points, none)) for f, own in zip(fields, parts, strict=True)], axis=1)


Tables = dict[tuple[int, Key], tuple[Any, slice, np.ndarray]]
"""By statement and derivative: what the fields are where all coefficients vanish, and the table of those coefficients that count."""


class Collocation:
    """The residuals of a problem at points, as functions of the coefficients of all fields, shape (K,)."""

    def __init__(
        self,
        problem: Problem,
        fields: Sequence[Expansion],
        sizes: Mapping[str, Size],
        forms: Mapping[str, tuple[Form, ...]],
        shift: float = 0.0,
        worth: Mapping[str, np.ndarray] = MappingProxyType({}),
        data: Sequence[Measured] = (),
        pull: float = PULL,
        weight: float = 1.0,
    ):
        """`worth` are the sizes of the rows of statements, by name, where they are known.

        `data`, and penalties beside them, pull at the fields with a part of the weight that statements have; `weight` is that
        of automatic penalties.
        """
        self.fields, bases = tuple(fields), [alone(f.basis) for f in fields]
        self.ends = np.cumsum([f.columns for f in fields])

        def block(own: Statement) -> Collocated:
            size = worth[own.name] if own.name in worth else row_sizes(problem, own, sizes)
            return _block(problem, own, bases, forms[own.name], shift, size)

        self.blocks = tuple(block(s) for s in problem.statements if not is_hard(s))
        if data:
            times = penalised(problem, data, pull, weight)
            penalties = (
                replace(own := block(s), scale=times[s.name] * own.scale, soft=True) for s in problem.penalties
            )
            self.blocks += (
                *penalties,
                *(_data(own, by) for own, by in zip(data, pulls(problem, data, pull), strict=True)),
            )
        self.tables: Tables = {}
        """What was made of them so far; those of a system of the same functions at the same points, but for a shift of both in
        time, serve as well.
        """
        self._places = {id(block.points): place for place, block in enumerate(self.blocks)}
        self._inner: Tables = {}
        """The same at the nodes of integrals."""

    def pulled(self, factor: float) -> "Collocation":
        """The same, with data and penalties that pull by some factor more."""
        found = copy(self)
        found.blocks = tuple(replace(b, scale=factor * b.scale) if b.soft else b for b in self.blocks)
        return found

    def believing(self, parts: Mapping[str, np.ndarray]) -> "Collocation":
        """The same, with some part of what each value of some data statements is worth, by name, shape (m, n)."""
        found = copy(self)
        found.blocks = tuple(
            replace(b, scale=parts[b.statement.name] * b.scale) if b.statement.name in parts else b for b in self.blocks
        )
        return found

    def at(self, columns: Sequence[int], values: Sequence[float]) -> "Collocation":
        """The same at the same points, but for some of their columns."""
        found = copy(self)
        found.blocks = tuple(_moved(b, columns, values) for b in self.blocks)
        found.tables, found._inner = {}, {}
        found._places = {id(b.points): place for place, b in enumerate(found.blocks)}
        return found

    @property
    def bare(self) -> np.ndarray:
        """All rows where all coefficients vanish, shape (S,)."""

        def state(place: int, index: MultiIndex, points: np.ndarray) -> np.ndarray:
            return np.broadcast_to(self.fields[place].offset(points, index), (len(points),))

        return np.concatenate([own for block in self.blocks for own in block.scaled(state)])

    @property
    def size(self) -> int:
        """The number of coefficients."""
        return int(self.ends[-1])

    @property
    def is_linear(self) -> bool:
        """Whether the residuals change in proportion with the coefficients."""
        return all(own.form.is_linear for block in self.blocks for own in block.components)

    def rows(self, are: Callable[[Collocated], bool]) -> np.ndarray:
        """Which rows are those of some blocks, shape (S,)."""
        return np.concatenate([np.full(len(b.components) * len(b.points), are(b)) for b in self.blocks])

    def reach(self, change: np.ndarray) -> float:
        """The part of a change after which unknowns between bounds are still where their values have slopes."""
        found = 1.0
        for own, c in zip(self.fields, split(self.fields, change), strict=True):
            if not own.bounds.free:
                found = min(found, REACH / max(own.size.spread * float(np.sum(np.abs(c))), REACH))
        return found

    def residual(self, coefficients: np.ndarray) -> np.ndarray:
        """All rows, scaled so that half their sum of squares is the loss, shape (S,)."""
        state = self._state(coefficients)
        return np.concatenate([own for block in self.blocks for own in block.scaled(state)])

    def measured(self, coefficients: np.ndarray) -> list[np.ndarray]:
        """What is to be as measured, for each data statement, shape (m, n)."""
        state = self._state(coefficients)
        own = (b for b in self.blocks if isinstance(b.statement, Measurement))
        return [np.stack([part.value(state) for part in b.components]) for b in own]

    def linearised(self, coefficients: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The same, and their derivatives with respect to the coefficients, shape (S, K)."""
        state = self._state(coefficients)
        found = [
            (own.row(state), scale, target)
            for block in self.blocks
            for own, scale, target in zip(
                block.components, block.scale, np.broadcast_to(block.targets, block.scale.shape), strict=True
            )
        ]
        return (
            np.concatenate([scale * (row.at - target) for row, scale, target in found]),
            np.concatenate([scale[:, None] * self._slopes(row) for row, scale, _ in found]),
        )

    def losses(self, coefficients: np.ndarray) -> dict[str, float]:
        """Half the weighted mean square of each statement's residual, in units of its size."""
        state = self._state(coefficients)
        return {
            block.statement.name: float(sum(np.sum(own**2) for own in block.scaled(state)) / 2) for block in self.blocks
        }

    def _state(self, coefficients: np.ndarray) -> State:
        parts = split(self.fields, coefficients)

        def state(place: int, index: MultiIndex, points: np.ndarray) -> np.ndarray:
            own = self.fields[place]
            if isinstance(own.basis, Superposed):  # whose tables are large
                return own.values(parts[place], points, index)
            offset, live, table = self._table(points, (place, index))
            return offset + table @ parts[place][live]

        return state

    def _table(self, points: np.ndarray, key: Key) -> tuple[Any, slice, np.ndarray]:
        place = self._places.get(id(points))
        held, name = (self._inner, (id(points), key)) if place is None else (self.tables, (place, key))
        if name not in held:
            own = self.fields[key[0]]
            (offset, table), live = own.table(points, key[1]), own.live(key[1])
            held[name] = (offset, live, table if live == slice(0, own.columns) else table[:, live].copy())
        return held[name]

    def _slopes(self, row: Row) -> np.ndarray:
        """What a row makes of each coefficient, shape (n, K)."""
        found = self._applied(row.slopes, row.points)
        for total in row.totals:
            inner = self._applied(total.inner, total.nodes).reshape(len(row.points), len(total.weights), -1)
            found += total.slope[:, None] * np.einsum("nqk,q->nk", inner, total.weights)
        return found

    def _applied(self, slopes: Mapping[Key, np.ndarray], points: np.ndarray) -> np.ndarray:
        found = np.zeros((len(points), self.size))
        starts = self.ends - [f.basis.size for f in self.fields]
        for key, slope in slopes.items():
            own = found[:, starts[key[0]] : self.ends[key[0]]]
            _, live, table = self._table(points, key)
            own[:, live] += slope[:, None] * table
        return found


def missed(
    problem: Problem,
    fields: Sequence[Spanned],
    coefficients: np.ndarray,
    sizes: Mapping[str, Size],
    compiled: Mapping[str, tuple[Form, ...]],
    unit: Unit,
) -> dict[str, float]:
    """How far each statement is missed on points uniform in its measure, root mean square in units of its size."""
    parts, found = split(fields, coefficients), {}

    def state(place: int, index: MultiIndex, points: np.ndarray) -> np.ndarray:
        return fields[place].values(parts[place], points, index)

    for statement in problem.statements:
        if not is_hard(statement):
            count = FRESH if not problem.totals_in(statement.residual) else FEWEST
            points = points_of(problem, statement, count, unit)
            normals = outward(problem.domain, statement, points)
            size = row_sizes(problem, statement, sizes)
            own = [f.at(points, normals).value(state) / s for f, s in zip(compiled[statement.name], size, strict=True)]
            near = np.square(own * tamed(problem, statement, points))
            found[statement.name] = float(np.sqrt(np.mean(np.sum(near, axis=0))))
    return found


def _data(own: Measured, by: float) -> Collocated:
    return Collocated(own.statement, own.points, own.components, by**2, by / own.deviation, own.targets, soft=True)


def _block(
    problem: Problem,
    statement: Statement,
    bases: Sequence[Functions],
    forms: tuple[Form, ...],
    shift: float,
    worth: np.ndarray,
) -> Collocated:
    points = placed(problem, statement, bases, shift)
    weight = weights(problem)[statement.name]
    scale = (weight / max(1, len(points))) ** 0.5 / worth
    near = scale[:, None] * tamed(problem, statement, points)
    return Collocated(statement, points, _placed(problem, statement, forms, points), weight, near)


def _placed(problem: Problem, statement: Statement, forms: tuple[Form, ...], points: np.ndarray) -> tuple[Placed, ...]:
    normals = outward(problem.domain, statement, points)
    return tuple(own.at(points, normals) for own in forms)


def _moved(own: Collocated, columns: Sequence[int], values: Sequence[float]) -> Collocated:
    """A statement at its points, but for some of their columns."""
    assert not isinstance(own.statement, Measurement)
    points, forms = own.points.copy(), tuple(part.form for part in own.components)
    points[:, list(columns)] = values
    return replace(own, points=points, components=_placed(forms[0].problem, own.statement, forms, points))
