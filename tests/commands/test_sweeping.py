"""`pdedsl sweep`: what it shows, and what it refuses."""

import json
from math import pi
from pathlib import Path

import pytest

from tests.examples import DECAY, LAYER
from tests.inverse import decay
from tests.shell import pdedsl


def test_a_line_for_each_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("layer.pde").write_text(LAYER)
    shown = pdedsl("sweep", "layer.pde", "eps=0.1..0.2:3")
    assert shown.exit_code == 0, shown.output
    lines = [line for line in shown.output.splitlines() if line.startswith("eps = ")]
    assert len(lines) == 3 and all("solved, error" in line and len(line) <= 80 for line in lines)
    assert Path("sweeps/layer-1/sweep.nc").exists()
    told = pdedsl("sweep", "layer.pde", "eps=0.1..0.2:3", "log", "--json-lines")
    rows = [own for own in map(json.loads, told.output.splitlines()) if own["event"] == "run"]
    assert [round(own["eps"], 6) for own in rows] == [0.1, 0.141421, 0.2]


def test_an_inverse_problem_over_what_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`exp(-(a*pi^2 + k)*t)` tells `a*pi^2 + k` alone."""
    monkeypatch.chdir(tmp_path)
    decay(tmp_path)
    text = (
        DECAY.replace("unknown", "param k = 0\nunknown").replace("a*dxx(u)", "a*dxx(u) - k*u")
        + "report rate = a*pi^2 + k\n"
    )
    Path("decay.pde").write_text(text)
    shown = pdedsl("sweep", "decay.pde", "k=0.1,0.2", "--out", "run")
    assert shown.exit_code == 0 and shown.output.count(f"rate = {0.3 * pi**2:.6g}") == 2, shown.output
    Path("decay.pde").write_text(text.replace("k = 0", "k = 0 noise 0.1").replace('csv"', 'csv"  noise 0.1'))
    shown = pdedsl("sweep", "decay.pde", "k=0.1,0.2")
    assert shown.exit_code == 2 and "sought beside the data" in " ".join(shown.output.split())


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (["q=1,2"], "no parameter `q`; it has: eps, a"),
        (["eps=1,x"], "is not a number"),
        (["eps=1", "eps=2"], "swept twice"),
        (["eps"], "NAME=VALUES"),
        (["eps=0.1,-1"], "E306"),
        (["eps=0.1..1"], "how many values? eps=a..b:20"),
        (["eps=0.1..1:4", "--design", "sobol:4"], "a range without a number"),
        (["eps=0.1..1", "--follow", "--until", "maximum(u) = 1"], "take one of them"),
        (["eps=0.1..1", "--follow", "--cold"], "without --cold"),
        (["eps=0.1..1:3", "--switch"], "--switch goes with --follow"),
        (["eps=0.1..1", "--until", "maximum(u) = 1", "--seeds", "3"], "without --seeds"),
    ],
)
def test_what_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, values: list[str], said: str) -> None:
    monkeypatch.chdir(tmp_path)
    Path("layer.pde").write_text(LAYER)
    result = pdedsl("sweep", "layer.pde", *values)
    assert result.exit_code in (1, 2) and said in " ".join(result.output.split()), result.output
    assert not Path("sweeps").exists()
