"""What a step needs, against what is really built."""

from dataclasses import replace

import pytest

from benchmarks.goals import SPECS
from pdedsl.numerics.system import system
from pdedsl.planning.cost import affordable, cost, doubts
from pdedsl.planning.defaults import planned
from pdedsl.stages.load import check, load, loads
from pdedsl.stages.words import chosen
from pdedsl.vocabulary.source import Source

TEXT = "pde 1\ndomain x in [0, 1], y in [0, 1]\nfield u(x, y), v(x)\nperiodic x\nequation: laplacian(u) = v\nequation: dxx(v) = v\nboundary: u = 1  on all\n"


@pytest.mark.parametrize("name", ["heat", "kovasznay", "heat_periodic", "laplace_5d"])
def test_rows_and_columns_are_those_of_the_system(name: str) -> None:
    problem = load(SPECS / f"{name}.pde")
    plan = planned(problem)
    built, needed = system(problem, plan), cost(problem, plan)
    sizes = {s.name: len(s.lhs) for s in problem.statements}
    rows = sum(len(b.points) * sizes[b.name] for b in built.blocks)
    assert needed.columns == built.start.size and needed.rows == pytest.approx(rows, rel=0.01)


def test_what_does_not_fit_is_said_before() -> None:
    problem = loads(TEXT + "solve { network = mlp(30000, 30000) }\n")
    assert [d.code for d in doubts(problem, planned(problem))] == ["W609"]
    with pytest.raises(MemoryError, match="GiB"):
        affordable(problem, planned(problem))
    small = loads(TEXT + "solve { network = mlp(8) }\n")
    assert not list(doubts(small, planned(small))) and affordable(small, planned(small)) is None


def test_pieces_where_there_is_no_time() -> None:
    problem = load(SPECS / "laplace_2d.pde")
    with pytest.raises(ValueError, match="there is no time"):
        affordable(problem, replace(planned(problem), slabs=3))
    affordable(load(SPECS / "heat.pde"), replace(planned(load(SPECS / "heat.pde")), slabs=3))


@pytest.mark.parametrize(
    ("choice", "code"),
    [
        ("slabs = 3\nspace = features(9)", "E901"),
        ("stretch.t = faces", "E201"),
        ("stretch.x = faces", "E201"),
        ("stretch = faces", ""),
    ],
)
def test_pieces_and_stretched_coordinates_that_cannot_be(choice: str, code: str) -> None:
    text = (
        "pde 1\ndomain x in [0, 1], y in [0, 1]\nperiodic x\ntime t in [0, 1]\nfield u(x, y, t)\nequation: dt(u) = laplacian(u)\n"
        f"initial: u = 0\nboundary: u = 1 on y = 0, y = 1\nsolve {{\n{choice}\n}}\n"
    )
    assert [d.code for d in check(Source.of(text)).diagnostics if d.severity == "error"] == ([code] if code else [])
    plain = loads(text.partition("solve")[0])
    own = chosen(plain, dict(line.split(" = ") for line in choice.splitlines()))
    if code:
        with pytest.raises(ValueError, match=r"slabs|stretched"):
            affordable(own, planned(own))
    else:
        assert dict(planned(own).stretch) == {"y": "faces"}


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
