"""Each stage can be printed."""

from pdedsl.planning.defaults import planned
from pdedsl.stages.load import loads
from pdedsl.stages.show import show_latex, show_problem, show_system
from pdedsl.stages.solve import build


def test_the_problem_as_it_was_understood(heat: str) -> None:
    text = show_problem(loads(heat.replace("sin(pi*x)\nb", "sin(pi*x)  hard\nb")))
    for line in ("Heat", "x in [0, 1]", "a = 0.25", "initial (at t = 0, hard)", "  D[u] = dt(u) - a*dxx(u)", "  f = 0"):
        assert line in text.splitlines()
    assert "boundary (on x = 0, x = 1)" in text and show_latex(loads(heat)).startswith(r"\documentclass")


def test_what_is_minimised(heat: str) -> None:
    problem = loads(heat.replace("sin(pi*x)\nb", "sin(pi*x)  hard\nb"))
    plan = planned(problem)
    text = show_system(problem, plan, build(problem, plan))
    assert "u(x, t) = G + M*0.641*N\n  G = sin(pi*x)\n  M = t\nN: 105 parameters" in text
    assert (
        "boundary: residual(fields, x) of shape (1,), weight 1, 50 points, redrawn every 5 steps\n  divided by 0.5\n  u"
        in text
    )
    assert "a step factors 250 rows by 105 columns" in text
