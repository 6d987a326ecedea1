"""Faces, rims and the pieces of them on which statements hold."""

from dataclasses import replace

import numpy as np
import pytest

from pdedsl.geometry.faces import (
    Face,
    Rim,
    boundary_pieces,
    end,
    faces,
    is_terminal,
    normals,
    on_face,
    pieces,
    sample,
    speaks_of_time,
    start,
)
from pdedsl.geometry.points import random
from pdedsl.problem.shapes import Shape
from pdedsl.stages.load import loads
from tests.examples import RING as SIZED

BOX = loads("""pde 1
domain x in [0, 2], y in [0, 3]
time t in [1, 5]
field u(x, y, t)
periodic x
equation: dt(u) = laplacian(u)
boundary wall: u = 0  on y = 0, y = 3 and x > 0.5
boundary last: u = 0  on t = 5 and x > 1
""")
RING = loads(
    "pde 1\ndomain (x, y) = annulus([0, 0], 1, 2)\nfield u(x, y)\nequation: laplacian(u) = 0\nboundary: u = x  on x^2 + y^2 = 1\nboundary: u = 1  on x^2 + y^2 = 4\n"
)
UNIT = random(np.random.default_rng(0))


def test_what_bounds_a_box_and_a_shape() -> None:
    assert faces(BOX.domain) == (Face(1, 0), Face(1, 1))  # x is periodic
    assert faces(RING.domain) == (Rim(0), Rim(1))
    assert start(BOX.domain) == Face(2, 0) and end(BOX.domain) == Face(2, 1)


def test_pieces_and_their_measures() -> None:
    wall, last = BOX.conditions
    low, high = pieces(BOX.domain, wall)
    assert (low.share, low.measure) == (1.0, 2 * 4) and high.share == pytest.approx(0.75, abs=1e-3)
    (final,) = pieces(BOX.domain, last)
    assert final.face == end(BOX.domain) and final.measure == pytest.approx(3.0, rel=1e-2)
    assert is_terminal(last, BOX.domain) and not is_terminal(wall, BOX.domain)
    assert speaks_of_time(last.where[0], BOX.domain) and pieces(BOX.domain, BOX.equations[0]) == ()
    (rim,) = pieces(RING.domain, RING.conditions[0])
    assert rim.measure == pytest.approx(2 * np.pi, rel=1e-2)


def test_a_piece_is_measured_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    outward = Shape.outward
    monkeypatch.setattr(Shape, "outward", lambda *a: (calls.append(1), outward(*a))[1])
    domain = replace(RING.domain, parts=())
    where = (domain.symbols[0] > 0.125,)
    boundary_pieces.cache_clear()
    first = boundary_pieces(domain, where)
    measured = len(calls)
    assert measured and boundary_pieces(domain, where) == first and len(calls) == measured


def test_points_of_pieces_lie_on_them() -> None:
    points = sample(BOX.domain, pieces(BOX.domain, BOX.conditions[0]), 400, UNIT)
    x, y, t = points.T
    assert ((y == 0) | (y == 3) & (x > 0.5)).all() and (t >= 1).all() and abs(len(points) - 400) <= 4
    assert sample(BOX.domain, (), 10, UNIT).shape == (0, 3)


def test_normals_point_outward() -> None:
    box = normals(BOX.domain, on_face(BOX.domain, Face(1, 1), 5, UNIT))
    np.testing.assert_array_equal(box, [[0, 1]] * 5)
    inner = on_face(RING.domain, Rim(0), 20, UNIT)
    radius = np.linalg.norm(inner[:, :2], axis=1, keepdims=True)
    np.testing.assert_allclose(
        normals(RING.domain, inner), np.where(radius > 1.5, 1, -1) * inner[:, :2] / radius, atol=1e-9
    )


def test_rims_of_a_shape_that_changes_with_a_parameter() -> None:
    own = loads(SIZED)
    inner = own.conditions[1]
    points = sample(own.domain, pieces(own.domain, inner), 200, random(np.random.default_rng(0)))
    np.testing.assert_allclose(np.hypot(*points[:, :2].T), points[:, 2], atol=1e-12)
    np.testing.assert_allclose(normals(own.domain, points), -points[:, :2] / points[:, 2:], atol=1e-6)
    assert np.ptp(points[:, 2]) > 0.3
