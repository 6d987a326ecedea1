"""Commands on the folder of a run, as a user meets them."""

import csv
import io
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pdedsl.runs.run import open as open_run
from tests.shell import pdedsl


def rows(text: str) -> list[dict[str, float]]:
    return [{k: float(v) for k, v in row.items()} for row in csv.DictReader(io.StringIO(text))]


def test_info(heat_run: Path) -> None:
    result = pdedsl("info", heat_run)
    assert result.exit_code == 0
    for word in ("Heat", "of the variation of u", "residual", "equation, at most", "estimate"):
        assert word in result.output
    assert pdedsl("info", heat_run / "nothing").exit_code == 2


def test_eval_at_a_point(heat_run: Path) -> None:
    solution = open_run(heat_run)
    result = pdedsl("eval", heat_run, "--at", "x=0.25, t=0.5")
    name, _, value = result.output.partition(" = ")
    value, _, error = value.partition(" \N{PLUS-MINUS SIGN} ")
    assert 0 <= float(error) < 1
    assert name == "u" and float(value) == pytest.approx(float(solution(x=0.25, t=0.5)), rel=1e-11)


@pytest.mark.slow
def test_eval_of_expressions(flow_run: Path) -> None:
    asked = ["dx(u)", "div(U)", "dot(grad(v), grad(v))", "k*u + x", "exact(u)"]
    result = pdedsl(
        "eval", flow_run, "--at", "x=0.3,y=0.5", "--at", "x=1,y=2", *(w for e in asked for w in ("--of", e))
    )
    found = rows(result.output)
    assert result.exit_code == 0 and list(found[0]) == ["x", "y", *asked, *(f"error of {e}" for e in asked)]
    solution, h = open_run(flow_run), 1e-5
    for row in found:
        x, y = row["x"], row["y"]

        def at(a: float, b: float, field: str = "u") -> float:
            return float(solution(x=a, y=b)[field])

        u_x = (at(x + h, y) - at(x - h, y)) / (2 * h)
        v_x = (at(x + h, y, "v") - at(x - h, y, "v")) / (2 * h)
        v_y = (at(x, y + h, "v") - at(x, y - h, "v")) / (2 * h)
        assert row["dx(u)"] == pytest.approx(u_x, rel=1e-6)
        assert row["div(U)"] == pytest.approx(u_x + v_y, abs=1e-6)
        assert row["dot(grad(v), grad(v))"] == pytest.approx(v_x**2 + v_y**2, rel=1e-5)
        assert row["k*u + x"] == pytest.approx(2 * at(x, y) + x, rel=1e-12)
        assert row["exact(u)"] == pytest.approx(np.cos(x) * np.exp(np.sqrt(3) * y), rel=1e-12)


def test_eval_of_a_table(heat_run: Path, tmp_path: Path) -> None:
    points, out = tmp_path / "points.csv", tmp_path / "values.csv"
    points.write_text("t, name, x\n0.5, a, 0.25\n0.1, b, 3\n")
    result = pdedsl("eval", heat_run, "--csv", points, "--out", out)
    assert result.exit_code == 0 and "1 of 2 points lie outside" in result.output
    first, second = rows(out.read_text())
    assert first["u"] == pytest.approx(float(open_run(heat_run)(x=0.25, t=0.5))) and np.isnan(second["u"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "--at"),
        (["--at", "x=0.5"], "`t` is missing"),
        (["--at", "x=0.5,t=1,z=2"], "no coordinate `z`"),
        (["--at", "x=half,t=1"], "`half` is not a number"),
        (["--at", "x=0.5,t=1", "--of", "dx(w)"], "`w` is not declared"),
        (["--at", "x=0.5,t=1", "--of", "u +"], "E101"),
        (["--csv", "none.csv"], "none.csv: No such file"),
        (["--at", "x=0.5,t=1", "--csv", "none.csv"], "and not both"),
        (["--at", "x=nan,t=1"], "not a finite number"),
        (["--at", "x=0.5,x=0.5,t=1"], "there twice"),
        (["--at", "x=0.5,t=1", "--of", ""], "not one expression"),
        (["--at", "x=0.5,t=1", "--of", "[/b]"], "E101"),
        (["--at", "x[/b]=1"], "no coordinate `x[/b]`"),
    ],
)
def test_eval_says_what_is_wrong(heat_run: Path, arguments: list[str], words: str) -> None:
    result = pdedsl("eval", heat_run, *arguments)
    assert result.exit_code == 2 and words in result.output


def test_eval_of_what_needs_no_point(heat_run: Path, flow_run: Path, tmp_path: Path) -> None:
    lines = pdedsl("eval", flow_run, "--of", "integral(1)", "--of", "maximum(u)").output.splitlines()
    assert lines[0].startswith("integral(1) = ") and "maximum(u) = " in lines[1] and " at x = " in lines[1]
    curve = pdedsl("eval", heat_run, "--of", "maximum(u)", "--of", "integral(1)").output.splitlines()
    assert curve[0] == "t,maximum(u),integral(1),error of maximum(u),error of integral(1)" and len(curve) == 102
    assert pdedsl("eval", heat_run, "--of", "mean(u)", "--out", tmp_path / "m.csv").exit_code == 0
    wrong = pdedsl("eval", heat_run, "--of", "u")
    assert wrong.exit_code == 2 and "differs from point to point" in wrong.output
    line = rows(pdedsl("eval", heat_run, "--line", "0, 0.5 : 1, 0.5", "-n", "3").output)
    expected = open_run(heat_run)(x=[0.0, 0.5, 1.0], t=0.5)
    assert [r["x"] for r in line] == [0, 0.5, 1] and [r["u"] for r in line] == pytest.approx(list(expected))


