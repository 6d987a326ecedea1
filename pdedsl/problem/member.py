"""From a family of problems to one of its members: some swept parameters have values."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import sympy as sp

from pdedsl.problem.domain import Domain
from pdedsl.problem.moving import fixed
from pdedsl.problem.primitives import put_in as with_values
from pdedsl.problem.problem import Problem
from pdedsl.problem.sought import put_in, without
from pdedsl.problem.statements import Boundary, Condition, Constraint, Interface
from pdedsl.vocabulary.diagnostics import SpecError, beyond


def member(problem: Problem, values: Mapping[str, float]) -> Problem:
    """The problem for some values of swept parameters, by their names. Raises SpecError (E401) for one outside of its interval.

    Reports of derivatives along those parameters have no meaning any more, and are left out.
    """
    if not values:
        return problem
    own = problem.stated or problem
    held = [c for c in own.domain.swept if c.name in values]
    for c in held:
        low, high = own.bounds[own.domain.column(c.symbol)]
        if not low <= values[c.name] <= high:
            raise SpecError(own.source, (beyond(c.name, values[c.name], low, high, c.span),))
    numbers: dict[Any, Any] = {c.symbol: sp.Float(values[c.name]) for c in held}
    fields, known = without(own, numbers)

    def along(value: Any) -> bool:
        """Whether a derivative is taken along one of those parameters."""
        return any(s in numbers for d in value.atoms(sp.Derivative) for s, _ in d.variable_count)

    lost = {i.symbol for i in own.integrals if along(i.integrand)}
    reports = tuple(r for r in own.reports if not along(r.value) and not r.value.free_symbols & lost)
    integrals = tuple(i for i in own.integrals if i.symbol not in lost)
    conditions = tuple(_placed(c, numbers) for c in own.conditions)
    exact = tuple((name, value.xreplace(numbers)) for name, value in own.exact)
    alone = replace(own, exact=(), reports=reports, integrals=integrals, conditions=conditions, text=None)
    domain = _domain(own.domain, numbers)
    return fixed(replace(put_in(alone, (), known | numbers), fields=fields, domain=domain, exact=exact))


def _domain(own: Domain, numbers: Mapping[Any, Any]) -> Domain:
    """The domain for some values of parameters; a shape in the box that it has for these."""
    found = replace(
        own,
        coordinates=tuple(
            replace(c, lower=c.lower.xreplace(numbers), upper=c.upper.xreplace(numbers))
            for c in own.coordinates
            if c.symbol not in numbers
        ),
        tree=None if own.tree is None else with_values(own.tree, numbers),
        ends=tuple((symbol, value) for symbol, value in own.ends if symbol not in numbers),
        parts=tuple(replace(p, condition=p.condition.xreplace(numbers)) for p in own.parts),
    )
    if not own.shaping or found.shape is None or found.shaping:
        return found
    lower, upper = found.shape.bounds
    box = zip(found.space, lower, upper, strict=True)
    boxed = {c.symbol: replace(c, lower=sp.Float(a), upper=sp.Float(b)) for c, a, b in box}
    return replace(found, coordinates=tuple(boxed.get(c.symbol, c) for c in found.coordinates))


def _placed(condition: Condition, numbers: Mapping[Any, Any]) -> Condition:
    """A condition at the places that there are for some values of parameters."""
    match condition:
        case Boundary() | Interface():
            return replace(condition, on=tuple(replace(p, where=p.where.xreplace(numbers)) for p in condition.on))
        case Constraint(at=tuple(at)):
            return replace(condition, at=tuple(e.xreplace(numbers) for e in at))
    return condition
