"""Integrals, constraints and reports against closed forms."""

import jax.numpy as jnp
import numpy as np
import pytest

import pdedsl
from pdedsl.numerics.lower import residuals
from pdedsl.numerics.quantities import quantities
from pdedsl.stages.load import loads
from tests.examples import RING

HEADER = "pde 1\nfield u(x, y)\nequation: laplacian(u) = u\nboundary: u = 0  on all\n"

# A domain, an integral over it, its value for u = x^2 + y + 1, and the accuracy that its rule promises.
INTEGRALS = {
    "box": ("x in [-1, 1], y in [0, 2]", "integral(u)", 4 * (1 / 3 + 1 + 1), 1e-13),
    "mean": ("x in [-1, 1], y in [0, 2]", "mean(u*dx(u))", 0.0, 1e-13),
    "rim of a box": ("x in [-1, 1], y in [0, 2]", "integral(u, on = all)", 2 * 6 + (2 / 3 + 2) + (2 / 3 + 6), 1e-12),
    "part of a rim": ("x in [-1, 1], y in [0, 2]", "integral(1, on = right)", 4.0, 1e-12),
    "flux": ("x in [-1, 1], y in [0, 2]", "integral(dn(u), on = all)", 8.0, 1e-12),
    "disk": ("(x, y) = disk([0, 0], 1)", "integral(u)", np.pi * 1.25, 1e-12),
    "flux of a disk": ("(x, y) = disk([0, 0], 1)", "integral(dn(u), on = all)", 2 * np.pi, 1e-12),
    "annulus": ("(x, y) = annulus([0, 0], 0.5, 1)", "integral(x^2)", np.pi / 4 * (1 - 0.5**4), 1e-12),
    "ellipse": ("(x, y) = ellipse([0, 0], [2, 1])", "integral(x^2)", np.pi / 4 * 8, 1e-12),
    "an L": ("(x, y) = box([-1, -1], [1, 1]) - box([0, 0], [1, 1])", "integral(x^2)", 1.0, 2e-3),
}  # fmt: skip


@pytest.mark.parametrize("name", INTEGRALS)
def test_integrals(name: str) -> None:
    domain, text, value, accuracy = INTEGRALS[name]
    part = "part right: x > 0\n" if "right" in text else ""
    held = f"constraint held: {text} = 0\n" if "u" in text else ""
    problem = loads(f"{HEADER}domain {domain}\n{part}{held}report said = {text}\n")

    def u(x):
        return x[0] ** 2 + x[1] + 1.0

    if held:
        found = residuals(problem)["held"](u, jnp.zeros(2))
        np.testing.assert_allclose(found, [value], rtol=accuracy, atol=accuracy)
    (quantity,) = quantities(problem, u)
    np.testing.assert_allclose(quantity.values, [value], rtol=accuracy, atol=accuracy)


def test_the_ends_of_a_curve_lie_between_its_times() -> None:
    problem = loads("""pde 1
domain x in [0, 1]
time t in [0, 2]
field u(x, t)
equation: dt(u) = dxx(u)
initial: u = 0
boundary: u = 0  on all
report mass = integral(u)
report hottest = maximum(u)
report rising = maximum(u) + 3*t
""")
    mass, hottest, rising = quantities(problem, lambda x: x[0] * jnp.sin(4 * x[1] + 0.3))
    assert mass.ends == pytest.approx((-0.5, 0.5), abs=1e-9) and hottest.ends == pytest.approx((0, 1), abs=1e-9)
    assert hottest.times is not None and len(hottest.values) == len(hottest.times)
    assert float(hottest.place.split("t = ")[1]) == pytest.approx((np.pi / 2 - 0.3) / 4, abs=1e-5)
    assert rising.ends is not None and rising.ends[1] == pytest.approx(float(rising.values[-1]))


