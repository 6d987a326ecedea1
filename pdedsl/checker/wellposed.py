"""From a Problem to what contradicts itself in it, or says less than it seems to: terms that cancel, gauges, signs."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import sympy as sp
from sympy.core.function import AppliedUndef

from pdedsl.checker.fluxes import LONGEST, imbalance
from pdedsl.checker.probe import PROBES, numbers, point_words, points_of, values_at
from pdedsl.geometry.faces import is_terminal
from pdedsl.geometry.places import satisfying
from pdedsl.geometry.points import inside, random
from pdedsl.problem.atoms import Nonlocal, normal
from pdedsl.problem.derivatives import TooLarge, expand_derivatives, node_count, occurring
from pdedsl.problem.domain import Coordinate
from pdedsl.problem.evaluate import evaluate
from pdedsl.problem.primitives import symbols_of
from pdedsl.problem.printer import write_expression
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Boundary, Condition, Constraint, Equation, Field, Initial, Interface
from pdedsl.problem.symbol import MultiIndex, linearised, stand_ins
from pdedsl.problem.write import split
from pdedsl.vocabulary.diagnostics import Diagnostic
from pdedsl.vocabulary.source import Span


def cancelled(problem: Problem) -> Iterator[Diagnostic]:
    """E509: statements whose unknowns cancel, so that they say 0 = 1."""
    for statement in problem.statements:
        for residual in statement.residual:
            if node_count(residual, {}) > LONGEST or problem.integrals_in([residual]):
                continue
            try:
                plain: Any = expand_derivatives(residual)
            except TooLarge:
                continue
            plain, atoms = stand_ins(plain)
            if not _depends(problem, plain, atoms):
                says = write_expression(-plain.xreplace(dict.fromkeys(atoms, sp.S.Zero)))
                message = f"the unknowns cancel: this {statement.words} says 0 = {says}"
                yield Diagnostic("E509", message, statement.span, "check the terms that stand on both sides")
                break


def _depends(problem: Problem, expression: Any, unknowns: Collection[sp.Dummy]) -> bool:
    """Whether an expression takes other values where some unknowns do, at points of the domain."""
    points = inside(problem.domain, sp.true, PROBES, random(np.random.default_rng(8)))
    known: dict[Any, Any] = {**problem.domain.at(points), **dict.fromkeys(normal(len(problem.space)), 0.6)}
    generator = np.random.default_rng(9)
    terms = sp.Add.make_args(expression.as_independent(*unknowns, as_Add=True)[1])

    def drawn() -> np.ndarray:
        values: dict[Any, Any] = known | {u: generator.normal(size=len(points)) for u in unknowns}
        return np.stack([np.broadcast_to(np.asarray(evaluate(term, values), float), (len(points),)) for term in terms])

    found = np.stack([drawn() for _ in range(4)])  # draws, terms, points
    if not np.isfinite(found).all():
        return True
    return not (np.ptp(found.sum(axis=1), axis=0) <= 1e-9 * np.abs(found).max(axis=(0, 1))).all()


def idle(problem: Problem) -> Iterator[Diagnostic]:
    """W206: parameters of a swept group on which nothing that determines the solution depends."""
    grouped = [c for c in problem.domain.swept if c.group is not None]
    if not grouped:
        return
    domain, held = problem.domain, [e for s in problem.statements for e in s.residual]
    held += [e for m in problem.measurements for e in m.values]
    held += [i.integrand for i in problem.integrals_in(held)]
    held += [p.where for s in problem.conditions if isinstance(s, Boundary | Interface) for p in s.on]
    held += [e for c in domain.coordinates for e in (c.lower, c.upper)] + [p.condition for p in domain.parts]
    fields = set(problem.functions)
    used = set().union(*(_symbols(e, fields) for e in held), set() if domain.tree is None else symbols_of(domain.tree))
    for name in dict.fromkeys(c.group for c in grouped):
        own = [c for c in grouped if c.group == name and c.symbol not in used]
        if own:
            words = ", ".join(f"`{c.name}`" for c in own[:4]) + (", ..." if len(own) > 4 else "")
            message = (
                f"the solution depends on {words} in no way: no statement holds {'them' if len(own) > 1 else 'it'}"
            )
            yield Diagnostic("W206", message, own[0].span, "leave out what is not used")


def _symbols(expression: Any, fields: Collection[Any]) -> set[Any]:
    """The symbols in an expression, but for the arguments of fields."""
    if expression in fields:
        return set()
    parts = (expression.expr,) if isinstance(expression, sp.Derivative) else expression.args
    own = {expression} if isinstance(expression, sp.Symbol) else set()
    return own.union(*(_symbols(part, fields) for part in parts))


def ungauged(problem: Problem) -> Iterator[Diagnostic]:
    """W505: fields of which only derivatives are ever mentioned, so that a constant may be added to them."""
    mentioned = [r for s in problem.statements for r in s.residual] + [
        i.integrand for i in problem.integrals if not i.local
    ]
    by_field: dict[str, list[sp.Expr]] = {f.name: [] for f in problem.fields}
    for expression in map(expand_derivatives, mentioned):
        for name in occurring((expression,)):
            by_field[name].append(expression)
    for unknown in problem.states:
        expressions = by_field[unknown.name]
        present = bool(expressions)
        bare = any(_bare(e, unknown.expression) for e in expressions)
        steady = problem.time is None or not any(
            isinstance(c, Initial) and unknown.name in occurring(c.residual) for c in problem.conditions
        )
        missed = imbalance(problem, unknown)
        if present and not bare and steady:
            message = f"`{unknown.name}` is determined up to a constant only: nothing fixes its level"
            help_ = f"add `constraint: {_gauge(problem, unknown)}`" + (f"; {missed}" if missed else "")
            yield Diagnostic("W505", message, unknown.span, help_)
        elif present and missed:
            message = f"no `{unknown.name}` satisfies these data: {missed}"
            yield Diagnostic("W505", message, unknown.span, "change the source or the flux")


def _gauge(problem: Problem, unknown: Field) -> str:
    """What fixes the level of a field: its value at a point where it is known, else its integral."""
    if unknown.name not in dict(problem.exact):
        return f"integral({unknown.name}) = 0"
    points = inside(problem.domain, sp.true, PROBES, random(np.random.default_rng(8)))
    middle = points[np.linalg.norm(points - points.mean(axis=0), axis=1).argmin()]
    spot = ", ".join(f"{middle[axis]:.3g}" for axis in problem.domain.spatial)
    return f"{unknown.name} = exact({unknown.name})  at ({spot})"


def _bare(expression: sp.Basic, function: sp.Expr) -> bool:
    """Whether a field occurs outside derivatives."""
    pending: list[Any] = [expression]
    while pending:
        node = pending.pop()
        if node == function:
            return True
        if not isinstance(node, sp.Derivative | sp.core.function.AppliedUndef):
            pending.extend(node.args)
    return False


def trivial(problem: Problem) -> Iterator[Diagnostic]:
    """W507: zero satisfies every equation, condition and constraint."""
    if problem.measurements:
        return
    zeros = {f.name: sp.Integer(0) for f in problem.fields}
    integrals = {i.symbol: problem.put(i.integrand, zeros) for i in problem.integrals}
    if any(value != 0 for value in integrals.values()):
        return
    for statement in problem.statements:
        points = points_of(problem, statement)
        values = values_at(problem.domain, points, statement.residual, statement) | dict.fromkeys(integrals, 0.0)
        for residual in statement.residual:
            left = problem.put(residual, zeros)
            found = np.asarray(evaluate(left, values), float)
            # Narrow or small data may vanish at all the points; only what is zero as an expression is none.
            if found.any() or (left != 0 and node_count(left, {}) < 200 and sp.simplify(left) != 0):
                return
    message = "zero satisfies every equation and condition"
    yield Diagnostic("W507", message, problem.fields[0].span, "is a source or a boundary value missing?")


def backward(problem: Problem) -> Iterator[Diagnostic]:
    """W508: diffusion that runs against the direction in which the data are carried; all data of an elliptic equation at one end."""
    if problem.time is None:
        return
    domain, column = problem.domain, problem.domain.column(problem.time.symbol)
    first = tuple(int(k == column) for k in range(len(problem.coordinates)))
    second = tuple(2 * n for n in first)
    for equation in problem.equations:
        for residual in equation.residual:
            symbol = linearised(residual, problem).coefficients
            for unknown in problem.fields:
                own = symbol.get(unknown.name, {})
                twice = second in own
                rate, spread = own.get(second if twice else first), [_spread(own, axis) for axis in domain.spatial]
                if rate is None or not any(spread) or occurring((rate, *spread)):
                    continue
                if any(index[column] > 0 and index not in ((first, second) if twice else (first,)) for index in own):
                    continue  # another derivative in time decides
                held = (c for c in problem.conditions if unknown.name in occurring(c.residual))
                ends = [is_terminal(c, domain) for c in held if isinstance(c, Initial) or is_terminal(c, domain)]
                if not ends or (twice and (len(ends) < 2 or len(set(ends)) > 1)):
                    continue  # an elliptic equation takes one condition at each end
                values = domain.at(points_of(problem, equation))
                signs = [np.sign(np.asarray(evaluate(rate * s, values), float)).max() for s in spread if s != 0]
                if max(signs) > 0 if twice or not any(ends) else min(signs) < 0:
                    where = "the start" if not any(ends) else "the end"
                    message = f"diffusion of `{unknown.name}` runs backward from the data at {where} of time"
                    help_ = "small errors grow without bound: check the sign"
                    if twice:
                        message = f"this is no wave of `{unknown.name}`, and all its data are at {where} of time"
                        help_ += ", or state one condition at each end"
                    yield Diagnostic("W508", message, equation.span, help_)


def degenerate(problem: Problem) -> Iterator[Diagnostic]:
    """W513: an equation whose highest derivative vanishes for some value of a swept parameter: there it is of another kind."""
    domain = problem.domain
    for equation, residual in ((e, r) for e in problem.equations for r in e.residual):
        if not domain.swept or node_count(residual, {}) > LONGEST:
            continue
        for name, own in linearised(residual, problem).coefficients.items():
            for axis in (k for k, c in enumerate(domain.coordinates) if c.kind != "parameter"):
                leading = max((index for index in own if index[axis] == sum(index)), default=())
                least = 1 if domain.coordinates[axis].kind == "time" else 2
                if sum(leading) < least or occurring((own[leading],)):
                    continue
                for swept in domain.swept:
                    value = _vanishing(problem, equation, own[leading], swept)
                    if value is None:
                        continue
                    (unknown,) = (f for f in problem.fields if f.name == name)
                    term = sp.Derivative(unknown.expression, (problem.symbols[axis], sum(leading)))
                    words = f"`{write_expression(term)}` has no part in the equation, which is of another kind there"
                    message = f"for {swept.name} = {value:.3g} {words}"
                    low, high = _without(domain.bounds[domain.column(swept.symbol)], value)
                    help_ = f"let the interval of `{swept.name}` be [{low:.4g}, {high:.4g}]"
                    yield Diagnostic("W513", message, equation.span, help_, ((swept.span, "its interval"),))


def _vanishing(problem: Problem, equation: Equation, factor: sp.Expr, swept: Coordinate) -> float | None:
    """The value of a swept parameter for which a factor vanishes at some point where it does not for others; None where there is none."""
    if swept.symbol not in factor.free_symbols:
        return None
    domain, column = problem.domain, problem.domain.column(swept.symbol)
    points, line = points_of(problem, equation), domain.line(column, np.linspace(0, 1, VALUES))
    sizes = np.empty((VALUES, len(points)))
    for k, value in enumerate(line):
        points[:, column] = value
        sizes[k] = numbers(factor, domain.at(points), points)
    crossed = (np.nanmin(sizes, axis=0) <= 0) & (np.nanmax(sizes, axis=0) >= 0) & (np.ptp(sizes, axis=0) > 0)
    return float(line[np.abs(sizes[:, crossed]).sum(axis=1).argmin()]) if crossed.any() else None


def _without(interval: tuple[float, float], value: float) -> tuple[float, float]:
    """The longer part of an interval to one side of a value, and not up to it."""
    low, high = interval
    if value - low > high - value:
        return low, value - SPARED * (value - low)
    return value + SPARED * (high - value), high


SPARED = 0.01
"""The part of an interval that is left out beside a value for which an equation is of another kind."""
VALUES = 41
"""Values of a swept parameter that are looked at."""


def _spread(symbol: Mapping[MultiIndex, sp.Expr], axis: int) -> sp.Expr:
    """The coefficient of the even derivative of highest order in a coordinate, with the sign of a second one.

    Waves exp(ikx) turn a derivative of order 2m into (-1)^m k^(2m), and the highest order decides over short waves.
    """
    pure = {index[axis]: c for index, c in symbol.items() if index[axis] == sum(index) and index[axis] % 2 == 0}
    highest = max(pure, default=0)
    if highest == 0:
        return sp.Integer(0)
    return pure[highest] if highest % 4 == 2 else -pure[highest]


def contradictory(problem: Problem) -> Iterator[Diagnostic]:
    """E403: two conditions with the same left side, up to a factor, and different data on a common piece; W512: the same."""
    domain = problem.domain
    kinds = Boundary | Initial | Interface | Constraint
    plain = [c for c in problem.conditions if isinstance(c, kinds) and not is_terminal(c, domain)]
    fields = [occurring(c.residual) for c in plain]
    for (first, own), (second, others) in combinations(zip(plain, fields, strict=True), 2):
        if first.kind != second.kind or (own and others and not own & others) or _apart(first, second):
            continue
        for left, given in split(first):
            for other, data in split(second):
                ratio = _ratio(left, other)
                if ratio is None:
                    continue
                clash = _clash(problem, first, second, given - ratio * data, given)
                if clash is None and _repeats(problem, first, second) and sp.simplify(given - ratio * data) == 0:
                    also = ((first.span, "the same condition"),)
                    help_ = "remove one of them: it counts twice"
                    yield Diagnostic("W512", f"`{first.name}` says this already", second.span, help_, also)
                if clash is not None:
                    span, words = clash
                    message = f"this contradicts `{first.name}` on the same piece: {words}"
                    also = ((first.span, "the other condition"),)
                    yield Diagnostic("E403", message, span, "remove one of them here", also)


def _apart(first: Condition, second: Condition) -> bool:
    """Whether two conditions inside the domain are not about the same place, as it is written."""
    match first, second:
        case Interface(), Interface():
            return [place.where for place in first.on] != [place.where for place in second.on]
        case Constraint(), Constraint():
            return first.at != second.at
        case _:
            return False


def _repeats(problem: Problem, first: Condition, second: Condition) -> bool:
    """Whether the second condition, a scalar one on the boundary, holds nowhere that the first does not."""
    if not isinstance(first, Boundary) or len(second.lhs) > 1:
        return False
    points = points_of(problem, second)
    return len(points) > 0 and bool(satisfying(problem.domain, first.where, points).all())


def _ratio(left: sp.Expr, other: sp.Expr) -> sp.Expr | None:
    """left / other, if it is free of fields."""
    if left == other:
        return sp.Integer(1)
    if other == 0 or node_count(left, {}) > 100 or node_count(other, {}) > 100:
        return None
    ratio = sp.cancel(left / other)
    return None if ratio.atoms(AppliedUndef, Nonlocal) else ratio


def _clash(
    problem: Problem, first: Condition, second: Condition, gap: sp.Expr, given: sp.Expr
) -> tuple[Span, str] | None:
    """The entry of the second condition and the point at which the data differ, if they do on a common piece."""
    domain = problem.domain
    entries = [replace(second, on=(place,)) for place in second.on] if isinstance(second, Boundary) else [second]
    for entry in entries:
        points = points_of(problem, entry)
        drawn = len(points)
        if isinstance(first, Boundary):
            points = points[satisfying(domain, first.where, points)]
        if not len(points) or len(points) < drawn / 50:
            continue
        values = values_at(domain, points, (gap, given), second)
        apart, size = (numbers(expand_derivatives(e), values, points) for e in (gap, given))
        differs = np.abs(apart) > 1e-7 * (1 + np.abs(size).max())
        if differs.mean() > 0.02:
            worst = int(np.abs(apart).argmax())
            whole = isinstance(second, Constraint) and second.at is None and problem.time is None
            place = "" if whole else f"at {point_words(domain, points[worst])} "
            words = f"{place}the data differ by {abs(apart[worst]):.3g}"
            return entry.on[0].span if isinstance(entry, Boundary) else entry.span, words
    return None
