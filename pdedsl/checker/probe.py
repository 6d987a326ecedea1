"""Points and words for the checker: where a statement holds, what its symbols are worth there, how to say it."""

import numpy as np
import sympy as sp

from pdedsl.geometry import geometry
from pdedsl.geometry.geometry import Face, Piece, Rim
from pdedsl.problem.problem import Condition, Equation, Problem, normal
from pdedsl.problem.write import write_expression

PROBES = 256


def points_on(problem: Problem, face: Face | Rim) -> np.ndarray:
    return geometry.on_face(problem, face, PROBES, geometry.random(np.random.default_rng(1)))


def points_of(problem: Problem, statement: Equation) -> np.ndarray:
    """Points of the open set on which a statement holds."""
    unit = geometry.random(np.random.default_rng(2))
    if isinstance(statement, Condition) and statement.kind == "constraint":
        return geometry.at_point(problem, statement, PROBES, unit)
    if isinstance(statement, Condition):
        found: tuple[Piece, ...] = (
            () if statement.kind == "initial" and problem.time is None else geometry.pieces(problem, statement)
        )
        return geometry.sample(problem, found, PROBES, unit) if found else np.zeros((0, len(problem.coordinates)))
    return geometry.inside(problem, problem.region(statement), PROBES, unit)


def values_at(problem: Problem, statement: Equation, points: np.ndarray) -> dict[sp.Symbol, object]:
    values: dict[sp.Symbol, object] = {**problem.values, **dict(zip(problem.symbols, points.T, strict=True))}
    outward = normal(len(problem.space))
    if any(set(outward) & r.free_symbols for r in statement.residual):
        values |= dict(zip(outward, geometry.normals(problem, points).T, strict=True))
    return values


def is_terminal(problem: Problem, condition: Condition) -> bool:
    return condition.kind == "boundary" and any(geometry.speaks_of_time(w, problem) for w in condition.where)


def point_words(problem: Problem, point: np.ndarray) -> str:
    return ", ".join(f"{c.name} = {v:.4g}" for c, v in zip(problem.coordinates[:6], point, strict=False))


def face_words(problem: Problem, face: Face | Rim, example: np.ndarray | None = None) -> str:
    if isinstance(face, Rim):
        where = f" through {point_words(problem, example[: len(problem.space)])}" if example is not None else ""
        return f"the rim{where}"
    coordinate = problem.coordinates[face.axis]
    return f"{coordinate.name} = {write_expression((coordinate.lower, coordinate.upper)[face.end])}"
