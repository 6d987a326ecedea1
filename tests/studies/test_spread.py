"""Many runs at a time are the same runs as one after another, and go on where some were killed."""

import csv
import json
from functools import partial
from pathlib import Path

import pytest
from dask.distributed import LocalCluster

from pdedsl.studies.spread import Job, spread
from tests.examples import LAYER
from tests.shell import pdedsl


def _table(folder: str) -> list[dict[str, str]]:
    return list(csv.DictReader(Path(folder, "table.csv").read_text().splitlines()))


@pytest.mark.slow
def test_a_sweep_with_workers_is_that_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("layer.pde").write_text(LAYER)
    values = "eps=0.1,0.08,0.05"
    assert pdedsl("sweep", "layer.pde", values, "--out", "one", "--cold").exit_code == 0
    result = pdedsl("sweep", "layer.pde", values, "--out", "many", "--workers", 2)
    assert result.exit_code == 0 and "2 of 2" in result.output, result.output
    for a, b in zip(_table("one"), _table("many"), strict=True):
        assert a["eps"] == b["eps"] and a["space"] == b["space"] and float(b["error"]) < 1e-12
    # As if it had been killed when two had ended.
    for name in ("table.csv", "sweep.nc"):
        Path("many", name).unlink()
    gone = next(p for p in Path("many").iterdir() if p.name.startswith("eps=0.08"))
    for file in sorted(gone.rglob("*"), reverse=True):
        file.unlink() if file.is_file() else file.rmdir()
    gone.rmdir()
    assert pdedsl("resume", "many", "--workers", 2).exit_code == 0 and len(_table("many")) == 3


@pytest.mark.slow
def test_an_ensemble_with_workers(spec: Path) -> None:
    words = ("--set", "network=mlp(6)", "--steps", 8, "--ensemble", 3)
    assert pdedsl("solve", spec, *words, "--out", "one").exit_code in (0, 3)
    result = pdedsl("solve", spec, *words, "--out", "many", "--workers", 2)
    assert "2 of 2" in result.output and "spread over 3 seeds" in result.output, result.output
    for seed in range(3):
        errors = [
            json.loads(Path(home, f"seed-{seed}/run.json").read_text())["errors"]["u"] for home in ("one", "many")
        ]
        assert errors[0] == pytest.approx(errors[1], rel=1e-6)


@pytest.mark.slow
def test_what_fails_is_told_by_its_run(tmp_path: Path) -> None:
    job = Job(tmp_path / "none", tmp_path / "own", 0)
    assert "holds no run" in job()
    assert list(spread([job], 1, stopping=lambda: True)) == []
    assert sorted(spread([partial(pow, k, 2) for k in range(5)], 2)) == [(k, k * k) for k in range(5)]


def test_a_scheduler_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    job = Job(tmp_path / "none", tmp_path / "own", 0)
    monkeypatch.setattr("pdedsl.studies.spread.WAIT", 1)
    with pytest.raises(ValueError, match="no scheduler answers at tcp://localhost:9"):
        list(spread([job], 1, "tcp://localhost:9"))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of another library, which closes in its own time
def test_runs_by_a_scheduler(tmp_path: Path) -> None:
    jobs = [Job(tmp_path / "none", tmp_path / f"own{k}", 0) for k in range(3)]
    with LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None) as cluster:
        found = dict(spread(jobs, 2, cluster.scheduler_address))
    assert set(found) == {0, 1, 2} and all("holds no run" in words for words in found.values())
