"""From a family of problems to its solution by its members, in functions of all time or piece by piece in time."""

import time
from collections.abc import Callable

import numpy as np

from pdedsl.numerics.truth import Truth
from pdedsl.planning.functions import inseparable
from pdedsl.planning.plan import Plan
from pdedsl.problem.problem import Problem
from pdedsl.solver.record import Record
from pdedsl.spaces.pieces import divisible
from pdedsl.stages.budget import FAMILY
from pdedsl.stages.family import Family
from pdedsl.stages.pieced import Pieced
from pdedsl.stages.raised import Raised
from pdedsl.stages.undivided import Undivided


def sampled(
    problem: Problem,
    plan: Plan,
    known: tuple[Truth, ...],
    watch: Callable[[Record], None],
    stopping: Callable[[], bool],
    begun: float,
    seconds: float,
) -> Raised | None:
    """The solution of a family by its members, for which there are `seconds`; None where it has none, or they are not solved by
    themselves (`inseparable`).
    """
    if inseparable(problem):
        return None
    started, cut = time.perf_counter(), divisible(problem)
    given = problem, plan, known, watch, stopping, begun
    try:
        family = (Pieced if cut and plan.slabs != "auto" else Undivided)(*given, seconds)
        family.prepare()
        if cut and family.chosen is None and family.off > FAMILY:
            family = _nearer(family, Pieced(*given, seconds - (time.perf_counter() - started)))
        family.solve()
    except np.linalg.LinAlgError:  # one of the members has no solution
        return None
    return family.best()


def _nearer(family: Family, pieces: Pieced) -> Family:
    """Members on pieces of time, where these are nearer to what they should be."""
    try:
        pieces.prepare()
    except np.linalg.LinAlgError:  # one of them has no solution on so few functions
        return family
    return pieces if pieces.off < family.off else family
