"""From a file or a text to a checked Problem: the passes in a row."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import count, product
from pathlib import Path

import sympy as sp

from pdedsl.checker.check import check as check_problem
from pdedsl.meaning.resolve import deep_recursion, resolve
from pdedsl.problem.problem import Problem
from pdedsl.syntax.parse import parse
from pdedsl.syntax.syntax import Spec
from pdedsl.vocabulary.source import Diagnostic, Source, Span, SpecError


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
    with deep_recursion():
        found = (*resolution.diagnostics, *check_problem(resolution, spec))
    ordered = tuple(sorted(dict.fromkeys(found), key=lambda d: (d.span.start, d.span.end, d.code)))
    return Checked(source, spec, resolution.problem, ordered)


def read(path: str | Path) -> Source | Diagnostic:
    """The text of a file; E103 where it is not UTF-8. OSError where it cannot be read at all."""
    data = Path(path).read_bytes()
    try:
        return Source.of(data.decode("utf-8"), str(path))
    except UnicodeDecodeError:
        return Diagnostic("E103", "this is not a UTF-8 text file", Span(0, 0), "save it as UTF-8")


def loads(text: str, parameters: Mapping[str, float] | None = None, name: str = "<text>") -> Problem:
    """The Problem that a text describes.

    `parameters` replaces the values of parameters by name. Raises `SpecError` with everything that is wrong with the
    text; what is merely doubtful is in the problem's `warnings`. File names in the text are relative to `name`.
    """
    return accept(check(Source.of(text, name), parameters), parameters)


def load(path: str | Path, parameters: Mapping[str, float] | None = None) -> Problem:
    """The Problem in a `.pde` file; see `loads`. Raises OSError if the file cannot be read."""
    source = read(path)
    if isinstance(source, Diagnostic):
        raise SpecError(Source("", str(path)), (source,))
    return accept(check(source, parameters), parameters)


def read_expression(problem: Problem, text: str) -> tuple[Problem, sp.Expr]:
    """A scalar expression in the names of a problem, and the problem with the integrals that it brings along.

    Raises SpecError with everything that is wrong with it.
    """
    name = next(n for n in ("value", "the_value", "the_asked_value") if not re.search(rf"\b{n}\b", problem.text))
    read = _read_line(f"{problem.text or problem}\nreport {name} = ", text, problem.source.name)
    found = [r for r in read.reports if r.name == name and r.at is None]
    if len(found) != 1:
        raise _not_one("expression in the fields and coordinates", "dx(u)", text)
    return read, found[0].value


def read_components(problem: Problem, text: str) -> tuple[tuple[int, ...], list[tuple[Problem, sp.Expr]]]:
    """The shape of an expression, () for a scalar, and its components in row-major order, as `read_expression` gives them."""

    def component(*index: int) -> tuple[Problem, sp.Expr] | None:
        try:
            return read_expression(problem, f"({text})[{', '.join(map(str, index))}]")
        except SpecError:
            return None

    try:
        return (), [read_expression(problem, text)]
    except SpecError as error:
        rank = 1 if component(1) else 2 if component(1, 1) else 0
        if rank == 0 or error.diagnostics[0].code != "E301":
            raise
    sizes = [
        next(n for n in count(1) if not component(*(n + 1 if k == axis else 1 for k in range(rank))))
        for axis in range(rank)
    ]
    indices = product(*(range(1, size + 1) for size in sizes))
    return tuple(sizes), [found for index in indices if (found := component(*index))]


def read_number(text: str) -> float:
    """The value of a constant expression such as `0.01/pi`. Raises SpecError with everything that is wrong with it."""
    read = _read_line("pde 1\ndomain x in [0, 1]\nfield u(x)\nparam value = ", text)
    if [p.name for p in read.parameters] != ["value"]:
        raise _not_one("number", "0.01/pi", text)
    return read.number(read.parameters[0].symbol)


def _not_one(what: str, some: str, text: str) -> SpecError:
    line = " ".join(text.split())
    found = Diagnostic("E101", f"this is not one {what}", Span(0, len(line)), f"write, say, `{some}`")
    return SpecError(Source.of(line, "expression"), (found,))


def _read_line(before: str, text: str, name: str = "<text>") -> Problem:
    """The problem in a text that ends with words of the user's; SpecError with what is wrong with those."""
    line = " ".join(text.split())
    resolution = resolve(parse(Source.of(before + line + "\n", name)))
    wrong = [d for d in resolution.diagnostics if d.severity == "error" and d.span.end > len(before)]
    if wrong or resolution.problem is None:
        moved = [
            replace(d, span=Span(max(0, d.span.start - len(before)), min(len(line), d.span.end - len(before))), also=())
            for d in wrong
        ]
        raise SpecError(Source.of(line, "expression"), tuple(moved))
    return resolution.problem


def accept(checked: Checked, parameters: Mapping[str, float] | None = None) -> Problem:
    """The problem of a checked text, or SpecError; KeyError for a parameter that it does not have."""
    if checked.errors or checked.problem is None:
        raise SpecError(checked.source, checked.errors)
    known = {p.name for p in checked.problem.parameters}
    unknown = [name for name in parameters or {} if name not in known]
    if unknown:
        raise KeyError(f"the problem has no parameter `{unknown[0]}`; it has: {', '.join(sorted(known)) or 'none'}")
    return replace(checked.problem, warnings=checked.diagnostics)
