"""From a problem to what no space of functions holds yet: E901, and point sources that nothing holds, E603."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import sympy as sp

from pdedsl.checker.jumps import discontinuous
from pdedsl.geometry.points import inside, random
from pdedsl.geometry.regions import regions
from pdedsl.meaning.given import SMEARED
from pdedsl.problem.given import Source
from pdedsl.problem.moving import moving
from pdedsl.problem.problem import Problem
from pdedsl.problem.sources import kinks, point_sources, sourced
from pdedsl.problem.statements import Interface
from pdedsl.spaces.free_space import singular_part
from pdedsl.vocabulary.diagnostics import Diagnostic, not_yet

PROBES = 64
"""Points at which it is seen which regions meet."""
FAR = 10.0
"""How many times its length at the start an interval is looked at beyond an end that moves."""


def unsolved(problem: Problem) -> Iterator[Diagnostic]:
    """What is part of the language, and is not solved."""
    yield from _sources(problem)
    yield from _seams(problem)
    yield from _moving_jumps(problem)


def _sources(problem: Problem) -> Iterator[Diagnostic]:
    """E603, E901: point sources of infinite strength, and of equations whose solution round them is not known."""
    for equation, residual, alone in sourced(problem):
        if alone is None:
            solved = False
        elif len(problem.space) > 1:
            solved = singular_part(problem, alone) is not None
        else:
            solved = None not in kinks(problem, residual, alone).values()
        spans = [t.span for t in equation.terms if t.value.has(Source)]
        span = min(spans, key=lambda s: s.end - s.start, default=equation.span)
        if not all(s.finite for s in point_sources(problem, residual)):
            yield Diagnostic(
                "E603", "the strength of a point source is infinite", span, "its factor is taken where it is"
            )
        elif not solved:
            what = "`delta` beside coefficients that vary, other fields, time, or a coordinate that is periodic"
            if len(problem.space) == 1:
                what = "`delta` beside other fields or integrals, or where a coefficient jumps"
            yield not_yet(what, span, f"write the smeared form `{SMEARED[min(len(problem.space), 3)]}`")


def _moving_jumps(problem: Problem) -> Iterator[Diagnostic]:
    """E901: coefficients that jump between moving ends, at a place that moves where the interval is fixed."""
    if problem.stated is None:
        return
    bounds = list(problem.stated.bounds)
    for interval in moving(problem):
        axis, own = problem.stated.domain.column(interval.coordinate.symbol), interval.coordinate
        low, high = bounds[axis]
        reach = FAR * (high - low)
        bounds[axis] = (low - reach * (own.lower != interval.lower), high + reach * (own.upper != interval.upper))
    wide = replace(problem.stated, domain=problem.stated.domain.within(bounds))
    for found in discontinuous(wide):
        yield not_yet("a coefficient that jumps between moving ends", found.span, found.help)


def _seams(problem: Problem) -> Iterator[Diagnostic]:
    """E901: interfaces between regions that also meet where a periodic coordinate ends and begins."""
    held = regions(problem)
    points = inside(problem.domain, sp.true, PROBES, random(np.random.default_rng(0)))
    for axis, coordinate in enumerate(problem.coordinates):
        if held is None or not coordinate.periodic or axis not in held.columns:
            continue
        ends = [np.where(np.arange(points.shape[1]) == axis, end, points) for end in problem.bounds[axis]]
        if (held.at(problem.domain, ends[0]) != held.at(problem.domain, ends[1])).any():
            first = next(c for c in problem.conditions if isinstance(c, Interface))
            what = (
                f"an interface between regions that also meet where the periodic coordinate `{coordinate.name}` begins"
            )
            yield not_yet(what, first.span, f"leave `periodic {coordinate.name}` out and state what holds at both ends")
