"""Points from options and tables."""

from pathlib import Path

import numpy as np
import pytest
import typer

from pdedsl.commands.points import evaluated, from_line, from_options, from_table, held_by, with_errors
from pdedsl.runs.run import open as open_
from pdedsl.stages.load import loads

ROD = loads("""pde 1
param L = 2
domain x in [0, L]
time t in [0, 3]
field u(x, t)
equation: dt(u) = dxx(u)
initial: u = sin(pi*x/L)
boundary: u = 0  on all
""")


def test_points_of_a_line() -> None:
    np.testing.assert_allclose(from_line("0 : L", 3, ROD), [[0, 3], [1, 3], [2, 3]])
    np.testing.assert_allclose(from_line("0, 0 : L/2, 1", 2, ROD), [[0, 0], [1, 1]])


@pytest.mark.parametrize(("line", "count"), [("0", 3), ("0 : 1, 2", 3), ("0 : 1 : 2", 3), ("0 : q", 3), ("0 : 1", 1)])
def test_what_is_no_line(line: str, count: int) -> None:
    with pytest.raises(typer.Exit):
        from_line(line, count, ROD)


def test_points_in_any_order_of_names(tmp_path: Path) -> None:
    given = from_options(["t=1, x=pi/4", "x=L,t=min(2, 1)"], ROD)
    np.testing.assert_allclose(given, [[np.pi / 4, 1], [2, 1]])
    (tmp_path / "p.csv").write_text('\ufeffname; t; x\n"a; b"; 2; 1\n\nc; 4; 3\n')
    np.testing.assert_array_equal(from_table(tmp_path / "p.csv", ROD), [[1, 2], [3, 4]])


@pytest.mark.parametrize("at", ["x=1", "x=1,t=2,z=3", "x=1,x=1,t=2", "x=one,t=1", "x"])
def test_what_is_no_point(at: str) -> None:
    with pytest.raises(typer.Exit):
        from_options([at], ROD)


def test_columns_of_vectors_and_points_outside(flow_run: Path) -> None:
    solution, points = open_(flow_run), np.array([[0.5, 1.0], [3.0, 0.0]])
    assert solution.inside(points).tolist() == [True, False]
    found, errors = evaluated(solution, ["u", "grad(u)"], points)
    names = ["u", "grad(u)[1]", "grad(u)[2]"]
    assert list(found) == list(errors) == names
    assert list(with_errors(found, errors)) == [*names, *(f"error of {name}" for name in names)]
    assert np.isfinite(found["u"][0]) and np.isnan(found["u"][1])


def test_members_of_a_family(tmp_path: Path) -> None:
    family = loads(
        "pde 1\nparam k in [1, 3], q in [0, 1]\ndomain x in [0, 2]\nfield u(x)\nequation: dxx(u) - k*u = q\nboundary: u = 0  on all\n"
    )
    held = held_by(["k=1+1"], family)
    assert held == {"k": 2.0}
    np.testing.assert_array_equal(from_options(["x=1,q=0.5"], family, held), [[1, 2, 0.5]])
    both = held_by(["k=2", "q=1"], family)
    np.testing.assert_array_equal(from_line("0 : 2", 2, family, both), [[0, 2, 1], [2, 2, 1]])
    (tmp_path / "p.csv").write_text("x,q\n1,0\n2,1\n")
    np.testing.assert_array_equal(from_table(tmp_path / "p.csv", family, held), [[1, 2, 0], [2, 2, 1]])
    for wrong in (
        lambda: held_by(["z=1"], family),
        lambda: from_line("0 : 2", 2, family, held),
        lambda: from_options(["x=1,q=7"], family, held),
        lambda: from_options(["x=1,k=1,q=0"], family, held),
        lambda: from_line("0 : 2", 2, family, {"k": 0.5, "q": 0.0}),
    ):
        with pytest.raises(typer.Exit):
            wrong()


def test_points_of_a_group() -> None:
    """`x` alone means all of them: with one value, or a list."""
    cube = loads("pde 1\ndomain x[1:5] in [0, 1]\nfield u(x)\nequation: laplacian(u) = 0\nboundary: u = x[1] on all\n")
    given = from_options(["x=1/2", "x=[0, 1, 0, 1, 0.5]", "x[1]=1,x[2]=0,x[3]=0,x[4]=0,x[5]=0"], cube)
    np.testing.assert_array_equal(given, [[0.5] * 5, [0, 1, 0, 1, 0.5], [1, 0, 0, 0, 0]])
    for at in ("x=[0, 1]", "y=1", "x=1,x[2]=0"):
        with pytest.raises(typer.Exit):
            from_options([at], cube)
