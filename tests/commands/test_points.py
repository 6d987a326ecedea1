"""Points from options and tables."""

from pathlib import Path

import numpy as np
import pytest
import typer

from pdedsl.commands.points import evaluated, from_options, from_table, inside
from pdedsl.runs.run import open as open_


def test_points_in_any_order_of_names(tmp_path: Path) -> None:
    np.testing.assert_allclose(from_options(["t=1, x=pi/4", "x=0,t=min(2, 1)"], ["x", "t"]), [[np.pi / 4, 1], [0, 1]])
    (tmp_path / "p.csv").write_text('\ufeffname; t; x\n"a; b"; 2; 1\n\nc; 4; 3\n')
    np.testing.assert_array_equal(from_table(tmp_path / "p.csv", ["x", "t"]), [[1, 2], [3, 4]])


@pytest.mark.parametrize("at", ["x=1", "x=1,t=2,z=3", "x=1,x=1,t=2", "x=one,t=1", "x"])
def test_what_is_no_point(at: str) -> None:
    with pytest.raises(typer.Exit):
        from_options([at], ["x", "t"])


def test_columns_of_vectors_and_points_outside(flow_run: Path) -> None:
    solution, points = open_(flow_run), np.array([[0.5, 1.0], [3.0, 0.0]])
    assert inside(solution, points).tolist() == [True, False]
    found = evaluated(solution, ["u", "grad(u)"], points)
    assert list(found) == ["u", "grad(u)[1]", "grad(u)[2]"]
    assert np.isfinite(found["u"][0]) and np.isnan(found["u"][1])
