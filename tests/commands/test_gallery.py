"""The specs that come with pdedsl."""

from typer.testing import CliRunner

from benchmarks.goals import GOALS, SPECS
from pdedsl.commands.cli import app
from pdedsl.commands.gallery import ROOMS, entries, folder


def test_every_spec_is_listed_with_its_title() -> None:
    found = {entry.name: entry for entry in entries()}
    below = {f"{room}/{path.stem}" for room in ROOMS for path in (SPECS / room).glob("*.pde")}
    assert folder() == SPECS and set(found) == set(GOALS) | below and "inverse/source" in below
    assert found["allen_cahn"].title == "Allen-Cahn, 1+1D" and all(entry.title for entry in found.values())


def test_titles_are_shown_as_they_are() -> None:
    assert "x [m], t [s]" in CliRunner().invoke(app, ["gallery"]).output
