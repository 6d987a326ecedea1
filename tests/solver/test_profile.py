"""Where the time of a step goes: the parts, and a table of them."""

import pytest

from pdedsl.numerics.system import system
from pdedsl.planning import plan
from pdedsl.planning.defaults import planned
from pdedsl.solver.choose import choose
from pdedsl.solver.profile import Share, profile, table
from pdedsl.stages.load import loads


@pytest.mark.slow
@pytest.mark.parametrize(
    ("method", "parts"),
    [
        (plan.Anagram(), ["jacobian", "factorisation", "trials", "sampling", "measuring errors"]),
        (plan.Adam(), ["step", "sampling", "measuring errors"]),
    ],
)
def test_parts_of_a_step(heat: str, method: plan.Method, parts: list[str]) -> None:
    built = system(loads(heat), planned(loads(heat)))
    found = profile(built, choose(method, built.start.size), built.start, lambda parameters: {})
    assert [share.name for share in found] == parts and all(share.seconds >= 0 for share in found)


def test_the_table_adds_up() -> None:
    lines = table((Share("jacobian", 0.003), Share("trials", 0.001)), 2.0).splitlines()
    assert "75%" in lines[1] and lines[3].split()[-1] == "4.00" and lines[4].split()[-1] == "2000"
