"""From laws that are sought, functions of fields, to sums of Chebyshev polynomials whose coefficients are numbers that are sought.

`D(u) = size sum c_n T_n(s)`, where `s` runs from -1 to 1 over the range of `u`; between bounds, the same of the free number.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import sympy as sp

from pdedsl.problem.bounds import FREE
from pdedsl.problem.derivatives import expand_derivatives
from pdedsl.problem.given import Law, Polynomial, Product, given
from pdedsl.problem.problem import Problem
from pdedsl.problem.sought import put_in
from pdedsl.problem.statements import Field, FunctionSought

DEGREES = {1: 9, 2: 5, 3: 3}
"""The total degree of a law, by the number of its arguments."""
FEWEST = 2

Intervals = tuple[tuple[float, float], ...]


def written_out(problem: Problem, ranges: Mapping[str, Intervals]) -> Problem:
    """The same problem, each law a sum over the ranges of its arguments; it knows how it was stated."""
    if not problem.laws:
        return problem
    laws = tuple(replace(own, ranges=ranges[own.name], shifted=only_slopes(problem, own)) for own in problem.laws)
    sums = {law.name: written(law) for law in laws}

    def of(expression: Any) -> Any:
        return expression.xreplace({atom: value(atom) for atom in expression.atoms(Law)})

    def value(atom: Law) -> Any:
        own, places = sums[atom.title][1:]
        for place, order in zip(places, atom.orders, strict=True):
            own = sp.diff(own, place, order) if order else own
        return own.xreplace(dict(zip(places, map(of, atom.args), strict=True)))

    fields = tuple(f for own, _, _ in sums.values() for f in own)
    known = {atom: value(atom) for expression in _expressions(problem) for atom in expression.atoms(Law)}
    found = replace(put_in(problem, fields, known), laws=laws, stated=problem.stated or problem)
    return found if found.text is None else replace(found, text=replace(found.text, says=found.key))


def written(law: FunctionSought) -> tuple[list[Field], sp.Expr, tuple[sp.Dummy, ...]]:
    """The coefficients of a law over its ranges, and the sum in some arguments."""
    assert law.ranges is not None
    places = tuple(sp.Dummy(real=True) for _ in law.arguments)
    fields, terms = list[Field](), list[sp.Expr]()
    free = law.bounds.free
    start, size = (1.0, law.start) if free and law.start else (float(law.bounds.of(law.start)), 1.0)
    for degrees in degrees_of(len(places)):
        if law.shifted and not any(degrees):
            continue
        name = f"{law.name}[{', '.join(map(str, degrees))}]"
        own = Field(name, (), law.span, sp.Float(0.0 if any(degrees) else start), FREE, law=(law.name, degrees))
        head: Any = given(Polynomial, f"T{degrees}", Product(degrees, law.ranges), (0,) * len(places))
        basis: Any = head(*places) if any(degrees) else sp.Integer(1)
        if law.shifted:
            basis -= head(*(sp.Float((low + high) / 2) for low, high in law.ranges))
        fields.append(own)
        terms.append(sp.Float(size) * own.expression * basis)
    return fields, law.bounds.value(sp.Add(*terms), sp), places


def laws_of(fields: Sequence[Field]) -> dict[str, list[int]]:
    """The places of the coefficients of each law."""
    found = dict[str, list[int]]()
    for place, own in enumerate(fields):
        if own.law is not None:
            found.setdefault(own.law[0], []).append(place)
    return found


def as_wholes(fields: Sequence[Field], sizes: np.ndarray) -> np.ndarray:
    """Sizes of all fields, shape (number of fields,), of the coefficients of a law that of the law: the root of their sum of squares."""
    found = np.array(sizes, float)
    for places in laws_of(fields).values():
        found[places] = np.linalg.norm(found[places])
    return found


def degrees_of(count: int) -> list[tuple[int, ...]]:
    """The degrees of each polynomial of a law with some arguments."""
    most = DEGREES.get(count, FEWEST)
    return sorted(
        (own for own in product(range(most + 1), repeat=count) if sum(own) <= most), key=lambda n: (sum(n), n)
    )


def only_slopes(problem: Problem, law: FunctionSought) -> bool:
    """Whether a law enters by its derivatives alone, so that nothing fixes it but for a constant."""
    if not law.bounds.free:
        return False
    plain = (expand_derivatives(e) for e in _stated(problem))
    own = [atom for e in plain for atom in e.atoms(Law) if atom.title == law.name]
    return bool(own) and all(any(atom.orders) for atom in own)


def _stated(problem: Problem) -> Iterator[sp.Expr]:
    """All expressions that a law is sought from."""
    for statement in (*problem.statements, *problem.penalties):
        yield from (*statement.lhs, *statement.rhs)
    yield from (i.integrand for i in problem.integrals)
    yield from (v for m in problem.measurements for v in m.values)


def _expressions(problem: Problem) -> Iterator[sp.Expr]:
    """All that may hold a law."""
    yield from _stated(problem)
    yield from (report.value for report in problem.reports)
    for own in (*problem.statements, *problem.penalties, *problem.reports):
        yield from (term.value for term in own.terms)
