"""Unknown numbers and fields are found again, with the errors that they have."""

from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import pdedsl
from pdedsl.runs.solution import Solution
from tests.examples import DECAY, SOURCE
from tests.inverse import decay, source, table

EIGENVALUE = """pde 1
domain x in [0, 1]
field u(x)
unknown lam = 8 in [5, 15]
equation: dxx(u) + lam*u = 0
boundary: u = 0 on x = 0, x = 1
constraint size: integral(u^2) = 0.5
constraint sign: u = 1 at (0.5)
"""
LORENZ = """pde 1
unknown s = 1, r = 1, b = 1
time t in [0, 3]
field x(t), y(t), z(t)
equation: dt(x) = s*(y - x)
equation: dt(y) = x*(r - z) - y
equation: dt(z) = x*y - b*z
initial: x = -8
initial: y = 7
initial: z = 27
data: x, y, z from "lorenz.csv"
"""


def solved(folder: Path, text: str) -> Solution:
    (folder / "spec.pde").write_text(text)
    return pdedsl.solve(pdedsl.load(folder / "spec.pde"), time_limit=60)


def test_an_eigenvalue_without_any_data(tmp_path: Path) -> None:
    own = solved(tmp_path, EIGENVALUE)
    assert own.unknowns["lam"].value == pytest.approx(np.pi**2, abs=1e-10)
    assert np.isnan(own.unknowns["lam"].error) and own.verdict.word == "solved"


def test_a_diffusivity_from_ten_exact_values(tmp_path: Path) -> None:
    decay(tmp_path)
    own = solved(tmp_path, DECAY)
    assert own.unknowns["a"].value == pytest.approx(0.3, abs=1e-10)
    assert own.unknowns["a"].error < 1e-10


def test_from_noisy_values_with_its_error_and_outliers(tmp_path: Path) -> None:
    file = decay(tmp_path, count=100, noise=0.01)
    own = solved(tmp_path, DECAY.replace('.csv"', '.csv"  noise 0.01'))
    x, t, u = np.loadtxt(file, delimiter=",", skiprows=1).T
    slope = np.pi**2 * t * np.exp(-0.3 * np.pi**2 * t) * np.sin(np.pi * x)
    assert own.unknowns["a"].error == pytest.approx(0.01 / np.linalg.norm(slope), rel=0.03)
    assert abs(own.unknowns["a"].value - 0.3) < 3 * own.unknowns["a"].error
    u[:5] += 1.0
    table(file, x=x, t=t, u=u)
    spoiled = solved(tmp_path, DECAY.replace('.csv"', '.csv"  noise 0.01'))
    held = solved(tmp_path, DECAY.replace('.csv"', '.csv"  noise 0.01  robust'))
    assert "times its noise" in str(spoiled.verdict)
    assert abs(held.unknowns["a"].value - 0.3) < 4 * held.unknowns["a"].error
    assert abs(held.unknowns["a"].value - 0.3) < 0.5 * abs(spoiled.unknowns["a"].value - 0.3)


def test_a_source_is_as_smooth_as_data_say_and_lies_in_its_band(tmp_path: Path) -> None:
    source(tmp_path)
    own = solved(tmp_path, SOURCE)
    assert own.errors["q"] < 0.02 and own.verdict.word == "solved"
    assert own.identified is not None
    assert 0.8 < own.identified.fits[0].square < 1.2
    x = np.linspace(0, 1, 101)
    off = own(x=x)["q"] - (3 * x + x**2) * np.exp(x)  # type: ignore[index]
    assert np.sqrt(np.mean(off**2)) < 2 * own.identified.bands["q"]


@pytest.mark.slow
def test_three_constants_from_a_trajectory(tmp_path: Path) -> None:
    from scipy.integrate import solve_ivp

    def law(t: float, u: np.ndarray) -> list[float]:
        x, y, z = u
        return [10 * (y - x), x * (15 - z) - y, x * y - 8 / 3 * z]

    t = np.linspace(0, 3, 26)[1:]
    x, y, z = solve_ivp(law, [0, 3], [-8, 7, 27], t_eval=t, rtol=1e-12, atol=1e-12, method="DOP853").y
    table(tmp_path / "lorenz.csv", t=t, x=x, y=y, z=z)
    own = solved(tmp_path, LORENZ)
    found = [own.unknowns[name].value for name in "srb"]
    np.testing.assert_allclose(found, [10, 15, 8 / 3], rtol=1e-8)


@pytest.mark.slow
def test_a_network_fits_data_and_numbers_too(tmp_path: Path) -> None:
    decay(tmp_path, count=40)
    choices = "\nsolve {\n  network = mlp(10, 10)\n  points = 200\n  steps = 60\n}\n"
    own = solved(tmp_path, DECAY + choices)
    assert own.has_network and own.unknowns["a"].value == pytest.approx(0.3, rel=0.02)
    assert np.isnan(own.unknowns["a"].error)
    assert own.estimates[1].field == "a"


