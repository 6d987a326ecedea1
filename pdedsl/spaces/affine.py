"""From a problem with swept parameters to those in which its solution is affine: for each a solution of its own, superposed.

Where the operators hold none of them and the data are affine in them, `u = u_0 + sum_k a_k u_k` (superposition).
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import sympy as sp

from pdedsl.problem.derivatives import expand_derivatives
from pdedsl.problem.problem import Problem
from pdedsl.spaces.linear import Form, forms


@lru_cache(maxsize=8)
def affine(problem: Problem) -> frozenset[int]:
    """The axes of the parameters in which the solution is affine, all at once."""
    domain = problem.domain
    symbols = {c.symbol for c in domain.swept} - {domain.symbols[k] for k in domain.shaping}
    if not symbols or problem.measurements:
        return frozenset()
    own = [f for components in forms(problem).values() for f in components]
    if not all(f.is_linear for f in own):
        return frozenset()
    for f in own:
        symbols -= set().union(*(s.free_symbols for s in operators(f)))
    for given in map(source, own):
        for a in sorted(symbols & given.free_symbols, key=str):
            slope = sp.diff(given, a)
            for b in slope.free_symbols & symbols:
                if a in symbols and sp.diff(slope, b) != 0:
                    symbols -= {a, b}
    return frozenset(domain.column(s) for s in symbols)


def dimensions(problem: Problem) -> int:
    """The coordinates in which a solution is any function: not parameters whose solutions superpose."""
    return len(problem.coordinates) - len(affine(problem))


def operators(form: Form) -> Iterator[sp.Basic]:
    """What fields and their derivatives are multiplied with."""
    yield from form.slopes.values()
    for _, slope, inner in form.integrals:
        yield slope
        yield from operators(inner)


def source(form: Form) -> sp.Expr:
    """A residual where all fields vanish, and with integrals of what these leave."""
    known: dict[Any, Any] = dict.fromkeys(form.atoms, sp.Integer(0))
    known |= {integral.symbol: source(inner) for integral, _, inner in form.integrals}
    return expand_derivatives(form.residual.xreplace(known))
