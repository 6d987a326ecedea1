"""From a problem whose interval has moving ends to the same problem on a fixed interval, and points there and back.

Between ends `a` and `s` that depend on the time, or on swept parameters, the coordinate `z = (x - a)/(s - a)` runs from 0 to 1
(Landau 1950). Residuals keep their values: derivatives follow the chain rule, the fields are functions of `z`, and the problem
becomes nonlinear in those of its ends that are fields.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import sympy as sp
from sympy.core.function import AppliedUndef

from pdedsl.problem.atoms import Axis
from pdedsl.problem.domain import Coordinate, middle
from pdedsl.problem.printer import write_expression
from pdedsl.problem.problem import Problem
from pdedsl.problem.shapes import low_discrepancy
from pdedsl.problem.statements import Boundary, Constraint, Field, Initial, Integral, Term
from pdedsl.vocabulary.functions import SAFE

MOMENTS = 513
"""Times, and values of parameters, at which it is looked how far the ends move."""
ROUNDING = 1e-9
"""How far beyond an end a point may lie, in lengths of the interval."""


@dataclass(frozen=True)
class MovingInterval:
    """A coordinate between two ends, of which one at least is a field of time, or depends on swept parameters."""

    coordinate: Coordinate
    lower: sp.Expr
    """A field, or a constant, or an expression of swept parameters."""
    upper: sp.Expr

    @property
    def length(self) -> sp.Expr:
        return self.upper - self.lower

    @cached_property
    def fixed(self) -> Axis:
        """What runs from 0 to 1 between the ends; called by its formula."""
        own, low, high = self.coordinate.symbol, *map(_named, (self.lower, self.upper))
        assert isinstance(own, Axis)
        less = f"+ {_named(-self.lower)}" if self.lower.could_extract_minus_sign() else f"- {low}"
        name = f"{own.name}/{high}" if self.lower == 0 else f"({own.name} {less})/({high} {less})"
        return Axis(name, own.place, own.role)

    @property
    def is_known(self) -> bool:
        """Whether both ends are known before anything is solved."""
        return not any(isinstance(end, AppliedUndef) for end in (self.lower, self.upper))

    @property
    def inside(self) -> sp.Expr:
        """The coordinate itself, from the fixed one."""
        return self.lower + self.fixed * self.length

    def ends(self, problem: Problem, points: Any, values: Any) -> tuple[Any, Any]:
        """Both ends at points of shape (n, d) where the fields have some values, shape (n, number of fields): two arrays of shape (n,),
        of NumPy or of JAX.
        """
        names = {f.name: place for place, f in enumerate(problem.fields)}
        swept = [c.symbol for c in problem.domain.swept]
        columns = [points[:, problem.domain.column(s)] for s in swept]

        def worth(end: Any) -> Any:
            if isinstance(end, AppliedUndef):
                return values[:, names[str(end.func)]]
            known = {s: sp.Float(v, 17) for s, v in problem.domain.values.items()}
            formula = sp.lambdify(swept, end.xreplace(known), modules=[points.__array_namespace__()])
            return formula(*columns) + 0 * points[:, 0]

        return worth(self.lower), worth(self.upper)


def _named(end: Any) -> str:
    name = str(end.func) if isinstance(end, AppliedUndef) else write_expression(end)
    return name if end.is_Atom or isinstance(end, AppliedUndef) else f"({name})"


def moving(problem: Problem) -> tuple[MovingInterval, ...]:
    """The coordinates of a problem, as it was stated, that have a moving end."""
    stated = problem.stated or problem
    fields: dict[Any, sp.Expr] = {
        symbol: f.expression for symbol, _ in stated.domain.ends for f in stated.fields if f.name == symbol.name
    }
    swept = {c.symbol for c in stated.domain.swept}
    return tuple(
        MovingInterval(c, fields.get(c.lower, c.lower), fields.get(c.upper, c.upper))
        for c in stated.coordinates
        if c.lower in fields or c.upper in fields or swept & (c.lower.free_symbols | c.upper.free_symbols)
    )


def moving_coordinates(problem: Problem) -> tuple[sp.Symbol, ...]:
    """The coordinates of a fixed problem that stand for those between moving ends."""
    return tuple(interval.fixed for interval in moving(problem))


def fixed(problem: Problem) -> Problem:
    """The same problem on fixed intervals, which knows how it was stated; itself where no end moves."""
    found = moving(problem)
    with SAFE():
        return _Mapping(problem, found).problem if found else problem


# ---- points ----------------------------------------------------------------------------------------------------------


Values = Callable[[Any], Any]
"""Points of shape (n, d) to the values of all fields, shape (n, number of fields); arrays of NumPy or of JAX."""


def to_fixed(problem: Problem, values: Values, points: Any) -> Any:
    """Points in the coordinates that were stated, in those of the fixed problem; `values` are of its solution."""
    return _moved(problem, values, points, lambda x, low, high: (x - low) / (high - low))


def to_stated(problem: Problem, values: Values, points: np.ndarray) -> np.ndarray:
    """Points in the coordinates of the fixed problem, in those that were stated."""
    return _moved(problem, values, points, lambda z, low, high: low + z * (high - low))


def _moved(problem: Problem, values: Values, points: Any, formula: Callable[..., Any]) -> Any:
    if problem.stated is None or not len(points):
        return points
    arrays, columns = points.__array_namespace__(), [points[:, k] for k in range(points.shape[1])]
    places = [problem.stated.domain.column(i.coordinate.symbol) for i in moving(problem)]
    halfway = [0.5 + 0 * own if k in places else own for k, own in enumerate(columns)]
    between = arrays.stack(
        halfway, axis=1
    )  # some places between the ends, which depend on the time and on parameters alone
    worth = None if all(i.is_known for i in moving(problem)) else values(between)
    for interval, place in zip(moving(problem), places, strict=True):
        with np.errstate(divide="ignore", invalid="ignore"):
            columns[place] = formula(columns[place], *interval.ends(problem, between, worth))
    return arrays.stack(columns, axis=1)


def _histories(
    problem: Problem, values: Values, at: Mapping[str, float] | None = None
) -> tuple[np.ndarray, list[tuple[np.ndarray, np.ndarray]]]:
    """Times from the start to the end, and at these the ends of each moving interval: for all values of swept parameters, or for some,
    the others in the middle of their intervals.
    """
    points = np.tile(np.mean(np.asarray(problem.bounds, float), axis=1), (MOMENTS, 1))
    times = np.zeros(MOMENTS)
    if problem.time is not None:
        column = problem.domain.column(problem.time.symbol)
        times = points[:, column] = np.linspace(*problem.bounds[column], MOMENTS)
    if problem.domain.swept:
        columns = [problem.domain.column(c.symbol) for c in problem.domain.swept]
        if at is None:
            unit = low_discrepancy(MOMENTS, len(columns))
            unit[::2] = np.round(unit[::2])  # their ends
            own = [problem.domain.line(k, u) for k, u in zip(columns, unit.T, strict=True)]
            points[:, columns] = np.stack(own, axis=1)
        else:
            points[:, columns] = [at.get(problem.names[k], middle(*problem.bounds[k])) for k in columns]
    worth = values(points)
    return times, [interval.ends(problem, points, worth) for interval in moving(problem)]


def swept_out(problem: Problem, values: Values, at: Mapping[str, float] | None = None) -> Problem:
    """The problem as it was stated, its domain as wide as the ends ever come in a solution; itself where no end moves.

    For all values of swept parameters, or for some, the others in the middle of their intervals.
    """
    if problem.stated is None:
        return problem
    stated, bounds = problem.stated.domain, list(problem.bounds)
    for interval, (low, high) in zip(moving(problem), _histories(problem, values, at)[1], strict=True):
        bounds[stated.column(interval.coordinate.symbol)] = float(low.min()), float(high.max())
    domain = replace(stated.within(bounds), ends=())
    found = replace(problem.stated, domain=domain, choices=problem.choices, stated=problem.stated)
    return found if found.text is None else replace(found, text=replace(found.text, says=found.key))


def met(problem: Problem, values: Values) -> tuple[str, float] | None:
    """A coordinate whose ends meet in a solution, and the time from which there is nothing between them."""
    if problem.stated is None:
        return None
    times, histories = _histories(problem, values)
    for interval, (low, high) in zip(moving(problem), histories, strict=True):
        if (high <= low).any():
            return interval.coordinate.name, float(times[np.argmax(high <= low)])
    return None


def within(problem: Problem, values: Values, points: np.ndarray) -> np.ndarray:
    """Which points, in the coordinates that were stated, lie between the ends, shape (n,)."""
    moved = to_fixed(problem, values, points)
    columns = [problem.domain.column(i.fixed) for i in moving(problem)]
    return ((moved[:, columns] >= -ROUNDING) & (moved[:, columns] <= 1 + ROUNDING)).all(axis=1)


# ---- expressions -----------------------------------------------------------------------------------------------------


class _Mapping:
    """A problem, expression by expression, on the fixed interval."""

    def __init__(self, stated: Problem, intervals: tuple[MovingInterval, ...]):
        self.stated, self.intervals = stated, {i.coordinate.symbol: i for i in intervals}
        self.fields: dict[Any, Any] = {f.expression: self._field(f).expression for f in stated.fields}
        self.integrals: dict[Any, Integral] = {}
        self.known: dict[Any, Any] = {}

    @property
    def problem(self) -> Problem:
        """The problem on the fixed interval."""
        own = self.stated
        coordinates = tuple(
            replace(c, symbol=self.intervals[c.symbol].fixed, lower=sp.Integer(0), upper=sp.Integer(1))
            if c.symbol in self.intervals
            else c
            for c in own.coordinates
        )
        names = {s for i in self.intervals.values() for s in _ends_of(i)}
        kept = tuple((symbol, value) for symbol, value in own.domain.ends if symbol not in names)
        parts = tuple(replace(p, condition=self.place(p.condition)) for p in own.domain.parts)
        domain = replace(own.domain, coordinates=coordinates, ends=kept, parts=parts)
        exact = dict(own.exact)
        ends = {f.expression: exact[f.name] for f in own.fields if f.name in exact}
        found = replace(
            own,
            domain=domain,
            fields=tuple(map(self._field, own.fields)),
            integrals=tuple(map(self.integral, own.integrals)),
            equations=tuple(map(self.statement, own.equations)),
            conditions=tuple(map(self.statement, own.conditions)),
            penalties=tuple(map(self.statement, own.penalties)),
            measurements=tuple(replace(m, values=tuple(map(self.of, m.values))) for m in own.measurements),
            reports=tuple(replace(r, value=self.of(r.value), terms=self.terms(r.terms)) for r in own.reports),
            exact=tuple((name, self.of(value).xreplace(ends)) for name, value in own.exact),
            tables=tuple(replace(t, arguments=tuple(map(self.of, t.arguments))) for t in own.tables),
            laws=tuple(replace(law, arguments=tuple(map(self.of, law.arguments))) for law in own.laws),
            stated=own,
        )
        return found if own.text is None else replace(found, text=replace(own.text, says=found.key))

    def _field(self, own: Field) -> Field:
        arguments = tuple(self.intervals[s].fixed if s in self.intervals else s for s in own.arguments)
        return replace(own, arguments=arguments)

    def statement(self, own: Any) -> Any:
        """A statement on the fixed interval."""
        relation = replace(own, lhs=tuple(map(self.of, own.lhs)), rhs=tuple(map(self.of, own.rhs)))
        weight = None if own.weight is None else self.of(own.weight)
        relation = replace(relation, weight=weight, terms=self.terms(own.terms))
        match relation:
            case Boundary():
                return replace(relation, on=tuple(replace(p, where=self.place(p.where)) for p in relation.on))
            case Constraint(at=tuple(at)):
                return replace(relation, at=self.point(at))
            case Initial():
                return self._started(relation)
        return relation

    def _started(self, own: Initial) -> Initial:
        """An initial condition, the initial values of the ends put in."""
        known = {
            self.fields[left]: right
            for initial in self.stated.conditions
            if isinstance(initial, Initial)
            for left, right in zip(initial.lhs, initial.rhs, strict=True)
            if left in {e for i in self.intervals.values() for e in (i.lower, i.upper)} and not right.has(AppliedUndef)
        }
        return replace(own, rhs=tuple(e.xreplace(known) for e in own.rhs))

    def terms(self, terms: tuple[Term, ...]) -> tuple[Term, ...]:
        return tuple(replace(t, value=self.of(t.value)) for t in terms)

    def integral(self, own: Integral) -> Integral:
        """An integral over the fixed interval: longer or shorter, as the one that was stated is."""
        if own.symbol not in self.integrals:
            integrand = self.of(own.integrand)
            if own.kind == "integral":
                alone = len(self.stated.space) == 1
                spatial = (i for i in self.intervals.values() if i.coordinate.kind == "space")
                along = (i.length for i in spatial if measured(own.where, i, alone))
                integrand = sp.Mul(integrand, *along)
            where = None if own.where is None else self.place(own.where)
            self.integrals[own.symbol] = replace(own, integrand=integrand, where=where)
        return self.integrals[own.symbol]

    def point(self, at: tuple[sp.Expr, ...]) -> tuple[sp.Expr, ...]:
        """A point at an end of the interval."""
        names = [c.symbol for c in self.stated.coordinates]
        return tuple(
            sp.Integer(0) if s in self.intervals and e == self.intervals[s].coordinate.lower
            else sp.Integer(1) if s in self.intervals and e == self.intervals[s].coordinate.upper
            else e
            for s, e in zip(names, at, strict=False)
        )  # fmt: skip

    def place(self, condition: Any) -> Any:
        """A condition on the coordinates: what it says of a coordinate between moving ends is that it is at one of them."""
        for interval in self.intervals.values():
            end = end_of(condition, interval)
            if end is not None:
                return sp.Eq(interval.fixed, end)
        if not condition.args or not isinstance(condition, sp.logic.boolalg.Boolean):
            return condition
        return condition.func(*(self.place(a) for a in condition.args)) if is_tree(condition) else condition

    def of(self, expression: Any) -> Any:
        """An expression of the fixed coordinates with the same values."""
        if expression not in self.known:
            self.known[expression] = self._of(expression)
        return self.known[expression]

    def _of(self, expression: Any) -> Any:
        if expression in self.intervals:
            interval = self.intervals[expression]
            return interval.inside
        if expression in self.fields:
            return self.fields[expression]
        if isinstance(expression, sp.Derivative):
            found = self.of(expression.expr)
            pairs: Any = expression.variable_count
            for symbol, count in pairs:
                for _ in range(int(count)):
                    found = self._along(symbol, found)
            return found
        held = next((i for i in self.stated.integrals if i.symbol == expression), None)
        if held is not None:
            return self.integral(held).symbol
        if not expression.args:
            return expression
        arguments = [self.of(a) for a in expression.args]
        return expression if arguments == list(expression.args) else expression.func(*arguments)

    def _along(self, symbol: Any, inner: Any) -> Any:
        """The derivative along a stated coordinate of an expression of the fixed ones."""
        if symbol in self.intervals:
            own = self.intervals[symbol]
            return sp.Derivative(inner, own.fixed) / own.length
        found = sp.Derivative(inner, symbol)
        for own in self.intervals.values():
            speed = sum(
                weight * (sp.Derivative(end, symbol) if isinstance(end, AppliedUndef) else sp.diff(end, symbol))
                for weight, end in ((1 - own.fixed, own.lower), (own.fixed, own.upper))
                if symbol in end.free_symbols
            )
            if speed != 0 and inner.has(own.fixed):
                found -= speed * sp.Derivative(inner, own.fixed) / own.length
        return found


def _ends_of(interval: MovingInterval) -> Iterator[sp.Symbol]:
    for end in (interval.coordinate.lower, interval.coordinate.upper):
        yield from end.atoms(sp.Symbol)


def is_tree(condition: Any) -> bool:
    """Whether a condition is made of others."""
    return isinstance(condition, sp.And | sp.Or | sp.Not)


def end_of(condition: Any, interval: MovingInterval) -> int | None:
    """0 or 1 where a condition is that a coordinate is at one of its ends."""
    if isinstance(condition, sp.Equality):
        own = interval.coordinate
        for end, where in enumerate((own.lower, own.upper)):
            if {condition.lhs, condition.rhs} == {own.symbol, where}:
                return end
    return None


def measured(where: Any, interval: MovingInterval, alone: bool) -> bool | None:
    """Whether what is integrated over a place is measured along an interval; None where it is so on a part of the place.

    `alone` says that there is no other coordinate in space: nothing is measured along the boundary of an interval.
    """
    if where is None:
        return True
    if alone or end_of(where, interval) is not None:
        return False
    if isinstance(where, sp.Equality):
        return True
    parts = {measured(own, interval, alone) for own in where.args} if isinstance(where, sp.Or) else {None}
    return next(iter(parts)) if len(parts) == 1 else None
