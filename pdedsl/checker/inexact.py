"""From an exact solution to the statements that it does not satisfy (E606)."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp
from sympy.core.function import AppliedUndef

from pdedsl.checker.probe import interior, numbers, point_words, points_of, points_on, values_at
from pdedsl.geometry import quadrature
from pdedsl.geometry.faces import Face
from pdedsl.geometry.statement import outward
from pdedsl.problem.atoms import normal
from pdedsl.problem.derivatives import TooLarge, expand_derivatives, occurring, parts
from pdedsl.problem.evaluate import evaluate
from pdedsl.problem.given import Given
from pdedsl.problem.printer import write_expression
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Integral, Statement
from pdedsl.vocabulary.diagnostics import Diagnostic
from pdedsl.vocabulary.source import Span

TOLERANCE = 1e-7
"""How far an exact solution may miss a statement, relative to the largest term of the statement."""
FEW = 8
"""Coordinates of a field up to which its derivatives are tried as a missing term."""
NEARLY = 1e-7
"""What of the data is too little to be a mistake."""


def inexact(problem: Problem) -> Iterator[Diagnostic]:
    """E606: statements that the exact solution does not satisfy; W606: nearly."""
    exact, spans = dict(problem.exact), dict(problem.exact_spans)
    yield from _not_periodic(problem, exact, spans)
    for statement in problem.statements:
        own = problem.integrals_in(statement.residual)
        names = occurring((*statement.residual, *(i.integrand for i in own)))
        points = points_of(problem, statement)
        if names and not names - exact.keys() and len(points) and not _unsettled(problem, statement):
            yield from _untrue(problem, statement, own, points, [spans[n] for n in sorted(names) if n in spans])


def _unsettled(problem: Problem, statement: Statement) -> bool:
    """Whether a statement holds something whose value is sought, measured, or no number at a point."""
    sought: set[sp.Basic] = {p.symbol for p in problem.domain.sought}
    if occurring(statement.residual) & {f.name for f in problem.unknowns}:
        return True
    return any(e.atoms(Given) or e.free_symbols & sought for e in statement.residual)


def _untrue(
    problem: Problem, statement: Statement, own: Sequence[Integral], points: np.ndarray, spans: Sequence[Span]
) -> Iterator[Diagnostic]:
    """The first component of a statement that the exact solution misses at one of some points."""
    domain, exact = problem.domain, dict(problem.exact)
    values = values_at(domain, points, statement.residual, statement)
    values |= {i.symbol: _worth(problem, statement, i, points) for i in own}
    totals = [i for i in own if not i.local]
    smallest = max((quadrature.rule(domain, i.where, i.kind == "mean").error for i in totals), default=0.0)
    unsure = _unsure(problem, statement, totals, values, points)
    sides = (_nodal(problem, statement, i, points, 0)[0] for i in own if i.local)
    unsure += TOLERANCE * max((float(np.nanmax(np.abs(side), initial=0.0)) for side in sides), default=0.0)
    largest = _largest(problem, (*statement.residual, *(i.integrand for i in own)))
    for place, residual in enumerate(statement.residual, 1):
        terms = sp.Add.make_args(expand_derivatives(residual))
        if len(terms) == 1:
            terms = sp.Add.make_args(sp.expand_mul(terms[0]))
        try:
            known = [problem.put(t, exact) for t in terms]
        except TooLarge:
            continue  # no formula of a sensible size: the error after the run will tell
        sizes = [numbers(k, values, points) for k in known]
        infinite = ~np.isfinite(sizes).all(axis=0)
        if infinite.any():
            yield _infinite(problem, statement, points[int(infinite.argmax())], spans)
            return
        total = np.sum(sizes, axis=0)
        scale = max(float(np.abs(s).max()) for s in sizes)
        rounding = 1e-12 * (1 + max(largest, _everywhere(problem, known)))
        limit = TOLERANCE * scale + rounding + smallest * max(scale, 1.0) + unsure
        worst = int(np.abs(total).argmax())
        if abs(total[worst]) <= limit:
            continue
        component = f", component {place}" if len(statement.residual) > 1 else ""
        name = statement.name.rstrip("'")  # of two statements of one name the second has a prime
        where = f" at {point_words(domain, points[worst])}" if np.ptp(total) > 0 or not own else ""
        message = f"the exact solution does not satisfy `{name}`{component}: lhs - rhs = {total[worst]:.3g}{where}"
        if not own and np.abs(total).max() <= NEARLY * largest:
            message = f"the exact solution satisfies `{name}`{component} nearly: lhs - rhs = {total[worst]:.3g}{where}"
            help_ = "this is as small as what a truncated domain or rounded constants leave; no run will do better"
            yield Diagnostic("W606", message, statement.span, help_, tuple((s, "the exact solution") for s in spans))
            return
        help_ = ""
        if problem.stated is None:  # else terms are not those that were written
            help_ = _mended(terms, sizes, limit) or _lacking(problem, statement, total, values, points, limit)
        help_ = help_ or "one of them is wrong"
        also = tuple(dict.fromkeys((span, "the exact solution") for span in spans))
        yield Diagnostic("E606", message, statement.span, help_, also)
        return


def _infinite(problem: Problem, statement: Statement, point: np.ndarray, spans: Sequence[Span]) -> Diagnostic:
    """E603: an exact solution, or a derivative of it, that has no finite value where a statement holds."""
    name = statement.name.rstrip("'")
    message = f"the exact solution makes `{name}` infinite, or no number, at {point_words(problem.domain, point)}"
    also = ((statement.span, "this statement"),)
    span = spans[0] if spans else statement.span
    return Diagnostic("E603", message, span, "choose a domain without that point, or another solution", also)


def _mended(terms: Sequence[Any], sizes: Sequence[np.ndarray], limit: float) -> str:
    """Which term would have to be how many times itself, the simplest if there are several; nothing if none mends it."""
    total = np.sum(sizes, axis=0)
    found: list[tuple[int, str]] = []
    for term, size in zip(terms, sizes, strict=True):
        large = np.abs(size) > 0.1 * np.abs(size).max()
        if not large.any() or not np.abs(size).max() > 0:
            continue
        factor = float(np.median(1 - total[large] / size[large]))
        if np.abs(total + (factor - 1) * size).max() > max(limit, 1e-9 * np.abs(size).max()):
            continue
        words = write_expression(term).removeprefix("-")
        if abs(factor + 1) < 1e-6:
            found.append((0, f"it would with the sign of `{words}` flipped"))
        elif abs(factor) < 1e-6:
            found.append((1, f"it would without `{words}`"))
        else:
            simple = abs(factor - Fraction(factor).limit_denominator(12)) < 1e-7
            found.append((2 if simple else 3, f"it would with `{words}` times {factor:.12g}"))
    return min(found, default=(0, ""))[1]


def _lacking(
    problem: Problem,
    statement: Statement,
    total: np.ndarray,
    values: Mapping[Any, Any],
    points: np.ndarray,
    limit: float,
) -> str:
    """A multiple of a field, or of a derivative of it, that a statement lacks; nothing if none mends it alone."""
    exact = dict(problem.exact)
    names = occurring(statement.residual)
    for unknown in (f for f in problem.fields if f.name in names and len(f.arguments) <= FEW):
        for order in range(3):
            for axis in unknown.arguments if order else unknown.arguments[:1]:
                part: Any = sp.Derivative(unknown.expression, (axis, order)) if order else unknown.expression
                try:
                    size = numbers(problem.put(part, exact), dict(values), points)
                except TooLarge:
                    continue
                large = np.abs(size) > 0.1 * np.abs(size).max()
                if not np.abs(size).max() > 0 or np.ptp(size) <= 1e-9 * np.abs(size).max():
                    continue
                factor = -float(np.median(total[large] / size[large]))
                if np.abs(total + factor * size).max() <= max(limit, 1e-9 * np.abs(total).max()):
                    sign = "+" if factor > 0 else "-"
                    times = "" if abs(abs(factor) - 1) < 1e-9 else f"{abs(factor):.6g}*"
                    return f"it would with `{sign} {times}{write_expression(part)}` on the left"
    return ""


def _largest(problem: Problem, expressions: Sequence[sp.Expr]) -> float:
    """The largest value in the domain of a field or derivative in some expressions: what rounding is relative to."""
    points, exact = interior(problem.domain), dict(problem.exact)
    values = problem.domain.at(points)
    found = 0.0
    for part in {p for e in expressions for p in parts(expand_derivatives(e))}:
        if isinstance(part, sp.Derivative | AppliedUndef):
            try:
                sizes = np.abs(numbers(problem.put(part, exact), values, points))
            except TooLarge:
                continue
            found = max(found, float(np.nan_to_num(sizes, posinf=0.0).max()))
    return found


def _everywhere(problem: Problem, known: Sequence[sp.Basic]) -> float:
    """The largest value in the domain of terms that may vanish where their statement holds, but for rounding; 0 for others.

    Integrals count as zero, and normals as one.
    """
    points = interior(problem.domain)
    free = set().union(*(k.free_symbols for k in known)) - set(problem.symbols)
    values: dict[Any, Any] = (
        dict.fromkeys(free, 0.0) | dict.fromkeys(normal(len(problem.space)), 1.0) | problem.domain.at(points)
    )
    sizes = [np.nan_to_num(numbers(k, values, points), posinf=0.0, neginf=0.0) for k in known]
    return max((float(np.abs(s).max()) for s in sizes), default=0.0)


def _unsure(
    problem: Problem,
    statement: Statement,
    own: Sequence[Integral],
    values: Mapping[sp.Symbol, Any],
    points: np.ndarray,
) -> float:
    """By how much integrals may be off: ten times what a coarser rule changes."""
    found = 0.0
    for integral in own:
        other = _worth(problem, statement, integral, points, fine=-1)
        found = max(found, 10 * float(np.abs(other - np.asarray(values[integral.symbol])).max()))
    return found


def _worth(problem: Problem, statement: Statement, integral: Integral, points: np.ndarray, fine: int = 0) -> np.ndarray:
    """An integral of the exact solution at the time of each point, or its jump at each, shape (n,)."""
    found, weights = _nodal(problem, statement, integral, points, fine)
    return found @ weights


def _nodal(
    problem: Problem, statement: Statement, integral: Integral, points: np.ndarray, fine: int
) -> tuple[np.ndarray, np.ndarray]:
    """The exact solution at the nodes of an integral for each point, shape (n, q), and the weights of these, shape (q,)."""
    domain, integrand = problem.domain, problem.put(integral.integrand, dict(problem.exact))
    nodes, weights, directions = quadrature.nodes_at(domain, integral, points, outward(domain, statement, points), fine)
    values = domain.at(nodes) | dict(zip(normal(len(domain.space)), directions.T, strict=True))
    found = np.broadcast_to(np.asarray(evaluate(integrand, values), float), len(nodes))
    return found.reshape(len(points), -1), weights


def _not_periodic(problem: Problem, exact: Mapping[str, sp.Expr], spans: Mapping[str, Span]) -> Iterator[Diagnostic]:
    domain = problem.domain
    for axis, coordinate in enumerate(domain.coordinates):
        if not coordinate.periodic:
            continue
        lower, upper = (points_on(domain, Face(axis, end)) for end in (0, 1))
        for name, expression in exact.items():
            for e in (expression, sp.diff(expression, coordinate.symbol)):
                a, b = (np.asarray(evaluate(e, domain.at(p)), float) for p in (lower, upper))
                if np.abs(a - b).max() > 1e-7 * (1 + np.abs(a).max()):
                    message = f"the exact solution of `{name}` is not periodic in {coordinate.name}"
                    help_ = "it and all its derivatives must agree at both ends"
                    also = ((spans[name], "the exact solution"),)
                    yield Diagnostic("E606", message, coordinate.periodic_span, help_, also)
                    break
            else:
                continue
            break
