"""Weights that nobody wrote, against the symbols of the operators by hand."""

import pytest
from numpy import pi

from pdedsl.planning.balance import weights
from pdedsl.stages.load import loads

SQUARE = "pde 1\ndomain x in [0, 1], y in [0, 2]\nfield u(x, y)\n"
LAPLACE = pi**2 + (pi / 2) ** 2


@pytest.mark.parametrize(
    ("statements", "wanted"),
    [
        ("equation: laplacian(u) = 1\nboundary: u = 0 on all", LAPLACE**2),
        ("equation: 3*laplacian(u) = 1\nboundary: u = 0 on all", 9 * LAPLACE**2),
        ("equation: laplacian(u) = 1\nboundary: 2*u = 0 on all", LAPLACE**2 / 4),
        ("equation: laplacian(u) + u^2*dx(u) = x\nboundary: u = 0 on all", (LAPLACE + pi) ** 2),
        ("equation: laplacian(u) = 1\nboundary: u = 0 on all weight 1", 1.0),
        ("equation: laplacian(u) = 1\nboundary: u = 0 on all weight 7", 7.0),
        ("equation: 1e-3*laplacian(u) = u\nboundary: u = 0 on all", (1 + 1e-3 * LAPLACE) ** 2),
        ("equation: 1e9*laplacian(u) = 1\nboundary: u = 0 on all", 1e6),
        ("equation: 1e-9*laplacian(u) = 1\nboundary: u = 0 on all", 1.0),
    ],
)
def test_a_unit_of_error_counts_alike(statements: str, wanted: float) -> None:
    found = weights(loads(SQUARE + statements + "\n"))
    assert found["equation"] == 1.0
    assert found["boundary"] == pytest.approx(wanted, rel=0.06)


def test_each_condition_has_its_own() -> None:
    plate = "equation: laplacian(laplacian(u)) = 1\nboundary edge: u = 0 on all\nboundary clamp: dn(u) = 0 on all\n"
    found = weights(loads(SQUARE + plate))
    biharmonic = pi**4 + (pi / 2) ** 4 + 2 * pi**2 * (pi / 2) ** 2
    assert found["edge"] == pytest.approx(biharmonic**2, rel=0.06)
    assert 1 < found["clamp"] < found["edge"]


def test_evolution_keeps_to_one() -> None:
    text = "pde 1\ndomain x in [0, 1]\ntime t in [0, 1]\nfield u(x, t)\nequation: dt(u) = dxx(u)\n"
    found = weights(loads(text + "initial: u = x\nboundary: dx(u) = 1 on all\n"))
    assert set(found.values()) == {1.0}
