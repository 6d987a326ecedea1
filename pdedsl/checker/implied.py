"""From coefficients that jump under a derivative, and point sources in one dimension, to the interface conditions that
these bring by themselves; with a note (N602)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import sympy as sp

from pdedsl.checker.jumps import generic, switches
from pdedsl.geometry.interfaces import across, aside, crossings, lies_on
from pdedsl.geometry.points import random
from pdedsl.problem.atoms import normal
from pdedsl.problem.derivatives import derivative_order, occurring, parts
from pdedsl.problem.evaluate import evaluate
from pdedsl.problem.problem import Problem
from pdedsl.problem.sources import kinks, sourced
from pdedsl.problem.statements import Field, Integral, Interface, Place
from pdedsl.problem.write import write_where
from pdedsl.vocabulary.diagnostics import Diagnostic
from pdedsl.vocabulary.source import Span

PROBES = 64
"""Points of a line or surface at which it is seen what jumps there."""
LARGE = 1e-4
"""Of the values on both sides: a jump that is one."""


@dataclass(frozen=True)
class _Flux:
    """What a component of an equation takes the divergence of, as far as it jumps, at an interface."""

    span: Span
    """Where it is written."""
    through: sp.Expr
    """The component along the normal."""
    unknowns: tuple[Field, ...]
    """The fields of second order in it."""


def implied(problem: Problem) -> tuple[Problem, tuple[Diagnostic, ...]]:
    """A problem with the conditions that its coefficients bring where they jump under a derivative, each with a note.

    Across such a line or surface the fields are continuous, and so is what the equation takes the divergence of, along the
    normal. Each unless one of its kind was written for it: of values, or of derivatives. Where only one kind was written for
    any other place, the other one is added.
    """
    found, notes = list[Interface](), list[Diagnostic]()
    stated = [c for c in problem.conditions if isinstance(c, Interface)]
    problem = _kinked(problem)
    places = {where: where for where in _candidates(problem)}  # what switches at a place
    for where in dict.fromkeys([*places, *(place.where for c in stated for place in c.on)]):
        place = Place(where)
        points = crossings(problem.domain, (place,), PROBES, random(np.random.default_rng(6)))
        if not len(points):
            continue
        outward = across(problem.domain, (place,), points)
        fluxes = list(_fluxes(problem, places.get(where)))
        if where in places:
            fluxes = [f for f in fluxes if _jumps(problem, f.through, points, outward)]
        there = [c for c in (*stated, *found) if lies_on(problem.domain, c.on, points).all()]
        written = {kind for c in there for kind in _kinds(problem, c)}
        unknowns = tuple(dict.fromkeys(f for flux in fluxes for f in flux.unknowns))
        held = {"continuity": [f.expression for f in unknowns], "flux": [f.through for f in fluxes]}
        if own := [name for name, entries in held.items() if entries and name not in written]:
            span = fluxes[0].span if where in places else there[0].span
            for name in own:
                jumps = tuple(Integral(e, kind="jump", span=span) for e in held[name])
                problem = replace(problem, integrals=_with(problem, jumps))
                sides = tuple(j.symbol for j in jumps), (sp.Integer(0),) * len(jumps)
                named = _free(name, {s.name for s in (*problem.statements, *found)})
                found.append(Interface(named, *sides, on=(place,), span=span))
            why = "a coefficient jumps" if where in places else "one condition is written"
            notes.append(_note(why, own, unknowns, where, span))
    return _grown(problem, found), tuple(notes)


def _kinked(problem: Problem) -> Problem:
    """A problem with the conditions that its point sources in one dimension bring: how a field and its derivatives jump."""
    if len(problem.space) != 1:
        return problem
    found = list[Interface]()
    (x,) = (c.symbol for c in problem.space)
    for equation, residual, unknown in sourced(problem):
        for place, by in (kinks(problem, residual, unknown) if unknown is not None else {}).items():
            if unknown is None or by is None:
                continue  # refused by `planning/unsolved.py`
            held = [sp.Derivative(unknown.expression, x, k) if k else unknown.expression for k in range(len(by))]
            across_ = tuple(Integral(sp.sympify(e), kind="jump", span=equation.span) for e in held)
            problem = replace(problem, integrals=_with(problem, across_))
            where, sides = Place(sp.Eq(x, place, evaluate=False)), (tuple(j.symbol for j in across_), by)
            if any(isinstance(c, Interface) and (c.lhs, c.rhs) == sides for c in problem.conditions):
                continue  # it is written
            named = _free("source", {s.name for s in (*problem.statements, *found)})
            found.append(Interface(named, *sides, on=(where,), span=equation.span))
    return _grown(problem, found)


def _grown(problem: Problem, more: Sequence[Interface]) -> Problem:
    """A problem with more conditions, which still stands in its text."""
    if not more:
        return problem
    grown = replace(problem, conditions=(*problem.conditions, *more))
    return grown if problem.text is None else replace(grown, text=replace(problem.text, says=grown.key))


def _with(problem: Problem, jumps: Sequence[Integral]) -> tuple[Integral, ...]:
    """The integrals of a problem with those of more conditions: as they stand in a text, before those of reports alone."""
    stated = [i for i in problem.integrals if i.local] + [
        *problem.integrals_in(r for s in problem.statements for r in s.residual)
    ]
    first = [i for i in problem.integrals if i in stated]
    return tuple(dict.fromkeys([*first, *jumps, *problem.integrals]))


def _note(why: str, own: Sequence[str], unknowns: Sequence[Field], where: sp.Basic, span: Span) -> Diagnostic:
    words = [f"`{f.name}`" for f in unknowns] if "continuity" in own else []
    words += ["the flux"] if "flux" in own else []
    verb = "is" if len(words) == 1 else "are"
    place = f"at `{write_where(where)}`" if isinstance(where, sp.Equality) else f"where `{write_where(where)}` ends"
    message = f"{why} {place}: {' and '.join(words)} {verb} continuous there by itself"
    return Diagnostic("N602", message, span, f"write `{_instead(own, unknowns, where)}` for something else")


def _instead(own: Sequence[str], unknowns: Sequence[Field], where: sp.Basic) -> str:
    """A condition of the kind that is not written."""
    name = unknowns[0].name if unknowns else "u"
    left = f"jump({name})" if "continuity" in own else f"jump(k*dn({name}))"
    line = (
        write_where(sp.Eq(*where.args, evaluate=False)) if isinstance(where, sp.core.relational.Relational) else "PART"
    )
    return f"interface: {left} = ...  on {line}"


def _free(name: str, taken: set[str]) -> str:
    return next(own for k in range(1, len(taken) + 2) if (own := name if k == 1 else f"{name}{k}") not in taken)


def _candidates(problem: Problem) -> Iterator[sp.Basic]:
    """The conditions on places at which coefficients under a derivative may switch."""
    seen = set[sp.Basic]()
    for residual in (r for e in problem.equations for r in e.residual):
        for derivative in (n for n in parts(residual) if isinstance(n, sp.Derivative)):
            for where in switches(derivative.expr):
                space = {c.symbol for c in problem.space}
                known = where.free_symbols - {p.symbol for p in problem.parameters}
                if where not in seen and known and known <= space and not where.atoms(sp.core.function.AppliedUndef):
                    seen.add(where)
                    yield where


def _fluxes(problem: Problem, where: sp.Basic | None) -> Iterator[_Flux]:
    """What each component of the equations takes the divergence of, if something in it switches there: up to second order.

    All of it, whatever switches; where nothing is given, of all components.
    """
    outward = dict(zip((c.symbol for c in problem.space), normal(len(problem.space)), strict=True))
    for equation in problem.equations:
        for residual in equation.residual:
            through: Any = sp.Integer(0)
            spans, switching = list[Span](), where is None
            for term in _terms(residual):
                factor, rest = term.as_independent(sp.Derivative, as_Add=False)
                inner = _under(rest, outward)
                if inner is None or list(switches(factor)):
                    continue
                through += factor * inner
                if where is None or where in set(switches(inner)):
                    switching = True
                    spans += [t.span for t in equation.terms if t.value.has(rest)]
            slopes = [p for p in parts(through) if isinstance(p, sp.Derivative)]
            if not switching or not occurring((through,)) or any(derivative_order(p, set(outward)) > 1 for p in slopes):
                continue
            own = [p.expr for p in slopes if derivative_order(p, set(outward))]
            span = min(spans, key=lambda s: s.end - s.start, default=equation.span)
            yield _Flux(span, through, tuple(f for f in problem.fields if f.expression in own))


def _under(part: Any, outward: Mapping[sp.Symbol, sp.Symbol]) -> Any:
    """What a derivative in space is taken of, times the component of the normal along it; None of anything else."""
    if not isinstance(part, sp.Derivative):
        return None
    pairs: Any = part.variable_count
    (symbol, count), *others = pairs
    if others or symbol not in outward or count > 2:
        return None
    return outward[symbol] * (part.expr if count == 1 else sp.Derivative(part.expr, symbol))


def _terms(expression: Any) -> Iterator[Any]:
    """What an expression is a sum of, factors of sums multiplied out."""
    whole = sp.expand_mul(expression, deep=False)
    for term in sp.Add.make_args(whole):
        if whole.is_Add:
            yield from _terms(term)
        else:
            yield term


def _jumps(problem: Problem, through: sp.Expr, points: np.ndarray, outward: np.ndarray) -> bool:
    """Whether an expression jumps at some points where smooth functions stand for the fields."""
    smooth = {f.name: generic(problem.domain, f.arguments) for f in problem.fields if f.name in occurring((through,))}
    plain, sides = problem.put(through, smooth), []
    for side in (-1, 1):
        values: dict[Any, Any] = dict(problem.domain.at(aside(problem.domain, points, outward, side)))
        values |= dict(zip(normal(outward.shape[1]), outward.T, strict=True))
        sides.append(np.broadcast_to(np.asarray(evaluate(plain, values), float), (len(points),)))
    gap, size = np.abs(sides[1] - sides[0]), np.abs(sides).max()
    return bool(np.isfinite(size) and gap.max() > LARGE * size > 0)


def _kinds(problem: Problem, own: Interface) -> set[str]:
    """What a condition speaks of: values of fields, or derivatives of them."""
    held: Sequence[Any] = [i.integrand for i in problem.integrals_in(own.residual) if i.local]
    return {"flux" if any(isinstance(p, sp.Derivative) for p in parts(e)) else "continuity" for e in held}
