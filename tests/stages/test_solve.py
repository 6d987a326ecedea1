"""The driver: text to solution, each stage once."""

import re
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

import pdedsl
from pdedsl.geometry import faces, quadrature
from pdedsl.numerics.system import System
from pdedsl.planning.plan import Clock, Plan
from pdedsl.problem.problem import Problem
from pdedsl.solver.method import Method
from pdedsl.solver.minimise import Snapshot
from pdedsl.spaces.space import Polynomials
from pdedsl.stages import load, solve
from pdedsl.vocabulary.source import Source
from tests.examples import GOOD

TEXT = """pde 1
domain (x, y) = disk([0.123, 0], 1)
field u(x, y)
equation: laplacian(u) = 4
boundary first: u = x^2 + y^2  on x > 0
boundary second: dn(u) = 2  on x <= 0
constraint mass: integral(u) = 1
report flux = integral(dn(u), on = all)
solve { network = mlp(4)
points = 40
steps = 2 }
"""


@pytest.mark.slow
def test_from_a_text() -> None:
    found = solve.solve(Source.of(TEXT))
    assert found.outcome.status == "steps" and found.plan.limits.steps == 2
    assert [b.name for b in found.system.blocks] == ["equation", "first", "second", "mass"]
    with pytest.raises(pdedsl.SpecError):
        solve.solve(Source.of(TEXT.replace("u = x^2", "u = q^2")))


