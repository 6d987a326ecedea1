"""From `domain`, `time` and `periodic` to coordinates with their intervals, and the tree of a shape."""

from dataclasses import replace

import numpy as np
import sympy as sp

from pdedsl.meaning.expressions import Walk
from pdedsl.meaning.names import Declaration
from pdedsl.meaning.place import PLACES, Place
from pdedsl.meaning.read import read
from pdedsl.meaning.scope import Scope
from pdedsl.meaning.solids import ends_of, resolve_shape
from pdedsl.problem.atoms import Axis, CoordinateKind
from pdedsl.problem.domain import Coordinate, middle
from pdedsl.problem.primitives import Tree, construct, symbols_of
from pdedsl.syntax import syntax
from pdedsl.syntax.syntax import Spec, each
from pdedsl.vocabulary.diagnostics import Diagnostic, suggest
from pdedsl.vocabulary.source import Span
from pdedsl.vocabulary.spoken import name_words

LONGEST_GROUP = 1000


def space(scope: Scope, spec: Spec) -> tuple[Scope, Tree | None, bool, list[Diagnostic]]:
    """Coordinates in space, then the time; the tree of a shape; whether the domain is right."""
    found: list[Diagnostic] = []
    tree, bounded = None, True
    first = next((s for s in spec.statements if isinstance(s, syntax.Domain | syntax.Shape)), None)
    for shape in [first] if isinstance(first, syntax.Shape) else []:
        scope, tree, wrong = _shaped(scope, shape)
        found += wrong
        bounded &= tree is not None
    spatial = list(first.axes) if isinstance(first, syntax.Domain) else []
    timely = [time.axis for time in list(each(spec, syntax.Time))[:1]]
    for axis in (*spatial, *timely):
        if scope.names.declared[axis.name.name].span != axis.name.span:
            continue  # a second declaration, which has been reported
        scope, right, wrong = _axis(scope, axis, "time" if axis in timely else "space", spec)
        found += wrong
        bounded &= right
    # Where a parameter moves the boundary, what is checked is mostly the domain in the middle of its interval.
    shaped = set() if tree is None else symbols_of(tree)
    held = shaped.union(*(e.free_symbols for c in scope.coordinates for e in (c.lower, c.upper)))
    fixed = {s: middle(*ends) for s, ends in scope.swept.items() if s in held}
    scope = replace(scope, values={**scope.values, **fixed})
    return replace(scope, coordinates=(*scope.coordinates, *scope.sweeps)), tree, bounded, found


def _shaped(scope: Scope, statement: syntax.Shape) -> tuple[Scope, Tree | None, list[Diagnostic]]:
    """The coordinates of a domain that is given by its shape, with the box that holds it."""
    names = [n for n in statement.names if scope.names.declared[n.name].kind == "coordinate"]
    if len(names) < len(statement.names):
        return scope, None, []  # one of them is no name for a coordinate, and was reported
    symbols = tuple(Axis(n.name, place) for place, n in enumerate(names))
    scope = replace(scope, symbols={**scope.symbols, **{s.name: s for s in symbols}})
    halfway = {**scope.values, **{s: middle(*ends) for s, ends in scope.swept.items()}}
    reading = read(replace(scope, values=halfway), lambda walk: resolve_shape(statement.shape, symbols, walk))
    tree = reading.value
    lower, upper = [0.0] * len(symbols), [1.0] * len(symbols)
    if tree is not None:  # the box that holds the shape, whatever parameters are swept
        every = [construct(tree, symbols, {**halfway, **own}).bounds for own in ends_of(tree, scope)]
        lower, upper = np.min([low for low, _ in every], axis=0), np.max([high for _, high in every], axis=0)
    coordinates = tuple(
        Coordinate(s, sp.Float(a), sp.Float(b), span=n.span)
        for s, n, a, b in zip(symbols, names, lower, upper, strict=True)
    )
    return replace(scope, coordinates=coordinates), tree, list(reading.diagnostics)


def _axis(scope: Scope, axis: syntax.Axis, kind: CoordinateKind, spec: Spec) -> tuple[Scope, bool, list[Diagnostic]]:
    """The scope with one more coordinate, or with a group of them, and whether the interval is right."""
    name, place = axis.name.name, len(scope.coordinates)
    if kind == "space":
        scope = _moving(scope, axis.interval, spec)
    interval = read(scope, lambda walk: interval_of(walk, axis.interval, PLACES["interval"]))
    found, right = list(interval.diagnostics), interval.value is not None
    lower, upper = interval.value or (sp.Integer(0), sp.Integer(1))
    if scope.names.declared[name].kind not in ("coordinate", "group"):
        return scope, right, found
    group, wrong = group_of(scope, axis.name, axis.indices, place, kind)
    found += wrong
    if group is None:
        return scope, False, found
    more = tuple(
        Coordinate(s, lower, upper, kind, name if axis.indices else None, k, span=axis.name.span)
        for k, s in group.items()
    )
    scope = replace(scope, coordinates=(*scope.coordinates, *more))
    if axis.indices:
        return replace(scope, groups={**scope.groups, name: group}), right, found
    return replace(scope, symbols={**scope.symbols, name: group[0]}), right, found


