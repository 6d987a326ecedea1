"""From an evolution to its steady states: the same problem without time, and without what it starts from."""

from dataclasses import replace
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from pdedsl.problem.problem import Problem
from pdedsl.problem.sought import put_in, without
from pdedsl.problem.statements import Boundary, Initial


def steady(problem: Problem, rate: int = 0) -> Problem:
    """The problem whose solutions do not change in time; itself where there is no time.

    With a `rate` of 1 derivatives in time are the fields themselves: what this adds is the part that is in proportion to the rate of
    growth, of what grows as its exponential.

    Raises ValueError, in words, where something depends on the time itself, or moves.
    """
    if problem.time is None:
        return problem
    if problem.stated is not None:
        raise ValueError("steady states between moving ends are not followed")
    time: Any = problem.time.symbol
    fields, known = without(problem, [time])
    conditions = tuple(c for c in problem.conditions if not isinstance(c, Initial))
    alone = replace(problem, conditions=conditions, references=(), text=None)
    held = [e for s in alone.statements for e in s.residual] + [i.integrand for i in problem.integrals]
    for slope in set().union(*(e.atoms(sp.Derivative) for e in (*held, *(r.value for r in problem.reports)))):
        variables: Any = slope.variable_count
        times = sum(int(n) for s, n in variables if s == time)
        if times:
            others, inner = [(s, n) for s, n in variables if s != time], slope.expr.xreplace(known)
            known[slope] = rate**times * (sp.Derivative(inner, *others) if others else inner)
    for statement in alone.statements:
        places = [p.where for p in statement.on] if isinstance(statement, Boundary) else []
        if any(time in e.xreplace(known).free_symbols for e in (*statement.residual, *places)):
            raise ValueError(f"`{statement.name}` depends on the time `{time.name}`: there are no steady states")
    reports = tuple(replace(r, at=None if r.at is None else r.at[: len(problem.space)]) for r in problem.reports)
    exact = tuple((name, value) for name, value in problem.exact if time not in value.free_symbols)
    domain = replace(problem.domain, coordinates=tuple(c for c in problem.coordinates if c.symbol != time))
    return replace(put_in(replace(alone, reports=reports, exact=exact), (), known), fields=fields, domain=domain)


def begun(problem: Problem) -> dict[str, sp.Expr]:
    """What the fields of an evolution start from, where the text says so outright."""
    names: dict[Any, str] = {f.expression: f.name for f in problem.fields}
    started = [c for c in problem.conditions if isinstance(c, Initial)]
    sides = [(left, right) for c in started for left, right in zip(c.lhs, c.rhs, strict=True)]
    return {names[left]: right for left, right in sides if left in names and not right.has(AppliedUndef)}
