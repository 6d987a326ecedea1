"""From a statement and a sampling plan to the points at which its residual is taken."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.stats import qmc

from pdedsl.geometry import geometry
from pdedsl.problem.problem import Condition, Equation, Problem

Kind = Literal["random", "sobol", "grid", "adaptive"]


@dataclass(frozen=True)
class Plan:
    """How to place points: `random(n)`, `sobol(n)`, `grid(n)`, `grid(nx, ny)` or `adaptive(n)`."""

    kind: Kind
    counts: tuple[int, ...]
    every: int = 5
    """Steps between two draws of adaptive points."""

    @property
    def total(self) -> int:
        return int(np.prod(self.counts)) if self.kind == "grid" else self.counts[0]


Sampler = Callable[[int, np.random.Generator], np.ndarray]
"""Draws about n points, shape (n', d), uniform on where the statement holds."""


def sampler(problem: Problem, statement: Equation, kind: Kind = "random") -> Sampler:
    """Fresh points of a statement, as many as asked for."""
    if isinstance(statement, Condition) and statement.kind == "constraint":
        return lambda n, generator: geometry.at_point(problem, statement, n, _unit(kind, (n,), generator))
    if isinstance(statement, Condition):
        found = geometry.pieces(problem, statement)
        return lambda n, generator: geometry.sample(problem, found, n, _unit(kind, (n,), generator))
    region = problem.region(statement)
    return lambda n, generator: geometry.inside(problem, region, n, _unit(kind, (n,), generator))


def place(problem: Problem, statement: Equation, plan: Plan, generator: np.random.Generator) -> np.ndarray:
    """The points of a plan at the start of a run, shape (N, d)."""
    constraint = isinstance(statement, Condition) and statement.kind == "constraint"
    if plan.kind != "grid" or constraint:
        return sampler(problem, statement, "random" if plan.kind in ("adaptive", "grid") else plan.kind)(
            plan.total, generator
        )
    d = len(problem.coordinates)
    if isinstance(statement, Condition):
        found = geometry.pieces(problem, statement)
        points = [_face_grid(problem, piece, plan) for piece in found]
        return np.concatenate(points)
    counts = plan.counts if len(plan.counts) == d else (plan.counts[0],) * d
    points = geometry.scale(_grid(counts), problem)
    return points[geometry.within(problem, points) & geometry.chosen(problem, (problem.region(statement),), points)]


def _face_grid(problem: Problem, piece: geometry.Piece, plan: Plan) -> np.ndarray:
    def unit(n: int, k: int) -> np.ndarray:
        counts = plan.counts if len(plan.counts) == k else (plan.counts[0],) * k
        return _grid(counts)

    drawn = geometry.on_face(problem, piece.face, 0, unit)
    return drawn[geometry.bounding(problem, piece.face, drawn) & geometry.chosen(problem, piece.where, drawn)]


def _grid(counts: tuple[int, ...]) -> np.ndarray:
    """Midpoints of a regular grid of the unit cube, so that no point lies on the boundary."""
    axes = [(np.arange(n) + 0.5) / n for n in counts]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(counts))


def _unit(kind: Kind, counts: tuple[int, ...], generator: np.random.Generator) -> geometry.Unit:
    if kind == "sobol":
        # Powers of two keep the sequence balanced; the rest is cut off.
        return lambda n, k: qmc.Sobol(k, rng=generator).random_base2(max(1, int(np.ceil(np.log2(max(n, 2))))))[:n]
    return geometry.random(generator)
