"""Points lie where their statements hold, as many as asked for and evenly."""

import numpy as np
import pytest

from pdedsl.geometry.faces import pieces
from pdedsl.numerics.sampling import place, sampler
from pdedsl.planning.plan import Adaptive, Grid, Random, Sobol
from pdedsl.stages.load import loads

TEXT = """pde 1
domain x in [0, 1], y in [-1, 3]
time t in [0, 2]
field u(x, y, t)
equation: dtt(u) = laplacian(u)
initial: u = 0
boundary part: u = 0  on x = 0, y = 3 and x > 0.25
boundary rest: u = 0  on not (x = 0 or y = 3 and x > 0.25)
boundary last: dt(u) = 0  on t = 2 and x < 0.5
"""
PROBLEM = loads(TEXT)
BY_NAME = {s.name: s for s in PROBLEM.statements}


@pytest.mark.parametrize("kind", [Random, Sobol, Adaptive])
@pytest.mark.parametrize("name", list(BY_NAME))
def test_points_lie_where_the_statement_holds(kind, name: str) -> None:
    points = place(PROBLEM, BY_NAME[name], kind(400), np.random.default_rng(0))
    assert abs(len(points) - 400) <= 4 and points.shape[1] == 3
    lower, upper = np.asarray(PROBLEM.bounds).T
    assert (points >= lower).all() and (points <= upper).all()
    x, y, t = points.T
    match name:
        case "initial":
            assert (t == 0).all()
        case "part":
            assert ((x == 0) | (y == 3) & (x > 0.25)).all()
        case "rest":
            assert ((x == 1) | (y == -1) | (y == 3) & (x <= 0.25)).all()
        case "last":
            assert ((t == 2) & (x < 0.5)).all()


def test_boundary_points_are_uniform_in_measure() -> None:
    points = sampler(PROBLEM, BY_NAME["part"])(4000, np.random.default_rng(0))
    share = (points[:, 0] == 0).mean()
    assert share == pytest.approx(4 / (4 + 0.75), abs=0.01)


def test_a_grid_is_regular_and_off_the_boundary() -> None:
    points = place(PROBLEM, BY_NAME["equation"], Grid((3, 4, 5)), np.random.default_rng(0))
    assert len(points) == 60 and len(np.unique(points[:, 1])) == 4
    assert (points > np.asarray(PROBLEM.bounds)[:, 0]).all()


def test_a_boundary_of_single_points() -> None:
    problem = loads("pde 1\ndomain x in [0, 1]\nfield u(x)\nequation: dxx(u) = 1\nboundary: u = 0  on all\n")
    points = sampler(problem, problem.conditions[0])(100, np.random.default_rng(0))
    np.testing.assert_array_equal(np.sort(points[:, 0]), [0, 1])


def test_many_dimensions_need_no_grid() -> None:
    text = "pde 1\ndomain x[1:100] in [0, 1]\nfield u(x)\nequation: laplacian(u) = 1\nboundary: u = 0  on all\n"
    problem = loads(text)
    assert sampler(problem, problem.equations[0])(1000, np.random.default_rng(0)).shape == (1000, 100)
    boundary = sampler(problem, problem.conditions[0])(1000, np.random.default_rng(0))
    assert (((boundary == 0) | (boundary == 1)).sum(axis=1) == 1).all()


def test_measures() -> None:
    found = pieces(PROBLEM.domain, BY_NAME["rest"])
    assert sum(p.measure for p in found) == pytest.approx(2 * (4 + 1 + 0.25), rel=0.01)
