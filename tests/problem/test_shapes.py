"""Shapes against closed forms: volume, boundary measure, normals, points that lie on the boundary and evenly."""

from math import pi

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from pdedsl.problem.primitives import annulus, ball, box, crosses_itself, ellipse, halfspace, implicit, polygon
from pdedsl.problem.shapes import low_discrepancy

X, Y, Z = sp.symbols("x y z", real=True)
XY, XYZ = (X, Y), (X, Y, Z)

STAR = [[0, 0], [2, 0.5], [4, 0], [3, 2], [4, 4], [2, 3], [0, 4], [1, 2]]

# Each shape with its volume and the measure of its boundary.
SHAPES = {
    "box": (box(XY, [0, -1], [2, 3]), 8, 12),
    "box 3D": (box(XYZ, [0, 0, 0], [1, 2, 3]), 6, 22),
    "disk": (ball(XY, [1, 2], 0.5), pi / 4, pi),
    "ball": (ball(XYZ, [0, 1, 0], 2), 32 * pi / 3, 16 * pi),
    "annulus": (annulus(XY, [0, 0], 0.5, 1), 0.75 * pi, 3 * pi),
    "ellipse": (ellipse(XY, [0, 0], [2, 1]), 2 * pi, 9.688448220547675),
    "concave polygon": (polygon(XY, STAR), 9, 2 * np.hypot(2, 0.5) + 6 * np.hypot(1, 2)),
    "L": (box(XY, [-1, -1], [1, 1]) - box(XY, [0, 0], [1, 1]), 3, 8),
    "box with a hole": (box(XY, [-1, -1], [1, 1]) - ball(XY, [0, 0], 0.5), 4 - pi / 4, 8 + pi),
    "half disk": (ball(XY, [0, 0], 1) * halfspace(XY, [0, 0], [1, 0]), pi / 2, pi + 2),
    "two boxes side by side": (box(XY, [0, 0], [1, 1]) + box(XY, [1, 0], [2, 1]), 2, 6),
    "the same box twice": (box(XY, [0, 0], [1, 1]) + box(XY, [0, 0], [1, 1]), 1, 4),
    "quarter of a box": (box(XY, [-1, -1], [1, 1]) * box(XY, [0, 0], [3, 3]), 1, 4),
    "union of disks": (ball(XY, [0, 0], 1) + ball(XY, [5, 0], 1), 2 * pi, 4 * pi),
    "half ball": (ball(XYZ, [0, 0, 0], 1) * halfspace(XYZ, [0, 0, 0], [0, 0, 1]), 2 * pi / 3, 3 * pi),
    "sdf of a disk": (implicit(XY, X**2 + Y**2 - 1) * box(XY, [-2, -2], [2, 2]), pi, 2 * pi),
    "a nested one": (ball(XY, [0, 0], 2) - (ball(XY, [0, 0], 1) - ball(XY, [0, 0], 0.5)), (4 - 1 + 0.25) * pi, 7 * pi),
}  # fmt: skip


def boundary_points(shape, n: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    """Points of the boundary with their normals, as many on each surface as its measure deserves."""
    generator = np.random.default_rng(0)
    total = sum(s.measure for s in shape.surfaces)
    points, normals = [], []
    for number, surface in enumerate(shape.surfaces):
        drawn = surface.draw(generator.random((max(50, int(n * surface.measure / total)), len(shape.symbols))))
        kept, outward = shape.outward(number, drawn)
        points.append(drawn[kept])
        normals.append(outward[kept])
    return np.concatenate(points), np.concatenate(normals)


@pytest.mark.parametrize("name", SHAPES)
def test_volume_and_boundary_measure(name: str) -> None:
    shape, volume, perimeter = SHAPES[name]
    assert shape.volume == pytest.approx(volume, rel=3e-3)
    assert shape.perimeter == pytest.approx(perimeter, rel=1e-2)


@pytest.mark.parametrize("name", SHAPES)
def test_normals_are_outward_and_of_unit_length(name: str) -> None:
    shape = SHAPES[name][0]
    points, normals = boundary_points(shape)
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1, rtol=1e-12)
    assert np.abs(shape.level(points)).max() < 1e-9
    step = 1e-4
    assert (shape.level(points + step * normals) > 0).mean() > 0.995
    assert (shape.level(points - step * normals) < 0).mean() > 0.995
    nearest = shape.normals(points)
    assert ((nearest * normals).sum(axis=1) > 0.999).mean() > 0.99