def _moving(scope: Scope, interval: syntax.Interval, spec: Spec) -> Scope:
    """The scope with the fields that are ends of an interval: what they are worth there is their initial value."""
    for end in (interval.lower, interval.upper):
        if not isinstance(end, syntax.Name) or end.name not in scope.names.of("field") or end.name in scope.ends:
            continue
        starts = (r.rhs for r in each(spec, syntax.Relation) if r.kind == "initial" and r.lhs == end)
        start = next(starts, None)
        reading = read(scope, lambda walk, e=start: None if e is None else walk.number(e, PLACES["interval"]))
        other = interval.lower if end is interval.upper else interval.upper
        opposite = read(scope, lambda walk, e=other: walk.number(e, PLACES["interval"])).value or 0.0
        worth = reading.value
        if worth is None or reading.diagnostics:
            worth = opposite + (1.0 if end is interval.upper else -1.0)
        symbol = sp.Symbol(end.name, real=True)
        scope = replace(scope, ends={**scope.ends, end.name: symbol}, values={**scope.values, symbol: worth})
    return scope


def interval_of(walk: Walk, interval: syntax.Interval, place: Place) -> tuple[sp.Expr, sp.Expr] | None:
    """The ends of an interval; None where one is wrong or it is empty (E401), after it was said."""
    bounds = [
        walk.scope.ends[b.name] if isinstance(b, syntax.Name) and b.name in walk.scope.ends else walk.scalar(b, place)
        for b in (interval.lower, interval.upper)
    ]
    if bounds[0] is None or bounds[1] is None:
        return None
    both = [walk.about(b) for b in bounds if b is not None]
    if both[0] is None or both[1] is None:
        return None
    # With swept parameters at both of their ends, the narrowest.
    lower, upper = min(zip(*both, strict=True), key=lambda pair: pair[1] - pair[0])
    if lower >= upper:
        words = "empty" if lower == upper else "reversed"
        help_ = f"write [{upper:g}, {lower:g}]" if lower > upper else "the lower bound must be below the upper one"
        if set(bounds) & set(walk.scope.ends.values()):
            words += " at the start"
            help_ = "begin where the ends are apart, say a little later, with what is known of a short time"
        walk.wrong("E401", f"this interval is {words}", interval.span, help_)
        return None
    if max(abs(lower), abs(upper)) > 1e100 or upper - lower < 1e-100:
        message = "this interval is beyond what double precision can resolve"
        walk.wrong("E401", message, interval.span, "choose other units")
        return None
    return bounds[0], bounds[1]


def group_of(
    scope: Scope,
    name: syntax.Name,
    indices: tuple[syntax.Expression, syntax.Expression] | None,
    place: int,
    kind: CoordinateKind,
) -> tuple[dict[int, Axis] | None, list[Diagnostic]]:
    """The symbols of `x[1:5]` by their indices; of a plain `x` the one of index 0."""
    if indices is None:
        return {0: Axis(name.name, place, kind)}, []
    span = indices[0].span | indices[1].span
    reading = read(scope, lambda walk: [walk.integer(i, span, {}) for i in indices])
    first, last = reading.value
    if first is None or last is None:
        return None, list(reading.diagnostics)
    if not 0 <= last - first < LONGEST_GROUP:
        words = "is empty" if last < first else f"has more than {LONGEST_GROUP} coordinates"
        message = f"`{name.name}[{first}:{last}]` {words}"
        return None, [*reading.diagnostics, Diagnostic("E303", message, span, "write x[1:5]")]
    group = {k: Axis(f"{name.name}[{k}]", place + k - first, kind) for k in range(first, last + 1)}
    return group, list(reading.diagnostics)


def coordinates_of(scope: Scope, name: syntax.Name) -> list[Axis]:
    """The coordinate of a name, or all of a group."""
    return [scope.symbols[name.name]] if name.name in scope.symbols else [*scope.groups.get(name.name, {}).values()]


def not_a_coordinate(scope: Scope, argument: syntax.Name, spec: Spec) -> tuple[Scope, list[Diagnostic]]:
    """E201, and a scope in which the name counts as broken, so that it is reported once."""
    declaration = scope.names.declared.get(argument.name)
    if declaration is not None and declaration.kind in ("broken", "coordinate", "group", "swept"):
        return scope, []
    coordinates = scope.names.of("coordinate", "group")
    scope = replace(scope, names=scope.names.with_(Declaration(argument.name, "broken", argument.span)))
    message = f"there is no coordinate `{argument.name}`"
    if argument.name in ("t", "time") and not any(each(spec, syntax.Time)):
        help_ = f"declare it: time {argument.name} in [0, 1]"
    else:
        known = f"the coordinates are {name_words(coordinates)}" if coordinates else "declare it: domain x in [0, 1]"
        help_ = suggest(argument.name, coordinates) or known
    return scope, [Diagnostic("E201", message, argument.span, help_)]


def periodic(scope: Scope, spec: Spec, tree: Tree | None) -> tuple[Scope, list[Diagnostic]]:
    """The scope with coordinates that know whether they are periodic."""
    found: list[Diagnostic] = []
    places: dict[sp.Symbol, Span] = {}
    for name in (n for statement in each(spec, syntax.Periodic) for n in statement.names):
        symbols = coordinates_of(scope, name)
        if not symbols:
            scope, wrong = not_a_coordinate(scope, name, spec)
            found += wrong
        elif any(s.role == "time" for s in symbols):
            message = f"`{name.name}` is the time: only coordinates in space can be periodic"
            found.append(Diagnostic("E304", message, name.span, "remove it"))
        elif tree is not None:
            message = f"`{name.name}` belongs to a shape, which has no two ends to join"
            help_ = "give the domain as a box: domain x in [0, 1], ..."
            found.append(Diagnostic("E304", message, name.span, help_))
        else:
            if set(symbols) & set(places):
                found.append(Diagnostic("E202", f"`{name.name}` is periodic twice", name.span, "remove one"))
            places |= dict.fromkeys(symbols, name.span)
    coordinates = tuple(
        replace(c, periodic=True, periodic_span=places[c.symbol]) if c.symbol in places else c
        for c in scope.coordinates
    )
    return replace(scope, coordinates=coordinates), found
