"""Expressions in the language of specs: what is written reads back."""

import pytest
import sympy as sp

from benchmarks.goals import SPECS
from pdedsl.problem.atoms import Axis
from pdedsl.problem.printer import write_expression, write_tensor
from pdedsl.stages.load import load, loads
from pdedsl.stages.words import read_expression

HEAD = "pde 1\nparam a = 2\ndomain x in [0.5, 1], y in [1, 2]\ntime t in [0, 1]\nfield u(x, y, t)\nequation: dt(u) = {}\ninitial: u = a\nboundary: u = 1  on all\n"
TEXTS = [
    "a*u^2/x - 3", "sqrt(x)/sqrt(y)", "(x + y)^(a + 1)", "min(x, y, 2)*max(u, 0)", "where(x > 0.7 and not y < 1.5, u, -u)",
    "dxxy(u^2)", "abs(x - y) + sign(u)", "exp(1) + pi + exp(x)", "cbrt(x)^2 + erf(u)", "-(x + y)*u", "x/(y*u)", "1e-300*x",
    "atan2(x, y)",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_written_reads_back(text: str) -> None:
    problem = loads(HEAD.format("laplacian(u)"))
    _, first = read_expression(problem, text)
    _, again = read_expression(problem, write_expression(first))
    assert again == first


def test_the_time_is_known_by_its_role() -> None:
    for name in ("t", "tau", "a"):
        x, time = Axis("x", 0), Axis(name, 1, "time")
        u = sp.Function("u", real=True)(x, time)
        made = write_expression(sp.Derivative(u, x, x) + sp.Derivative(u, time) + 1)
        assert made.startswith(f"d{name}(u)" if len(name) == 1 else f"d(u, {name})")


def test_names_that_the_language_has_taken_are_written_out() -> None:
    n = Axis("n", 0)
    assert write_expression(sp.Derivative(sp.Function("u", real=True)(n), n)) == "d(u, n)"
    assert write_tensor((n, n)) == "[n, n]"


def test_the_gallery_prints_to_itself() -> None:
    problem = load(SPECS / "kovasznay.pde")
    assert loads(str(problem), name=str(SPECS / "kovasznay.pde")) == problem
