"""What was found, in words: errors, intervals, bounds, what is known together only."""

from pathlib import Path

import numpy as np
import pytest

import pdedsl
from pdedsl.analysis.uncertainty import Found, _at_bound, together
from pdedsl.problem.bounds import Bounds
from tests.examples import DECAY
from tests.inverse import decay, table


def test_numbers_say_how_far_they_are_known() -> None:
    assert str(Found("a", 0.301485, 0.0015, 0.2985, 0.3045)) == "0.30149 +- 1.5e-03, 95 % in [0.2985, 0.3045]"
    assert "nothing determines it" in str(Found("a", 1.0, np.inf, -np.inf, np.inf))
    assert str(Found("lam", np.pi**2, np.nan, np.nan, np.nan)) == "9.869604401"
    assert "its error is not known" in str(Found("a", 0.3014, np.nan, np.nan, np.nan, silent=True))


def test_a_run_that_is_opened_again_says_the_same(tmp_path: Path) -> None:
    decay(tmp_path, count=60, noise=0.01)
    asked = "report half = u  at (0.5, 0.5)\nreport rate = a*pi^2\n"
    (tmp_path / "spec.pde").write_text(DECAY.replace('.csv"', '.csv"  noise 0.01') + asked)
    own = pdedsl.solve(pdedsl.load(tmp_path / "spec.pde"), folder=tmp_path / "run")
    again = pdedsl.open(tmp_path / "run")
    assert again.unknowns == own.unknowns
    a, points = own.unknowns["a"], np.array([[0.5, 0.5]])
    _, errors = again.evaluate_with_errors("-a*dx(u)", points)
    assert errors[0] < 1e-8  # where the slope vanishes whatever it is
    for expression, by in (("a", 1.0), ("a^2", 2 * a.value), ("u", -(np.pi**2) / 2 * np.exp(-a.value * np.pi**2 / 2))):
        _, errors = again.evaluate_with_errors(expression, points)
        np.testing.assert_allclose(errors, abs(by) * a.error, rtol=1e-3)
    np.testing.assert_allclose(again.evaluate("a", points), a.value)
    half, rate = own.reports
    assert again.quantity("a*pi^2").error == pytest.approx(rate.error)
    np.testing.assert_allclose([half.error, rate.error], [errors[0], np.pi**2 * a.error], rtol=1e-3)
    assert again.summary()["unknowns"]["a"]["error"] == own.unknowns["a"].error
    assert again.identified is not None and own.identified is not None
    assert again.identified.fits == own.identified.fits


def test_numbers_that_are_known_together_only() -> None:
    own = Found("a", 2.0, 0.2, 1.6, 2.4), Found("b", 3.0, 0.3, 2.4, 3.6)
    assert together(own, np.array([[1, 0.999], [0.999, 1]])) == ["a/b is known to 0.4%, a*b to 20.0%"]
    assert together(own, np.array([[1, -0.999], [-0.999, 1]])) == ["a*b is known to 0.4%, a/b to 20.0%"]
    assert together(own, np.eye(2)) == []


def test_numbers_of_which_data_see_a_sum(tmp_path: Path) -> None:
    decay(tmp_path, count=100, noise=0.01)
    text = DECAY.replace("a = 1 in [0.01, 10]", "a = 0.2 in [0.01, 10], c = 0.5 in [0.01, 100]")
    text = text.replace("a*dxx(u)", "a*dxx(u) - c*u").replace('.csv"', '.csv"  noise 0.01')
    (tmp_path / "spec.pde").write_text(text)
    own = pdedsl.solve(pdedsl.load(tmp_path / "spec.pde"), time_limit=30)
    a, c = own.unknowns["a"], own.unknowns["c"]
    assert a.value * np.pi**2 + c.value == pytest.approx(0.3 * np.pi**2, rel=0.05)
    assert own.verdict.word != "solved"


@pytest.mark.slow
def test_a_bound_and_a_wrong_noise_speak_against_a_solution(tmp_path: Path) -> None:
    decay(tmp_path, count=60, noise=0.01)
    text = DECAY.replace("a = 1 in [0.01, 10]", "a = 1 in [0.5, 10]").replace('.csv"', '.csv"  noise 0.01')
    (tmp_path / "spec.pde").write_text(text)
    own = pdedsl.solve(pdedsl.load(tmp_path / "spec.pde"), time_limit=8)
    assert "a = 0.5 is at its bound" in str(own.verdict) and "times its noise" in str(own.verdict)
    assert own.verdict.word != "solved"


def test_what_is_known_up_to_its_bounds_only_is_not_solved(tmp_path: Path) -> None:
    x = np.linspace(0.1, 0.9, 12)
    table(tmp_path / "probes.csv", x=x, T=x * (1 - x) + 0.01 * np.random.default_rng(0).normal(size=12))
    text = "pde 1\nunknown h = 10 in [1, 500]\nunknown field q(x)\ndomain x in [0, 1]\nfield T(x)\n"
    text += 'equation: -dxx(T) + h*T = q\nboundary: T = 0  on all\ndata probes: T from "probes.csv"  noise 0.01\n'
    (tmp_path / "spec.pde").write_text(text)
    own = pdedsl.solve(pdedsl.load(tmp_path / "spec.pde"), time_limit=20)
    assert own.unknowns["h"].vague and own.verdict.word != "solved" and not own.advice
    assert Found("h", 18.0, 550.0, 1.0, 500.0, bounds=Bounds(1, 500)).vague
    assert not Found("h", 18.0, 5.0, 8.0, 28.0, bounds=Bounds(1, 500)).vague
    assert Found("D", 1e-6, 3e-5, -6e-5, 6e-5, size=1e-5).vague and not Found("D", 1e-9, 1e-8, 0, 0, size=1e-5).vague
    assert not Found("b", 0.0, 0.01, -0.02, 0.02).vague and Found("b", 0.0, 3.0, -6.0, 6.0).vague


def test_tables_of_total_heat(tmp_path: Path) -> None:
    t = np.linspace(0.05, 1, 20)
    table(tmp_path / "total.csv", t=t, total=2 / np.pi * np.exp(-0.3 * np.pi**2 * t))
    text = DECAY.replace('data probes: u from "probes.csv"', 'data whole: integral(u) = "total" from "total.csv"')
    (tmp_path / "spec.pde").write_text(text)
    own = pdedsl.solve(pdedsl.load(tmp_path / "spec.pde"))
    assert own.unknowns["a"].value == pytest.approx(0.3, abs=1e-9)


@pytest.mark.parametrize(
    ("bounds", "start", "value", "is_there"),
    [
        ((0.0, np.inf), 1e-5, 1.2e-5, False),
        ((1e-8, 1.0), 1e-3, 1.2e-5, False),
        ((0.001, 100.0), 1.0, 0.0987, False),
        ((0.01, 2.0), 0.15, 0.0100015, True),
        ((0.0, 1.0), 0.5, 1 - 1e-6, True),
        ((-np.inf, 1e9), 0.0, 1e9 - 1e3, True),
    ],
)
def test_a_bound_is_near_in_whatever_units(
    bounds: tuple[float, float], start: float, value: float, is_there: bool
) -> None:
    assert _at_bound(Bounds(*bounds), value, start) == is_there
