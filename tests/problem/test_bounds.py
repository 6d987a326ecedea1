"""Bounds of unknowns: a smooth function onto them, its inverse and its slope."""

import numpy as np
import pytest
import sympy as sp

from pdedsl.problem.bounds import FREE, Bounds


@pytest.mark.parametrize("bounds", [FREE, Bounds(0.01, 10), Bounds(lower=-2), Bounds(upper=3)])
def test_values_lie_inside_and_come_from_where_they_are_taken_to(bounds: Bounds) -> None:
    z = np.linspace(-6, 6, 41)
    values = bounds.value(z)
    assert (values >= bounds.lower).all() and (values <= bounds.upper).all()
    np.testing.assert_allclose(bounds.of(values), z, rtol=1e-6, atol=1e-6)
    slopes = (bounds.value(z + 1e-6) - bounds.value(z - 1e-6)) / 2e-6
    np.testing.assert_allclose(bounds.slope(z), slopes, rtol=1e-5, atol=1e-8)
    s = sp.Symbol("s", real=True)
    found: sp.Expr = bounds.value(s, sp)
    np.testing.assert_allclose([float(found.subs(s, float(own))) for own in z[::10]], values[::10], rtol=1e-12)


def test_ends_and_what_lies_beyond_are_very_near_to_the_ends() -> None:
    assert Bounds(0, 1).value(Bounds(0, 1).of(5.0)) == pytest.approx(1, abs=1e-5)
    assert Bounds(lower=2).value(Bounds(lower=2).of(1.0)) == pytest.approx(2, abs=1e-5)
