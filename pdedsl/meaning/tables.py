"""From a file of comma-separated values to its columns, or to what is wrong with it (E607)."""

import csv
import io
from collections.abc import Iterator, Mapping

import numpy as np

from pdedsl.problem.given import Tabulated, given
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import FunctionTable, Measurement, Reference
from pdedsl.problem.tabulated import Interpolant
from pdedsl.syntax import syntax
from pdedsl.vocabulary.diagnostics import Diagnostic, suggest
from pdedsl.vocabulary.source import Source, Span

Columns = dict[str, np.ndarray]
"""The numbers of each column by its name, shape (rows,)."""


def read_table(problem: Problem, table: Reference | Measurement) -> tuple[Columns, tuple[Diagnostic, ...]]:
    """The columns of a table by the names in its first line; with messages, and no columns, where it cannot be used."""
    columns, numbers, found = _read(problem.source, table.file, problem.columns(table), table.span)
    found = found or (*_outside(problem, table, columns, numbers), *_noiseless(table, columns, numbers))
    return ({} if found else columns), found


def _noiseless(table: Reference | Measurement, columns: Columns, numbers: list[int]) -> Iterator[Diagnostic]:
    """A column of standard deviations that are not positive."""
    if not isinstance(table, Measurement) or not isinstance(table.noise, str):
        return
    bad = np.flatnonzero(columns[table.noise] <= 0)
    if len(bad):
        words = f"the noise in line {numbers[bad[0]]}, column `{table.noise}`, of `{table.file}` is not positive"
        yield Diagnostic("E607", words, table.span, "a value without noise leaves no choice: give it a small one")


def read_function(source: Source, statement: syntax.Tabulated) -> tuple[FunctionTable | None, tuple[Diagnostic, ...]]:
    """The function that a table gives, its arguments not yet known; None where the file cannot be used."""
    name, file = statement.signature.name.name, statement.file
    renaming = [c for o in statement.options if isinstance(o, syntax.Columns) for c in o.columns]
    arguments = [a.name for a in statement.signature.arguments]
    known = [*arguments, name]
    for key, _ in renaming:
        if key.name not in known:
            help_ = suggest(key.name, known) or f"choose from: {', '.join(known)}"
            return None, (Diagnostic("E201", f"`{key.name}` is not a column of this table", key.span, help_),)
    renamed = {key.name: text.text for key, text in renaming}
    wanted = {n: renamed.get(n, n) for n in known}
    columns, _, found = _read(source, file.text, wanted, file.span)
    if found:
        return None, found
    points = np.stack([columns[wanted[a]] for a in arguments], axis=1)
    degree = 1 if any(isinstance(o, syntax.Linear) for o in statement.options) else 3
    interpolant = Interpolant(points, columns[wanted[name]], degree)
    trouble = _unusable(interpolant)
    if trouble:
        message, help_ = trouble
        return None, (Diagnostic("E607", f"`{file.text}` {message}", file.span, help_),)
    function = given(Tabulated, name, interpolant, (0,) * len(arguments))
    return FunctionTable(name, function, (), file.text, tuple(renamed.items()), file.span), ()


def _unusable(interpolant: Interpolant) -> tuple[str, str] | None:
    """Why no function goes through the points of a table, and what to do."""
    points = interpolant.points
    if len(np.unique(points, axis=0)) < len(points):
        return "gives two values at one point", "keep one row for each point"
    if any(len(axis) < 2 for axis in interpolant.axes):
        return "holds one value of a coordinate only", "leave that coordinate out"
    if not interpolant.gridded and points.shape[1] != 2:
        return "holds no grid", "scattered points may be used in the plane: otherwise give all crossings of a grid"
    return None


LARGEST = 200_000_000
"""Bytes of a table."""
OUTSIDE = "what it holds is not shown, since it lies outside the folder of the spec: --allow-outside shows it"


