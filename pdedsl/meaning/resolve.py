"""From a Spec to a Problem: what every statement means, or why it means nothing."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from sympy.core.parameters import distribute

from pdedsl.meaning.choices import not_yet
from pdedsl.meaning.declarations import Declarations
from pdedsl.meaning.names import Names, collect
from pdedsl.meaning.statements import Statements
from pdedsl.problem.problem import Condition, Problem
from pdedsl.syntax import syntax
from pdedsl.syntax.syntax import Spec
from pdedsl.vocabulary.source import Diagnostic


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
        return _resolved(spec, overrides or {})


@contextmanager
def deep_recursion() -> Iterator[None]:
    """SymPy walks trees by recursion; a hundred nested brackets need more than Python's usual limit."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, 10_000))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def _resolved(spec: Spec, overrides: Mapping[str, float]) -> Resolution:
    names, cyclic = collect(spec), set[str]()
    early = (*names.diagnostics, *_repeated(spec), *_cycles(names, cyclic), *_not_supported(spec))
    scope = Declarations(spec, names, overrides, cyclic)
    for diagnostic in early:
        scope.report(diagnostic)
    if names.diagnostics or any(d.code == "E901" for d in early):
        scope.defective.add("*")
    scope.declare()
    scope.defective |= {b.keyword if b.keyword in _KINDS else "*" for b in spec.broken if b.keyword not in _QUIET}
    reader = Statements(scope)
    statements = list(reader.relations())
    reports = tuple(reader.reports())
    choices, places = reader.choices(statements)
    for diagnostic in _unused(spec, names, overrides):
        scope.report(diagnostic)
    problem = None
    if scope.coordinates and scope.fields:
        problem = Problem(
            coordinates=scope.coordinates,
            fields=scope.fields,
            equations=tuple(s for s in statements if not isinstance(s, Condition)),
            conditions=tuple(s for s in statements if isinstance(s, Condition)),
            parameters=tuple(p for p in scope.parameters.values() if p is not None),
            exact=tuple((n, e) for n, e in scope.exact.items() if e is not None),
            references=tuple(reader.references()),
            choices=choices,
            title=next((s.title.text for s in spec.statements if isinstance(s, syntax.Title)), ""),
            source=spec.source,
            text=_as_run(spec, names, overrides),
            vectors=tuple(scope.walk.vectors.items()),
            exact_spans=tuple((n, s.value.span) for n, (s, _) in scope.exact_statements.items()),
            tree=scope.tree,
            integrals=tuple(scope.walk.integrals.values()),
            reports=reports,
            parts=tuple((n, c) for n, c in scope.parts.items() if c is not None),
            periodic=tuple(scope.periodic),
            spans=(
                *((n, d.span) for n, d in names.declared.items() if d.kind == "part"),
                *((str(s), span) for s, span in scope.periodic.items()),
                *((f"solve.{key}", span) for key, span in places.items()),
            ),
        )
    found = (*spec.diagnostics, *scope.diagnostics.values())
    return Resolution(problem, tuple(found), frozenset(scope.defective))


def _as_run(spec: Spec, names: Names, overrides: Mapping[str, float]) -> str:
    """The text of a spec with other values for some parameters."""
    text = spec.source.text
    places = {}
    for name, value in overrides.items():
        node = names.declared[name].node if name in names.declared else None
        if isinstance(node, syntax.Definition):
            places[node.value.span] = f"{value!r}"
    for span in sorted(places, key=lambda s: -s.start):
        text = text[: span.start] + places[span] + text[span.end :]
    return text


_KINDS = ("equation", "boundary", "initial", "constraint")
_QUIET = ("title", "solve", "reference", "report", "pde", "exact")


def _repeated(spec: Spec) -> Iterator[Diagnostic]:
    """E202 for statements that may stand once."""
    once: Mapping[type, str] = {
        syntax.Header: "the header", syntax.Title: "`title`", syntax.Domain: "`domain`", syntax.Shape: "`domain`",
        syntax.Time: "`time`", syntax.Solve: "`solve`",
    }  # fmt: skip
    seen: dict[str, syntax.Statement] = {}
    for statement in spec.statements:
        words = once.get(type(statement))
        if words and words in seen:
            also = ((seen[words].keyword, "the first one"),)
            yield Diagnostic("E202", f"{words} stands here a second time", statement.keyword, "remove one", also)
        elif words:
            seen[words] = statement


def _cycles(names: Names, cyclic: set[str]) -> Iterator[Diagnostic]:
    """E204: parameters and abbreviations that refer to themselves; their names are added to `cyclic`."""
    nodes = {n: d for n, d in names.declared.items() if d.kind in ("param", "let")}
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
                cyclic.update(cycle)
                chain = " -> ".join([*cycle, cycle[0]])
                first = min(cycle, key=lambda n: nodes[n].span.start)
                also = tuple((nodes[n].span, "through this") for n in cycle if n != first)
                yield Diagnostic(
                    "E204", f"`{first}` is defined by itself", nodes[first].span, f"break the chain {chain}", also
                )
            elif following not in done:
                pending.append((following, iter(edges[following])))


def _not_supported(spec: Spec) -> Iterator[Diagnostic]:
    for statement in spec.statements:
        what = ""
        if isinstance(statement, syntax.Unknown | syntax.UnknownField):
            what = "`unknown`"
        if isinstance(statement, syntax.Table) and statement.kind == "data":
            what = "`data`"
        if what:
            yield not_yet(what, statement.keyword)


def _unused(spec: Spec, names: Names, overrides: Mapping[str, float]) -> Iterator[Diagnostic]:
    """W206 for parameters and abbreviations that nothing uses; broken statements may use anything."""
    used = {word for b in spec.broken for word in spec.source.text[b.span.start : b.span.end].split()}
    if used:
        return
    for statement in spec.statements:
        used |= {n.name for n in syntax.names_in(statement)} - _declares(statement)
    for name in names.of("param", "let", "part", "vector"):
        declaration = names.declared[name]
        if name not in used and name not in overrides:
            yield Diagnostic("W206", f"`{name}` is never used", declaration.span, "remove it")


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
