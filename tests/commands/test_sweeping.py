"""`pdedsl sweep`: what it shows, and what it refuses."""

import json
from math import acosh, pi
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


def test_a_value_where_something_happens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`u = a (1 - cosh((x - 1/2)/sqrt(eps))/cosh(1/(2 sqrt(eps))))` is a half of `a` in the middle where that cosh is 2."""
    monkeypatch.chdir(tmp_path)
    Path("layer.pde").write_text(LAYER)
    shown = pdedsl("sweep", "layer.pde", "eps=0.05..0.5", "--until", "2*maximum(u) = a", "--out", "found")
    assert shown.exit_code == 0, shown.output
    assert json.loads(Path("found/until.json").read_text())["eps"] == pytest.approx(1 / (2 * acosh(2)) ** 2, rel=1e-8)
    spec = Path("layer.pde")
    spec.write_text(LAYER + "report top = maximum(u)\n")
    assert pdedsl("sweep", "layer.pde", "eps=0.05..0.5", "--until", "top = a/2", "--out", "again").exit_code == 0
    assert json.loads(Path("again/until.json").read_text())["eps"] == pytest.approx(1 / (2 * acosh(2)) ** 2, rel=1e-8)
    spec.write_text(LAYER)
    for words, said in (
        ("u = 3", "is not a number"),
        ("maximum(u) = 7", "does not hold"),
        ("maximum(u)", "takes a condition"),
    ):
        result = pdedsl("sweep", "layer.pde", "eps=0.05..0.5", "--until", words)
        assert result.exit_code == 2 and said in " ".join(result.output.split()), result.output
    assert pdedsl("sweep", "layer.pde", "eps=0.05..0.5", "--until", "maximum(q) = 1").exit_code == 1


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


def test_branches_of_what_depends_on_the_time_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("own.pde").write_text(
        "pde 1\nparam r = 1\ndomain x in [0, 1]\ntime t in [0, 1]\nfield u(x, t)\n"
        "equation: dt(u) = dxx(u) + r*u + t\nboundary: u = 0  on all\ninitial: u = 0\n"
    )
    result = pdedsl("sweep", "own.pde", "r=1..2", "--follow")
    assert result.exit_code == 2 and "`equation` depends on the time `t`" in " ".join(result.output.split())
    assert not Path("sweeps").exists()
