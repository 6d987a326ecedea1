"""From words of the user's to values in the names of a problem: expressions, numbers, settings."""

import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import count, product

import sympy as sp

from pdedsl.checker.places import empty_integrals
from pdedsl.meaning.choices import check_setting, to_choice
from pdedsl.meaning.resolve import resolve
from pdedsl.problem.choices import Choice
from pdedsl.problem.problem import Problem
from pdedsl.problem.sought import numbers_as_fields
from pdedsl.stages.laws import laws_as_numbers
from pdedsl.syntax.parse import parse, parse_settings
from pdedsl.vocabulary.diagnostics import Diagnostic, SpecError
from pdedsl.vocabulary.source import Source, Span


def read_expression(problem: Problem, text: str) -> tuple[Problem, sp.Expr]:
    """A scalar expression in the names of a problem, and the problem with the integrals that it brings along.

    Raises SpecError with everything that is wrong with it.
    """
    text_ = problem.own_text or str(problem)
    name = next(n for n in ("value", "the_value", "the_asked_value") if not re.search(rf"\b{n}\b", text_))
    read = numbers_as_fields(laws_as_numbers(_read_line(f"{text_}\nreport {name} = ", text, problem.source)))
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


def read_number(text: str, problem: Problem | None = None) -> float:
    """The value of a constant expression such as `0.01/pi`, which may hold the parameters of a problem.

    Raises SpecError with everything that is wrong with it.
    """
    before, source = "pde 1\ndomain x in [0, 1]\nfield u(x)", Source("")
    if problem is not None:
        before, source = problem.own_text or str(problem), problem.source
    known = [] if problem is None else [p.name for p in problem.parameters]
    own = next(n for n in ("value", "the_value", "the_asked_value") if not re.search(rf"\b{n}\b", before))
    read = _read_line(f"{before}\nparam {own} = ", text, source)
    if sorted(p.name for p in read.parameters) != sorted([*known, own]):
        raise _not_one("number", "0.01/pi", text)
    return read.domain.number(next(p.symbol for p in read.parameters if p.name == own))


def _not_one(what: str, some: str, text: str) -> SpecError:
    line = " ".join(text.split())
    found = Diagnostic("E101", f"this is not one {what}", Span(0, len(line)), f"write, say, `{some}`")
    return SpecError(Source.of(line, "expression"), (found,))


def _read_line(before: str, text: str, source: Source) -> Problem:
    """The problem in a text that ends with words of the user's; SpecError with what is wrong with those."""
    line = " ".join(text.split())
    whole = Source.of(before + line + "\n", source.name)
    resolution = resolve(parse(replace(whole, trusting=source.trusting, held=source.held)))
    places = empty_integrals(resolution.problem) if resolution.problem is not None else ()
    found = (*resolution.diagnostics, *places)
    wrong = [d for d in found if d.severity == "error" and d.span.end > len(before)]
    if wrong or resolution.problem is None:
        moved = [
            replace(d, span=Span(max(0, d.span.start - len(before)), min(len(line), d.span.end - len(before))), also=())
            for d in wrong
        ]
        raise SpecError(Source.of(line, "expression"), tuple(moved))
    return resolution.problem


def read_settings(text: str, name: str) -> dict[str, Choice]:
    """The settings in a text of lines `key = value`, which were checked when it was written. ValueError if it is none."""
    settings, wrong = parse_settings(Source.of(f"solve {{\n{text}\n}}", name))
    if wrong or not settings:
        raise ValueError(f"{name} holds no settings: {wrong[0].message if wrong else 'it is empty'}")
    return {".".join(n.name for n in s.key): to_choice(s.value) for s in settings}


def chosen(problem: Problem, choices: Mapping[str, Choice | str]) -> Problem:
    """The problem with other choices, as `key = value` in the words of the language. ValueError for one that is wrong."""
    return problem.with_choices({key: read_setting(key, str(value), problem) for key, value in choices.items()})


def read_setting(key: str, text: str, problem: Problem) -> Choice:
    """The value of `key = text`, as it would stand in the solve block. ValueError with the message if it is wrong."""
    settings, wrong = parse_settings(Source.of(f"solve {{ {key} = {text} }}", "setting"))
    if not wrong and len(settings) == 1:
        owners = {
            "statement": [s.name for s in problem.statements],
            "field": [f.name for f in problem.fields],
            "coordinate": list(problem.names),
        }
        checked = check_setting(settings[0], owners, len(problem.coordinates))
        if checked.value is not None:
            return checked.value
        wrong = checked.diagnostics
    first = wrong[0] if wrong else Diagnostic("E101", "not a setting", Span(0, 0), "write key = value")
    raise ValueError(f"{key} = {text}: {first.message}" + (f" ({first.help})" if first.help else ""))
