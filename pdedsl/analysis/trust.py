"""From a problem and a solution to how far it misses each statement, on points that it was never trained on."""

from collections.abc import Mapping
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from pdedsl.geometry.statement import outward
from pdedsl.numerics.lower import Callee, lower
from pdedsl.numerics.polynomials import Expanded
from pdedsl.numerics.programs import program
from pdedsl.numerics.sampling import sampler
from pdedsl.numerics.system import System
from pdedsl.problem.problem import Problem

POINTS = 4096
"""Fresh points for each statement."""
INTEGRALS = 64
"""Fresh times for one with an integral, which is taken over all of space at each."""
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
    where: Mapping[str, float]
    """That point, by coordinate."""


@jax.enable_x64(True)
def misfits(problem: Problem, u: Callee, lowered: System | None = None) -> tuple[Misfit, ...]:
    """The misfit of each statement of a problem; `u` maps one point of shape (d,) to the values of all fields.

    `lowered` is the problem's system, where there is one already.
    """
    found, residuals = [], {} if lowered is None else {block.name: block.residual for block in lowered.blocks}
    for order, statement in enumerate(problem.statements):
        integral = bool(problem.totals_in(statement.residual))
        count = POINTS if not integral else INTEGRALS if problem.time else 1
        points = sampler(problem, statement)(count, np.random.default_rng([_SEED, order]))
        if isinstance(u, Expanded):
            normals = outward(problem.domain, statement, points)
            values = u.evaluated(problem, statement.residual, points, normals)
        else:
            residual = residuals.get(statement.name) or lower(problem, statement)
            values = np.asarray(program(jax.vmap(lambda x, r=residual: r(u, x)))(jnp.asarray(points)))
        lengths = np.linalg.norm(values, axis=1)
        largest = int(np.argmax(lengths)) if np.isfinite(lengths).all() else int(np.argmin(np.isfinite(lengths)))
        rms = float(np.sqrt(np.mean(lengths**2)))
        named = zip(problem.coordinates, points[largest], strict=True)
        where = {c.name: float(v) for c, v in named if c.kind == "time" or not integral}
        found.append(Misfit(statement.name, rms, float(lengths[largest]), where))
    return tuple(found)
