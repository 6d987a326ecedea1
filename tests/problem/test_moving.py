"""Moving ends: the same residuals on a fixed interval, points there and back, and what cannot be mapped."""

from pathlib import Path

import jax
import numpy as np
import pytest
import sympy as sp

import pdedsl
from pdedsl.problem.evaluate import evaluate
from pdedsl.problem.moving import met, moving, to_fixed, to_stated, within
from pdedsl.problem.problem import Problem
from pdedsl.stages.load import check, loads
from pdedsl.stages.show import show_latex, show_problem
from pdedsl.vocabulary.source import Source
from tests.examples import STEFAN

PLATE = """pde 1
domain x in [a, b], y in [0, 2]
time t in [0, 1]
field u(x, y, t), a(t), b(t)
equation heat: dt(u) = laplacian(u)*u + x*dx(u)
boundary: u = 1  on x = a, x = b
boundary: u = x  on y = 0
constraint: dt(a) = -integral(u)
constraint: dt(b) = mean(u)
initial: a = -1
initial: b = 1
initial: u = x + b
"""


def known(problem: Problem, fields: dict[str, sp.Expr], statement: int) -> np.ndarray:
    """What is left of an equation where fields are known functions, at some points."""
    (residual,) = problem.equations[statement].residual
    put = problem.put(residual, fields)
    points = np.random.default_rng(3).random((20, len(problem.coordinates)))
    return np.asarray(evaluate(put, problem.domain.at(points)), float)


def test_a_residual_has_the_same_value_in_both_coordinates() -> None:
    """By the chain rule of SymPy, for an end on each side and a nonlinear equation with the coordinate in it."""
    problem = loads(PLATE)
    (interval,) = moving(problem)
    assert problem.stated is not None
    x, y, t = problem.stated.symbols
    z = interval.fixed
    assert problem.symbols == (z, y, t) and z.name == "(x - a)/(b - a)"
    a, b = -1 - t**2, 1 + sp.sin(t)
    u = sp.exp(x * y) * sp.cos(x + t)
    (stated,) = problem.stated.equations[0].residual
    there = problem.stated.put(stated, {"u": u, "a": a, "b": b})
    inside = a + z * (b - a)
    here = known(problem, {"u": u.subs(x, inside), "a": a, "b": b}, 0)
    points = np.random.default_rng(3).random((20, 3))
    expected = evaluate(there.subs(x, inside), problem.domain.at(points))
    assert here == pytest.approx(np.asarray(expected, float), rel=1e-10)


def test_integrals_are_as_long_as_the_interval_and_means_are_not() -> None:
    problem = loads(PLATE)
    whole, mean = problem.integrals
    u, a, b = problem.functions
    assert whole.kind == "integral" and sp.simplify(whole.integrand - u * (b - a)) == 0
    assert mean.kind == "mean" and mean.integrand == u


def test_nothing_is_measured_along_the_ends() -> None:
    """Of an interval the boundary is two points; of a plate the sides between its moving ends are as long as it is."""
    (both,) = (i for i in loads(STEFAN + "report both = integral(u^2, on = all)\n").integrals if i.where == sp.true)
    assert both.integrand == loads(STEFAN).functions[0] ** 2
    low, end = loads(PLATE + "report low = integral(u, on = y = 0)\nreport end = integral(u, on = x = b)\n").integrals[
        2:
    ]
    u, a, b = loads(PLATE).functions
    assert sp.simplify(low.integrand - u * (b - a)) == 0 and end.integrand == u


def test_initial_values_of_the_ends_are_put_in() -> None:
    problem = loads(PLATE)
    (start,) = [c for c in problem.conditions if c.kind == "initial" and c.lhs[0] == problem.functions[0]]
    assert not start.rhs[0].atoms(sp.Function)


def test_an_end_that_is_known_needs_no_start() -> None:
    """Counted is what was written: on a fixed interval its rate stands in the equation of another field."""
    law = "boundary front: dt(s) = -dn(u)  on x = s"
    text = STEFAN.replace(law, "constraint: s = t + 1").replace("initial: s = 0.5\n", "").partition("exact")[0]
    assert not check(Source.of(text.replace("0.5 - x", "1 - x").replace("t + 0.5", "t + 1"))).errors


def test_points_go_there_and_back() -> None:
    problem = loads(STEFAN)

    def values(points: np.ndarray) -> np.ndarray:
        return np.stack([np.zeros(len(points)), points[:, 1] + 0.5], axis=1)

    points = np.array([[0.25, 0.0], [0.7, 0.5], [1.4, 0.5]])
    moved = to_fixed(problem, values, points)
    assert moved[:, 0] == pytest.approx([0.5, 0.7, 1.4])
    assert to_stated(problem, values, moved) == pytest.approx(points)
    assert within(problem, values, points).tolist() == [True, True, False]


def test_ends_that_meet_are_found() -> None:
    problem = loads(STEFAN)
    found = met(problem, lambda points: np.stack([0 * points[:, 1], 0.5 - points[:, 1]], axis=1))
    assert found is not None and found[0] == "x" and found[1] == pytest.approx(0.5, abs=0.01)
    assert met(problem, lambda points: np.ones((len(points), 2))) is None


def test_it_reads_back_as_it_was_stated() -> None:
    problem = loads(STEFAN)
    assert "domain x in [0, s]" in str(problem) and "x/s" not in str(problem)
    assert loads(str(problem)).key == problem.key
    assert problem.own_text == STEFAN
    assert problem.names == ("x", "t")


@pytest.fixture(scope="module")
def melted() -> pdedsl.Solution:
    return pdedsl.solve(loads(STEFAN))


