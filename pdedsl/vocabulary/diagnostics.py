"""From what is wrong and where it stands to a message that people can act on."""

import difflib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from pdedsl.vocabulary.source import Source, Span

Severity = Literal["error", "warning", "note"]


LONGEST = 400
"""Characters of a message, and of its help: what is longer is cut."""


@dataclass(frozen=True)
class Diagnostic:
    """One message about a spec: a code, a place, what is wrong there, what to write instead."""

    code: str
    message: str
    span: Span
    help: str
    """What to write instead; never empty."""
    also: tuple[tuple[Span, str], ...] = ()
    """Second places, each with a few words that say what stands there."""
    cause: Span | None = field(default=None, compare=False)
    """The place in the body of a `let` that is wrong: of several uses only the first is shown."""

    def __post_init__(self) -> None:
        for name in ("message", "help"):
            if len(text := getattr(self, name)) > LONGEST:
                object.__setattr__(self, name, f"{text[: LONGEST - 3]}...")

    @property
    def severity(self) -> Severity:
        return _SEVERITIES[self.code[0]]


_SEVERITIES: dict[str, Severity] = {"E": "error", "W": "warning", "N": "note"}


class SpecError(Exception):
    """A spec that is wrong, with everything that was found in it."""

    def __init__(self, source: Source, diagnostics: tuple[Diagnostic, ...]):
        super().__init__(source, diagnostics)
        self.source = source
        self.diagnostics = diagnostics

    def __str__(self) -> str:
        return "\n\n".join(render(diagnostic, self.source) for diagnostic in self.diagnostics)


def suggest(name: str, known: Iterable[str]) -> str:
    """`did you mean ...?` for a name that is close to a known one, else nothing."""
    close = difflib.get_close_matches(name, sorted(set(known)), n=1, cutoff=0.6)
    return f"did you mean `{close[0]}`?" if close else ""


def render(diagnostic: Diagnostic, source: Source) -> str:
    """The message as text: place, source line, carets under the whole span, second places, help."""
    line, column = source.position(diagnostic.span.start)
    head = f"{source.name}:{line}:{column}: {diagnostic.severity} {diagnostic.code}: {diagnostic.message}"
    parts = [head, _quote(diagnostic.span, source)]
    for span, words in diagnostic.also:
        line, column = source.position(span.start)
        parts += [f"{source.name}:{line}:{column}: {words}", _quote(span, source)]
    if diagnostic.help:
        parts.append(f"  help: {diagnostic.help}")
    return "\n".join(parts)


_WIDEST = 200


def _quote(span: Span, source: Source) -> str:
    """The lines of a span, each with carets under its part of it; long lines and long spans are cut."""
    first, column = source.position(span.start)
    last, end = source.position(max(span.end, span.start + 1))
    if end == 1 and last > first:
        last -= 1
        end = len(source.line(last)) + 1
    shown = []
    for number in range(first, min(last, first + 2) + 1):
        text = source.line(number).replace("\t", " ")
        text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
        left = column - 1 if number == first else len(text) - len(text.lstrip())
        right = end - 1 if number == last else len(text)
        if len(text) > _WIDEST:
            offset = max(0, left - 40)
            text, left, right = text[offset : offset + _WIDEST], left - offset, min(right - offset, _WIDEST)
        gutter = f"{number:>5} | "
        carets = "^" * max(1, _width(text[left:right]))
        shown += [gutter + text, " " * 5 + " | " + " " * _width(text[:left]) + carets]
    if last > first + 2:
        shown.append(" " * 5 + " | ...")
    return "\n".join(shown)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def beyond(name: str, value: float, lower: float, upper: float, span: Span) -> Diagnostic:
    """E401: a value of a swept parameter that lies outside of its interval."""
    message = f"`{name}` = {value:g} lies outside of its interval [{lower:g}, {upper:g}]"
    return Diagnostic("E401", message, span, "choose a value inside, or write a wider interval")


def not_yet(what: str, span: Span, help_: str = "leave it out for now") -> Diagnostic:
    """E901: part of the language that this version of the program does not solve yet."""
    return Diagnostic("E901", f"{what} is part of the language, but not supported yet", span, help_)
