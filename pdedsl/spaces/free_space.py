"""From point sources in the plane or in space to what is singular about a solution: the free-space solution.

For a polynomial `P` of the laplacian, with constant coefficients, it is a logarithm of the distance times a power series
in its square (in the plane), or a series of its odd powers (in space): smooth terms are left to whatever the rest is made of.
An operator of second order with any constant coefficients becomes `a laplacian + c` in coordinates in which its principal
part is isotropic, times an exponential (Courant and Hilbert 1962, Methods of Mathematical Physics II, III.2).
"""

import itertools
from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import factorial
from typing import Any

import numpy as np
import sympy as sp
from sympy.core.function import AppliedUndef

from pdedsl.problem.derivatives import occurring
from pdedsl.problem.problem import Problem
from pdedsl.problem.sources import point_sources, sourced, without
from pdedsl.problem.statements import Boundary, Field
from pdedsl.problem.symbol import MultiIndex, linearised

TERMS = 24
"""The most terms of a series."""
LARGEST = 1e3
"""The size of a term at the far end of the domain, relative to the first: beyond that rounding is worse than a smooth rest."""
TINY = 1e-30
"""What is as good as no distance at all, relative to the reach."""
SAME = 1e-12
"""Coefficients that differ by less, relative to the largest, are one."""


@lru_cache(maxsize=64)
def singular_part(problem: Problem, unknown: Field) -> sp.Expr | None:
    """What point sources add to a field, smooth terms apart; 0 without any in two or three dimensions.

    None where it is not known: for coefficients that vary, operators that are no polynomials of a laplacian, in time, where
    an equation holds more than this field, in periodic coordinates, and in a shape with a hard condition, which takes all of `G`.
    """
    total: Any = sp.Integer(0)
    if len(problem.space) not in (2, 3):
        return total
    symbols = [c.symbol for c in problem.space]
    bound = any(
        isinstance(c, Boundary) and c.hard and unknown.name in occurring(c.residual) for c in problem.conditions
    )
    beside = any(c.periodic for c in problem.space) or (problem.shape is not None and bound)
    for equation, residual, alone in sourced(problem):
        if not residual.has(unknown.expression):
            continue
        numbers = None if alone is None or beside else _numbers(problem, residual, unknown)
        if numbers is None or len(problem.coordinates) > len(symbols) or equation.part is not None:
            return None
        for source in point_sources(problem, residual):
            offsets = [s - problem.domain.number(a) for s, a in zip(symbols, source.place, strict=True)]
            own = free_space(numbers, offsets, problem.domain.diameter)
            if own is None or not source.finite or source.strength.free_symbols & set(problem.symbols):
                return None
            total -= problem.domain.number(source.strength) * own
    return total


def _numbers(problem: Problem, residual: sp.Expr, unknown: Field) -> dict[MultiIndex, float] | None:
    """The symbol of a component in its field, by the coordinates in space, if its coefficients are numbers."""
    found = dict[MultiIndex, float]()
    for index, coefficient in linearised(without(residual), problem).coefficients[unknown.name].items():
        value: Any = sp.expand(coefficient).xreplace(problem.domain.values)
        if value.free_symbols or value.atoms(AppliedUndef):
            return None
        found[index] = float(value)
    return found


