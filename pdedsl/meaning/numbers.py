"""From `param` and `unknown` to numbers: constants, those that are swept, those that are sought between bounds."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import sympy as sp

from pdedsl.meaning.coordinates import group_of, interval_of
from pdedsl.meaning.expressions import Walk
from pdedsl.meaning.names import Declaration, definitions
from pdedsl.meaning.place import PLACES
from pdedsl.meaning.read import read
from pdedsl.meaning.scope import Scope
from pdedsl.problem.bounds import Bounds
from pdedsl.problem.domain import Coordinate, Parameter
from pdedsl.syntax import syntax
from pdedsl.vocabulary.diagnostics import Diagnostic, beyond

FIRST_SWEPT = 1_000_000
"""Swept parameters come after all coordinates."""


def parameters(scope: Scope, overrides: Mapping[str, float]) -> tuple[Scope, tuple[Parameter, ...], list[Diagnostic]]:
    """Parameters and unknown numbers, in the order in which their values can be worked out."""
    found: list[Diagnostic] = []
    parameters: list[Parameter] = []
    for name in definitions(scope.names)[0]:
        node = scope.names.declared[name].node
        if isinstance(node, syntax.Definition) and isinstance(node.value, syntax.Interval):
            if name not in overrides or node.indices:  # members of a group are given one by one: `problem/member.py`
                scope, wrong = _swept(scope, node, node.value)
                found += wrong
                continue
            found += _beyond(scope, node, node.value, overrides[name])
            scope = replace(scope, names=scope.names.with_(Declaration(name, "param", node.name.span, node)))
        if not isinstance(node, syntax.Definition | syntax.Sought) or scope.names.declared[name].kind == "broken":
            continue
        reading = read(scope, lambda walk, node=node: _number(walk, node, overrides.get(node.name.name)))
        found += reading.diagnostics
        if reading.value is not None:
            parameter, worth = reading.value
            parameters.append(parameter)
            known, values = {**scope.parameters, name: parameter.symbol}, {**scope.values, parameter.symbol: worth}
            scope = replace(scope, parameters=known, values=values)
    return scope, tuple(parameters), found


def _beyond(scope: Scope, node: syntax.Definition, interval: syntax.Interval, value: float) -> list[Diagnostic]:
    """E401: a value of a swept parameter that lies outside of its interval."""
    reading = read(scope, lambda walk: interval_of(walk, interval, PLACES["bounds"]))
    if reading.value is None:
        return list(reading.diagnostics)
    lower, upper = (read(scope, lambda walk, e=e: walk.constant(e)).value for e in reading.value)
    if lower is None or upper is None or lower <= value <= upper:
        return []
    return [beyond(node.name.name, value, lower, upper, node.span)]


def _number(
    walk: Walk, node: syntax.Definition | syntax.Sought, override: float | None
) -> tuple[Parameter, float] | None:
    """A parameter, or an unknown number with its start and its bounds, and what it is worth."""
    name, body = node.name, node.value if isinstance(node, syntax.Definition) else node.start
    if isinstance(body, syntax.Interval | None):
        value: sp.Expr | None = None if override is None else sp.Float(override)
    else:
        value = walk.scalar(body, PLACES["param"]) if override is None else sp.Float(override)
    if value is None:
        return None
    worth = walk.constant(value)
    parameter = Parameter(sp.Symbol(name.name, real=True), value, name.span)
    if isinstance(node, syntax.Definition):
        if node.noise is not None:
            parameter = replace(parameter, noise=walk.deviation(node.noise, "then the number is exact"))
        return parameter, worth or 0.0
    bounds = bounds_of(walk, node)
    if bounds is None:
        return None
    if override is not None:
        return parameter, worth or 0.0
    return replace(parameter, sought=bounds), worth or 0.0


def bounds_of(walk: Walk, node: syntax.Sought) -> Bounds | None:
    """Between which values an unknown is sought: E401 where they are empty, or leave the start outside."""
    if node.bounds is None:
        return Bounds()
    lower, upper = _bound(walk, node.bounds.lower, -np.inf), _bound(walk, node.bounds.upper, np.inf)
    if lower is None or upper is None:
        return None
    if not lower < upper:
        walk.wrong("E401", "these bounds are empty", node.bounds.span, "the lower bound must be below the upper one")
        return None
    start = walk.scalar(node.start, PLACES["bounds"]) if node.start is not None else None
    worth = None if start is None else walk.constant(start)
    if node.start is not None and worth is not None and not lower <= worth <= upper:
        message = f"the start {worth:g} lies outside the bounds [{lower:g}, {upper:g}]"
        walk.wrong("E401", message, node.start.span, "start inside the bounds", (node.bounds.span, "the bounds"))
        return None
    return Bounds(lower, upper)


def _bound(walk: Walk, node: syntax.Expression, infinite: float) -> float | None:
    """A bound, which alone may be infinite: `inf` above and `-inf` below."""
    inner = node.operand if isinstance(node, syntax.Signed) else node
    if isinstance(inner, syntax.Name) and inner.name == "inf":
        if isinstance(node, syntax.Signed) != (infinite < 0):
            walk.wrong("E401", "these bounds are empty", node.span, "write [-inf, 1] or [0, inf]")
            return None
        return infinite
    return walk.number(node, PLACES["bounds"])


def _swept(scope: Scope, node: syntax.Definition, interval: syntax.Interval) -> tuple[Scope, list[Diagnostic]]:
    """The scope with a parameter, or a group of them, for whose whole interval the problem is solved."""
    name, place = node.name.name, FIRST_SWEPT + len(scope.swept)
    reading = read(scope, lambda walk: interval_of(walk, interval, PLACES["bounds"]))
    found = list(reading.diagnostics)
    group, wrong = group_of(scope, node.name, node.indices, place, "parameter")
    found += wrong
    if group is None or reading.value is None:
        return scope, found
    lower, upper = reading.value
    ends = read(scope, lambda walk: (walk.constant(lower) or 0.0, walk.constant(upper) or 0.0)).value
    more = tuple(
        Coordinate(s, lower, upper, "parameter", name if node.indices else None, k, span=node.name.span)
        for k, s in group.items()
    )
    scope = replace(scope, swept={**scope.swept, **dict.fromkeys(group.values(), ends)}, sweeps=(*scope.sweeps, *more))
    if node.indices:
        return replace(scope, groups={**scope.groups, name: group}), found
    return replace(scope, symbols={**scope.symbols, name: group[0]}), found
