"""Several seeds of one problem, and manufactured solutions, from the command line."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from typer.testing import CliRunner

from pdedsl.faces.cli import app
from pdedsl.faces.ensemble import disagreement
from pdedsl.faces.solution import open_run


@pytest.fixture
def spec(tmp_path: Path, heat: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "heat.pde"
    path.write_text(heat)
    return path


@pytest.mark.slow
def test_an_ensemble_gives_mean_and_spread(spec: Path) -> None:
    result = CliRunner().invoke(app, ["solve", str(spec), "--ensemble", "2", "--seed", "3", "--out", "run"])
    assert result.exit_code == 0, result.output
    members = [open_run(Path("run") / f"seed-{s}") for s in (3, 4)]
    assert [m.settings.seed for m in members] == [3, 4]
    with xr.open_dataset("run/ensemble.nc") as data:
        a, b = (m(x=float(data.x[40]), t=float(data.t[70])) for m in members)
        at = data.isel(x=40, t=70)
        assert float(at.u) == pytest.approx(float(a + b) / 2, rel=1e-9)
        assert float(at.u_spread) == pytest.approx(abs(float(a - b)) / np.sqrt(2), rel=1e-6)
        (spread,) = disagreement(data).values()
        assert f"u {spread:.1e}" in result.output


def test_verify(spec: Path) -> None:
    arguments = ["verify", str(spec), "--exact", "u = x*(1 - x)*exp(t)", "--set", "steps=20", "--out", "run"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert "manufactured" in result.output and open_run(Path("run")).errors["u"] < 1e-2
    result = CliRunner().invoke(app, ["verify", str(spec)])
    assert result.exit_code == 2 and "--exact" in result.output
