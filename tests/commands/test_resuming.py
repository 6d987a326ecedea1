"""`pdedsl resume`: several runs go on where they were stopped."""

import csv
from pathlib import Path

import pytest

from pdedsl.runs.run import open as open_run
from pdedsl.studies.sweep import Sweep, begin
from tests.examples import LAYER
from tests.shell import pdedsl


@pytest.mark.slow
def test_it_goes_on_where_it_was_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("layer.pde").write_text(LAYER)
    whole = pdedsl("sweep", "layer.pde", "eps=0.1,1/20", "--out", "whole")
    assert whole.exit_code == 0 and "eps = 0.05" in whole.output, whole.output
    Path("half").mkdir()
    begin(Path("half"), Sweep(("eps",), ((0.1,), (0.05,))))  # as if it had been killed before its second run
    assert pdedsl("solve", "layer.pde", "--out", "half/eps=0.1-seed=0").exit_code == 0
    result = pdedsl("resume", "half")
    assert result.exit_code == 0, result.output
    tables = [list(csv.DictReader(Path(f"{home}/table.csv").read_text().splitlines())) for home in ("whole", "half")]
    assert tables[0][0]["space"] == tables[1][0]["space"]
    assert all(float(row["error"]) < 1e-12 for table in tables for row in table)
    assert open_run("whole/eps=0.05-seed=0").solved.story[0] == "began with the solution of another run"
    assert Path("half/sweep.png").exists() and Path("half/table.tex").exists()
    assert not Path("whole/eps=0.05-seed=0/report.html").exists()
    assert "0.05" in pdedsl("info", "half").output
    assert "name one of its runs, half/eps=0.1-seed=0" in " ".join(
        pdedsl("eval", "half", "--at", "x=0.5").output.split()
    )
    Path("half/sweep.json").write_text("[]")
    for words in (["resume", "half"], ["info", "half"]):
        result = pdedsl(*words)
        assert result.exit_code == 2 and "does not name the runs" in result.output, result.output
