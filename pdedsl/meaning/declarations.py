"""From the declarations of a spec to what its names mean: parameters, coordinates, fields, parts, exact solutions."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

import sympy as sp

from pdedsl.meaning.expressions import PLACES, Walk
from pdedsl.meaning.names import Declaration, Names, definitions, ordered
from pdedsl.meaning.read import read
from pdedsl.meaning.scope import Scope
from pdedsl.meaning.solids import resolve_shape
from pdedsl.problem.atoms import Axis, CoordinateKind
from pdedsl.problem.derivatives import expand_derivatives
from pdedsl.problem.domain import Coordinate, Domain, Parameter, Part
from pdedsl.problem.primitives import Tree, construct
from pdedsl.problem.statements import Field
from pdedsl.syntax import syntax
from pdedsl.syntax.syntax import Spec
from pdedsl.vocabulary.diagnostics import Diagnostic, not_yet, suggest
from pdedsl.vocabulary.source import Span

LONGEST_GROUP = 1000

S = TypeVar("S", bound=syntax.Statement)


@dataclass(frozen=True)
class Declared:
    """All that a spec declares. What is wrong is in `diagnostics` and nowhere else."""

    scope: Scope
    domain: Domain
    fields: tuple[Field, ...]
    exact_spans: tuple[tuple[str, Span], ...]
    """Where the exact solutions stand, by field."""
    sound: bool
    """Whether nothing that was declared is wrong."""
    bounded: bool
    """Whether the domain itself is right."""
    diagnostics: tuple[Diagnostic, ...]


def declare(spec: Spec, names: Names, overrides: Mapping[str, float]) -> Declared:
    """Everything that a spec declares, with other values for some parameters."""
    # Each step takes the scope so far and gives a larger one, and what it found.
    found: list[Diagnostic] = []
    scope, parameters, wrong = _parameters(Scope(names), overrides)
    found += wrong
    sound = not any(d.code == "E901" for d in wrong)
    scope, tree, bounded, wrong = _space(scope, spec)
    found += wrong
    scope, fields, wrong = _fields(scope, spec)
    found += wrong
    scope, wrong = _vectors(scope, spec)
    found += wrong
    sound &= bounded and not wrong and len(fields) == sum(len(s.signatures) for s in _of(spec, syntax.Fields))
    scope, spans, wrong = _solutions(scope, spec, sound)
    found += wrong
    scope, parts, wrong = _parts(scope)
    found += wrong
    sound &= len(parts) == len(names.of("part"))
    scope, wrong = _periodic(scope, spec, tree)
    found += wrong
    domain = Domain(scope.coordinates, parameters, tree, parts)
    return Declared(replace(scope, whole=sound), domain, fields, spans, sound and not wrong, bounded, tuple(found))


def _of(spec: Spec, kind: type[S]) -> Iterator[S]:
    return (s for s in spec.statements if isinstance(s, kind))


def _parameters(scope: Scope, overrides: Mapping[str, float]) -> tuple[Scope, tuple[Parameter, ...], list[Diagnostic]]:
    """Parameters in the order in which their values can be worked out."""
    bodies = {n: d for n in scope.names.of("param") if isinstance(d := scope.names.declared[n].node, syntax.Definition)}
    found: list[Diagnostic] = []
    parameters: list[Parameter] = []
    for name in definitions(scope.names)[0]:
        definition = bodies.get(name)
        if definition is None:
            continue
        symbol, value = sp.Symbol(name, real=True), None
        if name in overrides:
            value = sp.Float(overrides[name])
        elif isinstance(definition.value, syntax.Interval):
            found.append(not_yet("a parameter with an interval", definition.span))
        else:
            reading = read(scope, lambda walk, body=definition.value: walk.scalar(body, PLACES["param"]))
            found += reading.diagnostics
            value = reading.value
        if value is not None:
            parameters.append(Parameter(symbol, value, definition.name.span))
            worth = read(scope, lambda walk, e=value: walk.constant(e)).value or 0.0
            scope = replace(
                scope, parameters={**scope.parameters, name: symbol}, values={**scope.values, symbol: worth}
            )
    return scope, tuple(parameters), found


# ---- coordinates -----------------------------------------------------------------------------------------------------


def _space(scope: Scope, spec: Spec) -> tuple[Scope, Tree | None, bool, list[Diagnostic]]:
    """Coordinates in space, then the time; the tree of a shape; whether the domain is right."""
    found: list[Diagnostic] = []
    tree, bounded = None, True
    for shape in list(_of(spec, syntax.Shape))[:1]:
        scope, tree, wrong = _shaped(scope, shape)
        found += wrong
        bounded &= tree is not None
    spatial = [axis for domain in _of(spec, syntax.Domain) for axis in domain.axes]
    timely = [time.axis for time in _of(spec, syntax.Time)]
    for axis in (*spatial, *timely):
        if scope.names.declared[axis.name.name].span != axis.name.span:
            continue  # a second declaration, which has been reported
        scope, right, wrong = _axis(scope, axis, "time" if axis in timely else "space")
        found += wrong
        bounded &= right
    return scope, tree, bounded, found


def _shaped(scope: Scope, statement: syntax.Shape) -> tuple[Scope, Tree | None, list[Diagnostic]]:
    """The coordinates of a domain that is given by its shape, with the box that holds it."""
    names = [n for n in statement.names if scope.names.declared[n.name].kind == "coordinate"]
    symbols = tuple(Axis(n.name, place) for place, n in enumerate(names))
    scope = replace(scope, symbols={**scope.symbols, **{s.name: s for s in symbols}})
    reading = read(scope, lambda walk: resolve_shape(statement.shape, symbols, walk))
    tree = reading.value
    box = None if tree is None else construct(tree, symbols, scope.values).box
    lower, upper = ([0.0] * len(symbols), [1.0] * len(symbols)) if box is None else box
    coordinates = tuple(
        Coordinate(s, sp.Float(a), sp.Float(b), span=n.span)
        for s, n, a, b in zip(symbols, names, lower, upper, strict=True)
    )
    return replace(scope, coordinates=coordinates), tree, list(reading.diagnostics)


def _axis(scope: Scope, axis: syntax.Axis, kind: CoordinateKind) -> tuple[Scope, bool, list[Diagnostic]]:
    """The scope with one more coordinate, or with a group of them, and whether the interval is right."""
    name, place = axis.name.name, len(scope.coordinates)
    interval = read(scope, lambda walk: _interval(walk, axis.interval))
    found, right = list(interval.diagnostics), interval.value is not None
    lower, upper = interval.value or (sp.Integer(0), sp.Integer(1))
    if axis.indices is None:
        if scope.names.declared[name].kind != "coordinate":
            return scope, right, found
        symbol = Axis(name, place, kind)
        more = Coordinate(symbol, lower, upper, kind=kind, span=axis.name.span)
        coordinates = (*scope.coordinates, more)
        return replace(scope, symbols={**scope.symbols, name: symbol}, coordinates=coordinates), right, found
    ends, span = axis.indices, axis.indices[0].span | axis.indices[1].span
    reading = read(scope, lambda walk: [walk.integer(i, span, {}) for i in ends])
    found += reading.diagnostics
    first, last = reading.value
    if first is None or last is None:
        return scope, False, found
    if not 0 <= last - first < LONGEST_GROUP:
        words = "is empty" if last < first else f"has more than {LONGEST_GROUP} coordinates"
        found.append(Diagnostic("E303", f"`{name}[{first}:{last}]` {words}", span, "write x[1:5]"))
        return scope, False, found
    group = {k: Axis(f"{name}[{k}]", place + k - first, kind) for k in range(first, last + 1)}
    more = tuple(
        Coordinate(s, lower, upper, kind=kind, group=name, index=k, span=axis.name.span) for k, s in group.items()
    )
    coordinates = (*scope.coordinates, *more)
    return replace(scope, groups={**scope.groups, name: group}, coordinates=coordinates), right, found


def _interval(walk: Walk, interval: syntax.Interval) -> tuple[sp.Expr, sp.Expr] | None:
    bounds = [walk.scalar(b, PLACES["interval"]) for b in (interval.lower, interval.upper)]
    if bounds[0] is None or bounds[1] is None:
        return None
    lower, upper = (walk.constant(b) for b in bounds if b is not None)
    if lower is None or upper is None:
        return None
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
    for signature in (s for statement in _of(spec, syntax.Fields) for s in statement.signatures):
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
            fields.append(unknown)
            scope = replace(scope, fields={**scope.fields, name: unknown.expression})
    return scope, tuple(fields), found


def _coordinates_of(scope: Scope, name: syntax.Name) -> list[Axis]:
    """The coordinate of a name, or all of a group."""
    return [scope.symbols[name.name]] if name.name in scope.symbols else [*scope.groups.get(name.name, {}).values()]


def _not_a_coordinate(scope: Scope, argument: syntax.Name, spec: Spec) -> tuple[Scope, list[Diagnostic]]:
    """E201, and a scope in which the name counts as broken, so that it is reported once."""
    declaration = scope.names.declared.get(argument.name)
    if declaration is not None and declaration.kind in ("broken", "coordinate", "group"):
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
