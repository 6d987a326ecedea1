"""Families piece by piece in time: fronts of all widths against the exact solution."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import jax
import numpy as np
import pytest

import pdedsl
from pdedsl.numerics.truth import truths
from pdedsl.planning.defaults import planned
from pdedsl.planning.plan import Limits
from pdedsl.solver.record import Record
from pdedsl.spaces.space import Polynomials
from pdedsl.stages.load import loads
from pdedsl.stages.pieced import Pieced

FRONT = """pde 1
param nu in [0.02, 0.1]
domain x in [-1, 1]
time t in [0, 1]
field u(x, t)
let front = (1 - tanh((x + 1/2 - t/2)/(4*nu)))/2
equation: dt(u) + u*dx(u) = nu*dxx(u)
initial: u = front
boundary: u = front  on all
exact u = front
"""


def exact(x: np.ndarray, t: np.ndarray, nu: np.ndarray) -> np.ndarray:
    return (1 - np.tanh((x + 0.5 - t / 2) / (4 * nu))) / 2


def prepared(text: str, seconds: float, watch: Callable[[Record], None]) -> Pieced:
    problem = loads(text)
    plan = replace(planned(problem), limits=Limits(seconds=seconds))
    found = Pieced(problem, plan, truths(problem), watch, lambda: False, time.perf_counter(), seconds)
    found.prepare()
    return found


@pytest.mark.slow
def test_members_are_on_the_pieces_of_the_one_that_needs_most() -> None:
    seen = list[Record]()
    own = prepared(FRONT.replace("0.02", "0.05").replace("[0, 1]", "[0, 1/5]"), 60.0, seen.append)
    assert seen and all(np.isfinite(record.loss) for record in seen)  # those that are solved alone are shown
    assert own.off < 1e-4 and own.space.slabs and own.space.kind == "product" and own.space.degrees[2] == 0
    for nu in (0.05, 0.07, 0.1):
        at = np.array([nu])
        found = own.member(at, np.zeros(own.size))
        points = own.probes.copy()
        points[:, 2] = nu
        gap = np.abs(own.shown(found, at)[:, 0] - exact(*points[: len(own.shown(found, at))].T)).max()
        assert gap < 3e-4
        again = own.member(at, found)
        assert np.abs(own.shown(again, at) - own.shown(found, at)).max() < 1e-6
    assert len(own.points) == 3 and all(len(p) for p in own.points)


@pytest.mark.slow
def test_a_family_of_fronts_against_its_exact_solution(tmp_path: Path) -> None:
    own = pdedsl.solve(
        loads(FRONT.replace("0.1]", "0.022]").replace("t in [0, 1]", "t in [0, 0.3]")),
        folder=tmp_path / "run",
        time_limit=200,
    )
    space = own.solved.space
    assert isinstance(space, Polynomials) and space.kind == "family" and space.slabs
    assert own.families[0].worst < 1e-5 and own.verdict.word == "solved"
    again = pdedsl.open(tmp_path / "run")
    points = np.random.default_rng(0).uniform([-1, 0, 0.02], [1, 0.3, 0.022], (50, 3))
    np.testing.assert_allclose(again(points), own(points), atol=1e-13)
    np.testing.assert_allclose(own(points), exact(*points.T), atol=1e-5)
    with jax.enable_x64(True):
        np.testing.assert_allclose(jax.vmap(own.u)(points)[:, 0], own(points), atol=1e-11)
    step = np.array([0, 0, 1e-6])
    slope = (exact(*(points + step).T) - exact(*(points - step).T)) / 2e-6
    np.testing.assert_allclose(own.evaluate("d(u, nu)", points), slope, atol=1e-2)


@pytest.mark.slow
def test_pieces_and_degrees_may_be_chosen() -> None:
    own = pdedsl.solve(loads(FRONT), space="polynomials(24, 5, 6, terms = family)", slabs=4, time_limit=60)
    space = own.solved.space
    assert isinstance(space, Polynomials) and len(space.slabs) == 3 and space.degrees == (24, 5, 6)
    assert own.errors["u"] < 1e-2 and own.estimates[0].relative > own.errors["u"] / 3