def test_a_front_is_found_with_what_is_reported_of_it(melted: pdedsl.Solution) -> None:
    assert max(melted.errors.values()) < 1e-12
    said = {q.name: q for q in melted.reports}
    assert said["held"].values[-1] == pytest.approx(np.exp(1.5) - 1 - 1.5, abs=1e-10)
    assert said["top"].place == "x = 0, t = 1"
    assert said["flux"].values == pytest.approx(-1, abs=1e-10)
    assert np.isnan(said["here"].values[0]) and said["here"].values[-1] == pytest.approx(np.exp(0.8) - 1, abs=1e-10)
    assert said["here"].ends and said["here"].ends[0] == pytest.approx(0, abs=1e-2)


def test_points_are_given_as_the_text_has_them(melted: pdedsl.Solution) -> None:
    found = melted(x=np.array([0.3, 0.3, 1.4]), t=np.array([0.0, 1.0, 0.5]))
    assert isinstance(found, dict)
    assert found["u"][:2] == pytest.approx(np.exp([0.2, 1.2]) - 1, abs=1e-12)
    assert np.isnan(found["u"][2]) and found["s"] == pytest.approx([0.5, 1.5, 1.0])
    slope = melted.evaluate("dx(u)", [[0.3, 1.0], [1.4, 0.5]])
    assert slope[0] == pytest.approx(-np.exp(1.2)) and np.isnan(slope[1])
    with jax.enable_x64(True):
        u = jax.jit(melted.u)
        assert u(np.array([0.3, 1.0])) == pytest.approx([np.exp(1.2) - 1, 1.5])
        assert jax.grad(lambda x: u(x)[0])(np.array([0.3, 1.0])) == pytest.approx([-np.exp(1.2), np.exp(1.2)])


def test_pictures_and_files_are_in_the_coordinates_of_the_text(melted: pdedsl.Solution) -> None:
    data = melted.on_grid()
    assert set(data.dims) == {"x", "t"} and float(data["x"].max()) == pytest.approx(1.5)
    first = data["u"].isel(t=0).to_numpy()
    assert np.isnan(first[-1]) and np.isfinite(first[0])
    assert melted.plot() is not None


def test_it_is_shown_as_it_was_stated() -> None:
    for shown in (show_problem(loads(STEFAN)), show_latex(loads(STEFAN))):
        assert "x/s" not in shown and "s]" in shown


ROD = """pde 1
param L in [1, 3], T in [0.5, 1]
domain x in [0.1, 2*L]
time t in [0, T]
field u(x, t)
equation: dt(u) = dxx(u) + x*u
initial: u = x
boundary: u = 0  on x = 0.1, x = 2*L
report slope = d(u, L)
"""


def test_ends_that_depend_on_swept_parameters() -> None:
    """The residual and a derivative along the parameter have the values that they have in the coordinates of the text."""
    problem = loads(ROD)
    assert problem.stated is not None and [i.is_known for i in moving(problem)] == [True, True]
    x, t, length, end = problem.stated.symbols
    u = sp.exp(x * t) * sp.cos(x + length * t)
    z, s, *_ = problem.symbols
    there = {x: sp.Float(0.1) + z * (2 * length - sp.Float(0.1)), t: s * end}
    assert (z.name, s.name) == ("(x - 0.1)/((2*L) - 0.1)", "t/T")
    points = np.random.default_rng(3).uniform([0, 0, 1, 0.5], [1, 1, 3, 1], (20, 4))
    for own, stated in (
        (problem.equations[0].residual[0], problem.stated.equations[0].residual[0]),
        (problem.reports[0].value, problem.stated.reports[0].value),
    ):
        here = evaluate(problem.put(own, {"u": u.subs(there)}), problem.domain.at(points))
        expected = evaluate(problem.stated.put(stated, {"u": u}).subs(there), problem.domain.at(points))
        np.testing.assert_allclose(here, expected, rtol=1e-9)
    back = to_stated(problem, lambda p: np.zeros((len(p), 1)), points)
    np.testing.assert_allclose(back[:, 0], 0.1 + points[:, 0] * (2 * points[:, 2] - 0.1))
    np.testing.assert_allclose(back[:, 1], points[:, 1] * points[:, 3])
    np.testing.assert_allclose(to_fixed(problem, lambda p: np.zeros((len(p), 1)), back), points)


def test_a_family_of_lengths_and_of_times(tmp_path: Path) -> None:
    text = """pde 1
param L in [1, 2], T in [0.1, 0.2]
domain x in [0, L]
time t in [0, T]
field u(x, t)
equation: dt(u) = dxx(u)
initial: u = x
boundary: u = t  on x = 0
boundary: u = L + t  on x = L
report held = integral(u)
exact u = {}
"""
    found = pdedsl.solve(loads(text.format("x + t").replace("dxx(u)", "dxx(u) + 1")), folder=tmp_path / "run")
    assert max(found.errors.values()) < 1e-12
    assert found(x=1.6, t=0.15, L=1.7, T=0.2) == pytest.approx(1.75) and np.isnan(found(x=1.6, t=0.1, L=1.5, T=0.2))
    (held,) = found.reports
    assert held.times is not None and held.times[-1] == pytest.approx(0.15)  # in the middle of both intervals
    assert held.values[-1] == pytest.approx(1.5**2 / 2 + 1.5 * 0.15)
    slope = found.evaluate("d(u, L) + dt(u)", np.array([[0.7, 0.05, 1.2, 0.15]]))
    assert slope == pytest.approx(1.0)
    assert set(found.stated.bounds[:2]) == {(0.0, 2.0), (0.0, 0.2)}
