"""Largest and smallest values, against closed forms: inside, on faces and corners, on rims, in time."""

import jax.numpy as jnp
import numpy as np
import pytest

from pdedsl.numerics.quantities import quantities
from pdedsl.stages.load import loads
from tests.examples import RING

HEADER = "pde 1\nfield u(x, y)\nequation: laplacian(u) = u\nboundary: u = 0  on all\n"
BOX, DISK = "x in [-1, 1], y in [0, 2]", "(x, y) = disk([0, 0], 1)"

# A domain, an extreme of u = exp(-(x - 0.3)^2)*(1 + y), its value and place, and the accuracy.
EXTREMES = {
    "on a face": (BOX, "maximum(u)", 3.0, "x = 0.3, y = 2", 1e-12),
    "in a corner": (BOX, "minimum(u)", np.exp(-1.69), "x = -1, y = 0", 1e-12),
    "on one face": (BOX, "maximum(u, on = y = 0)", 1.0, "x = 0.3, y = 0", 1e-12),
    "of two faces": (BOX, "minimum(u, on = x = 1 or y = 2)", 3 * np.exp(-1.69), "x = -1, y = 2", 1e-12),
    "of a slope": (BOX, "maximum(dn(u), on = y = 2)", 1.0, "x = 0.3, y = 2", 1e-12),
    "inside": (BOX, "maximum(u*(2 - y))", 2.25, "x = 0.3, y = 0.5", 1e-12),
    "inside a disk": (DISK, "maximum(u*(1/2 - y))", 0.5625, "x = 0.3, y = -0.25", 1e-12),
    "on a rim": (DISK, "maximum(y, on = all)", 1.0, "", 1e-6),
    "of both": (BOX, "maximum(u) - minimum(u)*2", 3.0 - 2 * np.exp(-1.69), "", 1e-12),
    "with an integral": (BOX, "maximum(u)*integral(1)", 12.0, "", 1e-12),
}


def bump(x):
    return jnp.exp(-((x[0] - 0.3) ** 2)) * (1.0 + x[1])


@pytest.mark.parametrize("name", EXTREMES)
def test_extremes(name: str) -> None:
    domain, text, value, place, accuracy = EXTREMES[name]
    (found,) = quantities(loads(f"{HEADER}domain {domain}\nreport said = {text}\n"), bump)
    np.testing.assert_allclose(found.values, [value], rtol=accuracy)
    if place:
        said = dict(part.split(" = ") for part in found.place.split(", "))
        wanted = dict(part.split(" = ") for part in place.split(", "))
        for coordinate, number in wanted.items():
            assert float(said[coordinate]) == pytest.approx(float(number), abs=1e-5)
        assert f"at {found.place}" in str(found)


def test_at_each_time_or_at_one() -> None:
    text = "pde 1\ndomain x in [0, 1]\ntime t in [0, 1]\nfield u(x, t)\nequation: dt(u) = dxx(u)\ninitial: u = x\n"
    text += "boundary: u = x  on all\nreport hot = maximum(u)\nreport late = maximum(u) at (0.5, 1)\n"
    hot, late = quantities(loads(text), lambda x: jnp.exp(-((x[0] - x[1]) ** 2)) * (1 + x[1]))
    assert hot.times is not None
    np.testing.assert_allclose(hot.values, 1 + hot.times, rtol=1e-12)
    np.testing.assert_allclose(late.values, [2.0], rtol=1e-12)
    assert hot.place == "x = 1, t = 1"


def test_on_the_rim_of_a_shape() -> None:
    """`x y` over an ellipse is largest at 45 degrees, `a b/2`; each member of a family has its rim."""
    text = "pde 1\nparam a in [1, 2]\ndomain (x, y) = ellipse([0, 0], [a, 0.5])\nfield u(x, y)\nequation: laplacian(u) = 0\nboundary: u = x*y on all\nreport most = maximum(x*y + 0*u)\nreport lowest = minimum(u, on = all)\n"
    most, lowest = quantities(loads(text), lambda x: (x[0] * x[1])[None])
    assert most.times is not None
    np.testing.assert_allclose(most.values, most.times / 4, rtol=1e-8)
    np.testing.assert_allclose(lowest.values, -most.times / 4, rtol=1e-8)


def test_integrals_over_a_shape_that_changes_with_a_parameter() -> None:
    outflow, area, most = quantities(loads(RING), lambda x: -jnp.log(x[0] ** 2 + x[1] ** 2)[None] / 2)
    assert area.times is not None and len(area.times) < 101
    np.testing.assert_allclose(outflow.values, -2 * np.pi, rtol=1e-6)
    np.testing.assert_allclose(area.values, np.pi * (1 - area.times**2), rtol=1e-6)
    np.testing.assert_allclose(most.values, -np.log(most.times), rtol=1e-6)
