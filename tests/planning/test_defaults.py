"""What a problem is solved with where it says nothing, and what it says."""

import pytest

from pdedsl.planning.defaults import planned, share
from pdedsl.planning.plan import Adaptive, Anagram, Custom, Grid, Limits, Sobol
from pdedsl.spaces.space import Network
from pdedsl.stages.load import loads

TEXT = """pde 1
domain x in [0, 1]
time t in [0, 1]
field u(x, t)
equation: dt(u) = dxx(u)
initial: u = 1  hard
boundary: dn(u) = 0  on all
constraint heat: integral(u) = 1
constraint here: u = 1  at (0.5, 0)
"""


def test_defaults() -> None:
    plan = planned(loads(TEXT))
    assert plan.network == Network() and plan.method == Anagram() and plan.limits == Limits()
    assert dict(plan.points) == {
        "equation": Adaptive(2000), "boundary": Adaptive(500), "heat": Adaptive(31), "here": Adaptive(500),
    }  # fmt: skip
    system = TEXT.replace("u(x, t)", "u(x, t), v(x, t)").replace("equation: ", "equation: dt(v) = u\nequation: ")
    assert dict(planned(loads(system + "initial: v = 0\n")).points)["equation"] == Adaptive(1350)


def test_what_is_said() -> None:
    plan = planned(loads(TEXT + "solve { points = grid(9, 30)\npoints.heat = sobol(8)\nsteps = 7\nmethod = adam }\n"))
    assert dict(plan.points) == {
        "equation": Grid((9, 30)),
        "boundary": Grid((30,)),
        "heat": Sobol(8),
        "here": Grid((30,)),
    }
    assert plan.limits.steps == 7
    assert planned(loads(TEXT + "solve { method = adam }\n")).limits.steps > 10**6


def test_a_cutoff_of_ones_own() -> None:
    method = planned(loads(TEXT), cutoff=len).method
    assert isinstance(method, Anagram) and method.cutoff == Custom(len) and method.corrections == 0
    with pytest.raises(ValueError, match="no cut-off"):
        planned(loads(TEXT + "solve { method = adam }\n"), cutoff=len)


def test_shares() -> None:
    assert [share(s) for s in loads(TEXT).statements] == [1, 1 / 4, 1 / 4, 1 / 64, 1 / 4]


def test_a_space_that_is_said_wins_over_the_network_that_is_described() -> None:
    text = "pde 1\ndomain x in [0, 1]\nfield u(x)\nequation: dxx(u) = 1\nboundary: u = 0 on all\nsolve {{\n  network = mlp(8)\n{}}}\n"
    assert planned(loads(text.format(""))).space == "network"
    assert planned(loads(text.format("  space = auto\n"))).space == "auto"
