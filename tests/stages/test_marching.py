"""Solutions piece by piece in time, against exact ones: long times, hard conditions, systems, what cannot be."""

from dataclasses import replace
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.special

import pdedsl
from pdedsl.numerics.polynomials import Expanded
from pdedsl.numerics.system import system
from pdedsl.numerics.truth import truths
from pdedsl.planning.defaults import planned
from pdedsl.planning.plan import Limits
from pdedsl.problem.problem import Problem
from pdedsl.solver.record import Record
from pdedsl.spaces.pieces import divisible
from pdedsl.spaces.space import Polynomials
from pdedsl.stages import marching
from pdedsl.stages import solve as driver
from pdedsl.stages.load import loads
from pdedsl.stages.marching import marched
from pdedsl.stages.raised import Raised
from pdedsl.stages.raising import Climb, raised

MODE = (
    "pde 1\ndomain x in [0, pi]\ntime t in [0, 30]\nfield u(x, t)\nequation: dtt(u) = dxx(u)\n"
    "initial: u = sin(2*x)\ninitial v: dt(u) = 0\nboundary: u = 0 on all\nexact u = sin(2*x)*cos(2*t)\n"
)
DECAY = (
    "pde 1\ndomain x in [0, 1]\ntime t in [0, 2]\nfield u(x, t)\nequation: dt(u) = dxx(u) + pi^2*u - u^3 + exp(-3*t)*"
    "sin(pi*x)^3 + exp(-t)*(-1)*sin(pi*x)\ninitial: u = sin(pi*x) hard\nboundary: u = 0 on all hard\n"
    "exact u = exp(-t)*sin(pi*x)\n"
)
GROWTH = (
    "pde 1\ndomain x in [0, 2*pi]\nperiodic x\ntime t in [0, 3]\nfield u(x, t), v(x, t)\nequation: dt(u) = dxx(u) + 2*u\n"
    "equation other: dt(v) = dxx(v) + u\ninitial: u = cos(x)\ninitial w: v = 0\n"
    "exact u = exp(t)*cos(x)\nexact v = sinh(t)*cos(x)\n"
)


@pytest.fixture
def coarse(monkeypatch: pytest.MonkeyPatch) -> None:
    """No more than three tolerances, whatever time there is."""
    monkeypatch.setattr(marching, "TOLERANCES", marching.TOLERANCES[:3])


def march(text: str, seconds: float = 300.0) -> tuple[Problem, Raised]:
    problem = loads(text)
    found = marched(problem, planned(problem), truths(problem), seconds=seconds)
    assert found is not None
    return problem, found


@pytest.mark.parametrize(("text", "most"), [(MODE, 1e-8), (DECAY, 1e-8), (GROWTH, 1e-8)])
def test_solutions_and_their_estimates(text: str, most: float) -> None:
    problem, found = march(text)
    errors = found.history[-1].errors
    worst = max(errors.values())
    assert set(errors) == {f.name for f in problem.fields} and worst < most
    assert found.space.slabs and found.relative < 1e-4
    assert worst < 10 * found.relative + 1e-12


def test_ordinary_differential_equations() -> None:
    """A pendulum from nearly upside down (DLMF 22.19.2)."""
    text = "pde 1\ntime t in [0, 20]\nfield u(t)\nequation: dtt(u) + sin(u) = 0\ninitial: u = 3\ninitial v: dt(u) = 0\n"
    solution = pdedsl.solve(loads(text), time_limit=30)
    times, k = np.linspace(0, 20, 50), np.sin(1.5)
    _, cosine, delta, _ = scipy.special.ellipj(times, k**2)
    exact = 2 * np.arcsin(k * cosine / delta)
    off = float(np.sqrt(np.mean((solution(times[:, None]) - exact) ** 2)) / exact.std())
    assert off < 1e-5 and off < 10 * solution.estimates[0].relative
    assert "pieces of time" in solution.solved.story[-1]


