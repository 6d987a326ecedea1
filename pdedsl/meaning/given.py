"""From calls of what is no function of numbers to SymPy: tables and laws, jumps, point sources."""

from collections.abc import Sequence
from typing import Any

import sympy as sp

from pdedsl.meaning.expressions import Walk
from pdedsl.meaning.place import PLACES, Locals, Place
from pdedsl.problem.derivatives import expand_derivatives
from pdedsl.problem.given import Source
from pdedsl.problem.given import given as made
from pdedsl.problem.statements import Integral
from pdedsl.problem.symbol import stand_ins
from pdedsl.syntax import syntax
from pdedsl.vocabulary.source import Span
from pdedsl.vocabulary.tensor import Tensor, scalar


def given(
    walk: Walk, node: syntax.Called, declared: Sequence[syntax.Name], place: Place, local: Locals
) -> Tensor | None:
    """A function that a table gives, or that is sought, of scalars."""
    name = node.name.name
    if not place.coordinates:
        walk.wrong("E304", f"`{name}` has no meaning in {place.words}", node.span, "only constants may stand here")
        return None
    if not walk.takes(node, len(declared), f"{name}({', '.join(a.name for a in declared)})"):
        return None
    values = [walk.scalar(argument, place, local) for argument in node.arguments]
    function: Any = walk.scope.functions.get(name)
    if function is None or any(v is None for v in values):
        return None
    return scalar(function(*values))


def jump(walk: Walk, node: syntax.Called, place: Place, local: Locals) -> Tensor | None:
    """`jump(e)`, componentwise."""
    if not place.jumps:
        help_ = "it belongs to `interface`: the difference between both sides of a line inside the domain"
        walk.wrong("E304", f"`jump` has no meaning in {place.words}", node.span, help_)
        return None
    if not walk.takes(node, 1, "jump(u)"):
        return None
    operand = walk.tensor(node.arguments[0], PLACES["jump"], local)
    if operand is None:
        return None
    found = {e: Integral(e, kind="jump", span=node.span) for e in operand.entries if e.free_symbols}
    walk.integrals.update((i.symbol, i) for i in found.values())
    return Tensor(tuple(found[e].symbol if e in found else sp.Integer(0) for e in operand.entries), operand.shape)


SMEARED = {
    1: "exp(-(x - a)^2/(2*w^2))/sqrt(2*pi*w^2)",
    2: "exp(-r^2/(2*w^2))/(2*pi*w^2)",
    3: "exp(-r^2/(2*w^2))/(2*pi*w^2)^(3/2)",
}
"""What is nearly a point source, by the number of coordinates in space."""


def point_source(walk: Walk, node: syntax.Called, place: Place, local: Locals) -> Tensor | None:
    """`delta(x - a, y - b)`: all coordinates in space, each less a constant or an unknown that lies inside."""
    space = walk.scope.space
    smeared = f"or write the smeared form `{SMEARED[min(max(len(space), 1), 3)]}`"
    if place is not PLACES["equation"]:
        message = f"a point source has no meaning in {place.words}"
        walk.wrong("E304", message, node.span, "it is a term of an equation; on the boundary state a flux")
        return None
    values = [walk.scalar(argument, place, local) for argument in node.arguments]
    if any(v is None for v in values):
        return None
    centres: dict[sp.Symbol, sp.Expr] = {}
    for value in (v for v in values if v is not None):
        own = [s for s in space if value.has(s)]
        centre = own[0] - value if len(own) == 1 else None
        if centre is None or walk.constant(sp.expand(centre)) is None or own[0] in centres:
            wanted = ", ".join(f"{s.name} - {letter}" for s, letter in zip(space, "abcdef", strict=False))
            message, help_ = "a point source takes each coordinate in space less a constant", f"write delta({wanted})"
            swept = [c.name for c in walk.scope.coordinates if c.kind == "parameter" and value.has(c.symbol)]
            if swept:
                message = f"the place of a point source is no swept parameter, as `{swept[0]}` is"
                help_ = f"write `param {swept[0]} = ...` and take its values one by one (pdedsl sweep)"
            walk.wrong("E304", message, node.span, f"{help_}, {smeared}")
            return None
        centres[own[0]] = sp.expand(centre)
    if len(centres) < len(space) or not centres:
        missing = ", ".join(f"`{s.name}`" for s in space if s not in centres) or "a coordinate"
        message = f"a point source is a point in space: {missing} is missing"
        walk.wrong("E304", message, node.span, "name all coordinates in space")
        return None
    for coordinate in walk.scope.coordinates:
        if coordinate.symbol in centres:
            found = walk.constant(centres[coordinate.symbol])
            ends = walk.about(coordinate.lower), walk.about(coordinate.upper)
            assert found is not None
            if ends[0] is not None and ends[1] is not None and not ends[0][0] < found < ends[1][0]:
                message = f"the point source at {coordinate.name} = {found:g} is not inside the domain"
                walk.wrong("E304", message, node.span, "on the boundary state a flux: `boundary: dn(u) = ...`")
                return None
    head: Any = made(Source, "delta", None, (0,) * len(centres))
    return scalar(head(*(s - c for s, c in centres.items())))


def misplaced(walk: Walk, residuals: Sequence[sp.Expr], span: Span) -> bool:
    """Whether point sources stand where they have no meaning, after it was said: E304.

    They are terms of equations that are linear, times constants or functions of the coordinates; in one dimension a
    first derivative is a moment.
    """
    for residual in residuals:
        if not residual.atoms(Source):
            continue
        plain, fields = stand_ins(expand_derivatives(residual))
        own = {part: sp.Dummy(real=True) for part in plain.atoms(Source)}
        orders = [type(part).orders for part in own]
        if any(sum(o) > 1 or (len(o) > 1 and any(o)) for o in orders):
            message = "a point source is differentiated once at most, and in one dimension alone"
            walk.wrong("E304", message, span, "write the smeared form, which has derivatives")
            return True
        plain = plain.xreplace(own)
        varying = {*fields, *own.values()}
        if any(sp.diff(plain, symbol).free_symbols & varying for symbol in varying):
            message = "a point source is a term of a linear equation, times a function of the coordinates"
            walk.wrong("E304", message, span, "write the smeared form, which may stand anywhere")
            return True
    return False
