"""What a step needs, against what is really built."""

from dataclasses import replace

import pytest

from benchmarks.goals import SPECS
from pdedsl.numerics.system import system
from pdedsl.planning.cost import FEWEST, affordable, cost, doubts
from pdedsl.planning.defaults import planned
from pdedsl.stages.load import check, load, loads
from pdedsl.stages.words import chosen
from pdedsl.vocabulary.source import Source
from tests.examples import RING

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
    assert not list(doubts(small, planned(small))) and affordable(small, planned(small)) == cost(small, planned(small))


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


def test_a_parameter_that_moves_the_shape_has_degrees_that_its_values_determine() -> None:
    for degree, codes in ((24, []), (25, ["E201"])):
        text = RING + f"solve {{ space = polynomials(8, 8, {degree}) }}\n"
        assert [d.code for d in check(Source.of(text)).diagnostics] == codes


def test_the_way_of_computing_a_step_is_that_which_fits() -> None:
    plan = planned(loads(TEXT + "solve { network = mlp(16, 16)\n points = random(4000) }\n"))
    problem = loads(TEXT)
    whole = cost(problem, plan, room=1e12)
    assert whole.chunk is None and whole.krylov is None and whole.sent == 0
    chunks = cost(problem, plan, room=0.6 * whole.bytes)
    assert chunks.chunk is not None and chunks.chunk >= FEWEST and chunks.bytes <= 0.6 * whole.bytes
    assert "points at a time" in chunks.words
    least = cost(problem, plan, room=8.0 * 4 * whole.columns**2)
    assert least.krylov is not None and "sought in 300 directions" in least.words
    with pytest.raises(MemoryError, match="a smaller `rank`"):
        affordable(problem, plan, room=1e5)
    divided = cost(problem, plan, devices=4, room=1e12)
    assert divided.bytes < whole.bytes and divided.sent == whole.columns**2 + whole.columns
    # What was chosen stays, and is refused where it does not fit.
    chosen_ = planned(loads(TEXT + "solve { network = mlp(16, 16)\n method = anagram(factor = gram) }\n"))
    assert cost(problem, chosen_, room=1e5).krylov is None
    with pytest.raises(MemoryError, match="leave `factor = gram` out"):
        affordable(problem, chosen_, room=1e5)


def test_large_networks_go_by_products_because_they_are_faster() -> None:
    problem = loads(TEXT)
    large = planned(loads(TEXT + "solve { network = mlp(150, 150)\n points = random(20000) }\n"))
    assert cost(problem, large, room=1e15).krylov == 300
    adam = planned(loads(TEXT + "solve { network = mlp(3000, 3000)\n method = adam }\n"))
    assert "of which none is held" in affordable(problem, adam).words
    with pytest.raises(MemoryError):  # which holds the square of its parameters
        affordable(problem, planned(loads(TEXT + "solve { network = mlp(3000, 3000)\n method = bfgs }\n")))


@pytest.mark.parametrize("factor", ["auto", "svd", "dual"])
def test_no_chunks_where_the_matrix_is_taken_in_one_piece(factor: str) -> None:
    few = f"solve {{ network = mlp(24, 24)\n points = random(400)\n method = anagram(factor = {factor}) }}\n"
    problem, plan = loads(TEXT), planned(loads(TEXT + few))
    whole = cost(problem, plan, room=1e12)
    assert whole.chunk is None and whole.rows < whole.columns
    less = cost(problem, plan, room=0.6 * whole.bytes)
    assert (less.krylov is not None) == (factor == "auto") and (less.chunk is None) == (factor != "auto")


def test_polynomials_are_fitted_in_double_precision() -> None:
    problem = loads("pde 1\ndomain x in [0, 1]\nfield u(x)\nequation: dxx(u) = 1\nboundary: u = 0 on all\n")
    with pytest.raises(ValueError, match="`precision = single` is for networks"):
        affordable(problem, planned(chosen(problem, {"space": "polynomials(6)", "precision": "single"})))
    assert planned(chosen(problem, {"precision": "mixed"})).space == "network"
    assert planned(chosen(problem, {"precision": "double"})).space == "auto"


def test_directions_are_for_what_is_linear_in_second_derivatives() -> None:
    text = "pde 1\ndomain x[1:5] in [0, 1]\nfield u(x)\nequation: {} = 1\nboundary: u = 0 on all\nsolve {{ method = anagram(directions = 2) }}\n"
    assert not [d for d in check(Source.of(text.format("laplacian(u) + u^3"))).diagnostics if d.severity == "error"]
    (found,) = [d for d in check(Source.of(text.format("laplacian(u)^2"))).diagnostics if d.severity == "error"]
    assert found.code == "E201" and "`equation` is not linear" in found.message


def test_a_factorisation_is_faster_than_products_in_many_coordinates() -> None:
    text = "pde 1\ndomain x[1:{}] in [0, 1]\nfield u(x)\nequation: laplacian(u) = 1\nboundary: u = 0 on all\nsolve {{ network = mlp(40, 40, 40) }}\n"
    few, many = (cost(problem, planned(problem)) for problem in (loads(text.format(n)) for n in (3, 100)))
    assert few.axes == 3 and many.axes == 100 and many.krylov is None
