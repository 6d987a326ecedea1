"""Exponents at corners against the characteristic equations of the books, for equations that are read from a text."""

import numpy as np
import pytest
import scipy.optimize

from pdedsl.geometry.corners import corners
from pdedsl.problem.problem import Problem
from pdedsl.spaces.exponents import exponents, jumping, together
from pdedsl.stages.load import check
from pdedsl.vocabulary.source import Source

L = "domain (x, y) = polygon([[0, 0], [1, 0], [1, 1], [-1, 1], [-1, -1], [0, -1]])"
STEEL = (
    "param E = 210e9, nu = 0.3\nlet strain(W) = sym(grad(W))\n"
    "let S(W) = E/(1 - nu^2)*((1 - nu)*strain(W) + nu*tr(strain(W))*identity)\n"
)
FREE, HELD = "dot(S(U), normal) = [x, y]  on all", "U = 0  on all"
FLOW = (
    "field u(x, y), v(x, y), p(x, y)\nvector U = (u, v)\nequation a: grad(p) = mu*laplacian(U)\nequation b: div(U) = 0\n"
    "constraint gauge: mean(p) = 0\n"
)


def problem(text: str) -> Problem:
    """Of a text that may have errors: forces in balance are not asked for."""
    found = check(Source.of(f"pde 1\n{text}")).problem
    assert found is not None
    return found


def elastic(boundary: str, domain: str = L) -> Problem:
    return problem(
        f"{STEEL}{domain}\nfield u(x, y), v(x, y)\nvector U = (u, v)\nequation: div(S(U)) = 0\nboundary: {boundary}\n"
    )


def root(angle: float, start: complex) -> complex:
    """Of sin(a angle)^2 = a^2 sin(angle)^2, for free sides, and for the walls of a flow (Williams 1952; Moffatt 1964)."""
    found = scipy.optimize.newton(
        lambda a: np.sin(a * angle) ** 2 - a**2 * np.sin(angle) ** 2, start, tol=1e-14, maxiter=99
    )
    return complex(found)


def at(
    own: Problem, places: tuple[int, ...], most: float, place: tuple[float, float] = (0.0, 0.0)
) -> tuple[complex, ...]:
    held = together(own, places)
    assert held is not None
    (corner,) = [c for c in corners(own.domain) if np.allclose(c.place, place)]
    found = exponents(own, held, corner, most)
    assert found is not None
    return found


def test_free_sides() -> None:
    found = at(elastic(FREE), (0, 1), 2.0)
    expected = [root(1.5 * np.pi, a) for a in (0.54, 0.91, 1.63 + 0.23j)]
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_held_sides() -> None:
    """sin(a w)^2 = (a / kappa)^2 sin(w)^2."""
    kappa, angle = (3 - 0.3) / 1.3, 1.5 * np.pi
    for a in (found := at(elastic(HELD), (0, 1), 2.0)):
        assert abs(np.sin(a * angle) ** 2 - (a / kappa) ** 2 * np.sin(angle) ** 2) < 1e-8
    assert found[0].real == pytest.approx(0.60404, abs=1e-5)


def test_coefficients_are_those_at_the_corner() -> None:
    varied = elastic(FREE)
    text = STEEL.replace("param E = 210e9", "param E0 = 210e9\nlet E = E0*(1 + x + y^2)").replace(
        "E0*(1 + x + y^2), nu", "E0*(1 + x + y^2)\nparam nu"
    )
    own = problem(f"{text}{L}\nfield u(x, y), v(x, y)\nvector U = (u, v)\nequation: div(S(U)) = 0\nboundary: {FREE}\n")
    np.testing.assert_allclose(at(own, (0, 1), 2.0), at(varied, (0, 1), 2.0), rtol=1e-6)
    held = together(own, (0, 1))
    assert held is not None and not held.alone


def test_a_condition_that_changes_on_a_straight_side_would_be_a_crack_of_its_own() -> None:
    """One side free and one held at 90 degrees: 0.7583 for this metal (Williams 1952, by its own equation)."""
    box = "domain x in [0, 1], y in [0, 1]"
    own = elastic("U = 0  on y = 0\nboundary rest: dot(S(U), normal) = 0  on x = 0, x = 1, y = 1", box)
    kappa, angle = (3 - 0.3) / 1.3, np.pi / 2
    for a in (found := at(own, (0, 1), 2.0)):
        left = kappa * np.sin(a * angle) ** 2 - (kappa + 1) ** 2 / 4 + a**2 * np.sin(angle) ** 2
        assert abs(left) < 1e-8
    assert found[0].real == pytest.approx(0.75835, abs=1e-5)


@pytest.mark.parametrize("viscosity", ["1", "1e-3"])
def test_eddies_in_a_corner(viscosity: str) -> None:
    own = problem(f"param mu = {viscosity}\ndomain x in [0, 1], y in [0, 1]\n{FLOW}boundary: U = 0  on all\n")
    held = together(own, (0, 1, 2))
    assert held is not None and held.lags == (0, 0, 1) and held.alone
    np.testing.assert_allclose(at(own, (0, 1, 2), 3.0), [root(np.pi / 2, 2.7 + 1.1j)], rtol=1e-9)


def test_a_clamped_plate() -> None:
    """Those of free sides, one more: of finite energy are powers above one."""
    text = f"{L}\nfield u(x, y)\nequation: laplacian(laplacian(u)) = 1\nboundary: u = 0  on all\nboundary flat: dn(u) = 0  on all\n"
    expected = [1 + root(1.5 * np.pi, a) for a in (0.54, 0.91)]
    np.testing.assert_allclose(at(problem(text), (0,), 2.0), expected, rtol=1e-9)


def test_where_values_jump() -> None:
    text = f"param mu = 1\ndomain x in [0, 1], y in [0, 1]\n{FLOW}boundary lid: U = [LID, 0]  on y = 1\nboundary: U = 0  on x = 0, x = 1, y = 0\n"
    for lid, jumps in (("1", [False, False, True, True]), ("x*(1 - x)", [False] * 4)):
        own = problem(text.replace("LID", lid))
        held = together(own, (0, 1, 2))
        assert held is not None
        assert [jumping(own, held, c) for c in corners(own.domain)] == jumps


def test_what_is_not_said() -> None:
    """An equation of another kind, and a side without enough conditions."""
    stretched = (
        "field u(x, y), v(x, y)\nequation a: 2*dxx(u) + dyy(u) + dxy(v) = 0\nequation b: dxx(v) + dyy(v) + dxy(u) = 0\n"
    )
    own = problem(f"{L}\n{stretched}boundary a: u = 0  on all\nboundary b: v = 0  on all\n")
    held = together(own, (0, 1))
    assert held is not None and exponents(own, held, corners(own.domain)[0], 2.0) is None
    few = elastic("dn(u) = 0  on all")
    held = together(few, (0, 1))
    assert held is not None and exponents(few, held, corners(few.domain)[0], 2.0) is None
    none = problem(f"{L}\nfield u(x, y), v(x, y)\n{stretched.partition(chr(10))[2]}boundary a: u = 0  on x = 1\n")
    held = together(none, (0, 1))
    assert held is not None and exponents(none, held, corners(none.domain)[0], 2.0) is None
    two = problem(
        "domain x in [0, 1], y in [0, 1]\nfield u(x, y), v(x, y)\nequation: div([u, v]) = 0\nboundary: u = 0 on all\n"
    )
    assert together(two, (0, 1)) is None