def test_eval_takes_constant_expressions(heat_run: Path) -> None:
    one, other = (pdedsl("eval", heat_run, "--at", at).output for at in ("x=1/4,t=min(2, 1)", "x=0.25,t=1"))
    assert one == other and one.startswith("u = ")


@pytest.mark.slow
def test_eval_of_vectors_and_matrices(flow_run: Path) -> None:
    asked = ["grad(u)", "U + U", "grad(U)", "x"]
    result = pdedsl("eval", flow_run, "--at", "x=0.3,y=0.5", *(w for e in asked for w in ("--of", e)))
    lines = (line.split(" \N{PLUS-MINUS SIGN} ")[0].split(" = ") for line in result.output.splitlines())
    found = {name: float(value) for name, value in lines}
    assert list(found) == [
        *("grad(u)[1]", "grad(u)[2]", "U + U[1]", "U + U[2]"),
        *("grad(U)[1, 1]", "grad(U)[1, 2]", "grad(U)[2, 1]", "grad(U)[2, 2]", "x"),
    ]
    assert found["grad(U)[1, 2]"] == pytest.approx(found["grad(u)[2]"], rel=1e-9)
    solution = open_run(flow_run)
    assert solution.evaluate("grad(U)", [[0.3, 0.5]] * 4).shape == (4, 2, 2)
    assert found["U + U[2]"] == pytest.approx(2 * float(solution(x=0.3, y=0.5)["v"]), rel=1e-9)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"a,b\n1,2\n", "`x` is missing"),
        (b"x;t\n0.5;0.1\n", ""),
        (b"x\tt\n0.5\t0.1\n\n", ""),
        (b"x,t\n0.5,one\n", ":2: this row needs a number"),
        (b"x,t\n", "holds no points"),
        (b"\xff\xfex,t", "not a table in UTF-8"),
        (b"x,t,x\n1,2,3\n", "there twice"),
    ],
)
def test_tables_of_points(heat_run: Path, tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "points.csv").write_bytes(content)
    result = pdedsl("eval", heat_run, "--csv", tmp_path / "points.csv")
    assert result.exit_code == (2 if words else 0) and words in result.output, result.output
    assert words or rows(result.output)[0]["t"] == 0.1


def test_export_says_what_is_wrong(heat_run: Path, tmp_path: Path) -> None:
    assert "netcdf, vtk, csv" in pdedsl("export", heat_run, "--format", "foo").output
    for words, *arguments in (
        ("say which --format", "--out", tmp_path / "s.foo"),
        ("csv files end in .csv", "--out", tmp_path / "s.npz", "--format", "csv"),
        ("there is no folder", "--out", tmp_path / "none" / "s.npz"),
        ("is a folder", "--out", tmp_path),
    ):
        result = pdedsl("export", heat_run, *arguments)
        assert result.exit_code == 2 and words in " ".join(result.output.split()), result.output
    assert pdedsl("export", heat_run, "--out", tmp_path / "s.csv").exit_code == 0
    assert os.listdir(tmp_path) == ["s.csv"]


def test_what_is_no_run_is_told(heat_run: Path, tmp_path: Path) -> None:
    assert "this is a file" in pdedsl("info", heat_run / "run.json").output
    broken = tmp_path / "broken"
    shutil.copytree(heat_run, broken)
    for name, content, words in (
        ("network.npz", b"", "the run folder is damaged"),
        ("run.json", b"", "not the summary of a run"),
        ("spec.pde", b"pde 1\nequation: 2u\n", "the run folder is damaged"),
    ):
        (broken / name).write_bytes(content)
        result = pdedsl("info", broken)
        assert result.exit_code == 2 and words in result.output, result.output
        shutil.copy(heat_run / name, broken / name)


def test_plot(heat_run: Path, tmp_path: Path) -> None:
    for name in ("a.png", "a.pdf", "a.svg"):
        assert pdedsl("plot", heat_run, "--out", tmp_path / name).exit_code == 0
        assert (tmp_path / name).stat().st_size > 1000
    assert pdedsl("plot", heat_run, "--out", tmp_path / "a.doc").exit_code == 2


@pytest.mark.slow
def test_animation(heat_run: Path, flow_run: Path, tmp_path: Path) -> None:
    assert pdedsl("plot", heat_run, "--animate", "--out", tmp_path / "a.gif").exit_code == 0
    with Image.open(tmp_path / "a.gif") as picture:
        assert getattr(picture, "n_frames", 1) == 60
    assert os.listdir(tmp_path) == ["a.gif"]
    result = pdedsl("plot", flow_run, "--animate")
    assert result.exit_code == 2 and "time" in result.output


@pytest.mark.slow
def test_analyze(heat_run: Path, flow_run: Path) -> None:
    result = pdedsl("analyze", heat_run, "--at", "x=0.5,t=0.2")
    assert result.exit_code == 0, result.output
    for word in ("spectrum: ", "trace of the NTK", "from the true one", "cosine", "D stretches"):
        assert word in result.output
    assert sorted(p.name for p in (heat_run / "analysis").iterdir()) == [
        *("analysis.npz", "fourier.png", "green.png", "kernels.png", "learning.png", "spectrum.png"),
    ]
    with np.load(heat_run / "analysis" / "analysis.npz") as arrays:
        np.testing.assert_array_equal(arrays["sources"], [[0.5, 0.2]])
        assert arrays["green 0"].shape == arrays["true green 0"].shape == (len(arrays["points"]),)
    result = pdedsl("analyze", flow_run)
    assert result.exit_code == 0 and "not known" in result.output
    assert pdedsl("analyze", heat_run, "--at", "y=1").exit_code == 2
    assert "outside the domain" in pdedsl("analyze", heat_run, "--at", "x=2,t=1").output
