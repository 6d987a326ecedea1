"""From coefficients that jump under a derivative to the interface conditions that these bring by themselves (N602)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import sympy as sp

from pdedsl.checker.jumps import generic
from pdedsl.geometry.interfaces import across, aside, crossings, lies_on
from pdedsl.geometry.points import random
from pdedsl.problem.atoms import normal
from pdedsl.problem.derivatives import derivative_order, occurring, parts
from pdedsl.problem.evaluate import evaluate
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Field, Integral, Interface, Place
from pdedsl.problem.write import write_where
from pdedsl.vocabulary.diagnostics import Diagnostic
from pdedsl.vocabulary.functions import Maximum, Minimum
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
    normal. Each unless one of its kind was written for it: of values, or of derivatives.
    """
    found, notes = list[Interface](), list[Diagnostic]()
    for where in _candidates(problem):
        place = Place(where)
        points = crossings(problem.domain, (place,), PROBES, random(np.random.default_rng(6)))
        outward = across(problem.domain, (place,), points)
        jumping = [f for f in _fluxes(problem, where) if len(points) and _jumps(problem, f.through, points, outward)]
        if not jumping:
            continue
        stated = (c for c in problem.conditions if isinstance(c, Interface))
        written = {kind for c in stated if lies_on(problem.domain, c.on, points).all() for kind in _kinds(problem, c)}
        unknowns = tuple(dict.fromkeys(f for flux in jumping for f in flux.unknowns))
        held = {"continuity": [f.expression for f in unknowns], "flux": [f.through for f in jumping]}
        own, span = [name for name, entries in held.items() if entries and name not in written], jumping[0].span
        for name in own:
            jumps = tuple(Integral(e, kind="jump", span=span) for e in held[name])
            problem = replace(problem, integrals=tuple(dict.fromkeys([*problem.integrals, *jumps])))
            sides = tuple(j.symbol for j in jumps), (sp.Integer(0),) * len(jumps)
            named = _free(name, {s.name for s in (*problem.statements, *found)})
            found.append(Interface(named, *sides, on=(place,), span=span))
        if own:
            notes.append(_note(own, unknowns, where, span))
    if not found:
        return problem, ()
    text = problem.text
    grown = replace(problem, conditions=(*problem.conditions, *found))
    if text is not None:
        grown = replace(grown, text=replace(text, says=grown.key))
    return grown, tuple(notes)


def _note(own: Sequence[str], unknowns: Sequence[Field], where: sp.Basic, span: Span) -> Diagnostic:
    words = [f"`{f.name}`" for f in unknowns] if "continuity" in own else []
    words += ["the flux"] if "flux" in own else []
    verb = "is" if len(words) == 1 else "are"
    message = f"a coefficient jumps where `{write_where(where)}` ends: {' and '.join(words)} {verb} continuous there by itself"
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
            for where in _switches(derivative.expr):
                space = {c.symbol for c in problem.space}
                known = where.free_symbols - {p.symbol for p in problem.parameters}
                if where not in seen and known and known <= space and not where.atoms(sp.core.function.AppliedUndef):
                    seen.add(where)
                    yield where


def _switches(expression: Any) -> Iterator[sp.Basic]:
    """Conditions on the one side of each place where an expression may jump."""
    for part in parts(expression):
        sides: tuple[Any, ...] = part.args
        if isinstance(part, sp.Piecewise):
            for pair in sides[:-1] if sides[-1].args[1] == sp.true else sides:
                yield pair.args[1]
        elif isinstance(part, Minimum | Maximum):
            yield sp.StrictGreaterThan(sides[0] - sides[1], 0, evaluate=False)
        elif isinstance(part, sp.sign | sp.Abs | sp.Heaviside):
            yield sp.StrictGreaterThan(sides[0], 0, evaluate=False)


def _fluxes(problem: Problem, where: sp.Basic) -> Iterator[_Flux]:
    """What each component of the equations takes the divergence of, of what may switch there: of first derivatives only."""
    outward = dict(zip((c.symbol for c in problem.space), normal(len(problem.space)), strict=True))
    for equation in problem.equations:
        for residual in equation.residual:
            through: Any = sp.Integer(0)
            spans = list[Span]()
            for term in _terms(residual):
                factor, rest = term.as_independent(sp.Derivative, as_Add=False)
                if not isinstance(rest, sp.Derivative) or where not in set(_switches(rest.expr)):
                    continue
                pairs: Any = rest.variable_count
                (symbol, count), *others = pairs
                if others or count != 1 or symbol not in outward or list(_switches(factor)):
                    continue
                through += factor * outward[symbol] * rest.expr
                spans += [t.span for t in equation.terms if t.value.has(rest)]
            if occurring((through,)):
                inner = [p for p in parts(through) if isinstance(p, sp.Derivative)]
                space = set(outward)
                unknowns = [
                    f
                    for f in problem.fields
                    if any(p.expr == f.expression and derivative_order(p, space) for p in inner)
                ]
                span = min(spans, key=lambda s: s.end - s.start, default=equation.span)
                yield _Flux(span, through, tuple(unknowns))


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
