"""Runs that begin from others: pieces of time add up to the whole, continuation finds what a cold start does not."""

from dataclasses import replace
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest

from pdedsl.numerics.lower import lower
from pdedsl.planning.defaults import planned
from pdedsl.planning.plan import Limits
from pdedsl.problem.problem import Problem
from pdedsl.spaces.space import Network, Polynomials
from pdedsl.stages.load import loads
from pdedsl.stages.solve import Solved, build, solve
from pdedsl.stages.starting import Start, guess, kept, restored, started, to_fit
from tests.examples import DECAY
from tests.inverse import decay


def rod(begin: float, end: float, more: str = "") -> Problem:
    return loads(
        f"pde 1\ndomain x in [0, 1]\ntime t in [{begin}, {end}]\nfield u(x, t)\nequation: dt(u) = dxx(u)\n"
        f"initial: u = 2 + sin(pi*x){more}\nboundary: u = 2 on all\n"
    )


def wave(begin: float, end: float) -> Problem:
    return loads(
        f"pde 1\ndomain x in [0, 1]\ntime t in [{begin}, {end}]\nfield u(x, t)\nequation: dtt(u) = dxx(u)\n"
        "initial: u = sin(pi*x)\ninitial: dt(u) = sin(2*pi*x)\nboundary: u = 0 on all\n"
    )


def kept_of(found: Solved) -> Start:
    return kept(found.problem, found.plan, found.system, found.outcome.parameters)


X = np.linspace(0, 1, 9)


def test_pieces_of_time_are_the_whole() -> None:
    start = kept_of(solve(rod(0, 0.1)))
    found = solve(rod(0.1, 0.25), start=start)
    points = np.stack([X, np.full(9, 0.25)], axis=1)
    np.testing.assert_allclose(found.values(points)[:, 0], 2 + np.exp(-0.25 * np.pi**2) * np.sin(np.pi * X), atol=1e-12)
    assert found.story[0] == "initial conditions: another run at t = 0.1"


def test_velocities_go_on_too() -> None:
    found = solve(wave(0.3, 0.5), start=kept_of(solve(wave(0, 0.3))))
    points = np.stack([X, np.full(9, 0.5)], axis=1)
    exact = np.cos(0.5 * np.pi) * np.sin(np.pi * X) + np.sin(np.pi) / (2 * np.pi) * np.sin(2 * np.pi * X)
    np.testing.assert_allclose(found.values(points)[:, 0], exact, atol=1e-11)


def test_residuals_hold_the_start_in_both_evaluators() -> None:
    problem = started(wave(0.3, 0.5), kept_of(solve(wave(0, 0.3))))
    for statement, rate in zip((s for s in problem.statements if s.kind == "initial"), (0, 1), strict=True):
        residual = lower(problem, statement)
        own = residual(lambda x: jnp.zeros(1), jnp.asarray([0.3, 0.3]))[0]
        waves = [(np.pi, 1.0, 0.0), (2 * np.pi, 0.0, 1.0)]
        exact = sum(
            (a * np.cos(k * 0.3) + b * np.sin(k * 0.3) / k, -a * k * np.sin(k * 0.3) + b * np.cos(k * 0.3))[rate]
            * np.sin(k * 0.3)
            for k, a, b in waves
        )
        np.testing.assert_allclose(own, -exact, atol=1e-10)


def test_hard_conditions_go_on() -> None:
    start = kept_of(solve(rod(0, 0.1, " hard")))
    found = solve(rod(0.1, 0.2, " hard"), start=start)
    points = np.stack([X, np.full(9, 0.2)], axis=1)
    np.testing.assert_allclose(found.values(points)[:, 0], 2 + np.exp(-0.2 * np.pi**2) * np.sin(np.pi * X), atol=1e-10)


def test_through_arrays() -> None:
    start = kept_of(solve(wave(0, 0.3)))
    again, points = restored(start.arrays), np.asarray([[0.1, 0.2], [0.7, 0.3]])
    np.testing.assert_array_equal(guess(wave(0, 0.3), start, points), guess(wave(0, 0.3), again, points))
    assert again.intervals == start.intervals


