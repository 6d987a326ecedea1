"""From a file of comma-separated values to its columns, or to what is wrong with it (E607)."""

import csv
import io
from collections.abc import Iterator

import numpy as np

from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Reference
from pdedsl.vocabulary.diagnostics import Diagnostic, suggest

Columns = dict[str, np.ndarray]
"""The numbers of each column by its name, shape (rows,)."""


def read_table(problem: Problem, table: Reference) -> tuple[Columns, tuple[Diagnostic, ...]]:
    """The columns of a table by the names in its first line; with messages, and no columns, where it cannot be used."""
    found: list[Diagnostic] = []

    def wrong(message: str, help_: str) -> None:
        found.append(Diagnostic("E607", message, table.span, help_))

    try:
        text = problem.beside(table.file).read_text(encoding="utf-8-sig")
        # Every row with the number of the line on which it ends.
        reader = csv.reader(io.StringIO(text, newline=""), skipinitialspace=True)
        lines = [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is not a table of text"
        wrong(f"cannot read `{table.file}`: {reason}", "file names are relative to the spec")
        return {}, tuple(found)
    header = [cell.strip() for cell in lines[0][1]] if lines else []
    rows = lines[1:]
    if not header or not rows:
        wrong(f"`{table.file}` holds no rows", "the first line names the columns, numbers follow, separated by commas")
        return {}, tuple(found)
    for name, column in problem.columns(table).items():
        if column not in header:
            near = suggest(column, header) or suggest(column.lower(), [c.lower() for c in header])
            help_ = f'its columns are {", ".join(header[:10])}: write, say, columns ({name} = "{header[0]}")'
            wrong(f"`{table.file}` has no column `{column}` for `{name}`", near or help_)
    ragged = next((number for number, cells in rows if len(cells) != len(header)), None)
    if ragged is not None:
        wrong(f"line {ragged} of `{table.file}` has not {len(header)} cells", "every line has a cell for each column")
    if found:
        return {}, tuple(found)
    wanted = set(problem.columns(table).values())
    columns: Columns = {}
    for place, name in enumerate(header):
        if name not in wanted:
            continue
        numbers = [_number(cells[place]) for _, cells in rows]
        text = next((k for k, n in enumerate(numbers) if n is None), None)
        if text is not None:
            words = f"`{rows[text][1][place].strip()}` in line {rows[text][0]}, column `{name}`, of `{table.file}`"
            wrong(f"{words} is not a number", "cells hold numbers such as 1.5e-3")
            continue
        columns[name] = np.asarray(numbers, float)
        bad = np.flatnonzero(~np.isfinite(columns[name]))
        if len(bad):
            words = f"{len(bad)} rows of column `{name}` of `{table.file}` are not finite"
            wrong(words, f"the first is line {rows[bad[0]][0]}: remove such rows")
    if not found:
        found += _outside(problem, table, columns, [number for number, _ in rows])
    return ({} if found else columns), tuple(found)


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None


def _outside(problem: Problem, table: Reference, columns: Columns, numbers: list[int]) -> Iterator[Diagnostic]:
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
