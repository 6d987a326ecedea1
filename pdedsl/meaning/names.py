"""The names of a spec: what is declared where, what is reserved, what a wrong name may have meant."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from pdedsl.syntax import syntax
from pdedsl.syntax.syntax import Spec
from pdedsl.vocabulary.diagnostics import Diagnostic
from pdedsl.vocabulary.source import Span
from pdedsl.vocabulary.words import RESERVED, RESERVED_FOR_PARTS, STATEMENTS

Kind = Literal[
    "coordinate", "group", "field", "param", "let", "vector", "part", "broken", "swept", "unknown", "function"
]


@dataclass(frozen=True)
class Declaration:
    """A name of the spec, its kind, its place and the node that declares it."""

    name: str
    kind: Kind
    span: Span
    node: object = None


@dataclass(frozen=True)
class Names:
    """All declared names, and the complaints about declaring them."""

    declared: Mapping[str, Declaration]
    diagnostics: tuple[Diagnostic, ...] = field(default=())

    def with_(self, declaration: Declaration) -> "Names":
        """The same names and one more, or another meaning of one."""
        return Names({**self.declared, declaration.name: declaration}, self.diagnostics)

    def letters(self) -> set[str]:
        """The coordinates of one letter, which may stand in `dxy`."""
        return {n for n, d in self.declared.items() if d.kind == "coordinate" and len(n) == 1}

    def of(self, *kinds: Kind) -> list[str]:
        return [n for n, d in self.declared.items() if d.kind in kinds]


_SOUGHT: Mapping[str, Kind] = {"number": "unknown", "field": "field", "function": "function"}


def _declarations(spec: Spec) -> Iterator[Declaration]:
    for statement in spec.statements:
        match statement:
            case syntax.Param():
                for d in statement.definitions:
                    kind: Kind = "group" if d.indices else "swept" if isinstance(d.value, syntax.Interval) else "param"
                    yield Declaration(d.name.name, kind, d.name.span, d)
            case syntax.Let():
                yield Declaration(statement.name.name, "let", statement.name.span, statement)
            case syntax.Domain() | syntax.Time():
                axes = statement.axes if isinstance(statement, syntax.Domain) else (statement.axis,)
                for a in axes:
                    yield Declaration(a.name.name, "group" if a.indices else "coordinate", a.name.span, a)
            case syntax.Shape():
                for n in statement.names:
                    yield Declaration(n.name, "coordinate", n.span, statement)
            case syntax.Fields():
                for s in statement.signatures:
                    yield Declaration(s.name.name, "field", s.name.span, s)
            case syntax.Unknown():
                for s in statement.sought:
                    yield Declaration(s.name.name, _SOUGHT[statement.kind], s.name.span, s)
            case syntax.Tabulated():
                name = statement.signature.name
                yield Declaration(name.name, "function", name.span, statement)
            case syntax.Vector():
                yield Declaration(statement.name.name, "vector", statement.name.span, statement)
            case syntax.Part():
                yield Declaration(statement.name.name, "part", statement.name.span, statement)


def collect(spec: Spec) -> Names:
    """The names that a spec declares; E202 for a second declaration, E203 for a reserved name."""
    declared: dict[str, Declaration] = {}
    diagnostics: list[Diagnostic] = []
    for declaration in _declarations(spec):
        name, first = declaration.name, declared.get(declaration.name)
        if first is not None:
            message = f"`{name}` is declared twice"
            also = ((first.span, f"first declared here, as {_with_article(first.kind)}"),)
            diagnostics.append(Diagnostic("E202", message, declaration.span, "choose another name", also))
            if first.kind != declaration.kind:
                declared[name] = Declaration(name, "broken", first.span)
            continue
        reserved = RESERVED_FOR_PARTS if declaration.kind == "part" else RESERVED
        if name in reserved:
            message = f"`{name}` belongs to the language"
            diagnostics.append(Diagnostic("E203", message, declaration.span, f"choose another name, say `{name}0`"))
            declared[name] = Declaration(name, "broken", declaration.span)
            continue
        declared[name] = declaration
    letters = Names(declared).letters()
    for name, declaration in list(declared.items()):
        if derivative_letters(name, letters) and declaration.kind != "broken":
            message = f"`{name}` is the derivative with respect to {', '.join(dict.fromkeys(name[1:]))}"
            diagnostics.append(Diagnostic("E203", message, declaration.span, f"choose another name, say `{name}0`"))
            declared[name] = Declaration(name, "broken", declaration.span)
    for let in (s for s in spec.statements if isinstance(s, syntax.Let)):
        for place, parameter in enumerate(let.parameters):
            name = parameter.name
            if name in RESERVED or derivative_letters(name, letters):
                message = f"`{name}` belongs to the language"
                diagnostics.append(Diagnostic("E203", message, parameter.span, "choose another name, say `w`"))
            elif name in declared or name in [p.name for p in let.parameters[:place]]:
                also = ((declared[name].span, "first declared here"),) if name in declared else ()
                message = f"the argument `{name}` is already a name"
                diagnostics.append(Diagnostic("E202", message, parameter.span, "choose another name, say `w`", also))
    for broken in spec.broken:
        for name in broken.names:
            declared.setdefault(name, Declaration(name, "broken", broken.span))
    if any(b.keyword not in STATEMENTS for b in spec.broken) and not any(d.kind == "field" for d in declared.values()):
        for relation in (s for s in spec.statements if isinstance(s, syntax.Relation)):
            for used in syntax.names_in(relation):
                if used.name not in RESERVED:
                    declared.setdefault(used.name, Declaration(used.name, "broken", used.span))
    for name in foreign_letters(spec):
        declared.setdefault(name, Declaration(name, "broken", spec.statements[0].span))
    return Names(declared, tuple(diagnostics))


def ordered(edges: Mapping[str, Iterable[str]]) -> tuple[list[str], list[list[str]]]:
    """Names in an order in which each comes after what it needs, and the cycles of those that need themselves."""
    order: list[str] = []
    cycles: list[list[str]] = []
    done: set[str] = set()
    for root in edges:
        path: list[str] = []
        pending = [] if root in done else [(root, iter(edges[root]))]
        while pending:
            name, rest = pending[-1]
            if len(path) < len(pending):
                path.append(name)
            following = next((n for n in rest if n in edges), None)
            if following is None:
                done.add(name)
                order.append(name)
                pending.pop()
                path.pop()
            elif following in path:
                cycles.append(path[path.index(following) :])
            elif following not in done:
                pending.append((following, iter(edges[following])))
    round_ = {n for cycle in cycles for n in cycle}
    return [n for n in order if n not in round_], cycles


def definitions(names: Names) -> tuple[list[str], list[list[str]]]:
    """Parameters and abbreviations, each after what it needs, and the cycles among them."""
    edges = {}
    for name, declaration in names.declared.items():
        match declaration.node:
            case syntax.Definition(value=body) | syntax.Let(body=body):
                edges[name] = [n.name for n in syntax.names_in(body)]
            case syntax.Sought() as sought if declaration.kind == "unknown":
                edges[name] = [n.name for n in syntax.names_in(sought) if n is not sought.name]
    return ordered(edges)


def foreign_letters(spec: Spec) -> set[str]:
    """The coordinates that fields name in a spec without any: one message says that, not one for each name."""
    kinds = {type(s) for s in spec.statements}
    bounded = kinds & {syntax.Domain, syntax.Shape, syntax.Time}
    if bounded or any(b.keyword in STATEMENTS for b in spec.broken):
        return set()
    fields = [s for s in spec.statements if isinstance(s, syntax.Fields)]
    return {a.name for f in fields for s in f.signatures for a in s.arguments}


def _with_article(kind: str) -> str:
    return "a part of a broken statement" if kind == "broken" else f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def derivative_letters(name: str, letters: set[str]) -> str:
    """`xxt` for `dxxt`, if all of these are coordinates of one letter; otherwise nothing."""
    if len(name) > 1 and name[0] == "d" and name not in RESERVED and set(name[1:]) <= letters:
        return name[1:]
    return ""
