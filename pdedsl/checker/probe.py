"""Points and words for the checker: where a statement holds, what its symbols are worth there, how to say it."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import sympy as sp

from pdedsl.geometry import statement as places
from pdedsl.geometry.faces import Face, Rim, normals, on_face
from pdedsl.geometry.points import inside, random
from pdedsl.problem.atoms import Normal, normal
from pdedsl.problem.derivatives import parts
from pdedsl.problem.domain import Domain
from pdedsl.problem.evaluate import evaluate
from pdedsl.problem.printer import write_expression
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Statement

PROBES = 256


def points_on(domain: Domain, face: Face | Rim) -> np.ndarray:
    """Points of a face."""
    return on_face(domain, face, PROBES, random(np.random.default_rng(1)))


def points_of(problem: Problem, statement: Statement) -> np.ndarray:
    """Points of the open set on which a statement holds."""
    return places.points_of(problem, statement, PROBES, random(np.random.default_rng(2)))


def interior(domain: Domain) -> np.ndarray:
    """Points of the domain."""
    return inside(domain, sp.true, PROBES, random(np.random.default_rng(2)))


def values_at(
    domain: Domain, points: np.ndarray, expressions: Iterable[sp.Basic] = (), statement: Statement | None = None
) -> dict[sp.Symbol, Any]:
    """What the symbols are worth at points; the normal too, where one of some expressions holds it.

    That of the boundary, or of a statement that has one of its own.
    """
    values = domain.at(points)
    if any(isinstance(part, Normal) for e in expressions for part in parts(e)):
        own = None if statement is None else places.outward(domain, statement, points)
        own = normals(domain, points) if own is None else own
        values |= dict(zip(normal(len(domain.space)), own.T, strict=True))
    return values


def numbers(expression: sp.Basic, values: dict[sp.Symbol, Any], points: np.ndarray, memo: Any = None) -> np.ndarray:
    """An expression at points, shape (n,)."""
    return np.broadcast_to(np.asarray(evaluate(expression, values, memo), float), (len(points),))


def point_words(domain: Domain, point: np.ndarray) -> str:
    """`x = 0.5, t = 1`, of the first six coordinates. `point` has a number for each coordinate."""
    return ", ".join(f"{c.name} = {v:.4g}" for c, v in zip(domain.coordinates[:6], point, strict=False))


def face_words(domain: Domain, face: Face | Rim, example: np.ndarray | None = None) -> str:
    """A face as a user calls it: `x = 0`, or `the rim through x = 1, y = 0` with a point of it."""
    if isinstance(face, Rim):
        where = f" through {point_words(domain, example[: len(domain.space)])}" if example is not None else ""
        return f"the rim{where}"
    coordinate = domain.coordinates[face.axis]
    return f"{coordinate.name} = {write_expression((coordinate.lower, coordinate.upper)[face.end])}"
