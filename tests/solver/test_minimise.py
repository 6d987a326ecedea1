"""The loop: nothing is retraced, the same seed gives the same bits, every way to stop."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import pdedsl
from pdedsl.numerics.system import Block, System, system
from pdedsl.planning.defaults import planned
from pdedsl.planning.plan import Limits
from pdedsl.solver import anagram
from pdedsl.solver.choose import choose
from pdedsl.solver.method import Iteration, Objective, Points
from pdedsl.solver.minimise import NOISY, Hooks, Outcome, ending, minimise
from pdedsl.solver.record import Record
from pdedsl.stages.load import loads

PUBLISHED = "anagram(cutoff = relative(1e-8), rows = unscaled)"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("points", "method"),
    [
        ("adaptive(100, every = 2)", "anagram(corrections = 0)"),
        ("grid(10)", PUBLISHED),
        pytest.param("random(100)", "anagram", marks=pytest.mark.slow),
        pytest.param("sobol(100)", "anagram(cutoff = fixed(1e-6))", marks=pytest.mark.slow),
        pytest.param("grid(10, 12)", "anagram(factor = svd)", marks=pytest.mark.slow),
        pytest.param("100", "anagram(cutoff = trust(target = 0.1, rungs = 6))", marks=pytest.mark.slow),
    ],
)
def test_every_choice_goes_down(heat: str, points: str, method: str) -> None:
    solution = pdedsl.solve(loads(heat), points=points, method=method, steps=4)
    losses = [r.loss for r in solution.history]
    assert losses[-1] < losses[0]
    assert set(solution.history[-1].losses) == {"equation", "initial", "boundary"}


SPECS = Path(__file__).parents[2] / "specs"


@pytest.mark.slow
def test_the_iteration_is_traced_once(heat: str, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    original = anagram.step
    monkeypatch.setattr(anagram, "step", lambda *a: (calls.append(1), original(*a))[1])
    pdedsl.solve(loads(heat), points="adaptive(50, every = 1)", steps=6)
    assert len(calls) == 1


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bits(heat: str) -> None:
    runs = [pdedsl.solve(loads(heat), points="adaptive(60, every = 2)", steps=5, seed=s) for s in (3, 3, 4)]
    values = [np.asarray(r.outcome.parameters) for r in runs]
    np.testing.assert_array_equal(values[0], values[1])
    assert (values[0] != values[2]).any()


def test_ways_to_stop(heat: str) -> None:
    problem = loads(heat)
    assert pdedsl.solve(problem, steps=2).status == "steps"
    assert pdedsl.solve(problem, tolerance=1e3).status == "tolerance"
    assert pdedsl.solve(problem, time_limit=1e-3, steps=50).status == "time limit"


def test_an_interrupt_keeps_what_there_is(heat: str) -> None:
    def stop(record: Record) -> None:
        if record.step == 3:
            raise KeyboardInterrupt

    plan = planned(loads(heat))
    lowered = system(loads(heat), plan)
    outcome = minimise(lowered, choose(plan.method, lowered.start.size), Limits(steps=10), hooks=Hooks(watch=stop))
    assert outcome.status == "interrupted" and len(outcome.history) == 3


@pytest.mark.slow
def test_the_same_bits_in_every_process() -> None:
    """Sets are ordered by Python's hash seed; programs and results must not be."""
    code = (
        "import hashlib, pdedsl, numpy as np\n"
        f"problem = pdedsl.load({str(SPECS / 'kovasznay.pde')!r})\n"
        "found = pdedsl.solve(problem, steps=3, network='mlp(8, 8)', points=100)\n"
        "print(hashlib.sha256(np.asarray(found.outcome.parameters).tobytes()).hexdigest())\n"
    )
    seen = set()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
        seen.add(done.stdout)
    assert len(seen) == 1


class Walk(NamedTuple):
    parameters: jax.Array
    count: jax.Array


@dataclass(frozen=True)
class Walker:
    """A method whose steps are given, whatever the loss."""

    steps: tuple[float, ...]
    batch: ClassVar[int] = 1

    @property
    def held(self) -> bool:
        return False

    @property
    def noisy(self) -> bool:
        return False

    def begin(self, parameters: jax.Array) -> Walk:
        return Walk(parameters, jnp.asarray(0))

    def parts(self, objective: Objective, parameters: jax.Array, points: Points) -> dict[str, Any]:
        return {}

    def back(self, state: Walk, parameters: jax.Array) -> Walk:
        return state._replace(parameters=parameters)

    def step(self, objective: Objective, state: Walk, points: Points, held: Points) -> tuple[Walk, Iteration]:
        losses = objective.losses(state.parameters, points)
        nothing = jnp.zeros(())
        report = Iteration(
            jnp.sum(losses), losses, jnp.asarray(True), jnp.asarray(False), nothing, nothing, jnp.zeros(0), nothing
        )
        return Walk(state.parameters + jnp.asarray(self.steps)[state.count], state.count + 1), report


