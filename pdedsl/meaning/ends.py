"""From a problem whose places are sought to what cannot be said of these yet: E305, E901."""

from collections.abc import Iterator
from typing import Any

from pdedsl.problem.given import Source
from pdedsl.problem.moving import MovingInterval, end_of, is_tree, measured, moving
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Boundary, Constraint, Interface, Place
from pdedsl.vocabulary.diagnostics import Diagnostic, not_yet
from pdedsl.vocabulary.source import Span


def unmapped(problem: Problem) -> Iterator[Diagnostic]:
    """E305, E901: what is said of places between moving ends, and exact solutions between ends that are not known."""
    for interval in moving(problem):
        own, exact = interval.coordinate, dict(problem.exact)
        ends = [f for f in problem.fields if f.expression in (interval.lower, interval.upper)]
        if own.periodic and not interval.is_known:
            yield not_yet("a periodic coordinate with a moving end", own.periodic_span)
        for end in ends:
            if end.sought is None and (problem.time is None or end.arguments != (problem.time.symbol,)):
                yield not_yet("an end that is not a field of time alone", end.span)
        where = f"a place in `{own.name}`, which has a moving end, other than its ends"
        help_ = f"write `on {own.name} = ...` with one of its ends"
        for condition, span in _places(problem):
            if own.symbol in condition.free_symbols and not _only_ends(condition, interval):
                yield not_yet(where, span, help_)
        for statement in problem.statements:
            if isinstance(statement, Constraint) and statement.at is not None:
                at = dict(zip((c.symbol for c in problem.coordinates), statement.at, strict=False))
                if own.symbol in at and at[own.symbol] not in (own.lower, own.upper):
                    yield not_yet(where, statement.at_span, "take one of its ends")
            if any(e.has(Source) for e in statement.residual):
                yield not_yet("`delta` between moving ends", statement.span)
        alone = len(problem.space) == 1
        for integral in problem.integrals:
            if integral.kind in ("integral", "mean") and measured(integral.where, interval, alone) is None:
                what = f"an integral over sides along `{own.name}`, which has a moving end, and over others at once"
                yield not_yet(what, integral.span, "write one for each side")
        for table in (*problem.references, *problem.measurements):
            if own.name in problem.columns(table):
                yield not_yet("a table of values between moving ends", table.span)
        for name, span in problem.exact_spans:
            missing = next((f.name for f in ends if f.name not in exact), None)
            if missing and name in exact and own.symbol in exact[name].free_symbols:
                message = (
                    f"the exact solution of `{name}` lives between moving ends, and that of `{missing}` is not given"
                )
                yield Diagnostic("E305", message, span, f"write exact {missing} = ...")


def unplaced(problem: Problem) -> Iterator[Diagnostic]:
    """E901: unknown numbers that say where something is: of ends of time, parts, point sources, or with more than a name."""
    yield from _swept(problem)
    sought = {p.symbol: p.name for p in problem.domain.sought}

    def named(held: Any) -> str | None:
        return next((sought[s] for s in sorted(held.free_symbols, key=str) if s in sought), None)

    for own in problem.coordinates:
        parts = [end for end in (own.lower, own.upper) if end not in sought]
        if name := next(filter(None, map(named, parts)), None):
            help_ = f"write `{name}` itself as the end, and what is made of it elsewhere"
            yield not_yet(f"an end of `{own.name}` that is made of the unknown number `{name}`", own.span, help_)
        elif own.kind == "time" and (name := named(own.upper) or named(own.lower)):
            yield not_yet(f"the unknown number `{name}` as an end of time", own.span)
    between = {end: c.symbol for c in problem.coordinates for end in (c.lower, c.upper) if end in sought}
    for condition, span in _places(problem):
        ends = {end for end, own in between.items() if own in condition.free_symbols}  # see `unmapped`
        if name := next((sought[s] for s in sorted(condition.free_symbols - ends, key=str) if s in sought), None):
            yield not_yet(f"a place that depends on the unknown number `{name}`", span)
    for statement in problem.statements:
        for source in (source for e in statement.residual for source in e.atoms(Source)):
            if name := named(source):
                yield not_yet(f"a point source whose place is the unknown number `{name}`", statement.span, SMEARED)


def _swept(problem: Problem) -> Iterator[Diagnostic]:
    """E901: swept parameters that say where something is."""
    domain = problem.domain
    swept, sides = {c.symbol for c in domain.swept}, {domain.symbols[k] for k in domain.shaping}
    bounding = {p.span for c in problem.conditions if isinstance(c, Boundary) for p in c.on}
    for condition, span in _places(problem):
        known = {s for i in moving(problem) if _only_ends(condition, i) for s in _held(condition, i)}
        known |= sides if span in bounding else set()  # on a side of the shape that they move
        for symbol in sorted(condition.free_symbols & swept - known, key=str)[:1]:
            yield not_yet(f"a place that depends on the swept parameter `{symbol.name}`", span, SWEPT)
    if not sides:
        return
    words = f"where the swept parameter `{next(iter(sides)).name}` is in the size of the shape"
    for statement in problem.statements:
        if isinstance(statement, Interface):
            yield not_yet(f"an interface {words}", statement.span, SWEPT)
        if problem.totals_in(statement.residual):
            yield not_yet(f"an integral in a statement {words}", statement.span, SWEPT)
        if any(e.has(Source) for e in statement.residual):
            yield not_yet(f"a point source {words}", statement.span, SWEPT)


def _held(condition: Any, interval: MovingInterval) -> set[Any]:
    """The parameters in a condition that are there to say where an end of an interval is."""
    own = interval.coordinate
    return own.lower.free_symbols | own.upper.free_symbols if own.symbol in condition.free_symbols else set()


SWEPT = "give it a value, or try several with `pdedsl sweep`"
SMEARED = "write the smeared form, `exp(-r^2/(2*w^2))/(2*pi*w^2)` in the plane, whose place may be unknown"


def _places(problem: Problem) -> Iterator[tuple[Any, Span]]:
    """Conditions on the coordinates, each with where it was written."""
    yield from ((p.condition, p.span) for p in problem.domain.parts)
    for statement in problem.statements:
        places: tuple[Place, ...] = getattr(statement, "on", ())
        yield from ((p.where, p.span) for p in places)
    yield from ((i.where, i.span) for i in problem.integrals if i.where is not None)


def _only_ends(condition: Any, interval: MovingInterval) -> bool:
    """Whether a condition names a coordinate only to say that it is at one of its ends."""
    if end_of(condition, interval) is not None or interval.coordinate.symbol not in condition.free_symbols:
        return True
    return is_tree(condition) and all(_only_ends(own, interval) for own in condition.args)
