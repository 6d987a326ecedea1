"""Corners of plane domains, and places where conditions change, against what is drawn."""

import numpy as np
import pytest

from pdedsl.geometry.corners import changes, corners
from pdedsl.stages.load import loads

L = "polygon([[-1, -1], [1, -1], [1, 0], [0, 0], [0, 1], [-1, 1]])"


def domain(shape: str):
    place = f"domain (x, y) = {shape}" if "(" in shape else f"domain {shape}"
    return loads(f"pde 1\n{place}\nfield u(x, y)\nequation: laplacian(u) = 1\nboundary: u = 0 on all\n").domain


@pytest.mark.parametrize(
    ("shape", "angles"),
    [
        (L, {(0.0, 0.0): 270.0, (1.0, 0.0): 90.0, (-1.0, -1.0): 90.0, (1.0, -1.0): 90.0, (0.0, 1.0): 90.0, (-1.0, 1.0): 90.0}),
        ("box([-1, -1], [1, 1]) - box([0, 0], [1, 1])", {(0.0, 0.0): 270.0, (-1.0, -1.0): 90.0, (1.0, -1.0): 90.0, (-1.0, 1.0): 90.0, (1.0, 0.0): 90.0, (0.0, 1.0): 90.0}),
        ("polygon([[0, 0], [2, 0], [0, 2]])", {(0.0, 0.0): 90.0, (2.0, 0.0): 45.0, (0.0, 2.0): 45.0}),
        ("box([0, 0], [1, 1]) - disk([0.5, 0.5], 0.2)", dict.fromkeys([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)], 90.0)),
        ("x in [0, 3], y in [0, 1]", dict.fromkeys([(0.0, 0.0), (3.0, 0.0), (3.0, 1.0), (0.0, 1.0)], 90.0)),
        ("disk([0, 0], 1)", {}),
        ("disk([0, 0], 1) * box([0, -2], [2, 2])", {(0.0, 1.0): 90.0, (0.0, -1.0): 90.0}),
        ("disk([0, 0], 1) + disk([1, 0], 1)", {(0.5, 0.866025404): 240.0, (0.5, -0.866025404): 240.0}),
        ("box([0, 0], [4, 1]) - disk([2, 1], 0.5)", dict.fromkeys([(0.0, 0.0), (4.0, 0.0), (4.0, 1.0), (0.0, 1.0), (1.5, 1.0), (2.5, 1.0)], 90.0)),
        ("annulus([0, 0], 0.5, 1) * box([0, 0], [2, 2])", dict.fromkeys([(0.5, 0.0), (1.0, 0.0), (0.0, 0.5), (0.0, 1.0)], 90.0)),
        ("disk([0, 0], 1) - box([0, 0], [2, 2])", {(0.0, 0.0): 270.0, (1.0, 0.0): 90.0, (0.0, 1.0): 90.0}),
    ],
)  # fmt: skip
def test_places_and_angles(shape: str, angles: dict[tuple[float, float], float]) -> None:
    found = {tuple(np.round(own.place, 9) + 0.0): np.degrees(own.angle) for own in corners(domain(shape))}
    assert found == {place: pytest.approx(angle, abs=1e-4) for place, angle in angles.items()}


def test_a_side_points_along_the_boundary() -> None:
    (own,) = (c for c in corners(domain(L)) if c.place == (0.0, 0.0))
    sides = {tuple(np.round(own.side(end, 0.5), 9) + 0.0) for end in (-1, 1)}
    assert sides == {(0.5, 0.0), (0.0, 0.5)}
    assert np.isclose(np.cos(own.bisector), -(0.5**0.5)) and np.isclose(np.sin(own.bisector), -(0.5**0.5))


def test_conditions_that_change_on_a_side() -> None:
    found = changes(domain("x in [0, 3], y in [0, 1]"), lambda p: (p[:, 0] < 1 / 3).tolist())
    places = sorted((own.place for own in found), key=lambda place: place[1])
    np.testing.assert_allclose(places, [[1 / 3, 0.0], [1 / 3, 1.0]], atol=1e-12)
    assert all(own.angle == pytest.approx(np.pi, abs=1e-6) for own in found)


def test_none_where_the_plane_is_rolled_up_or_there_is_none() -> None:
    periodic = "pde 1\ndomain x in [0, 1], y in [0, 1]\nperiodic x\nfield u(x, y)\nequation: laplacian(u) = 1\nboundary: u = 0 on all\n"
    line = "pde 1\ndomain x in [0, 1]\nfield u(x)\nequation: dxx(u) = 1\nboundary: u = 0 on all\n"
    assert corners(loads(periodic).domain) == () == corners(loads(line).domain)
