"""Tails: what the highest degrees hold, for functions whose coefficients are known."""

import numpy as np
import pytest

from pdedsl.planning.functions import expansions
from pdedsl.spaces.sizes import Size
from pdedsl.spaces.space import Polynomials
from pdedsl.stages.load import loads
from pdedsl.stages.tails import tails

PROBLEM = loads(
    "pde 1\ndomain x in [-1, 1]\ntime t in [-1, 1]\nfield u(x, t)\nequation: dt(u) = dxx(u)\nboundary: u = 0 on all\ninitial: u = exp(x)\n"
)
FIELDS = expansions(PROBLEM, Polynomials((8, 8)), {"u": Size(0.0, 2.0)})
POINTS = np.random.default_rng(1).uniform(-1, 1, (200, 2))


def held(value: np.ndarray) -> tuple[float, dict[int, float]]:
    """The tails in time and in space of a sum over Chebyshev polynomials, `value[i, j] T_i(x) T_j(t)`."""
    wanted = np.polynomial.chebyshev.chebval2d
    coefficients = FIELDS[0].fitted(lambda x: wanted(x[:, 0], x[:, 1], value))
    return tails(FIELDS, coefficients, POINTS, 1)


def largest(value: np.ndarray) -> float:
    return float(np.abs(np.polynomial.chebyshev.chebval2d(POINTS[:, 0], POINTS[:, 1], value)).max())


def sum_of(*terms: tuple[int, int, float]) -> np.ndarray:
    found = np.zeros((9, 9))
    for i, j, c in terms:
        found[i, j] = c
    return found


def test_low_degrees_have_none() -> None:
    late, wide = held(sum_of((0, 0, 1.0), (2, 3, 0.5)))
    assert late < 1e-14 and wide[0] < 1e-14 and set(wide) == {0}


def test_in_time_and_in_space_each_has_its_own() -> None:
    late, wide = held(own := sum_of((1, 1, 1.0), (1, 8, 1e-3)))
    assert late == pytest.approx(1e-3 / largest(own)) and wide[0] < 1e-14
    late, wide = held(own := sum_of((1, 1, 1.0), (8, 1, 1e-3)))
    assert late < 1e-14 and wide[0] == pytest.approx(1e-3 / largest(own))


def test_what_varies_fast_in_space_says_nothing_of_time() -> None:
    late, wide = held(own := sum_of((1, 1, 1.0), (8, 8, 1e-3)))
    assert late < 1e-14 and wide[0] == pytest.approx(1e-3 / largest(own))


def test_they_are_relative_to_the_values() -> None:
    late, _ = held(own := sum_of((1, 1, 50.0), (1, 8, 1e-3)))
    assert late == pytest.approx(1e-3 / largest(own))
