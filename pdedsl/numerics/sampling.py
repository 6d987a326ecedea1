"""From a statement and what a plan says of its points to the points at which its residual is taken."""

from collections.abc import Callable

import numpy as np
import scipy  # whose modules are imported when they are first named

from pdedsl.geometry.faces import Piece, bounding, on_face, pieces
from pdedsl.geometry.places import satisfying
from pdedsl.geometry.points import Unit, inside_shape, random, scale
from pdedsl.geometry.statement import points_of
from pdedsl.planning.plan import Adaptive, Grid, Random, Sampling, Sobol
from pdedsl.problem.domain import Domain
from pdedsl.problem.problem import Problem
from pdedsl.problem.sources import region
from pdedsl.problem.statements import Boundary, Constraint, Equation, Initial, Interface, Statement

Sampler = Callable[[int, np.random.Generator], np.ndarray]
"""Draws about n points, shape (n', d), uniform on where the statement holds."""


def sampler(problem: Problem, statement: Statement, even: bool = False) -> Sampler:
    """Fresh points of a statement, as many as asked for: random, or `even` ones of a Sobol sequence."""
    unit = _sobol if even else random
    return lambda n, generator: points_of(problem, statement, n, unit(generator))


def place(problem: Problem, statement: Statement, sampling: Sampling, generator: np.random.Generator) -> np.ndarray:
    """The points of a statement at the start of a run, shape (N, d)."""
    match sampling:
        case Grid() if not isinstance(statement, Constraint | Interface):
            return _grid_of(problem, statement, sampling.counts)
        case Sobol():
            return sampler(problem, statement, even=True)(sampling.count, generator)
        case Random() | Adaptive() | Grid():
            return sampler(problem, statement)(sampling.count, generator)


def _grid_of(problem: Problem, statement: Equation | Boundary | Initial, counts: tuple[int, ...]) -> np.ndarray:
    domain = problem.domain

    def unit(n: int, k: int) -> np.ndarray:
        return _grid(counts if len(counts) == k else (counts[0],) * k)

    if isinstance(statement, Boundary | Initial):
        return np.concatenate([_face_grid(domain, piece, unit) for piece in pieces(domain, statement)])
    points = scale(unit(0, len(domain.coordinates)), domain)
    return points[inside_shape(domain, points) & satisfying(domain, (region(problem, statement),), points)]


def _face_grid(domain: Domain, piece: Piece, unit: Unit) -> np.ndarray:
    drawn = on_face(domain, piece.face, 0, unit)
    return drawn[bounding(domain, piece.face, drawn) & satisfying(domain, piece.where, drawn)]


def _grid(counts: tuple[int, ...]) -> np.ndarray:
    """Midpoints of a regular grid of the unit cube, so that no point lies on the boundary."""
    axes = [(np.arange(n) + 0.5) / n for n in counts]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(counts))


def _sobol(generator: np.random.Generator) -> Unit:
    # Powers of two keep the sequence balanced; the rest is cut off.
    return lambda n, k: scipy.stats.qmc.Sobol(k, rng=generator).random_base2(max(1, int(np.ceil(np.log2(max(n, 2))))))[
        :n
    ]
