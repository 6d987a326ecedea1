"""Points on lines and surfaces inside a domain."""

import numpy as np
import pytest
import sympy as sp

from pdedsl.geometry.interfaces import across, apart, aside, crossings, lies_on
from pdedsl.geometry.points import random
from pdedsl.problem.statements import Place
from pdedsl.stages.load import loads

SPEC = "pde 1\ndomain {domain}\ntime t in [0, 1]\nfield u(x, y, t)\nequation: dt(u) = laplacian(u)\ninitial: u = 0\n"


def points(domain: str, where: sp.Basic) -> np.ndarray:
    problem = loads(SPEC.format(domain=domain) + "boundary: u = x  on all\n")
    x, y = (c.symbol for c in problem.space)
    place = Place(where.xreplace({sp.Symbol("x"): x, sp.Symbol("y"): y}))
    return crossings(problem.domain, (place,), 100, random(np.random.default_rng(0)))


X, Y = sp.symbols("x y")


@pytest.mark.parametrize("domain", ["x in [0, 1], y in [0, 2]", "(x, y) = box([0, 0], [1, 2]) - disk([1, 1], 0.5)"])
def test_a_line_and_the_rim_of_a_region(domain: str) -> None:
    line = points(domain, sp.Eq(X, sp.Float(0.25)))
    np.testing.assert_allclose(line[:, 0], 0.25, atol=1e-12)
    assert len(line) > 50 and np.ptp(line[:, 1]) > 1 and np.ptp(line[:, 2]) > 0.5
    rim = points(domain, (X - 0.25) ** 2 + (Y - 1) ** 2 < 0.04)
    np.testing.assert_allclose(np.hypot(rim[:, 0] - 0.25, rim[:, 1] - 1), 0.2, atol=1e-6)


def test_what_lies_outside_or_on_the_boundary_has_none() -> None:
    for where in (sp.Eq(X, 0), sp.Eq(X, 3), X > 7):
        assert points("x in [0, 1], y in [0, 2]", where).shape == (0, 3)


def test_normals_point_upwards_across_a_line_and_out_of_a_region() -> None:
    domain = loads(SPEC.format(domain="x in [0, 1], y in [0, 2]") + "boundary: u = x  on all\n").domain
    x, y = (c.symbol for c in domain.space)
    line, rim = Place(sp.Eq(x, sp.Rational(1, 4))), Place((x - 0.25) ** 2 + (y - 1) ** 2 < 0.04)
    on_line = np.array([[0.25, 0.3, 0.5], [0.25, 1.7, 0.1]])
    np.testing.assert_allclose(across(domain, (line,), on_line), [[1, 0], [1, 0]])
    on_rim = np.array([[0.45, 1.0, 0.5], [0.05, 1.0, 0.1]])
    np.testing.assert_allclose(across(domain, (rim,), on_rim), [[1, 0], [-1, 0]], atol=1e-12)
    hole = Place(sp.Not((x - 0.25) ** 2 + (y - 1) ** 2 < 0.04))
    np.testing.assert_allclose(across(domain, (hole,), on_rim), [[-1, 0], [1, 0]], atol=1e-12)
    both = across(domain, (line, rim), np.concatenate([on_line, on_rim]))
    np.testing.assert_allclose(both, [[1, 0], [1, 0], [1, 0], [-1, 0]], atol=1e-12)
    assert lies_on(domain, (line,), np.array([[0.25, 1.0, 0.0], [0.26, 1.0, 0.0]])).tolist() == [True, False]


def test_both_sides_are_next_to_each_other() -> None:
    domain = loads(SPEC.format(domain="x in [0, 1000], y in [0, 2]") + "boundary: u = x  on all\n").domain
    point, way = np.array([[300.3, 1.0, 0.5]]), np.array([[1.0, 0.0]])
    low, high = (aside(domain, point, way, side)[0, 0] for side in (-1, 1))
    assert 300.3 - 1e-10 < low < 300.3 < high < 300.3 + 1e-10


def test_points_that_lie_evenly() -> None:
    domain = loads(SPEC.format(domain="x in [0, 1], y in [0, 2]") + "boundary: u = x  on all\n").domain
    drawn = np.random.default_rng(0).random((1000, 3)) ** 3 * [1, 2, 1]
    drawn[:, 1:] = 0.5
    own = np.sort(apart(domain, drawn, 20)[:, 0])
    assert len(own) == 20 and np.diff(own).max() < 3 * np.diff(own).min()
    assert apart(domain, drawn[:5], 20).shape == (5, 3)
