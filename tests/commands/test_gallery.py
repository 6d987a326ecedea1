"""The specs that come with pdedsl."""

from benchmarks.goals import GOALS, SPECS
from pdedsl.commands.gallery import entries, folder


def test_every_spec_is_listed_with_its_title() -> None:
    found = {entry.name: entry for entry in entries()}
    assert folder() == SPECS and set(found) == set(GOALS)
    assert found["allen_cahn"].title == "Allen-Cahn, 1+1D" and all(entry.title for entry in found.values())
