"""Races of methods: table, figure, histories."""

import csv
from pathlib import Path

import numpy as np
import pytest

import pdedsl
from pdedsl.studies.compare import compare, figure, table, write


@pytest.fixture(scope="module")
def races():
    text = "pde 1\ndomain x in [0, 1]\nfield u(x)\nequation: dxx(u) = -2\nboundary: u = 0  on all\nexact u = x*(1 - x)\nsolve { network = mlp(4)\npoints = 30\nsteps = 4 }\n"
    problem = pdedsl.loads(text)
    return problem, compare(problem, ["anagram", "adam"], 20.0, 2)


@pytest.mark.slow
def test_rows_and_curves(races, tmp_path: Path) -> None:
    problem, found = races
    lines = table(found).splitlines()
    assert [line.split(" | ")[0] for line in lines[2:]] == ["| anagram", "| adam"]
    assert f"{np.median(found[0].finals):.1e}" in lines[2]
    left, right, columns = figure(problem, found).axes
    assert columns.get_xlabel() == "columns"
    assert [line.get_label() for line in left.lines] == ["anagram", "adam"]
    assert left.get_ylabel() == "error over variation" and right.get_xlabel() == "seconds of training"
    ends = left.lines[0].get_ydata()[-1]
    assert min(found[0].finals) * 0.99 <= ends <= max(found[0].finals) * 1.01
    write(found, problem, tmp_path / "races")
    with (tmp_path / "races" / "histories.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {r["method"] for r in rows} == {"anagram", "adam"} and {r["seed"] for r in rows} == {"0", "1"}
    assert sorted(p.name for p in (tmp_path / "races").iterdir()) == ["comparison.png", "histories.csv", "table.md"]


def test_spaces_are_compared(races, tmp_path: Path) -> None:
    problem = pdedsl.loads(str(races[0]).partition("solve")[0])
    found = compare(problem, [], 5.0, 3, spaces=["polynomials(2)", "features(30)"])
    assert [len(entry.runs) for entry in found] == [1, 1]  # nothing is drawn
    assert found[0].finals[0] < 1e-12 and found[1].finals[0] < 1e-4
    assert found[1].columns(found[1].runs[0].history[-1]) == 30 and "| features(30) |" in table(found)
    write(found, problem, tmp_path / "races")
