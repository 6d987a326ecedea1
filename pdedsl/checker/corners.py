"""From initial and boundary conditions to the corners of space and time where they disagree (W504)."""

from collections.abc import Iterator

import numpy as np
import sympy as sp

from pdedsl.checker.probe import numbers, point_words, points_of, values_at
from pdedsl.geometry.faces import is_terminal, start
from pdedsl.geometry.places import satisfying
from pdedsl.problem.derivatives import expand_derivatives
from pdedsl.problem.printer import write_expression
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Boundary, Condition, Initial
from pdedsl.problem.write import split
from pdedsl.vocabulary.diagnostics import Diagnostic


def disagreeing(problem: Problem) -> Iterator[Diagnostic]:
    """W504: initial and boundary values that disagree where both hold."""
    if problem.time is None:
        return
    domain, beginning = problem.domain, start(problem.domain)
    starts = [c for c in problem.conditions if isinstance(c, Initial)]
    sides = [c for c in problem.conditions if isinstance(c, Boundary) and not is_terminal(c, domain)]
    for first, left, early in ((c, *value) for c in starts for value in _values_given(problem, c)):
        for second, same, late in ((c, *value) for c in sides for value in _values_given(problem, c)):
            points = points_of(problem, second) if left == same else np.zeros((0, len(problem.coordinates)))
            points[:, beginning.axis] = domain.bounds[beginning.axis][0]
            points = points[satisfying(domain, second.where, points)]
            if not len(points):
                continue
            values = values_at(domain, points, (early, late))
            a, b = (numbers(expand_derivatives(e), values, points) for e in (early, late))
            gap = np.abs(a - b)
            worst = int(np.nan_to_num(gap).argmax())
            if gap[worst] > 1e-6 * (1 + np.abs(a).max()):
                message = (
                    f"initial and boundary values of `{write_expression(left)}` disagree at "
                    f"{point_words(domain, points[worst])}: {a[worst]:.4g} against {b[worst]:.4g}"
                )
                also = ((second.span, f"here it is {b[worst]:.4g}"),)
                yield Diagnostic("W504", message, first.span, "the solution has a jump there; change one of them", also)


def _values_given(problem: Problem, condition: Condition) -> Iterator[tuple[sp.Expr, sp.Expr]]:
    """The fields that a condition gives the value of, and the values: `2*u = 2` says `u = 1`."""
    for left, data in split(condition):
        factor, rest = left.as_independent(*problem.functions, as_Add=False)
        if rest in problem.functions and factor.is_number and factor != 0:
            yield rest, data / factor
