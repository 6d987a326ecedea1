"""Laws are found from what they make: of ordinary and of partial differential equations, of one argument and of two."""

from pathlib import Path

import numpy as np
import pytest

import pdedsl
from pdedsl.stages.load import check, loads
from pdedsl.vocabulary.source import Source
from tests.inverse import table

GROWTH = """pde 1
unknown function r(u)
time t in [0, 3]
field u(t)
equation: dt(u) = r(u)
initial: u = 0.1
data: u from "growth.csv"  noise 1e-6
report half = r(0.5)
"""


def growth(folder: Path) -> str:
    """Logistic growth, `dt(u) = 2 u (1 - u)`, which has a formula."""
    t = np.linspace(0.1, 3, 30)
    table(folder / "growth.csv", t=t, u=1 / (1 + 9 * np.exp(-2 * t)))
    return str(folder / "spec.pde")


def test_a_law_of_growth(tmp_path: Path) -> None:
    name = growth(tmp_path)
    own = pdedsl.solve(loads(GROWTH, name=name), time_limit=30)
    assert own.verdict.word == "solved" and not own.unknowns
    assert own.identified is not None
    (curve,) = own.identified.curves
    inside = (curve.at > 0.1) & (curve.at < 0.97)
    np.testing.assert_allclose(curve.values[inside], (2 * curve.at * (1 - curve.at))[inside], atol=1e-4)
    assert curve.deviations is not None and curve.deviations[inside].max() < 1e-4
    assert own.reports[0].values.item() == pytest.approx(0.5, abs=1e-4)
    data = own.dataset()
    assert data["r"].dims == ("u_of_r",) and "u_std" in data and "r_std" in data
    assert loads(str(own.problem), name=name) == own.problem and "unknown function r(u)" in str(own.problem)


def test_bounds_hold_and_a_law_of_two_arguments(tmp_path: Path) -> None:
    name = growth(tmp_path)
    text = GROWTH.replace("r(u)\ntime", "r(u, t) = 0.3 in [0, inf]\ntime").replace("r(u)", "r(u, t)")
    own = pdedsl.solve(loads(text.replace("r(0.5)", "r(0.5, log(9)/2)"), name=name), time_limit=20)
    assert own.reports[0].values.item() == pytest.approx(0.5, abs=0.01) and own.reports[0].values.item() > 0


@pytest.mark.parametrize(
    ("old", "new", "code", "says"),
    [
        ("dt(u) = r(u)", "dt(u) = dt(r(u))", "W505", "but for a constant"),
        ('data: u from "growth.csv"  noise 1e-6\n', "", "E501", "there are no data"),
        ("r(u)\ntime", "r(v)\ntime", "E501", "over which values"),
        ("r(u)\ntime", "r(z)\ntime", "E201", "no field or coordinate `z`"),
        ("r(u)\ntime", "r(u) = 2 in [0, 1]\ntime", "E401", "2"),
    ],
)
def test_what_is_said_of_laws_before_they_are_sought(tmp_path: Path, old: str, new: str, code: str, says: str) -> None:
    text = GROWTH.replace(old, new)
    if "r(v)" in text:
        text = text.replace("= r(u)", "= r(v)").replace("field u(t)", "field u(t), v(t)")
        text = text.replace("initial", "equation: dt(v) = 0\ninitial: v = 1\ninitial")
    found = [d for d in check(Source.of(text, growth(tmp_path))).diagnostics if d.code == code]
    assert found and says in found[0].message
