"""Several seeds of one problem, and manufactured solutions, from the command line."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from typer.testing import CliRunner, Result

from pdedsl.commands.cli import app
from pdedsl.runs.lock import alone
from pdedsl.runs.run import open as open_run
from pdedsl.studies.ensemble import begin, disagreement
from tests.examples import DECAY
from tests.inverse import decay


@pytest.mark.slow
def test_an_ensemble_gives_mean_and_spread(spec: Path) -> None:
    result = CliRunner().invoke(app, ["solve", str(spec), "--ensemble", "2", "--seed", "3", "--out", "run"])
    assert result.exit_code == 3, result.output  # so few steps solve nothing
    members = [open_run(Path("run") / f"seed-{s}") for s in (3, 4)]
    assert [m.plan.seed for m in members] == [3, 4]
    with xr.open_dataset("run/ensemble.nc") as data:
        a, b = (m(x=float(data.x[40]), t=float(data.t[70])) for m in members)
        at = data.isel(x=40, t=70)
        assert float(at.u) == pytest.approx(float(a + b) / 2, rel=1e-9)
        assert float(at.u_spread) == pytest.approx(abs(float(a - b)) / np.sqrt(2), rel=1e-6)
        (spread,) = disagreement(data).values()
        assert f"u {spread:.1e}" in result.output


@pytest.mark.slow
def test_an_ensemble_goes_on_where_it_was_stopped(spec: Path) -> None:
    def run(*words: str) -> Result:
        return CliRunner().invoke(app, list(words))

    assert run("solve", str(spec), "--ensemble", "2", "--out", "whole").exit_code == 3
    Path("half").mkdir()
    begin(Path("half"), [0, 1])  # as if it had been killed before its second member
    assert run("solve", str(spec), "--steps", "2", "--out", "half/seed-0").exit_code == 3
    result = run("resume", "half", "--steps", "5")
    assert result.exit_code == 3, result.output
    for seed in (0, 1):
        one, other = (open_run(Path(home) / f"seed-{seed}") for home in ("whole", "half"))
        np.testing.assert_array_equal(one.outcome.parameters, other.outcome.parameters)
    said = run("info", "half").output
    assert "seed 0: steps after 5 steps" in said and "spread over 2 seeds" in said
    assert "name one of its runs, half/seed-0" in run("eval", "half", "--at", "x=0.5,t=1").output
    with alone(Path("half")):
        assert "another run" in run("resume", "half").output
    Path("half/ensemble.json").write_text("[]")
    for words in (["resume", "half"], ["info", "half"], ["eval", "half", "--at", "x=0,t=0"]):
        result = run(*words)
        assert result.exit_code == 2 and "does not name the runs" in result.output, result.output


@pytest.mark.parametrize(
    ("function", "words"),
    [
        ("u = 1/(t - 1/2)", "E603"),
        ("u = # nothing", "E101"),
        ("w = t", "no field `w`"),
        ("u = u", "holds the unknown"),
        ("u = [x, t]", "components"),
    ],
)
def test_verify_says_what_is_wrong(spec: Path, function: str, words: str) -> None:
    result = CliRunner().invoke(app, ["verify", str(spec), "--exact", function])
    assert result.exit_code == 2 and words in result.output and not Path("runs").exists(), result.output


@pytest.mark.slow
def test_verify(spec: Path) -> None:
    arguments = ["verify", str(spec), "--exact", "u = x*(1 - x)*exp(t)", "--set", "steps=20", "--out", "run"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert "manufactured" in result.output and open_run(Path("run")).errors["u"] < 1e-2
    result = CliRunner().invoke(app, ["verify", str(spec)])
    assert result.exit_code == 2 and "--exact" in result.output


@pytest.mark.slow
def test_of_data_it_is_the_noise_that_is_drawn_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    decay(tmp_path, count=40, noise=0.01)
    text = DECAY.replace("unknown", "param k = 1 noise 0.1\nunknown").replace("a*dxx(u)", "a*dxx(u)*k")
    Path("spec.pde").write_text(text.replace('.csv"', '.csv"  noise 0.01'))
    result = CliRunner().invoke(app, ["solve", "spec.pde", "--ensemble", "4", "--out", "run", "--time-limit", "20"])
    assert result.exit_code == 0, result.output
    members = [open_run(Path("run") / f"seed-{s}") for s in range(4)]
    values = [m.unknowns["a"].value for m in members]
    assert len({m.unknowns["k"].value for m in members}) == len(set(values)) == 4 and all(
        abs(v - values[0]) < 5 * members[0].unknowns["a"].error for v in values
    )
    assert "standard error of a" in result.output and "over 3 draws of the noise" in result.output
    drawn = members[0].redrawn(1).data["probes"]
    stated = np.loadtxt("probes.csv", delimiter=",", skiprows=1).T
    np.testing.assert_array_equal(drawn["x"], stated[0])
    gap = drawn["u"] - members[0].evaluate("u", stated[:2].T)
    assert 0.6 < np.std(gap) / 0.01 < 1.4
    again = (Path("run") / "seed-1" / "references" / "probes.csv").read_text()
    assert np.loadtxt(again.splitlines(), delimiter=",", skiprows=1)[:, 2] == pytest.approx(drawn["u"])
