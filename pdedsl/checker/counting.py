"""From a Problem to what is missing in it, by counting: equations, initial conditions, conditions on the boundary."""

from collections.abc import Iterator

import numpy as np
import scipy  # whose modules are imported when they are first named
import sympy as sp

from pdedsl.checker.probe import PROBES, face_words, point_words, points_on
from pdedsl.geometry.faces import Face, bounding, faces, is_terminal, speaks_of_time
from pdedsl.geometry.places import satisfying
from pdedsl.geometry.points import inside, random
from pdedsl.problem.derivatives import occurring
from pdedsl.problem.printer import write_expression
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Boundary, Condition, Constraint, Field, Initial
from pdedsl.problem.symbol import order
from pdedsl.syntax import syntax
from pdedsl.syntax.syntax import Spec
from pdedsl.vocabulary.diagnostics import Diagnostic
from pdedsl.vocabulary.source import Span


def nothing_to_solve(spec: Spec) -> Iterator[Diagnostic]:
    """E501 for a spec without coordinates or fields."""
    header = next((s.span for s in spec.statements if isinstance(s, syntax.Header)), Span(0, 0))
    kinds = {type(s) for s in spec.statements}
    bounded = kinds & {syntax.Domain, syntax.Time, syntax.Shape}
    lacking = [] if bounded else [("no domain", "domain x in [0, 1]")]
    lacking += [] if syntax.Fields in kinds else [("no field to solve for", "field u(x)")]
    if lacking:
        what, lines = zip(*lacking, strict=True)
        help_ = " and ".join(f"`{line}`" for line in lines)
        yield Diagnostic("E501", f"there is {' and '.join(what)}", header, f"add, say, {help_}")


def count_equations(problem: Problem) -> Iterator[Diagnostic]:
    """E501, by scalar components: at each point as many as fields live there, less what other statements determine."""
    domain = problem.domain
    points = inside(domain, sp.true, 4 * PROBES, random(np.random.default_rng(3)))
    held = np.zeros(len(points), int)
    for equation in problem.equations:
        held += len(equation.lhs) * satisfying(domain, (domain.region(equation.part),), points)
    alive = sum((_lives(problem, f, points) for f in problem.states), np.zeros(len(points), int))
    if not problem.states:
        return
    if ((alive > 0) & (alive >= held) & (alive - held <= len(_determined(problem)))).all():
        yield from _unmatched(problem)
        return
    fields = len(problem.states)
    components = int(held.min() if held.min() < fields else held.max())
    if components == fields:
        return
    present = occurring(r for e in problem.equations for r in e.residual)
    absent = [f for f in problem.states if f.name not in present]
    if components == 0 and held.max() == fields:
        bare = points[held.argmin()]
        message = f"no equation holds in a part of the domain, for instance at {point_words(problem.domain, bare)}"
        yield Diagnostic("E501", message, problem.states[0].span, "add `equation: ...  in PART` for the rest")
    elif components < fields:
        lacking = absent or list(problem.states[-(fields - components) :])
        names = ", ".join(f"`{f.name}`" for f in lacking)
        message = f"{_count(fields, 'field')} but {_count(components, 'scalar equation')}: none is left for {names}"
        help_ = "add an equation, or remove the field"
        if lacking[0].name in (symbol.name for symbol, _ in domain.ends):
            help_ = f"add the law of this end, such as `boundary: dt({lacking[0].name}) = ...` on its face"
        yield Diagnostic("E501", message, lacking[0].span, help_)
    else:
        message = f"{_count(components, 'scalar equation')} for {_count(fields, 'field')}"
        yield Diagnostic("E501", message, problem.states[0].span, "remove an equation, or declare what it is for")


