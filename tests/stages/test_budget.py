"""Whether there is time for more functions: not where they go astray, and not because the processor does other things."""

import time
from dataclasses import replace

import numpy as np
import pytest

from pdedsl.planning.defaults import planned
from pdedsl.planning.functions import columns
from pdedsl.planning.plan import Limits
from pdedsl.spaces.space import Polynomials
from pdedsl.stages.budget import affordable, growth
from pdedsl.stages.load import loads
from pdedsl.stages.rungs import Rung

SMOOTH = """pde 1
domain x in [0, 1], y in [0, 2]
field u(x, y)
equation: laplacian(u) = laplacian(exact(u))
boundary: u = exact(u) on all
exact u = exp(x)*sin(3*y)
"""


@pytest.mark.parametrize(
    ("linear", "thin", "change", "left", "goes_on"),
    [
        (True, False, 0.5, 0.1, True),
        (True, True, 0.5, 0.1, True),
        (True, False, 0.5, 9.0, False),  # residuals on fresh points grow
        (True, False, 0.01, 9.0, True),  # but the solution settles
        (False, True, 0.5, 0.1, False),  # layers that are not resolved
        (False, True, 0.01, 0.1, True),
    ],
)
def test_degrees_that_go_astray_leave_the_time_to_others(
    linear: bool, thin: bool, change: float, left: float, goes_on: bool
) -> None:
    problem = loads(SMOOTH)
    plan, space = replace(planned(problem), limits=Limits(seconds=60.0)), Polynomials((10,))
    rungs = [
        Rung(space, (), np.zeros(columns(problem, space, "auto")), np.zeros((1, 1)), c, r, (), 1.0, linear)
        for c, r in ((np.inf, 1.0), (4 * change, 0.5 * (1 + left)), (change, left))
    ]
    now = time.perf_counter()
    assert affordable(problem, plan, rungs, space, (now - 6, now - 6), False, thin) == goes_on
    # A processor that does other things most of the time is no reason to leave them, as long as the limit is far.
    assert affordable(problem, plan, rungs, space, (now - 6, now - 6), False, thin, own=0.05)
    assert not affordable(problem, plan, rungs, space, (now - 59.5, now - 6), False, thin, own=0.05)


@pytest.mark.parametrize(("seconds", "power"), [((1.0, 8.0), 3.0), ((1.0, 4.0), 2.3), ((1.0, 1.5), 2.0), ((1.0,), 3.0)])
def test_how_much_longer_more_functions_take(seconds: tuple[float, ...], power: float) -> None:
    sizes = (100 * 2**k for k in range(len(seconds)))
    rungs = [
        Rung(Polynomials((10,)), (), np.zeros(n), np.zeros((1, 1)), 0.1, 0.1, (), own, True)
        for n, own in zip(sizes, seconds, strict=True)
    ]
    assert growth(rungs, 1000) == pytest.approx(power) and growth(rungs, 3000) == 3.0
