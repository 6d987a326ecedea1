"""Points of domains: inside, on the closure, where conditions hold, at named places."""

import numpy as np
import pytest
import sympy as sp

from pdedsl.geometry.points import (
    closed,
    inside,
    inside_shape,
    random,
    resolved,
    satisfying,
    scale,
    shapes,
    spots,
)
from pdedsl.problem.domain import Domain
from pdedsl.stages.load import loads
from tests.examples import RING


def domain(text: str, extra: str = "") -> Domain:
    return loads(f"pde 1\ndomain {text}\n{extra}field u(x, y)\nequation: u = x\n").domain


UNIT = random(np.random.default_rng(0))
DISK, BOX = domain("(x, y) = disk([1, 0], 2)"), domain("x in [0, 2], y in [-3, 1]")


def test_points_inside_are_uniform() -> None:
    points = inside(DISK, sp.true, 4000, UNIT)
    assert points.shape == (4000, 2) and inside_shape(DISK, points).all()
    assert ((points - [1, 0]) ** 2).sum(axis=1).mean() == pytest.approx(2.0, rel=0.05)
    half = inside(BOX, BOX.symbols[0] > 1, 500, UNIT)
    assert len(half) == 500 and (half[:, 0] > 1).all()
    assert len(inside(BOX, sp.Eq(BOX.symbols[0], 1), 500, UNIT)) == 0  # an equality has no volume


def test_the_closure_takes_rounding_in() -> None:
    points = np.array([[0, 1], [2 + 1e-12, 0], [2.001, 0], [1, -3]])
    assert closed(BOX, points).tolist() == [True, True, False, True]
    assert closed(DISK, np.array([[3.0, 0], [3.1, 0], [1, 1]])).tolist() == [True, False, True]


def test_the_unit_cube_becomes_the_box() -> None:
    np.testing.assert_array_equal(scale(np.array([[0.0, 0.0], [1.0, 0.5]]), BOX), [[0, -3], [2, -1]])


def test_one_of_several_conditions_is_enough() -> None:
    x, y = BOX.symbols
    found = satisfying(BOX, (x > 1.5, sp.Eq(y, 1)), np.array([[1.8, 0], [0.2, 1], [0.2, 0]]))
    assert found.tolist() == [True, True, False]


def test_where_something_is_taken() -> None:
    made = loads(
        "pde 1\ndomain x in [0, 1]\ntime t in [2, 4]\nfield u(x, t)\nequation: dt(u) = 0\ninitial: u = x\n"
    ).domain
    x, t = made.symbols
    half = (sp.Rational(1, 2),)
    assert spots(made, None, {x, t}, 50, UNIT).shape == (50, 2)
    np.testing.assert_array_equal(spots(made, (*half, sp.Integer(3)), {x, t}, 50, UNIT), [[0.5, 3]])
    curve = spots(made, half, {t}, 50, UNIT)
    assert (curve[:, 0] == 0.5).all() and np.ptp(curve[:, 1]) > 1
    np.testing.assert_array_equal(spots(made, None, set(), 50, UNIT), [[0.5, 3]])


def test_of_a_shape_that_changes_with_a_parameter_points_lie_in_their_own() -> None:
    own = loads(RING).domain
    points = inside(own, sp.true, 500, random(np.random.default_rng(0)))
    distance = np.hypot(*points[:, :2].T)
    assert (distance > points[:, 2]).all() and (distance < 1).all() and distance.min() < 0.4
    assert len(np.unique(points[:, 2])) == len(shapes(own)) and resolved(own, 2) < len(shapes(own))
    assert resolved(own, 0) == np.inf and len(shapes(domain("x in [0, 1], y in [0, 1]"))) == 1
    both = np.array([[0.3, 0, 0.2], [0.3, 0, 0.31], [0.3, 0, 0.3], [0, 1, 0.6]])
    np.testing.assert_array_equal(inside_shape(own, both), [True, False, False, False])
    np.testing.assert_array_equal(closed(own, both), [True, False, True, True])
    alone = inside(own, sp.true, 50, random(np.random.default_rng(0)), [0.23])
    assert (alone[:, 2] == 0.23).all() and (np.hypot(*alone[:, :2].T) > 0.23).all()


def test_points_may_depend_on_swept_parameters() -> None:
    own = loads(RING + "report inner = u  at (0, r + 0.3)\n")
    points = spots(own.domain, own.reports[-1].at, (), 20, random(np.random.default_rng(0)))
    assert len(points) == 20 and np.ptp(points[:, 2]) > 0.2
    np.testing.assert_allclose(points[:, :2], np.stack([np.zeros(20), points[:, 2] + 0.3], axis=1))
    alone = loads(RING + "report inner = u  at (0, 0.7)\n")
    assert len(spots(alone.domain, alone.reports[-1].at, (), 20, random(np.random.default_rng(0)))) == 1