@pytest.mark.usefixtures("coarse")
def test_a_function_of_a_point_for_jax() -> None:
    problem, found = march(DECAY)
    lowered = system(problem, replace(planned(problem), space=found.space))
    u = lowered.model(jnp.asarray(found.coefficients))
    assert isinstance(u, Expanded)
    points = np.random.default_rng(0).uniform([0, 0], [1, 2], (20, 2))
    points = np.concatenate([points, [[0.3, found.space.slabs[0]], [0.3, 0.0], [0.0, 1.0]]])
    np.testing.assert_allclose(jax.jit(jax.vmap(u))(jnp.asarray(points)), u.values(points), atol=1e-13)
    slope = jax.jit(jax.vmap(jax.grad(lambda x: u(x)[0])))(jnp.asarray(points[:20]))[:, 1]
    np.testing.assert_allclose(slope, u.state(0, (0, 1), points[:20]), atol=1e-9)
    np.testing.assert_allclose(slope, -np.exp(-points[:20, 1]) * np.sin(np.pi * points[:20, 0]), atol=1e-6)
    assert u.values(np.array([[0.3, 0.0], [1.0, 1.7]])).ravel() == pytest.approx([np.sin(0.3 * np.pi), 0], abs=1e-14)


def test_too_little_time() -> None:
    problem = loads(MODE)
    assert marched(problem, planned(problem), seconds=1e-3) is None
    assert marched(problem, planned(problem), stopping=lambda: True) is None


@pytest.mark.slow
def test_runs_in_pieces_are_written_and_opened_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Climb, "found", lambda *_: None)
    solution = pdedsl.solve(loads(MODE), folder=tmp_path / "run", time_limit=40)
    again = pdedsl.open(tmp_path / "run")
    assert solution.errors["u"] < 1e-7 and "pieces of time" in solution.solved.story[0]
    assert again.solved.space == solution.solved.space and again.solved.space.slabs  # pyright: ignore[reportAttributeAccessIssue]
    assert solution.estimated_by == again.estimated_by == "the last tolerance"
    points = np.array([[0.5, 0.1], [1.0, 17.0], [2.0, 29.0]])
    np.testing.assert_array_equal(solution(points), again(points))
    later = MODE.partition("exact")[0].replace("[0, 30]", "[30, 31]")
    after = pdedsl.solve(loads(later), start=again)
    assert after(np.array([[1.0, 30.5]]))[0] == pytest.approx(np.sin(2.0) * np.cos(61.0), abs=1e-6)


def test_what_is_stopped_amid_the_pieces_trains_no_network() -> None:
    problem, seen = loads(MODE), list[int]()

    def watch(record: Record) -> None:
        seen.append(record.step)

    one = raised(problem, replace(planned(problem), limits=Limits(steps=2)))
    assert one is not None
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Climb, "found", lambda *_: replace(one, status="stalled"))
        found = driver.solve(problem, watch=watch, stopping=lambda: len(seen) > 1)
    assert found.outcome.status == "interrupted" and found.space == one.space and len(seen) == 2


@pytest.mark.slow
def test_steps_are_limited() -> None:
    problem = loads(DECAY)
    found = [marched(problem, replace(planned(problem), limits=Limits(steps=n))) for n in (5, 20)]
    assert found[0] is None and found[1] is not None
    assert found[1].status == "steps" and 5 < found[1].history[-1].step <= 20
    one = pdedsl.solve(problem, steps=1)
    assert one.status == "steps" and one.history[-1].step == 1 and len(one.history) == 1


FRONT = """pde 1
param nu = 0.01
domain x in [-1, 1]
time t in [0, 0.5]
field u(x, t)
equation: dt(u) + u*dx(u) = nu*dxx(u)
initial:  u = -0.6*tanh(0.6*(x + 0.4 - 0.8*t)/(2*nu)) + 0.8
boundary: u = -0.6*tanh(0.6*(x + 0.4 - 0.8*t)/(2*nu)) + 0.8  on all
exact u = -0.6*tanh(0.6*(x + 0.4 - 0.8*t)/(2*nu)) + 0.8
"""


@pytest.mark.slow
@pytest.mark.usefixtures("coarse")
def test_a_front_that_runs_is_stretched_where_it_is() -> None:
    problem = loads(FRONT)
    found = marched(problem, planned(problem), truths(problem), seconds=300)
    assert found is not None and isinstance(found.space, Polynomials)
    ((_, error),) = found.history[-1].errors.items()
    assert error < 1e-4 and 0.1 < found.relative / error < 30
    places = [own[0].places[0] for own in found.space.stretches if own[0] is not None]
    assert len(places) > 2 and places[-1] - places[0] > 0.2  # it goes 0.4 to the right


