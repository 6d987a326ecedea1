"""A branch in two spaces: what it says of its folds, its table and its diagram."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from typer.testing import CliRunner

import pdedsl
from benchmarks.branches import LINES
from benchmarks.goals import SPECS
from pdedsl.commands.cli import app
from pdedsl.stages.load import load
from pdedsl.studies.follow import diagram, follow

BRATU = LINES[0].exact
SPEC = SPECS / "branch" / "bratu.pde"


def test_folds_have_errors() -> None:
    own = pdedsl.solve(load(SPEC, {"lam": 2.0}))
    found = follow(own, "lam", (2.0, 5.0), 100)
    (fold,) = found.specials
    assert abs(fold.point.parameter - BRATU) < max(1e-9, 10 * fold.error) and fold.error < 1e-8 and not found.stuck
    assert fold.line("lam").startswith("fold at lam = 3.5138307")
    axes = diagram(found, "Bratu").axes[0]
    assert axes.get_xlabel() == "lam" and axes.get_title() == "top" and axes.get_legend() is not None


def test_the_command(tmp_path: Path) -> None:
    home = tmp_path / "branch"
    result = CliRunner().invoke(app, ["sweep", str(SPEC), "lam=2..5", "--follow", "--points", "60", "--out", str(home)])
    assert result.exit_code == 0 and "fold at lam = 3.513830" in result.output, result.output
    rows = list(csv.DictReader((home / "branch.csv").read_text().splitlines()))
    assert sum(row["kind"] == "fold" for row in rows) == 1 and float(rows[0]["lam"]) == 2.0
    with xr.open_dataset(home / "branch.nc") as data:
        assert data["u"].dims == ("point", "x") and list(data["kind"].values) == [row["kind"] for row in rows]
        np.testing.assert_allclose(data["u"].sel(x=0.5), data["top"], rtol=1e-12)
        np.testing.assert_allclose(data["lam"], [float(row["lam"]) for row in rows], rtol=1e-9)
    assert json.loads((home / "branch.json").read_text())[0]["kind"] == "fold"
    assert (home / "branch.png").stat().st_size > 10_000 and (home / "lam=2" / "run.json").exists()
    refused = CliRunner().invoke(app, ["sweep", str(SPEC), "lam=2,3", "--follow"])
    assert refused.exit_code == 2 and "goes from one value of one parameter" in " ".join(refused.output.split())


def test_networks_have_no_branches() -> None:
    own = pdedsl.solve(load(SPEC), space="network", network="mlp(4)", steps=2)
    with pytest.raises(ValueError, match="polynomials"):
        follow(own, "lam", (1.0, 5.0), 10)
