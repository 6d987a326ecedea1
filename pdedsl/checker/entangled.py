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
    size, rows = np.asarray(list(worth.values())), list[tuple[np.ndarray, np.ndarray | None]]()
    for statement in problem.statements:
        for residual in statement.residual:
            # A statement says the same when it is multiplied by a number.
            rows += [(slopes * size, own) for own, slopes in _slopes(problem, residual, points, worth, generator)]
            for integral in problem.integrals_in([residual]):
                inner = _slopes(problem, integral.integrand, points, worth, generator)
                rows += [(slopes * size, None) for _, slopes in inner]
    for value in (v for m in problem.measurements for v in m.values):
        rows += [(slopes * size, None) for _, slopes in _slopes(problem, value, points, worth, generator)]
    matrix = _matrix(rows, len(unknowns))
    used = np.abs(matrix[:, : len(unknowns)]).max(axis=0, initial=0.0) > 0
    if not used.all() or len(matrix) < matrix.shape[1]:
        return
    matrix = matrix / np.linalg.norm(matrix, axis=1, keepdims=True).clip(1e-300)
    _, s, v = np.linalg.svd(matrix, full_matrices=True)
    s, v = np.concatenate([s, np.zeros(matrix.shape[1] - len(s))]), v[:, : len(unknowns)]
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


def _matrix(rows: list[tuple[np.ndarray, np.ndarray | None]], count: int) -> np.ndarray:
    """Slopes with respect to all unknowns, and to a factor of each statement, shape (rows, columns)."""
    scaled = [k for k, (_, own) in enumerate(rows) if own is not None]
    found = []
    for k, (slopes, own) in enumerate(rows):
        factors = np.zeros((len(slopes), len(scaled)))
        if own is not None:
            factors[:, scaled.index(k)] = -own
        found.append(np.concatenate([slopes, factors], axis=1))
    matrix = np.concatenate(found) if found else np.zeros((0, count))
    return matrix[np.isfinite(matrix).all(axis=1)]


def _slopes(
    problem: Problem, expression: sp.Expr, points: np.ndarray, worth: dict[Any, float], generator: np.random.Generator
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """An expression at random values of all that it holds, shape (n,), and what it makes of each unknown, shape (n, unknowns)."""
    try:
        plain, _ = stand_ins(expand_derivatives(expression))
    except TooLarge:
        return
    values: dict[Any, Any] = {**problem.domain.at(points), **worth}
    held = plain.free_symbols - values.keys()
    values |= {symbol: generator.normal(size=len(points)) for symbol in sorted(held, key=sp.default_sort_key)}
    values |= {n: generator.normal(size=len(points)) for n in normal(len(problem.space))}

    def at(own: sp.Basic) -> np.ndarray:
        with np.errstate(all="ignore"):
            return np.broadcast_to(np.asarray(evaluate(own, values), float), (len(points),))

    yield at(plain), np.stack([at(sp.diff(plain, s)) for s in worth], axis=1)


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
