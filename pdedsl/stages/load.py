"""From a file or a text to a checked Problem: the passes in a row."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pdedsl.checker.check import check as check_problem
from pdedsl.checker.implied import implied
from pdedsl.meaning.resolve import deep_recursion, resolve
from pdedsl.planning.cost import doubts
from pdedsl.planning.defaults import planned
from pdedsl.planning.unsolved import unsolved
from pdedsl.problem.member import member
from pdedsl.problem.problem import Problem
from pdedsl.problem.sought import numbers_as_fields
from pdedsl.stages.held import Tables, with_tables
from pdedsl.stages.laws import laws_as_numbers, ranges_unknown
from pdedsl.syntax.parse import parse
from pdedsl.syntax.syntax import Spec
from pdedsl.vocabulary.diagnostics import Diagnostic, SpecError
from pdedsl.vocabulary.source import Source, Span, read_regular

LARGEST = 16_000_000
"""Bytes of a file that is looked at; one of more than a megabyte is refused with a message."""


@dataclass(frozen=True)
class Checked:
    """All that was found out about a text."""

    source: Source
    spec: Spec
    problem: Problem | None
    diagnostics: tuple[Diagnostic, ...]

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        return tuple(d for d in self.diagnostics if d.severity == "error")


def check(source: Source, parameters: Mapping[str, float] | None = None) -> Checked:
    """Read, resolve and check a text; whatever is wrong with it is in the result."""
    spec = parse(source)
    if not spec.statements and spec.diagnostics:
        return Checked(source, spec, None, spec.diagnostics)
    resolution = resolve(spec, parameters)
    problem, notes = resolution.problem, ()
    if problem is not None and not resolution.defects:
        with deep_recursion():
            problem, notes = implied(problem)
        resolution = replace(resolution, problem=problem)
    found = [*resolution.diagnostics, *notes, *check_problem(resolution, spec)]
    if problem is not None and not resolution.defects.domain:
        with deep_recursion():
            if not any(d.severity == "error" for d in found):  # of data that cannot be read there is no range
                found += ranges_unknown(problem)
                problem = laws_as_numbers(problem)
            problem = numbers_as_fields(problem)
            found += (
                [*doubts(problem, planned(problem)), *unsolved(problem)]
                if all(own.ranges for own in problem.laws)
                else ()
            )
    problem = None if problem is None else numbers_as_fields(problem)
    ordered = tuple(sorted(dict.fromkeys(found), key=lambda d: (d.span.start, d.span.end, d.code)))
    return Checked(source, spec, problem, ordered)


def read(path: str | Path, trusting: bool = False) -> Source | Diagnostic:
    """The text of a file; E103 where it is not UTF-8. OSError where it cannot be read at all, or is no regular file.

    `trusting` says that messages and run folders may hold what files outside of its folder do.
    """
    data = read_regular(Path(path), LARGEST)
    try:
        return replace(Source.of(data.decode("utf-8"), str(path)), trusting=trusting)
    except UnicodeDecodeError:
        return Diagnostic("E103", "this is not a UTF-8 text file", Span(0, 0), "save it as UTF-8")


def loads(
    text: str, parameters: Mapping[str, float] | None = None, name: str = "<text>", data: Tables | None = None
) -> Problem:
    """The Problem that a text describes.

    `data` are tables in place of the files that its `data` and `reference` statements name, by the names of these: mappings of
    columns, DataFrames, Datasets of xarray. Raises KeyError for a name that it does not have, ValueError for what is no table.
    `parameters` replaces the values of parameters by name. Raises `SpecError` with everything that is wrong with the
    text; what is merely doubtful is in the problem's `warnings`. File names in the text are relative to `name`.
    """
    return accept(check(with_tables(Source.of(text, name), data), parameters), parameters)


def load(
    path: str | Path,
    parameters: Mapping[str, float] | None = None,
    *,
    data: Tables | None = None,
    allow_outside: bool = False,
) -> Problem:
    """The Problem in a `.pde` file; see `loads`. Raises OSError if the file cannot be read.

    `allow_outside`: messages may show, and run folders copy, what files outside of the spec's folder hold.
    """
    source = read(path, allow_outside)
    if isinstance(source, Diagnostic):
        raise SpecError(Source("", str(path)), (source,))
    return accept(check(with_tables(source, data), parameters), parameters)


def accept(checked: Checked, parameters: Mapping[str, float] | None = None) -> Problem:
    """The problem of a checked text, or SpecError; KeyError for a parameter that it does not have."""
    if checked.errors or checked.problem is None:
        raise SpecError(checked.source, checked.errors)
    given, problem = parameters or {}, checked.problem
    indexed = {c.name: given[c.name] for c in problem.domain.swept if c.name in given}
    unknown = [name for name in given if name not in problem.settable]
    if unknown:
        own = ", ".join(sorted(problem.settable)) or "none"
        raise KeyError(f"the problem has no parameter `{unknown[0]}`; it has: {own}")
    warnings = tuple(d for d in checked.diagnostics if d.severity == "warning")
    return replace(numbers_as_fields(member(problem, indexed)), warnings=warnings)
