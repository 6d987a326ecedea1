"""From a statement and points to its residual there, to first order in the fields: numbers, without JAX."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import sympy as sp

from pdedsl.geometry.points import random
from pdedsl.geometry.quadrature import nodes_at
from pdedsl.geometry.statement import outward, points_of
from pdedsl.problem.atoms import normal
from pdedsl.problem.derivatives import expand_derivatives
from pdedsl.problem.evaluate import evaluate
from pdedsl.problem.problem import Problem
from pdedsl.problem.sought import latent
from pdedsl.problem.statements import Integral, Statement
from pdedsl.problem.symbol import MultiIndex, linearised, multi_index, stand_ins

Key = tuple[int, MultiIndex]
"""A field, by its place, or one of its derivatives."""
State = Callable[[int, MultiIndex, np.ndarray], Any]
"""What a field or one of its derivatives is worth at points of shape (n, d): a number, or an array of shape (n,)."""


def constant(values: Sequence[float]) -> State:
    """The state in which each field is the same everywhere."""
    return lambda place, index, points: 0.0 if any(index) else values[place]


Slopes = Mapping[Key, np.ndarray]


@dataclass(frozen=True)
class Total:
    """An integral in a row: how the row depends on it, and what it depends on at some nodes for each point."""

    slope: np.ndarray
    """Shape (n,)."""
    nodes: np.ndarray
    """Shape (n q, d)."""
    weights: np.ndarray
    """Shape (q,)."""
    inner: Slopes
    """By field and derivative, shape (n q,)."""


@dataclass(frozen=True)
class Row:
    """A scalar residual about some state: `at + sum slope * derivative of a change of the fields`."""

    points: np.ndarray
    """Shape (n, d)."""
    at: np.ndarray
    """The residual of the state, shape (n,)."""
    slopes: Slopes
    """By field and derivative, shape (n,)."""
    totals: tuple[Total, ...] = ()


@dataclass(frozen=True, eq=False)
class Form:
    """A scalar residual with all that it depends on, ready to be evaluated about any state."""

    problem: Problem
    residual: Any
    """With symbols in place of fields and their derivatives."""
    atoms: Mapping[sp.Dummy, Key]
    slopes: Mapping[Key, Any]
    """The derivative of the residual with respect to each of them."""
    integrals: tuple[tuple[Integral, Any, "Form"], ...]
    """The integrals in it, the derivative with respect to each, and the form of its integrand."""

    @cached_property
    def is_linear(self) -> bool:
        """Whether a change of the fields changes it in proportion."""
        free = set(self.atoms) | {integral.symbol for integral, _, _ in self.integrals}
        slopes = [*self.slopes.values(), *(slope for _, slope, _ in self.integrals)]
        inner = all(form.is_linear for _, _, form in self.integrals)
        return inner and not any(getattr(slope, "free_symbols", set()) & free for slope in slopes)

    def at(self, points: np.ndarray, outward: np.ndarray | None = None, rough: bool = False, fine: int = 0) -> "Placed":
        """The residual at points of shape (n, d); `outward` are normals of shape (n, space).

        `fine` says how sharp the rules for integrals are (`quadrature.rule`). `rough` for sizes: integrals by a coarser rule,
        and zero where there is no finite value.
        """
        domain, inner = self.problem.domain, []
        for integral, _, integrand in self.integrals:
            nodes, weights, directions = nodes_at(domain, integral, points, outward, -1 if rough else fine)
            inner.append((integrand.at(nodes, directions, rough, fine), weights))
        return Placed(self, points, outward, tuple(inner), rough)


@dataclass(frozen=True, eq=False)
class Placed:
    """A scalar residual at points."""

    form: Form
    points: np.ndarray
    """Shape (n, d)."""
    outward: np.ndarray | None
    inner: tuple[tuple["Placed", np.ndarray], ...]
    """The integrand of each integral at its nodes, n q of them, and its weights, shape (q,)."""
    rough: bool = False
    """Whether it is zero where it has no finite value."""

    def value(self, state: State) -> np.ndarray:
        """The residual of a state, shape (n,)."""
        values = dict(self._values(state))
        for (integral, _, _), (own, weights) in zip(self.form.integrals, self.inner, strict=True):
            values[integral.symbol] = own.value(state).reshape(len(self.points), -1) @ weights
        return self._evaluated(self.form.residual, values, {})

    def row(self, state: State) -> Row:
        """The residual about a state, to first order."""
        values, memo = dict(self._values(state)), {}
        found = [(own.row(state), weights) for own, weights in self.inner]
        for (integral, _, _), (row, weights) in zip(self.form.integrals, found, strict=True):
            values[integral.symbol] = row.at.reshape(len(self.points), -1) @ weights
        totals = tuple(
            Total(self._evaluated(slope, values, memo), row.points, weights, row.slopes)
            for (_, slope, _), (row, weights) in zip(self.form.integrals, found, strict=True)
        )
        slopes = {key: self._evaluated(slope, values, memo) for key, slope in self.form.slopes.items()}
        return Row(self.points, self._evaluated(self.form.residual, values, memo), slopes, totals)

    def _evaluated(self, expression: Any, values: Mapping[Any, Any], memo: dict[Any, Any]) -> np.ndarray:
        """An expression at the points, shape (n,)."""
        found = np.broadcast_to(np.asarray(evaluate(expression, values, memo), float), (len(self.points),))
        return np.nan_to_num(found, posinf=0.0, neginf=0.0) if self.rough else found

    def _values(self, state: State) -> Mapping[Any, Any]:
        values: dict[Any, Any] = dict(self.form.problem.domain.at(self.points))
        if self.outward is not None:
            values |= dict(zip(normal(self.outward.shape[1]), self.outward.T, strict=True))
        return values | {dummy: state(*key, self.points) for dummy, key in self.form.atoms.items()}


@lru_cache(maxsize=64)
def form(problem: Problem, residual: sp.Expr) -> Form:
    """A scalar residual of a problem, ready to be evaluated. Raises TooLarge as `expand_derivatives` does.

    Of unknowns between bounds a state has the free numbers that their values are functions of.
    """
    places: dict[Any, int] = {f.expression: place for place, f in enumerate(problem.fields)}
    names = {f.name: place for place, f in enumerate(problem.fields)}
    residual = latent(problem, residual)
    plain, found = stand_ins(expand_derivatives(residual))
    back: dict[Any, Any] = {atom: dummy for dummy, atom in found.items()}

    def key(atom: Any) -> Key:
        return places[atom.expr if isinstance(atom, sp.Derivative) else atom], multi_index(atom, problem.symbols)

    coefficients = linearised(residual, problem).coefficients
    slopes = {(names[n], i): c.xreplace(back) for n, own in coefficients.items() for i, c in own.items()}
    held = problem.integrals_in([residual])
    integrals = tuple((i, sp.diff(plain, i.symbol), form(problem, i.integrand)) for i in held)
    return Form(problem, plain, {dummy: key(atom) for dummy, atom in found.items()}, slopes, integrals)


@lru_cache(maxsize=8)
def forms(problem: Problem) -> dict[str, tuple[Form, ...]]:
    """The components of each statement and penalty, ready to be evaluated."""
    return {s.name: tuple(form(problem, r) for r in s.residual) for s in (*problem.statements, *problem.penalties)}


def rows(problem: Problem, statement: Statement, count: int, state: State) -> list[Row]:
    """The components of a statement at about `count` points of its own about a state; of integrals fewer, roughly."""
    count = min(count, 24) if problem.totals_in(statement.residual) else count
    points = points_of(problem, statement, count, random(np.random.default_rng(0)))
    normals = outward(problem.domain, statement, points)
    return [form(problem, residual).at(points, normals, rough=True).row(state) for residual in statement.residual]