def front(eps: float, end: float = 1.0) -> Problem:
    """-eps u'' + u u' = 0 has tanh fronts, from which Newton's method is far off at first."""
    return loads(
        f"pde 1\nparam eps = {eps}\ndomain x in [0, {end}]\nfield u(x)\nequation: eps*dxx(u) = u*dx(u)\n"
        f"boundary a: u = 1 on x = 0\nboundary b: u = -1 on x = {end}\n"
    )


@pytest.mark.slow
def test_a_first_guess_is_taken_and_stretched() -> None:
    start = kept_of(solve(front(0.2)))
    same, wide = np.asarray([[0.25], [0.5], [0.9]]), np.asarray([[0.5], [1.0], [1.8]])
    np.testing.assert_allclose(guess(front(0.2), start, same), guess(front(0.1, end=2.0), start, wide))
    cold, warm = solve(front(0.08)), solve(front(0.08), start=start)
    np.testing.assert_allclose(warm.values(same), cold.values(same), atol=1e-8)
    assert warm.story[0] == "began with the solution of another run"
    assert warm.outcome.history[-1].step < cold.outcome.history[-1].step


@pytest.mark.slow
def test_numbers_between_bounds_are_what_they_are(tmp_path: Path) -> None:
    decay(tmp_path)
    found = solve(loads(DECAY, name=str(tmp_path / "decay.pde")))
    assert guess(found.problem, kept_of(found), np.zeros((1, 2)))[0, 1] == pytest.approx(0.3, abs=1e-9)


def test_networks_begin_from_networks_and_from_polynomials() -> None:
    problem = rod(0, 0.1)
    plan = replace(planned(problem), space="network", network=Network((8,)), limits=Limits(steps=25))
    trained = solve(problem, plan)
    start = kept_of(trained)
    more = solve(problem, replace(plan, limits=Limits(steps=1)), start=start)
    assert more.outcome.history[0].loss < 10 * trained.outcome.history[-1].loss
    from_polynomials = solve(problem, replace(plan, limits=Limits(steps=1)), start=kept_of(solve(problem)))
    assert from_polynomials.outcome.history[0].loss < 1e-2
    later = solve(rod(0.1, 0.2), replace(planned(problem), space=Polynomials((24, 12))), start=start)
    points = np.stack([X, np.full(9, 0.1)], axis=1)
    exact = 2 + np.exp(-0.1 * np.pi**2) * np.sin(np.pi * X)
    off = np.abs(trained.values(points)[:, 0] - exact).max()
    assert (
        np.abs(later.values(points) - trained.values(points)).max() < off / 2
    )  # it has the network's values, not better ones


TEMPERATURE = "pde 1\ndomain x in [0, 1]\ntime t in [0, 1]\nfield T(x, t)\nequation: dt(T) = dxx(T)\ninitial: T = 0\nboundary: T = 0 on all\n"


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (rod(0.2, 0.3), "ends at t = 0.1, this one begins at 0.2"),
        (loads(str(rod(0.1, 0.2)).replace("x in [0, 1]", "x in [0, 2]").replace("pi*x", "pi*x/2")), r"x in \[0, 1\]"),
        (loads(TEMPERATURE), r"no field T\(x, t\): it has u\(x, t\)"),
    ],
)
def test_what_cannot_be_started_from(problem: Problem, words: str) -> None:
    start = kept_of(solve(rod(0, 0.1)))
    with pytest.raises(ValueError, match=words):
        started(problem, start)


def test_a_fit_shares_no_programs_with_the_run_or_with_another_fit() -> None:
    """Its targets are inside what is compiled."""
    problem = rod(0, 0.1)
    lowered = build(problem, replace(planned(problem), space="network", network=Network((4,))))
    start = kept_of(solve(problem))
    one, other = (to_fit(problem, lowered, start) for _ in range(2))
    assert one.programs is not other.programs and one.programs is not lowered.programs
