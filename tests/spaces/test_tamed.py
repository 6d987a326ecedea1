"""Near corners whose residuals are not bounded: weights, points, and where there is no value."""

import numpy as np

from benchmarks.goals import SPECS
from pdedsl.geometry.points import random
from pdedsl.spaces.tamed import around, met, tamed, unbounded, unvalued
from pdedsl.stages.load import loads
from tests.examples import CAVITY


def test_residuals_that_are_not_bounded_are_tamed_and_have_points_of_their_own() -> None:
    own = loads(CAVITY.replace("EXTRA", "u*dx(U) + v*dy(U)"))
    momentum, mass, lid = own.statements[:3]
    points = np.array([[0.5, 0.5], [0.01, 1.0], [0.0, 1.0], [0.02, 1.0]])
    np.testing.assert_allclose(tamed(own, lid, points)[0], [1, 1, 0, 1])
    np.testing.assert_allclose(tamed(own, mass, points)[0, 3] / tamed(own, mass, points)[0, 1], 2.0)
    np.testing.assert_allclose(tamed(own, momentum, points)[1, 3] / tamed(own, momentum, points)[1, 1], 4.0)
    unit = random(np.random.default_rng(0))
    inner, upper = around(own, momentum, unit, 50), around(own, lid, unit, 50)
    assert len(inner) == 100 and inner.min() > 0 and inner.max() < 1
    assert 20 < len(upper) < 80 and np.allclose(upper[:, 1], 1, rtol=1e-12) and np.abs(upper[:, 0] - 0.5).max() > 0.499
    plain = loads(CAVITY.replace("EXTRA + ", ""))
    assert not unbounded(plain) and len(around(plain, plain.statements[0], unit, 50)) == 0


def test_a_pressure_has_no_value_where_a_wall_begins_to_move() -> None:
    own = loads(CAVITY.replace("EXTRA + ", ""))
    found = unvalued(own, np.array([[0.0, 1.0], [0.0, 0.0], [1e-6, 1.0]]))
    np.testing.assert_array_equal(found, [[False, False, True], [False] * 3, [False] * 3])


def test_families_have_points_of_their_own_at_all_corners_that_stay() -> None:
    text = (SPECS / "family" / "plate.pde").read_text(encoding="utf-8")
    own, alone = loads(text), loads(text, {"r": 0.3})
    assert [c.corner.place for c in met(own)] == [(2.0, 0.0), (2.0, 2.0), (0.0, 2.0)] and not met(alone)
    points = around(own, own.equations[0], random(np.random.default_rng(0)), 100)
    assert points.shape == (300, 3) and np.hypot(*(points[100:200, :2] - 2).T).max() < 0.25 * own.domain.diameter
    side = around(own, own.conditions[3], random(np.random.default_rng(0)), 100)
    np.testing.assert_allclose(side[:, 0], 2, atol=1e-6)
