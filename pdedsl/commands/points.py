"""From the options and tables of a command to points, and the solution there."""

import csv
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from pdedsl.commands.shell import USAGE, err, number, pair, stop
from pdedsl.problem.problem import Problem
from pdedsl.runs.solution import Solution
from pdedsl.vocabulary.spoken import name_words, split

Named = dict[str, np.ndarray]
"""Columns of a table by their names."""


def with_errors(values: Named, errors: Named) -> Named:
    """A table of values, and after all of them how far off each is."""
    return values | {f"error of {name}": own for name, own in errors.items()}


def evaluated(solution: Solution, expressions: list[str], points: np.ndarray) -> tuple[Named, Named]:
    """Values and errors by name; a vector has one for each component, `grad(u)[1]`. Raises SpecError."""

    if outside := int((~solution.inside(points)).sum()):
        err.print(f"[yellow]{outside} of {len(points)} points lie outside the domain: nan[/yellow]", soft_wrap=True)
    found: dict[str, Any] = {}
    off: dict[str, Any] = {}
    for expression in expressions:
        values, errors = solution.evaluate_with_errors(expression, points)
        for index in np.ndindex(values.shape[1:]):
            place = f"[{', '.join(str(k + 1) for k in index)}]" if index else ""
            found[f"{expression}{place}"] = values[(slice(None), *index)]
            off[f"{expression}{place}"] = errors[(slice(None), *index)]
    return found, off


Held = Mapping[str, float]
"""Values of swept parameters that all points have."""


def held_by(param: list[str] | None, problem: Problem) -> Held:
    """The values of `--param` for swept parameters; what is wrong with one ends the command."""
    names = [c.name for c in problem.domain.swept]
    found = {}
    for name, value in (pair(text, "--param") for text in param or []):
        if name not in names:
            stop(f"--param {name}: no parameter of that name is swept; there are: {', '.join(names) or 'none'}", USAGE)
        found[name] = number(value, f"--param {name}", problem)
    return found


def from_options(at: list[str], problem: Problem, held: Held = MappingProxyType({})) -> np.ndarray:
    """Points of shape (N, coordinates) from options such as `x=L/2,t=1`, of `x[1]`, `x[2]`, ... all `x=0`, or `x=[0, 1]`.

    What is wrong with one ends the command.
    """
    rows, names = [], [c.name for c in problem.coordinates]
    for text in at:
        given = [one for part in split(text) for one in _members(*pair(part, "--at"), problem)]
        _complete([name for name, _ in given], [n for n in names if n not in held], f"--at {text}")
        values = {**held, **{name: number(value, f"--at {name}", problem) for name, value in given}}
        rows.append([values[n] for n in names])
    return _known(np.asarray(rows, float), problem)


def _members(name: str, value: str, problem: Problem) -> list[tuple[str, str]]:
    """A coordinate with its value; of a group each member, with the one value or those of a list."""
    group = [c.name for c in problem.coordinates if c.group == name]
    if not group:
        return [(name, value)]
    if not value.startswith("["):
        return [(own, value) for own in group]
    values = split(value.strip("[]"))
    if len(values) != len(group):
        stop(f"--at {name}: {len(values)} values for {name_words(group)}", USAGE)
    return list(zip(group, values, strict=True))


def _known(points: np.ndarray, problem: Problem) -> np.ndarray:
    """Points, unless a swept parameter is outside of its interval: that ends the command."""
    for c in problem.domain.swept:
        low, high = problem.bounds[column := problem.domain.column(c.symbol)]
        beyond = points[(points[:, column] < low) | (points[:, column] > high), column]
        if beyond.size:
            stop(f"{c.name} = {beyond[0]:g}: this solution is one for {c.name} in [{low:g}, {high:g}]", USAGE)
    return points


def from_line(line: str, count: int, problem: Problem, held: Held = MappingProxyType({})) -> np.ndarray:
    """`count` points from one end of a line to the other, `0,0.02 : 0.04,0.02`; a time left out is the end of time."""
    names = [c.name for c in problem.coordinates if c.name not in held]
    ends = [[number(part, "--line", problem) for part in split(end)] for end in line.split(":")]
    least = len(problem.space)
    if len(ends) != 2 or any(len(end) not in (least, len(names)) for end in ends) or len(ends[0]) != len(ends[1]):
        some = " : ".join(", ".join(f"{bounds[k]:g}" for bounds in problem.bounds[:least]) for k in (0, 1))
        stop(f'--line takes two points, `{", ".join(names[:least])} : ...`: write, say, --line "{some}"', USAGE)
    if count < 2:
        stop("-n: a line has two points at least", USAGE)
    if missing := [c.name for c in problem.domain.swept if c.name in names[len(ends[0]) :]]:
        stop(f"--line: say of which member of the family: --param {missing[0]}=...", USAGE)
    last = {} if problem.time is None else {problem.time.name: problem.bounds[len(problem.space)][1]}
    full = [{**held, **last, **dict(zip(names, end, strict=False))} for end in ends]
    first, end = ([own[c.name] for c in problem.coordinates] for own in full)
    return _known(np.linspace(first, end, count), problem)


def from_table(path: Path | None, problem: Problem, held: Held = MappingProxyType({})) -> np.ndarray:
    """Points from a table; columns are separated by commas, semicolons or tabs, whichever the header has most of."""
    assert path is not None
    names = [c.name for c in problem.coordinates if c.name not in held]
    try:
        text = path.read_text(encoding="utf-8-sig")
        head = text.partition("\n")[0]
        rows = csv.reader(text.splitlines(), delimiter=max(",;\t", key=head.count), skipinitialspace=True)
        header = [n.strip() for n in next(rows, [])]
    except (UnicodeDecodeError, csv.Error):
        stop(f"{path} is not a table in UTF-8", USAGE)
    if not any(header):
        stop(f"{path} is empty: its first line names the columns {name_words(names)}", USAGE)
    _complete(header, names, f"{path}: the first line is `{head.strip()[:40]}`", more=True)
    places, found = [header.index(n) for n in names], []
    for row in rows:
        try:
            found.append([float(row[place]) for place in places])
        except (IndexError, ValueError):
            if any(cell.strip() for cell in row):
                stop(f"{path}:{rows.line_num}: this row needs a number for each of {name_words(names)}", USAGE)
    if not found:
        stop(f"{path} holds no points", USAGE)
    own = dict(zip(names, np.asarray(found, float).T, strict=True))
    columns = [own.get(c.name, np.full(len(found), held.get(c.name, 0.0))) for c in problem.coordinates]
    return _known(np.stack(columns, axis=1), problem)


def _complete(given: list[str], names: list[str], where: str, more: bool = False) -> None:
    missing = [n for n in names if n not in given]
    extra = [n for n in given if n not in names] if not more else []
    twice = [n for n in names if given.count(n) > 1]
    if missing or extra or twice:
        what = f"there is no coordinate `{extra[0]}`" if extra else f"`{(missing or twice)[0]}` is "
        what += "" if extra else "missing" if missing else "there twice"
        stop(f"{where}: {what}; the coordinates are {name_words(names)}", USAGE)