def free_space(numbers: Mapping[MultiIndex, float], offsets: Sequence[sp.Expr], reach: float) -> sp.Expr | None:
    """A function with `sum_m c_m d^m = delta` up to what is smooth, of the offsets from its centre; None if none is known.

    `reach` is the largest distance that matters.
    """
    dimension, order = len(offsets), max(map(sum, numbers), default=0)
    if order < 2:
        return None
    second = np.zeros((dimension, dimension))
    first = np.zeros(dimension)
    if order == 2:
        for index, number in numbers.items():
            axes = [axis for axis, n in enumerate(index) for _ in range(n)]
            if len(axes) == 2:
                second[axes[0], axes[1]] += number / 2
                second[axes[1], axes[0]] += number / 2
            elif len(axes) == 1:
                first[axes[0]] = number
        sign = np.sign(np.trace(second))
        values = np.linalg.eigvalsh(sign * second)
        if values[0] <= SAME * values[-1]:
            return None
        inverse = np.linalg.inv(second)
        # u = exp(-tilt . s) w leaves `div(A grad(w)) + c w`; s = A^(1/2) y makes that a laplacian, up to its sign
        tilt = inverse @ first / 2
        constant = numbers.get((0,) * dimension, 0.0) - float(first @ inverse @ first) / 4
        if float(np.abs(tilt).max()) * reach > LARGEST:
            return None
        form, pairs = sign * inverse, itertools.combinations_with_replacement(range(dimension), 2)
        square: Any = sp.Add(  # not multiplied out, which would lose digits near the centre
            *(float(form[i, j]) * (1 if i == j else 2) * sp.Mul(offsets[i], offsets[j]) for i, j in pairs)
        )
        radial = _series([constant, sign], dimension, square, reach / float(np.sqrt(values[0])))
        stretched = 1 / float(np.sqrt(np.prod(values)))
        return stretched * sp.exp(-sum(t * o for t, o in zip(tilt, offsets, strict=True))) * radial
    powers = _of_laplacian(numbers, dimension, order)
    if powers is None:
        return None
    return _series(powers, dimension, sp.Add(*(o**2 for o in offsets)), reach)


def _of_laplacian(numbers: Mapping[MultiIndex, float], dimension: int, order: int) -> list[float] | None:
    """The coefficients of a polynomial of the laplacian, the lowest first; None for any other operator."""
    found = [numbers.get((2 * k, *[0] * (dimension - 1)), 0.0) for k in range(order // 2 + 1)]
    wanted = dict[MultiIndex, float]()
    for k, number in enumerate(found):
        for index in np.ndindex(*[k + 1] * dimension):
            if sum(index) == k:
                times = factorial(k) / np.prod([factorial(n) for n in index])
                wanted[tuple(2 * n for n in index)] = float(times) * number
    largest = max(map(abs, numbers.values()), default=0.0)
    keys = {*numbers, *wanted}
    if not found[-1] or any(abs(numbers.get(k, 0.0) - wanted.get(k, 0.0)) > SAME * largest for k in keys):
        return None
    return found


def _series(powers: Sequence[float], dimension: int, square: sp.Expr, reach: float) -> sp.Expr:
    """The singular terms of a function of the squared distance with `sum_k powers[k] laplacian^k = delta`.

    In the plane `log(r) sum_n g_n r^(2 n)`: there `laplacian(r^(2 n) log(r))` is `4 n^2 r^(2 n - 2) log(r)` and something
    smooth. In space `sum_n g_n r^(2 n - 1)`: there it is `2 n (2 n - 1) r^(2 n - 3)`.
    """
    order = len(powers) - 1

    def lowered(n: int, times: int) -> float:
        """What a laplacian, some times, leaves of term n."""
        steps = range(n, n - times, -1)
        return float(np.prod([4.0 * k**2 if dimension == 2 else 2.0 * k * (2 * k - 1) for k in steps]))

    unit = 1 / (2 * np.pi) if dimension == 2 else -1 / (4 * np.pi)
    found = {order - 1: unit / (powers[-1] * lowered(order - 1, order - 1))}
    first = abs(found[order - 1]) * reach ** (2 * (order - 1))
    for n in range(order, TERMS):
        k = n - order  # the coefficient of term k of the operator applied to the series vanishes
        total = sum(powers[j] * lowered(k + j, j) * found.get(k + j, 0.0) for j in range(order))
        own = -total / (powers[-1] * lowered(n, order))
        size = abs(own) * reach ** (2 * n)
        if size > LARGEST * first:
            break
        if own:
            found[n] = own
        if size < np.finfo(float).eps * first and n >= 2 * order:
            break
    if dimension == 2:  # r^2 log(r), moved off the centre by less than rounding, is a number there; log(r) is infinite
        tiny = 0.0 if order == 1 else (TINY * reach) ** 2
        return sp.log((square + tiny) / reach**2) / 2 * sp.Add(*(g * square**n for n, g in found.items()))
    return sp.Add(*(g * square ** (n - sp.Rational(1, 2)) for n, g in found.items()))
