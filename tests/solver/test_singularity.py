"""Where matrices on a line are singular, against their eigenvalues."""

import numpy as np
import pytest
from scipy.optimize import brentq

from pdedsl.solver.singularity import singularity

GENERATOR = np.random.default_rng(0)
ROWS, KEPT = GENERATOR.normal(size=(40, 12)), np.linalg.qr(GENERATOR.normal(size=(12, 12)))[0]


def made(value: float, times: int, redundant: bool = False) -> np.ndarray:
    """Rows that are singular at 0.3, in one direction or in two; and a column that others nearly sum to."""
    sizes = np.ones(12)
    sizes[:times] = value - 0.3
    matrix = ROWS @ (KEPT * sizes) @ KEPT.T * 10.0 ** np.linspace(-6, 6, 12)
    return np.c_[matrix, matrix[:, 0] + 1e-13 * (1 + value) * matrix[:, 1]] if redundant else matrix


@pytest.mark.parametrize("redundant", [False, True])
@pytest.mark.parametrize("times", [1, 2])
def test_its_sign_changes_where_one_is_singular(times: int, redundant: bool) -> None:
    test = singularity(made(0.25, times, redundant))
    assert test(made(0.25, times, redundant)) == pytest.approx(1.0, abs=1e-3) and test(made(0.28, times, redundant)) > 0
    assert test(made(0.32, times, redundant)) < 0
    found = brentq(lambda value: test(made(value, times, redundant)), 0.25, 0.35, xtol=1e-12)
    assert found == pytest.approx(0.3, abs=1e-6)