def _read(
    source: Source, name: str, columns_of: Mapping[str, str], span: Span
) -> tuple[Columns, list[int], tuple[Diagnostic, ...]]:
    """The columns of a file that are asked for, the lines on which its rows end, and what is wrong with it."""
    found: list[Diagnostic] = []
    shown = source.discloses(name)

    def wrong(message: str, help_: str) -> None:
        found.append(Diagnostic("E607", message, span, help_))

    try:
        text = source.read(name, LARGEST).decode("utf-8-sig")
        # Every row with the number of the line on which it ends.
        reader = csv.reader(io.StringIO(text, newline=""), skipinitialspace=True)
        lines = [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is not a table of text"
        wrong(f"cannot read `{name}`: {reason}", "file names are relative to the spec")
        return {}, [], tuple(found)
    header = [cell.strip() for cell in lines[0][1]] if lines else []
    rows = lines[1:]
    if not header or not rows:
        wrong(f"`{name}` holds no rows", "the first line names the columns, numbers follow, separated by commas")
        return {}, [], tuple(found)
    commented = header[0].startswith("#")
    lacking = {key: column for key, column in columns_of.items() if column not in header}
    for key, column in list(lacking.items())[:1]:
        near = suggest(column, header) or suggest(column.lower(), [c.lower() for c in header])
        help_ = f'its columns are {", ".join(header[:10])}: write, say, columns ({key} = "{header[0]}")'
        mark = next((m for m in ";\t|" if len(header) == 1 and m in header[0]), "")
        if commented:
            near = "its first line is a comment: remove that, the first line names the columns"
        elif mark:
            near = f"its columns are separated by {'tabs' if mark.isspace() else f'`{mark}`'}: separate them by commas"
        listed = ", ".join(f"`{c}`" for c in lacking.values())
        words = f"`{name}` has no column {listed}" + (f" for `{key}`" if key != column else "")
        wrong(words, (near or help_) if shown else OUTSIDE)
    ragged = next((number for number, cells in rows if len(cells) != len(header)), None)
    if ragged is not None and not commented:
        wrong(f"line {ragged} of `{name}` has not {len(header)} cells", "every line has a cell for each column")
    if found:
        return {}, [], tuple(found)
    columns: Columns = {}
    for place, title in enumerate(header):
        if title not in columns_of.values():
            continue
        numbers = [_number(cells[place]) for _, cells in rows]
        bad = next((k for k, n in enumerate(numbers) if n is None), None)
        if bad is not None:
            cell = f"`{rows[bad][1][place].strip()[:40]}`" if shown else "what stands"
            words = f"{cell} in line {rows[bad][0]}, column `{title}`, of `{name}`"
            wrong(f"{words} is not a number", "cells hold numbers such as 1.5e-3")
            continue
        columns[title] = np.asarray(numbers, float)
        missing = np.flatnonzero(~np.isfinite(columns[title]))
        if len(missing):
            words = f"{len(missing)} rows of column `{title}` of `{name}` are not finite"
            wrong(words, f"the first is line {rows[missing[0]][0]}: remove such rows")
    return ({} if found else columns), [number for number, _ in rows], tuple(found)


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None


def _outside(
    problem: Problem, table: Reference | Measurement, columns: Columns, numbers: list[int]
) -> Iterator[Diagnostic]:
    """Rows whose point lies outside the domain, up to rounding."""
    names = problem.columns(table)
    given = [c for c in problem.coordinates if c.name in names]
    out = np.zeros(len(numbers), bool)
    for coordinate in given:
        lower, upper = problem.bounds[problem.domain.column(coordinate.symbol)]
        slack = 1e-6 * (upper - lower)
        values = columns[names[coordinate.name]]
        out |= (values < lower - slack) | (values > upper + slack)
    space = {c.symbol for c in problem.space}
    if problem.shape is not None and space <= {c.symbol for c in given}:
        points = np.stack([columns[names[c.name]] for c in problem.space], axis=1)
        out |= problem.shape.level(points) > 1e-6 * problem.shape.diameter
    if out.any():
        first = int(out.argmax())
        words = ", ".join(f"{c.name} = {columns[names[c.name]][first]:.6g}" for c in given[:4])
        message = f"{int(out.sum())} rows of `{table.file}` lie outside the domain"
        yield Diagnostic("E607", message, table.span, f"the first is line {numbers[first]}: {words}")
