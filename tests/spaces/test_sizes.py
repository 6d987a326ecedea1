"""What fields and residuals are worth: by hand, and the same in any units."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy import pi
from scipy.integrate import solve_ivp

import pdedsl
from benchmarks.goals import SPECS
from benchmarks.units import LINEAR, TWELVE, Units, rescaled
from pdedsl.geometry.points import random
from pdedsl.geometry.statement import points_of
from pdedsl.numerics.lower import lower
from pdedsl.planning.defaults import planned
from pdedsl.spaces.sizes import field_sizes, row_sizes, weights
from pdedsl.spaces.space import Size
from pdedsl.stages.load import loads
from pdedsl.stages.solve import build

SQUARE = "pde 1\ndomain x in [0, 1], y in [0, 2]\nfield u(x, y)\n"
LINE = "pde 1\ndomain x in [0, 2]\nfield u(x)\n"
HEAT = "pde 1\ndomain x in [0, 2]\ntime t in [0, 3]\nfield u(x, t)\n"
ROUGH, EXACT = 0.03, 1e-3
"""A rough solution drops what is nearly singular, and which that is may be for rounding to say: Kovasznay's pressure."""
LAPLACE = pi**2 + (pi / 2) ** 2


@pytest.mark.parametrize(
    ("text", "mean", "spread"),
    [
        (LINE + "equation: dxx(u) = 0\nboundary: u = 290 on x = 0\nboundary: u = 410 on x = 2\n", 350, 60),
        (LINE + "equation: dxx(u) = -8\nboundary: u = 5 on all\n", 7, 2),
        (LINE + "equation: -1e9*dxx(u) = 3e9\nboundary: u = 0 on x = 0\nboundary: dx(u) = 0 on x = 2\n", 3, 3),
        (LINE + "equation: dxx(u) = 9\nboundary: dx(u) = 0 on x = 0\nboundary: dx(u) + u = 0 on x = 2\n", -27, 9),
        (LINE + "equation: dxx(u) = -1600*pi^2*sin(40*pi*x)\nboundary: u = 0 on all\n", 0, 0.5),
        (HEAT + "equation: dt(u) = 1e-9*dxx(u) + 6\ninitial: u = 0\nboundary: dx(u) = 0 on all\n", 9, 9),
        (HEAT + "equation: dt(u) = dxx(u)\ninitial: u = 12 + x\nboundary: dx(u) = 1 on all\n", 13, 1),
        (HEAT + "equation: dt(u) = dxx(u) - u^3\ninitial: u = x\nboundary: dx(u) = 0 on all\n", 1, 1),
        ("pde 1\ntime t in [0, 9]\nfield u(t)\nequation: dt(u) = 0\ninitial: u = 4\n", 4, 4),
        ("pde 1\ntime t in [0, 9]\nfield u(t)\nequation: dt(u) = 0\ninitial: u = 0\n", 0, 1),
    ],
)
def test_a_field_has_the_range_of_its_solution(text: str, mean: float, spread: float) -> None:
    found = field_sizes(pdedsl.loads(text))["u"]
    assert found.mean == pytest.approx(mean, abs=0.05 * spread)
    assert found.spread == pytest.approx(spread, rel=0.05)


def test_a_pressure_has_the_size_that_balances_the_momentum() -> None:
    found = field_sizes(pdedsl.load(SPECS / "stokes_cavity.pde"))
    assert 1 < found["p"].spread < 100


def test_what_is_chosen_stays() -> None:
    problem = pdedsl.loads(LINE + "equation: dxx(u) = 0\nboundary: u = 1 on all\nsolve { sizes.u = (300, 50) }\n")
    assert build(problem, planned(problem)).sizes["u"] == Size(300, 50)


@pytest.mark.parametrize(
    ("statement", "wanted"),
    [
        ("equation: laplacian(u) = 1", LAPLACE),
        ("equation: 3*laplacian(u) = 1", 3 * LAPLACE),
        ("equation: 1e9*laplacian(u) = 7e9", 1e9 * LAPLACE),
        ("equation: laplacian(u) + 4*u*dx(u) = x", LAPLACE + 4 * 7 * pi + 4 * 2 * pi),
        ("equation: x*laplacian(u) = x*1e5", LAPLACE / 2),
    ],
)
def test_a_row_is_worth_its_terms(statement: str, wanted: float) -> None:
    problem = pdedsl.loads(SQUARE + statement + "\nboundary: 2*u = 10 on all\n")
    sizes = {"u": Size(5.0, 2.0)}
    equation, boundary = (row_sizes(problem, s, sizes) for s in problem.statements)
    assert equation == pytest.approx([2 * wanted], rel=0.1)
    assert boundary == pytest.approx([4.0])


def test_integrals_are_worth_what_they_hold() -> None:
    text = "equation: laplacian(u) = 1\nboundary: dn(u) = 0.5 on all\nconstraint: 3*integral(u) = 0\n"
    problem = pdedsl.loads(SQUARE + text)
    assert row_sizes(problem, problem.statements[-1], {"u": Size(0.0, 2.0)}) == pytest.approx([12.0])


