"""From statements and solutions to the places where they are infinite or not a number (E603)."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import sympy as sp

from pdedsl.checker.probe import interior, numbers, point_words, points_of, values_at
from pdedsl.geometry.points import inside_shape, random, spots
from pdedsl.problem.derivatives import TooLarge, occurring
from pdedsl.problem.domain import Domain
from pdedsl.problem.evaluate import evaluate
from pdedsl.problem.problem import Problem
from pdedsl.problem.sources import near, places
from pdedsl.problem.statements import Equation, Report, Term
from pdedsl.vocabulary.diagnostics import Diagnostic
from pdedsl.vocabulary.source import Span

HELP = "mind the zeros of denominators and the signs under roots and logarithms"


def singular(problem: Problem) -> Iterator[Diagnostic]:
    """The smallest subexpression of each statement, report and solution that has no finite value at some point."""
    exact = dict(problem.exact)
    within = interior(problem.domain)
    bad_exact = False
    for name, span in problem.exact_spans:
        words = _trouble(problem, exact[name], within) if name in exact else None
        if words:
            bad_exact = True
            yield Diagnostic("E603", f"the exact solution {words}", span, HELP)
    known = {} if bad_exact else exact
    for statement in problem.statements:
        points, open_set = points_of(problem, statement), isinstance(statement, Equation)
        values = values_at(problem.domain, points, statement.residual, statement)
        yield from _first(problem, statement.terms, values, points, known, open_set)
    for report in problem.reports:
        points = _report_points(problem, report, within)
        yield from _first(problem, report.terms, values_at(problem.domain, points), points, known)


def _report_points(problem: Problem, report: Report, within: np.ndarray) -> np.ndarray:
    if report.at is None:
        return within
    return spots(problem.domain, report.at, (), 1, random(np.random.default_rng(0)))


def _first(
    problem: Problem,
    terms: Sequence[Term],
    values: dict[sp.Symbol, Any],
    points: np.ndarray,
    exact: dict[str, sp.Expr],
    open_set: bool = True,
) -> Iterator[Diagnostic]:
    """The first term that has no finite value; `open_set` says that its points may come near to any pole."""
    memo: dict[sp.Basic, object] = {}
    for term in terms:
        if set(term.value.free_symbols) - values.keys():
            continue  # an integral, or the normal inside one
        if occurring((term.value,)) - exact.keys():
            # Without a solution to put in, what divides can still be looked at by itself.
            near = _pole(problem, term.value, points, alone=True) if open_set else None
            words = None if near is None else f"is infinite near {point_words(problem.domain, near)}"
        else:
            try:
                words = _trouble(problem, problem.put(term.value, exact), points, values, memo, open_set)
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
    points: np.ndarray,
    values: dict[sp.Symbol, Any] | None = None,
    memo: dict[sp.Basic, object] | None = None,
    open_set: bool = True,
) -> str | None:
    """What is wrong with an expression at some point, in words; beside point sources everything may be infinite."""
    domain = problem.domain
    found = numbers(expression, domain.at(points) if values is None else values, points, memo)
    bad = ~np.isfinite(found)
    if bad.any():
        place = int(bad.argmax())
        words = "is not a number" if np.isnan(found[place]) else "is infinite"
        return f"{words} at {point_words(domain, points[place])}"
    pole = _pole(problem, expression, points) if open_set else None
    return None if pole is None else f"is infinite near {point_words(domain, pole)}"


def _denominators(expression: sp.Basic) -> Iterator[tuple[sp.Basic, sp.Basic]]:
    """What an expression divides by, and the part that becomes infinite where that vanishes.

    Not inside `where`, whose branches guard each other, and nothing that holds a field.
    """
    pending: list[Any] = [expression]
    seen: set[Any] = set()
    while pending:
        node = pending.pop()
        if node in seen or isinstance(node, sp.Piecewise | sp.core.function.AppliedUndef):
            continue
        seen.add(node)
        if not node.has(sp.core.function.AppliedUndef):
            if isinstance(node, sp.Pow) and node.exp.is_negative and node.base.free_symbols:
                yield node.base, node
            if isinstance(node, sp.tan):
                yield sp.cos(node.args[0]), node
        pending.extend([node.expr] if isinstance(node, sp.Derivative) else node.args)


def _pole(problem: Problem, expression: sp.Basic, points: np.ndarray, alone: bool = False) -> np.ndarray | None:
    """A point of the domain near which an expression grows without bound, where something that it divides by vanishes.

    `alone` looks at the quotient and not at the whole expression, in which other factors may vanish as well.
    """
    if len(points) < 2:
        return None
    zeros: dict[sp.Basic, np.ndarray | None] = {}
    for base, part in _denominators(expression):
        if base.is_nonzero:
            continue
        if base not in zeros:
            zeros[base] = _zero(base, points, problem.domain)
        zero = zeros[base]
        if zero is None or any(near(problem, place, zero[None])[0] for place in places(problem)):
            continue
        if _grows(problem.domain, part if alone else expression, zero, points):
            return zero
    return None


def _zero(function: sp.Basic, points: np.ndarray, domain: Domain) -> np.ndarray | None:
    """A point of the domain at which a continuous function vanishes, if one is found."""

    def at(places: np.ndarray) -> np.ndarray:
        return numbers(function, domain.at(places), places)

    sizes = at(points)
    largest = float(np.abs(sizes).max())
    if not (np.isfinite(largest) and largest > 0):
        return None
    lower, upper = np.asarray(domain.bounds).T
    if sizes.min() < 0 < sizes.max():
        low, high = points[sizes.argmin()], points[sizes.argmax()]
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if at(middle[None, :])[0] < 0 else (low, middle)
        found = high
    elif points.shape[1] <= 4 and np.abs(sizes).min() < 0.1 * largest:
        found = points[np.abs(sizes).argmin()]
        cloud = np.random.default_rng(0).uniform(-1, 1, (CLOUD, len(found)))
        for reach in 0.7 ** np.arange(ROUNDS):
            near = np.vstack([found, found + 0.5 * reach * (upper - lower) * cloud])
            found = near[np.nanargmin(np.abs(at(near)))]
    else:
        return None
    inside = ((found > lower + 1e-6 * (upper - lower)) & (found < upper - 1e-6 * (upper - lower))).all()
    close = abs(at(found[None, :])[0]) < 1e-9 * largest
    return found if close and inside and inside_shape(domain, found[None, :])[0] else None


CLOUD, ROUNDS = 200, 70
"""Points round the best one so far, and how often they come nearer."""


def _grows(domain: Domain, expression: sp.Basic, zero: np.ndarray, points: np.ndarray) -> bool:
    """Whether the largest value on the way from the points to a zero rises again and again."""
    apart = points[:32] - zero
    heights = []
    for distance in (1e-2, 1e-4, 1e-6):
        near = zero + distance * apart
        found = np.abs(np.asarray(evaluate(expression, domain.at(near)), float))
        heights.append(float(np.nan_to_num(np.broadcast_to(found, len(near)), nan=0.0, posinf=1e300).max()))
    return heights[1] > 4 * heights[0] and heights[2] > 4 * heights[1]
