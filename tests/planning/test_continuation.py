"""Easier problems on the way to a nonlinear one."""

import pytest
import sympy as sp

from pdedsl.planning.continuation import FACTORS, eased, led_by
from pdedsl.planning.defaults import planned
from pdedsl.planning.reading import reading
from pdedsl.stages.load import loads

FLOW = """pde 1
param Re = 40
domain x in [0, 1], y in [0, 1]
field u(x, y), v(x, y), p(x, y)
vector U = (u, v)
equation: advect(U, U) + grad(p) = laplacian(U)/Re
equation mass: div(U) = 0
boundary: U = [y, 0]  on all
constraint: p = 0  at (0.5, 0.5)
"""


def test_the_highest_derivatives_are_multiplied_and_nothing_else() -> None:
    problem = loads(FLOW)
    easier = eased(problem, 10.0)
    x, y = problem.symbols
    (u, _, _), re = problem.functions, problem.parameters[0].symbol
    own, plain = (p.equations[0].residual[0] for p in (easier, problem))
    added = -9 * (sp.Derivative(u, (x, 2)) + sp.Derivative(u, (y, 2))) / re
    assert sp.simplify((own - plain).doit() - added) == 0
    assert easier.equations[1] == problem.equations[1] and easier.conditions == problem.conditions
    assert eased(problem, 1.0) is problem and FACTORS[-1] == 1


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("", "", "`Re`"),
        ("laplacian(U)/Re", "laplacian(U)/40", "the highest derivatives"),
        ("laplacian(U)/Re", "U/Re", ""),
    ],
)
def test_what_is_multiplied_in_words(old: str, new: str, words: str) -> None:
    assert led_by(loads(FLOW.replace(old, new))) == words


def test_the_plan_says_so() -> None:
    problem = loads(FLOW)
    (said,) = [r.words for r in reading(problem, planned(problem)).facts if r.what == "nonlinear"]
    assert "astray, from 1000 times `Re` down" in said
    timed = loads(
        "pde 1\ndomain x in [0, 1]\ntime t in [0, 1]\nfield u(x, t)\nequation: dt(u) + u*dx(u) = dxx(u)\ninitial: u = x\nboundary: u = x  on all\n"
    )
    assert led_by(timed) == ""
