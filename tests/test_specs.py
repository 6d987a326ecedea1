"""Every spec of the repository reaches its stated error with its own settings."""

from pathlib import Path

import pytest

import pdedsl
from benchmarks.family import LINES as FAMILIES
from benchmarks.family import Line as Family
from benchmarks.goals import GOALS, SPECS
from benchmarks.hard import LINES, Line
from benchmarks.inverse import LINES as INVERSE
from benchmarks.inverse import off
from benchmarks.many import LINES as MANY
from benchmarks.many import Line as Many


def test_every_spec_has_a_goal_and_a_truth() -> None:
    assert {p.stem for p in SPECS.glob("*.pde")} == set(GOALS)
    for name in GOALS:
        problem = pdedsl.load(SPECS / f"{name}.pde")
        assert problem.exact or problem.references
        assert problem.warnings == ()


@pytest.mark.parametrize("path", sorted((SPECS / "talk").glob("*.pde")), ids=lambda p: p.stem)
def test_the_published_settings_are_specs(path: Path) -> None:
    problem = pdedsl.load(path)
    assert problem.warnings == ()
    assert pdedsl.loads(str(problem), name=str(path)) == problem


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, goal in GOALS.items() if goal.steps])
def test_the_goal_is_reached(name: str) -> None:
    # Other work on the machine may take time from the run, never from the arithmetic: no time limit here.
    steps = GOALS[name].steps
    solution = pdedsl.solve(pdedsl.load(SPECS / f"{name}.pde"), time_limit=240, tolerance=1e-28, steps=steps)
    assert max(solution.errors_of_norm.values()) < GOALS[name].error


QUICK = (
    "hard/layer", "hard/two_materials", "hard/beam_load", "hard/disk_source", "hard/stefan", "hard/l_shape", "hard/motz",
    "hard/sector", "hard/plate_hole",
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("line", [own for own in LINES if own.spec in QUICK], ids=lambda own: own.spec)
def test_what_is_hard_is_solved(line: Line) -> None:
    solution = pdedsl.solve(pdedsl.load(SPECS / f"{line.spec}.pde"), time_limit=line.seconds)
    assert line.error(solution.summary()) < line.goal and solution.verdict.word == "solved"


@pytest.mark.slow
@pytest.mark.parametrize("line", MANY, ids=lambda own: own.name)
def test_many_coordinates_are_few_where_data_say_so(line: Many) -> None:
    solution = pdedsl.solve(pdedsl.load(SPECS / "many" / f"{line.name}.pde"), time_limit=2 * line.seconds)
    error = max(solution.errors.values())
    assert error < line.goal and error < 10 * max(e.relative for e in solution.estimates) + 1e-12


def test_every_hard_spec_has_a_line() -> None:
    assert {p.stem for p in (SPECS / "many").glob("*.pde")} == {own.name for own in MANY}
    assert {f"hard/{p.stem}" for p in (SPECS / "hard").glob("*.pde")} <= {own.spec for own in LINES}


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["diffusion", "brinkman", "lorenz", "reaction", "source", "eigenvalue", "eady", "front", "law"]
)
def test_what_was_measured_tells_what_is_sought(name: str) -> None:
    line = next(own for own in INVERSE if own.name == name)
    solution = pdedsl.solve(pdedsl.load(SPECS / "inverse" / f"{name}.pde"), time_limit=line.seconds)
    assert off(line, solution) < line.goal
    assert solution.verdict.word == "solved"


@pytest.mark.slow
@pytest.mark.parametrize("line", [own for own in FAMILIES if own.reached], ids=lambda own: own.name)
def test_a_family_is_solved_for_all_its_parameters(line: Family) -> None:
    solution = pdedsl.solve(pdedsl.load(SPECS / "family" / f"{line.name}.pde"), time_limit=line.seconds)
    assert max(own.worst for own in solution.families) < line.goal and solution.verdict.word == "solved"


def test_every_inverse_spec_has_a_line_and_reads_back() -> None:
    paths = sorted((SPECS / "inverse").glob("*.pde"))
    assert {p.stem for p in paths} == {own.name for own in INVERSE}
    for path in paths:
        problem = pdedsl.load(path)
        assert problem.warnings == () and pdedsl.loads(str(problem), name=str(path)) == problem
