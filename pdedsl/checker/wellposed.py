"""From a Problem to what is missing or contradictory in it: equations, conditions, gauges, signs."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import sympy as sp

from pdedsl.checker.probe import PROBES, face_words, is_terminal, point_words, points_of, points_on, values_at
from pdedsl.geometry import geometry, quadrature
from pdedsl.geometry.geometry import Face
from pdedsl.problem.evaluate import evaluate
from pdedsl.problem.problem import (
    Condition,
    Field,
    Integral,
    Problem,
    derivative_order,
    expand_derivatives,
    normal,
    occurring,
    parts,
    size,
)
from pdedsl.problem.write import split
from pdedsl.syntax.syntax import Header, Spec
from pdedsl.vocabulary.source import Diagnostic, Span


def nothing_to_solve(spec: Spec) -> Iterator[Diagnostic]:
    header = next((s.span for s in spec.statements if isinstance(s, Header)), Span(0, 0))
    words = {type(s).__name__ for s in spec.statements}
    lacking = [] if words & {"Domain", "Time", "Shape"} else [("no domain", "domain x in [0, 1]")]
    lacking += [] if "Fields" in words else [("no field to solve for", "field u(x)")]
    if lacking:
        what, lines = zip(*lacking, strict=True)
        help_ = " and ".join(f"`{line}`" for line in lines)
        yield Diagnostic("E501", f"there is {' and '.join(what)}", header, f"add, say, {help_}")


def count_equations(problem: Problem) -> Iterator[Diagnostic]:
    """E501, by scalar components."""
    unit = geometry.random(np.random.default_rng(3))
    points = geometry.inside(problem, sp.true, 4 * PROBES, unit)
    held = np.zeros(len(points), int)
    for equation in problem.equations:
        held += len(equation.lhs) * geometry.chosen(problem, (problem.region(equation),), points)
    fields = len(problem.fields)
    components = int(held.min() if held.min() < fields else held.max())
    if components == fields:
        return
    present = occurring((r for e in problem.equations for r in e.residual), problem.fields)
    absent = [f for f in problem.fields if f.name not in present]
    if components == 0 and held.max() == fields:
        bare = points[held.argmin()]
        message = f"no equation holds in a part of the domain, for instance at {point_words(problem, bare)}"
        yield Diagnostic("E501", message, problem.fields[0].span, "add `equation: ...  in PART` for the rest")
    elif components < fields:
        lacking = absent or list(problem.fields[-(fields - components) :])
        names = ", ".join(f"`{f.name}`" for f in lacking)
        message = f"{_count(fields, 'field')} but {_count(components, 'scalar equation')}: none is left for {names}"
        yield Diagnostic("E501", message, lacking[0].span, "add an equation, or remove the field")
    else:
        message = f"{_count(components, 'scalar equation')} for {_count(fields, 'field')}"
        yield Diagnostic("E501", message, problem.fields[0].span, "remove an equation, or declare what it is for")


def _count(n: int, noun: str) -> str:
    return f"{n or 'no'} {noun}{'' if n == 1 else 's'}"


def _orders(expressions: Iterable[sp.Expr], unknown: Field, symbols: set[sp.Symbol]) -> int:
    """The highest order in some coordinates to which a field is differentiated."""
    highest = 0
    for expression in expressions:
        for part in parts(expand_derivatives(expression)):
            if isinstance(part, sp.Derivative) and part.expr == unknown.expression:
                highest = max(highest, derivative_order(part, symbols))
    return highest


def count_initial(problem: Problem) -> Iterator[Diagnostic]:
    """E503: initial and terminal conditions against the order in time, field by field."""
    conditions = [c for c in problem.conditions if c.kind == "initial" or is_terminal(problem, c)]
    if problem.time is None:
        for condition in conditions:
            yield Diagnostic(
                "E503", "an initial condition in a problem without time", condition.head, "declare `time t in [0, 1]`"
            )
        return
    time = {problem.time.symbol}
    residuals = [r for e in problem.equations for r in e.residual]
    given: dict[str, list[Condition]] = {f.name: [] for f in problem.fields}
    for condition in conditions:
        for residual in condition.residual:
            names = occurring((residual,), problem.fields)
            fields = [f for f in problem.fields if f.name in names]
            # The field of the highest order; among equals the one that still lacks the most.
            own = max(
                fields,
                key=lambda f: (
                    _orders((residual,), f, set(problem.symbols)),
                    _orders(residuals, f, time) - len(given[f.name]),
                ),
                default=None,
            )
            if own is not None:
                given[own.name].append(condition)
    for unknown in problem.fields:
        order = _orders(residuals, unknown, time)
        found = given[unknown.name]
        allowed = max(order, 1) if order == 0 else order
        if len(found) < order:
            missing = " and ".join(_rate(unknown.name, problem.time.name, n) for n in range(len(found), order))
            message = f"`{unknown.name}` is of order {order} in {problem.time.name} but has {_count(len(found), 'initial condition')}"
            yield Diagnostic("E503", message, unknown.span, f"add `initial: {missing}`")
        elif len(found) > allowed:
            message = (
                f"`{unknown.name}` is of order {order} in {problem.time.name}: this initial condition is one too many"
            )
            extra = found[allowed]
            yield Diagnostic("E503", message, extra.head, "remove it", ((found[0].span, "the first one"),))


def _rate(name: str, time: str, order: int) -> str:
    """`dt(u) = ...` as the language writes it."""
    if order == 0:
        return f"{name} = ..."
    if len(time) == 1:
        return f"d{time * order}({name}) = ..."
    return f"d({name}, {time}) = ..." if order == 1 else f"d({name}, {time}, {order}) = ..."


def uncovered(problem: Problem) -> Iterator[Diagnostic]:
    """W502: pieces of boundary on which a field has too few conditions for its order in space."""
    space = {c.symbol for c in problem.space}
    residuals = [r for e in problem.equations for r in e.residual]
    for unknown in problem.fields:
        order = _orders(residuals, unknown, space)
        needed = 0 if order < 2 else 1 if order < 4 else 2
        if not needed:
            continue
        own = [
            c
            for c in problem.conditions
            if c.kind == "boundary" and unknown.name in occurring(c.residual, problem.fields)
        ]
        bare: list[str] = []
        held = {c.name: sum(unknown.name in occurring((r,), problem.fields) for r in c.residual) for c in own}
        everywhere = sum(held[c.name] for c in own if sp.true in c.where)
        for face in geometry.faces(problem) if everywhere < needed else ():
            if isinstance(face, Face) and problem.symbols[face.axis] not in unknown.arguments:
                continue
            points = points_on(problem, face)
            points = points[geometry.bounding(problem, face, points)]
            if not len(points):
                continue
            counts = np.zeros(len(points), int)
            for condition in own:
                spatial = tuple(w for w in condition.where if not geometry.speaks_of_time(w, problem))
                if spatial:
                    counts += geometry.chosen(problem, spatial, points) * held[condition.name]
            share = float((counts < needed).mean())
            if share > 0:
                example = points[(counts < needed).argmax()]
                bare.append(face_words(problem, face, example) + ("" if share == 1 else f" ({share:.0%} of it)"))
        if bare:
            listed = ", ".join(bare[:6]) + (f" and {len(bare) - 6} more faces" if len(bare) > 6 else "")
            words = "no boundary condition" if needed == 1 else "fewer than two boundary conditions"
            place = "all" if problem.shape is not None else bare[0].split(" (")[0]
            help_ = f"add `boundary: {unknown.name} = ...  on {place}`"
            yield Diagnostic("W502", f"`{unknown.name}` has {words} on {listed}", unknown.span, help_)


def ungauged(problem: Problem) -> Iterator[Diagnostic]:
    """W505: fields of which only derivatives are ever mentioned, so that a constant may be added to them."""
    mentioned = [r for s in problem.statements for r in s.residual] + [i.integrand for i in problem.integrals]
    by_field: dict[str, list[sp.Expr]] = {f.name: [] for f in problem.fields}
    for expression in map(expand_derivatives, mentioned):
        for name in occurring((expression,), problem.fields):
            by_field[name].append(expression)
    for unknown in problem.fields:
        expressions = by_field[unknown.name]
        present = bool(expressions)
        bare = any(_bare(e, unknown.expression) for e in expressions)
        steady = problem.time is None or not any(
            c.kind == "initial" and unknown.name in occurring(c.residual, problem.fields) for c in problem.conditions
        )
        missed = _imbalance(problem, unknown)
        if present and not bare and steady:
            message = f"`{unknown.name}` is determined up to a constant only: nothing fixes its level"
            help_ = f"add `constraint: integral({unknown.name}) = 0`" + (f"; {missed}" if missed else "")
            yield Diagnostic("W505", message, unknown.span, help_)
        elif present and missed:
            message = f"no `{unknown.name}` satisfies these data: {missed}"
            yield Diagnostic("W505", message, unknown.span, "change the source or the flux")


def _imbalance(problem: Problem, unknown: Field) -> str:
    """By how much the source of a pure Neumann problem misses the flux through the boundary, in words if it does.

    For `c laplacian(u) = f` with `b dn(u) = g` on the whole boundary, the integral of f/c must be that of g/b.
    """
    equations = [r for e in problem.equations for r in e.residual if unknown.name in occurring((r,), problem.fields)]
    own = [c for c in problem.conditions if unknown.name in occurring(c.residual, problem.fields)]
    own = [c for c in own if c.kind != "constraint"]
    space, u = problem.symbols[: len(problem.space)], unknown.expression
    if problem.time is not None or len(equations) != 1 or any(c.kind != "boundary" for c in own):
        return ""
    if any(_bare(r, unknown.expression) for r in (*equations, *(r for c in own for r in c.residual))):
        return ""
    source = _data(problem, equations[0], [(sp.Derivative(u, (s, 2)), sp.S.One) for s in space])
    slopes = [(sp.Derivative(u, s), n) for s, n in zip(space, normal(len(space)), strict=True)]
    places: list[tuple[Condition, Any]] = [(c, sp.Or(*c.where)) for c in own]  # pyright: ignore[reportArgumentType]
    fluxes = [(_data(problem, r, slopes), where) for c, where in places for r in c.residual]
    if source is None or any(f is None for f, _ in fluxes) or set(unknown.arguments) != set(space):
        return ""
    total, error = _integral(problem, source, None)
    flux = 0.0
    for data, where in fluxes:
        assert data is not None
        value, miss = _integral(problem, data, where)
        flux, error = flux + value, error + miss
    if abs(total - flux) <= error + 1e-9:
        return ""
    return f"the integral of the laplacian is {total:.6g}, that of the flux through the boundary {flux:.6g}"


def _data(problem: Problem, residual: sp.Expr, wanted: Sequence[tuple[sp.Expr, sp.Expr]]) -> sp.Expr | None:
    """The g of `sum_i w_i u_i = g`, if a residual is a constant multiple of that; the pairs are (u_i, w_i)."""
    if size(residual, {}) > 400:
        return None
    expanded = sp.expand(expand_derivatives(residual))
    factors = {sp.cancel(expanded.coeff(part) / weight) for part, weight in wanted}
    factor = factors.pop()
    rest = sp.expand(expanded - factor * sp.Add(*(part * weight for part, weight in wanted)))
    if factors or factor == 0 or factor.free_symbols - set(problem.values) or occurring((rest,), problem.fields):
        return None
    return -rest / factor


def _integral(problem: Problem, data: sp.Expr, where: sp.Basic | None) -> tuple[float, float]:
    """An integral over the domain or a part of its boundary, and the error that its rule may have."""
    rule = quadrature.rule(problem, Integral(sp.Symbol("integral"), data, where))
    values: dict[sp.Symbol, object] = {**problem.values, **dict(zip(problem.symbols, rule.nodes.T, strict=True))}
    values |= dict(zip(normal(len(problem.space)), rule.normals.T, strict=True))
    parts = rule.weights * np.asarray(evaluate(data, values), float)
    return float(parts.sum()), rule.error * float(np.abs(parts).sum())


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
    zeros = {f.name: sp.Integer(0) for f in problem.fields}
    integrals = {i.symbol: problem.put(i.integrand, zeros) for i in problem.integrals}
    if any(value != 0 for value in integrals.values()):
        return
    for statement in problem.statements:
        points = points_of(problem, statement)
        values = {**values_at(problem, statement, points), **dict.fromkeys(integrals, 0.0)}
        for residual in statement.residual:
            left = problem.put(residual, zeros)
            found = np.asarray(evaluate(left, values), float)
            # Narrow or small data may vanish at all the points; only what is zero as an expression is none.
            if found.any() or (left != 0 and size(left, {}) < 200 and sp.simplify(left) != 0):
                return
    message = "zero satisfies every equation and condition"
    yield Diagnostic("W507", message, problem.fields[0].span, "is a source or a boundary value missing?")


def backward(problem: Problem) -> Iterator[Diagnostic]:
    """W508: diffusion that runs against the direction in which the data are carried."""
    if problem.time is None:
        return
    t = problem.time.symbol
    for equation in problem.equations:
        for residual in equation.residual:
            expanded = sp.expand(expand_derivatives(residual))
            for unknown in problem.fields:
                rate = expanded.coeff(sp.Derivative(unknown.expression, t)) if t in unknown.arguments else sp.Integer(0)
                spread = [_spread(expanded, unknown, c.symbol) for c in problem.space if c.symbol in unknown.arguments]
                if rate == 0 or not any(spread) or occurring((rate, *spread), problem.fields):
                    continue
                if any(_timely(p, unknown, t) for p in parts(expanded)):
                    continue  # another derivative in time decides
                points = points_of(problem, equation)
                values = values_at(problem, equation, points)
                signs = [np.sign(np.asarray(evaluate(rate * s, values), float)).max() for s in spread if s != 0]
                ends = [is_terminal(problem, c) for c in problem.conditions if unknown.name in occurring(c.residual, problem.fields)
                        and (c.kind == "initial" or is_terminal(problem, c))]  # fmt: skip
                if not ends:
                    continue
                wrong = max(signs) > 0 if not any(ends) else min(signs) < 0
                if wrong:
                    where = "the start" if not any(ends) else "the end"
                    message = f"diffusion of `{unknown.name}` runs backward from the data at {where} of time"
                    yield Diagnostic("W508", message, equation.span, "small errors grow without bound: check the sign")


def _timely(part: Any, unknown: Field, t: sp.Symbol) -> bool:
    """Whether a part of an equation is a derivative of a field in time other than its rate."""
    if not isinstance(part, sp.Derivative) or part.expr != unknown.expression:
        return False
    return derivative_order(part, {t}) > 0 and derivative_order(part) > 1


def _spread(expanded: sp.Expr, unknown: Field, symbol: sp.Symbol) -> sp.Expr:
    """The coefficient of the even derivative of highest order in a coordinate, with the sign of a second one.

    Waves exp(ikx) turn a derivative of order 2m into (-1)^m k^(2m), and the highest order decides over short waves.
    """
    for order in (8, 6, 4, 2):
        found: Any = expanded.coeff(sp.Derivative(unknown.expression, (symbol, order)))
        if found != 0:
            return found if order % 4 == 2 else -found
    return sp.Integer(0)


def contradictory(problem: Problem) -> Iterator[Diagnostic]:
    """E403: two conditions with the same left side, up to a factor, and different data on a common piece."""
    plain = [c for c in problem.conditions if c.kind in ("boundary", "initial") and not is_terminal(problem, c)]
    fields = {c.name: occurring(c.residual, problem.fields) for c in plain}
    for first, second in combinations(plain, 2):
        if first.kind != second.kind or not fields[first.name] & fields[second.name]:
            continue
        for left, given in split(first, problem):
            for other, data in split(second, problem):
                ratio = _ratio(left, other, problem)
                if ratio is None:
                    continue
                clash = _clash(problem, first, second, given - ratio * data, given)
                if clash is not None:
                    span, words = clash
                    message = f"this contradicts `{first.name}` on the same piece: {words}"
                    also = ((first.span, "the other condition"),)
                    yield Diagnostic("E403", message, span, "remove one of them here", also)


def _ratio(left: sp.Expr, other: sp.Expr, problem: Problem) -> sp.Expr | None:
    """left / other, if it is free of fields."""
    if left == other:
        return sp.Integer(1)
    if other == 0 or size(left, {}) > 100 or size(other, {}) > 100:
        return None
    ratio = sp.cancel(left / other)
    return None if occurring((ratio,), problem.fields) else ratio


def _clash(
    problem: Problem, first: Condition, second: Condition, gap: sp.Expr, given: sp.Expr
) -> tuple[Span, str] | None:
    """The entry of the second condition and the point at which the data differ, if they do on a common piece."""
    for where, span in zip(second.where, second.places or (second.span,) * len(second.where), strict=False):
        holder = Condition("", (gap,), (given,), where=(where,), kind=first.kind)
        points = points_of(problem, holder)
        if not len(points):
            continue
        drawn = len(points)
        points = points[geometry.chosen(problem, first.where, points)]
        if not len(points) or len(points) < drawn / 50:
            continue
        values = values_at(problem, holder, points)
        apart, size_ = (
            np.broadcast_to(np.asarray(evaluate(expand_derivatives(e), values), float), (len(points),))
            for e in (gap, given)
        )
        differs = np.abs(apart) > 1e-7 * (1 + np.abs(size_).max())
        if differs.mean() > 0.02:
            worst = int(np.abs(apart).argmax())
            return span, f"at {point_words(problem, points[worst])} the data differ by {abs(apart[worst]):.3g}"
    return None