def _unmatched(problem: Problem) -> Iterator[Diagnostic]:
    """E501: fields for which no equation is left, though there are as many: others hold fewer fields than they are.

    A largest matching of fields and scalar equations that name them, where all equations hold everywhere.
    """
    residuals = [r for e in problem.equations for r in e.residual]
    asked = [f for f in problem.states if f.name not in _determined(problem)]
    if not residuals or not asked or any(e.part is not None for e in problem.equations):
        return
    named = np.asarray([[f.name in occurring((r,)) for r in residuals] for f in asked])
    matched = scipy.sparse.csgraph.maximum_bipartite_matching(scipy.sparse.csr_array(named), "column")
    for unknown in (f for f, own in zip(asked, matched, strict=True) if own < 0):
        message = f"no equation is left for `{unknown.name}`: the others have none to spare that names it"
        yield Diagnostic("E501", message, unknown.span, f"write an equation for `{unknown.name}`, or remove the field")


def undetermined(problem: Problem) -> Iterator[Diagnostic]:
    """E501: unknown numbers with nothing to find them from, neither data nor more conditions than the fields need."""
    numbers = (*problem.domain.sought, *problem.unknowns)
    if not numbers or problem.measurements:
        return
    spare = sum(len(c.residual) for c in problem.conditions if isinstance(c, Constraint)) + _spare(problem)
    # A law of a field is an equation for what it does not name; gauges were counted among the constraints.
    missing = len(numbers) - spare
    if missing > 0:
        named = ", ".join(f"`{p.name}`" for p in numbers)
        message = f"nothing determines {named}: {_count(missing, 'condition')} too few"
        help_ = "add `data`, or one more condition than the fields need, such as `constraint: integral(u^2) = 1`"
        yield Diagnostic("E501", message, numbers[0].span, help_)


