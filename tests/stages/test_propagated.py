"""Uncertain parameters, against draws of them and against formulas."""

from pathlib import Path

import numpy as np
import pytest
import sympy as sp

import pdedsl
from pdedsl.problem.problem import Problem
from pdedsl.stages.load import loads
from tests.shell import pdedsl as shell

FIN = """pde 1
param h = 4 noise 0.2, q = 3 noise 0.3, k = 1
domain x in [0, 1]
field T(x)
equation: -k*dxx(T) + h*T = q
boundary: dx(T) = 0  on x = 0
boundary: T = 0  on x = 1
report tip = T  at (0)
report total = integral(T)
"""


def tip(h: np.ndarray, q: np.ndarray) -> np.ndarray:
    return q / h * (1 - 1 / np.cosh(np.sqrt(h)))


def test_standard_deviations_of_reports(tmp_path: Path) -> None:
    own = pdedsl.solve(loads(FIN), folder=tmp_path / "run")
    generator = np.random.default_rng(0)
    draws = tip(generator.normal(4, 0.2, 100_000), generator.normal(3, 0.3, 100_000))
    found, total = own.reports
    assert found.spread is not None and total.spread is not None and not found.bent
    assert found.spread[0] == pytest.approx(draws.std(), rel=0.02)
    assert "standard deviation" in str(found) and "by the noise of parameters" in str(found)
    again = pdedsl.open(tmp_path / "run").reports[0].spread
    assert again is not None and again[0] == found.spread[0]
    assert own.summary()["reports"]["tip"]["noise"] == found.spread[0]


def test_without_noise_there_is_none_and_curves_have_one_for_each_time() -> None:
    plain = FIN.replace(" noise 0.2", "").replace(" noise 0.3", "")
    assert pdedsl.solve(loads(plain)).reports[0].spread is None
    moving = """pde 1
param k = 1 noise 0.1
domain x in [0, 1]
time t in [0, 0.2]
field u(x, t)
equation: dt(u) = k*dxx(u)
initial: u = sin(pi*x)
boundary: u = 0  on all
report middle = u  at (1/2)
"""
    (found,) = pdedsl.solve(loads(moving)).reports
    assert found.times is not None and found.spread is not None
    slower, faster = (np.exp(-k * np.pi**2 * found.times) for k in (0.9, 1.1))
    np.testing.assert_allclose(found.spread, (slower - faster) / 2, atol=1e-8)


def test_what_is_not_in_proportion_is_said() -> None:
    text = FIN.replace("h = 4 noise 0.2, q = 3 noise 0.3", "h = 4, q = 0 noise 1").replace("= q", "= q^2")
    found = pdedsl.solve(loads(text)).reports[0]
    assert found.bent and "not in proportion" in str(found)


def test_derivatives_of_reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`tip = q/h (1 - 1/cosh(sqrt(h)))`, by SymPy."""
    plain = FIN.replace(" noise 0.2", "").replace(" noise 0.3", "")
    pdedsl.solve(loads(plain), folder=tmp_path / "run")
    own = pdedsl.open(tmp_path / "run")
    h, q = sp.symbols("h q")
    formula = q / h * (1 - 1 / sp.cosh(sp.sqrt(h)))
    for name, symbol in (("h", h), ("q", q)):
        slope = own.derivatives(name)["tip"]
        exact = float(sp.diff(formula, symbol).subs({h: 4, q: 3}))
        assert abs(slope.values[0] - exact) < max(10 * slope.errors[0], 1e-9) and slope.errors[0] < 1e-4 * abs(exact)
    with pytest.raises(ValueError, match="there is no parameter `k2`; there are: h, q, k"):
        own.derivatives("k2")
    shown = shell("eval", tmp_path / "run", "--derivative", "q")
    assert shown.exit_code == 0 and "d tip/d q = 0.183549" in shown.output, shown.output
    for words, said in ((["--derivative", "z"], "no parameter `z`"), (["--derivative", "q", "--at", "x=0"], "alone")):
        refused = shell("eval", tmp_path / "run", *words)
        assert refused.exit_code == 2 and said in " ".join(refused.output.split())


def test_the_noise_of_a_parameter_is_written_and_read_again() -> None:
    own = loads(FIN)
    back: Problem = loads(str(own))
    assert [p.noise for p in back.parameters] == [p.noise for p in own.parameters] and "noise" in str(own)
