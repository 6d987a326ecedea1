"""The names of a spec: what is declared where, what is reserved, what a wrong name may have meant."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pdedsl.syntax import syntax
from pdedsl.syntax.syntax import Spec
from pdedsl.vocabulary.diagnostics import Diagnostic, suggest
from pdedsl.vocabulary.functions import FUNCTIONS
from pdedsl.vocabulary.operators import INTEGRALS, OPERATORS
from pdedsl.vocabulary.source import Span
from pdedsl.vocabulary.words import FOREIGN_CALLS, LOOKALIKES, RESERVED, RESERVED_FOR_PARTS, STATEMENTS

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


def derivative_of(above: syntax.Expression, below: syntax.Expression, names: Names) -> str:
    """`dt(u)` for `du/dt`, `dn(u)` for `du/dn`, `dxx(u)` for `d2u/dx2` and `d^2u/dx^2`; nothing for a real quotient."""

    def word(node: syntax.Expression) -> tuple[str, int]:
        match node:
            case syntax.Name(name=name):
                return name, 1
            case syntax.Power(base=syntax.Name(name=name), exponent=syntax.Number(text=text)) if text.isdigit():
                return name, int(text)
            case _:
                return "", 0

    (upper, _), (lower, count) = word(above), word(below)
    field_ = re.fullmatch(r"d(\d?)(\w+)", upper)
    axis = re.fullmatch(r"d([^\W\d]+)(\d?)", lower)
    if field_ is None or axis is None or upper in names.declared:
        return ""
    if field_[2] not in names.of("field", "vector", "broken") or axis[1] not in (*names.of("coordinate"), "n"):
        return ""
    times = max(int(field_[1] or 1), int(axis[2] or 1), count)
    if axis[1] == "n" and "n" not in names.declared:
        return f"dn({field_[2]})"
    letters = axis[1] * times
    return f"d{letters}({field_[2]})" if len(axis[1]) == 1 else f"d({field_[2]}, {axis[1]}, {times})"


def unknown_name(name: syntax.Name, names: Names, called: bool, arguments: Sequence[str] = ()) -> Diagnostic:
    """E201 with the best guess at what was meant; `arguments` are those of a call, as far as they are words."""
    letters = names.letters()
    message, help_ = f"`{name.name}` is not declared", ""
    stem, _, tail = name.name.rpartition("_")
    known = names.declared.get(stem)
    rest = name.name[1:]
    if known and known.kind in ("field", "vector") and tail and set(tail) <= letters:
        help_ = f"write d{tail}({stem})"
    elif name.name.lower() in FOREIGN_CALLS:
        help_ = f"write {FOREIGN_CALLS[name.name.lower()].format(*(*arguments, 'u', 'x'))}"
    elif name.name in LOOKALIKES:
        help_ = f"write {LOOKALIKES[name.name]}"
    elif called and name.name.startswith("d") and rest and rest in names.declared:
        help_ = f"write d(u, {rest})" if names.declared[rest].kind == "coordinate" else f"write d(u, {rest}[1])"
        message = f"`{name.name}` is not an operator"
    elif called and name.name.startswith("d") and rest[:-1] in names.declared and rest[-1:].isdigit():
        plain = names.declared[rest[:-1]].kind == "coordinate"
        help_ = f"write d(u, {rest[:-1]}, {rest[-1]})" if plain else f"write d(u, {rest[:-1]}[{rest[-1]}])"
        message = f"`{name.name}` is not an operator"
    elif called and name.name.startswith("d") and rest and set(rest) <= set(names.of("group")):
        help_ = f"write d(u, {rest[0]}[1])" if len(rest) == 1 else f"write d(u, {rest[0]}[1], {len(rest)})"
        message = f"`{name.name}` is not an operator: `{rest[0]}` is a group of coordinates"
    elif not called and _stuck_together(name.name, names):
        help_ = f"write {_stuck_together(name.name, names)}"
    elif (
        called
        and name.name.startswith("d")
        and 0 < len(rest) <= 4
        and set(rest) - letters
        and set(rest) & {*letters, *"xyzt"}
    ):
        missing = next(c for c in rest if c not in letters)
        message = f"`{name.name}`: there is no coordinate {missing}"
        coordinates = names.of("coordinate", "group")
        help_ = f"the coordinates are {', '.join(coordinates)}" if coordinates else "declare it: domain x in [0, 1]"
    else:
        calls = [*FUNCTIONS, *OPERATORS, *INTEGRALS, "sum", "prod", "where", "exact"]
        derivatives = [f"d{a}{b}" for a in sorted(letters) for b in ("", a)]
        pool = [n for n, d in names.declared.items() if d.kind != "broken"]
        pool += [*calls, *derivatives] if called else ["pi", "normal"]
        same = next((n for n in pool if n.lower() == name.name.lower()), "")
        help_ = f"did you mean `{same}`?" if same else suggest(name.name, pool)
        if not help_:
            help_ = (
                "declare it: `param`, `let`, `field` or `domain`"
                if not called
                else f"declare it: let {name.name}(w) = ..."
            )
    return Diagnostic("E201", message, name.span, help_)


def _stuck_together(name: str, names: Names) -> str:
    """`dxx(u)` for `uxx`, `d2u` and `du`."""
    fields = sorted(names.of("field", "vector"), key=len, reverse=True)
    letters = names.letters()
    for field_ in fields:
        tail = name.removeprefix(field_)
        if tail and tail != name and set(tail) <= letters:
            return f"d{tail}({field_})"
        count = name.removesuffix(field_)
        if count in ("d", "d2", "d3", "d4") and letters:
            return f"d{sorted(letters)[-1 if len(letters) == 1 else 0] * int(count[1:] or 1)}({field_})"
    return ""
