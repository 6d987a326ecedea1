"""Functions that are singular at corners: exponents from tables, the equation and the conditions that they satisfy."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from benchmarks.goals import SPECS
from pdedsl.spaces.corners import angled, singular, smooth
from pdedsl.spaces.singular import Singular
from pdedsl.spaces.space import Corners
from pdedsl.stages.load import loads
from tests.examples import CAVITY

L = "domain (x, y) = polygon([[-1, -1], [1, -1], [1, 0], [0, 0], [0, 1], [-1, 1]])"
BOX = "domain x in [0, 1], y in [0, 1]"
ALL = "boundary: u = 0  on all"
POINTS = np.array([[-0.3, -0.7], [-0.9, 0.4], [0.6, -0.2]])


def problem(domain: str = L, equation: str = "laplacian(u) = 1", conditions: str = ALL, field: str = "u(x, y)"):
    return loads(f"pde 1\n{domain}\nfield {field}\nequation: {equation}\n{conditions}\n")


def made(*args: str, order: int = 4) -> Singular:
    own = problem(*args)
    found = singular(own, own.fields[0], Corners(order))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("domain", "conditions", "least"),
    [
        (L, ALL, 2 / 3),
        (L, "boundary: dn(u) = 0  on x > -1\nboundary left: u = 0  on x = -1", 2 / 3),
        (L, "boundary: dn(u) = 0  on x = 0 and y > 0\nboundary rest: u = 0  on not (x = 0 and y > 0)", 1 / 3),
        (BOX, ALL, 2.0),
        (BOX, "boundary: u = 0  on x = 0\nboundary rest: dn(u) = 0  on x > 0", 1.0),
        (BOX, "boundary: u = 0  on y = 0 and x < 0.3\nboundary rest: dn(u) = 0  on not (y = 0 and x < 0.3)", 0.5),
        ("domain (x, y) = polygon([[0, 0], [2, 0], [1, 1.7320508075688772]])", ALL, 3.0),
    ],
)
def test_exponents(domain: str, conditions: str, least: float) -> None:
    """Grisvard 1985, section 2.3; Kondratiev 1967 for mixed conditions."""
    own = problem(domain, conditions=conditions)
    found = angled(own, own.fields[0])
    assert min(corner.least for corner in found) == pytest.approx(least, abs=1e-5)
    assert any(corner.strong for corner in found) == (least % 1 != 0)


@pytest.mark.parametrize("equation", ["laplacian(u) = 1", "laplacian(u) + 3*u = 1", "div((1 + x)*grad(u)) + dx(u) = 1"])
def test_derivatives(equation: str) -> None:
    own = made(L, equation)
    value = lambda x: own.table(x, (0, 0), jnp)  # noqa: E731
    with jax.enable_x64(True):
        slopes = jax.jit(jax.jacfwd(jax.jacfwd(value)))(jnp.asarray(POINTS[0]))
        third = jax.jit(jax.jacfwd(lambda x: jax.jacfwd(jax.jacfwd(value))(x)[:, 0, 1]))(jnp.asarray(POINTS[2]))[:, 1]
    np.testing.assert_allclose(own.table(POINTS, (1, 1))[0], slopes[:, 0, 1], atol=1e-9)
    np.testing.assert_allclose(own.table(POINTS, (0, 2))[0], slopes[:, 1, 1], atol=1e-9)
    np.testing.assert_allclose(own.table(POINTS, (1, 2))[2], third, atol=1e-8)
    assert not own.table(np.zeros((2, 3)), (0, 0, 1)).any()


def test_of_the_laplacian_they_satisfy_it_and_the_conditions_on_their_sides() -> None:
    """Values on one side, fluxes on the other, of a corner of 60 degrees and of one of 120."""
    shape = "domain (x, y) = polygon([[0, 0], [2, 0], [1.5, 0.8660254037844386], [0.5, 0.8660254037844386]])"
    own = made(shape, "laplacian(u) = 1", "boundary: u = 0  on y = 0\nboundary rest: dn(u) = 0  on y > 0", order=6)
    inside = np.array([[0.8, 0.3], [1.2, 0.5], [0.6, 0.7]])
    np.testing.assert_allclose(own.table(inside, (2, 0)) + own.table(inside, (0, 2)), 0, atol=1e-9)
    along = np.array([[0.3, 0.0], [1.1, 0.0]])
    up = np.linspace(0.2, 0.8, 3)[:, None] * [0.5, 0.8660254037844386]
    outward = np.array([-0.8660254037844386, 0.5])
    chosen = np.all(own.places[own.corner] == 0.0, axis=1) & (own.logs == 0).all(axis=1)
    np.testing.assert_allclose(own.powers[chosen], [1.5, 4.5], atol=1e-5)
    assert np.abs(own.table(along, (0, 0))[:, chosen]).max() < 1e-5
    slopes = outward[0] * own.table(up, (1, 0)) + outward[1] * own.table(up, (0, 1))
    assert np.abs(slopes[:, chosen]).max() < 1e-5


def test_of_waves_the_next_power_is_there() -> None:
    """`J_a(k r) sin(a phi)` to two terms: `r^a (1 - (k r)^2 / (4 (a + 1)))`, so that (laplacian + k^2) leaves r^(a + 2)."""
    own = made(L, "laplacian(u) + 9*u = 1", order=3)
    rows = np.flatnonzero(
        np.all(own.places[own.corner] == 0.0, axis=1) & np.isclose(own.powers - own.conjugate, 2 / 3, atol=1e-5)
    )
    first, second = rows[own.conjugate[rows] == 0], rows[own.conjugate[rows] == 1]
    scale = np.abs(own.turns[own.corner[first[0]]])
    c = np.zeros(own.size)
    c[first], c[second] = 1.0, -9 / (4 * (2 / 3 + 1)) / scale**2
    near = 1e-3 * POINTS
    left = own.total(c, near, (2, 0)) + own.total(c, near, (0, 2)) + 9 * own.total(c, near, (0, 0))
    assert np.abs(left).max() < 1e-4 * np.abs(9 * own.total(c, near, (0, 0))).max()


def test_more_of_them_hold_the_first() -> None:
    few, many = (made(L, "div((1 + x)*grad(u)) = 1", order=n) for n in (2, 5))
    np.testing.assert_allclose(many.table(POINTS, (1, 0))[:, : few.size], few.table(POINTS, (1, 0)), rtol=1e-12)
    c = np.arange(float(few.size))
    np.testing.assert_allclose(many.total(few.embedded(c, many), POINTS, (0, 0)), few.total(c, POINTS, (0, 0)))
    assert np.abs(many.table(POINTS, (0, 0))).max() < 50  # of |z| at most one


@pytest.mark.parametrize(
    ("args", "why"),
    [
        (("domain x in [0, 1]", "dxx(u) = 1", ALL, "u(x)"), "in the plane"),
        ((BOX, "laplacian(u) + 3*dxx(u) = 1"), "laplacian"),
        ((BOX, "laplacian(u) = 1", "boundary: u = 0  on all hard"), "hard"),
        (("domain (x, y) = disk([0, 0], 1)",), "none"),
        ((L,), ""),
    ],
)  # fmt: skip
def test_why_there_are_none(args: tuple[str, ...], why: str) -> None:
    found = smooth(problem(*args))
    assert why in found and bool(found) == bool(why)


def test_they_hold_the_flow_at_a_corner_whose_wall_moves() -> None:
    """Taylor's scraper: psi = r f(phi), a velocity of the angle alone, and a pressure like 1/r."""
    own, w = loads(CAVITY.replace("EXTRA + ", "").replace("/Re", "")), np.pi / 2
    b = 1 / (1 - w**2)
    x, down = np.random.default_rng(2).uniform(0.05, 0.4, (2, 40))
    phi, r = np.arctan2(down, x), np.hypot(x, down)
    f = (1 - b) * np.sin(phi) + b * w * phi * np.sin(phi) + b * phi * np.cos(phi)
    slope = (1 - b) * np.cos(phi) + b * w * (np.sin(phi) + phi * np.cos(phi)) + b * (np.cos(phi) - phi * np.sin(phi))
    known = {"u": slope * np.cos(phi) + f * np.sin(phi), "p": (np.cos(phi) + w * np.sin(phi)) / r}
    points = np.stack([x, 1 - down], axis=1)
    for unknown in own.fields:
        if unknown.name in known:
            found = singular(own, unknown, Corners(3))
            assert found is not None
            table = np.concatenate([found.table(points, (0, 0))[:, found.corner == 3], np.ones((40, 1))], axis=1)
            value = known[unknown.name]
            assert np.abs(table @ np.linalg.lstsq(table, value)[0] - value).max() < 1e-10
            assert np.linalg.matrix_rank(table) < 30


def test_of_families_the_corners_that_stay_and_exponents_that_do() -> None:
    text = (SPECS / "family" / "plate.pde").read_text(encoding="utf-8")
    own = loads(text)
    assert {c.corner.place for c in angled(own, own.fields[0])} == {(2.0, 0.0), (2.0, 2.0), (0.0, 2.0)}
    stiff = loads(text.replace("nu = 0.3", "nu in [0.2, 0.4]"))
    assert not angled(stiff, stiff.fields[0])
