"""Where a solution is steep, and what it begins as: against fronts of known place and width."""

import numpy as np
import pytest

from pdedsl.planning.defaults import planned
from pdedsl.planning.functions import free, parities
from pdedsl.planning.plan import Plan
from pdedsl.problem.problem import Problem
from pdedsl.spaces.collocation import Expansion
from pdedsl.stages.load import loads
from pdedsl.stages.steepness import Stretches, differ, initial_degree, initial_slopes, solution_slopes, steep

BOX = (
    "pde 1\ndomain x in [-1, 1], y in [0, 1]\ntime t in [0, 1]\nfield u(x, y, t), m(t)\nequation: dt(u) = laplacian(u) - m\n"
    "equation o: dt(m) = -m\ninitial: u = {}\ninitial i: m = 1\nboundary: dn(u) = 0 on all\n"
)
FRONT = "tanh((x - 0.3)/0.05)*(1 + y)"


def _at_start(text: str) -> Stretches:
    problem = loads(text)
    points = np.random.default_rng(0).uniform([-1, 0, 0], [1, 1, 0], (20, 3))
    axes, none = free(problem, planned(problem)), (None,) * 3
    return steep(problem, axes, initial_slopes(problem), [points], none, parities(problem, "auto"))


def test_what_it_begins_as_says_where_it_is_steep() -> None:
    x, y, t = _at_start(BOX.format(FRONT))
    assert x is not None and y is None and t is None
    np.testing.assert_allclose(x.places, [0.3], atol=0.01)
    assert 0.03 < x.widths[0] < 0.08


@pytest.mark.parametrize(
    "data", ["x*y", "max(0, 1 - 2*abs(x))", "where(x < 0, 1, 0)", "cbrt(x)", "sqrt(1 - x^2)", "sign(x)"]
)
def test_no_data_are_too_rough_to_be_looked_at(data: str) -> None:
    assert len(_at_start(BOX.format(data))) == 3


def test_a_solution_says_where_it_is_steep() -> None:
    problem = loads(BOX.format("0"))

    class Front:
        basis = type("Over", (), {"axes": (0, 1, 2)})()
        columns = 1

        def values(self, coefficients: np.ndarray, points: np.ndarray, index: tuple[int, ...]) -> np.ndarray:
            x, t = points[:, 0], points[:, 2]
            return coefficients[0] / np.cosh((x - t) / 0.02) ** 2 if index == (1, 0, 0) else np.zeros(len(points))

    fields: tuple[Expansion, ...] = (Front(),)  # pyright: ignore[reportAssignmentType]
    points = [np.array([[0.0, 0.5, moment]]) for moment in (0.1, 0.5)]
    x, y, _ = steep(problem, [0, 1], solution_slopes(fields, np.ones(1)), points, (None,) * 3, [{}])
    assert x is not None and y is None
    np.testing.assert_allclose(x.places, [0.1, 0.5], atol=0.01)
    again = steep(problem, [0, 1], solution_slopes(fields, np.ones(1)), points[:1], (x, None, None), [{}])
    assert differ(problem, (x, None, None), again) and not differ(problem, again, again)
    assert differ(problem, (None,) * 3, (x, None, None))


def test_what_was_chosen_is_left_as_it_is() -> None:
    def plan(choice: str) -> tuple[Problem, Plan]:
        problem = loads(BOX.format(FRONT) + f"solve {{ {choice} }}\n")
        return problem, planned(problem)

    assert free(*plan("seed = 1")) == [0, 1] and free(*plan("stretch.x = none")) == [1]
    assert free(*plan("stretch = faces")) == [] and dict(plan("stretch = faces")[1].stretch) == {
        "x": "faces",
        "y": "faces",
    }


def test_the_degree_that_holds_what_it_begins_as() -> None:
    points = np.random.default_rng(0).uniform([-1, 0, 0], [1, 1, 0], (20, 3))
    waves = loads(BOX.format("cos(20*x) + y^3"))
    held = initial_degree(waves, 0, points, 1e-8)
    found = np.abs(np.polynomial.chebyshev.chebinterpolate(lambda x: np.cos(20 * x), 100))
    assert (
        abs(held - np.flatnonzero(found > 1e-8 * found.max()).max()) <= 6
        and initial_degree(waves, 1, points, 1e-8) == 3
    )
    ring = "pde 1\ndomain x in [0, 2]\nperiodic x\ntime t in [0, 1]\nfield u(x, t)\nequation: dt(u) = dxx(u)\ninitial: u = {}\n"
    assert initial_degree(loads(ring.format("sin(6*pi*x) + 1")), 0, points[:, [0, 2]], 1e-8) == 6
    front = loads(BOX.format(FRONT))
    (stretched, _, _) = _at_start(BOX.format(FRONT))
    plain, own = (initial_degree(front, 0, points, 1e-6, held) for held in (None, stretched))
    assert 0 < own < plain / 2
    assert initial_degree(loads(BOX.format("where(x < 0, 1, 0)")), 0, points, 1e-6) == 0
