"""From a Spec to a Problem: what every statement means, or why it means nothing."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

import sympy as sp
from sympy.core.parameters import distribute

from pdedsl.language import syntax
from pdedsl.language.calls import called
from pdedsl.language.choices import check_setting, not_yet
from pdedsl.language.expressions import DEEPEST, PLACES, Expressions
from pdedsl.language.names import Declaration, collect
from pdedsl.language.problem import (
    Choice,
    Condition,
    Coordinate,
    Equation,
    Field,
    Parameter,
    Problem,
    Reference,
    Report,
    expand_derivatives,
    normal,
    occurring,
)
from pdedsl.language.shapes import Tree, construct
from pdedsl.language.solids import resolve_shape
from pdedsl.language.source import NOWHERE, Diagnostic, Span, suggest
from pdedsl.language.syntax import Spec
from pdedsl.language.tensor import Tensor

LONGEST_GROUP = 1000


@dataclass(frozen=True)
class Resolution:
    """What came of a spec. `problem` is there as soon as it has coordinates and fields, even if it has errors."""

    problem: Problem | None
    diagnostics: tuple[Diagnostic, ...]
    defective: frozenset[str] = frozenset()
    """Kinds of statements of which at least one could not be read, so that nothing may be said to be missing."""


def resolve(spec: Spec, overrides: Mapping[str, float] | None = None) -> Resolution:
    """The meaning of a spec, with the values of some parameters replaced."""
    with deep_recursion(), distribute(False):
        return _Resolver(spec, overrides or {}).run()


@contextmanager
def deep_recursion() -> Iterator[None]:
    """SymPy walks trees by recursion; a hundred nested brackets need more than Python's usual limit."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, 10_000))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


