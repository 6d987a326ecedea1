"""Functions round holes."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pdedsl.geometry.holes import holes
from pdedsl.numerics.bases import table as table_of
from pdedsl.numerics.truth import truths
from pdedsl.planning.defaults import planned
from pdedsl.problem.problem import Problem
from pdedsl.spaces.functions import multiplied
from pdedsl.spaces.placing import low_discrepant
from pdedsl.spaces.poles import CONJUGATES, Grown, around_holes, poles
from pdedsl.spaces.products import basis
from pdedsl.spaces.space import Polynomials
from pdedsl.stages.load import loads
from pdedsl.stages.raising import raised

PLATE = """pde 1
domain (x, y) = box([-1, -1], [1, 1]) - disk([0.2, 0.1], 0.3)
field u(x, y)
equation: {equation}
boundary: u = exact(u)  on all
let r2 = (x - 0.2)^2 + (y - 0.1)^2
exact u = log(r2) + (x - 0.2)/r2 + x^2/2
"""
POINTS = np.array([[0.6, 0.3], [-0.5, 0.1], [0.3, -0.7]])


def plate(equation: str) -> Problem:
    return loads(PLATE.format(equation=equation))


def made(problem: Problem, order: int):
    found = poles(problem, problem.fields[0], holes(problem.domain), order)
    assert found is not None
    return found


def test_of_the_laplacian_they_satisfy_it() -> None:
    own = made(plate("laplacian(u) = 1"), 5)
    assert own.size == 11
    np.testing.assert_allclose(own.table(POINTS, (2, 0)) + own.table(POINTS, (0, 2)), 0, atol=1e-10)


def test_of_other_equations_there_are_powers_of_the_conjugate_and_more_go_on_with_fewer() -> None:
    problem = plate("laplacian(u) + u = 1 + exact(u)")
    few, many = made(problem, 3), made(problem, 6)
    assert few.size == 7 * (CONJUGATES + 1)
    np.testing.assert_allclose(many.table(POINTS, (1, 1))[:, : few.size], few.table(POINTS, (1, 1)), atol=1e-12)


@pytest.mark.parametrize("order", [(1, 0), (0, 2), (1, 1)])
def test_derivatives(order: tuple[int, int]) -> None:
    own, step = made(plate("laplacian(u) + u = 1 + exact(u)"), 4), 1e-3

    def central(axis: int, below: tuple[int, int], width: float, points: np.ndarray) -> np.ndarray:
        move = width * np.eye(2)[axis]
        return (own.table(points + move, below) - own.table(points - move, below)) / (2 * width)

    axis = 0 if order[0] else 1
    lower = tuple(n - (k == axis) for k, n in enumerate(order))
    coarse, fine = (central(axis, lower, h, POINTS) for h in (step, step / 2))
    np.testing.assert_allclose(own.table(POINTS, order), (4 * fine - coarse) / 3, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("equation", ["laplacian(u) = 1", "laplacian(u) + u = 1 + exact(u)"])
def test_a_solution_round_a_hole(equation: str) -> None:
    problem = plate(equation)
    found = raised(problem, planned(problem), truths(problem))
    assert found is not None and found.status == "converged" and found.history[-1].errors["u"] < 1e-11


STEEL = """pde 1
param E = 210e9, nu = 0.3, pull = 100e6, a = 0.005, L = 0.025
let strain(W) = sym(grad(W))
let S(W) = E/(1 - nu^2)*((1 - nu)*strain(W) + nu*tr(strain(W))*identity)
domain (x, y) = SHAPE
field u(x, y), v(x, y)
vector U = (u, v)
equation balance: div(S(U)) = 0
boundary left: u = 0  on x = 0
boundary low: v = 0  on y = 0
boundary slides: dy(u) + dx(v) = 0  on x = 0, y = 0
boundary free: dot(S(U), normal) = 0  on x^2 + y^2 = a^2REST
boundary pulled: dot(S(U), normal) = TRACTION
"""


def test_a_quarter_of_a_ring_under_tension() -> None:
    """Lame: u = (A + B/r^2) x, with A + B/r^2 from no stress inside and `pull` outside."""
    ring = STEEL.replace("SHAPE", "annulus([0, 0], a, L) * box([0, 0], [L, L])").replace("REST", "")
    share = "let share = pull*L^2/(L^2 - a^2)/E*((1 - nu) + (1 + nu)*a^2/(x^2 + y^2))\nfield u"
    text = ring.replace("TRACTION", "pull*normal  on x^2 + y^2 = L^2").replace("field u", share)
    problem = loads(text + "exact u = share*x\nexact v = share*y\n")
    found = raised(problem, planned(problem), truths(problem))
    assert found is not None and max(found.history[-1].errors.values()) < 1e-13


@pytest.mark.slow
def test_a_plate_with_a_hole_that_is_pulled_evenly() -> None:
    """Where no exact solution stands on its sides: powers up to the eighteenth, which differ near the hole only."""
    plate = STEEL.replace("SHAPE", "box([0, 0], [L, L]) - disk([0, 0], a)").replace("REST", ", y = L")
    problem = loads(plate.replace("TRACTION", "[pull, 0]  on x = L")).with_choices({"space": Polynomials((18,))})
    found = raised(problem, planned(problem), truths(problem))
    assert found is not None and found.relative < 0.01  # 0.14 without points close to the hole
    assert max(found.missed.values()) < 0.01


def test_points_about_a_hole_are_close_to_it() -> None:
    domain = plate("laplacian(u) = 1").domain
    (own,) = holes(domain)
    found = around_holes(domain, (own,), low_discrepant(0.0), 400)
    far = np.hypot(*(found - own.place).T) / own.radius
    assert 100 < len(found) <= 400 and far.min() >= 1 - 1e-3 and np.median(far) < 1.6


def test_powers_in_units_of_a_radius_that_changes_with_parameters() -> None:
    """They are one on the rim of each member, up to an angle, and have all derivatives along the parameter."""
    text = (
        PLATE.format(equation="laplacian(u) = 1")
        .replace("pde 1\n", "pde 1\nparam s in [0.1, 0.3]\n")
        .replace("], 0.3)", "], 2*s)")
    )
    problem = loads(text)
    own = made(problem, 6)
    assert isinstance(own, Grown)
    turn, s = np.linspace(0, 6, 20), np.linspace(0.1, 0.3, 20)
    rim = np.stack([0.2 + 2 * s * np.cos(turn), 0.1 + 2 * s * np.sin(turn), s], axis=1)
    table = own.table(rim, (0, 0, 0))[:, 1:]
    np.testing.assert_allclose(table[:, ::2] ** 2 + table[:, 1::2] ** 2, 1, atol=1e-9)
    step = 1e-5
    along = np.array([0, 0, step])
    for plane in ((0, 0), (1, 1)):
        slope = (own.table(rim + along, (*plane, 0)) - own.table(rim - along, (*plane, 0))) / (2 * step)
        np.testing.assert_allclose(own.table(rim, (*plane, 1)), slope, rtol=1e-6, atol=1e-4)
    c = np.random.default_rng(0).normal(size=own.size)
    for few in (rim, np.repeat(rim[:3], 90, axis=0)):
        np.testing.assert_allclose(own.total(c, few, (1, 0, 1)), own.table(few, (1, 0, 1)) @ c, rtol=1e-10, atol=1e-8)
    many = np.tile(rim, (20, 1))
    many[:, 2] = np.linspace(0.1, 0.3, len(many))
    np.testing.assert_allclose(own.total(c, many, (0, 0, 0)), own.table(many, (0, 0, 0)) @ c, rtol=1e-10)
    products = multiplied(own, basis(problem, (2,), Polynomials((4,), "total")), np.arange(5) / 5, moving=True)
    d = np.random.default_rng(1).normal(size=products.size)
    ahead, back = (products.total(d, rim + sign * along, (0, 0, 0)) for sign in (1, -1))
    np.testing.assert_allclose(products.total(d, rim, (0, 0, 1)), (ahead - back) / (2 * step), rtol=1e-6, atol=1e-4)
    with jax.enable_x64(True):
        one = [table_of(products, jnp.asarray(p), (0, 0, 1), {}) for p in rim[:3]]
    np.testing.assert_allclose(one, products.table(rim[:3], (0, 0, 1)), rtol=1e-9, atol=1e-9)


def test_points_about_a_hole_go_by_the_size_that_it_has() -> None:
    own = loads(
        PLATE.format(equation="laplacian(u) = 1")
        .replace("pde 1\n", "pde 1\nparam s in [0.1, 0.6]\n")
        .replace("], 0.3)", "], s)")
    )
    points = around_holes(own.domain, holes(own.domain), low_discrepant(0.0), 2000)
    far = np.hypot(points[:, 0] - 0.2, points[:, 1] - 0.1) / points[:, 2]
    assert far.min() > 1 and all(np.median(far[points[:, 2] == s]) < 3 for s in np.unique(points[:, 2]))


def test_holes_that_are_no_circles_or_too_small_to_be_seen() -> None:
    text = PLATE.format(equation="laplacian(u) = 1").replace("pde 1\n", "pde 1\nparam s in [0.001, 0.4]\n")
    own = loads(text.replace("disk([0.2, 0.1], 0.3)", "ellipse([0.2, 0.1], [s, s/2])"))
    points = around_holes(own.domain, holes(own.domain), low_discrepant(0.0), 2000)
    wide = points[points[:, 2] > 0.3]
    assert np.hypot(wide[:, 0] - 0.2, wide[:, 1] - 0.1).min() < 0.25  # its shorter half axis
    found = made(own, 3)
    assert isinstance(found, Grown) and not found.slopes.any()
