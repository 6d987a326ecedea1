"""Branches and values that `pdedsl sweep` seeks: what they find, and that they go on where they were stopped."""

import json
from math import acosh
from pathlib import Path

import pytest

from benchmarks.goals import SPECS
from pdedsl.studies import trail
from tests.examples import LAYER
from tests.shell import pdedsl


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
        ("", "takes a condition"),
    ):
        result = pdedsl("sweep", "layer.pde", "eps=0.05..0.5", "--until", words)
        assert result.exit_code == 2 and said in " ".join(result.output.split()), result.output
    assert pdedsl("sweep", "layer.pde", "eps=0.05..0.5", "--until", "maximum(q) = 1").exit_code == 1


def test_branches_of_what_depends_on_the_time_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("own.pde").write_text(
        "pde 1\nparam r = 1\ndomain x in [0, 1]\ntime t in [0, 1]\nfield u(x, t)\n"
        "equation: dt(u) = dxx(u) + r*u + t\nboundary: u = 0  on all\ninitial: u = 0\n"
    )
    result = pdedsl("sweep", "own.pde", "r=1..2", "--follow")
    assert result.exit_code == 2 and "`equation` depends on the time `t`" in " ".join(result.output.split())
    assert not Path("sweeps").exists()


def test_a_value_is_sought_on_from_where_it_was_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("layer.pde").write_text(LAYER)
    wanted = ["sweep", "layer.pde", "eps=0.05..0.5", "--until", "2*maximum(u) = a", "--out", "found"]
    assert pdedsl(*wanted).exit_code == 0
    found = json.loads(Path("found/until.json").read_text())
    Path("found/until.json").unlink()
    Path("layer.pde").unlink()  # the study has its own
    shown = pdedsl("resume", "found")
    assert shown.exit_code == 0 and json.loads(Path("found/until.json").read_text()) == pytest.approx(found), shown
    assert "make" not in shown.output and pdedsl("resume", "found", "--workers", 2).exit_code == 2
    Path("found/study.json").write_text("{}")
    shown = pdedsl("resume", "found")
    assert shown.exit_code == 2 and "does not say what was asked" in " ".join(shown.output.split())


def test_a_branch_goes_on_from_where_it_was_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After half of its points: the branch that is told then is that of a walk which was not stopped."""
    monkeypatch.chdir(tmp_path)
    along = ["sweep", str(SPECS / "branch" / "pitchfork.pde"), "lam=5..60", "--follow", "--switch", "--points", "30"]
    assert pdedsl(*along, "--out", "whole").exit_code == 0
    told = json.loads(Path("whole/branch.json").read_text())
    kept = json.loads(Path("whole/trail.json").read_text())
    last = list(kept)[-1]
    half = {**kept, last: kept[last][: len(kept[last]) // 2]}
    Path("whole/trail.json").write_text(json.dumps(half))
    monkeypatch.setattr(trail, "EVERY", 0.0)
    shown = pdedsl("resume", "whole")
    assert shown.exit_code == 0, shown.output
    again = json.loads(Path("whole/branch.json").read_text())
    assert [own["kind"] for own in again] == [own["kind"] for own in told]
    assert [own["lam"] for own in again] == pytest.approx([own["lam"] for own in told], rel=1e-9)
    assert json.loads(Path("whole/trail.json").read_text())[last][: len(half[last])] == half[last]
