"""A spec for several values of its parameters: every combination once, tables of what came of them, on after a stop."""

from itertools import pairwise
from pathlib import Path
from typing import Any

from pdedsl.runs.run import solve
from pdedsl.stages.load import loads
from pdedsl.studies.sweep import Member, Row, Sweep, begin, kept, sweep
from tests.examples import LAYER


def rows(plan: Sweep, **choices: Any) -> list[Row]:
    def one(member: Member, before: Any) -> Any:
        return solve(loads(LAYER, dict(member.values)), seed=member.seed, start=before, **choices)

    return list(sweep(plan, one))


def test_all_values_and_seeds_near_those_before() -> None:
    plan = Sweep(("eps", "a"), ((0.1, 1.0), (0.1, 2.0), (0.01, 1.0), (0.01, 2.0)), seeds=2)
    assert len(plan.members) == 8 and len({member.name for member in plan.members}) == 8
    assert plan.members[1] == Member((("eps", 0.1), ("a", 1.0)), 1) and plan.members[1].name == "eps=0.1-a=1-seed=1"
    cells = [member.values for member in plan.members[::2]]
    moved = [sum(x != y for x, y in zip(one, other, strict=True)) for one, other in pairwise(cells)]
    assert moved == [1, 1, 1]


def test_each_begins_with_the_last_one_that_was_solved() -> None:
    seen: list[Any] = []

    def one(member: Member, before: Any) -> Any:
        seen.append(before)
        return solve(loads(LAYER, dict(member.values)))

    cells = ((0.1,), (0.05,))
    found = list(sweep(Sweep(("eps",), cells), one))
    assert seen[0] is None and seen[1].reports == () and len(found) == 2
    seen.clear()
    list(sweep(Sweep(("eps",), cells, cold=True), one))
    assert seen == [None, None]


def test_what_is_kept(tmp_path: Path) -> None:
    plan = Sweep(("eps", "a"), ((0.1, 2.0), (1e-7, 2.0)), 3, True)
    begin(tmp_path, plan)
    assert kept(tmp_path) == plan and kept(tmp_path / "other") is None
