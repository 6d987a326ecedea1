"""Low degrees suffice for polynomials: their tables against SymPy, and solutions that are in the space."""

import numpy as np
import pytest
import sympy as sp

from pdedsl.planning.coarse import coarse, polynomials
from pdedsl.planning.linear import rows
from pdedsl.stages.load import loads

BOX = "pde 1\ndomain x in [1, 3], y in [0, 5]\nfield u(x, y)\n"


@pytest.mark.parametrize("order", [(0, 0), (1, 0), (0, 2), (2, 1), (0, 5)])
@pytest.mark.parametrize("periodic", ["", "periodic y\n"])
def test_tables_of_derivatives(order: tuple[int, int], periodic: str) -> None:
    problem = loads(BOX + periodic + "equation: laplacian(u) = 1\nboundary: u = 0 on x = 1, x = 3\n")
    basis = polynomials(problem, (0, 1), 20)
    points = np.array([[1.2, 0.3], [2.9, 4.4]])
    x, y = sp.symbols("x y", real=True)
    for (i, j), found in zip(basis.indices, basis.table(points, order).T, strict=True):
        k, angle = (j + 1) // 2, sp.pi * (2 * y / 5 - 1)
        along = (
            (sp.cos(k * angle) if j == 0 or j % 2 else sp.sin(k * angle))
            if periodic
            else sp.chebyshevt(j, 2 * y / 5 - 1)
        )
        member = sp.diff(sp.chebyshevt(i, x - 2) * along, x, order[0], y, order[1])
        np.testing.assert_allclose(found, [float(member.subs({x: a, y: b})) for a, b in points], rtol=1e-9, atol=1e-9)


def test_the_highest_degree_that_fits() -> None:
    problem = loads(BOX + "equation: laplacian(u) = 1\nboundary: u = 0 on all\n")
    assert len(polynomials(problem, (0, 1), 20).indices) == 15 and len(polynomials(problem, (0,), 20).indices) == 20
    assert len(polynomials(problem, (0, 1), 1).indices) == 3
    many = loads("pde 1\ndomain x[1:40] in [0, 1]\nfield u(x)\nequation: laplacian(u) = 1\nboundary: u = 0 on all\n")
    assert len(polynomials(many, range(40), 100).indices) == 41


@pytest.mark.parametrize(
    ("text", "solution"),
    [
        ("equation: laplacian(u) = 2*x + 2\nboundary: u = x*y^2 + x^2 on all\n", lambda x, y: x * y**2 + x**2),
        ("equation: 1e9*dxx(u) + dyy(u) = 0\nboundary: u = 1e6*x + y on all\n", lambda x, y: 1e6 * x + y),
        (
            "equation: laplacian(u) = 0\nboundary: dn(u) = dn(exact(u)) on all\nconstraint: integral(u) = 10\n"
            "exact u = x*y - 4\n",
            lambda x, y: x * y - 4,
        ),
    ],
)
def test_a_solution_in_the_space_is_found(text: str, solution) -> None:
    problem = loads(BOX + text)
    zero = [row for s in problem.statements for row in rows(problem, s, 100, lambda place, index: 0.0)]
    found, points = coarse(problem, zero), np.array([[1.5, 2.0], [2.5, 4.0]])
    np.testing.assert_allclose(found.at(points)[:, 0], solution(*points.T), rtol=1e-6)
    assert max(found.missed) < 1e-6


def test_what_is_not_seen_is_missed() -> None:
    problem = loads("pde 1\ndomain x in [0, 1]\nfield u(x)\nequation: dxx(u) = sin(200*pi*x)\nboundary: u = 0 on all\n")
    zero = [row for s in problem.statements for row in rows(problem, s, 300, lambda place, index: 0.0)]
    assert coarse(problem, zero).missed[0] > 0.5
