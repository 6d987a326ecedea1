"""From a problem and its solution to how far the solution can be trusted, where the exact one is not known."""

from collections.abc import Sequence
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from pdedsl.language.balance import size
from pdedsl.language.problem import Problem
from pdedsl.numerics.lower import Callee, lower
from pdedsl.numerics.points import sampler

POINTS = 4096
"""Fresh points for each statement."""
_SEED = 19_890_217
"""Apart from all seeds of runs, so that these points are never trained on."""


@dataclass(frozen=True)
class Misfit:
    """How far a solution misses a statement, on points that it was never trained on."""

    statement: str
    rms: float
    """Root mean square of the residual over the points, in the units of the statement."""
    worst: float
    """The largest residual at a point."""
    where: tuple[float, ...]
    """That point, shape (d,)."""
    error: float
    """The relative error of the fields for which such a residual stands, by `estimate`."""


def misfits(problem: Problem, u: Callee) -> tuple[Misfit, ...]:
    """The misfit of each statement of a problem; `u` maps one point of shape (d,) to the values of all fields.

    An error of size e in the lowest mode of the domain makes a residual of `|D| e`, where |D| is the size of the symbol
    of the statement's operator at the wavenumbers `pi / length`: so a residual stands for an error of `rms / |D|`,
    relative to the size of the field. It is an order of magnitude, not a bound: resonances, layers and singularities
    make errors larger than this, oscillating residuals make smaller ones.
    """
    found = []
    scales = _sizes(problem, u)
    for order, statement in enumerate(problem.statements):
        points = sampler(problem, statement)(POINTS, np.random.default_rng([_SEED, order]))
        residual = lower(problem, statement)
        values = np.asarray(jax.jit(jax.vmap(lambda x, r=residual: r(u, x)))(jnp.asarray(points)))
        lengths = np.linalg.norm(values, axis=1)
        largest = int(np.argmax(lengths)) if np.isfinite(lengths).all() else int(np.argmin(np.isfinite(lengths)))
        rms = float(np.sqrt(np.mean(lengths**2)))
        stiffness = [size(problem, statement, f) * scale for f, scale in zip(problem.fields, scales, strict=True)]
        strongest = max(stiffness, default=0.0)
        found.append(
            Misfit(
                statement.name,
                rms,
                float(lengths[largest]),
                tuple(float(v) for v in points[largest]),
                rms / strongest if strongest > 0 else float("nan"),
            )
        )
    return tuple(found)


def estimate(found: Sequence[Misfit]) -> float:
    """The relative error that the misfits of all statements together stand for."""
    return float(np.sqrt(sum(m.error**2 for m in found if not np.isnan(m.error))))


def _sizes(problem: Problem, u: Callee) -> np.ndarray:
    """Root mean square of each field over the domain."""
    points = sampler(problem, problem.equations[0])(POINTS, np.random.default_rng(_SEED))
    values = np.asarray(jax.jit(jax.vmap(lambda x: jnp.reshape(u(x), (-1,))))(jnp.asarray(points)))
    found = np.sqrt(np.mean(values**2, axis=0))
    return np.where(found > 0, found, 1.0)
