"""A value where something happens."""

import numpy as np
import pytest

from pdedsl.studies.until import until


def test_the_first_value_and_its_error() -> None:
    found = until(lambda x: (x**2 - 2.0, 2e-6), 0.0, 3.0)
    assert found.value == pytest.approx(2**0.5, abs=1e-11) and found.error == pytest.approx(2e-6 / 8**0.5, rel=0.1)
    assert found.solved < 15
    twice = until(lambda x: (np.cos(x), np.nan), 0.0, 6.0)
    assert twice.value == pytest.approx(np.pi / 2) and twice.error != twice.error
    assert until(lambda x: (x - 1, 0.0), 1.0, 2.0).value == 1.0


def test_where_it_never_holds() -> None:
    with pytest.raises(ValueError, match=r"missed by 1 at 0"):
        until(lambda x: (x**2 + 1, 0.0), -1.0, 1.0)


def test_a_pole_is_no_zero() -> None:
    found = until(
        lambda x: (1 / np.tan(x) - 1, 0.0), 0.5, 4.5
    )  # from 0.83 to -0.78, with a zero, a pole at pi and a zero
    assert np.tan(found.value) == pytest.approx(1.0) and found.solved < 40
    with pytest.raises(ValueError, match="it does not hold"):
        until(lambda x: (1 / (x - 0.3), 0.0), 0.0, 1.0)
