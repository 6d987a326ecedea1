"""From a resolved Problem to what is wrong or missing in it: counting, and probing at sampled points."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import sympy as sp

from pdedsl.checker import wellposed
from pdedsl.checker.jumps import discontinuous
from pdedsl.checker.probe import PROBES, face_words, is_terminal, point_words, points_of, points_on, values_at
from pdedsl.checker.singular import singular
from pdedsl.geometry import geometry, quadrature
from pdedsl.geometry.geometry import Face
from pdedsl.meaning.resolve import Resolution
from pdedsl.meaning.tables import read_table
from pdedsl.planning.cost import too_much, too_rough
from pdedsl.problem.evaluate import evaluate
from pdedsl.problem.problem import (
    Condition,
    Equation,
    Integral,
    Problem,
    TooLarge,
    expand_derivatives,
    normal,
    occurring,
    parts,
)
from pdedsl.problem.write import split, write_expression
from pdedsl.syntax.syntax import Spec
from pdedsl.vocabulary.source import Diagnostic, Span

TOLERANCE = 1e-7
"""How far an exact solution may miss a statement, relative to the largest term of the statement."""


def check(resolution: Resolution, spec: Spec) -> tuple[Diagnostic, ...]:
    """Everything that is wrong with a spec that was resolved, in the order of the text."""
    problem, defective = resolution.problem, resolution.defective
    whole = "*" not in defective
    found: list[Diagnostic] = []
    if problem is None:
        if not spec.broken and not any(d.severity == "error" for d in resolution.diagnostics):
            found += wellposed.nothing_to_solve(spec)
        return tuple(found)
    if "domain" in defective:
        return ()
    located = list(_unmet(problem))
    found += located
    found += _not_hard(problem)
    met = not located
    found += singular(problem)
    if whole:
        if "equation" not in defective and met:
            found += wellposed.count_equations(problem)
        if "initial" not in defective and "equation" not in defective and met:
            found += wellposed.count_initial(problem)
        if "boundary" not in defective and "equation" not in defective and met:
            found += wellposed.uncovered(problem)
    if whole and not defective:
        found += wellposed.ungauged(problem)
    if met and not any(d.code == "E603" for d in found):
        found += wellposed.contradictory(problem)
        found += _corners(problem)
        inexact = list(_inexact(problem))
        found += inexact
        found += discontinuous(problem)
        if not defective and not inexact:
            found += wellposed.trivial(problem)
            found += wellposed.backward(problem)
    found += too_rough(problem)
    found += too_much(problem)
    for reference in problem.references:
        found += read_table(problem, reference)[1]
    return tuple(_without_consequences(found, resolution.diagnostics))


def _without_consequences(found: list[Diagnostic], earlier: tuple[Diagnostic, ...]) -> Iterator[Diagnostic]:
    """Doubts about the whole problem say nothing new beside an error, nor beside a doubt about what causes them."""
    wrong = any(d.severity == "error" for d in (*earlier, *found))
    bare = {d.span for d in found if d.code == "W502"}
    untrue = any(d.code in ("E403", "E606") for d in found)
    for diagnostic in found:
        follows = (diagnostic.code in _OF_THE_WHOLE and wrong) or (diagnostic.code == "W504" and untrue)
        if not (follows or (diagnostic.code == "W505" and diagnostic.span in bare)):
            yield diagnostic


_OF_THE_WHOLE = ("W505", "W507", "W508")


# ---- places ------------------------------------------------------------------------------------------------------------


def _unmet(problem: Problem) -> Iterator[Diagnostic]:
    """E402: entries of `on` that meet no boundary; E304: a normal derivative at a time."""
    faces = ", ".join(dict.fromkeys(face_words(problem, f) for f in geometry.faces(problem)[:8]))
    boundary = f"the boundary is {faces}" if faces else "there is no boundary in space"
    if problem.shape is not None:
        boundary = _extent(problem).replace("the domain is", "the boundary lies in")
    spans = dict(problem.spans)
    unit = geometry.random(np.random.default_rng(4))
    for equation in problem.equations:
        if equation.part and not len(geometry.inside(problem, problem.region(equation), PROBES, unit)):
            yield Diagnostic(
                "E402",
                f"the part `{equation.part}` holds no point of the domain",
                spans[equation.part],
                _extent(problem),
            )
    for integral in problem.integrals:
        if integral.where is not None and not geometry.pieces(problem, Condition("", (), (), where=(integral.where,))):
            yield Diagnostic("E402", "no boundary point lies in this part", integral.span, boundary)
    yield from _outside(problem)
    everything = replace(problem, periodic=())
    for condition in problem.conditions:
        if condition.kind != "boundary":
            continue
        for where, span in zip(condition.where, condition.places or [condition.span] * 99, strict=False):
            if geometry.speaks_of_time(where, problem):
                yield from _time_place(problem, condition, where, span)
            elif not geometry.pieces(problem, Condition("", (), (), where=(where,))):
                wrapped = (
                    []
                    if where == sp.true
                    else [p.face for p in geometry.pieces(everything, Condition("", (), (), where=(where,)))]
                )
                if wrapped and isinstance(wrapped[0], Face):
                    coordinate = problem.coordinates[wrapped[0].axis]
                    also = ((spans[str(coordinate.symbol)], "periodic here"),)
                    message = f"`{coordinate.name}` is periodic: it has no boundary"
                    yield Diagnostic("E405", message, span, "remove this condition, or `periodic`", also)
                else:
                    yield Diagnostic("E402", "no boundary point satisfies this", span, boundary)


def _outside(problem: Problem) -> Iterator[Diagnostic]:
    """E402: points of constraints and reports that lie outside of a shape; those outside of a box were found before."""
    constraints = [c for c in problem.conditions if c.kind == "constraint"]
    for place in (*constraints, *problem.reports):
        if place.at is None or problem.shape is None:
            continue
        point = np.asarray([[problem.number(e) for e in place.at[: len(problem.space)]]])
        if problem.shape.level(point)[0] > 1e-6:
            message = f"{point_words(problem, point[0])} lies outside of the shape"
            yield Diagnostic("E402", message, place.at_span, "choose a point of the domain")


def _not_hard(problem: Problem) -> Iterator[Diagnostic]:
    """E303: hard conditions on a shape that no smooth function can carry."""
    if problem.shape is None:
        return
    for condition in problem.conditions:
        if not condition.hard or condition.kind != "boundary" or is_terminal(problem, condition):
            continue
        reason = ""
        if problem.shape.distance is None:
            reason = "the boundary of this shape has corners"
        elif condition.where != (sp.true,):
            reason = "it does not hold on the whole boundary"
        elif any(c.hard and c.kind == "initial" for c in problem.conditions):
            reason = "an initial condition is hard, too"
        if reason:
            message = f"this boundary condition cannot be built into the solution: {reason}"
            help_ = "remove `hard`: disks, balls, ellipses, annuli and sdf take it on all of their boundary"
            yield Diagnostic("E303", message, condition.hard_span, help_)


def _extent(problem: Problem) -> str:
    pairs = zip(problem.coordinates[:4], problem.bounds, strict=False)
    return "the domain is " + ", ".join(f"{c.name} in [{a:g}, {b:g}]" for c, (a, b) in pairs)


def _time_place(problem: Problem, condition: Condition, where: sp.Basic, span: Span) -> Iterator[Diagnostic]:
    assert problem.time is not None
    uses = [t for t in condition.terms if any(str(s).startswith("normal[") for s in t.value.free_symbols)]
    name, upper = problem.time.name, problem.bounds[problem.coordinates.index(problem.time)][1]
    if uses:
        call = min((t.span for t in uses), key=lambda s: s.end - s.start)
        also = ((span, "a place in time"),)
        message = "the normal belongs to the boundary in space, not to a time"
        yield Diagnostic("E304", message, call, f"write d(u, {name}), or name a place in space", also)
    elif where.atoms(sp.Not, sp.Or, sp.Unequality):
        help_ = f"write `on {name} = {upper:g}`, or name places in space"
        yield Diagnostic("E402", f"{name} may only be fixed, alone or `and` a condition in space", span, help_)
    elif not geometry.pieces(problem, Condition("", (), (), where=(where,))):
        at_start = geometry.chosen(problem, (where,), points_on(problem, geometry.start(problem))).any()
        help_ = "write `initial: ...`" if at_start else f"write `on {name} = {upper:g}`"
        message = f"conditions hold on the boundary at all times, or at the end of time, {name} = {upper:g}"
        yield Diagnostic("E402", message, span, help_)


# ---- probing at points ---------------------------------------------------------------------------------------------------


def _corners(problem: Problem) -> Iterator[Diagnostic]:
    """W504: initial and boundary values that disagree where both hold."""
    if problem.time is None:
        return
    start = geometry.start(problem)
    plain = [(c, *value) for c in problem.conditions for value in _values_given(problem, c)]
    for first, left, early in (p for p in plain if p[0].kind == "initial"):
        for second, same, late in (p for p in plain if p[0].kind == "boundary"):
            if left != same or is_terminal(problem, second):
                continue
            points = points_of(problem, second)
            if not len(points):
                continue
            points[:, start.axis] = problem.bounds[start.axis][0]
            points = points[geometry.chosen(problem, second.where, points)]
            if not len(points):
                continue
            values = values_at(problem, second, points)
            a, b = (
                np.broadcast_to(np.asarray(evaluate(expand_derivatives(e), values), float), (len(points),))
                for e in (early, late)
            )
            gap = np.abs(a - b)
            worst = int(np.nan_to_num(gap).argmax())
            if gap[worst] > 1e-6 * (1 + np.abs(a).max()):
                message = (
                    f"initial and boundary values of `{write_expression(left)}` disagree at "
                    f"{point_words(problem, points[worst])}: {a[worst]:.4g} against {b[worst]:.4g}"
                )
                also = ((second.span, f"here it is {b[worst]:.4g}"),)
                yield Diagnostic("W504", message, first.span, "the solution has a jump there; change one of them", also)


def _values_given(problem: Problem, condition: Condition) -> Iterator[tuple[sp.Expr, sp.Expr]]:
    """The fields that a condition gives the value of, and the values: `2*u = 2` says `u = 1`."""
    for left, data in split(condition, problem):
        factor, rest = left.as_independent(*problem.functions, as_Add=False)
        if rest in problem.functions and factor.is_number and factor != 0:
            yield rest, data / factor


def _inexact(problem: Problem) -> Iterator[Diagnostic]:
    """E606: statements that the exact solution does not satisfy."""
    exact = dict(problem.exact)
    spans = dict(problem.exact_spans)
    yield from _not_periodic(problem, exact, spans)
    for statement in problem.statements:
        own = [i for i in problem.integrals if any(i.symbol in r.free_symbols for r in statement.residual)]
        names = occurring((*statement.residual, *(i.integrand for i in own)), problem.fields)
        points = points_of(problem, statement)
        if not names or names - exact.keys() or not len(points):
            continue
        values = values_at(problem, statement, points)
        rules = {i.symbol: quadrature.rule(problem, i) for i in own}
        values |= {i.symbol: _integrate(problem, problem.put(i.integrand, exact), rules[i.symbol], points) for i in own}
        smallest = max((r.error for r in rules.values()), default=0.0)
        unsure = _unsure(problem, own, exact, values, points)
        largest = _largest(problem, statement, own, exact)
        for place, residual in enumerate(statement.residual, 1):
            terms = sp.Add.make_args(expand_derivatives(residual))
            if len(terms) == 1:
                terms = sp.Add.make_args(sp.expand_mul(terms[0]))
            try:
                known = [problem.put(t, exact) for t in terms]
            except TooLarge:
                continue  # no formula of a sensible size: the error after the run will tell
            sizes = [np.broadcast_to(np.asarray(evaluate(k, values), float), (len(points),)) for k in known]
            total = np.sum(sizes, axis=0)
            scale = max(float(np.abs(s).max()) for s in sizes)
            limit = TOLERANCE * scale + 1e-12 * (1 + largest) + smallest * max(scale, 1.0) + unsure
            worst = int(np.abs(total).argmax())
            if abs(total[worst]) <= limit:
                continue
            flipped = [t for t, s in zip(terms, sizes, strict=True) if np.abs(total - 2 * s).max() <= limit]
            component = f", component {place}" if len(statement.residual) > 1 else ""
            where = f" at {point_words(problem, points[worst])}" if np.ptp(total) > 0 or not own else ""
            message = (
                f"the exact solution does not satisfy `{statement.name}`{component}: "
                f"lhs - rhs = {total[worst]:.3g}{where}"
            )
            help_ = "one of them is wrong"
            if flipped:
                text = write_expression(flipped[0])
                help_ = f"it would with the sign of `{text.removeprefix('-')}` flipped"
            also = tuple(dict.fromkeys((spans[n], "the exact solution") for n in sorted(names) if n in spans))
            yield Diagnostic("E606", message, statement.span, help_, also)
            break


def _largest(problem: Problem, statement: Equation, own: list[Integral], exact: dict[str, sp.Expr]) -> float:
    """The largest value in the domain of a field or derivative that a statement holds: what its rounding is relative to."""
    points = points_of(problem, Equation("", (), ()))
    values = values_at(problem, Equation("", (), ()), points)
    found = 0.0
    for expression in (*statement.residual, *(i.integrand for i in own)):
        for part in parts(expand_derivatives(expression)):
            if isinstance(part, sp.Derivative | sp.core.function.AppliedUndef):
                try:
                    sizes = np.abs(np.asarray(evaluate(problem.put(part, exact), values), float))
                except TooLarge:
                    continue
                found = max(found, float(np.nan_to_num(sizes, posinf=0.0).max()))
    return found


def _unsure(
    problem: Problem,
    own: list[Integral],
    exact: dict[str, sp.Expr],
    values: dict[sp.Symbol, object],
    points: np.ndarray,
) -> float:
    """By how much integrals may be off: ten times what a coarser rule changes."""
    found = 0.0
    for integral in own:
        coarse = quadrature.rule(problem, integral, coarse=True)
        other = _integrate(problem, problem.put(integral.integrand, exact), coarse, points)
        found = max(found, 10 * float(np.abs(other - np.asarray(values[integral.symbol])).max()))
    return found


def _integrate(problem: Problem, integrand: sp.Basic, rule: quadrature.Rule, points: np.ndarray) -> np.ndarray:
    """The integral of a known function at the time of each point, shape (n,)."""
    k = len(problem.space)
    found = []
    for point in points:
        full = np.concatenate([rule.nodes, np.tile(point[k:], (len(rule.nodes), 1))], axis=1)
        values: dict[sp.Symbol, object] = {**problem.values, **dict(zip(problem.symbols, full.T, strict=True))}
        values |= dict(zip(normal(k), rule.normals.T, strict=True))
        found.append(float((rule.weights * np.asarray(evaluate(integrand, values), float)).sum()))
    return np.asarray(found)


def _not_periodic(problem: Problem, exact: dict[str, sp.Expr], spans: dict[str, Span]) -> Iterator[Diagnostic]:
    declared = dict(problem.spans)
    for symbol in problem.periodic:
        axis = problem.symbols.index(symbol)
        lower, upper = (points_on(problem, Face(axis, end)) for end in (0, 1))
        pairs = [(name, e) for name, expression in exact.items() for e in (expression, sp.diff(expression, symbol))]
        for name, e in pairs:
            a, b = (np.asarray(evaluate(e, values_at(problem, Equation("", (), ()), p)), float) for p in (lower, upper))
            if np.abs(a - b).max() > 1e-7 * (1 + np.abs(a).max()):
                message = f"the exact solution of `{name}` is not periodic in {symbol}"
                help_ = "it and all its derivatives must agree at both ends"
                yield Diagnostic("E606", message, declared[str(symbol)], help_, ((spans[name], "the exact solution"),))
                break
