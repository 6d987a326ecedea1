"""Sums of polynomials and waves: against NumPy's own, and the same through arrays."""

import numpy as np
import pytest
from numpy.polynomial import chebyshev

from pdedsl.spaces.basis import Basis
from pdedsl.spaces.space import Size
from pdedsl.spaces.stretch import Stretch
from pdedsl.spaces.sums import Sum, summed


def made() -> Sum:
    numbers = np.array([[0, 0], [1, 0], [2, 1], [0, 3]])
    own = Basis((0, 1), ((0.0, 1.0), (-1.0, 2.0)), (False, False), numbers, (None, Stretch((0.5,), (0.1,), (1.0,))))
    return Sum(own, np.array([1.0, -2.0, 0.5, 0.25]), Size(1.0, 2.0))


def test_values_are_those_of_numpy() -> None:
    own, numbers = made(), np.array([[0, 0], [1, 0], [2, 1], [0, 3]])
    x, y = np.linspace(0, 1, 7), np.linspace(-1, 2, 7)
    stretch = own.basis.stretch(1)
    assert stretch is not None
    places = 2 * x - 1, stretch.at(y, (-1.0, 2.0), 0)[0]
    dense = np.zeros((3, 4))
    dense[tuple(numbers.T)] = own.coefficients
    np.testing.assert_allclose(own([x, y], (0, 0)), 1 + 2 * chebyshev.chebval2d(*places, dense), atol=1e-14)


def test_a_number_has_no_arguments() -> None:
    own = Sum(Basis((), (), (), np.zeros((1, 0), int), ()), np.array([3.0]), Size(1.0, 2.0))
    assert own([], ()) == 7.0


def test_through_arrays() -> None:
    own = made()
    again = summed(own.arrays)
    np.testing.assert_array_equal(own([0.3, 0.4], (1, 0)), again([0.3, 0.4], (1, 0)))
    assert own.arrays["numbers"].itemsize == 1
    with pytest.raises(ValueError, match="no sum"):
        summed({**own.arrays, "coefficients": np.zeros(2)})
