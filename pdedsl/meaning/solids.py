"""From the expression of a shape to its tree: constructors, `+`, `*`, `-` and names of `let`."""

from itertools import product
from typing import Any

import numpy as np
import sympy as sp

from pdedsl.meaning.expressions import Walk
from pdedsl.meaning.place import PLACES
from pdedsl.meaning.scope import Scope
from pdedsl.problem.primitives import (
    EXAMPLES,
    PLANE,
    SIGNATURES,
    Combined,
    Primitive,
    Tree,
    construct,
    numbers,
    symbols_of,
    wrong_size,
)
from pdedsl.syntax import syntax
from pdedsl.vocabulary.diagnostics import suggest
from pdedsl.vocabulary.source import Span
from pdedsl.vocabulary.spoken import where_words

ALSO_CALLED = {
    **dict.fromkeys(("circle",), "write disk([0, 0], 1)"),
    **dict.fromkeys(("sphere", "hypersphere"), "write ball([0, 0, 0], 1)"),
    **dict.fromkeys(("square", "rectangle", "rect", "cube", "cuboid", "interval"), "write box([0, 0], [1, 1])"),
    **dict.fromkeys(("ring",), "write annulus([0, 0], 0.5, 1)"),
    **dict.fromkeys(("triangle", "poly"), "write polygon([[0, 0], [1, 0], [0, 1]])"),
    **{shape: f"write {shape}(...)" for shape in SIGNATURES},
}
"""What people call the shapes of the language."""

FEW = 6
"""Swept parameters that a shape depends on, up to which it is looked at for all their ends."""
_JOINS = {"+": "+", "-": "-", "*": "*"}


def resolve_shape(node: syntax.Expression, symbols: tuple[sp.Symbol, ...], walk: Walk) -> Tree | None:
    """The tree of a shape; None where it is wrong, empty (E404) or without bound (E404), after it was reported."""
    tree = _tree(node, symbols, walk, ())
    if tree is None:
        return None
    for own in ends_of(tree, walk.scope):
        shape = construct(tree, symbols, {**walk.scope.values, **own})
        if shape.box is None:
            low, high = ([end] * len(symbols) for end in (-1, 1))
            help_ = f"intersect it with one that has: `* box({low}, {high})`"
            walk.wrong("E404", "this shape has no bound", node.span, help_)
            return None
        lower, upper = shape.box
        probes = lower + np.random.default_rng(0).random((4096, len(symbols))) * (upper - lower)
        if not (shape.level(probes) < 0).any():
            at = where_words({s.name: value for s, value in own.items()})
            walk.wrong(
                "E404", f"this shape is empty{at}", node.span, "its parts do not overlap, or one covers the other"
            )
            return None
    return tree


def ends_of(tree: Tree, scope: Scope) -> list[dict[Any, float]]:
    """Values of the swept parameters that a shape depends on: none, then all that are made of the ends of their intervals."""
    held = [s for s in scope.swept if s in symbols_of(tree)]
    ends = product(*(scope.swept[s] for s in held)) if 0 < len(held) <= FEW else ()
    return [{}, *(dict(zip(held, own, strict=True)) for own in ends)]


def _tree(node: syntax.Expression, symbols: tuple[sp.Symbol, ...], walk: Walk, inside: tuple[str, ...]) -> Tree | None:
    match node:
        case syntax.Sum():
            return _joined(list(node.terms), node.span, symbols, walk, inside)
        case syntax.Product() if all(sign == "*" for sign, _ in node.factors):
            return _joined(list(node.factors), node.span, symbols, walk, inside)
        case syntax.Called(name=syntax.Name(name=name)) if name in SIGNATURES:
            return _primitive(node, symbols, walk)
        case syntax.Name(name=name) if name in walk.scope.names.declared and name not in inside:
            let = walk.scope.names.declared[name].node
            if isinstance(let, syntax.Let) and not let.parameters:
                return _tree(let.body, symbols, walk, (*inside, name))
    if isinstance(node, syntax.Called) and node.name.name not in walk.scope.names.declared:
        name = node.name.name
        help_ = ALSO_CALLED.get(name.lower()) or suggest(name, SIGNATURES) or f"the shapes are {', '.join(SIGNATURES)}"
        walk.wrong("E201", f"there is no shape `{name}`", node.name.span, help_)
        return None
    walk.wrong(
        "E302", "this is not a shape", node.span, "shapes are joined by + (union), * (intersection) and - (difference)"
    )
    return None


def _joined(
    parts: list[Any], span: Span, symbols: tuple[sp.Symbol, ...], walk: Walk, inside: tuple[str, ...]
) -> Tree | None:
    trees = [_tree(part, symbols, walk, inside) for _, part in parts]
    result = trees[0]
    for (sign, _), tree in zip(parts[1:], trees[1:], strict=True):
        if result is None or tree is None:
            return None
        result = Combined(_JOINS[sign], result, tree)
    return result


def _primitive(node: syntax.Called, symbols: tuple[sp.Symbol, ...], walk: Walk) -> Primitive | None:
    name, d = node.name.name, len(symbols)
    example = f"write, say, {EXAMPLES[name]}"
    wanted = SIGNATURES[name]
    if (name in PLANE and d != 2) or (name == "annulus" and d < 2):
        walk.wrong(
            "E302", f"`{name}` is a shape of the plane, the domain has {d} coordinates", node.span, "use ball(c, r)"
        )
        return None
    if len(node.arguments) != len(wanted):
        walk.wrong("E303", f"`{name}` takes {len(wanted)} arguments, not {len(node.arguments)}", node.span, example)
        return None
    arguments = []
    for argument, kind in zip(node.arguments, wanted, strict=True):
        value = walk.tensor(argument, PLACES["level" if kind == "expression" else "shape"])
        if value is None:
            return None
        shape = {"number": (), "expression": (), "point": (d,)}.get(kind)
        if (shape is not None and value.shape != shape) or (
            kind == "points" and (value.rank != 2 or value.shape[1] != d)
        ):
            words = {"number": "a number", "expression": "a scalar", "point": f"a list of {d} numbers"}
            message = f"{value.words} where `{name}` takes {words.get(kind, 'a list of points')}"
            walk.wrong("E303", message, node.span, example)
            return None
        arguments.append(value.scalar if value.rank == 0 else value.entries if value.rank == 1 else tuple(value.rows()))
    primitive = Primitive(name, tuple(arguments))
    if name != "sdf":
        for own in ends_of(primitive, walk.scope):
            reason = wrong_size(name, [numbers(a, {**walk.scope.values, **own}) for a in arguments])
            if reason:
                at = where_words({s.name: value for s, value in own.items()})
                walk.wrong("E404", f"this `{name}` is no shape{at}: {reason}", node.span, example)
                return None
    return primitive
