"""The points of each kind of statement."""

import numpy as np
import pytest

from pdedsl.geometry.points import random
from pdedsl.geometry.statement import points, points_of
from pdedsl.stages.load import loads

PROBLEM = loads("""pde 1
domain x in [0, 1], y in [0, 1]
time t in [0, 2]
field u(x, y, t)
part right: x > 0.5
equation in_part: dt(u) = laplacian(u)  in right
equation rest: dt(u) = 2*laplacian(u)  in left
part left: not right
initial: u = 1
boundary: u = 1  on all
constraint gauge: integral(u) = t
constraint here: u = 1  at (0.5, 0.5)
constraint there: u = 1  at (0.5, 0.5, 1)
""")


def test_each_kind_has_its_points() -> None:
    found = {s.name: points_of(PROBLEM, s, 60, random(np.random.default_rng(0))) for s in PROBLEM.statements}
    assert (found["in_part"][:, 0] > 0.5).all() and (found["rest"][:, 0] <= 0.5).all()
    assert (found["initial"][:, 2] == 0).all()
    assert (np.isin(found["boundary"][:, :2], [0, 1]).sum(axis=1) >= 1).all()
    for name, size in (("gauge", 60), ("here", 60), ("there", 1)):
        assert len(found[name]) == size and (found[name][:, :2] == 0.5).all()
    assert np.ptp(found["gauge"][:, 2]) > 1 and found["there"][0, 2] == 1


def test_points_for_everybody() -> None:
    text = "pde 1\ndomain (x, y) = disk([0, 0], 2)\nfield u(x, y)\nequation: laplacian(u) = 1\nboundary rim: u = 0  on all\n"
    problem = loads(text)
    found, none = points(problem, n=50)
    assert found.shape == (50, 2) and none is None and (np.hypot(*found.T) < 2).all()
    found, outward = points(problem, "rim", 40, seed=1)
    assert outward is not None and (found == points(problem, "rim", 40, seed=1)[0]).all()
    np.testing.assert_allclose(outward, found / 2, atol=1e-12)
    with pytest.raises(KeyError, match="there are: equation, rim"):
        points(problem, "wall")
