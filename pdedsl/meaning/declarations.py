"""From the declarations of a spec to what its names mean: parameters, coordinates, fields, parts, exact solutions."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import sympy as sp

from pdedsl.meaning.expressions import PLACES, Place, Walk
from pdedsl.meaning.names import Declaration, Names, definitions, ordered
from pdedsl.meaning.read import read
from pdedsl.meaning.scope import Scope
from pdedsl.meaning.solids import resolve_shape
from pdedsl.meaning.tables import read_function
from pdedsl.problem.atoms import Axis, CoordinateKind
from pdedsl.problem.derivatives import expand_derivatives
from pdedsl.problem.domain import Bounds, Coordinate, Domain, Parameter, Part, middle
from pdedsl.problem.given import Law, given
from pdedsl.problem.primitives import Tree, construct, symbols_of
from pdedsl.problem.statements import Field, FunctionTable
from pdedsl.syntax import syntax
from pdedsl.syntax.syntax import Spec
from pdedsl.vocabulary.diagnostics import Diagnostic, suggest
from pdedsl.vocabulary.source import Span

LONGEST_GROUP = 1000
FIRST_SWEPT = 1_000_000
"""Swept parameters come after all coordinates."""

S = TypeVar("S", bound=syntax.Statement)


@dataclass(frozen=True)
class Declared:
    """All that a spec declares. What is wrong is in `diagnostics` and nowhere else."""

    scope: Scope
    domain: Domain
    fields: tuple[Field, ...]
    exact_spans: tuple[tuple[str, Span], ...]
    """Where the exact solutions stand, by field."""
    tables: tuple[FunctionTable, ...]
    sound: bool
    """Whether nothing that was declared is wrong."""
    bounded: bool
    """Whether the domain itself is right."""
    diagnostics: tuple[Diagnostic, ...]


def declare(spec: Spec, names: Names, overrides: Mapping[str, float]) -> Declared:
    """Everything that a spec declares, with other values for some parameters."""
    # Each step takes the scope so far and gives a larger one, and what it found.
    found: list[Diagnostic] = []
    scope, parameters, wrong = _parameters(Scope(names, spec.source.text), overrides)
    found += wrong
    sound = not wrong
    scope, tree, bounded, wrong = _space(scope, spec)
    found += wrong
    scope, fields, wrong = _fields(scope, spec)
    found += wrong
    sound &= bounded and len(fields) == sum(1 for _ in _signatures(spec))
    scope, wrong = _vectors(scope, spec)
    found += wrong
    sound &= not wrong
    scope, tables, wrong = _functions(scope, spec)
    found += wrong
    sound &= not wrong
    scope, spans, wrong = _solutions(scope, spec, sound)
    found += wrong
    scope, parts, wrong = _parts(scope)
    found += wrong
    sound &= len(parts) == len(names.of("part"))
    scope, wrong = _periodic(scope, spec, tree)
    found += wrong
    kept = [*scope.ends.values(), *(s for s in scope.swept if s in scope.values)]
    ends = tuple((symbol, scope.values[symbol]) for symbol in kept)
    domain = Domain(scope.coordinates, parameters, tree, parts, ends)
    scope = replace(scope, whole=sound)
    return Declared(scope, domain, fields, spans, tables, sound and not wrong, bounded, tuple(found))


def _of(spec: Spec, kind: type[S]) -> Iterator[S]:
    return (s for s in spec.statements if isinstance(s, kind))


def _parameters(scope: Scope, overrides: Mapping[str, float]) -> tuple[Scope, tuple[Parameter, ...], list[Diagnostic]]:
    """Parameters and unknown numbers, in the order in which their values can be worked out."""
    found: list[Diagnostic] = []
    parameters: list[Parameter] = []
    for name in definitions(scope.names)[0]:
        node = scope.names.declared[name].node
        if isinstance(node, syntax.Definition) and isinstance(node.value, syntax.Interval) and name in overrides:
            scope = replace(scope, names=scope.names.with_(Declaration(name, "param", node.name.span, node)))
        elif isinstance(node, syntax.Definition) and isinstance(node.value, syntax.Interval):
            scope, wrong = _swept(scope, node, node.value)
            found += wrong
            continue
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
            parameter = replace(parameter, noise=walk.deviation(node.noise))
        return parameter, worth or 0.0
    bounds = _bounds(walk, node)
    if bounds is None:
        return None
    return replace(parameter, sought=bounds), worth or 0.0


def _bounds(walk: Walk, node: syntax.Sought) -> Bounds | None:
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
    reading = read(scope, lambda walk: _interval(walk, interval, PLACES["bounds"]))
    found = list(reading.diagnostics)
    group, wrong = _group(scope, node.name, node.indices, place, "parameter")
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


def _group(
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


# ---- coordinates -----------------------------------------------------------------------------------------------------


def _space(scope: Scope, spec: Spec) -> tuple[Scope, Tree | None, bool, list[Diagnostic]]:
    """Coordinates in space, then the time; the tree of a shape; whether the domain is right."""
    found: list[Diagnostic] = []
    tree, bounded = None, True
    first = next((s for s in spec.statements if isinstance(s, syntax.Domain | syntax.Shape)), None)
    for shape in [first] if isinstance(first, syntax.Shape) else []:
        scope, tree, wrong = _shaped(scope, shape)
        found += wrong
        bounded &= tree is not None
    spatial = list(first.axes) if isinstance(first, syntax.Domain) else []
    timely = [time.axis for time in list(_of(spec, syntax.Time))[:1]]
    for axis in (*spatial, *timely):
        if scope.names.declared[axis.name.name].span != axis.name.span:
            continue  # a second declaration, which has been reported
        scope, right, wrong = _axis(scope, axis, "time" if axis in timely else "space", spec)
        found += wrong
        bounded &= right
    # Where a parameter moves the boundary, what is checked is the domain in the middle of its interval.
    held = set().union(*(e.free_symbols for c in scope.coordinates for e in (c.lower, c.upper)))
    held |= set() if tree is None else symbols_of(tree)
    fixed = {s: middle(*ends) for s, ends in scope.swept.items() if s in held}
    sweeps = tuple(c for c in scope.sweeps if c.symbol not in fixed)
    scope = replace(scope, values={**scope.values, **fixed}, sweeps=sweeps)
    return replace(scope, coordinates=(*scope.coordinates, *sweeps)), tree, bounded, found


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
    box = None if tree is None else construct(tree, symbols, halfway).box
    lower, upper = ([0.0] * len(symbols), [1.0] * len(symbols)) if box is None else box
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
    interval = read(scope, lambda walk: _interval(walk, axis.interval, PLACES["interval"]))
    found, right = list(interval.diagnostics), interval.value is not None
    lower, upper = interval.value or (sp.Integer(0), sp.Integer(1))
    if scope.names.declared[name].kind not in ("coordinate", "group"):
        return scope, right, found
    group, wrong = _group(scope, axis.name, axis.indices, place, kind)
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
        starts = (r.rhs for r in _of(spec, syntax.Relation) if r.kind == "initial" and r.lhs == end)
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


def _interval(walk: Walk, interval: syntax.Interval, place: Place) -> tuple[sp.Expr, sp.Expr] | None:
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
        walk.wrong("E401", f"this interval is {words}", interval.span, help_)
        return None
    if max(abs(lower), abs(upper)) > 1e100 or upper - lower < 1e-100:
        message = "this interval is beyond what double precision can resolve"
        walk.wrong("E401", message, interval.span, "choose other units")
        return None
    return bounds[0], bounds[1]


# ---- fields ----------------------------------------------------------------------------------------------------------


def _fields(scope: Scope, spec: Spec) -> tuple[Scope, tuple[Field, ...], list[Diagnostic]]:
    fields: list[Field] = []
    found: list[Diagnostic] = []
    for signature in _signatures(spec):
        name, declared = signature.name.name, scope.names.declared[signature.name.name]
        if declared.span != signature.name.span or declared.kind != "field":
            continue
        arguments: list[sp.Symbol] = []
        good = True
        for argument in signature.arguments:
            new = _coordinates_of(scope, argument)
            if not new:
                good = False
                scope, wrong = _not_a_coordinate(scope, argument, spec)
                found += wrong
            elif set(new) & set(arguments):
                message = f"`{argument.name}` stands here twice"
                found.append(Diagnostic("E202", message, argument.span, "remove one"))
            arguments += [s for s in new if s not in arguments]
        if good and arguments:
            # Arguments in the order of the coordinates, so that u(t, x) and u(x, t) are the same field.
            order = [c.symbol for c in scope.coordinates]
            unknown = Field(name, tuple(sorted(arguments, key=order.index)), signature.name.span)
            if isinstance(signature, syntax.Sought):
                reading = read(scope, lambda walk, s=signature: (_start(walk, s), _bounds(walk, s)))
                found += reading.diagnostics
                unknown = replace(unknown, start=reading.value[0], sought=reading.value[1] or Bounds())
            elif scope.swept:
                swept = [c.symbol for c in scope.sweeps if c.symbol not in arguments]
                unknown = replace(unknown, arguments=(*unknown.arguments, *swept))
            fields.append(unknown)
            scope = replace(scope, fields={**scope.fields, name: unknown.expression})
    return scope, tuple(fields), found


def _signatures(spec: Spec) -> Iterator[syntax.Signature | syntax.Sought]:
    """What declares a field, or an unknown one."""
    for statement in spec.statements:
        match statement:
            case syntax.Fields():
                yield from statement.signatures
            case syntax.Unknown(kind="field"):
                yield from statement.sought


def _start(walk: Walk, sought: syntax.Sought) -> sp.Expr | None:
    """What the search for an unknown function starts from."""
    return None if sought.start is None else walk.scalar(sought.start, PLACES["exact"])


def _functions(scope: Scope, spec: Spec) -> tuple[Scope, tuple[FunctionTable, ...], list[Diagnostic]]:
    """The functions that tables give, and those that are sought."""
    found: list[Diagnostic] = []
    tables: list[FunctionTable] = []
    for statement in spec.statements:
        match statement:
            case syntax.Unknown(kind="function"):
                for sought in statement.sought:
                    _, wrong = _arguments_of(scope, sought.arguments, spec)
                    reading = read(scope, lambda walk, s=sought: (_start(walk, s), _bounds(walk, s)))
                    found += [*wrong, *reading.diagnostics]
                    start, bounds = reading.value
                    worth = read(scope, lambda walk, e=start: None if e is None else walk.constant(e)).value
                    bounds = bounds or Bounds()
                    if worth is None:
                        worth = float(np.clip(1.0, bounds.lower, bounds.upper))
                    function = given(Law, sought.name.name, worth, (0,) * len(sought.arguments))
                    scope = replace(scope, functions={**scope.functions, sought.name.name: function})
            case syntax.Tabulated():
                arguments, wrong = _arguments_of(scope, statement.signature.arguments, spec)
                table, unread = (None, ()) if wrong else read_function(spec.source, statement)
                found += [*wrong, *unread]
                if table is not None:
                    table = replace(table, arguments=tuple(arguments))
                    tables.append(table)
                    scope = replace(scope, functions={**scope.functions, table.name: table.function})
    return scope, tuple(tables), found


def _arguments_of(scope: Scope, names: Sequence[syntax.Name], spec: Spec) -> tuple[list[sp.Expr], list[Diagnostic]]:
    """The fields and coordinates that a function takes."""
    found: list[Diagnostic] = []
    arguments: list[sp.Expr] = []
    for name in names:
        own = [scope.fields[name.name]] if name.name in scope.fields else _coordinates_of(scope, name)
        arguments += own
        declared = scope.names.declared.get(name.name)
        if not own and (declared is None or declared.kind not in ("field", "broken")):
            found += _not_a_coordinate(scope, name, spec)[1]
    return arguments, found


def _coordinates_of(scope: Scope, name: syntax.Name) -> list[Axis]:
    """The coordinate of a name, or all of a group."""
    return [scope.symbols[name.name]] if name.name in scope.symbols else [*scope.groups.get(name.name, {}).values()]


def _not_a_coordinate(scope: Scope, argument: syntax.Name, spec: Spec) -> tuple[Scope, list[Diagnostic]]:
    """E201, and a scope in which the name counts as broken, so that it is reported once."""
    declaration = scope.names.declared.get(argument.name)
    if declaration is not None and declaration.kind in ("broken", "coordinate", "group", "swept"):
        return scope, []
    coordinates = scope.names.of("coordinate", "group")
    scope = replace(scope, names=scope.names.with_(Declaration(argument.name, "broken", argument.span)))
    message = f"there is no coordinate `{argument.name}`"
    if argument.name in ("t", "time") and not any(_of(spec, syntax.Time)):
        help_ = f"declare it: time {argument.name} in [0, 1]"
    else:
        known = f"the coordinates are {', '.join(coordinates)}" if coordinates else "declare it: domain x in [0, 1]"
        help_ = suggest(argument.name, coordinates) or known
    return scope, [Diagnostic("E201", message, argument.span, help_)]


def _vectors(scope: Scope, spec: Spec) -> tuple[Scope, list[Diagnostic]]:
    found: list[Diagnostic] = []
    for statement in _of(spec, syntax.Vector):
        components = [c.name for c in statement.components]
        for place, component in enumerate(statement.components):
            declaration = scope.names.declared.get(component.name)
            if component.name in components[:place]:
                message = f"`{component.name}` stands here twice"
                found.append(Diagnostic("E202", message, component.span, "name each component once"))
            elif declaration is None or declaration.kind not in ("field", "broken"):
                help_ = suggest(component.name, scope.names.of("field")) or "a vector groups fields: declare them first"
                found.append(Diagnostic("E201", f"there is no field `{component.name}`", component.span, help_))
        if all(c in scope.fields for c in components) and len(set(components)) == len(components):
            scope = replace(scope, vectors={**scope.vectors, statement.name.name: tuple(components)})
    return scope, found


# ---- exact solutions and parts ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Exact:
    """The statement that gives a field its exact solution, and the component of it where that gives a vector."""

    statement: syntax.Exact
    component: int | None = None


def _solutions(scope: Scope, spec: Spec, sound: bool) -> tuple[Scope, tuple[tuple[str, Span], ...], list[Diagnostic]]:
    given, found = _given(scope, spec)
    whole = sound and "exact" not in {b.keyword for b in spec.broken}
    scope = replace(scope, solved=frozenset(given), whole=whole)
    lets = {n: d.node for n, d in scope.names.declared.items() if isinstance(d.node, syntax.Let)}
    edges = {name: _needs(entry.statement.value, lets) for name, entry in given.items()}
    edges |= {name: _needs(let.body, lets) for name, let in lets.items()}
    order, cycles = ordered(edges)
    for cycle in cycles:
        if own := [n for n in cycle if n in given]:
            message = f"the exact solution of `{own[0]}` needs itself"
            found.append(Diagnostic("E204", message, given[own[0]].statement.name.span, "write it out"))
    for name in order:
        if name in given:
            reading = read(scope, lambda walk, entry=given[name]: _exact(walk, entry))
            found += reading.diagnostics
            if reading.value is not None:
                scope = replace(scope, exact={**scope.exact, name: reading.value})
    # In the order of the statements, whatever needed what.
    scope = replace(scope, exact={n: scope.exact[n] for n in given if n in scope.exact})
    return scope, tuple((n, entry.statement.value.span) for n, entry in given.items()), found


def _given(scope: Scope, spec: Spec) -> tuple[dict[str, _Exact], list[Diagnostic]]:
    """Which statement gives the exact solution of which field; E202 for a second one."""
    given: dict[str, _Exact] = {}
    found: list[Diagnostic] = []
    for statement in _of(spec, syntax.Exact):
        name, span = statement.name.name, statement.name.span
        declaration = scope.names.declared.get(name)
        own = {name: _Exact(statement)}
        if declaration is not None and isinstance(declaration.node, syntax.Vector):
            own = {c.name: _Exact(statement, place) for place, c in enumerate(declaration.node.components)}
        twice = next((f for f in own if f in given), None)
        if twice is not None:
            also = ((given[twice].statement.name.span, "the first one"),)
            found.append(Diagnostic("E202", f"a second exact solution for `{twice}`", span, "remove one", also))
        elif declaration is None:
            help_ = suggest(name, scope.names.of("field", "vector")) or "name a field"
            found.append(Diagnostic("E201", f"`{name}` is not declared", span, help_))
        elif declaration.kind in ("field", "vector"):
            given |= own
        elif declaration.kind != "broken":
            message, help_ = f"`{name}` is not a field", "`exact` gives the solution of a field"
            found.append(Diagnostic("E303", message, span, help_))
    return given, found


def _exact(walk: Walk, entry: _Exact) -> sp.Expr | None:
    statement = entry.statement
    value = walk.tensor(statement.value, PLACES["exact"])
    if value is None:
        return None
    wanted = walk.scope.names.declared[statement.name.name].node
    shape = (len(wanted.components),) if isinstance(wanted, syntax.Vector) else ()
    if value.shape != shape:
        words = f"`{statement.name.name}` is {'a vector' if shape else 'a scalar'}, its exact solution {value.words}"
        walk.wrong("E301", words, statement.value.span, "both must have the same rank")
        return None
    return expand_derivatives(value.entries[entry.component or 0])


def _needs(node: syntax.Node, lets: Collection[str]) -> list[str]:
    """The abbreviations and, inside `exact(...)`, the fields that an expression needs."""
    pending: list[syntax.Node] = [node]
    found = {n.name for n in syntax.names_in(node)} & set(lets)
    while pending:
        current = pending.pop()
        if isinstance(current, syntax.Called) and current.name.name == "exact":
            found |= {a.name for a in current.arguments if isinstance(a, syntax.Name)}
        pending.extend(syntax.children(current))
    return sorted(found)


def _parts(scope: Scope) -> tuple[Scope, tuple[Part, ...], list[Diagnostic]]:
    nodes = {n: d for n in scope.names.of("part") if isinstance(d := scope.names.declared[n].node, syntax.Part)}
    order, cycles = ordered({name: [n.name for n in syntax.names_in(node.condition)] for name, node in nodes.items()})
    found = [
        Diagnostic("E204", f"`{cycle[0]}` is defined by itself", nodes[cycle[0]].name.span, "write the condition out")
        for cycle in cycles
    ]
    for name in order:
        reading = read(scope, lambda walk, node=nodes[name]: walk.condition(node.condition, PLACES["part"]))
        found += reading.diagnostics
        if reading.value is not None:
            scope = replace(scope, parts={**scope.parts, name: reading.value})
    parts = tuple(Part(n, scope.parts[n], node.name.span) for n, node in nodes.items() if n in scope.parts)
    return scope, parts, found


def _periodic(scope: Scope, spec: Spec, tree: Tree | None) -> tuple[Scope, list[Diagnostic]]:
    """The scope with coordinates that know whether they are periodic."""
    found: list[Diagnostic] = []
    places: dict[sp.Symbol, Span] = {}
    for name in (n for statement in _of(spec, syntax.Periodic) for n in statement.names):
        symbols = _coordinates_of(scope, name)
        if not symbols:
            scope, wrong = _not_a_coordinate(scope, name, spec)
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
