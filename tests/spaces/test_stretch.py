"""Stretched coordinates: derivatives against SymPy and JAX, the inverse, and how many polynomials a front then takes."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import sympy as sp

from pdedsl.numerics.bases import table
from pdedsl.spaces.basis import Basis
from pdedsl.spaces.stretch import LINEAR, Stretch, at_faces, bell, logarithm, stacked, stretched

INTERVAL = (1.0, 4.0)
MAP = Stretch((1.5, 3.0), (0.1, 0.02), (1.0, 0.5))


def test_the_map_and_its_derivatives() -> None:
    x = sp.Symbol("x")
    raw = LINEAR * (2 * x - 5) / 3 + sp.asinh((x - 1.5) / 0.1) + sp.asinh((x - 3.0) / 0.02) / 2
    low, high = (raw.subs(x, end) for end in INTERVAL)
    exact = (2 * raw - low - high) / (high - low)
    points = np.array([1.0, 1.52, 2.9, 4.0])
    for n, found in enumerate(MAP.at(points, INTERVAL, 4)):
        expected = [float(sp.diff(exact, x, n).subs(x, own)) for own in points]
        np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)


def test_the_inverse_is_one() -> None:
    s = np.concatenate([[-1.0, 1.0], np.random.default_rng(0).uniform(-1, 1, 50)])
    x = MAP.inverse(s, INTERVAL)
    assert x[0] == 1.0 and x[1] == 4.0
    np.testing.assert_allclose(MAP.at(x, INTERVAL, 0)[0], s, atol=1e-13)


def test_derivatives_of_polynomials_of_a_stretched_coordinate() -> None:
    own = Basis((0,), (INTERVAL,), (False,), np.arange(7)[:, None], (MAP,))
    points = np.array([[1.3], [2.98], [3.5]])
    f = lambda x: own.table(x[None], (0,))[0]  # noqa: E731
    for order in range(5):
        expected = own.table(points, (order,))
        found = jax.jit(jax.vmap(lambda x, n=order: table(own, x, (n,), {})))(jnp.asarray(points))
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9 * np.abs(expected).max())
    slope = (f(points[1] + 1e-6) - f(points[1] - 1e-6)) / 2e-6
    np.testing.assert_allclose(own.table(points, (1,))[1], slope, rtol=1e-5, atol=1e-5)
    traced = jax.jacfwd(lambda x: table(own, x, (1,), {}))(jnp.asarray(points[0]))[:, 0]
    np.testing.assert_allclose(traced, own.table(points, (2,))[0], rtol=1e-8, atol=1e-8)


def test_bell_polynomials() -> None:
    s = [0.0, 2.0, 3.0, 5.0]  # of the Wikipedia article: B_{3,1} = x3, B_{3,2} = 3 x1 x2, B_{3,3} = x1^3
    assert bell(s, 3) == [0.0, 5.0, 18.0, 8.0] and bell(s, 0) == [1.0]


def _degree(f, stretch: Stretch | None, interval: tuple[float, float]) -> int:
    """The degree at which the Chebyshev coefficients of a function of a stretched coordinate have fallen to 1e-9."""
    s = np.cos(np.pi * (np.arange(1200) + 0.5) / 1200)
    x = s if stretch is None else stretch.inverse(s, interval)
    c = np.abs(np.polynomial.chebyshev.chebvander(s, 1199).T @ f(x)) / 600
    return int(np.flatnonzero(c > 1e-9).max())


@pytest.mark.parametrize("places", [(0.0,), (-0.5, 0.5)])
def test_steep_places_are_found(places: tuple[float, ...]) -> None:
    interval, x = (-1.0, 1.0), np.linspace(-1, 1, 4001)
    f = lambda x: sum(np.tanh((x - p) / 0.02) for p in places) + 0.2 * np.cos(x)  # noqa: E731
    found = stretched([(x, np.abs(np.gradient(f(x), x)))], interval)
    assert found is not None and len(found.places) == len(places)
    np.testing.assert_allclose(found.places, places, atol=1e-3)
    assert _degree(f, found, interval) < _degree(f, None, interval) / 3
    assert stretched([(x, np.ones_like(x))], interval) is None


def test_mirrored_maps_are_odd_and_moving_fronts_stretch_all_their_way() -> None:
    interval, x = (0.0, 2.0), np.linspace(0, 2, 2001)
    slopes = [1 / np.cosh((x - p) / 0.05) ** 2 for p in (0.4, 0.6)]
    found = stretched([(x, own) for own in slopes], interval, mirrored=True)
    assert found is not None and len(found.places) == 4
    s = found.at(np.array([0.3, 1.7, 1.0]), interval, 0)[0]
    np.testing.assert_allclose([s[0] + s[1], s[2]], 0, atol=1e-12)
    assert found.apart(found, interval) == 0 and found.apart(None, interval) > 0.05
    one = stretched([(x, slopes[0])], interval)
    assert found.apart(one, interval) > 0.05


def test_maps_of_several_pieces_as_arrays() -> None:
    both = stacked([None, MAP, at_faces(INTERVAL, 0.01)])
    assert both is not None and both.places.shape == (3, 2) and stacked([None, None]) is None
    x = np.array([1.2, 3.9])
    for k, own in enumerate((Stretch((), (), ()), MAP, at_faces(INTERVAL, 0.01))):
        row = Stretch(both.places[k], both.widths[k], both.weights[k])
        np.testing.assert_allclose(row.at(x, INTERVAL, 2), own.at(x, INTERVAL, 2), atol=1e-12)


def test_the_map_of_a_logarithm() -> None:
    for interval in ((1e-3, 1e-1), (-200.0, -3.0)):
        low, high = interval
        x = np.linspace(low, high, 9)
        (found,) = logarithm(interval).at(x, interval, 0)
        np.testing.assert_allclose(found, 2 * np.log(x / low) / np.log(high / low) - 1, atol=1e-4)


def test_layers_at_one_face() -> None:
    own = at_faces((0.0, 1.0), 1e-3, (False, True))
    below, above = (float(own.at(np.asarray([x]), (0.0, 1.0), 1)[1][0]) for x in (0.0, 1.0))
    assert below < 1 and above > 50
