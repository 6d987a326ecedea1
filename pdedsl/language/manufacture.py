"""From a problem and functions of one's choice to the problem that those functions solve (manufactured solutions)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import sympy as sp

from pdedsl.language.load import read_expression
from pdedsl.language.problem import Equation, Integral, Problem
from pdedsl.language.write import write_expression


def manufacture(problem: Problem, chosen: Mapping[str, str]) -> Problem:
    """The same operators with other data: `D[u] = D[u*]`, `B[u] = B[u*]`, so that u* is the exact solution.

    `chosen` gives u* for each field, in the language of specs. Settings stay; reports and references go, since they
    belong to another solution. Raises ValueError for fields without a function, SpecError for functions that are none.
    """
    names = [f.name for f in problem.fields]
    if unknown := [n for n in chosen if n not in names]:
        raise ValueError(f"there is no field `{unknown[0]}`; the fields are {', '.join(names)}")
    if missing := [n for n in names if n not in chosen]:
        raise ValueError(f'give a function for `{missing[0]}` as well: --exact "{missing[0]} = ..."')
    exact = {name: read_expression(problem, text)[1] for name, text in chosen.items()}
    for name, expression in exact.items():
        if held := expression.atoms(sp.core.function.AppliedUndef):
            raise ValueError(
                f"{name} = {chosen[name]} holds the unknown `{next(iter(held)).func}`: write a known function"
            )
    integrals = {i.symbol: _put(problem, i, exact) for i in problem.integrals}
    known = {symbol: made.symbol for symbol, made in integrals.items()}

    def data(statement: Equation) -> Equation:
        missed = (problem.put(residual, exact).xreplace(known) for residual in statement.residual)
        return replace(statement, rhs=tuple(r + m for r, m in zip(statement.rhs, missed, strict=True)))

    return replace(
        problem,
        equations=tuple(map(data, problem.equations)),
        conditions=tuple(data(c) for c in problem.conditions),  # pyright: ignore[reportArgumentType]
        integrals=(*problem.integrals, *integrals.values()),
        exact=tuple(exact.items()),
        reports=(),
        references=(),
        title=f"{problem.title or 'problem'}, manufactured solution",
        text="",
        warnings=(),
    )


def _put(problem: Problem, integral: Integral, exact: Mapping[str, Any]) -> Integral:
    """The same integral of the chosen solution; its name is the way it is written."""
    integrand: Any = problem.put(integral.integrand, exact)
    before, after = write_expression(integral.integrand), write_expression(integrand)
    return replace(
        integral, symbol=sp.Symbol(integral.symbol.name.replace(before, after, 1), real=True), integrand=integrand
    )
