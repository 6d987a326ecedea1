"""From unknown numbers to those that enter together only, so that nothing tells them apart: E501.

Statements and data depend on unknowns in some directions. At random values of all fields and unknowns, a combination in which nothing
changes is one that no measurement of these fields determines: a product that enters as `a*b`, say.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import sympy as sp

from pdedsl.checker.probe import PROBES
from pdedsl.geometry.points import inside, random
from pdedsl.problem.atoms import normal
from pdedsl.problem.derivatives import TooLarge, expand_derivatives
from pdedsl.problem.evaluate import evaluate
from pdedsl.problem.problem import Problem
from pdedsl.problem.symbol import stand_ins
from pdedsl.vocabulary.diagnostics import Diagnostic

NONE = 1e-9
"""The singular value of a direction in which nothing changes, relative to the largest."""


def entangled(problem: Problem) -> Iterator[Diagnostic]:
    """E501: numbers of which statements and data hold a combination only."""
    unknowns = problem.domain.sought
    if not unknowns:
        return
    generator = np.random.default_rng(11)
    points = inside(problem.domain, sp.true, PROBES, random(generator))
    start = {p.symbol: problem.domain.number(p.value) for p in unknowns}
    worth = {s: v + (0.3 + 0.4 * k) * max(abs(v), 1.0) for k, (s, v) in enumerate(start.items())}
    rows = []
    for expression in [
        *(r for s in problem.statements for r in s.residual),
        *(v for m in problem.measurements for v in m.values),
    ]:
        for slopes in _slopes(problem, expression, points, worth, generator):
            rows.append(slopes * np.asarray(list(worth.values())))
    matrix = np.concatenate(rows) if rows else np.zeros((1, len(unknowns)))
    matrix = matrix[np.isfinite(matrix).all(axis=1)]
    used = np.abs(matrix).max(axis=0, initial=0.0) > 0
    if not used.all() or len(matrix) < len(unknowns):
        return
    matrix = matrix / np.linalg.norm(matrix, axis=1, keepdims=True).clip(1e-300)
    _, s, v = np.linalg.svd(matrix, full_matrices=True)
    s = np.concatenate([s, np.zeros(len(unknowns) - len(s))])
    for direction in v[s <= NONE * s[0]]:
        own = [(p, float(d)) for p, d in zip(unknowns, direction, strict=True) if abs(d) > 1e-6]
        if len(own) < 2:
            continue
        names = " and ".join(f"`{p.name}`" for p, _ in own)
        message = f"{names} enter together only: nothing tells them apart{_together(own, worth)}"
        yield Diagnostic(
            "E501", message, own[-1][0].span, "declare one of them as `param`, or measure what tells them apart"
        )
        return


def _slopes(
    problem: Problem, expression: sp.Expr, points: np.ndarray, worth: dict[Any, float], generator: np.random.Generator
) -> Iterator[np.ndarray]:
    """What an expression makes of each unknown, relative, shape (n, unknowns), at random values of all that it holds."""
    parts = [expression, *(i.integrand for i in problem.integrals_in([expression]))]
    for own in parts:
        try:
            plain, _ = stand_ins(expand_derivatives(own))
        except TooLarge:
            continue
        values: dict[Any, Any] = {**problem.domain.at(points), **worth}
        held = plain.free_symbols - values.keys()
        values |= {symbol: generator.normal(size=len(points)) for symbol in sorted(held, key=sp.default_sort_key)}
        values |= {n: generator.normal(size=len(points)) for n in normal(len(problem.space))}
        with np.errstate(all="ignore"):
            yield np.stack(
                [
                    np.broadcast_to(np.asarray(evaluate(sp.diff(plain, s), values), float), (len(points),))
                    for s in worth
                ],
                axis=1,
            )


def _together(own: list[tuple[Any, float]], worth: dict[Any, float]) -> str:
    """The combination of two numbers that is all there is, where it has a simple form."""
    if len(own) != 2:
        return ""
    (a, first), (b, second) = own
    ratio = first / second
    if abs(ratio + 1) < 1e-6:
        return f" from {a.name}*{b.name}"
    if abs(ratio - 1) < 1e-6:
        return f" from {a.name}/{b.name}"
    plain = ratio * worth[a.symbol] / worth[b.symbol]
    return (
        f" from {a.name} + {b.name}"
        if abs(plain + 1) < 1e-6
        else f" from {a.name} - {b.name}"
        if abs(plain - 1) < 1e-6
        else ""
    )
