"""From a statement and points to its residual there, to first order in the fields: numbers, without JAX."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp

from pdedsl.geometry.faces import normals
from pdedsl.geometry.points import random
from pdedsl.geometry.quadrature import rule
from pdedsl.geometry.statement import points_of
from pdedsl.problem.atoms import normal
from pdedsl.problem.evaluate import evaluate
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Boundary, Integral, Statement
from pdedsl.problem.symbol import MultiIndex, linearised, multi_index, stand_ins

State = Callable[[int, MultiIndex], Any]
"""What a field, by its place, or one of its derivatives is worth, a number or an array over the points."""


def constant(values: Sequence[float]) -> State:
    """The state in which each field is the same everywhere."""
    return lambda place, index: 0.0 if any(index) else values[place]


Slopes = Mapping[tuple[int, MultiIndex], np.ndarray]


@dataclass(frozen=True)
class Total:
    """An integral in a row: how the row depends on it, and what it depends on at some nodes for each point."""

    slope: np.ndarray
    """Shape (n,)."""
    nodes: np.ndarray
    """Shape (n, q, d)."""
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


def rows(problem: Problem, statement: Statement, count: int, state: State) -> list[Row]:
    """The components of a statement at about `count` points of its own, about a state that is the same everywhere."""
    count = min(count, 24) if problem.integrals_in(statement.residual) else count
    points = points_of(problem, statement, count, random(np.random.default_rng(0)))
    outward = normals(problem.domain, points) if isinstance(statement, Boundary) else None
    found = []
    for residual in statement.residual:
        held = problem.integrals_in([residual])
        inner = [_total(problem, integral, points, state) for integral in held]
        means = {i.symbol: value for i, (_, value) in zip(held, inner, strict=True)}
        values = {**problem.domain.at(points), **means}
        if outward is not None:
            values |= dict(zip(normal(outward.shape[1]), outward.T, strict=True))
        at = _evaluated(problem, residual, values, state, len(points))
        totals = []
        for integral, (total, _) in zip(held, inner, strict=True):
            slope = _evaluated(problem, sp.diff(residual, integral.symbol), values, state, len(points))
            totals.append(Total(slope, total.nodes, total.weights, total.inner))
        found.append(Row(points, at, _slopes(problem, residual, values, state, len(points)), tuple(totals)))
    return found


def _total(problem: Problem, integral: Integral, points: np.ndarray, state: State) -> tuple[Total, np.ndarray]:
    """An integral at the times of some points, and its value there."""
    domain, own = problem.domain, rule(problem.domain, integral.where, integral.kind == "mean", coarse=True)
    n, q = len(points), len(own.weights)
    nodes = np.repeat(points[:, None, :], q, axis=1)
    nodes[:, :, list(domain.spatial)] = own.nodes
    flat = nodes.reshape(n * q, -1)
    values = {**domain.at(flat), **dict(zip(normal(own.normals.shape[1]), np.tile(own.normals, (n, 1)).T, strict=True))}
    inner = _slopes(problem, integral.integrand, values, state, n * q)
    at = _evaluated(problem, integral.integrand, values, state, n * q).reshape(n, q)
    return Total(np.ones(n), nodes, own.weights, inner), at @ own.weights


def _slopes(problem: Problem, residual: sp.Expr, values: Mapping[Any, Any], state: State, n: int) -> Slopes:
    places = {f.name: place for place, f in enumerate(problem.fields)}
    symbol = linearised(residual, problem)
    return {
        (places[name], index): _evaluated(problem, coefficient, values, state, n)
        for name, own in symbol.coefficients.items()
        for index, coefficient in own.items()
    }


def _evaluated(problem: Problem, expression: Any, values: Mapping[Any, Any], state: State, n: int) -> np.ndarray:
    """An expression with the fields of a state, shape (n,); zero where it has no finite value."""
    places: dict[Any, int] = {f.expression: place for place, f in enumerate(problem.fields)}
    plain, atoms = stand_ins(expression.doit())
    known = dict(values)
    for dummy, atom in atoms.items():
        inner = atom.expr if isinstance(atom, sp.Derivative) else atom
        known[dummy] = state(places[inner], multi_index(atom, problem.symbols))
    found = np.broadcast_to(np.asarray(evaluate(plain, known), float), (n,))
    return np.nan_to_num(found, posinf=0.0, neginf=0.0)
