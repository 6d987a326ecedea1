"""From a problem and its settings to the first steps of its training, each an application of the Green's function."""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from pdedsl.analysis.tangent import Tangent, Trained
from pdedsl.numerics.programs import program
from pdedsl.solver.choose import choose
from pdedsl.solver.method import Objective


@dataclass(frozen=True)
class Stage:
    """The solution before a step, and what the step adds to it, on given points."""

    step: int
    loss: float
    values: np.ndarray
    """The field, shape (N,)."""
    taken: np.ndarray
    """What the step of the method added, shape (N,)."""
    predicted: np.ndarray
    """What the Green's function of the tangent space, applied to the residual, would have added, shape (N,)."""


def learning(solution: Trained, points: np.ndarray, steps: tuple[int, ...] = (0, 2, 5, 10, 20)) -> list[Stage]:
    """Train anew from the start, on points that stay, and look at the named steps; the first field at `points`, (N, d)."""
    lowered, found = solution.system, []
    with jax.enable_x64(True):
        method = choose(solution.plan.method, lowered.start.size)
        objective = Objective(lowered)
        own = tuple(jnp.asarray(b.points) for b in lowered.blocks)
        state = method.begin(lowered.start)
        held = own if method.held else ()
        iterate = program(lambda state: method.step(objective, state, own, held))

        @program
        def field(parameters: jax.Array) -> jax.Array:
            return jax.vmap(lambda x: jnp.reshape(lowered.model(parameters)(x), (-1,))[0])(jnp.asarray(points))

        for step in range(max(steps) + 1):
            after, report = iterate(state)
            if step in steps:
                before = np.asarray(field(state.parameters))
                cutoff = float(report.cutoff) if np.isfinite(report.cutoff) else None
                tangent = Tangent(solution.problem, lowered, state.parameters, cutoff)
                found.append(
                    Stage(
                        step,
                        float(report.loss),
                        before,
                        np.asarray(field(after.parameters)) - before,
                        tangent.correction(points),
                    )
                )
            state = after
    return found
