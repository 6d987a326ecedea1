"""A run that was stopped or killed goes on bit for bit as if it had never been."""

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import pdedsl
from pdedsl.runs.lock import Busy, alone
from pdedsl.runs.solution import Solution
from pdedsl.solver import minimise as loop

CHOICES = {"network": "mlp(6)", "points": "adaptive(60, every = 3)", "steps": 30}


def assert_same(one: Solution, other: Solution) -> None:
    np.testing.assert_array_equal(np.asarray(one.outcome.parameters), np.asarray(other.outcome.parameters))
    histories = [[str(replace(r, seconds=0.0, refused=False)) for r in run.history] for run in (one, other)]
    assert histories[0] == histories[1]  # as text, in which not a number equals itself


SLOW = pytest.mark.slow
METHODS = ["anagram", "anagram(cutoff = heldout)", "adam", "lbfgs", "bfgs"]


@SLOW
@pytest.mark.parametrize("method", METHODS)
def test_stopped_and_resumed(heat: str, tmp_path: Path, method: str) -> None:
    problem = pdedsl.loads(heat)
    steps = 30 if "anagram" in method else 100
    choices = {**CHOICES, "method": method, "steps": steps}
    straight = pdedsl.solve(problem, **choices)
    seen = []
    first = pdedsl.solve(
        problem, watch=seen.append, stopping=lambda: len(seen) == len(straight.history) // 2, folder=tmp_path, **choices
    )
    assert first.status == "interrupted"
    assert len(first.history) == len(straight.history) // 2
    resumed = pdedsl.resume(tmp_path)
    assert resumed.status == "steps"
    assert_same(resumed, straight)


@pytest.mark.slow
def test_more_steps(heat: str, tmp_path: Path) -> None:
    problem = pdedsl.loads(heat)
    pdedsl.solve(problem, folder=tmp_path, **{**CHOICES, "steps": 8})
    assert_same(pdedsl.resume(tmp_path, steps=20), pdedsl.solve(problem, **{**CHOICES, "steps": 20}))
    again = pdedsl.resume(tmp_path)
    assert len(again.history) == 20


PROGRAM = "import pdedsl.solver.minimise as s; s.SNAPSHOT_SECONDS = 0.02; from pdedsl.commands.cli import run; run()"


@SLOW
def test_killed_at_any_moment(heat: str, tmp_path: Path) -> None:
    spec, folder = tmp_path / "heat.pde", tmp_path / "run"
    spec.write_text(heat)
    settings = [word for k, v in CHOICES.items() for word in ("--set", f"{k}={v}")]
    command = [sys.executable, "-c", PROGRAM]
    words = ["solve", str(spec), "--out", str(folder), *settings, "--steps", "400"]
    generator = random.Random(0)
    for _ in range(3):
        process = subprocess.Popen([*command, *words], stdout=subprocess.DEVNULL, env=os.environ)
        checkpoint = folder / "checkpoint.npz"
        since = checkpoint.stat().st_mtime if checkpoint.exists() else 0.0
        while process.poll() is None and (not checkpoint.exists() or checkpoint.stat().st_mtime == since):
            time.sleep(0.01)
        time.sleep(generator.random() * 0.3)
        process.kill()
        process.wait()
        assert pdedsl.open(folder).history
        words = ["resume", str(folder)]
    subprocess.run([*command, *words], check=True, stdout=subprocess.DEVNULL, env=os.environ)
    straight = pdedsl.solve(pdedsl.loads(heat), **{**CHOICES, "steps": 400})
    assert_same(pdedsl.open(folder), straight)
    assert not [p.name for p in folder.iterdir() if p.name.startswith(".")]


@pytest.mark.slow
def test_a_term_signal_saves(heat: str, tmp_path: Path) -> None:
    spec, folder = tmp_path / "heat.pde", tmp_path / "run"
    spec.write_text(heat)
    command = [sys.executable, "-u", "-m", "pdedsl.commands.cli", "solve", str(spec), "--steps", "100000"]
    process = subprocess.Popen([*command, "--out", str(folder)], stdout=subprocess.PIPE, text=True, env=os.environ)
    assert process.stdout is not None
    next(line for line in process.stdout if line.split()[:1] == ["1"])
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert f"pdedsl resume {folder}" in output
    assert pdedsl.open(folder).status == "interrupted"


def test_two_runs_do_not_share_a_folder(heat: str, tmp_path: Path) -> None:
    with alone(tmp_path), pytest.raises(Busy, match="another run"):
        pdedsl.solve(pdedsl.loads(heat), folder=tmp_path, **CHOICES)


@pytest.mark.slow
def test_what_a_run_cannot_change(heat: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="holds no run"):
        pdedsl.resume(tmp_path)
    pdedsl.solve(pdedsl.loads(heat), folder=tmp_path, **{**CHOICES, "steps": 2})
    with pytest.raises(ValueError, match="only steps, time_limit, tolerance"):
        pdedsl.resume(tmp_path, network="mlp(3)")
    whole = (tmp_path / "checkpoint.npz").read_bytes()
    (tmp_path / "checkpoint.npz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match="not a whole one"):
        pdedsl.resume(tmp_path, steps=4)
    (tmp_path / "checkpoint.npz").write_bytes(whole)
    lines = (tmp_path / "settings.txt").read_text().replace("mlp(6", "mlp(7")
    (tmp_path / "settings.txt").write_text(lines)
    with pytest.raises(ValueError, match="settings"):
        pdedsl.resume(tmp_path, steps=4)


@pytest.mark.slow
def test_a_disk_that_is_full_leaves_the_last_checkpoint(
    heat: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pdedsl.solve(pdedsl.loads(heat), folder=tmp_path, **{**CHOICES, "steps": 6})
    before = (tmp_path / "checkpoint.npz").read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    monkeypatch.setattr(loop, "SNAPSHOT_SECONDS", 0.0)
    with pytest.raises(OSError, match="No space"):
        pdedsl.resume(tmp_path, steps=12)
    monkeypatch.undo()
    assert (tmp_path / "checkpoint.npz").read_bytes() == before
    assert pdedsl.resume(tmp_path, steps=12).history[-1].step == 12
