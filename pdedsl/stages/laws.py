"""From a problem with laws that are sought to one with numbers: over which values a law is sought, or why nobody can say."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import sympy as sp

from pdedsl.problem.laws import Intervals, only_slopes, written_out
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import FunctionSought
from pdedsl.spaces.sizes import stated
from pdedsl.vocabulary.diagnostics import Diagnostic

MARGIN = 0.02
"""The part of the range of what is measured that a law is sought beyond it."""


def laws_as_numbers(problem: Problem) -> Problem:
    """The same problem, its laws as sums with coefficients that are sought; itself where it has none, or one of no range."""
    if any(law.ranges is not None for law in problem.laws):
        return problem
    ranges = {law.name: range_of(problem, law) for law in problem.laws}
    known = {name: own for name, own in ranges.items() if own is not None}
    return written_out(problem, known) if len(known) == len(ranges) else problem


def ranges_unknown(problem: Problem) -> Iterator[Diagnostic]:
    """E501: laws of which nothing says over which values they are sought, or of what; W505: up to a constant."""
    for law in problem.laws:
        if not problem.measurements:
            help_ = "add `data` of what it makes"
            yield Diagnostic(
                "E501", f"nothing determines the function `{law.name}`: there are no data", law.span, help_
            )
        elif range_of(problem, law) is None:
            message = f"nothing says over which values of its arguments `{law.name}` is sought"
            yield Diagnostic("E501", message, law.span, "measure them, or state values that are not all the same")
        elif only_slopes(problem, law):
            message = f"only slopes of `{law.name}` matter: it is known but for a constant"
            help_ = (
                "it is taken to be zero in the middle of its range; write an equation that holds its value for another"
            )
            yield Diagnostic("W505", message, law.span, help_)


def range_of(problem: Problem, law: FunctionSought) -> Intervals | None:
    """The interval of each argument: of a coordinate its own, of a field what is measured or stated of it."""
    places: dict[Any, int] = {f.expression: place for place, f in enumerate(problem.fields)}
    low, high = stated(problem)
    found = []
    for own in law.arguments:
        if isinstance(own, sp.Symbol):
            ends = problem.bounds[problem.domain.column(own)]
        else:
            ends = float(low[places[own]]), float(high[places[own]])
        margin = MARGIN * (ends[1] - ends[0])
        if not (np.isfinite(margin) and margin > 0):
            return None
        found.append((ends[0] - margin, ends[1] + margin))
    return tuple(found)
