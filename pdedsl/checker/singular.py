"""From statements and solutions to the places where they are infinite or not a number (E603)."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import sympy as sp
from scipy.optimize import minimize

from pdedsl.checker.probe import point_words, points_of, values_at
from pdedsl.geometry import geometry
from pdedsl.problem.evaluate import evaluate
from pdedsl.problem.problem import Condition, Equation, Problem, Report, Term, TooLarge, occurring
from pdedsl.vocabulary.source import Diagnostic, Span

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
    known = values_at(problem, statement, points).keys()
    for term in terms:
        if set(term.value.free_symbols) - known:
            continue  # an integral, or the normal inside one
        if occurring((term.value,), problem.fields) - exact.keys():
            # Without a solution to put in, what divides can still be looked at by itself.
            near = _pole(problem, term.value, points, alone=True) if not isinstance(statement, Condition) else None
            words = None if near is None else f"is infinite near {point_words(problem, near)}"
        else:
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
    pole = None if isinstance(statement, Condition) else _pole(problem, expression, points)
    return None if pole is None else f"is infinite near {point_words(problem, pole)}"


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
    for base, part in _denominators(expression):

        def size(point: np.ndarray, e: sp.Basic = base) -> float:
            return float(np.ravel(evaluate(e, values_at(problem, EVERYWHERE, point[None, :])))[0])

        sizes = np.asarray([size(p) for p in points])
        if not np.isfinite(sizes).all() or not np.abs(sizes).max() > 0:
            continue
        zero = _zero(size, points, sizes, problem)
        if zero is not None and _grows(problem, part if alone else expression, zero, points):
            return zero
    return None


def _zero(
    size: Callable[[np.ndarray], float], points: np.ndarray, sizes: np.ndarray, problem: Problem
) -> np.ndarray | None:
    """A point of the domain at which a continuous function vanishes, if one is found."""
    largest = float(np.abs(sizes).max())
    if sizes.min() < 0 < sizes.max():
        low, high = points[sizes.argmin()], points[sizes.argmax()]
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if size(middle) < 0 else (low, middle)
        found = high
    elif points.shape[1] <= 4 and np.abs(sizes).min() < 0.1 * largest:
        start = points[np.abs(sizes).argmin()]
        options = {"xatol": 1e-13, "fatol": 1e-300, "maxfev": 800}
        found = minimize(lambda p: abs(size(p)), start, method="Nelder-Mead", options=options).x
    else:
        return None
    lower, upper = np.asarray(problem.bounds).T
    inside = ((found > lower + 1e-6 * (upper - lower)) & (found < upper - 1e-6 * (upper - lower))).all()
    close = abs(size(found)) < 1e-9 * largest
    return found if close and inside and geometry.within(problem, found[None, :])[0] else None


def _grows(problem: Problem, expression: sp.Basic, zero: np.ndarray, points: np.ndarray) -> bool:
    """Whether the largest value on the way from the points to a zero rises again and again."""
    apart = points[:32] - zero
    heights = []
    for distance in (1e-2, 1e-4, 1e-6):
        near = zero + distance * apart
        found = np.abs(np.asarray(evaluate(expression, values_at(problem, EVERYWHERE, near)), float))
        heights.append(float(np.nan_to_num(np.broadcast_to(found, len(near)), nan=0.0, posinf=1e300).max()))
    return heights[1] > 4 * heights[0] and heights[2] > 4 * heights[1]