@pytest.mark.parametrize("name", SHAPES)
def test_the_divergence_theorem_holds(name: str) -> None:
    """The flux of the position through the boundary is d times the volume: uniform points and true normals at once."""
    shape, volume, perimeter = SHAPES[name]
    points, normals = boundary_points(shape, 40_000)
    flux = perimeter * ((points - np.mean(shape.bounds, axis=0)) * normals).sum(axis=1).mean()
    assert flux == pytest.approx(len(shape.symbols) * volume, rel=0.03)


@given(st.lists(st.tuples(st.floats(-1, 1), st.floats(-1, 1), st.floats(0.2, 1)), min_size=1, max_size=3), st.data())
@settings(max_examples=25, deadline=None)
def test_random_joins_of_disks_have_a_closed_boundary(disks, data) -> None:
    """The normals of a closed boundary sum to zero."""
    shape = ball(XY, [0, 0], 1.3)
    for x, y, r in disks:
        other = ball(XY, [x, y], r)
        shape = {"+": shape + other, "-": shape - other, "*": shape * other}[data.draw(st.sampled_from("+-*"))]
    total = np.zeros(2)
    lower, upper = shape.bounds
    if (upper <= lower).any():
        return
    for number, surface in enumerate(shape.surfaces):
        unit = (np.arange(4000)[:, None] + 0.5) / 4000 * np.ones((1, 2))
        kept, normals = shape.outward(number, surface.draw(unit))
        total += surface.measure * (normals * kept[:, None]).mean(axis=0)
    np.testing.assert_allclose(total, 0, atol=0.02)


def test_smooth_distances_for_hard_conditions() -> None:
    assert SHAPES["annulus"][0].distance is not None
    assert SHAPES["sdf of a disk"][0].distance is not None
    assert SHAPES["union of disks"][0].distance is not None
    for name in ("L", "half disk", "box with a hole", "concave polygon"):
        assert SHAPES[name][0].distance is None


def test_crossing_edges() -> None:
    assert crosses_itself([[0, 0], [1, 1], [1, 0], [0, 1]])
    assert not crosses_itself(STAR)


def test_a_face_that_touches_another_part_is_no_boundary_beside_it() -> None:
    """A quarter of an annulus: the sides x = 1 and y = 1 of the box meet the circle in one point each."""
    quarter = annulus(XY, [0, 0], 0.5, 1) * box(XY, [0, 0], [1, 1])
    assert quarter.perimeter == pytest.approx(0.75 * pi + 1, rel=1e-3)
    unit = low_discrepancy(1 << 14, 2)
    touching = [k for k, s in enumerate(quarter.surfaces) if (np.ptp(s.draw(unit), axis=0) == 0).any()]
    sides = [quarter.outward(k, quarter.surfaces[k].draw(unit))[0] for k in touching]
    assert sorted(round(float(kept.mean()), 3) for kept in sides) == [0.0, 0.0, 0.5, 0.5]
    assert min(kept.sum() for kept in sides) <= 1


def test_points_on_spheres_of_many_dimensions() -> None:
    """The first of a low-discrepancy sequence is the middle of all numbers, which has no direction of its own."""
    shape = ball(sp.symbols("x1:6"), [0.0] * 5, 2.0)
    assert shape.box is not None
    drawn = shape.build(shape.box)[0].draw(np.concatenate([low_discrepancy(64, 5), np.full((1, 5), 0.5)]))
    np.testing.assert_allclose(np.linalg.norm(drawn, axis=1), 2.0, rtol=1e-12)
