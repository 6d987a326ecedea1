"""From a SymPy expression and points to numbers, in NumPy: the reference evaluator.

The checker probes with it, the sampler asks it where conditions hold, and the tests hold the JAX lowering against it.
"""

import warnings
from collections.abc import Mapping
from functools import reduce
from typing import Any

import numpy as np
import scipy  # whose modules are imported when they are first named
import sympy as sp

from pdedsl.problem.atoms import Nonlocal
from pdedsl.problem.given import Given
from pdedsl.vocabulary.functions import BY_HEAD

Values = Mapping[sp.Symbol, Any]


def evaluate(expression: sp.Basic, values: Values, memo: dict[sp.Basic, Any] | None = None) -> Any:
    """The value of an expression, of the broadcast shape of the given values; not a number where it has none.

    A SymPy condition gives booleans. Derivatives and fields must have been replaced before.
    """
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return _evaluate(expression, values, {} if memo is None else memo)


def _evaluate(expression: sp.Basic, values: Values, memo: dict[sp.Basic, Any]) -> Any:
    if expression in memo:
        return memo[expression]
    result = _apply(expression, [_evaluate(a, values, memo) for a in _operands(expression)], values)
    memo[expression] = result
    return result


def _operands(expression: sp.Basic) -> tuple[sp.Basic, ...]:
    match expression:
        case sp.Piecewise():
            return tuple(part for pair in expression.args for part in pair.args)
        case sp.Integer() | sp.Rational() | sp.Float() | sp.Symbol():
            return ()
        case _:
            return expression.args


def _apply(expression: sp.Basic, operands: list[Any], values: Values) -> Any:
    match expression:
        case Nonlocal():
            return values.get(expression, np.nan)  # an integral that nobody took
        case sp.Symbol():
            return values[expression]
        case sp.core.numbers.ImaginaryUnit():
            return np.nan
        case sp.Number() | sp.NumberSymbol() | sp.core.numbers.ComplexInfinity():
            return float(expression) if expression.is_extended_real else np.nan
        case sp.logic.boolalg.BooleanAtom():
            return bool(expression)
        case sp.Add():
            return reduce(np.add, operands)
        case sp.Mul():
            return reduce(np.multiply, operands)
        case sp.Pow():
            return power(*operands)
        case sp.Piecewise():
            *pairs, last = zip(operands[::2], operands[1::2], strict=True)
            result = np.where(last[1], last[0], np.nan)
            for value, condition in reversed(pairs):
                result = np.where(condition, value, result)
            return result
        case sp.And():
            return reduce(np.logical_and, operands)
        case sp.Or():
            return reduce(np.logical_or, operands)
        case sp.Not():
            return np.logical_not(operands[0])
        case sp.core.relational.Relational():
            return _RELATIONS[type(expression)](*operands)
        case sp.Heaviside():
            return np.where(operands[0] > 0, 1.0, 0.0)
        case sp.DiracDelta():
            return 0.0 * np.asarray(operands[0])
        case Given():
            return type(expression).worth(operands)
        case _ if expression.func in BY_HEAD:
            name = BY_HEAD[expression.func][1].array
            function = getattr(np, name, None) or getattr(scipy.special, name)
            return reduce(function, operands) if len(operands) > 1 else function(operands[0])
    raise NotImplementedError(f"no numerical meaning for {expression.func}")


def power(base: Any, exponent: Any) -> Any:
    """`base^exponent` over the reals: not a number for a negative base with a fractional exponent."""
    return np.power(np.asarray(base, float), np.asarray(exponent, float))


_RELATIONS: dict[Any, Any] = {
    sp.StrictLessThan: np.less,
    sp.LessThan: np.less_equal,
    sp.StrictGreaterThan: np.greater,
    sp.GreaterThan: np.greater_equal,
    sp.Equality: np.isclose,
    sp.Unequality: np.not_equal,
}
