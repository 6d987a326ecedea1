"""From unknown numbers to those that enter together only, so that nothing tells them apart: E501.

Statements and data depend on unknowns in some directions. At random values of all fields and unknowns, a combination in which nothing
changes is one that no measurement of these fields determines: a product that enters as `a*b`, say.
"""

from collections.abc import Iterator, Sequence
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
SAME = 1e-6
"""The part of a number up to which another one is the same."""

Row = tuple[np.ndarray, np.ndarray | None]
"""What an expression makes of each unknown, shape (n, unknowns), and the expression itself, shape (n,), where it is a statement: that says
the same when it is multiplied by a number.
"""


def entangled(problem: Problem) -> Iterator[Diagnostic]:
    """E501: numbers of which statements and data hold a combination only."""
    unknowns = problem.domain.sought
    if not unknowns:
        return
    generator = np.random.default_rng(11)
    points = inside(problem.domain, sp.true, PROBES, random(generator))
    start = {p.symbol: problem.domain.number(p.value) for p in unknowns}
    worth = {s: v + (0.3 + 0.4 * k) * max(abs(v), 1.0) for k, (s, v) in enumerate(start.items())}
    size, rows = np.asarray(list(worth.values())), list[Row]()
    for statement in problem.statements:
        for residual in statement.residual:
            rows += [(slope * size, own) for own, slope in slopes(problem, residual, points, worth, generator)]
            for integral in problem.integrals_in([residual]):
                inner = slopes(problem, integral.integrand, points, worth, generator)
                rows += [(slope * size, None) for _, slope in inner]
    for value in (v for m in problem.measurements for v in m.values):
        rows += [(slope * size, None) for _, slope in slopes(problem, value, points, worth, generator)]
    rows += [(np.eye(len(unknowns))[k : k + 1], None) for k, p in enumerate(unknowns) if p.noise is not None]
    for direction in unchanged(rows, len(unknowns)):
        own = [(p, float(d)) for p, d in zip(unknowns, direction, strict=True) if abs(d) > SAME]
        if len(own) < 2:
            continue
        names, changes, sizes = zip(*((p.name, d, worth[p.symbol]) for p, d in own), strict=True)
        message, help_ = (
            together(names, combination(names, changes, sizes)),
            "declare one of them as `param`, or measure",
        )
        yield Diagnostic("E501", message, own[-1][0].span, f"{help_} what tells them apart")
        return


def unchanged(rows: Sequence[Row], count: int) -> np.ndarray:
    """The directions of some unknowns in which nothing changes, shape (directions, count); none where one enters nowhere."""
    scaled = [k for k, (_, own) in enumerate(rows) if own is not None]
    found = [np.zeros((0, count + len(scaled)))]
    for k, (own_slopes, own) in enumerate(rows):
        factors = np.zeros((len(own_slopes), len(scaled)))
        if own is not None:
            factors[:, scaled.index(k)] = -own
        found.append(np.concatenate([own_slopes, factors], axis=1))
    matrix = np.concatenate(found)
    matrix = matrix[np.isfinite(matrix).all(axis=1)]
    used = np.abs(matrix[:, :count]).max(axis=0, initial=0.0) > 0
    if not used.all() or len(matrix) < matrix.shape[1]:
        return np.zeros((0, count))
    matrix = matrix / np.linalg.norm(matrix, axis=1, keepdims=True).clip(1e-300)
    _, s, v = np.linalg.svd(matrix, full_matrices=True)
    return v[s <= NONE * s[0], :count]


def slopes(
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


def together(names: Sequence[str], told: str) -> str:
    """That nothing tells some unknowns apart, beside what is told of them, an expression or nothing."""
    known = f" from {told}" if told else ""
    return f"{' and '.join(f'`{name}`' for name in names)} enter together only: nothing tells them apart{known}"


def combination(names: Sequence[str], changes: Sequence[float], worth: Sequence[float]) -> str:
    """What does not change of two unknowns where these do, in units of what they are worth; nothing where it has no simple form."""
    if len(names) != 2:
        return ""
    (a, b), ratio = names, changes[0] / changes[1]
    forms = (
        (f"{a}*{b}", ratio + 1),
        (f"{a}/{b}", ratio - 1),
        (f"{a} + {b}", ratio * worth[0] / worth[1] + 1),
        (f"{a} - {b}", ratio * worth[0] / worth[1] - 1),
    )
    return next((form for form, gap in forms if abs(gap) < SAME), "")