@dataclass
class _Resolver:
    spec: Spec
    overrides: Mapping[str, float]
    diagnostics: dict[tuple[str, Span, str], Diagnostic] = field(default_factory=dict)
    defective: set[str] = field(default_factory=set)
    parameters: dict[str, Parameter | None] = field(default_factory=dict)
    exact: dict[str, sp.Expr | None] = field(default_factory=dict)
    exact_statements: dict[str, tuple[syntax.Exact, int | None]] = field(default_factory=dict)
    """For each field the statement that gives its solution, and the component of it where that gives a vector."""
    resolving: list[str] = field(default_factory=list)
    parts: dict[str, sp.Basic | None] = field(default_factory=dict)
    tree: Tree | None = None
    depth: int = 0
    hard_starts: set[sp.Expr] = field(default_factory=set)
    """Fields whose initial value is hard, so that their initial slope may be hard as well."""
    cyclic: set[str] = field(default_factory=set)

    def report(self, diagnostic: Diagnostic) -> None:
        key = diagnostic.code, diagnostic.span, diagnostic.message
        self.diagnostics.setdefault(key, diagnostic)

    def of(self, *kinds: type) -> Iterator[syntax.Statement]:
        return (s for s in self.spec.statements if isinstance(s, kinds))

    def run(self) -> Resolution:
        self.names = collect(self.spec)
        for diagnostic in (*self.names.diagnostics, *self._repeated(), *self._cycles(), *self._not_supported()):
            self.report(diagnostic)
        if self.names.diagnostics:
            self.defective.add("*")
        self.walk = Expressions(
            self.names, self.report, called, parameters=self._parameter, exact=self._exact, part=self._part
        )
        for name in self.names.of("param"):
            self._parameter(name)
        coordinates = (*self._shaped(), *self._coordinates())
        self.walk.coordinates = coordinates
        fields = self._fields()
        self._vectors()
        for name, (statement, _) in self.exact_statements.items():
            self._exact((name,), statement.name.span)
        for name in self.names.of("part"):
            self._part(name)
        periodic = self._periodic()
        self.defective |= {
            b.keyword if b.keyword in _KINDS else "*" for b in self.spec.broken if b.keyword not in _QUIET
        }
        statements = list(self._relations())
        reports = tuple(self._reports(statements))
        choices, places = self._choices(statements)
        for diagnostic in self._unused():
            self.report(diagnostic)
        problem = None
        if coordinates and fields:
            titles = [s.title.text for s in self.of(syntax.Title) if isinstance(s, syntax.Title)]
            problem = Problem(
                coordinates=coordinates,
                fields=fields,
                equations=tuple(s for s in statements if not isinstance(s, Condition)),
                conditions=tuple(s for s in statements if isinstance(s, Condition)),
                parameters=tuple(p for p in self.parameters.values() if p is not None),
                exact=tuple((n, e) for n, e in self.exact.items() if e is not None),
                references=tuple(self._references(statements)),
                choices=choices,
                title=titles[0] if titles else "",
                source=self.spec.source,
                exact_spans=tuple((n, s.value.span) for n, (s, _) in self.exact_statements.items()),
                tree=self.tree,
                integrals=tuple(self.walk.integrals.values()),
                reports=reports,
                parts=tuple((n, c) for n, c in self.parts.items() if c is not None),
                periodic=tuple(periodic),
                spans=tuple((n, d.span) for n, d in self.names.declared.items() if d.kind == "part")
                + tuple((str(s), span) for s, span in periodic.items())
                + tuple((f"solve.{key}", span) for key, span in places.items()),
            )
        found = (*self.spec.diagnostics, *self.diagnostics.values())
        return Resolution(problem, tuple(found), frozenset(self.defective))

    # ---- the file as a whole ---------------------------------------------------------------------------------------

    def _repeated(self) -> Iterator[Diagnostic]:
        """E202 for statements that may stand once."""
        once: Mapping[type, str] = {
            syntax.Header: "the header", syntax.Title: "`title`", syntax.Domain: "`domain`", syntax.Shape: "`domain`",
            syntax.Time: "`time`", syntax.Solve: "`solve`",
        }  # fmt: skip
        seen: dict[str, syntax.Statement] = {}
        for statement in self.spec.statements:
            words = once.get(type(statement))
            if words and words in seen:
                also = ((seen[words].keyword, "the first one"),)
                yield Diagnostic("E202", f"{words} stands here a second time", statement.keyword, "remove one", also)
            elif words:
                seen[words] = statement
            if isinstance(statement, syntax.Exact):
                name = statement.name.name
                declaration = self.names.declared.get(name)
                fields: list[tuple[str, int | None]] = [(name, None)]
                if declaration is not None and isinstance(declaration.node, syntax.Vector):
                    fields = [(c.name, place) for place, c in enumerate(declaration.node.components)]
                twice = next((f for f, _ in fields if f in self.exact_statements), None)
                if twice is not None:
                    also = ((self.exact_statements[twice][0].name.span, "the first one"),)
                    message = f"a second exact solution for `{twice}`"
                    yield Diagnostic("E202", message, statement.name.span, "remove one", also)
                elif declaration is None:
                    help_ = suggest(name, self.names.of("field", "vector")) or "name a field"
                    yield Diagnostic("E201", f"`{name}` is not declared", statement.name.span, help_)
                elif declaration.kind in ("field", "vector"):
                    self.exact_statements |= {f: (statement, place) for f, place in fields}
                elif declaration.kind != "broken":
                    yield Diagnostic(
                        "E303", f"`{name}` is not a field", statement.name.span, "`exact` gives the solution of a field"
                    )

    def _cycles(self) -> Iterator[Diagnostic]:
        """E204: parameters and abbreviations that refer to themselves."""
        nodes = {n: d for n, d in self.names.declared.items() if d.kind in ("param", "let")}
        edges: dict[str, list[str]] = {}
        for name, declaration in nodes.items():
            node = declaration.node
            assert isinstance(node, syntax.Definition | syntax.Let)
            body = node.value if isinstance(node, syntax.Definition) else node.body
            edges[name] = [n.name for n in syntax.names_in(body) if n.name in nodes]
        done: set[str] = set()
        for root in nodes:
            path: list[str] = []
            pending: list[tuple[str, Iterator[str]]] = [(root, iter(edges[root]))] if root not in done else []
            while pending:
                name, rest = pending[-1]
                if len(path) < len(pending):
                    path.append(name)
                following = next(rest, None)
                if following is None:
                    done.add(name)
                    pending.pop()
                    path.pop()
                elif following in path:
                    cycle = path[path.index(following) :]
                    self.cyclic.update(cycle)
                    chain = " -> ".join([*cycle, cycle[0]])
                    first = min(cycle, key=lambda n: nodes[n].span.start)
                    also = tuple((nodes[n].span, "through this") for n in cycle if n != first)
                    yield Diagnostic(
                        "E204", f"`{first}` is defined by itself", nodes[first].span, f"break the chain {chain}", also
                    )
                elif following not in done:
                    pending.append((following, iter(edges[following])))

    def _not_supported(self) -> Iterator[Diagnostic]:
        for statement in self.spec.statements:
            what = ""
            if isinstance(statement, syntax.Unknown | syntax.UnknownField):
                what = "`unknown`"
            if isinstance(statement, syntax.Table) and statement.kind == "data":
                what = "`data`"
            if what:
                self.defective.add("*")
                yield not_yet(what, statement.keyword)

    def _unused(self) -> Iterator[Diagnostic]:
        """W206 for parameters and abbreviations that nothing uses; broken statements may use anything."""
        used = {word for b in self.spec.broken for word in self.spec.source.text[b.span.start : b.span.end].split()}
        if used:
            return
        for statement in self.spec.statements:
            used |= {n.name for n in syntax.names_in(statement)} - _declares(statement)
        for name in self.names.of("param", "let", "part", "vector"):
            declaration = self.names.declared[name]
            if name not in used and name not in self.overrides:
                yield Diagnostic("W206", f"`{name}` is never used", declaration.span, "remove it")

    # ---- declarations ----------------------------------------------------------------------------------------------

    def _parameter(self, name: str) -> sp.Symbol | None:
        """The symbol of a parameter; its value is worked out when it is first asked for."""
        if name not in self.parameters:
            self.parameters[name] = None
            self.depth += 1
            if self.depth > DEEPEST:
                span = self.names.declared[name].span
                self.report(
                    Diagnostic(
                        "E303", f"`{name}` needs more than {DEEPEST} other parameters", span, "declare them first"
                    )
                )
                return None
            declaration = self.names.declared[name]
            definition = declaration.node
            assert isinstance(definition, syntax.Definition)
            symbol = sp.Symbol(name, real=True)
            value: sp.Expr | None = None
            if name in self.overrides:
                value = sp.Float(self.overrides[name])
            elif isinstance(definition.value, syntax.Interval):
                self.defective.add("*")
                self.report(not_yet("a parameter with an interval", definition.span))
            elif name not in self.cyclic:
                value = self.walk.scalar(definition.value, PLACES["param"])
            if value is not None:
                self.walk.values[symbol] = float(self.walk.constant(value) or 0.0)
                # Parameters stand in the order in which their values can be worked out.
                self.parameters.pop(name)
                self.parameters[name] = Parameter(symbol, value, declaration.span)
            self.depth -= 1
        found = self.parameters[name]
        return found.symbol if found else None

    def _interval(self, interval: syntax.Interval) -> tuple[sp.Expr, sp.Expr] | None:
        place = PLACES["interval"]
        bounds = [self.walk.scalar(b, place) for b in (interval.lower, interval.upper)]
        if bounds[0] is None or bounds[1] is None:
            return None
        lower, upper = (self.walk.constant(b) for b in bounds if b is not None)
        if lower is None or upper is None:
            return None
        if lower >= upper:
            words = "empty" if lower == upper else "reversed"
            help_ = f"write [{upper:g}, {lower:g}]" if lower > upper else "the lower bound must be below the upper one"
            self.report(Diagnostic("E401", f"this interval is {words}", interval.span, help_))
            return None
        if max(abs(lower), abs(upper)) > 1e100 or upper - lower < 1e-100:
            message = "this interval is beyond what double precision can resolve"
            self.report(Diagnostic("E401", message, interval.span, "choose other units"))
            return None
        return bounds[0], bounds[1]

    def _shaped(self) -> tuple[Coordinate, ...]:
        """The coordinates of a domain that is given by its shape, with the box that holds it."""
        statement = next((s for s in self.of(syntax.Shape) if isinstance(s, syntax.Shape)), None)
        if statement is None:
            return ()
        names = [n for n in statement.names if self.names.declared[n.name].kind == "coordinate"]
        symbols = tuple(sp.Symbol(n.name, real=True) for n in names)
        self.walk.symbols |= {s.name: s for s in symbols}
        self.tree = resolve_shape(statement.shape, symbols, self.walk)
        box = None
        if self.tree is None:
            self.defective |= {"*", "domain"}
        else:
            box = construct(self.tree, symbols, self.walk.values).box
        lower, upper = ([0.0] * len(symbols), [1.0] * len(symbols)) if box is None else box
        return tuple(
            Coordinate(s, sp.Float(a), sp.Float(b), span=n.span)
            for s, n, a, b in zip(symbols, names, lower, upper, strict=True)
        )

    def _coordinates(self) -> tuple[Coordinate, ...]:
        found: list[Coordinate] = []
        statements = [*self.of(syntax.Domain), *self.of(syntax.Time)]
        for statement in statements:
            axes = statement.axes if isinstance(statement, syntax.Domain) else (statement.axis,)  # pyright: ignore[reportAttributeAccessIssue]
            kind = "time" if isinstance(statement, syntax.Time) else "space"
            for axis in axes:
                name = axis.name.name
                if self.names.declared[name].span != axis.name.span:
                    continue
                bounds = self._interval(axis.interval)
                if bounds is None:
                    self.defective |= {"*", "domain"}
                    bounds = sp.Integer(0), sp.Integer(1)
                if axis.indices is None:
                    if self.names.declared[name].kind == "coordinate":
                        symbol = sp.Symbol(name, real=True)
                        self.walk.symbols[name] = symbol
                        found.append(Coordinate(symbol, *bounds, kind=kind, span=axis.name.span))
                    continue
                span = axis.indices[0].span | axis.indices[1].span
                first, last = (self.walk.integer(i, span, {}) for i in axis.indices)
                if first is None or last is None:
                    self.defective.add("*")
                    continue
                if not 0 <= last - first < LONGEST_GROUP:
                    words = "is empty" if last < first else f"has more than {LONGEST_GROUP} coordinates"
                    self.report(Diagnostic("E303", f"`{name}[{first}:{last}]` {words}", span, "write x[1:5]"))
                    self.defective.add("*")
                    continue
                group = {k: sp.Symbol(f"{name}[{k}]", real=True) for k in range(first, last + 1)}
                self.walk.groups[name] = group
                for k, symbol in group.items():
                    found.append(Coordinate(symbol, *bounds, kind=kind, group=name, index=k, span=axis.name.span))
        return tuple(found)

    def _fields(self) -> tuple[Field, ...]:
        found: list[Field] = []
        for statement in self.of(syntax.Fields):
            assert isinstance(statement, syntax.Fields)
            for signature in statement.signatures:
                name = signature.name.name
                if self.names.declared[name].span != signature.name.span or self.names.declared[name].kind != "field":
                    continue
                arguments: list[sp.Symbol] = []
                good = True
                for argument in signature.arguments:
                    if argument.name in self.walk.symbols:
                        new = [self.walk.symbols[argument.name]]
                    elif argument.name in self.walk.groups:
                        new = list(self.walk.groups[argument.name].values())
                    else:
                        good = False
                        self._not_a_coordinate(argument)
                        continue
                    if set(new) & set(arguments):
                        self.report(
                            Diagnostic("E202", f"`{argument.name}` stands here twice", argument.span, "remove one")
                        )
                    arguments += [s for s in new if s not in arguments]
                if good and arguments:
                    # Arguments in the order of the coordinates, so that u(t, x) and u(x, t) are the same field.
                    order = [c.symbol for c in self.walk.coordinates]
                    arguments.sort(key=order.index)
                    unknown = Field(name, tuple(arguments), signature.name.span)
                    self.walk.fields[name] = unknown.expression
                    found.append(unknown)
                else:
                    self.defective.add("*")
        return tuple(found)

    def _not_a_coordinate(self, argument: syntax.Name) -> None:
        declaration = self.names.declared.get(argument.name)
        if declaration is not None and declaration.kind in ("broken", "coordinate", "group"):
            return
        coordinates = self.names.of("coordinate", "group")
        self.names.declared[argument.name] = Declaration(argument.name, "broken", argument.span)
        if argument.name in ("t", "time") and not any(self.of(syntax.Time)):
            message = f"there is no coordinate `{argument.name}`"
            self.report(Diagnostic("E201", message, argument.span, f"declare it: time {argument.name} in [0, 1]"))
            return
        help_ = suggest(argument.name, coordinates) or (
            f"the coordinates are {', '.join(coordinates)}" if coordinates else "declare it: domain x in [0, 1]"
        )
        self.report(Diagnostic("E201", f"there is no coordinate `{argument.name}`", argument.span, help_))

    def _vectors(self) -> None:
        for statement in self.of(syntax.Vector):
            assert isinstance(statement, syntax.Vector)
            name, components = statement.name.name, [c.name for c in statement.components]
            for place, component in enumerate(statement.components):
                declaration = self.names.declared.get(component.name)
                if component.name in components[:place]:
                    message = f"`{component.name}` stands here twice"
                    self.report(Diagnostic("E202", message, component.span, "name each component once"))
                elif declaration is None or declaration.kind not in ("field", "broken"):
                    help_ = (
                        suggest(component.name, self.names.of("field")) or "a vector groups fields: declare them first"
                    )
                    self.report(Diagnostic("E201", f"there is no field `{component.name}`", component.span, help_))
            if all(c in self.walk.fields for c in components) and len(set(components)) == len(components):
                self.walk.vectors[name] = tuple(components)
            else:
                self.defective.add("*")

    def _part(self, name: str) -> sp.Basic | None:
        """The condition of a part; None where it is wrong."""
        if name not in self.parts:
            self.parts[name] = None
            statement = self.names.declared[name].node
            assert isinstance(statement, syntax.Part)
            self.resolving.append(name)
            self.parts[name] = self.walk.condition(statement.condition, PLACES["part"])
            self.resolving.pop()
            if self.parts[name] is None:
                self.defective.add("*")
        elif name in self.resolving:
            span = self.names.declared[name].span
            self.report(Diagnostic("E204", f"`{name}` is defined by itself", span, "write the condition out"))
        return self.parts[name]

    def _periodic(self) -> dict[sp.Symbol, Span]:
        """The periodic coordinates and where they are declared so."""
        found: dict[sp.Symbol, Span] = {}
        space = set(self.walk.space)
        for statement in self.of(syntax.Periodic):
            assert isinstance(statement, syntax.Periodic)
            for name in statement.names:
                symbols = [self.walk.symbols[name.name]] if name.name in self.walk.symbols else []
                symbols += list(self.walk.groups.get(name.name, {}).values())
                if not symbols:
                    self._not_a_coordinate(name)
                elif not set(symbols) <= space:
                    message = f"`{name.name}` is the time: only coordinates in space can be periodic"
                    self.report(Diagnostic("E304", message, name.span, "remove it"))
                    self.defective.add("*")
                elif self.tree is not None:
                    message = f"`{name.name}` belongs to a shape, which has no two ends to join"
                    self.report(
                        Diagnostic("E304", message, name.span, "give the domain as a box: domain x in [0, 1], ...")
                    )
                    self.defective.add("*")
                elif set(symbols) & set(found):
                    self.report(Diagnostic("E202", f"`{name.name}` is periodic twice", name.span, "remove one"))
                found |= {s: name.span for s in symbols if s in space and self.tree is None}
        return found

    def _exact(self, names: tuple[str, ...], span: Span) -> tuple[sp.Expr, ...] | None:
        """The exact solutions of fields: E305 for those without one, E204 for one that needs itself."""
        missing = [n for n in names if n not in self.exact_statements]
        if missing:
            if "exact" not in {b.keyword for b in self.spec.broken} and "*" not in self.defective:
                listed = ", ".join(f"`{n}`" for n in missing)
                help_ = "add " + ", ".join(f"`exact {n} = ...`" for n in missing)
                self.walk.wrong("E305", f"there is no exact solution for {listed}", span, help_)
            return None
        found = [self._exact_field(n) for n in names]
        return None if any(f is None for f in found) else tuple(f for f in found if f is not None)

    def _exact_field(self, name: str) -> sp.Expr | None:
        statement, place = self.exact_statements[name]
        if name not in self.exact:
            self.exact[name] = None
            self.resolving.append(name)
            value = self.walk.tensor(statement.value, PLACES["exact"])
            self.resolving.pop()
            if value is not None:
                wanted = self.names.declared[statement.name.name].node
                shape = (len(wanted.components),) if isinstance(wanted, syntax.Vector) else ()
                if value.shape != shape:
                    words = f"`{statement.name.name}` is {'a vector' if shape else 'a scalar'}, its exact solution {value.words}"
                    self.report(Diagnostic("E301", words, statement.value.span, "both must have the same rank"))
                else:
                    self.exact[name] = expand_derivatives(value.entries[place or 0])
        elif name in self.resolving:
            message = f"the exact solution of `{name}` needs itself"
            self.report(Diagnostic("E204", message, statement.name.span, "write it out"))
        return self.exact[name]

    # ---- equations and conditions ----------------------------------------------------------------------------------

    def _relations(self) -> Iterator[Equation]:
        labels: dict[str, Span] = {}
        counts: dict[str, int] = {}
        relations = [s for s in self.of(syntax.Relation) if isinstance(s, syntax.Relation)]
        names: list[str] = []
        for relation in relations:
            if relation.label is None:
                counts[relation.kind] = counts.get(relation.kind, 0) + 1
                n = counts[relation.kind]
                names.append(relation.kind if n == 1 else f"{relation.kind}{n}")
            else:
                names.append(relation.label.name)
        for relation, name in zip(relations, names, strict=True):
            if name in labels:
                also = ((labels[name], "the first one"),)
                help_ = f"label it: `{relation.kind} NAME: ...`"
                self.report(Diagnostic("E202", f"a second statement is called `{name}`", relation.head, help_, also))
                name = f"{name}'"
            labels[name] = relation.head
            found = self._relation(relation, name)
            if found is None:
                self.defective.add(relation.kind)
            else:
                yield found

    def _relation(self, relation: syntax.Relation, name: str) -> Equation | None:
        place = PLACES[relation.kind]
        self.walk.terms = []
        left, right = (self.walk.tensor(side, place) for side in (relation.lhs, relation.rhs))
        terms = tuple(self.walk.terms)
        weight, hard, where, places = self._options(relation)
        part = self._within(relation)
        if left is None or right is None or weight is None or where is None:
            return None
        shape = right.shape if left.zero else left.shape
        if left.shape != right.shape and not left.zero and not right.zero:
            also = ((left.span, left.words), (right.span, right.words))
            message = f"the left side is {left.words}, the right side {right.words}"
            self.report(Diagnostic("E301", message, relation.sides, "both sides must have the same rank", also))
            return None
        count = max(len(left.entries), len(right.entries))
        lhs, rhs = (t.entries * count if t.zero and len(t.entries) < count else t.entries for t in (left, right))
        integrands = [
            i.integrand for s, i in self.walk.integrals.items() if any(s in e.free_symbols for e in (*lhs, *rhs))
        ]
        differences = [a - b for a, b in zip(lhs, rhs, strict=True)]
        if not occurring((*differences, *integrands), self._known_fields()):
            message = f"this {_WORDS[relation.kind]} holds no unknown"
            known = ", ".join(self.names.of("field"))
            self.report(Diagnostic("E509", message, relation.sides, f"the fields are {known}" if known else ""))
            return None
        if hard and not self._can_be_hard(relation, hard, Tensor(lhs, shape), Tensor(rhs, shape)):
            return None
        head = {"weight": weight, "span": relation.sides, "head": relation.head, "terms": terms}
        if relation.kind == "equation":
            return Equation(name, lhs, rhs, **head, part=part)
        at = self._at(relation.options)
        if at is False:
            return None
        kind = relation.kind
        return Condition(
            name,
            lhs,
            rhs,
            **head,
            kind=kind,
            where=where,
            places=places,
            hard=hard is not None,
            at=at,
            hard_span=hard.span if hard else NOWHERE,
        )

    def _at(self, options: tuple[syntax.Option, ...]) -> tuple[sp.Expr, ...] | Literal[False] | None:
        """The point of a constraint or report: coordinates in space, then the time or nothing; False if it is wrong."""
        option = next((o for o in options if isinstance(o, syntax.At)), None)
        if option is None:
            return None
        values = [self.walk.scalar(e, PLACES["point"]) for e in option.point]
        if any(v is None for v in values):
            return False
        coordinates = self.walk.coordinates
        space, all_ = len(self.walk.space), len(coordinates)
        if len(values) not in (space, all_):
            names = ", ".join(c.name for c in coordinates)
            message = (
                f"a point has {space} coordinates" + (" and a time" if all_ > space else "") + f", not {len(values)}"
            )
            self.report(Diagnostic("E303", message, option.span, f"write at ({names}) in numbers"))
            return False
        for value, coordinate in zip(values, coordinates, strict=False):
            lower, number, upper = (
                self.walk.constant(e) for e in (coordinate.lower, value, coordinate.upper) if e is not None
            )
            if lower is not None and number is not None and upper is not None and not lower <= number <= upper:
                message = f"{coordinate.name} = {number:g} lies outside [{lower:g}, {upper:g}]"
                self.report(Diagnostic("E402", message, option.span, "choose a point of the domain"))
                return False
        return tuple(v for v in values if v is not None)

    def _reports(self, statements: list[Equation]) -> Iterator[Report]:
        seen = {s.name: s.head for s in statements}
        for statement in self.of(syntax.ReportValue):
            assert isinstance(statement, syntax.ReportValue)
            name = statement.name.name
            if name in seen:
                also = ((seen[name], "the first one"),)
                self.report(
                    Diagnostic(
                        "E202", f"`{name}` is already the name of a statement", statement.name.span, "rename it", also
                    )
                )
            seen[name] = statement.name.span
            self.walk.terms = []
            value = self.walk.scalar(statement.value, PLACES["report"])
            terms = tuple(self.walk.terms)
            at = self._at(statement.options)
            if value is not None and at is not False:
                yield Report(name, value, at, terms)

    def _known_fields(self) -> list[Field]:
        return [
            Field(name, tuple(s for s in e.args if isinstance(s, sp.Symbol))) for name, e in self.walk.fields.items()
        ]

    def _options(
        self, relation: syntax.Relation
    ) -> tuple[sp.Expr | None, syntax.Hard | None, tuple[sp.Basic, ...] | None, tuple[Span, ...]]:
        weight: sp.Expr | None = sp.Integer(1)
        hard: syntax.Hard | None = None
        where: list[sp.Basic] | None = []
        places: list[Span] = []
        weighed: syntax.Weight | None = None
        for option in relation.options:
            match option:
                case syntax.Hard():
                    hard = option
                case syntax.Weight():
                    weighed = option
                    weight = self.walk.scalar(option.value, PLACES["weight"])
                    number = None if weight is None else self.walk.constant(weight)
                    if number is not None and number <= 0:
                        self.report(
                            Diagnostic("E303", "a weight must be positive", option.value.span, "leave it out for 1")
                        )
                        weight = None
                case syntax.On():
                    for entry in option.places:
                        condition = self._where(entry)
                        if condition is None:
                            where = None
                        elif where is not None:
                            # `or` means what the comma means.
                            entries = condition.args if isinstance(condition, sp.Or) else (condition,)
                            where.extend(sorted(entries, key=sp.default_sort_key))
                            places.extend([entry.span] * len(entries))
        if hard and weighed:
            message = "a hard condition holds exactly: a weight has no meaning"
            self.report(
                Diagnostic("E303", message, hard.span, "remove `hard` or the weight", ((weighed.span, "the weight"),))
            )
        return weight, hard, None if where is None else tuple(where), tuple(places)

    def _within(self, relation: syntax.Relation) -> str | None:
        """The part of the domain where an equation is to hold."""
        option = next((o for o in relation.options if isinstance(o, syntax.Within)), None)
        if option is None:
            return None
        declaration = self.names.declared.get(option.part.name)
        if declaration is None or declaration.kind not in ("part", "broken"):
            help_ = suggest(option.part.name, self.names.of("part")) or f"declare it: part {option.part.name}: x > 0"
            self.report(Diagnostic("E201", f"there is no part `{option.part.name}`", option.part.span, help_))
            self.defective.add("*")
            return None
        return option.part.name if self.parts.get(option.part.name) is not None else None

    def _where(self, entry: syntax.Expression) -> sp.Basic | None:
        if isinstance(entry, syntax.Name) and entry.name == "all":
            return sp.true
        return self.walk.condition(entry, PLACES["on"])

    def _can_be_hard(self, relation: syntax.Relation, hard: syntax.Hard, lhs: Tensor, rhs: Tensor) -> bool:
        """A hard condition gives a field its value; at the start of time its rate of change, too."""
        fields = self._known_fields()
        functions = [f.expression for f in fields]
        time = next((c.symbol for c in self.walk.coordinates if c.kind == "time"), None)
        allowed = set(functions)
        if relation.kind == "initial" and time is not None:
            allowed |= {sp.Derivative(f, time) for f in functions if time in f.args and f in self.hard_starts}
            self.hard_starts |= {e for e in lhs.entries if e in functions}
        data_free = not occurring(rhs.entries, fields) and not any(
            e.free_symbols & set(normal(99)) for e in rhs.entries
        )
        if relation.kind in ("equation", "constraint") or not data_free or not all(e in allowed for e in lhs.entries):
            forms = "`u = g`, with g free of fields" + (
                ", and `dt(u) = g` below a hard `u = g`" if relation.kind == "initial" else ""
            )
            message = f"this {_WORDS[relation.kind]} cannot be built into the solution"
            help_ = f"`hard` takes {forms}; remove `hard` otherwise"
            if relation.kind in ("equation", "constraint"):
                help_ = "`hard` belongs to `boundary` and `initial`"
            self.report(Diagnostic("E303", message, hard.span, help_))
            return False
        return True

    # ---- tables and choices ----------------------------------------------------------------------------------------

    def _references(self, statements: list[Equation]) -> Iterator[Reference]:
        tables = [s for s in self.of(syntax.Table) if isinstance(s, syntax.Table) and s.kind == "reference"]
        for number, table in enumerate(tables, 1):
            for name in table.fields:
                declaration = self.names.declared.get(name.name)
                if declaration is None or declaration.kind not in ("field", "broken"):
                    help_ = (
                        suggest(name.name, self.names.of("field"))
                        or f"the fields are {', '.join(self.names.of('field'))}"
                    )
                    self.report(Diagnostic("E201", f"there is no field `{name.name}`", name.span, help_))
            columns = [o for o in table.options if isinstance(o, syntax.Columns)]
            pairs = columns[0].columns if columns else ()
            known = [*self.names.of("coordinate"), *(n.name for n in table.fields)]
            listed = [*(n for n, _ in pairs)]
            for group in (listed, list(table.fields)):
                for place, name in enumerate(group):
                    if name.name in [n.name for n in group[:place]]:
                        self.report(Diagnostic("E202", f"`{name.name}` stands here twice", name.span, "remove one"))
            for name, _ in pairs:
                if name.name not in known:
                    help_ = suggest(name.name, known) or f"choose from: {', '.join(known)}"
                    self.report(Diagnostic("E201", f"`{name.name}` is not a column of this table", name.span, help_))
            label = table.label.name if table.label else "reference" if number == 1 else f"reference{number}"
            yield Reference(
                label,
                tuple(n.name for n in table.fields),
                table.file.text,
                tuple((n.name, t.text) for n, t in pairs),
                table.file.span,
            )

    def _choices(self, statements: list[Equation]) -> tuple[tuple[tuple[str, Choice], ...], dict[str, Span]]:
        """The settings of the solve block, and where their values stand."""
        blocks = {s.name: "hard" if getattr(s, "hard", False) else "soft" for s in statements}
        found: dict[str, tuple[Choice, Span]] = {}
        places: dict[str, Span] = {}
        for statement in self.of(syntax.Solve):
            assert isinstance(statement, syntax.Solve)
            for setting in statement.settings:
                checked = check_setting(setting, blocks, not self.defective, len(self.walk.coordinates))  # pyright: ignore[reportArgumentType]
                for diagnostic in checked.diagnostics:
                    self.report(diagnostic)
                span = setting.key[0].span | setting.key[-1].span
                if checked.key in found:
                    also = ((found[checked.key][1], "the first one"),)
                    self.report(Diagnostic("E202", f"`{checked.key}` is set twice", span, "remove one", also))
                elif checked.value is not None:
                    found[checked.key] = checked.value, span
                    places[checked.key] = setting.value.span
        return tuple((key, value) for key, (value, _) in found.items()), places


_KINDS = ("equation", "boundary", "initial", "constraint")
_QUIET = ("title", "solve", "reference", "report", "pde", "exact")
_WORDS = {
    "equation": "equation",
    "boundary": "boundary condition",
    "initial": "initial condition",
    "constraint": "constraint",
}


def _declares(statement: syntax.Statement) -> set[str]:
    match statement:
        case syntax.Param():
            own = {d.name.name for d in statement.definitions}
            inside = {n.name for d in statement.definitions for n in syntax.names_in(d.value)}
            return own - inside
        case syntax.Let():
            return {statement.name.name} - {n.name for n in syntax.names_in(statement.body)}
        case syntax.Part() | syntax.Vector():
            return {statement.name.name}
    return set()
