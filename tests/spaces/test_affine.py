"""Parameters whose solutions superpose."""

import pytest

from pdedsl.spaces.affine import affine
from pdedsl.stages.load import loads

MODES = """pde 1
param a[1:3] in [-1, 1], k in [1, 2]
domain x in [0, 1]
time t in [0, 1]
field u(x, t)
equation: dt(u) = 0.1*dxx(u)
initial: u = sum(a[j]*sin(j*pi*x), j in 1:3)
boundary: u = 0  on all
report size = k
"""


@pytest.mark.parametrize(
    ("old", "new", "axes"),
    [
        ("0.1", "0.1*k", {2, 3, 4}),
        ("= 0.1", "= k + 0.1", {2, 3, 4, 5}),
        ("= 0.1", "= k^2 + 0.1", {2, 3, 4}),
        ("= 0.1", "= k*a[1] + 0.1", {3, 4}),
        ("= 0.1", "= k*u^2 + 0.1", set()),
        ("boundary: u = 0", "boundary: u + integral(k*u) = 0", {2, 3, 4}),
        ("boundary: u = 0", "boundary: u + integral(x*u) = k", {2, 3, 4, 5}),
    ],
)
def test_data_that_are_affine_beside_operators_without_them(old: str, new: str, axes: set[int]) -> None:
    assert affine(loads(MODES.replace(old, new, 1))) == axes
