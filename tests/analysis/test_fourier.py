"""Operators whose spectrum is known."""

import jax.numpy as jnp
import numpy as np
import pytest

import pdedsl
from pdedsl.analysis import fourier


def test_the_second_derivative() -> None:
    problem = pdedsl.loads("pde 1\ndomain x in [1, 3]\nfield u(x)\nequation: dxx(u) = 1\nboundary: u = 0  on all\n")
    found = fourier(problem)
    expected = (found.wavenumbers[:, 0] * np.pi / 2) ** 2
    np.testing.assert_allclose(found.sizes, expected, rtol=0.05)
    np.testing.assert_allclose(found.singular_values[:5], np.sort(expected)[::-1][:5], rtol=0.1)


def test_a_nonlinear_operator_is_linearised_about_the_solution() -> None:
    problem = pdedsl.loads(
        "pde 1\ndomain x in [0, 1]\nfield u(x)\nequation: u^3 + dx(u) = 1\nboundary: u = 1  on x = 0\n"
    )
    constant = fourier(problem, lambda x: jnp.full((1,), 2.0)).sizes[0]
    assert constant == pytest.approx(12.0) and fourier(problem).sizes[0] == pytest.approx(0.0)


def test_many_coordinates_are_refused() -> None:
    problem = pdedsl.loads(
        "pde 1\ndomain x[1:4] in [0, 1]\nfield u(x)\nequation: laplacian(u) = 1\nboundary: u = 0  on all\n"
    )
    with pytest.raises(ValueError, match="three coordinates"):
        fourier(problem)