def test_weights_are_those_that_are_written() -> None:
    text = SQUARE + "equation: laplacian(u) = 1\nboundary: u = 0 on x = 0 weight 7\nboundary: dn(u) = 0 on not(x = 0)\n"
    assert weights(pdedsl.loads(text)) == {"equation": 1.0, "boundary": 7.0, "boundary2": 1.0}


@pytest.mark.parametrize("name", TWELVE)
@pytest.mark.parametrize("units", [Units(1e-3, 1e6, 1e4, 0.0, 1e6), Units(1e3, 1e-6, 1e-3, 300.0, 1.0)])
def test_sizes_are_the_same_in_any_units(name: str, units: Units) -> None:
    if units.offset and name not in LINEAR:
        pytest.skip("what is not linear has a zero")
    tolerance = EXACT if name in LINEAR else ROUGH
    problem = pdedsl.load(SPECS / f"{name}.pde")
    other = rescaled(problem, units)
    before, after = field_sizes(problem), field_sizes(other)
    for field in before:
        spread = before[field].spread * units.value
        assert after[field].spread == pytest.approx(spread, rel=tolerance)
        assert after[field].mean == pytest.approx(
            before[field].mean * units.value + units.offset, abs=tolerance * spread
        )
    u = lambda x: jnp.stack([jnp.sin(k + x @ jnp.arange(1.0, 1 + len(x))) for k in range(len(before))])  # noqa: E731
    scale = np.asarray([units.time if c.kind == "time" else units.length for c in problem.coordinates])
    moved = lambda x: units.offset + units.value * u(x / scale)  # noqa: E731
    for one, two in zip(problem.statements, other.statements, strict=True):
        points = jnp.asarray(points_of(problem, one, 50, random(np.random.default_rng(0))))
        first = np.asarray(jax.jit(jax.vmap(lambda x, s=one: lower(problem, s)(u, x)))(points)) / row_sizes(
            problem, one, before
        )
        second = np.asarray(
            jax.jit(jax.vmap(lambda x, s=two: lower(other, s)(moved, x)))(np.asarray(points) * scale)
        ) / row_sizes(other, two, after)
        np.testing.assert_allclose(second, first, rtol=tolerance, atol=1e-9)


def test_a_component_that_nothing_drives_is_worth_what_its_vector_is() -> None:
    text = "pde 1\ndomain x in [0, 1], y in [0, 1]\nfield u(x, y), v(x, y)\nvector U = (u, v)\n"
    text += "equation: laplacian(U) = 0\nboundary: u = 3*y  on all\nboundary: v = 0  on all\n"
    own = field_sizes(pdedsl.loads(text))
    assert own["v"].spread == own["u"].spread == pytest.approx(1.5, rel=0.05)


@pytest.mark.parametrize(
    "text",
    [
        "domain x in [0, {L}]\nfield u(x)\nequation: -dxx(u) = {s}*delta(x - {L}/3)\n",
        "domain x in [0, {L}], y in [0, {L}]\nfield u(x, y)\nequation: -laplacian(u) = {s}*delta(x - {L}/3, y - {L}/2)\n",
    ],
)
def test_a_point_source_alone_says_how_large_its_field_is(text: str) -> None:
    plain, other = (
        field_sizes(loads("pde 1\n" + text.format(L=length, s=strength) + "boundary: u = 0  on all\n"))["u"].spread
        for length, strength in ((1, 1), (1000, 1e-6))
    )
    jump = (
        1000 if "y in" not in text else 1
    )  # in one dimension a source of one makes a slope of one, whatever the length
    assert 0.01 < plain < 1 and other == pytest.approx(1e-6 * jump * plain, rel=1e-6)


def test_what_only_the_others_drive_is_worth_what_these_make_of_it() -> None:
    """About nothing a square drives nothing: consecutive reactions, of which the last one makes all of a field."""
    text = (
        "pde 1\ntime t in [0, 5]\nfield A(t), B(t), C(t)\nequation: dt(A) = -A + B*C/2\nequation: dt(B) = A - 1000*B^2 - B*C/2\n"
        "equation: dt(C) = 1000*B^2\ninitial: A = 1\ninitial: B = 0\ninitial: C = 0\n"
    )
    problem = pdedsl.loads(text)
    assert 0.1 < field_sizes(problem)["C"].spread < 1e4
    own = pdedsl.solve(problem, time_limit=30)

    def rates(t: float, y: np.ndarray) -> list[float]:
        a, b, c = y
        return [-a + b * c / 2, a - 1000 * b**2 - b * c / 2, 1000 * b**2]

    truth = solve_ivp(rates, (0, 5), [1, 0, 0], "Radau", rtol=1e-10, atol=1e-12).y[:, -1]
    found = own(t=np.array([5.0]))
    assert isinstance(found, dict) and own.verdict.word == "solved"
    np.testing.assert_allclose([found[name][0] for name in "ABC"], truth, rtol=1e-7)