BAR = """pde 1
unknown L = 1 in [0.1, 10]
domain x in [0, L]
field u(x)
equation: dxx(u) = u
boundary: u = cosh(1.7)  on x = 0
boundary: u = 1  on x = L
boundary: dx(u) = 0  on x = L
report half = u  at (0.5)
report whole = integral(u)
"""


def test_the_length_of_an_interval(tmp_path: Path) -> None:
    own = solved(tmp_path, BAR)
    assert own.unknowns["L"].value == pytest.approx(1.7, abs=1e-12) and own.verdict.word == "solved"
    half, whole = (r.values.item() for r in own.reports)
    assert half == pytest.approx(np.cosh(1.2), abs=1e-12) and whole == pytest.approx(np.sinh(1.7), abs=1e-12)
    assert float(own(x=1.65)) == pytest.approx(np.cosh(0.05), abs=1e-12) and np.isnan(own(x=1.75))
    assert pdedsl.loads(str(own.problem)) == own.problem


def test_a_length_from_total_heat(tmp_path: Path) -> None:
    t = np.linspace(0.05, 1, 30)
    total = 2 * 1.3 / np.pi * np.exp(-0.2 * (np.pi / 1.3) ** 2 * t)
    table(tmp_path / "total.csv", t=t, total=total + 0.002 * np.random.default_rng(0).normal(size=30))
    text = "pde 1\nunknown L = 1 in [0.2, 5]\ndomain x in [0, L]\ntime t in [0, 1]\nfield u(x, t)\n"
    text += "equation: dt(u) = 0.2*dxx(u)\ninitial: u = sin(pi*x/L)\nboundary: u = 0  on x = 0, x = L\n"
    text += 'data: integral(u) = "total" from "total.csv"  noise 0.002\n'
    own = solved(tmp_path, text).unknowns["L"]
    slope = total * (1 / 1.3 + 2 * 0.2 * np.pi**2 / 1.3**3 * t)
    assert own.error == pytest.approx(0.002 / np.linalg.norm(slope), rel=0.02)
    assert abs(own.value - 1.3) < 3 * own.error


def test_a_parameter_with_an_uncertainty_is_one_more_value_that_was_measured(tmp_path: Path) -> None:
    """Against weighted least squares in both numbers, by hand; and against a fit with the parameter known exactly."""
    file = decay(tmp_path, count=60, noise=0.01)
    text = (
        DECAY.replace("a*dxx(u)", "a*dxx(u) - k*u").replace('.csv"', '.csv"  noise 0.01') + "report rate = a*pi^2 + k\n"
    )
    own = solved(tmp_path, text.replace("unknown", "param k = 0.1 noise 0.05\nunknown"))
    x, t, u = np.loadtxt(file, delimiter=",", skiprows=1).T
    a, k = own.unknowns["a"], own.unknowns["k"]
    truth = np.exp(-(a.value * np.pi**2 + k.value) * t) * np.sin(np.pi * x)
    rows = np.stack([-(np.pi**2) * t * truth, -t * truth], axis=1) / 0.01
    rows, left = np.vstack([rows, [0, 1 / 0.05]]), np.append((u - truth) / 0.01, (0.1 - k.value) / 0.05)
    covariance = np.linalg.inv(rows.T @ rows)
    np.testing.assert_allclose([a.error, k.error], np.sqrt(np.diag(covariance)), rtol=1e-4)
    assert np.abs(covariance @ rows.T @ left / np.sqrt(np.diag(covariance))).max() < 1e-3
    assert own.identified is not None and [f.statement for f in own.identified.fits] == ["probes", "param k"]
    assert "probes" in own._scene.points and "param k" not in own._scene.points
    rate = np.asarray([np.pi**2, 1.0])
    assert float(own.reports[0].error) == pytest.approx(np.sqrt(rate @ covariance @ rate), rel=0.02)
    known = solved(tmp_path, text.replace("unknown", "param k = 0.1\nunknown"))
    assert known.unknowns["a"].error < 0.7 * a.error
    drawn = [own.redrawn(seed).values["k"] for seed in range(200)]
    assert np.mean(drawn) == pytest.approx(k.value, abs=0.015) and np.std(drawn) == pytest.approx(0.05, rel=0.2)


def test_what_is_given_otherwise_than_data_say_is_told(tmp_path: Path) -> None:
    decay(tmp_path, count=60, noise=0.01)
    text = DECAY.replace("unknown a = 1 in [0.01, 10]", "param a = 0.3, k = 0.8 noise 0.02").replace(
        "a*dxx(u)", "a*dxx(u) - k*u"
    )
    own = solved(tmp_path, text.replace('.csv"', '.csv"  noise 0.01'))
    assert own.verdict.word != "solved" and any("`param k` is missed" in reason for reason in own.verdict.reasons)


PLATE = """pde 1
unknown k = 2
domain (x, y) = box([0, 0], [2, 1]) - disk([1, 0.5], 0.2)
part hot: x = 0
part air: x = 2
field T(x, y)
equation: -div(k*grad(T)) = 0
boundary hot: T = 1  on hot
boundary air: k*dn(T) + T = 0  on air
boundary rest: dn(T) = 0  on not(hot) and not(air)
data probes: T from "probes.csv"  noise 0.01
"""


