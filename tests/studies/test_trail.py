"""Points of a branch on disk: whole, as they were, and only where they are on it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import pdedsl
from benchmarks.goals import SPECS
from pdedsl.stages.branch import Branch, Point
from pdedsl.stages.load import load
from pdedsl.studies.trail import Trail, opened


def test_points_are_read_as_they_were_written(tmp_path: Path) -> None:
    one = Point(0.1, 0.2, {"top": 1 / 3}, {"u": 2.0}, np.array([0.1, -1e-300]), "fold", 2, 1)
    assert list(Trail(tmp_path / "trail.json").along(1.5, [one, one])) == [one, one]
    (own, _) = opened(tmp_path / "trail.json").points["1.5"]
    np.testing.assert_array_equal(own.coefficients, one.coefficients)
    same = {**vars(own), "coefficients": None}
    assert same == {**vars(one), "coefficients": None}


@pytest.mark.parametrize("told", ["", "[1]", '{"1.5": [{"a": 1}]}', '{"1.5": 3}'])
def test_what_is_not_whole_is_nothing(tmp_path: Path, told: str) -> None:
    (tmp_path / "trail.json").write_text(told)
    assert opened(tmp_path / "trail.json").points == {}


def test_a_walk_is_gone_on_with_from_its_last_point_that_is_on_the_branch() -> None:
    problem = load(SPECS / "branch" / "bratu.pde", {"lam": 2.0})
    warm = pdedsl.solve(problem).solved.warm
    assert warm is not None
    branch = Branch(problem, "lam", warm, (2.0, 5.0), 2.0)
    whole = list(branch.followed(5.0, 60))
    place = next(k for k, own in enumerate(whole) if own.kind)
    assert whole[place].kind == "fold"
    for known in (whole[: place - 3], whole[: place + 1], whole):  # before the fold, with it alone, and to the end
        again = list(Branch(problem, "lam", warm, (2.0, 5.0), 2.0).followed(5.0, 60, known))
        assert [own.parameter for own in again if own.kind] == pytest.approx([whole[place].parameter], abs=1e-9)
        assert again[-1].parameter == pytest.approx(whole[-1].parameter, abs=0.3)
    moved = replace(whole[4], coefficients=whole[4].coefficients + 0.1)
    trail = Trail(points={"2.0": [*whole[:4], moved, *whole[5:]]})
    assert trail.known(2.0, branch) == whole[:4] == trail.points["2.0"]
