"""From statements and solutions to the places where they are infinite or not a number (E603)."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import sympy as sp

from pdedsl.language import geometry
from pdedsl.language.evaluate import evaluate
from pdedsl.language.probe import point_words, points_of, values_at
from pdedsl.language.problem import Condition, Equation, Problem, Report, Term, TooLarge, occurring
from pdedsl.language.source import Diagnostic, Span

HELP = "mind the zeros of denominators and the signs under roots and logarithms"
EVERYWHERE = Equation("", (), ())


def singular(problem: Problem) -> Iterator[Diagnostic]:
    """The smallest subexpression of each statement, report and solution that has no finite value at some point."""
    exact = dict(problem.exact)
    interior = points_of(problem, EVERYWHERE)
    bad_exact = False
    for name, span in problem.exact_spans:
        words = _trouble(problem, exact[name], EVERYWHERE, interior) if name in exact else None
        if words:
            bad_exact = True
            yield Diagnostic("E603", f"the exact solution {words}", span, HELP)
    known = {} if bad_exact else exact
    for statement in problem.statements:
        points = points_of(problem, statement)
        yield from _first(problem, statement.terms, statement, points, known)
    for report in problem.reports:
        at = _report_points(problem, report)
        yield from _first(problem, report.terms, EVERYWHERE, interior if at is None else at, known)


def _report_points(problem: Problem, report: Report) -> np.ndarray | None:
    if report.at is None:
        return None
    place = Condition("", (), (), kind="constraint", at=report.at)
    return geometry.at_point(problem, place, 1, geometry.random(np.random.default_rng(0)))


def _first(
    problem: Problem, terms: Sequence[Term], statement: Equation, points: np.ndarray, exact: dict[str, sp.Expr]
) -> Iterator[Diagnostic]:
    memo: dict[sp.Basic, object] = {}
    for term in terms:
        symbols: set[Any] = set(term.value.free_symbols)
        if symbols - set(problem.symbols) - set(problem.values) and not isinstance(statement, Condition):
            continue  # an integral, or the normal inside one
        if symbols & {i.symbol for i in problem.integrals} or occurring((term.value,), problem.fields) - exact.keys():
            continue
        try:
            words = _trouble(problem, problem.put(term.value, exact), statement, points, memo)
        except TooLarge:
            continue
        if words:
            yield Diagnostic("E603", f"`{_text(problem, term.span)}` {words}", term.span, HELP)
            return


def _text(problem: Problem, span: Span) -> str:
    text = problem.source.text[span.start : span.end]
    return text if len(text) <= 40 else text[:37] + "..."


def _trouble(
    problem: Problem,
    expression: sp.Basic,
    statement: Equation,
    points: np.ndarray,
    memo: dict[sp.Basic, object] | None = None,
) -> str | None:
    """What is wrong with an expression at some point, in words."""
    values = values_at(problem, statement, points)
    found = np.broadcast_to(np.asarray(evaluate(expression, values, memo), float), (len(points),))
    bad = ~np.isfinite(found)
    if bad.any():
        place = int(bad.argmax())
        words = "is not a number" if np.isnan(found[place]) else "is infinite"
        return f"{words} at {point_words(problem, points[place])}"
    pole = None if isinstance(statement, Condition) else _pole(problem, expression, points, values)
    return None if pole is None else f"is infinite near {point_words(problem, pole)}"


def _denominators(expression: sp.Basic) -> Iterator[sp.Basic]:
    """What an expression divides by; not inside `where`, whose branches guard each other."""
    pending: list[Any] = [expression]
    seen: set[Any] = set()
    while pending:
        node = pending.pop()
        if node in seen or isinstance(node, sp.Piecewise):
            continue
        seen.add(node)
        if isinstance(node, sp.Pow) and node.exp.is_negative and node.base.free_symbols:
            yield node.base
        if isinstance(node, sp.tan):
            yield sp.cos(node.args[0])
        pending.extend(node.args)


def _pole(
    problem: Problem, expression: sp.Basic, points: np.ndarray, values: dict[sp.Symbol, object]
) -> np.ndarray | None:
    """A point of the domain where a denominator passes through zero."""
    if len(points) < 2:
        return None

    for base in _denominators(expression):

        def at(point: np.ndarray, base: sp.Basic = base) -> float:
            return float(np.ravel(evaluate(base, values_at(problem, EVERYWHERE, point[None, :])))[0])

        sizes = np.broadcast_to(np.asarray(evaluate(base, values), float), (len(points),))
        low, high = points[sizes.argmin()], points[sizes.argmax()]
        if not sizes.min() < 0 < sizes.max():
            continue
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if at(middle) < 0 else (low, middle)
        if abs(at(high)) < 1e-9 * np.abs(sizes).max() and geometry.within(problem, high[None, :])[0]:
            return high
    return None
