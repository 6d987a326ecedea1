"""From numbers that are sought to fields of no coordinates: parameters of the solution like all others."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sympy as sp

from pdedsl.problem.bounds import FREE
from pdedsl.problem.domain import Parameter
from pdedsl.problem.primitives import symbols_of
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Field, Term


def ends_as_fields(problem: Problem) -> Problem:
    """The same problem, in which numbers that are sought and are ends of intervals are fields, as moving ends are."""
    ends = {end for c in problem.coordinates for end in (c.lower, c.upper)}
    numbers = tuple(p for p in problem.domain.sought if p.symbol in ends)
    found = _as_fields(problem, numbers)
    worth = tuple((p.symbol, problem.domain.number(p.value)) for p in numbers)
    return replace(found, domain=replace(found.domain, ends=(*found.domain.ends, *worth)))


def numbers_as_fields(problem: Problem) -> Problem:
    """The same problem, in which each number that is sought is a field `a()`; itself where none is.

    Exact solutions that hold such numbers are known only with these: nothing is compared with them.
    """
    return _as_fields(problem, problem.domain.sought)


def number_as_field(problem: Problem, name: str) -> Problem:
    """The same problem, in which a parameter is a field without coordinates, from its value on.

    Raises ValueError where an interval, a shape or another parameter depends on it.
    """
    own = next(p for p in problem.parameters if p.name == name)
    if what := depending(problem, own):
        raise ValueError(f"{what} depends on `{name}`: a branch is followed in what stands in statements alone")
    freed = replace(own, sought=FREE)
    parameters = tuple(freed if p is own else p for p in problem.parameters)
    return _as_fields(replace(problem, domain=replace(problem.domain, parameters=parameters)), (freed,))


def depending(problem: Problem, own: Parameter) -> str:
    """What beside statements depends on a parameter, in words; nothing where nothing does."""
    domain, weighed = problem.domain, (*problem.statements, *problem.penalties, *problem.measurements)
    where: dict[str, list[Any]] = {
        "the domain": [e for c in problem.coordinates for e in (c.lower, c.upper)],
        "a part": [p.condition for p in domain.parts],
        "another parameter": [p.value for p in problem.parameters],
        "a weight": [s.weight for s in weighed],
        "the noise of data": [m.noise for m in problem.measurements if not isinstance(m.noise, str)],
        "another uncertainty": [p.noise for p in problem.parameters],
    }
    held = {what: {s for e in own if e is not None for s in e.free_symbols} for what, own in where.items()}
    held["the domain"] |= set() if domain.tree is None else symbols_of(domain.tree)
    return next((what for what, symbols in held.items() if own.symbol in symbols), "")


def uncertain_as_sought(problem: Problem) -> Problem:
    """The same problem, in which parameters with a standard uncertainty are sought where there are data: they are data, too."""
    if not problem.measurements or all(p.noise is None for p in problem.parameters):
        return problem
    freed = tuple(p if p.noise is None else replace(p, sought=FREE) for p in problem.parameters)
    return replace(problem, domain=replace(problem.domain, parameters=freed))


def _as_fields(problem: Problem, numbers: Sequence[Parameter]) -> Problem:
    if not numbers:
        return problem
    fields = tuple(Field(p.name, (), p.span, p.value, p.sought, p.noise) for p in numbers)
    known: dict[Any, Any] = {p.symbol: f.expression for p, f in zip(numbers, fields, strict=True)}
    domain = replace(problem.domain, parameters=tuple(p for p in problem.parameters if p not in numbers))
    return put_in(replace(problem, domain=domain), fields, known)


def without(problem: Problem, gone: Collection[Any]) -> tuple[tuple[Field, ...], dict[Any, Any]]:
    """The fields of a problem without some coordinates, and by what they were what they are now."""
    fields = tuple(replace(f, arguments=tuple(s for s in f.arguments if s not in gone)) for f in problem.fields)
    return fields, {old.expression: new.expression for old, new in zip(problem.fields, fields, strict=True)}


def put_in(problem: Problem, fields: Sequence[Field], known: Mapping[Any, Any]) -> Problem:
    """The same problem with more fields, which take the place of some expressions."""
    known = dict(known)
    integrals = tuple(
        replace(i, integrand=i.integrand.xreplace(known), where=None if i.where is None else i.where.xreplace(known))
        for i in problem.integrals
    )
    # Integrals are called by what they hold, the terms of which may come in another order now.
    known |= {old.symbol: new.symbol for old, new in zip(problem.integrals, integrals, strict=True)}

    def of(expressions: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(e.xreplace(known) for e in expressions)

    def terms(own: tuple[Term, ...]) -> tuple[Term, ...]:
        return tuple(replace(t, value=t.value.xreplace(known)) for t in own)

    def statement(own: Any) -> Any:
        return replace(own, lhs=of(own.lhs), rhs=of(own.rhs), terms=terms(own.terms))

    found = replace(
        problem,
        fields=(*problem.fields, *fields),
        equations=tuple(map(statement, problem.equations)),
        conditions=tuple(map(statement, problem.conditions)),
        penalties=tuple(map(statement, problem.penalties)),
        integrals=integrals,
        reports=tuple(
            replace(r, value=r.value.xreplace(known), terms=terms(r.terms), at=None if r.at is None else of(r.at))
            for r in problem.reports
        ),
        exact=tuple((name, value) for name, value in problem.exact if not value.has(*known)),
        measurements=tuple(replace(m, values=of(m.values)) for m in problem.measurements),
    )
    return found if found.text is None else replace(found, text=replace(found.text, says=found.key))


def worth(field: Field) -> sp.Expr:
    """What the search for an unknown starts from, an expression of the coordinates: its start, or what its bounds allow."""
    assert field.sought is not None
    if field.start is not None:
        return field.start
    low, high = field.sought.lower, field.sought.upper
    if field.sought.free:
        return sp.Integer(0)
    if low <= 1 <= high:
        return sp.Integer(1)
    return sp.Float(field.sought.value(0.0))


def latent(problem: Problem, expression: Any) -> Any:
    """An expression in the free numbers of which unknowns between bounds are functions."""
    bounded = {f.expression: f.sought.value(f.expression, sp) for f in problem.fields if f.sought and not f.sought.free}
    return expression.xreplace(bounded) if bounded else expression
