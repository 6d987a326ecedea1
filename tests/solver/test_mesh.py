"""Steps with the rows divided among devices, or some at a time, against steps with all of them here."""

from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from benchmarks.goals import SPECS
from pdedsl.numerics.system import System
from pdedsl.planning import plan
from pdedsl.planning.defaults import planned
from pdedsl.planning.plan import Limits
from pdedsl.solver.anagram import Anagram, factorise
from pdedsl.solver.baselines import Bfgs, GradientDescent, Optax
from pdedsl.solver.cutoff import schedule
from pdedsl.solver.devices import HERE, devices
from pdedsl.solver.mesh import Shared, Where
from pdedsl.solver.method import Method
from pdedsl.solver.minimise import Hooks, minimise
from pdedsl.stages.load import load
from pdedsl.stages.solve import build
from pdedsl.stages.words import chosen

PROBLEMS = ("heat", "laplace_2d", "allen_cahn", "burgers", "kovasznay")
CUTOFF = 1e-3
EPS = float(np.finfo(float).eps)


@cache
def _system(name: str) -> System:
    problem = chosen(load(SPECS / f"{name}.pde"), {"network": "mlp(8, 8)", "points": "random(203)"})
    return build(problem, planned(problem))


def _steps(system: System, method: Anagram, where: Where) -> tuple[np.ndarray, float]:
    """The direction of a step at the start, without the search along it, and the largest singular value."""
    objective, points = where.objective(system), tuple(jnp.asarray(b.points) for b in system.blocks)

    @jax.jit
    def step(theta: jax.Array, points: tuple) -> tuple[jax.Array, jax.Array]:
        r, phi, _ = objective.linearise(theta, points)
        s, v, c, _ = factorise(method, phi, r, method.begin(theta))
        return v @ jnp.where(s >= CUTOFF, c / s, 0.0), s[0]

    found, largest = step(system.start, objective.placed(points) if isinstance(objective, Shared) else points)
    return np.asarray(found), float(largest)


@pytest.mark.parametrize(
    ("name", "factor"),
    [
        pytest.param(name, factor, marks=() if name == "heat" and factor != "svd" else pytest.mark.slow)
        for name in PROBLEMS
        for factor in ("svd", "qr", "gram")
    ],
)
def test_a_step_is_that_of_one_device(name: str, factor: str) -> None:
    method = Anagram(schedule(plan.Fixed(CUTOFF)), factor=factor)
    one, largest = _steps(_system(name), method, Where())
    for where in (Where(devices(4)), Where(devices(3), 20)):
        apart = np.linalg.norm(_steps(_system(name), method, where)[0] - one) / np.linalg.norm(one)
        assert apart <= 100 * EPS * (largest / CUTOFF) ** (2 if factor == "gram" else 1)  # which has squared them


METHODS: dict[str, Method] = {
    "trust": Anagram(),
    "krylov": Anagram(factor="krylov", rank=60),
    "multi": Anagram(schedule(plan.Multi()), corrections=0),
    "heldout": Anagram(schedule(plan.HeldOut()), corrections=0),
    "momentum": Anagram(momentum=0.5),
    "sketch": Anagram(sketch=0.5, corrections=0),
    "directions": Anagram(directions=1, corrections=0),
    "adam": Optax("adam"),
    "lbfgs": Optax("lbfgs"),
    "bfgs": Bfgs(),
    "gradient descent": GradientDescent(),
}


@pytest.mark.parametrize(
    "name", [n if n in ("trust", "krylov") else pytest.param(n, marks=pytest.mark.slow) for n in METHODS]
)
def test_every_method_and_schedule_goes_its_way_on_devices(name: str) -> None:
    method, ends = METHODS[name], []
    chunk = 64 if name == "krylov" else None
    for where in (Where(HERE, chunk), Where(devices(4), chunk)):
        run = minimise(_system("heat"), method, Limits(10 * method.batch, 1e9), where=where)
        assert len(run.history) == 10 and run.history[-1].loss < run.history[0].loss
        ends.append(run.history[-1].loss)
    # Discrete choices may part; what is drawn at random is drawn otherwise on each device.
    apart = 10 if name in ("sketch", "directions") else 2
    assert ends[1] < apart * ends[0] and ends[0] < apart * ends[1]


@pytest.mark.slow
def test_a_run_goes_on_where_there_are_fewer_devices() -> None:
    system, kept = _system("heat"), []
    first = minimise(system, Anagram(), Limits(4, 1e9), hooks=Hooks(keep=kept.append), where=Where(devices(4)))
    second = minimise(system, Anagram(), Limits(8, 1e9), earlier=kept[-1], where=Where(devices(2)))
    assert [r.step for r in second.history] == list(range(1, 9))
    assert [r.loss for r in second.history[:4]] == [r.loss for r in first.history]


def test_the_same_devices_give_the_same_bits() -> None:
    runs = [minimise(_system("heat"), Anagram(), Limits(5, 1e9), where=Where(devices(3))) for _ in range(2)]
    assert np.array_equal(runs[0].parameters, runs[1].parameters)


def test_fewer_points_than_devices() -> None:
    few = System(_system("heat").blocks[:1], _system("heat").model, _system("heat").start)
    with pytest.raises(ValueError, match="3 points cannot be divided among 4 devices"):
        Shared(few, devices(4)).placed((jnp.zeros((3, 2)),))