@pytest.mark.slow
def test_errors_round_a_hole_are_those_of_solutions_beside(tmp_path: Path) -> None:
    """Functions of holes and polynomials nearly cancel: that frees no state for data to choose."""
    x, y = np.array([0.3, 0.5, 1.5, 1.8, 1.1]), np.array([0.2, 0.8, 0.5, 0.1, 0.9])
    known = PLATE.replace("unknown", "param").split("data")[0]

    def at(k: float) -> np.ndarray:
        return pdedsl.solve(pdedsl.loads(known, {"k": k}), time_limit=20)(x=x, y=y)

    table(tmp_path / "probes.csv", x=x, y=y, T=at(1.5))
    own = solved(tmp_path, PLATE)
    assert abs(own.unknowns["k"].value - 1.5) < 0.1 * own.unknowns["k"].error
    slope = (at(1.501) - at(1.499)) / 0.002
    assert own.unknowns["k"].error == pytest.approx(0.01 / np.linalg.norm(slope), rel=0.01)


EPIDEMIC = """pde 1
unknown beta = 1 in [0.01, 5], gamma = 0.5 in [0.01, 2], first = 300 in [1, 1e4]
time t in [0, 80]
field s(t), i(t)
equation: dt(s) = -beta*s*i/1e5
equation: dt(i) = beta*s*i/1e5 - gamma*i
initial: s = 1e5 - first
initial: i = first
data: i from "cases.csv"  noise 500
"""


def test_numbers_between_bounds_come_back_from_these(tmp_path: Path) -> None:
    """Functions that are too coarse drive `first` to its bound; from there it finds its way."""
    t = np.linspace(2, 78, 39)

    def right(_: float, own: np.ndarray) -> np.ndarray:
        infected = 0.4 * own[0] * own[1] / 1e5
        return np.array([-infected, infected - 0.1 * own[1]])

    exact = solve_ivp(right, (0, 80), [1e5 - 50, 50.0], t_eval=t, rtol=1e-10, atol=1e-8).y[1]
    table(tmp_path / "cases.csv", t=t, i=exact + 500 * np.random.default_rng(3).normal(size=len(t)))
    own = solved(tmp_path, EPIDEMIC)
    for name, value in (("beta", 0.4), ("gamma", 0.1), ("first", 50)):
        assert abs(own.unknowns[name].value - value) < 3 * own.unknowns[name].error < 0.6 * value
    assert own.verdict.word == "solved"


def test_functions_are_raised_until_they_hold_what_data_ask_for(tmp_path: Path) -> None:
    """A narrow source is not seen by the first of them: these satisfy everything but the data, with none of it."""
    text = (
        "pde 1\nunknown s = 5 in [0, 200]\ndomain x in [0, 1]\nfield u(x)\nboundary: u = 0  on all\n"
        'equation: -dxx(u) = s*exp(-((x - 0.3)/0.02)^2)\ndata: u from "u.csv"  noise 1e-3\n'
    )
    x, mass = np.linspace(0.4, 0.9, 9), 30 * 0.02 * np.pi**0.5
    table(tmp_path / "u.csv", x=x, u=0.3 * mass * (1 - x))
    own = solved(tmp_path, text)
    assert abs(own.unknowns["s"].value - 30) < 3 * own.unknowns["s"].error < 0.5 and own.verdict.word == "solved"


def test_outliers_do_not_speak_against_robust_data(tmp_path: Path) -> None:
    file = decay(tmp_path, count=60, noise=0.01)
    x, t, u = np.loadtxt(file, delimiter=",", skiprows=1).T
    u[::12] += 1.0
    table(tmp_path / "probes.csv", x=x, t=t, u=u)
    own = solved(tmp_path, DECAY.replace('.csv"', '.csv"  noise 0.01  robust'))
    assert abs(own.unknowns["a"].value - 0.3) < 3 * own.unknowns["a"].error and own.verdict.word == "solved"
    assert "by the median" in str(own.identified.fits[0])  # pyright: ignore[reportOptionalMemberAccess]
    found = solved(tmp_path, DECAY.replace('.csv"', '.csv"  robust')).identified
    assert found is not None and found.fits[0].noise == pytest.approx(0.01, rel=0.4)


def test_what_is_measured_may_be_made_of_unknowns_alone(tmp_path: Path) -> None:
    """Values of a number measured elsewhere count by their noise."""
    decay(tmp_path, count=60, noise=0.01)
    table(tmp_path / "lab.csv", twice=np.array([0.606, 0.598]))
    text = DECAY.replace('.csv"', '.csv"  noise 0.01')
    alone = solved(tmp_path, text).unknowns["a"]
    both = solved(tmp_path, text + 'data lab: 2*a = "twice" from "lab.csv"  noise 0.006\n').unknowns["a"]
    counts = np.array([alone.error, 0.006 / 2 / 2**0.5]) ** -2.0
    assert both.error == pytest.approx(counts.sum() ** -0.5, rel=0.02)
    assert both.value == pytest.approx(np.average([alone.value, 0.301], weights=counts), abs=0.1 * both.error)
