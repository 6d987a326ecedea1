"""From the solutions so far to whether there is time for the next one, and whether it is worth it."""

import time
from collections.abc import Sequence

import numpy as np

from pdedsl.planning.degrees import FEW, most_columns
from pdedsl.planning.functions import columns
from pdedsl.planning.plan import Plan
from pdedsl.problem.problem import Problem
from pdedsl.spaces.affine import dimensions
from pdedsl.spaces.pieces import divisible
from pdedsl.spaces.space import Space
from pdedsl.stages.rungs import COARSE, SATISFIED, Rung, error_of

ENOUGH = 1e-10
"""An error after which degrees are raised no more, where that takes more than a second and longer than all before."""
SHARES = ((1e-4, 0.8), (0.1, 0.4), (np.inf, 0.1))
"""The part of the time limit that may be spent on polynomials, by the error that their highest degrees promise."""
BRIEFLY, FINAL = 0.1, 1e-8
"""Where time can be cut into pieces, or in many coordinates, the part of the limit for one sum, if it does not promise that error."""
PLAIN = 0.4
"""At least of the limit of linear problems, where a network has more to do than solve equations."""
OFTEN = 0.8
"""The same of families of them, which are solved once and asked often."""
FINE = 1e-2
"""The change, or the error of pieces of time, from which a solution is seen."""
FAMILY = 1e-6
"""The same of a family."""
SLOW = 0.06
"""The part of the change before the last one from which degrees converge slowly."""
GROWN = 3.0
"""How many times the residual of the first degree, on fresh points, one is that grows."""
FACTORED = 2000
"""Functions from which a factorisation is most of the work."""
RISE, LEAST = 0.3, 2.0
"""What is added to the power with which the last solution took longer than the one before; and the least that it is taken to be."""
SOON, THINLY = 4.0, 1.0
"""Seconds that are spent on polynomials in any case; where there are thin layers, or pieces of time to try."""


def affordable(
    problem: Problem,
    plan: Plan,
    rungs: list[Rung],
    space: Space,
    began: tuple[float, float],
    only: bool,
    thin: bool,
    own: float = 1.0,
) -> bool:
    """Whether there is time for another degree; less where the last ones did not bring the solution nearer.

    `began` is when the limit began to count, and when the first degree did; `own` is the part of the time that the processor was
    ours: what else it does is no reason to give up. `thin` says that there may be layers: of
    nonlinear problems with them nothing is promised before the degrees resolve these, nor where residuals grow.
    """
    now, limit = time.perf_counter(), plan.limits.seconds
    whole, spent = now - began[0], now - began[1]
    asked = columns(problem, space, plan.symmetry)
    more = (asked / len(rungs[-1].coefficients)) ** growth(rungs, asked) * rungs[-1].seconds
    family = bool(problem.domain.swept)  # it is solved once and asked often
    enough = error_of(rungs) <= ENOUGH and not family
    if whole + more > limit or (enough and more > max(1.0, spent)):
        return False
    spent, more = own * spent, own * more
    promised = _promised(problem, rungs) if len(rungs) > 2 else 0.0
    share = 1.0 if only else next(share for most, share in SHARES if promised <= most)
    share = max(share, OFTEN if family else PLAIN) if rungs[-1].linear else share
    final = only or promised <= (FAMILY if family else FINAL)
    many = dimensions(problem) > FEW and not final and not family
    share = min(share, BRIEFLY) if many else share
    held = (
        rungs[-1].damped and rungs[-1].left > SATISFIED
    )  # Newton's method gets nowhere: what changes promises nothing
    brief = divisible(problem) and (held or not final) and not only
    share = min(share, BRIEFLY) if brief else share
    astray = (thin and not rungs[-1].linear) or _grown(rungs)
    if astray and not only and len(rungs) > 2 and rungs[-1].change > COARSE:
        share = 0.0
    most = share * limit if not brief or rungs[-1].change <= FINE else min(share * limit, SOON)
    least = THINLY if (thin or brief) and len(problem.coordinates) > 1 else SOON
    if brief and not problem.space:  # pieces of an ordinary differential equation cost next to nothing
        most, least = min(most, THINLY), THINLY / 2
    return spent + more <= max(most, min(least, limit))


def growth(rungs: Sequence[Rung], asked: int) -> float:
    """The power of the number of functions with which a solution takes longer: 3 for a factorisation, less for tables of functions.

    As the last two solutions tell, and a little more: the larger they are, the more is factorisation.
    """
    if len(rungs) < 2 or asked > FACTORED:
        return 3.0
    last, before = rungs[-1], rungs[-2]
    more, longer = len(last.coefficients) / len(before.coefficients), last.seconds / before.seconds
    return float(np.clip(np.log(longer) / np.log(more) + RISE, LEAST, 3.0)) if more > 1.2 else 3.0


def slow(rungs: Sequence[Rung]) -> bool:
    """Whether changes fall so slowly that the solution may be singular, or the residual even grows."""
    return _grown(rungs) or (len(rungs) > 3 and rungs[-1].change > SLOW * rungs[-3].change)


def _grown(rungs: Sequence[Rung]) -> bool:
    """Whether the residual on fresh points is larger than that of the first degree."""
    return rungs[-1].left > GROWN * rungs[0].left


def _promised(problem: Problem, rungs: list[Rung]) -> float:
    """What the error comes down to at the highest degrees, if it falls on geometrically with the degree."""
    more, error = most_columns(problem) / len(rungs[-1].coefficients), min(error_of(rungs), rungs[-1].change)
    return error ** max(1.0, more ** (1 / dimensions(problem))) if error < 1 else np.inf