def walk(*steps: float) -> Outcome:
    """A walk of one parameter; the residual is the parameter, points are redrawn every 2 steps."""
    block = Block(
        "equation",
        lambda u, x: u(x),
        1.0,
        np.zeros((4, 1)),
        sample=lambda n, generator: generator.random((n, 1)),
        every=2,
    )
    told = System((block,), lambda p: lambda x: p, jnp.ones(1))
    return minimise(told, Walker(steps), Limits(steps=len(steps), tolerance=0.0))


def walked(*steps: float) -> tuple[list[float], float]:
    """The parameter at each iteration of a walk, and at its end."""
    outcome = walk(*steps)
    return [(2 * r.loss) ** 0.5 for r in outcome.history], float(outcome.parameters[0])


def test_steps_that_fresh_points_find_worse_are_undone() -> None:
    parameters, final = walked(0.0, 9.0, -0.5, 0.0, 0.0, 0.0)
    assert parameters == pytest.approx([1, 1, 1, 0.5, 0.5, 0.5]) and final == 0.5
    parameters, final = walked(-0.5, -0.25, 0.1, 0.0)  # a little worse is no reason
    assert parameters == pytest.approx([1, 0.5, 0.25, 0.35])


def test_steps_at_the_end_that_fresh_points_find_worse_are_taken_back() -> None:
    assert walked(-0.5, 0.0, 3.0)[1] == 0.5
    assert walked(-0.5, 0.0, 0.1)[1] == 0.6
    assert walked(-0.5, 0.0, -0.25)[1] == 0.25
    assert walked(-0.5, 0.0, float("nan"))[1] == 0.5


@pytest.mark.parametrize(("steps", "undone"), [((-0.5, 0.0, 3.0), 1), ((-0.5, 0.0, 3.0, 0.0), 2), ((-0.5, 0.1), 0)])
def test_how_many_steps_were_taken_back(steps: tuple[float, ...], undone: int) -> None:
    assert walk(*steps).undone == undone


def test_data_are_fitted_where_they_are_and_never_redrawn() -> None:
    """Targets go with their points: a line through three measurements, beside a block that may be redrawn."""
    points = np.array([[0.0], [0.5], [1.0]])
    data = Block("data", lambda u, x: u(x), 1.0, points, targets=1.0 + 2.0 * points)
    smooth = Block("free", lambda u, x: 0.0 * u(x), 1.0, points, sample=lambda n, g: g.random((n, 1)), every=1)
    line = System((data, smooth), lambda p: lambda x: p[:1] + p[1:] * x, jnp.zeros(2))
    for method in (anagram.Anagram(), choose(plan_of("heldout"), 2)):
        outcome = minimise(line, method, Limits(steps=30, tolerance=1e-25))
        np.testing.assert_allclose(outcome.parameters, [1.0, 2.0], atol=1e-10)
        np.testing.assert_array_equal(outcome.points[0], points)
        assert (np.asarray(outcome.points[1]) != points).any()


def plan_of(cutoff: str) -> Any:
    text = "pde 1\ndomain x in [0, 1]\nfield u(x)\nequation: dx(u) = 1\nboundary: u = 0  on x = 0\n"
    return planned(loads(f"{text}solve {{ method = anagram(cutoff = {cutoff}) }}\n")).method


def test_estimated_losses_end_a_run_where_they_say_nothing_more() -> None:
    """Losses without bias about zero are noise; a mean far above their deviation is not, and one below zero is no success."""
    limits, noise = Limits(1000, 1e9), np.random.default_rng(0).normal(size=NOISY)

    def history(mean: float) -> list[Record]:
        return [Record(k + 1, 0.1 * k, mean + e, {}, 0.0, 1, 1.0, True) for k, e in enumerate(noise - noise.mean())]

    assert ending(False, limits, history(0.0), noisy=True) == "stalled"
    assert ending(False, limits, history(5.0), noisy=True) is None
    assert (
        ending(False, limits, history(-5.0)[:3], noisy=True) is None
        and ending(False, limits, history(-5.0)) == "tolerance"
    )
