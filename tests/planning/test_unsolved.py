"""What is refused because no space holds it, and what is not."""

import pytest

from pdedsl.stages.load import check
from pdedsl.vocabulary.source import Source

PLATE = "pde 1\ndomain x in [0, 1], y in [0, 1]\nfield u(x, y)\nequation: {}\nboundary: u = 0  on all\n"
ROD = "pde 1\ndomain x in [0, 1]\nfield u(x), v(x)\nequation: {}\nequation: dxx(v) = 1\nboundary: u = 0  on all\nboundary: v = 0  on all\n"


@pytest.mark.parametrize(
    ("text", "known"),
    [
        (PLATE.format("-laplacian(u) + dx(u) = delta(x - 0.5, y - 0.5)"), True),
        (PLATE.format("-div((1 + x)*grad(u)) = delta(x - 0.5, y - 0.5)"), False),
        (PLATE.format("u = delta(x - 0.5, y - 0.5)"), False),
        (PLATE.format("dxx(u) - dyy(u) = delta(x - 0.5, y - 0.5)"), False),
        (PLATE.format("-laplacian(u) = delta(x - 0.5, y - 0.5)").replace("field", "periodic x\nfield"), False),
        (PLATE.format("-laplacian(u) = delta(x - 0.5, y - 0.5)").replace("all", "all hard"), True),
        (PLATE.format("-laplacian(u) = delta(x, y)").replace("x in [0, 1], y in [0, 1]", "(x, y) = disk([0, 0], 1)").replace("all", "all hard"), False),
        (PLATE.format("dt(u) = laplacian(u) + delta(x - 0.5, y - 0.5)\ninitial: u = 0").replace("field u(x, y)", "time t in [0, 1]\nfield u(x, y, t)"), False),
        (ROD.format("dx((1 + x)*dx(u)) = delta(x - 0.5)"), True),
        (ROD.format("dx((1 + x)*dx(u)) + v = delta(x - 0.5)"), False),
        (ROD.format("dx(where(x < 0.5, 1, 2)*dx(u)) = delta(x - 0.5)"), False),
    ],
)  # fmt: skip
def test_point_sources_round_which_no_solution_is_known(text: str, known: bool) -> None:
    found = [d for d in check(Source.of(text)).diagnostics if d.severity == "error"]
    assert [d.code for d in found] == ([] if known else ["E901"])
    if not known:
        assert text[found[0].span.start : found[0].span.end].startswith("delta(") and "exp(-" in found[0].help


@pytest.mark.parametrize(
    "text",
    [ROD.format("dxx(u) = delta(x - 0.5)/(x - 0.5)"), PLATE.format("laplacian(u) = delta(x - 0.5, y - 0.5)/(x - y)")],
)
def test_point_sources_of_infinite_strength(text: str) -> None:
    assert [d.code for d in check(Source.of(text)).diagnostics if d.severity == "error"] == ["E603"]


def test_interfaces_on_a_circle() -> None:
    text = PLATE.format("laplacian(u) = 1").replace("on all", "on y = 0, y = 1").replace("field", "periodic x\nfield")
    said = [d.code for d in check(Source.of(text + "interface: jump(u) = 1  on x = 0.5\n")).diagnostics]
    assert said.count("E901") == 1
    assert "E901" not in [d.code for d in check(Source.of(text + "interface: jump(u) = 1  on y = 0.5\n")).diagnostics]
