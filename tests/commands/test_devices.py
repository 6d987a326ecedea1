"""Runs on several devices and in two processes on this machine, as a user starts them."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.shell import pdedsl


def _port() -> int:
    with socket.socket() as own:
        own.bind(("localhost", 0))
        return own.getsockname()[1]


def _two(*words: str) -> list[subprocess.Popen]:
    """The same command in two processes that belong together."""
    address, started = f"localhost:{_port()}", []
    for number in range(2):
        own = {"JAX_COORDINATOR_ADDRESS": address, "JAX_NUM_PROCESSES": "2", "JAX_PROCESS_ID": str(number)}
        command = [sys.executable, "-m", "pdedsl.commands.cli", *words]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        started.append(subprocess.Popen(command, env={**os.environ, **own}, **pipes))
    return started


def _said(run: Path) -> dict:
    return json.loads((run / "run.json").read_text())


NETWORK = ("--set", "network=mlp(6)", "--set", "points=200", "--hosts")


@pytest.mark.slow
def test_devices_are_said_and_too_many_refused(spec: Path) -> None:
    network = ("--set", "network=mlp(6)", "--steps", 5)
    result = pdedsl("solve", spec, *network, "--devices", 3, "--out", "run")
    assert "starting on 3 devices (cpu)" in result.output and "on        3 devices (cpu)" in result.output, (
        result.output
    )
    assert _said(Path("run"))["devices"] == "3 devices (cpu)"
    result = pdedsl("resume", "run", "--steps", 8, "--devices", 2)
    assert "where it runs was 3 devices (cpu) and is 2 devices (cpu)" in " ".join(result.output.split()), result.output
    assert "after 8 steps" in result.output and _said(Path("run"))["devices"] == "2 devices (cpu)"
    result = pdedsl("solve", spec, *network, "--devices", 5)
    assert result.exit_code == 2 and "there are 4 (cpu), not 5" in " ".join(result.output.split())


def test_the_plan_says_what_devices_send(spec: Path) -> None:
    words = " ".join(pdedsl("plan", spec, "--set", "network=mlp(6)", "--devices", 4).output.split())
    columns = (2 + 1) * 6 + 6 + 1
    assert f"4 devices, which send {columns**2 + columns:.2g} numbers" in words, words
    large = " ".join(
        pdedsl("plan", spec, "--set", "network=mlp(300, 300)", "--set", "points=random(90000)").output.split()
    )
    assert "sought in 300 directions" in large and "a factorisation would take" in large, large


@pytest.mark.slow
def test_two_processes_solve_one_problem(spec: Path) -> None:
    own = _two("solve", str(spec), *NETWORK, "--steps", "20", "--out", "two")
    said = [process.communicate(timeout=300)[0] for process in own]
    assert [process.returncode for process in own] == [0, 0], said
    assert "2 devices (cpu) of 2 processes" in said[0] and "verdict" in said[0] and "verdict" not in said[1]
    one = pdedsl("solve", spec, *NETWORK[:-1], "--steps", 20, "--devices", 2, "--out", "one")
    assert one.exit_code == 0, one.output
    losses = [np.genfromtxt(f"{name}/history.csv", delimiter=",", names=True)["loss"] for name in ("one", "two")]
    np.testing.assert_allclose(*losses, rtol=1e-6)
    own = _two("resume", "two", "--steps", "25", "--hosts")
    said = [process.communicate(timeout=300)[0] for process in own]
    assert [process.returncode for process in own] == [0, 0] and "after 25 steps" in said[0], said
    # What one cannot begin, none does.
    own = _two("solve", str(spec), *NETWORK, "--out", "two")
    said = [process.communicate(timeout=300)[0] for process in own]
    assert [process.returncode for process in own] == [2, 2], said
    assert "is not empty" in said[0] and "another process of the run could not begin" in said[1]


@pytest.mark.slow
@pytest.mark.parametrize("lost", [0, 1])
def test_a_lost_process_leaves_what_goes_on_on_one(spec: Path, lost: int) -> None:
    own = _two("solve", str(spec), *NETWORK, "--steps", "100000", "--time-limit", "200", "--out", "run")
    checkpoint, began = Path("run/checkpoint.npz"), time.monotonic()
    while not checkpoint.exists() and time.monotonic() - began < 100:
        time.sleep(0.2)
    os.kill(own[lost].pid, signal.SIGKILL)
    said = [process.communicate(timeout=100)[0] for process in own]
    assert own[1 - lost].returncode == 3 and "another process of the run answered no more" in said[1 - lost], said
    steps = len(np.load(checkpoint)["history step"])
    result = pdedsl("resume", "run", "--steps", steps + 5)
    assert result.exit_code == 0 and f"after {steps + 5} steps" in result.output, result.output


@pytest.mark.slow
def test_a_signal_to_any_process_stops_all(spec: Path) -> None:
    own = _two("solve", str(spec), *NETWORK, "--steps", "100000", "--time-limit", "200", "--out", "run")
    while not Path("run/checkpoint.npz").exists() and own[0].poll() is None:
        time.sleep(0.2)
    os.kill(own[1].pid, signal.SIGTERM)
    said = [process.communicate(timeout=100)[0] for process in own]
    assert [process.returncode for process in own] == [0, 0] and "go on with" in said[0], said
    assert _said(Path("run"))["status"] == "interrupted"


@pytest.mark.slow
def test_who_never_comes_is_told(spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = "from pdedsl.solver.devices import join; join(seconds=2)"
    address = f"localhost:{_port()}"
    own = {"JAX_COORDINATOR_ADDRESS": address, "JAX_NUM_PROCESSES": "2", "JAX_PROCESS_ID": "0"}
    ended = subprocess.run([sys.executable, "-c", script], env={**os.environ, **own}, capture_output=True, text=True)
    assert ended.returncode == 2
    assert f"pdedsl: process 0 of 2 waited 2 s at {address}: not all processes came there" in ended.stderr
