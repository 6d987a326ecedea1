"""From what a problem is made of to the lines of a spec that read back to it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import sympy as sp
from sympy.core.function import AppliedUndef

from pdedsl.problem.atoms import Nonlocal
from pdedsl.problem.bounds import Bounds
from pdedsl.problem.domain import Coordinate, Domain, Parameter
from pdedsl.problem.primitives import Combined, Primitive, Tree
from pdedsl.problem.printer import write_expression, write_tensor
from pdedsl.problem.statements import (
    Boundary,
    Constraint,
    Equation,
    Field,
    FunctionSought,
    FunctionTable,
    Initial,
    Interface,
    Measurement,
    Reference,
    Report,
    Statement,
)


def _definition(own: Parameter) -> str:
    """A parameter, and its standard uncertainty."""
    noise = "" if own.noise is None else f" noise {write_expression(own.noise)}"
    return f"{own.name} = {write_expression(own.value)}{noise}"


def write_domain(domain: Domain) -> list[str]:
    """Parameters, coordinates with their intervals or shape."""
    lines = []
    if known := [p for p in domain.parameters if p.sought is None or p.noise is not None]:
        lines.append(f"param {', '.join(map(_definition, known))}")
    if domain.swept:
        lines.append(f"param {', '.join(write_intervals(domain.swept))}")
    lines += [
        f"unknown {p.name} = {write_expression(p.value)}{write_bounds(p.sought)}"
        for p in domain.parameters
        if p.sought is not None and p.noise is None
    ]
    if domain.tree is not None:
        lines.append(f"domain ({', '.join(c.name for c in domain.space)}) = {write_shape(domain.tree)}")
    elif domain.space:
        lines.append(f"domain {', '.join(write_intervals(domain.space))}")
    if domain.time is not None:
        lines.append(f"time {', '.join(write_intervals([domain.time]))}")
    return lines


def write_places(domain: Domain) -> list[str]:
    """Parts and periodic coordinates."""
    lines = [f"part {part.name}: {write_expression(part.condition)}" for part in domain.parts]
    periodic = [c.symbol for c in domain.coordinates if c.periodic]
    return [*lines, f"periodic {', '.join(_arguments(periodic, domain))}"] if periodic else lines


def write_fields(fields: Sequence[Field], domain: Domain) -> list[str]:
    """`field u(x, t), v(x)`, and a line for each unknown: `unknown a = 1 in [0.1, 10]`, `unknown field q(x)`."""
    lines, known = [], []
    for own in fields:
        signature = f"{own.name}({', '.join(_arguments(own.arguments, domain))})" if own.arguments else own.name
        if own.sought is None:
            known.append(signature)
            continue
        kind, start = "unknown field" if own.arguments else "unknown", own.start
        lines.append(
            f"{kind} {signature}{'' if start is None else f' = {write_expression(start)}'}{write_bounds(own.sought)}"
        )
    return [*lines, *([f"field {', '.join(known)}"] if known else [])]


def write_bounds(bounds: Bounds) -> str:
    """` in [0, inf]`; nothing where anything is allowed."""
    if bounds.free:
        return ""
    low, high = (write_expression(sp.Float(end)) if np.isfinite(end) else None for end in (bounds.lower, bounds.upper))
    return f" in [{low or '-inf'}, {high or 'inf'}]"


def write_shape(tree: Tree) -> str:
    """A shape in the language of specs."""
    if isinstance(tree, Primitive):
        return f"{tree.name}({', '.join(map(_argument, tree.arguments))})"
    right = write_shape(tree.right)
    left = write_shape(tree.left)
    if isinstance(tree.right, Combined):
        right = f"({right})"
    if isinstance(tree.left, Combined) and tree.operator == "*" and tree.left.operator != "*":
        left = f"({left})"
    return f"{left} {tree.operator} {right}" if tree.operator != "*" else f"{left}*{right}"


def _argument(argument: Any) -> str:
    if isinstance(argument, tuple):
        return f"[{', '.join(map(_argument, argument))}]"
    return write_expression(argument)


def write_intervals(coordinates: Sequence[Coordinate]) -> list[str]:
    """`x in [0, 1]`, and one entry for a run of coordinates `x[1]`, `x[2]`, ... of the same interval."""
    found: list[list[Coordinate]] = []
    for c in coordinates:
        last = found[-1][-1] if found else None
        same = last is not None and last.group == c.group is not None
        if last is not None and same and (last.lower, last.upper) == (c.lower, c.upper) and c.index == last.index + 1:
            found[-1].append(c)
        else:
            found.append([c])
    texts = []
    for run in found:
        first, last = run[0], run[-1]
        name = first.name if first.group is None else f"{first.group}[{first.index}:{last.index}]"
        texts.append(f"{name} in [{write_expression(first.lower)}, {write_expression(first.upper)}]")
    return texts


def _arguments(symbols: Sequence[sp.Symbol], domain: Domain) -> list[str]:
    """Coordinates by name, all of a group by the name of the group; swept parameters are no arguments that are written."""
    groups = {c.symbol: c.group for c in domain.coordinates if c.group is not None}
    swept = {c.symbol for c in domain.swept}
    return list(dict.fromkeys(groups.get(s, s.name) for s in symbols if s not in swept))


AUTOMATIC = "  weight auto"


def write_statement(statement: Statement) -> str:
    """A statement with its options."""
    label = f"{statement.kind} {statement.name}" if statement.name != statement.kind else statement.kind
    text = f"{label}: {write_tensor(statement.lhs)} = {write_tensor(statement.rhs)}"
    weight = "" if statement.weight is None else f"  weight {write_expression(statement.weight)}"
    match statement:
        case Equation():
            return text + (f"  in {statement.part}" if statement.part is not None else "") + weight
        case Boundary():
            places = ", ".join(map(write_where, statement.where))
            return f"{text}  on {places}{weight}{'  hard' if statement.hard else ''}"
        case Interface():
            return f"{text}  on {', '.join(write_where(p.where) for p in statement.on)}{weight}"
        case Initial():
            return f"{text}{weight}{'  hard' if statement.hard else ''}"
        case Constraint():
            return text + _at(statement.at) + (AUTOMATIC if statement.automatic else weight)


def write_report(report: Report) -> str:
    """`report NAME = expression`."""
    return f"report {report.name} = {write_expression(report.value)}{_at(report.at)}"


def write_reference(reference: Reference) -> str:
    """`reference NAME: fields from "file"`."""
    text = f'reference {reference.name}: {", ".join(reference.fields)} from "{reference.file}"'
    return text + _columns(reference.columns)


def write_measurement(own: Measurement) -> str:
    """`data NAME: fields from "file"`, or an expression and its column."""
    bare = all(isinstance(value, AppliedUndef) for value in own.values)
    label = "data" if own.name == "data" else f"data {own.name}"
    what = ", ".join(own.measured) if bare and own.measured == tuple(map(write_expression, own.values)) else ""
    what = what or f'{write_expression(own.values[0])} = "{own.measured[0]}"'
    noise = ""
    if own.noise is not None:
        noise = f'  noise "{own.noise}"' if isinstance(own.noise, str) else f"  noise {write_expression(own.noise)}"
    weight = "" if own.weight is None else f"  weight {write_expression(own.weight)}"
    robust = "  robust" if own.robust else ""
    return f'{label}: {what} from "{own.file}"{_columns(own.columns)}{noise}{robust}{weight}'


def write_law(law: FunctionSought) -> str:
    """`unknown function NAME(arguments) = start in [low, high]`."""
    start = f" = {write_expression(sp.Float(law.start))}" if law.stated else ""
    return (
        f"unknown function {law.name}({', '.join(map(_argument_of, law.arguments))}){start}{write_bounds(law.bounds)}"
    )


def _argument_of(own: sp.Expr) -> str:
    """A coordinate or a field by name."""
    return own.name if isinstance(own, sp.Symbol) else own.func.__name__


def write_table(table: FunctionTable) -> str:
    """`table NAME(arguments) from "file"`."""
    names = map(_argument_of, table.arguments)
    straight = "" if table.function.held.degree == 3 else " linear"
    return f'table {table.name}({", ".join(names)}) from "{table.file}"{_columns(table.columns)}{straight}'


def _columns(columns: Sequence[tuple[str, str]]) -> str:
    """How columns are called in a file, where they have names of their own."""
    named = ", ".join(f'{k} = "{v}"' for k, v in columns)
    return f" columns ({named})" if named else ""


def _at(point: tuple[sp.Expr, ...] | None) -> str:
    return "" if point is None else f"  at ({', '.join(map(write_expression, point))})"


def write_where(condition: sp.Basic) -> str:
    """What stands after `on`: `all`, or a condition."""
    return "all" if condition == sp.true else write_expression(condition)


def split(statement: Statement) -> list[tuple[sp.Expr, sp.Expr]]:
    """`D[u] = f`, a component at a time: what depends on the fields on the left, the data on the right."""
    sides = []
    for residual in statement.residual:
        terms = sp.Add.make_args(residual)
        left = [term for term in terms if term.atoms(AppliedUndef, Nonlocal)]
        right = [term for term in terms if term not in left]
        sides.append((sp.Add(*left), -sp.Add(*right)))
    return sides