def test_curves_points_and_functions() -> None:
    problem = loads("""pde 1
domain x in [0, 1]
time t in [0, 2]
field u(x, t)
equation: dt(u) = dxx(u)
initial: u = 0
boundary: u = 0  on all
report mass = integral(u)
report probe = dx(u) at (0.5)
report corner = u at (1, 2)
report all_of_it = u^2
""")
    mass, probe, corner, everything = quantities(problem, lambda x: x[0] * x[1])
    assert mass.times is not None and probe.times is not None
    np.testing.assert_allclose(mass.values, mass.times / 2)
    np.testing.assert_allclose(probe.values, probe.times)
    np.testing.assert_allclose(corner.values, [2.0])
    assert everything.times is None and everything.values.max() <= 4
    for quantity in (mass, probe, corner, everything):
        assert str(quantity)


def test_what_is_known_of_the_error_of_a_solution_gives_that_of_a_report() -> None:
    problem = loads(f"{HEADER}domain x in [0, 1], y in [0, 1]\nreport a = integral(u^2)\nreport b = maximum(u) + 1\n")
    square, largest = quantities(problem, lambda x: x[0] + 0.1, lambda x: jnp.array([0.1]))
    assert square.error == pytest.approx((1.1**3 - 0.1**3 - 1) / 3) and largest.error == pytest.approx(0.1)
    assert "\N{PLUS-MINUS SIGN} 1e-01" in str(square)


FRONT = (
    "pde 1\ndomain x in [-1, 1]\nfield u(x)\nequation: dxx(u) = dxx(exact(u))\nboundary: u = exact(u) on all\n"
    "exact u = tanh(x/0.02)\nreport size = integral(u^2)\n"
)


def test_integrals_over_fronts_are_sharp_or_say_that_they_are_not() -> None:
    exact = 2 - 0.04 * np.tanh(50.0)  # the integral of tanh(x/d)^2 is 2 - 2 d tanh(1/d)
    problem = loads(FRONT)
    solution = pdedsl.solve(problem, space="polynomials(900)")
    (report,) = solution.reports
    assert abs(report.values[0] - exact) < 1e-9 and report.errors is not None and report.errors[0] < 1e-8
    net = lambda x: jnp.tanh(x / 0.02)  # noqa: E731
    (rough,) = quantities(problem, net, lambda x: 0.0 * x)
    assert rough.errors is not None and abs(rough.values[0] - exact) < 10 * rough.errors[0]
    assert abs(rough.values[0] - exact) > 1e-6  # one rule is not enough, and the bar says so


def test_reports_at_a_place_that_depends_on_a_parameter() -> None:
    """On the rim of each member, and at the end of an interval of any length."""
    own = quantities(
        loads(RING + "report inner = u  at (0, r)\n"), lambda x: -jnp.log(x[0] ** 2 + x[1] ** 2)[None] / 2
    )[-1]
    assert own.times is not None
    np.testing.assert_allclose(own.values, -np.log(own.times))
    fin = "pde 1\nparam L in [0.5, 2]\ndomain x in [0, L]\nfield T(x)\nequation: -dxx(T) + T = 0\nboundary: T = 1  on x = 0\nboundary: dn(T) = 0  on x = L\nreport half = T  at (L/2)\nreport end = T  at (L)\n"
    half, end = pdedsl.solve(loads(fin)).reports
    assert end.times is not None
    np.testing.assert_allclose(end.values, 1 / np.cosh(end.times), rtol=1e-9)
    np.testing.assert_allclose(half.values, np.cosh(end.times / 2) / np.cosh(end.times), rtol=1e-9)


def test_a_parameter_beside_time_is_named_once() -> None:
    text = "pde 1\nparam R in [1, 2]\ndomain x in [0, 1]\ntime t in [0, 1]\nfield u(x, t)\nequation: dt(u) = R*dxx(u)\ninitial: u = x\nboundary: u = x  on all\nreport most = maximum(u)\n"
    (most,) = quantities(loads(text), lambda x: (x[0] * x[2])[None])
    assert most.place.count("R = 1.5") == 1 and most.place.startswith("x = 1, t = ")
