"""Each stage as text: what was written, what it means, what is minimised."""

import numpy as np

from pdedsl.numerics.system import System
from pdedsl.planning.cost import cost
from pdedsl.planning.plan import Plan
from pdedsl.problem.derivatives import expand_derivatives
from pdedsl.problem.document import document
from pdedsl.problem.printer import write_expression
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Boundary, Constraint, Equation, Initial, Interface, Statement, is_hard
from pdedsl.problem.write import split, write_intervals, write_measurement, write_shape, write_where
from pdedsl.spaces.hard import Ansatz, ansatz, inner
from pdedsl.spaces.measured import measured
from pdedsl.spaces.space import Size


def show_problem(problem: Problem) -> str:
    """The problem as it was understood: D[u] = f and B[u] = g, statement by statement."""
    problem = problem.stated or problem
    names = ", ".join(f.name for f in problem.fields)
    domain = problem.domain
    lines = [problem.title, ""] if problem.title else []
    boxed = domain.coordinates
    if domain.tree is not None:
        lines.append(f"({', '.join(c.name for c in domain.space)}) in {write_shape(domain.tree)}")
        boxed = tuple(c for c in boxed if c.kind != "space")
    lines += write_intervals(boxed)
    lines += [f"{p.name} = {write_expression(p.value)}" for p in domain.parameters]
    lines += [f"periodic in {c.name}" for c in domain.coordinates if c.periodic]
    for statement in (*problem.statements, *problem.penalties):
        operator, data = ("D", "f") if isinstance(statement, Equation) else ("B", "g")
        hard = ", hard" if is_hard(statement) else ""
        weight = f", weight {write_expression(statement.weight)}" if statement.weight is not None else ""
        weight = ", weight auto" if isinstance(statement, Constraint) and statement.automatic else weight
        lines += ["", f"{statement.name} ({_place(problem, statement)}{hard}{weight})"]
        for number, (left, right) in enumerate(split(statement), 1):
            mark = f"_{number}" if len(statement.lhs) > 1 else ""
            lines += [
                f"  {operator}{mark}[{names}] = {write_expression(left)}",
                f"  {data}{mark} = {write_expression(right)}",
            ]
    lines += ["", *map(write_measurement, problem.measurements)] if problem.measurements else []
    lines += ["", *(f"exact {name} = {write_expression(value)}" for name, value in problem.exact)]
    return "\n".join(lines).rstrip()


def show_latex(problem: Problem) -> str:
    """The problem as a LaTeX document."""
    return document(problem)


def _place(problem: Problem, statement: Statement) -> str:
    match statement:
        case Equation():
            return f"in {statement.part}" if statement.part else "in the domain"
        case Initial():
            assert problem.time is not None
            return f"at {problem.time.name} = {write_expression(problem.time.lower)}"
        case Constraint():
            return "a constraint" if statement.at is None else f"at ({', '.join(map(write_expression, statement.at))})"
        case Boundary() | Interface():
            return f"on {', '.join(write_where(place.where) for place in statement.on)}"


def show_system(problem: Problem, plan: Plan, system: System) -> str:
    """How the solution is built, the residual blocks, the matrix that a step factors."""
    lines = []
    for unknown in problem.fields:
        part = ansatz(problem, unknown)
        size = inner(problem, part, system.sizes[unknown.name])
        head = f"{unknown.name}({', '.join(s.name for s in unknown.arguments)})"
        if part == Ansatz():
            lines.append(f"{head} = {_sized(size)}")
        else:
            lines += [f"{head} = G + M*{_sized(size)}"]
            lines += [f"  G = {write_expression(part.extension)}", f"  M = {write_expression(part.multiplier)}"]
    lines.append(f"N: {system.start.size} parameters")
    stated = {s.name: s.residual for s in (*problem.statements, *problem.penalties)}
    stated |= {own.name: own.statement.values for own in measured(problem)}
    for block in system.blocks:
        residual = [expand_derivatives(r) for r in stated[block.name]]
        drawn = f"redrawn every {block.every} steps" if block.every else "fixed"
        lines += [
            "",
            f"{block.name}: residual(fields, x) of shape ({len(residual)},), weight {block.weight:g}, "
            f"{len(block.points)} points, {drawn}",
            f"  divided by {_words(np.atleast_2d(block.size))}",
        ]
        lines += [f"  {write_expression(r)}" for r in residual]
    lines += ["", f"a step factors {cost(problem, plan).words}"]
    return "\n".join(lines)


def _words(sizes: np.ndarray) -> str:
    """What each component is divided by, sizes of shape (1 or N, m)."""
    ends = zip(sizes.min(axis=0), sizes.max(axis=0), strict=True)
    return ", ".join(f"{low:.3g}" if low == high else f"{low:.3g} to {high:.3g}" for low, high in ends)


def _sized(size: Size) -> str:
    """`mean + spread*N`."""
    mean = f"{size.mean:.3g} + " if size.mean else ""
    return f"{mean}{size.spread:.3g}*N"
