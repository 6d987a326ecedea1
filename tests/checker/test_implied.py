"""Interface conditions that coefficients bring by themselves."""

import pytest

from pdedsl.checker.implied import implied
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Interface
from pdedsl.stages.load import check, loads
from pdedsl.vocabulary.source import Source

PLATE = """pde 1
domain x in [0, 1], y in [0, 1]
field u(x, y), v(x, y)
param K = 4
part disk: (x - 0.5)^2 + (y - 0.5)^2 < 0.04
let k = where(x < 0.5, 1, K)
equation: {equation}
equation: laplacian(v) = 0
boundary: u = x  on all
boundary: v = 0  on all
"""


def held(equation: str, more: str = "") -> dict[str, list[str]]:
    """The jumps of each interface condition of a problem, as they are written."""
    problem = loads(PLATE.format(equation=equation) + more)
    names = [c.name for c in problem.conditions if isinstance(c, Interface)]
    return {c.name: [str(e) for e in c.lhs] for c in problem.conditions if c.name in names}


@pytest.mark.parametrize(
    ("equation", "names"),
    [
        ("div(k*grad(u)) = 0", ["continuity", "flux"]),
        ("-div((1 + k)*grad(u)) + k*u = 1", ["continuity", "flux"]),
        ("div(where(disk, 2, 1)*grad(u)) = 0", ["continuity", "flux"]),
        ("div(where(x < 0.5, where(x < 0.25, 1, 2), K)*grad(u)) = 0", ["continuity", "flux", "continuity2", "flux2"]),
        ("div(max(x, 0.5)*grad(u)) = 0", []),  # a kink is no jump
        ("k*laplacian(u) = 0", []),
        ("laplacian(u) = k", []),
        ("div(where(x < 2, 1, 3)*grad(u)) = 0", []),
        ("dx(k*u) + laplacian(u) = 0", ["continuity", "flux"]),
        ("laplacian(u) = dx(k)", ["continuity", "flux"]),  # a double layer
    ],
)  # fmt: skip
def test_where_and_what(equation: str, names: list[str]) -> None:
    assert list(held(equation)) == names


def test_what_is_written_for_the_place_stands_alone() -> None:
    equation = "div(k*grad(u)) = 0"
    assert list(held(equation, "interface: jump(u) = 1  on x = 0.5\n")) == ["interface", "flux"]
    assert list(held(equation, "interface: jump(k*dn(u)) = 1  on x = 0.5\n")) == ["interface", "continuity"]
    both = "interface a: jump(u) = 1  on x = 0.5\ninterface b: jump(k*dn(u)) = 1  on x = 0.5\n"
    assert list(held(equation, both)) == ["a", "b"]
    assert list(held(equation, "interface: jump(u) = 1  on x = 0.25\n")) == ["interface", "continuity", "flux", "flux2"]


def test_the_flux_is_what_is_under_the_divergence_along_the_normal() -> None:
    (flux,) = held("div(k*grad(u)) = 0")["flux"]
    assert flux.startswith("jump(") and "normal[1]" in flux and "normal[2]" in flux and "where(x < 0.5, 1, K)" in flux


def test_a_note_says_so_and_the_text_stays() -> None:
    problem = loads(PLATE.format(equation="div(k*grad(u)) = 0"))
    (note,) = (d for d in check(Source.of(PLATE.format(equation="div(k*grad(u)) = 0"))).diagnostics if d.code == "N602")
    assert note.severity == "note" and "`u` and the flux are continuous" in note.message
    assert problem.own_text is not None and "interface" not in problem.own_text
    again = loads(str(problem))
    assert isinstance(again, Problem) and implied(again) == (again, ())
    assert [c.name for c in again.conditions] == [c.name for c in problem.conditions]


@pytest.mark.parametrize(
    ("written", "added"),
    [("jump(u) = 1", "flux"), ("jump(dn(u)) = 1", "continuity"), ("jump(u) = 2*dn(u)", "flux")],
)
def test_of_two_conditions_the_one_that_is_not_written_is_added(written: str, added: str) -> None:
    for place in ("disk", "x = 0.25"):
        own = held("laplacian(u) = 0", f"interface: {written}  on {place}\n")
        assert list(own) == ["interface", added]


def test_of_the_flux_all_of_it_counts() -> None:
    """Across a slanted line also what does not jump itself."""
    (flux,) = held("dx(where(disk, 1, 2)*dx(u)) + dyy(u) = 0")["flux"]
    assert "Derivative(u(x, y), y)" in flux or "dy(u)" in flux


def test_of_fourth_order_nothing_is_said() -> None:
    assert held("dxx(where(x < 0.5, 1, 2)*dxx(u)) + dyyyy(u) = 0") == {}


def test_nothing_is_added_twice() -> None:
    problem = loads(PLATE.format(equation="div(k*grad(u)) = 0"))
    assert implied(problem) == (problem, ())


def test_point_sources_bring_jumps_once() -> None:
    text = "pde 1\nparam k = 2\ndomain x in [0, 1]\nfield u(x)\nequation: -dxx(u) = k*delta(x - 0.25)\nboundary: u = 0  on all\n"
    problem = loads(text)
    (condition,) = [c for c in problem.conditions if isinstance(c, Interface)]
    assert condition.name == "source" and len(condition.lhs) == 2 and problem.domain.number(condition.rhs[1]) == -2
    assert loads(str(problem)) == problem and problem.own_text == text
