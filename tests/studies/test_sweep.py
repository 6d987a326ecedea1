"""A spec for several values of its parameters: every combination once, tables of what came of them, on after a stop."""

import csv
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from pdedsl.commands.cli import app
from pdedsl.runs.run import open as open_run
from pdedsl.runs.run import solve
from pdedsl.stages.load import loads
from pdedsl.studies.sweep import Member, Row, Sweep, begin, columns, figure, kept, latex, summarised, sweep

TEXT = """pde 1
title "A layer"
param eps = 0.1, a = 1
domain x in [0, 1]
field u(x)
equation: -eps*dxx(u) + u = a
boundary: u = 0 on all
exact u = a - a*cosh((x - 1/2)/sqrt(eps))/cosh(1/(2*sqrt(eps)))
"""


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def rows(plan: Sweep, **choices: Any) -> tuple[Row, ...]:
    def one(member: Member, before: Any) -> Any:
        return solve(loads(TEXT, dict(member.values)), seed=member.seed, start=before, **choices)

    return sweep(plan, one)


@pytest.mark.slow
def test_all_combinations_of_values_and_seeds() -> None:
    plan = Sweep((("eps", (0.1, 0.01)), ("a", (1.0, 2.0, 3.0))), seeds=2)
    assert len(plan.members) == 12 and len({member.name for member in plan.members}) == 12
    assert plan.members[1] == Member((("eps", 0.1), ("a", 1.0)), 1) and plan.members[1].name == "eps=0.1-a=1-seed=1"


@pytest.mark.slow
def test_polynomials_need_one_seed_and_networks_all(tmp_path: Path) -> None:
    plan = Sweep((("eps", (0.1, 0.02)),), seeds=2)
    drawn_once, trained = rows(plan), rows(plan, space="network", network="mlp(6)", steps=3)
    assert [row.member.seed for row in drawn_once] == [0, 0] and [row.member.seed for row in trained] == [0, 1, 0, 1]
    head, body = summarised(drawn_once)
    assert head == ["eps", "error", "unknowns", "seconds"] and [own[0] for own in body] == ["0.1", "0.02"]
    head, body = summarised(trained)
    assert head[:4] == ["eps", "error", "best", "worst"] and len(body) == 2
    assert all(float(best) <= float(middle) <= float(worst) for _, middle, best, worst, *_ in body)
    assert len(columns(trained)["seed"]) == 4 and columns(drawn_once)["verdict"] == ["solved", "solved"]
    table = latex(drawn_once)
    assert table.count("&") == 9 and "10^{-" in table and "e-" not in table
    left, right = figure(trained, "A layer").axes
    dots = [line for line in left.lines if line.get_marker() == "o"]
    assert [len(line.get_xdata()) for line in dots] == [4]  # pyright: ignore[reportArgumentType]
    assert left.get_yscale() == "log" and right.get_ylim()[0] == 0 and left.get_xlabel() == "eps"


def test_following_values_begin_where_others_ended() -> None:
    seen: list[Any] = []

    def one(member: Member, before: Any) -> Any:
        seen.append(before)
        return solve(loads(TEXT, dict(member.values)))

    found = sweep(Sweep((("eps", (0.1, 0.05)),), follows=True), one)
    assert seen == [None, found[0].solution]


@pytest.mark.slow
def test_it_goes_on_where_it_was_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("layer.pde").write_text(TEXT)
    whole = run("sweep", "layer.pde", "eps=0.1,1/20", "--out", "whole", "--follow")
    assert whole.exit_code == 0 and "unknowns" in whole.output and "0.05" in whole.output, whole.output
    Path("half").mkdir()
    begin(Path("half"), Sweep((("eps", (0.1, 0.05)),)))  # as if it had been killed before its second run
    assert run("solve", "layer.pde", "--out", "half/eps=0.1-seed=0").exit_code == 0
    result = run("resume", "half")
    assert result.exit_code == 0, result.output
    tables = [list(csv.DictReader(Path(f"{home}/table.csv").read_text().splitlines())) for home in ("whole", "half")]
    assert tables[0][0]["space"] == tables[1][0]["space"]
    assert all(float(row["error"]) < 1e-12 for table in tables for row in table)
    assert open_run("whole/eps=0.05-seed=0").solved.story[0] == "began with the solution of another run"
    assert Path("half/sweep.png").exists() and Path("half/table.tex").exists()
    assert "0.05" in run("info", "half").output
    assert "name one of its runs, half/eps=0.1-seed=0" in " ".join(run("eval", "half", "--at", "x=0.5").output.split())
    Path("half/sweep.json").write_text("[]")
    for words in (["resume", "half"], ["info", "half"]):
        result = run(*words)
        assert result.exit_code == 2 and "does not name the runs" in result.output, result.output


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (["q=1,2"], "no parameter `q`; it has: eps, a"),
        (["eps=1,x"], "is not a number"),
        (["eps=1", "eps=2"], "swept twice"),
        (["eps"], "NAME=VALUE"),
        (["eps=0.1,-1"], "E306"),
    ],
)
def test_what_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, values: list[str], said: str) -> None:
    monkeypatch.chdir(tmp_path)
    Path("layer.pde").write_text(TEXT)
    result = run("sweep", "layer.pde", *values)
    assert result.exit_code in (1, 2) and said in " ".join(result.output.split()), result.output
    assert not Path("sweeps").exists()


def test_what_is_kept(tmp_path: Path) -> None:
    plan = Sweep((("eps", (0.1, 1e-7)), ("a", (2.0,))), 3, True)
    begin(tmp_path, plan)
    assert kept(tmp_path) == plan and kept(tmp_path / "other") is None
