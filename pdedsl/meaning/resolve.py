"""From a Spec to a Problem: what every statement means, or why it means nothing."""

import re
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TypeGuard

from sympy.core.parameters import distribute

from pdedsl.meaning.declarations import declare
from pdedsl.meaning.ends import unmapped, unplaced
from pdedsl.meaning.names import Names, collect, definitions
from pdedsl.meaning.statements import KINDS, state
from pdedsl.problem.atoms import Nonlocal
from pdedsl.problem.derivatives import occurring
from pdedsl.problem.moving import fixed
from pdedsl.problem.problem import Problem, Text
from pdedsl.problem.sought import depending, ends_as_fields, uncertain_as_sought
from pdedsl.problem.statements import Condition, Constraint, Equation, Field, Measurement
from pdedsl.syntax import syntax
from pdedsl.syntax.syntax import Spec, each
from pdedsl.vocabulary.diagnostics import Diagnostic, not_yet
from pdedsl.vocabulary.source import Span


@dataclass(frozen=True)
class Defects:
    """What could not be read, so that nothing may be said to be missing there."""

    declarations: bool
    """Of a name, a part or the domain."""
    domain: bool
    statements: frozenset[str]
    """Kinds of statements."""

    def __bool__(self) -> bool:
        return self.declarations or self.domain or bool(self.statements)


@dataclass(frozen=True)
class Resolution:
    """What came of a spec. `problem` is there as soon as it has coordinates and fields, even if it has errors."""

    problem: Problem | None
    diagnostics: tuple[Diagnostic, ...]
    defects: Defects


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
    names = collect(spec)
    early = [*names.diagnostics, *_repeated(spec), *_cyclic(names)]
    declared = declare(spec, names, overrides)
    broken = {b.keyword for b in spec.broken if b.keyword not in _QUIET}
    sound = declared.sound and not names.diagnostics and broken <= KINDS.keys()
    stated = state(spec, declared, sound and not broken)
    defects = Defects(not sound, not declared.bounded, stated.unread | (broken & KINDS.keys()))
    late = [*declared.diagnostics, *stated.diagnostics]
    late += _unused(spec, names, {*overrides, *_meant(late)})
    late += _unweighed(spec, names)
    diagnostics = _once([*spec.diagnostics, *early, *late])
    problem = None
    if declared.domain.coordinates and declared.fields:
        conditions = [s for s in stated.statements if not isinstance(s, Equation)]
        penalties = tuple(s for s in conditions if _penalised(s, declared.fields, stated.measurements))
        problem = Problem(
            domain=declared.domain,
            fields=declared.fields,
            equations=tuple(s for s in stated.statements if isinstance(s, Equation)),
            conditions=tuple(s for s in conditions if s not in penalties),
            penalties=penalties,
            integrals=stated.integrals,
            reports=stated.reports,
            exact=tuple(declared.scope.exact.items()),
            references=stated.references,
            measurements=stated.measurements,
            tables=declared.tables,
            laws=declared.laws,
            choices=stated.choices,
            title=next((s.title.text for s in spec.statements if isinstance(s, syntax.Title)), ""),
            source=spec.source,
            vectors=tuple(declared.scope.vectors.items()),
            exact_spans=declared.exact_spans,
        )
        unsure = tuple(_uncertain(problem))
        problem, diagnostics = problem if unsure else uncertain_as_sought(problem), (*diagnostics, *unsure)
        problem = replace(problem, text=Text(_as_run(spec, names, overrides), problem.key, problem.choices))
        beyond = tuple(unplaced(problem)) if declared.bounded else ()  # else its ends are not those that were written
        problem = problem if beyond else ends_as_fields(problem)
        beyond += tuple(unmapped(problem))
        problem, diagnostics = (None if beyond else fixed(problem)), (*diagnostics, *beyond)
    return Resolution(problem, diagnostics, defects)


def _penalised(statement: Condition, fields: Sequence[Field], data: Sequence[Measurement]) -> TypeGuard[Constraint]:
    """Whether a statement is a penalty beside data: with `weight auto`, or about unknown fields alone, with a weight of its own."""
    if not isinstance(statement, Constraint) or statement.automatic:
        return isinstance(statement, Constraint)
    names, sought = occurring(statement.residual), {f.name for f in fields if f.sought is not None}
    everywhere = statement.at is None and not any(e.atoms(Nonlocal) for e in statement.residual)
    return bool(data) and statement.weight is not None and everywhere and bool(names) and names <= sought


