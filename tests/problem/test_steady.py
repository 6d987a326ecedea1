"""Steady states: what is left of an evolution without time, and its part in proportion to the rate of growth."""

import pytest
import sympy as sp

from pdedsl.problem.steady import begun, steady
from pdedsl.stages.load import loads

EVOLUTION = """pde 1
domain x in [0, 1]
time t in [0, 1]
field u(x, t), v(x, t)
equation: dt(u) + dt(dxx(v)) = dxx(u) - u*v
equation: 3*dtt(v) = dx(u) + integral(u)
boundary: u = 1  on all
boundary: v = 0  on all
initial: u = 1 + x*(1 - x)
initial: v = 0
initial: dt(v) = 0
report total = integral(u)
report middle = u  at (1/2)
exact v = 0
"""


def test_derivatives_in_time_vanish_or_are_the_fields_themselves() -> None:
    problem = loads(EVOLUTION)
    still, growing = steady(problem), steady(problem, rate=1)
    assert still.time is None and [str(f.expression) for f in still.fields] == ["u(x)", "v(x)"]
    (x,), (u, v) = still.symbols, (f.expression for f in still.fields)
    for k, added in enumerate((u + sp.Derivative(v, x, x), 3 * v)):
        (one,), (other,) = growing.equations[k].residual, still.equations[k].residual
        assert sp.expand(one - other - added) == 0
    assert len(still.conditions) == 2 and [r.name for r in still.reports] == ["total", "middle"]
    assert still.exact == (("v", 0),)
    back = loads(str(still))
    assert back.equations == still.equations and back.integrals == still.integrals


def test_what_it_starts_from() -> None:
    assert {name: str(own) for name, own in begun(loads(EVOLUTION)).items()} == {"u": "x*(1 - x) + 1", "v": "0"}


def test_without_time_nothing_changes_and_what_depends_on_it_is_refused() -> None:
    still = steady(loads(EVOLUTION))
    assert steady(still) is still
    with pytest.raises(ValueError, match="`boundary` depends on the time `t`"):
        steady(loads(EVOLUTION.replace("u = 1  on all", "u = t + 1  on all")))
    moving = EVOLUTION.replace("[0, 1]\ntime", "[0, s]\ntime").replace("v(x, t)", "v(x, t), s(t)")
    with pytest.raises(ValueError, match="moving ends"):
        steady(loads(f"{moving}initial: s = 1\nconstraint: dt(s) = 1\n"))
