"""A piece of time after the other, for values of a parameter, against the exact solution."""

import numpy as np
import pytest

from pdedsl.planning.defaults import planned
from pdedsl.spaces.collocation import values
from pdedsl.spaces.space import Polynomials
from pdedsl.stages.load import loads
from pdedsl.stages.piecewise import Piecewise

TEXT = """pde 1
param k in [0.05, 0.5]
domain x in [0, 1]
time t in [0, 1]
field u(x, t)
equation: dt(u) = k*dxx(u) + (k*pi^2 - 1)*{source}
initial: u = sin(pi*x){hard}
boundary: u = 0  on all
"""
SPACE = Polynomials((14, 6, 0), "product", (0.3, 0.7), ((None,) * 3,) * 3)


@pytest.mark.parametrize(
    ("source", "hard"),
    [("sin(pi*x)*exp(-t)", ""), ("sin(pi*x)*exp(-t)", "  hard"), ("u^2*exp(t)/max(sin(pi*x), 1e-3)", "")],
)
def test_each_begins_where_the_last_ended(source: str, hard: str) -> None:
    problem = loads(TEXT.format(source=source, hard=hard))
    own = Piecewise(problem, planned(problem), (), lambda: False, None, held=[2])
    for k in (0.05, 0.4):
        found = own.at([k]).along(SPACE)
        assert [(p.low, p.high) for p in found] == [(0.0, 0.3), (0.3, 0.7), (0.7, 1.0)]
        for piece in found:
            points = np.random.default_rng(0).uniform([0.02, piece.low, k], [0.98, piece.high, k], (40, 3))
            exact = np.sin(np.pi * points[:, 0]) * np.exp(-points[:, 1])
            np.testing.assert_allclose(values(piece.fields, piece.coefficients, points)[:, 0], exact, atol=1e-5)


def test_a_guess_of_no_use_is_given_up() -> None:
    problem = loads(
        TEXT.format(source="sin(pi*x)*exp(-t)", hard="").replace("k*dxx(u)", "k*dxx(u) + u^3 - sin(pi*x)^3*exp(-3*t)")
    )
    own = Piecewise(problem, planned(problem), (), lambda: False, None, held=[2]).at([0.2])
    found = own.along(SPACE)
    wild = [1e6 * np.random.default_rng(k).normal(size=len(p.coefficients)) for k, p in enumerate(found)]
    again = own.at([0.2]).along(SPACE, wild)
    for one, other in zip(found, again, strict=True):
        np.testing.assert_allclose(one.coefficients, other.coefficients, atol=1e-6)