@pytest.mark.slow
def test_a_number_of_pieces_and_degrees_that_were_chosen(tmp_path: Path) -> None:
    solution = pdedsl.solve(loads(DECAY), slabs=3, folder=tmp_path / "run")
    space = solution.solved.space
    assert isinstance(space, Polynomials) and len(space.slabs) == 2
    np.testing.assert_allclose(np.diff([0, *space.slabs, 2]), 2 / 3)
    chosen = pdedsl.solve(loads(DECAY), slabs=3, space="polynomials(9, 7)")
    assert isinstance(chosen.solved.space, Polynomials) and chosen.solved.space.degrees == (9, 7)
    estimate = chosen.estimates[0].relative
    assert 0.1 < estimate / chosen.errors["u"] < 30


@pytest.mark.slow
def test_stretched_pieces_are_written_and_opened_again(tmp_path: Path) -> None:
    problem = loads(FRONT.replace("0.5]", "0.1]"))
    solution = pdedsl.solve(problem, slabs=2, time_limit=10, folder=tmp_path / "run")
    again = pdedsl.open(tmp_path / "run")
    points = np.random.default_rng(1).uniform([-1, 0], [1, 0.1], (50, 2))
    assert again.solved.space == solution.solved.space and any(map(any, again.solved.space.stretches))  # pyright: ignore
    np.testing.assert_array_equal(again(points), solution(points))
    np.testing.assert_allclose(jax.jit(jax.vmap(again.u))(points)[:, 0], again(points), atol=1e-12)
    slope = jax.jit(jax.vmap(jax.grad(lambda x: again.u(x)[0])))(points)[:, 0]
    np.testing.assert_allclose(again.evaluate("dx(u)", points), slope, rtol=1e-7, atol=1e-7)
    later = pdedsl.solve(
        loads(FRONT.replace("time t in [0, 0.5]", "time t in [0.1, 0.2]")), start=again, slabs=2, time_limit=10
    )
    assert later.errors["u"] < 1e-2


@pytest.mark.slow
def test_what_is_missed_at_the_start_is_in_the_estimate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marching, "TOLERANCES", marching.TOLERANCES[:2])
    kink = "pde 1\ndomain x in [-1, 1]\ntime t in [0, 0.5]\nfield u(x, t)\nequation: dt(u) = 1e-2*dxx(u)\n"
    problem = loads(kink + "initial: u = max(0, 1 - 2*abs(x))\nboundary: u = 0 on all\n")
    found = marched(problem, planned(problem), seconds=300)
    assert found is not None and found.relative > found.missed["initial"] > 1e-6


MEDIA = """pde 1
domain x in [0, 4]
time t in [0, 2]
field u(x, t)
let f(z) = exp(-20*(z - 1)^2)
equation: dtt(u) = div(where(x < 2, 1, 0.25)*grad(u))
boundary: u = 0  on x = 0, x = 4
initial: u = f(x)
initial: dt(u) = 40*(x - 1)*f(x)
exact u = where(x < 2, f(x - t) + f(4 - x - t)/3, 4/3*f(2 + (x - 2)*2 - t))
"""


@pytest.mark.slow
def test_pieces_of_time_beside_an_interface(coarse: None) -> None:
    """A wave of which a third comes back from a medium in which it is half as fast (d'Alembert)."""
    _, found = march(MEDIA)
    assert found.history[-1].errors["u"] < 1e-4  # the pulse has tails of 2e-9 at the ends
    assert found.relative < 1e-3


@pytest.mark.slow
def test_pieces_beside_places_that_depend_on_time_have_points_of_their_own() -> None:
    problem, found = march("""pde 1
domain x in [0, pi]
time t in [0, 2]
field u(x, t)
part early: t < 1
part late: t >= 1
equation: dt(u) = dxx(u)  in early
equation second: dt(u) = dxx(u)/2  in late
boundary: u = 0  on x = 0, x = pi
initial: u = sin(x)
exact u = sin(x)*where(t < 1, exp(-t), exp(-(t + 1)/2))
solve { slabs = 4 }
""")
    assert found.history[-1].errors["u"] < 1e-7 and divisible(problem)
