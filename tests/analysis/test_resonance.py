"""Values of parameters at which a problem has no solution, against eigenvalues."""

import numpy as np
import pytest

import pdedsl
from pdedsl.analysis.resonance import resonances
from pdedsl.stages.load import loads

LINE = "domain x in [0, 1]\nfield u(x)\n"
WAVE = "equation: dxx(u) + k^2*u = 1\nboundary: u = 0  on x = 0\nboundary: u = 1  on x = 1\n"
ROBIN = "equation: dxx(u) = 1\nboundary: u = 0  on x = 0\nboundary: dx(u) + h*u = 0  on x = 1\n"
PLANE = "domain x in [0, 1], y in [0, 1]\nfield u(x, y)\nequation: laplacian(u) + k*u = 1\nboundary: u = 0  on all\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"param k in [2.5, 4]\n{LINE}{WAVE}", {"k": np.pi}),
        (f"param k in [3.2, 6.2]\n{LINE}{WAVE}", {}),
        (f"param h in [-2, 1]\n{LINE}{ROBIN}", {"h": -1.0}),
        (f"param h in [0, 10]\n{LINE}{ROBIN}", {}),
        (f"param L in [2, 4]\ndomain x in [0, L]\nfield u(x)\n{WAVE.replace('k^2*', '').replace('x = 1', 'x = L')}", {"L": np.pi}),
        (f"param k in [15, 25]\n{PLANE}", {"k": 2 * np.pi**2}),
        (f"param k in [-1, 15]\n{PLANE}", {}),
        (f"param k in [40, 60]\n{PLANE}", {"k": 5 * np.pi**2}),  # twice: of waves along x and along y
        (f"param k in [2.5, 4], a[1:2] in [-1, 1]\n{LINE}{WAVE.replace('= 1', '= a[1] + a[2]*x', 1)}", {"k": np.pi}),
        (f"param k in [2.5, 4]\n{LINE}{WAVE.replace('k^2*u', 'k^2*sin(u)')}", {}),  # which is not linear
    ],
)  # fmt: skip
def test_values_at_which_a_problem_is_singular(text: str, expected: dict[str, float]) -> None:
    found = dict(resonances(loads(f"pde 1\n{text}")))
    assert found == pytest.approx(expected, rel=1e-3)


def test_a_family_through_one_is_not_solved() -> None:
    own = pdedsl.solve(loads(f"pde 1\nparam k in [2.5, 4]\n{LINE}{WAVE}"), time_limit=5)
    assert own.verdict.word == "not solved" and "at k = 3.142 the problem is singular" in str(own.verdict)
    assert own.advice == "let the interval of `k` end before 3.142, or begin after it"
