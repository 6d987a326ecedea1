"""From the declarations of a spec to what its names mean: parameters, coordinates, fields, parts, exact solutions."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import sympy as sp

from pdedsl.meaning.coordinates import coordinates_of, not_a_coordinate, periodic, space
from pdedsl.meaning.expressions import Walk
from pdedsl.meaning.names import Names, ordered
from pdedsl.meaning.numbers import bounds_of, parameters
from pdedsl.meaning.place import PLACES
from pdedsl.meaning.read import read
from pdedsl.meaning.scope import Scope
from pdedsl.meaning.tables import read_function
from pdedsl.problem.bounds import Bounds
from pdedsl.problem.derivatives import expand_derivatives
from pdedsl.problem.domain import Domain, Part
from pdedsl.problem.given import Law, given
from pdedsl.problem.statements import Field, FunctionSought, FunctionTable
from pdedsl.syntax import syntax
from pdedsl.syntax.syntax import Spec, each
from pdedsl.vocabulary.diagnostics import Diagnostic, suggest
from pdedsl.vocabulary.source import Span


@dataclass(frozen=True)
class Declared:
    """All that a spec declares. What is wrong is in `diagnostics` and nowhere else."""

    scope: Scope
    domain: Domain
    fields: tuple[Field, ...]
    exact_spans: tuple[tuple[str, Span], ...]
    """Where the exact solutions stand, by field."""
    tables: tuple[FunctionTable, ...]
    laws: tuple[FunctionSought, ...]
    sound: bool
    """Whether nothing that was declared is wrong."""
    bounded: bool
    """Whether the domain itself is right."""
    diagnostics: tuple[Diagnostic, ...]


def declare(spec: Spec, names: Names, overrides: Mapping[str, float]) -> Declared:
    """Everything that a spec declares, with other values for some parameters."""
    # Each step takes the scope so far and gives a larger one, and what it found.
    found: list[Diagnostic] = []
    scope, known, wrong = parameters(Scope(names, spec.source.text), overrides)
    found += wrong
    sound = not wrong
    scope, tree, bounded, wrong = space(scope, spec)
    found += wrong
    scope, fields, wrong = _fields(scope, spec)
    found += wrong
    sound &= bounded and len(fields) == sum(1 for _ in _signatures(spec))
    scope, wrong = _vectors(scope, spec)
    found += wrong
    sound &= not wrong
    scope, tables, laws, wrong = _functions(scope, spec)
    found += wrong
    sound &= not wrong
    scope, parts, wrong = _parts(scope)
    found += wrong
    scope, spans, wrong = _solutions(scope, spec, sound)
    found += wrong
    sound &= len(parts) == len(names.of("part"))
    scope, wrong = periodic(scope, spec, tree)
    found += wrong
    kept = [*scope.ends.values(), *(s for s in scope.swept if s in scope.values)]
    ends = tuple((symbol, scope.values[symbol]) for symbol in kept)
    domain = Domain(scope.coordinates, known, tree, parts, ends)
    scope = replace(scope, whole=sound)
    return Declared(scope, domain, fields, spans, tables, laws, sound and not wrong, bounded, tuple(found))


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
            new = coordinates_of(scope, argument)
            if not new:
                good = False
                scope, wrong = not_a_coordinate(scope, argument, spec)
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
                reading = read(scope, lambda walk, s=signature: (_start(walk, s), bounds_of(walk, s)))
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


def _functions(
    scope: Scope, spec: Spec
) -> tuple[Scope, tuple[FunctionTable, ...], tuple[FunctionSought, ...], list[Diagnostic]]:
    """The functions that tables give, and those that are sought."""
    found: list[Diagnostic] = []
    tables: list[FunctionTable] = []
    laws: list[FunctionSought] = []
    for statement in spec.statements:
        match statement:
            case syntax.Unknown(kind="function"):
                for sought in statement.sought:
                    arguments, wrong = _arguments_of(scope, sought.arguments, spec)
                    reading = read(scope, lambda walk, s=sought: (_start(walk, s), bounds_of(walk, s)))
                    found += [*wrong, *reading.diagnostics]
                    start, bounds = reading.value
                    worth = read(scope, lambda walk, e=start: None if e is None else walk.constant(e)).value
                    bounds = bounds or Bounds()
                    if worth is None:
                        worth = float(np.clip(1.0, bounds.lower, bounds.upper))
                    function = given(Law, sought.name.name, worth, (0,) * len(sought.arguments))
                    scope = replace(scope, functions={**scope.functions, sought.name.name: function})
                    own = sought.name
                    laws.append(
                        FunctionSought(
                            own.name, tuple(arguments), bounds, worth, stated=start is not None, span=own.span
                        )
                    )
            case syntax.Tabulated():
                arguments, wrong = _arguments_of(scope, statement.signature.arguments, spec)
                table, unread = (None, ()) if wrong else read_function(spec.source, statement)
                found += [*wrong, *unread]
                if table is not None:
                    table = replace(table, arguments=tuple(arguments))
                    tables.append(table)
                    scope = replace(scope, functions={**scope.functions, table.name: table.function})
    return scope, tuple(tables), tuple(laws), found


def _arguments_of(scope: Scope, names: Sequence[syntax.Name], spec: Spec) -> tuple[list[sp.Expr], list[Diagnostic]]:
    """The fields and coordinates that a function takes."""
    found: list[Diagnostic] = []
    arguments: list[sp.Expr] = []
    for name in names:
        own = [scope.fields[name.name]] if name.name in scope.fields else coordinates_of(scope, name)
        arguments += own
        declared = scope.names.declared.get(name.name)
        if not own and (declared is None or declared.kind not in ("field", "broken")):
            known = [*scope.fields, *scope.names.of("coordinate", "group")]
            for missing in not_a_coordinate(scope, name, spec)[1]:
                help_ = suggest(name.name, known) or f"it may take {', '.join(known)}"
                message = f"there is no field or coordinate `{name.name}`"
                found.append(replace(missing, message=message, help=help_))
    return arguments, found


def _vectors(scope: Scope, spec: Spec) -> tuple[Scope, list[Diagnostic]]:
    found: list[Diagnostic] = []
    for statement in each(spec, syntax.Vector):
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
    for statement in each(spec, syntax.Exact):
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
