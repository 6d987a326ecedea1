"""From a solution of a nonlinear steady problem to another one of the same statements, where another start ends in it.

Newton's method finds a solution near its start. From others, far to either side of the first one in the lowest mode of the
domain, it finds others where these are; a solution is one if it satisfies the statements in two spaces, one after another.
"""

import time

import numpy as np

from pdedsl.solver.newton import descend
from pdedsl.spaces.collocation import Collocation, split, values
from pdedsl.stages.rungs import Ladder, Rung, apart, within

SIZES = (3.0, -3.0, 10.0, -10.0, 30.0, -30.0)
"""How far from the first solution the middle of the domain is put, in units of its spread."""
SMALL, FALLING = 1e-2, 0.3
"""The residual of a solution, where each statement's is in its own units, and relative to that in a smaller space."""
FAR = 0.05
"""How far it must be from the first one, relative to the variation."""
MOST, STEPS, SECONDS = 300, 25, 1.0
"""Coefficients, steps of Newton's method and seconds for the search."""


def another(climb: Ladder) -> str:
    """What other solution there is beside that of the last rung, in words; empty where none was found, or none is looked for."""
    pairs = list(zip(climb.rungs, climb.rungs[1:], strict=False))
    small = [(own, finer) for own, finer in pairs if len(finer.coefficients) <= MOST and finer.change < FAR]
    if climb.problem.time is not None or not small or climb.rungs[-1].linear:
        return ""
    (own, finer), until = small[-1], time.perf_counter() + SECONDS
    systems = [Collocation(climb.problem, rung.fields, climb.sizes, climb.forms) for rung in (own, finer)]
    for size in SIZES:
        begin = _moved(climb, own, size)
        ends, left = [begin], list[float]()
        for rung, system in zip((own, finer), systems, strict=True):
            start = within(ends[-1], own.fields, rung.fields)
            ends.append(descend(system, start, STEPS, lambda _: time.perf_counter() < until))
            left.append(float(np.linalg.norm(system.residual(ends[-1]))))
        if time.perf_counter() > until:
            return ""
        found = values(finer.fields, ends[-1], climb.probes)
        if left[1] < min(SMALL, FALLING * left[0]) and apart(finer.values, found, climb.spread) > FAR:
            ranges = zip(climb.problem.fields, found.min(axis=0), found.max(axis=0), strict=True)
            words = ", ".join(f"`{f.name}` from {low:.3g} to {high:.3g}" for f, low, high in ranges)
            return f"the data have more than one solution: from another start it ends with {words}"
    return ""


def _moved(climb: Ladder, rung: Rung, size: float) -> np.ndarray:
    """The coefficients of a solution that is moved in the lowest mode of the domain."""
    low, high = np.asarray(climb.problem.bounds, float).T
    fixed = [k for k, c in enumerate(climb.problem.coordinates) if not c.periodic]

    def mode(points: np.ndarray) -> np.ndarray:
        return np.prod(np.sin(np.pi * ((points - low) / (high - low))[:, fixed]), axis=1)

    parts = zip(rung.fields, split(rung.fields, rung.coefficients), climb.spread, strict=True)
    none = (0,) * len(low)
    return np.concatenate(
        [
            own.fitted(lambda points, own=own, c=c, s=s: own.values(c, points, none) + size * s * mode(points))
            for own, c, s in parts
        ]
    )
