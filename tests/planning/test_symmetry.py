"""Reflections that change nothing are found, others are not; half of a basis then holds the solution."""

import numpy as np
import pytest

from pdedsl.planning.defaults import planned
from pdedsl.planning.functions import expansions
from pdedsl.planning.symmetry import symmetries
from pdedsl.spaces.sizes import field_sizes
from pdedsl.spaces.space import Polynomials
from pdedsl.stages.load import loads
from pdedsl.stages.raising import raised

BOX = "pde 1\ndomain x in [0, 2], y in [-1, 1]\nfield u(x, y)\n"
DISK = "pde 1\ndomain (x, y) = disk([0.5, 0], 1) - disk([0.5, 0.3], 0.2)\nfield u(x, y)\n"
FLOW = "pde 1\ndomain x in [-1, 1], y in [-1, 1]\nfield u(x, y), v(x, y)\nvector U = (u, v)\n"
WALLS = "boundary: u = 0 on all\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{BOX}equation: laplacian(u) = 1\n{WALLS}", {0: (1,), 1: (1,)}),
        (f"{BOX}equation: laplacian(u) = y\n{WALLS}", {0: (1,), 1: (-1,)}),
        (f"{BOX}equation: laplacian(u) = x\n{WALLS}", {1: (1,)}),
        (f"{BOX}equation: laplacian(u) = (x - 1)*y\n{WALLS}", {0: (-1,), 1: (-1,)}),
        (f"{BOX}equation: laplacian(u) + dx(u) = 1\n{WALLS}", {1: (1,)}),
        (f"{BOX}equation: laplacian(u) = u^3 + y\n{WALLS}", {0: (1,), 1: (-1,)}),
        (f"{BOX}equation: laplacian(u) = u^2 + y\n{WALLS}", {0: (1,)}),
        (f"{BOX}equation: laplacian(u) = 1\nboundary a: u = 0 on x = 0, y = 1, y = -1\nboundary b: u = 0 on x = 2\n", {0: (1,), 1: (1,)}),
        (f"{BOX}equation: laplacian(u) = 1\nboundary a: u = 0 on x = 0, y = 1, y = -1\nboundary b: dn(u) = 0 on x = 2\n", {1: (1,)}),
        (f"{BOX}equation: laplacian(u) = 1\nboundary a: dn(u) = 0 on x = 0, x = 2\nboundary b: u = 1 on y = -1, y = 1\n", {0: (1,), 1: (1,)}),
        (f"{BOX}equation: laplacian(u) = 1\nboundary: u = y hard on all\n".replace("hard on all", "on all hard"), {0: (1,)}),
        (f"{DISK}equation: laplacian(u) = 1\n{WALLS}", {0: (1,)}),
        (f"{FLOW}equation: laplacian(U) = [x, y]\nboundary: U = 0 on all\n", {0: (-1, 1), 1: (1, -1)}),
        (f"{BOX}equation: laplacian(u) = 1\nboundary: dn(u) = 1/4 on all\nconstraint: u = 0 at (0, 0)\n", {}),
        (
            "pde 1\ndomain x in [0, 1]\ntime t in [0, 1]\nfield u(x, t)\nequation: dt(u) = dxx(u)\ninitial: u = sin(pi*x)\n" + WALLS,
            {0: (1,)},
        ),
    ],
)  # fmt: skip
def test_which_reflections_change_nothing(text: str, expected: dict[int, tuple[int, ...]]) -> None:
    assert dict(symmetries(loads(text))) == expected


def test_half_of_a_basis_holds_the_solution() -> None:
    text = f"{BOX}equation: laplacian(u) = laplacian(exact(u))\nboundary: u = exact(u) on all\nexact u = y*exp(x*(2 - x))\n"
    problem = loads(text)
    (whole,), (half,) = (expansions(problem, Polynomials((9,)), field_sizes(problem), s) for s in ("none", "auto"))
    assert half.size.mean == 0 and half.basis.size < whole.basis.size / 3
    found = {}
    for symmetry in ("auto", "none"):
        own = loads(f"{text}solve {{ symmetry = {symmetry} }}\n")
        plan = planned(own)
        assert plan.symmetry == symmetry
        done = raised(own, plan)
        assert done is not None and done.final
        (field,) = expansions(own, done.space, field_sizes(own), symmetry)
        points = np.random.default_rng(0).uniform([0, -1], [2, 1], (50, 2))
        offset, table = field.table(points, (0, 0))
        found[symmetry] = offset + table @ done.coefficients
    np.testing.assert_allclose(found["auto"], found["none"], atol=1e-9)
