"""From the declarations of a spec to what its names mean: parameters, coordinates, fields, parts, exact solutions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import sympy as sp

from pdedsl.meaning.calls import called
from pdedsl.meaning.choices import not_yet
from pdedsl.meaning.expressions import DEEPEST, PLACES, Expressions
from pdedsl.meaning.names import Declaration, Names
from pdedsl.meaning.solids import resolve_shape
from pdedsl.problem.primitives import Tree, construct
from pdedsl.problem.problem import Coordinate, Field, Parameter, expand_derivatives
from pdedsl.syntax import syntax
from pdedsl.syntax.syntax import Spec
from pdedsl.vocabulary.source import Diagnostic, Span, suggest

LONGEST_GROUP = 1000


@dataclass
class Declarations:
    """What is declared, each name worked out when it is first asked for, and what was found wrong on the way."""

    spec: Spec
    names: Names
    overrides: Mapping[str, float]
    """Other values of parameters."""
    cyclic: set[str]
    """Parameters and abbreviations that need themselves."""
    diagnostics: dict[tuple[str, Span, str], Diagnostic] = field(default_factory=dict)
    defective: set[str] = field(default_factory=set)
    """Kinds of statements of which one could not be read; `*` for a declaration."""
    parameters: dict[str, Parameter | None] = field(default_factory=dict)
    coordinates: tuple[Coordinate, ...] = ()
    tree: Tree | None = None
    fields: tuple[Field, ...] = ()
    parts: dict[str, sp.Basic | None] = field(default_factory=dict)
    periodic: dict[sp.Symbol, Span] = field(default_factory=dict)
    """The periodic coordinates and where they are declared so."""
    exact: dict[str, sp.Expr | None] = field(default_factory=dict)
    exact_statements: dict[str, tuple[syntax.Exact, int | None]] = field(default_factory=dict)
    """For each field the statement that gives its solution, and the component of it where that gives a vector."""
    _resolving: list[str] = field(default_factory=list)
    _depth: int = 0

    def __post_init__(self) -> None:
        self.walk = Expressions(
            self.names, self.report, called, parameters=self._parameter, exact=self._exact, part=self._part
        )

    def declare(self) -> None:
        """Work out everything that is declared."""
        for name in self.names.of("param"):
            self._parameter(name)
        self.coordinates = (*self._shaped(), *self._coordinates())
        self.walk.coordinates = self.coordinates
        self.fields = self._fields()
        self._vectors()
        self._solutions()
        for name, (statement, _) in self.exact_statements.items():
            self._exact((name,), statement.name.span)
        for name in self.names.of("part"):
            self._part(name)
        self.periodic = self._periodic()

    def report(self, diagnostic: Diagnostic) -> None:
        key = diagnostic.code, diagnostic.span, diagnostic.message
        self.diagnostics.setdefault(key, diagnostic)

    def of(self, *kinds: type) -> Iterator[syntax.Statement]:
        return (s for s in self.spec.statements if isinstance(s, kinds))

    def _parameter(self, name: str) -> sp.Symbol | None:
        """The symbol of a parameter; its value is worked out when it is first asked for."""
        if name not in self.parameters:
            self.parameters[name] = None
            self._depth += 1
            if self._depth > DEEPEST:
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
            self._depth -= 1
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
            self._resolving.append(name)
            self.parts[name] = self.walk.condition(statement.condition, PLACES["part"])
            self._resolving.pop()
            if self.parts[name] is None:
                self.defective.add("*")
        elif name in self._resolving:
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
                    self.defective.add("*")
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

    def _solutions(self) -> None:
        """Which statement gives the exact solution of which field; E202 for a second one."""
        for statement in self.of(syntax.Exact):
            assert isinstance(statement, syntax.Exact)
            name = statement.name.name
            declaration = self.names.declared.get(name)
            fields: list[tuple[str, int | None]] = [(name, None)]
            if declaration is not None and isinstance(declaration.node, syntax.Vector):
                fields = [(c.name, place) for place, c in enumerate(declaration.node.components)]
            twice = next((f for f, _ in fields if f in self.exact_statements), None)
            span = statement.name.span
            if twice is not None:
                also = ((self.exact_statements[twice][0].name.span, "the first one"),)
                message = f"a second exact solution for `{twice}`"
                self.report(Diagnostic("E202", message, span, "remove one", also))
            elif declaration is None:
                help_ = suggest(name, self.names.of("field", "vector")) or "name a field"
                self.report(Diagnostic("E201", f"`{name}` is not declared", span, help_))
            elif declaration.kind in ("field", "vector"):
                self.exact_statements |= {f: (statement, place) for f, place in fields}
            elif declaration.kind != "broken":
                help_ = "`exact` gives the solution of a field"
                self.report(Diagnostic("E303", f"`{name}` is not a field", span, help_))

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
            self._resolving.append(name)
            value = self.walk.tensor(statement.value, PLACES["exact"])
            self._resolving.pop()
            if value is not None:
                wanted = self.names.declared[statement.name.name].node
                shape = (len(wanted.components),) if isinstance(wanted, syntax.Vector) else ()
                if value.shape != shape:
                    words = f"`{statement.name.name}` is {'a vector' if shape else 'a scalar'}, its exact solution {value.words}"
                    self.report(Diagnostic("E301", words, statement.value.span, "both must have the same rank"))
                else:
                    self.exact[name] = expand_derivatives(value.entries[place or 0])
        elif name in self._resolving:
            message = f"the exact solution of `{name}` needs itself"
            self.report(Diagnostic("E204", message, statement.name.span, "write it out"))
        return self.exact[name]