def _once(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Messages without those that say the same: a `let` that is wrong is shown at its first use."""
    seen: set[object] = set()
    kept = []
    for diagnostic in found:
        same = (diagnostic.code, diagnostic.span, diagnostic.message)
        keys: set[object] = {same} if diagnostic.cause is None else {same, (diagnostic.code, diagnostic.cause)}
        if not keys & seen:
            kept.append(diagnostic)
        seen |= keys
    return tuple(kept)


def _as_run(spec: Spec, names: Names, overrides: Mapping[str, float]) -> str:
    """The text of a spec with other values for some parameters."""
    text = spec.source.text
    places = {}
    for name, value in overrides.items():
        node = names.declared[name].node if name in names.declared else None
        if isinstance(node, syntax.Definition):
            places[Span(node.name.span.end, node.value.span.end)] = f" = {value!r}"  # it may have been an interval
    for statement in each(spec, syntax.Unknown):
        known = [s for s in statement.sought if s.name.name in overrides]
        if known:
            rest = ", ".join(text[s.span.start : s.span.end] for s in statement.sought if s not in known)
            lines = [f"param {s.name.name} = {overrides[s.name.name]!r}" for s in known]
            places[statement.span] = "\n".join([*lines, *([f"unknown {rest}"] if rest else [])])
    for span in sorted(places, key=lambda s: -s.start):
        text = text[: span.start] + places[span] + text[span.end :]
    return text


_QUIET = ("title", "solve", "reference", "report", "pde", "exact")


def _repeated(spec: Spec) -> Iterator[Diagnostic]:
    """E202 for statements that may stand once."""
    once: Mapping[type, str] = {
        syntax.Header: "the header", syntax.Title: "`title`", syntax.Domain: "`domain`", syntax.Shape: "`domain`",
        syntax.Time: "`time`", syntax.SolveBlock: "`solve`",
    }  # fmt: skip
    seen: dict[str, syntax.Statement] = {}
    for statement in spec.statements:
        words = once.get(type(statement))
        if words and words in seen:
            also = ((seen[words].keyword, "the first one"),)
            yield Diagnostic("E202", f"{words} stands here a second time", statement.keyword, "remove one", also)
        elif words:
            seen[words] = statement


def _cyclic(names: Names) -> Iterator[Diagnostic]:
    """E204: parameters and abbreviations that refer to themselves."""
    for cycle in definitions(names)[1]:
        spans = {n: names.declared[n].span for n in cycle}
        first = min(cycle, key=lambda n: spans[n].start)
        also = tuple((spans[n], "through this") for n in cycle if n != first)
        chain = " -> ".join([*cycle, cycle[0]])
        yield Diagnostic("E204", f"`{first}` is defined by itself", spans[first], f"break the chain {chain}", also)


def _uncertain(problem: Problem) -> Iterator[Diagnostic]:
    """E304, E901: parameters with an uncertainty beside data that state no noise, or on which more depends than statements."""
    uncertain = [p for p in problem.parameters if p.noise is not None]
    for own in uncertain if problem.measurements else ():
        if what := depending(problem, own):
            yield not_yet(f"`noise` of a parameter on which {what} depends, beside data,", own.span)
    bare = next((m for m in problem.measurements if m.noise is None), None)
    if uncertain and bare is not None:
        message = (
            f"`{bare.name}` states no noise, but `{uncertain[0].name}` does: what is measured is weighed against it"
        )
        yield Diagnostic(
            "E304", message, bare.span, "add `noise`, the standard deviation of the values, or a column with it"
        )


def _unweighed(spec: Spec, names: Names) -> Iterator[Diagnostic]:
    """E304: a weight that is left to data, of which there are none."""
    if any(table.kind == "data" for table in each(spec, syntax.Table)) or "auto" in names.declared or spec.broken:
        return
    for option in (o for s in each(spec, syntax.Relation) if s.kind == "constraint" for o in s.options):
        if isinstance(option, syntax.Weight) and option.automatic:
            message = "`weight auto` has no meaning without `data`, which choose it"
            yield Diagnostic("E304", message, option.value.span, "write a number")


def _meant(found: Iterable[Diagnostic]) -> set[str]:
    """Names that others are taken to be misspellings of."""
    return {name for d in found for name in re.findall(r"did you mean `(\w+)`", d.help)}


def _unused(spec: Spec, names: Names, needed: Collection[str]) -> Iterator[Diagnostic]:
    """W206 for parameters and abbreviations that nothing uses, but for those that are `needed`; broken statements may use anything."""
    used = {word for b in spec.broken for word in spec.source.text[b.span.start : b.span.end].split()}
    if used:
        return
    for statement in spec.statements:
        used |= {n.name for n in syntax.names_in(statement)} - _declares(statement)
    sought = {n for s in spec.statements if isinstance(s, syntax.Unknown) for n in _declares(s)}
    fields = [name for name in names.of("field") if name in sought]
    for name in (*names.of("param", "swept", "unknown", "function", "let", "part", "vector"), *fields):
        declaration = names.declared[name]
        if name not in used and name not in needed:
            yield Diagnostic("W206", f"`{name}` is never used", declaration.span, "remove it")


def _declares(statement: syntax.Statement) -> set[str]:
    match statement:
        case syntax.Param():
            own = {d.name.name for d in statement.definitions}
            inside = {n.name for d in statement.definitions for n in syntax.names_in(d.value)}
            return own - inside
        case syntax.Unknown():
            return {s.name.name for s in statement.sought}
        case syntax.Tabulated():
            return {statement.signature.name.name}
        case syntax.Let():
            return {statement.name.name} - {n.name for n in syntax.names_in(statement.body)}
        case syntax.Part() | syntax.Vector():
            return {statement.name.name}
    return set()
