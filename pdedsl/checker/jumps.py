"""From an equation to the discontinuities under its derivatives (W602), found by comparing both sides of an interface."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import sympy as sp

from pdedsl.checker.probe import numbers, point_words, points_of
from pdedsl.geometry.interfaces import levels, lies_on
from pdedsl.geometry.points import inside_shape
from pdedsl.problem.derivatives import TooLarge, expand_derivatives, occurring, parts
from pdedsl.problem.domain import Domain
from pdedsl.problem.printer import write_expression
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Equation, Interface, Place
from pdedsl.vocabulary.diagnostics import Diagnostic
from pdedsl.vocabulary.functions import Maximum, Minimum

GAP = 1e-9
"""Distance of the two points that are compared, relative to the length of the interval."""
ROUNDING = 1e-12
"""Of the length of an interval: what is nothing."""


def discontinuous(problem: Problem) -> Iterator[Diagnostic]:
    """W602: derivatives of what jumps along the coordinate that they differentiate in."""
    for equation in problem.equations:
        nodes = {n for r in equation.residual for n in parts(r)}
        derivatives = [n for n in nodes if n.is_Derivative and _levels(n.expr)]
        for derivative in sorted(derivatives, key=sp.default_sort_key):
            found = _jump(problem, equation, derivative)
            if found is None:
                continue
            symbol, point, before, after = found
            low, high = sorted((abs(before), abs(after)))
            size = f"a factor of {high / low:.3g}" if low > 1e-6 * high and before * after > 0 else f"{high + low:.3g}"
            place = point[problem.domain.column(symbol)]
            width = 0.01 * problem.domain.lengths[symbol]
            spans = [t.span for t in equation.terms if t.value.has(derivative)]
            span = min(spans, key=lambda s: s.end - s.start, default=equation.span)
            message = (
                f"this differentiates in {symbol} what jumps by {size} at {point_words(problem.domain, point)}: "
                f"`{_short(derivative.expr)}`"
            )
            beyond = f"({symbol} {'+' if place < 0 else '-'} {abs(place):.4g})" if place else symbol
            step = f"(1 + tanh({beyond}/{width:.2g}))/2"
            help_ = f"write a smooth transition from one value to the other, such as `a + (b - a)*{step}`"
            yield Diagnostic("W602", message, span, help_)
            break


def _short(expression: sp.Expr) -> str:
    text = write_expression(expression)
    return text if len(text) <= 60 else text[:57] + "..."


def switches(expression: Any) -> Iterator[sp.Basic]:
    """Conditions on the one side of each place where an expression may jump."""
    for part in parts(expression):
        sides: tuple[Any, ...] = part.args
        if isinstance(part, sp.Piecewise):
            for pair in sides[:-1] if sides[-1].args[1] == sp.true else sides:
                yield pair.args[1]
        elif isinstance(part, Minimum | Maximum):
            yield sp.StrictGreaterThan(sides[0] - sides[1], 0, evaluate=False)
        elif isinstance(part, sp.sign | sp.Abs | sp.Heaviside):
            yield sp.StrictGreaterThan(sides[0], 0, evaluate=False)


def _levels(expression: Any) -> list[sp.Expr]:
    """Functions of the coordinates at whose zeros an expression may jump."""
    found = [level.value for level in levels(tuple(map(Place, switches(expression))))]
    return [f for f in found if not f.atoms(sp.core.function.AppliedUndef)]


def _jump(problem: Problem, equation: Equation, derivative: Any) -> tuple[sp.Symbol, np.ndarray, float, float] | None:
    """In which coordinate, where and between which values the operand, or a derivative of it before the last, jumps."""
    smooth = {
        f.name: generic(problem.domain, f.arguments) for f in problem.fields if f.name in occurring((derivative,))
    }
    operand = derivative.expr
    for symbol, count in derivative.variable_count:
        interface = [p for f in _levels(operand) for p in [_interface(problem, equation, f, symbol)] if len(p)]
        for _ in range(int(count)):
            if interface:
                found = _gap(problem.domain, problem.put(operand, smooth), symbol, np.concatenate(interface))
                if found is not None:
                    return symbol, *found
            try:
                operand = expand_derivatives(sp.Derivative(operand, symbol))
            except TooLarge:
                return None
    return None


def generic(domain: Domain, arguments: tuple[sp.Symbol, ...]) -> sp.Expr:
    """A smooth function that stands for an unknown field."""
    return sp.exp(sp.Add(*(sp.Float((0.3 + 0.17 * k) / domain.lengths[s]) * s for k, s in enumerate(arguments[:8]))))


def _interface(problem: Problem, equation: Equation, switch: sp.Expr, symbol: sp.Symbol) -> np.ndarray:
    """Points of the equation's set, shape (n, d), where a function changes its sign along a coordinate."""
    axis = problem.domain.column(symbol)
    left = points_of(problem, equation)
    right = left.copy()
    right[:, axis] = np.roll(left[:, axis], 1)  # the points are drawn at random: any other one will do

    def sign(points: np.ndarray) -> np.ndarray:
        return numbers(switch, problem.domain.at(points), points) > 0

    low = sign(left)
    crossed = low != sign(right)
    left, right, low = left[crossed], right[crossed], low[crossed]
    for _ in range(50):
        middle = (left + right) / 2
        same = (sign(middle) == low)[:, None] if len(middle) else np.zeros((0, 1), bool)
        left, right = np.where(same, middle, left), np.where(same, right, middle)
    column = right[:, axis]
    column[np.abs(column) < ROUNDING * float(problem.domain.lengths[symbol])] = 0.0
    if not len(right):
        return right
    stated = tuple(place for own in problem.conditions if isinstance(own, Interface) for place in own.on)
    return right[inside_shape(problem.domain, right) & ~lies_on(problem.domain, stated, right)]


def _gap(
    domain: Domain, operand: sp.Basic, symbol: sp.Symbol, interface: np.ndarray
) -> tuple[np.ndarray, float, float] | None:
    """Where an operand jumps most along a coordinate, and between which values."""
    axis = domain.column(symbol)
    lower, upper = domain.bounds[axis]
    sides = []
    for sign in (-1, 1):
        points = interface.copy()
        points[:, axis] += sign * GAP * (upper - lower)
        sides.append(numbers(operand, domain.at(points), points))
    apart = np.abs(sides[1] - sides[0])
    real = np.where(np.isfinite(apart), apart, 0.0)
    worst = int(real.argmax())
    scale = float(np.nan_to_num(np.abs(sides)).max())
    before, after = (float(side[worst]) for side in sides)
    return (interface[worst], before, after) if real[worst] > 1e-4 * scale > 0 else None
