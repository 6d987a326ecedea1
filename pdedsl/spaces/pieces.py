"""Time cut into pieces: a problem on one of them, and fields that are a sum over a basis on each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import sympy as sp

from pdedsl.geometry.faces import is_terminal
from pdedsl.problem.bounds import FREE, Bounds
from pdedsl.problem.derivatives import occurring
from pdedsl.problem.given import Kept, given
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Constraint, Initial, Statement
from pdedsl.problem.symbol import MultiIndex
from pdedsl.spaces.collocation import Expansion
from pdedsl.spaces.space import Size


@dataclass(frozen=True, eq=False)
class Pieces:
    """A field as a sum over the same products on each piece of time, with coefficients of its own."""

    axis: int
    """The column of points that holds the time."""
    ends: np.ndarray
    """Where a piece ends and the next one begins, shape (pieces - 1,)."""
    parts: tuple[Expansion, ...]

    @property
    def size(self) -> Size:
        """What the field is worth."""
        return self.parts[0].size

    @property
    def bounds(self) -> Bounds:
        """Those of no unknown: what is sought is not cut into pieces."""
        return FREE

    @cached_property
    def starts(self) -> np.ndarray:
        """The places at which the coefficients of each piece begin, and the end of the last, shape (pieces + 1,)."""
        return np.cumsum([0, *(part.columns for part in self.parts)])

    @property
    def columns(self) -> int:
        """The number of coefficients."""
        return int(self.starts[-1])

    def values(self, coefficients: np.ndarray, points: np.ndarray, index: MultiIndex) -> np.ndarray:
        """A derivative at points of shape (n, d), shape (n,)."""
        found, owner = np.empty(len(points)), np.searchsorted(self.ends, points[:, self.axis], side="left")
        for k in np.unique(owner):
            own = coefficients[self.starts[k] : self.starts[k + 1]]
            found[owner == k] = self.parts[k].values(own, points[owner == k], index)
        return found


def parts_of(fields: Sequence[Any]) -> tuple[Expansion, ...]:
    """The sums over a basis that fields are, of those in pieces one piece after another."""
    return tuple(part for own in fields for part in (own.parts if isinstance(own, Pieces) else (own,)))


@dataclass(frozen=True, eq=False)
class Before:
    """A field that was found on the piece before, as a function of its arguments."""

    expansion: Expansion
    coefficients: np.ndarray
    columns: tuple[int, ...]
    """Of points, that hold the arguments."""
    width: int
    """Of points."""

    def __call__(self, arguments: Sequence[Any], orders: Sequence[int]) -> np.ndarray:
        """A derivative at arrays of the arguments."""
        arrays = np.broadcast_arrays(*(np.asarray(a, float) for a in arguments))
        points, index = np.zeros((arrays[0].size, self.width)), [0] * self.width
        for column, values, order in zip(self.columns, arrays, orders, strict=True):
            points[:, column], index[column] = values.reshape(-1), order
        return self.expansion.values(self.coefficients, points, tuple(index)).reshape(arrays[0].shape)


def piece(problem: Problem, low: float, high: float, first: bool) -> Problem:
    """A problem on a piece of its time; on all but the first what is initial is met, and not built in."""
    domain = problem.domain
    assert domain.time is not None
    shorter = replace(domain.time, lower=sp.Float(low), upper=sp.Float(high))
    coordinates = tuple(shorter if c == domain.time else c for c in domain.coordinates)
    conditions = problem.conditions
    if not first:
        conditions = tuple(replace(c, hard=False) if isinstance(c, Initial) else c for c in conditions)
    return replace(problem, domain=replace(domain, coordinates=coordinates), conditions=conditions)


def continued(problem: Problem, at: float, held: Mapping[str, Any]) -> Problem:
    """A problem whose initial conditions hold what fields, functions of their arguments, have at a time."""
    assert problem.time is not None
    known: dict[str, sp.Expr] = {}
    for field in problem.fields:
        head: Any = given(Kept, f"{field.name}_before", held[field.name], (0,) * len(field.arguments))
        known[field.name] = head(*field.arguments)
    moment: Any = {problem.time.symbol: sp.Float(at)}

    def of(statement: Statement) -> Statement:
        if not isinstance(statement, Initial):
            return statement
        parts = zip(statement.lhs, statement.rhs, strict=True)
        sides: Any = [(left - right, right) if occurring((right,)) else (left, sp.Integer(0)) for left, right in parts]
        then: Any = [problem.put(left, known).subs(moment) + right for left, right in sides]
        return replace(statement, rhs=tuple(then))

    return replace(problem, conditions=tuple(map(of, problem.conditions)))  # pyright: ignore[reportArgumentType]


def divisible(problem: Problem) -> bool:
    """Whether a problem can be solved piece by piece in time: nothing is said of its end, or of all of it at once."""
    time = problem.time
    if time is None or not any(isinstance(c, Initial) for c in problem.conditions):
        return False
    if any(
        isinstance(c, Constraint) and c.at is not None and len(c.at) > len(problem.space) for c in problem.conditions
    ):
        return False
    if any(is_terminal(c, problem.domain) for c in problem.conditions):
        return False
    return not problem.measurements and all(time.symbol in f.arguments for f in problem.fields)
