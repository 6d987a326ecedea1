"""From a spec to what is wrong with it, as plain data."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pdedsl.stages import load
from pdedsl.vocabulary.diagnostics import Diagnostic
from pdedsl.vocabulary.source import Source


def check(spec: str | Path, parameters: Mapping[str, float] | None = None) -> list[dict[str, Any]]:
    """What the checker says of a spec: a text, or the path of a file; one mapping a message, in the order of the text.

    Its keys: `file`, `code`, `severity`, `line`, `column`, `end_line`, `end_column` (from 1, the end exclusive),
    `message`, `help`. Raises OSError for a file that cannot be read.
    """
    if isinstance(spec, str) and "\n" in spec:
        return as_data(load.check(Source.of(spec), parameters))
    source = load.read(spec)
    if isinstance(source, Diagnostic):
        return as_data(load.Checked(Source("", str(spec)), load.parse(Source("")), None, (source,)))
    return as_data(load.check(source, parameters))


def as_data(checked: load.Checked) -> list[dict[str, Any]]:
    """The diagnostics of a checked text as mappings."""
    return [_row(diagnostic, checked.source) for diagnostic in checked.diagnostics]


def _row(diagnostic: Diagnostic, source: Source) -> dict[str, Any]:
    start, end = source.position(diagnostic.span.start), source.position(diagnostic.span.end)
    return {
        "file": source.name,
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "line": start[0],
        "column": start[1],
        "end_line": end[0],
        "end_column": end[1],
        "message": diagnostic.message,
        "help": diagnostic.help,
    }
