"""Points of statements: enough, where they belong, denser where more functions differ, others for another shift."""

import numpy as np
import pytest

from pdedsl.planning.functions import expansions
from pdedsl.problem.problem import Problem
from pdedsl.spaces.functions import Functions
from pdedsl.spaces.placing import OVER, filled, low_discrepant, placed
from pdedsl.spaces.sizes import field_sizes
from pdedsl.spaces.space import Added, Corners, Polynomials
from pdedsl.stages.load import loads
from tests.examples import CAVITY

SPEC = "pde 1\ndomain {domain}\nfield u(x, y)\nequation: laplacian(u) = 1\nboundary: u = 0  on all\n"
SHAPES = {
    "box": "x in [0, 1], y in [0, 1]",
    "disk": "(x, y) = disk([0, 0], 1)",
    "hole": "(x, y) = box([-4, -4], [4, 4]) - disk([0, 0], 0.5)",
}


def posed(name: str) -> tuple[Problem, list[Functions]]:
    problem = loads(SPEC.format(domain=SHAPES[name]))
    return problem, [f.basis for f in expansions(problem, Polynomials((10,)), field_sizes(problem))]


@pytest.mark.parametrize("name", SHAPES)
def test_there_are_enough_and_others_for_another_shift(name: str) -> None:
    problem, bases = posed(name)
    one, other = (placed(problem, problem.statements[0], bases, shift) for shift in (0.0, 0.37))
    assert len(one) >= OVER * bases[0].size - 1
    assert not {tuple(row) for row in one.tolist()} & {tuple(row) for row in other.tolist()}


def test_round_a_hole_stand_more() -> None:
    problem, bases = posed("hole")
    near = np.hypot(*placed(problem, problem.statements[0], bases, 0.0).T) < 0.75
    alone = np.hypot(*filled(problem.domain, len(near), low_discrepant(0.0)).T) < 0.75
    assert near.sum() >= alone.sum() + 10  # of 31 that are added for 21 functions


def test_near_corners_whose_residuals_are_not_bounded_stand_more() -> None:
    problem = loads(CAVITY.replace("EXTRA", "u*dx(U) + v*dy(U)"))
    plain, singular = Polynomials((8,)), Added((Polynomials((8,)), Corners(4)))
    counts = []
    for space in (plain, singular):
        bases = [f.basis for f in expansions(problem, space, field_sizes(problem))]
        points = placed(problem, problem.statements[0], bases, 0.0)
        counts.append(int((np.hypot(points[:, 0], points[:, 1] - 1) < 0.01).sum()))
    assert counts[1] > 20 * max(counts[0], 1)