def _spare(problem: Problem) -> int:
    """By how many conditions the boundary and the start hold more than the orders of the equations ask for."""
    domain, spare = problem.domain, 0
    residuals = [r for e in problem.equations for r in e.residual]
    space = {c.symbol for c in problem.space}
    wanted = sum(order(residuals, f, space) for f in problem.states)
    ends = faces(domain)
    held, most = 0, 0
    for face in ends:
        points = points_on(domain, face)
        own = [c for c in problem.conditions if isinstance(c, Boundary) and not is_terminal(c, domain)]
        counts = sum((len(c.residual) * satisfying(domain, c.where, points) for c in own), np.zeros(len(points), int))
        held += int(counts.max(initial=0))
        most = max(most, int(counts.max(initial=0)))
    spare += max(0, held - wanted) if len(problem.space) == 1 else max(0, most - (wanted + 1) // 2)
    if problem.time is not None:
        timely = sum(order(residuals, f, {problem.time.symbol}) for f in problem.states)
        given = [c for c in problem.conditions if isinstance(c, Initial) or is_terminal(c, domain)]
        spare += max(0, sum(len(c.residual) for c in given) - timely)
    return spare


def _lives(problem: Problem, unknown: Field, points: np.ndarray) -> np.ndarray:
    """At which points there is a field, 0 or 1: in the parts of its equations where all of them name one."""
    own = {e.part for e in problem.equations if unknown.name in occurring(e.residual)}
    if not own or None in own:
        return np.ones(len(points), int)
    return satisfying(problem.domain, tuple(map(problem.domain.region, own)), points).astype(int)


def _determined(problem: Problem) -> set[str]:
    """Fields of fewer coordinates which a constraint or a condition on the boundary may determine instead of an equation."""
    laws = (
        c for c in problem.conditions if isinstance(c, Constraint | Boundary) and not is_terminal(c, problem.domain)
    )
    named = set().union(*(occurring(law.residual) for law in laws))
    return {f.name for f in problem.states if set(f.arguments) < set(problem.symbols)} & named


def _count(n: int, noun: str) -> str:
    return f"{n or 'no'} {noun}{'' if n == 1 else 's'}"


def count_initial(problem: Problem) -> Iterator[Diagnostic]:
    """E503: initial and terminal conditions against the order in time, field by field."""
    conditions = [c for c in problem.conditions if isinstance(c, Initial) or is_terminal(c, problem.domain)]
    if problem.time is None:
        for condition in conditions:
            yield Diagnostic(
                "E503", "an initial condition in a problem without time", condition.head, "declare `time t in [0, 1]`"
            )
        return
    time = {problem.time.symbol}
    residuals = [r for e in problem.equations for r in e.residual]
    given: dict[str, list[Condition]] = {f.name: [] for f in problem.states}
    for condition in conditions:
        for residual in condition.residual:
            names = occurring((residual,))
            fields = [f for f in problem.states if f.name in names]
            # The field of the highest order; among equals the one that still lacks the most.
            own = max(
                fields,
                key=lambda f: (
                    order((residual,), f),
                    order(residuals, f, time) - len(given[f.name]),
                ),
                default=None,
            )
            if own is not None:
                given[own.name].append(condition)
    for unknown in problem.states:
        wanted = order(residuals, unknown, time)
        found = given[unknown.name]
        # One more may determine an unknown number.
        allowed = max(wanted, 1) + len(problem.domain.sought) + len(problem.unknowns)
        measured = {name for m in problem.measurements for name in occurring(m.values)}
        if len(found) < wanted and unknown.name not in measured:  # else the data say where it begins
            missing = " and ".join(_rate(unknown.name, problem.time.name, n) for n in range(len(found), wanted))
            message = f"`{unknown.name}` is of order {wanted} in {problem.time.name} but has {_count(len(found), 'initial condition')}"
            yield Diagnostic("E503", message, unknown.span, f"add `initial: {missing}`")
        elif len(found) > allowed:
            message = (
                f"`{unknown.name}` is of order {wanted} in {problem.time.name}: this initial condition is one too many"
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
    for unknown in problem.states:
        highest = order(residuals, unknown, space)
        needed = 0 if highest < 2 else 1 if highest < 4 else 2
        if not needed:
            continue
        own = [c for c in problem.conditions if isinstance(c, Boundary) and unknown.name in occurring(c.residual)]
        bare: list[str] = []
        lacking = ""
        held = {c.name: sum(unknown.name in occurring((r,)) for r in c.residual) for c in own}
        if problem.time is None and len(problem.space) == 1:
            # An ordinary equation: as many conditions as its order, at either end.
            ends = [points_on(problem.domain, face) for face in faces(problem.domain)]
            if (
                sum(held[c.name] * sum(satisfying(problem.domain, c.where, end).any() for end in ends) for c in own)
                >= highest
            ):
                continue
        everywhere = sum(held[c.name] for c in own if sp.true in c.where)
        for face in faces(problem.domain) if everywhere < needed else ():
            if isinstance(face, Face) and problem.symbols[face.axis] not in unknown.arguments:
                continue
            points = points_on(problem.domain, face)
            points = points[bounding(problem.domain, face, points) & (_lives(problem, unknown, points) > 0)]
            if not len(points):
                continue
            counts, there = np.zeros(len(points), int), list[sp.Basic]()
            for condition in own:
                spatial = tuple(w for w in condition.where if not speaks_of_time(w, problem.domain))
                if spatial:
                    met = satisfying(problem.domain, spatial, points)
                    counts += met * held[condition.name]
                    there += spatial if met.any() else ()
            share = float((counts < needed).mean())
            if share > 0:
                example = points[(counts < needed).argmax()]
                name = face_words(problem.domain, face, example)
                bare.append(name + ("" if share == 1 else f" ({share:.0%} of it)"))
                rest = "".join(f" and not ({write_expression(w)})" for w in there) if needed == 1 else ""
                lacking = lacking or name + rest
        if bare:
            listed = ", ".join(bare[:6]) + (f" and {len(bare) - 6} more faces" if len(bare) > 6 else "")
            words = "no boundary condition" if needed == 1 else "fewer than two boundary conditions"
            place = "all" if problem.shape is not None else lacking
            help_ = f"add `boundary: {unknown.name} = ...  on {place}`"
            yield Diagnostic("W502", f"`{unknown.name}` has {words} on {listed}", unknown.span, help_)
