"""From a problem and functions of one's choice to the problem that those functions solve (manufactured solutions)."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from sympy.core.function import AppliedUndef

from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Relation
from pdedsl.stages.load import loads
from pdedsl.stages.words import read_components

R = TypeVar("R", bound=Relation)


def manufacture(problem: Problem, chosen: Mapping[str, str]) -> Problem:
    """The same operators with other data: `D[u] = D[u*]`, `B[u] = B[u*]`, so that u* is the exact solution.

    `chosen` gives u* for each field or vector, in the language of specs. Settings stay; reports and references go, since
    they belong to another solution. Raises ValueError for fields without a function, SpecError for functions that are
    none or that the problem cannot have, such as one that is not periodic.
    """
    names, vectors = [f.name for f in problem.fields], dict(problem.vectors)
    exact: dict[str, Any] = {}
    for name, text in chosen.items():
        if name not in (*names, *vectors):
            raise ValueError(f"there is no field `{name}`; the fields are {', '.join(names)}")
        own = vectors.get(name, (name,))
        _, components = read_components(problem, text)
        if len(components) != len(own):
            raise ValueError(f"`{name}` has {len(own)} components, {text} has {len(components)}")
        if twice := [n for n in own if n in exact]:
            raise ValueError(f"`{twice[0]}` is given twice")
        exact |= {n: expression for n, (_, expression) in zip(own, components, strict=True)}
        if held := next((e.atoms(AppliedUndef) for _, e in components if e.atoms(AppliedUndef)), None):
            raise ValueError(f"{name} = {text} holds the unknown `{next(iter(held)).func}`: write a known function")
    if missing := [n for n in names if n not in exact]:
        also = " as well" if exact else ""
        raise ValueError(f'give a function for `{missing[0]}`{also}: --exact "{missing[0]} = ..."')
    integrals = {i.symbol: replace(i, integrand=problem.put(i.integrand, exact)) for i in problem.integrals}
    known = {symbol: made.symbol for symbol, made in integrals.items()}

    def data(statement: R) -> R:
        missed = (problem.put(residual, exact).xreplace(known) for residual in statement.residual)
        return replace(statement, rhs=tuple(r + m for r, m in zip(statement.rhs, missed, strict=True)))

    made = replace(
        problem,
        equations=tuple(map(data, problem.equations)),
        conditions=tuple(map(data, problem.conditions)),
        integrals=(*problem.integrals, *integrals.values()),
        exact=tuple((n, exact[n]) for n in names),
        reports=(),
        references=(),
        title=f"{problem.title or Path(problem.source.name).stem}, manufactured solution",
        warnings=(),
    )
    return loads(str(made), name=problem.source.name)
