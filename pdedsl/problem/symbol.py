"""From a residual to the symbol of its operator: the coefficient of every derivative of every field.

`F(u, u_x, ...)` becomes `dF/du + dF/du_x d/dx + ...`, linearised about fields that stay as they are; on waves
`exp(i k x)` a derivative of multi-index `m` is a factor `(i k)^m`. Order, type, balance and Green's functions are read
from here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from pdedsl.problem.derivatives import derivative_order, expand_derivatives, parts
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Field
from pdedsl.vocabulary.functions import SAFE

MultiIndex = tuple[int, ...]
"""How often each coordinate is differentiated, in the order of a point's columns."""


@dataclass(frozen=True)
class Linearised:
    """A scalar residual to first order in its fields."""

    coefficients: Mapping[str, Mapping[MultiIndex, sp.Expr]]
    """By field and multi-index: `dF/d(derivative)`, which holds fields itself where F is not linear."""
    data: sp.Expr
    """What remains where all fields vanish."""

    @property
    def is_linear(self) -> bool:
        """Whether no coefficient holds a field."""
        return not any(c.atoms(AppliedUndef) for own in self.coefficients.values() for c in own.values())


def multi_index(part: Any, symbols: Sequence[sp.Symbol]) -> MultiIndex:
    """The multi-index of a field or of its derivative."""
    pairs: Any = part.variable_count if isinstance(part, sp.Derivative) else ()
    counts: dict[Any, Any] = dict(pairs)
    return tuple(int(counts.get(s, 0)) for s in symbols)


def stand_ins(expression: Any) -> tuple[Any, dict[sp.Dummy, Any]]:
    """An expression with symbols in place of the fields and their derivatives, and what those stand for, in their order."""
    found: dict[sp.Dummy, Any] = {}
    for kind in (sp.Derivative, AppliedUndef):  # derivatives first: a field stands inside of its own
        own = {atom: sp.Dummy(real=True) for atom in sorted(expression.atoms(kind), key=sp.default_sort_key)}
        expression = expression.xreplace(own)
        found |= {dummy: atom for atom, dummy in own.items()}
    return expression, found


def linearised(residual: sp.Expr, problem: Problem) -> Linearised:
    """The symbol of a residual of a problem. Raises TooLarge as `expand_derivatives` does."""
    plain, back = stand_ins(expand_derivatives(residual))
    names: dict[Any, str] = {f.expression: f.name for f in problem.fields}
    coefficients: dict[str, dict[MultiIndex, sp.Expr]] = {}
    with SAFE():
        for dummy, atom in sorted(back.items(), key=lambda pair: pair[1].sort_key()):
            field = names[atom.expr if isinstance(atom, sp.Derivative) else atom]
            slope: Any = sp.diff(plain, dummy)
            coefficients.setdefault(field, {})[multi_index(atom, problem.symbols)] = slope.xreplace(back)
        data: Any = plain.xreplace(dict.fromkeys(back, sp.S.Zero))
    return Linearised(coefficients, data)


def order(
    expressions: Iterable[sp.Expr], unknown: Field | None = None, among: Iterable[sp.Symbol] | None = None
) -> int:
    """The highest order to which a field, or any, is differentiated in some coordinates, or in all."""
    counted = None if among is None else set(among)
    return max(
        (
            derivative_order(part, counted)
            for expression in expressions
            for part in parts(expand_derivatives(expression))
            if isinstance(part, sp.Derivative) and (unknown is None or part.expr == unknown.expression)
        ),
        default=0,
    )


def constant_coefficients(problem: Problem) -> Mapping[MultiIndex, float] | None:
    """The symbol of a single linear equation for one field, where its coefficients are numbers; None elsewhere."""
    if len(problem.fields) != 1 or len(problem.equations) != 1 or len(problem.equations[0].residual) != 1:
        return None
    symbol = linearised(problem.equations[0].residual[0], problem)
    found = {}
    for index, coefficient in symbol.coefficients.get(problem.fields[0].name, {}).items():
        value: Any = sp.expand(coefficient).xreplace(problem.domain.values)
        if value.free_symbols or value.atoms(AppliedUndef):
            return None
        found[index] = float(value)
    return {index: value for index, value in found.items() if value}
