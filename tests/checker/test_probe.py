"""Probes: values at points, the normal where it is asked for, words for places."""

import numpy as np

from pdedsl.checker.probe import PROBES, face_words, interior, numbers, point_words, points_of, points_on, values_at
from pdedsl.geometry.faces import Face


def test_points_and_values(problem) -> None:
    made = problem("equation: dt(u) = 0\nboundary: dn(u) = x  on x = 1")
    points = points_of(made, made.conditions[0])
    assert len(points) == PROBES and (points[:, 0] == 1).all() and len(interior(made.domain)) == PROBES
    values = values_at(made.domain, points, made.conditions[0].residual)
    assert {v.name for v in values} >= {"x", "y", "t", "normal[1]", "normal[2]"}
    x, *_ = made.symbols
    assert not [v for v in values_at(made.domain, points) if v.name.startswith("normal")]
    np.testing.assert_array_equal(numbers(x * 0 + 3, values, points), np.full(len(points), 3.0))


def test_words(problem) -> None:
    domain = problem("equation: dt(u) = 0").domain
    assert point_words(domain, np.array([0.5, 1, 0.25])) == "x = 0.5, y = 1, t = 0.25"
    assert face_words(domain, Face(1, 1)) == "y = 2" and (points_on(domain, Face(1, 1))[:, 1] == 2).all()
