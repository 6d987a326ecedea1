"""From a nonlinear problem to easier ones, whose highest derivatives weigh more: a way along which Newton's method is led.

A small diffusion or a large Reynolds number stands before them: what it is multiplied with falls step by step to one, each
problem solved from the solution of the one before (Allgower and Georg, Introduction to Numerical Continuation Methods, 2003).
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import sympy as sp

from pdedsl.problem.problem import Problem
from pdedsl.problem.symbol import linearised

FACTORS = (1000.0, 300.0, 100.0, 30.0, 10.0, 3.0, 1.0)
"""What the highest derivatives are multiplied with, one problem after another."""


def eased(problem: Problem, factor: float) -> Problem:
    """A problem with its derivatives of the highest order, where that is two or more, multiplied by a factor."""
    equations = []
    for equation in problem.equations:
        tops = [sp.Add(*(c * d for c, d in _highest(problem, r))) for r in equation.residual]
        left = tuple(own + (factor - 1) * top for own, top in zip(equation.lhs, tops, strict=True))
        equations.append(replace(equation, lhs=left))
    return problem if factor == 1 else replace(problem, equations=tuple(equations))


def led_by(problem: Problem) -> str:
    """What is multiplied, in words: the parameters before the highest derivatives; empty where there is nothing to multiply.

    Steady problems alone: where there is time, all goes from where it starts.
    """
    found = [c for e in problem.equations for r in e.residual for c, _ in _highest(problem, r)]
    if problem.time is not None or not found:
        return ""
    names = [p.name for p in problem.parameters if any(c.has(p.symbol) for c in found)]
    return ", ".join(f"`{name}`" for name in names) or "the highest derivatives"


def _highest(problem: Problem, residual: sp.Expr) -> Iterator[tuple[Any, Any]]:
    """The derivatives of each field of the highest order in a residual, with their coefficients; from the second order on."""
    for name, own in linearised(residual, problem).coefficients.items():
        (unknown,) = (f.expression for f in problem.fields if f.name == name)
        order = max(map(sum, own))
        for index, coefficient in own.items():
            if sum(index) == order >= 2:
                yield (
                    coefficient,
                    sp.Derivative(unknown, *((s, n) for s, n in zip(problem.symbols, index, strict=True) if n)),
                )
