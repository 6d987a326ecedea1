"""Derivatives and fields inside SymPy expressions: carried out, counted, found."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import sympy as sp

from pdedsl.vocabulary.functions import SAFE
from pdedsl.vocabulary.operators import partial_of


def derivative_order(derivative: sp.Derivative, among: Iterable[sp.Symbol] | None = None) -> int:
    """How often a derivative differentiates, with respect to some symbols or to all."""
    counts: Any = derivative.variable_count
    return sum(int(n) for s, n in counts if among is None or s in among)


class TooLarge(Exception):
    """A derivative of a product or a composition has more terms than anyone would write."""


MOST = 4000
"""The most nodes that an expression may have on the way to its derivative."""


def expand_derivatives(expression: Any) -> Any:
    """Carry derivatives of sums, products and compositions down to the fields; nothing else is touched.

    Raises TooLarge instead of growing without bound.
    """
    if not expression.has(sp.Derivative):
        return expression
    with SAFE():
        return _expanded(expression)


@lru_cache(maxsize=20_000)
def _expanded(expression: Any) -> Any:
    if not expression.args or isinstance(expression, sp.core.function.AppliedUndef):
        return expression
    if isinstance(expression, sp.Derivative):
        result: Any = _expanded(expression.expr)
        pairs: Any = expression.variable_count
        for symbol, count in pairs:
            for _ in range(int(count)):
                if node_count(result, {}) > MOST:
                    raise TooLarge
                result = _differentiated(result, symbol)
        return result
    arguments = [_expanded(a) for a in expression.args]
    unchanged = all(a is b for a, b in zip(arguments, expression.args, strict=True))
    return expression if unchanged else expression.func(*arguments)


@lru_cache(maxsize=20_000)
def _differentiated(expression: Any, symbol: sp.Symbol) -> Any:
    """The first derivative of an expanded expression: what SymPy gives, by rules that share what is equal."""
    match expression:
        case sp.Add():
            return sp.Add(*(_differentiated(a, symbol) for a in _terms_with(expression).get(symbol, ())))
        case sp.core.function.AppliedUndef():
            return _partial(expression, ((symbol, 1),)) if symbol in expression.args else sp.Integer(0)
        case sp.Derivative():
            if symbol not in expression.expr.args:
                return sp.Integer(0)
            pairs: Any = expression.variable_count
            counts: dict[Any, Any] = dict(pairs)
            counts[symbol] = counts.get(symbol, 0) + 1
            return _partial(expression.expr, tuple(sorted(counts.items(), key=lambda pair: pair[0].sort_key())))
        case sp.Mul():
            moving = [a for a in expression.args if symbol in a.free_symbols]
            return sp.Add(
                *(sp.Mul(*(_differentiated(a, symbol) if a is m else a for a in expression.args)) for m in moving)
            )
        case _:
            return sp.diff(expression, symbol)


@lru_cache(maxsize=256)
def _terms_with(total: sp.Add) -> dict[Any, list[Any]]:
    """The terms of a sum by the symbols in them."""
    found: dict[Any, list[Any]] = {}
    for term in total.args:
        for symbol in term.free_symbols:
            found.setdefault(symbol, []).append(term)
    return found


@lru_cache(maxsize=20_000)
def _partial(function: Any, counts: tuple[Any, ...]) -> Any:
    return partial_of(function, dict(counts))


def node_count(expression: sp.Basic, known: dict[sp.Basic, int]) -> int:
    """The number of nodes of an expression; a field and its derivative count as one."""
    if expression not in known:
        leaf = isinstance(expression, sp.core.function.AppliedUndef) or (
            isinstance(expression, sp.Derivative) and isinstance(expression.expr, sp.core.function.AppliedUndef)
        )
        known[expression] = 1 if leaf else 1 + sum(node_count(a, known) for a in expression.args)
    return known[expression]


@lru_cache(maxsize=4096)
def parts(expression: Any) -> tuple[Any, ...]:
    """All different subexpressions of an expression, itself first; fields are not entered, nor what is differentiated in."""
    found: dict[Any, None] = {}
    pending = [expression]
    while pending:
        node = pending.pop()
        if node not in found:
            found[node] = None
            if isinstance(node, sp.Derivative):
                pending.append(node.expr)
            elif not isinstance(node, sp.core.function.AppliedUndef):
                pending.extend(node.args)
    return tuple(found)


def occurring(expressions: Iterable[sp.Basic]) -> set[str]:
    """The names of the fields that occur in any of the expressions."""
    return {str(p.func) for e in expressions for p in parts(e) if isinstance(p, sp.core.function.AppliedUndef)}
