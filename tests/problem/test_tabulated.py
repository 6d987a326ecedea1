"""Functions through the values of a table, against the functions that the values were taken from."""

import numpy as np
import pytest

from pdedsl.problem.tabulated import Interpolant

RNG = np.random.default_rng(0)


def test_a_grid_in_any_order_gives_a_cubic_back_with_its_derivatives() -> None:
    x, y = (a.ravel() for a in np.meshgrid(np.linspace(0, 2, 9), np.linspace(-1, 1, 7)))
    order = RNG.permutation(len(x))
    found = Interpolant(np.stack([x, y], 1)[order], (x**3 * y**2)[order])
    assert found.gridded and found.bounds == ((0, 2), (-1, 1))
    a, b = RNG.uniform(0, 2, 50), RNG.uniform(-1, 1, 50)
    np.testing.assert_allclose(found([a, b], (0, 0)), a**3 * b**2, atol=1e-12)
    np.testing.assert_allclose(found([a, b], (1, 1)), 6 * a**2 * b, atol=1e-11)


def test_straight_lines_and_end_values() -> None:
    found = Interpolant(np.array([[0.0], [1.0], [3.0]]), np.array([1.0, 3.0, 3.0]), 1)
    np.testing.assert_allclose(found([np.array([-1, 0.5, 2, 9])], (0,)), [1, 2, 3, 3])


@pytest.mark.parametrize(("degree", "accuracy"), [(3, 4e-4), (1, 3e-3)])
def test_scattered_points_of_the_plane(degree: int, accuracy: float) -> None:
    points = np.concatenate([RNG.random((2000, 2)), [[0, 0], [0, 1], [1, 0], [1, 1]]])
    found = Interpolant(points, np.sin(3 * points[:, 0]) * points[:, 1], degree)
    a, b = RNG.uniform(0.1, 0.9, (2, 100))
    assert not found.gridded
    np.testing.assert_allclose(found([a, b], (0, 0)), np.sin(3 * a) * b, atol=accuracy)
    np.testing.assert_allclose(found([a, b], (1, 0)), 3 * np.cos(3 * a) * b, atol=0.03 if degree == 3 else 0.25)