@pytest.mark.slow
def test_a_journal_sees_a_run_from_its_beginning_to_its_end() -> None:
    seen: list[str] = []

    class Kept:
        def begin(self, problem: Problem, plan: Plan) -> None:
            seen.append("begin")

        def earlier(self, method: Method, lowered: solve.System) -> Snapshot | None:
            seen.append("earlier")

        def keep(self, snapshot: Snapshot) -> None:
            seen.append(f"keep {len(snapshot.history)}")

    solve.solve(Source.of(TEXT), journal=Kept(), watch=lambda record: seen.append("watch"))
    assert seen == ["begin", "earlier", "watch", "watch", "keep 2"]


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each stage is made, and each piece of boundary measured."""
    counts: Counter[str] = Counter()

    def count(module: object, name: str) -> None:
        original = getattr(module, name)
        monkeypatch.setattr(module, name, lambda *a, **k: (counts.update([name]), original(*a, **k))[1])

    for name in ("parse", "resolve", "check_problem"):
        count(load, name)
    for name in ("system", "planned", "truths"):
        count(solve, name)
    measured: list[object] = []
    share = faces._share

    def once(domain, face, where, probes):
        if len(probes) == 512:  # the first look at a face for a condition; a second one only sharpens it
            measured.append((face, where))
        return share(domain, face, where, probes)

    monkeypatch.setattr(faces, "_share", once)
    for cached in (faces.boundary_pieces, faces._start_piece, quadrature.rule):
        cached.cache_clear()
    counts.measured = measured  # pyright: ignore[reportAttributeAccessIssue]
    return counts


@pytest.mark.slow
def test_every_stage_is_made_once(tmp_path: Path, counted: Counter[str]) -> None:
    def made() -> tuple[dict[str, int], int]:
        found, measured = dict(counted), counted.measured  # pyright: ignore[reportAttributeAccessIssue]
        times = max(Counter(measured).values(), default=0)
        counted.clear()
        measured.clear()
        return found, times

    (tmp_path / "s.pde").write_text(TEXT)
    pdedsl.solve(pdedsl.load(tmp_path / "s.pde"), folder=tmp_path / "run")
    stages, measured = made()
    assert stages == {"parse": 1, "resolve": 1, "check_problem": 1, "system": 1, "truths": 1} and measured == 1
    pdedsl.resume(tmp_path / "run", steps=3)
    stages, measured = made()
    assert stages == {"parse": 1, "resolve": 1, "check_problem": 1, "system": 1, "truths": 1} and measured <= 1
    opened = pdedsl.open(tmp_path / "run")
    opened.save(tmp_path / "again")  # the report of a finished run, and all that goes with it
    stages, measured = made()
    assert stages == {"parse": 1, "resolve": 1, "check_problem": 1, "system": 1} and measured <= 1
    assert "flux" in (tmp_path / "again" / "report.html").read_text()


KINK = """pde 1
domain x in [0, 1], y in [0, 1]
field u(x, y)
equation: laplacian(u) = 0
boundary: u = abs(x - 1/3) on all
"""


@pytest.mark.slow
def test_where_degrees_do_not_converge_a_network_is_trained_and_the_better_one_kept() -> None:
    problem = pdedsl.loads(KINK)
    found = solve.solve(problem.with_choices({"time_limit": 40}))
    assert (found.plan.space == "auto" and "did not converge" in found.story[0]) or "fell to" in found.story[0]
    if "differs from them" in found.story[-1]:
        assert found.space != "network"
        return
    left = [float(number.strip(",")) for number in re.findall(r"by (\S+)", found.story[-1])]
    assert (found.space == "network") == (left[0] <= left[1])


def test_two_solutions_are_compared_in_double_precision() -> None:
    text = "pde 1\ndomain x in [0, 1], y in [0, 1]\nfield u(x, y)\nequation: laplacian(u) = 0\n"
    problem = pdedsl.loads(
        text + "boundary: u = x + cosh(8*x)^2 - sinh(8*x)^2  on all\n"
    )  # cancels in single precision
    with jax.enable_x64(False):  # as users have it
        one, other = (solve.solve(problem.with_choices({"space": Polynomials((n,))})) for n in (1, 2))
        words = solve._better(one, other, np.inf).story[-1]
    left = [float(number.strip(",")) for number in re.findall(r"by (\S+)", words)]
    assert len(left) == 2 and max(left) < 1e-12


@pytest.mark.slow
def test_no_network_is_begun_for_which_there_is_no_time_but_one_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    problem, kept = pdedsl.loads(KINK).with_choices({"time_limit": 30, "steps": 12}), list[Any]()

    class Journal(solve.Unkept):
        def earlier(self, method: Any, lowered: Any) -> Any:
            return kept[-1] if kept else None

    class First(Journal):
        def keep(self, snapshot: Any) -> None:
            kept.append(snapshot)

    monkeypatch.setattr(solve, "compiling", lambda lowered: 1e3)
    found = solve.solve(problem, journal=Journal())
    assert "no time to train a network" in found.story[-1] and found.space != "network"
    monkeypatch.setattr(solve, "compiling", lambda lowered: 0.0)
    solve.solve(problem, journal=First())
    assert len(kept[-1].history) > 0
    monkeypatch.setattr(solve, "compiling", lambda lowered: 1e3)
    assert "no time" not in solve.solve(problem, journal=Journal()).story[-1]


def test_a_solution_in_polynomials_is_written_and_opened_again(tmp_path: Path) -> None:
    problem = pdedsl.loads(GOOD)
    solution = pdedsl.solve(problem, folder=tmp_path / "run")
    assert solution.status == "converged" and solution.errors["u"] < 1e-13 and solution.verdict.word == "solved"
    assert solution.advice == "" and solution.judged_blind.word == "solved"
    again = pdedsl.open(tmp_path / "run")
    points = np.random.default_rng(0).uniform(0, 1, (20, 2))
    np.testing.assert_array_equal(again(points), solution(points))
    np.testing.assert_allclose(again.estimates[0].absolute, solution.estimates[0].absolute)
    assert again.history == solution.history and again.solved.space == solution.solved.space
    assert again.solved.story == solution.solved.story
    slopes = again.evaluate("dxx(u)", points)
    np.testing.assert_allclose(slopes, -(np.pi**2) * again(points), atol=1e-8)
    assert pdedsl.resume(tmp_path / "run").status == "converged"


def test_chosen_polynomials_are_all_there_is(tmp_path: Path) -> None:
    solution = pdedsl.solve(pdedsl.loads(GOOD), space="polynomials(6)", folder=tmp_path / "run")
    assert solution.solved.space == Polynomials((6,)) and 1e-9 < solution.errors["u"] < 1e-2
    (estimate,) = solution.estimates
    assert 0.2 < estimate.relative / solution.errors["u"] < 5
    told = (tmp_path / "run" / "report.html").read_text()
    assert "Gauss-Newton on polynomials(6)" in told


@pytest.mark.slow
def test_features_sums_and_a_space_for_each_field(tmp_path: Path) -> None:
    problem = pdedsl.loads(GOOD)
    features = pdedsl.solve(problem, space="features(150)")
    assert features.errors["u"] < 1e-4 and 0.1 < features.estimates[0].relative / features.errors["u"] < 10
    both = pdedsl.solve(problem, space="polynomials(4) + features(40)", folder=tmp_path / "sum")
    assert both.errors["u"] < pdedsl.solve(problem, space="polynomials(4)").errors["u"] / 2 and not both.has_network
    again, points = pdedsl.open(tmp_path / "sum"), np.random.default_rng(0).uniform(0, 1, (9, 2))
    np.testing.assert_array_equal(again(points), both(points))
    np.testing.assert_allclose(both(points), jax.jit(jax.vmap(both.u))(points)[:, 0], atol=1e-10)


@pytest.mark.slow
def test_a_network_on_top_of_polynomials_begins_with_these(tmp_path: Path) -> None:
    problem = pdedsl.loads(GOOD)
    alone = pdedsl.solve(problem, space="polynomials(4)")
    both = pdedsl.solve(problem, space="polynomials(4) + network", network="mlp(12)", steps=30, folder=tmp_path / "run")
    assert both.has_network and both.history[0].loss < 2 * alone.history[-1].loss
    assert both.errors["u"] < alone.errors["u"] / 10
    again, points = pdedsl.open(tmp_path / "run"), np.random.default_rng(0).uniform(0, 1, (9, 2))
    np.testing.assert_array_equal(again(points), both(points))
    assert again.summary()["space"] == "polynomials(4) + network"


@pytest.mark.slow
def test_fields_of_different_spaces(tmp_path: Path) -> None:
    problem = pdedsl.loads(
        "pde 1\ndomain x in [0, 1]\nfield u(x), v(x)\nequation: dxx(u) = v\nequation: dxx(v) = -sin(x)\n"
        "boundary: u = 0 on all\nboundary: v = sin(x) on all\n"
    )
    found = pdedsl.solve(problem, **{"space.v": "polynomials(3)"}, folder=tmp_path / "run")
    exact = np.sin(1.0) * 0.3 - np.sin(0.3)
    assert 1e-6 < abs(found(x=0.3)["u"] - exact) < 1e-2
    said = pdedsl.open(tmp_path / "run").summary()
    assert said["spaces"] == {"space.v": "polynomials(3)"} and said["space"].startswith("polynomials(")
    mixed = pdedsl.solve(problem, **{"space": "polynomials(9)", "space.v": "network"}, network="mlp(6)", steps=25)
    assert mixed.has_network and abs(mixed(x=0.3)["u"] - exact) < 1e-3


@pytest.mark.slow
def test_a_network_that_is_saturated_is_given_up_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    begun = solve._begun

    def saturated(problem: Problem, plan: Plan, *others: Any) -> System:
        lowered = begun(problem, plan, *others)
        return lowered if plan.seed else replace(lowered, start=1e5 * lowered.start)

    monkeypatch.setattr(solve, "_begun", saturated)
    text = "pde 1\ndomain x in [0, 1]\nfield u(x)\nequation: dxx(u) = 6*x\nboundary: u = x^3  on all\n"
    asked = "solve { network = mlp(10)\npoints = 50\nsteps = 40 }\n"
    found = solve.solve(Source.of(text + asked))
    assert found.story[0].endswith("directions only was given up for another")
    assert found.outcome.history[-1].step == 40 and found.outcome.history[-1].loss < 1e-8
    assert found.values(np.asarray([[0.5]]))[0, 0] == pytest.approx(0.125, abs=1e-3)


def test_what_comes_before_the_first_polynomials_is_told_apart() -> None:
    begun = time.perf_counter() - 3.0
    text = f"{TEXT.split('solve')[0]}solve {{ space = polynomials(4) }}\n"
    found = solve.solve(Source.of(text), clock=Clock(begun=begun))
    assert 3.0 <= found.outcome.compile_seconds <= found.outcome.history[0].seconds
