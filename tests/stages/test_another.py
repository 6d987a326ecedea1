"""Problems with several solutions, against those that are known, and with one."""

import re

import numpy as np
import pytest
import scipy.optimize

from pdedsl.planning.defaults import planned
from pdedsl.stages.load import loads
from pdedsl.stages.raising import raised

LINE = "pde 1\ndomain x in [0, 1]\nfield u(x)\nequation: {}\nboundary: u = 0  on x = 0\nboundary: u = {}  on x = 1\n"


def story(text: str) -> str:
    problem = loads(text)
    found = raised(problem, planned(problem))
    assert found is not None
    return found.story[-1]


def test_the_upper_solution_of_bratu() -> None:
    """`u = -2 log(cosh((x - 1/2) a/2)/cosh(a/4))` with `a = sqrt(2 c) cosh(a/4)`, which has two roots for c = 3."""
    lower, upper = (
        scipy.optimize.brentq(lambda a: a - np.sqrt(6) * np.cosh(a / 4), *ends) for ends in ((2.0, 4.5), (5.0, 12.0))
    )
    words = story(LINE.format("dxx(u) + 3*exp(u) = 0", 0))
    (top,) = re.findall(r"`u` from \S+ to (\S+)", words)
    assert "more than one solution" in words and lower < upper
    assert float(top) == pytest.approx(2 * np.log(np.cosh(upper / 4)), rel=0.02)  # at points beside the middle


@pytest.mark.parametrize(
    "text",
    [
        LINE.format("dxx(u) = 5*sinh(5*u)", 1),  # it grows with u: there is one
        LINE.format("dxx(u) = u", 1),
    ],
)
def test_where_there_is_one_nothing_is_said(text: str) -> None:
    assert "more than one" not in story(text)
