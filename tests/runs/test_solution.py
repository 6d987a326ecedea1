"""The solution as a Python object: evaluated by point and by name, saved, opened, plotted."""

from pathlib import Path

import jax
import numpy as np
import pytest
import sympy as sp
import xarray as xr

import pdedsl
from tests.examples import HEAT

SYSTEM = """pde 1
domain x in [0, 1], y in [0, 2]
time t in [0, 1]
field u(x, y, t), v(x), w(x, y, t)
equation: dt(u) - laplacian(u) = w
equation: dxx(v) = 1
equation: laplacian(w) = u
initial: u = 0
boundary: u = 0  on all
boundary: w = 0  on all
boundary: v = 1  on x = 0, x = 1
"""


@pytest.fixture(scope="module")
def trained() -> pdedsl.Solution:
    return pdedsl.solve(pdedsl.loads(HEAT), steps=15)


def test_by_points_and_by_name(trained: pdedsl.Solution) -> None:
    points = np.random.default_rng(0).random((9, 2))
    values = trained(points)
    assert values.shape == (9,) and values.dtype == np.float64
    np.testing.assert_array_equal(trained(x=points[:, 0], t=points[:, 1]), values)
    assert trained(x=np.linspace(0, 1, 4)[:, None], t=np.linspace(0, 1, 3)).shape == (4, 3)
    assert trained(x=0.5, t=0.5).shape == ()


def test_what_cannot_be_evaluated_is_told(trained: pdedsl.Solution) -> None:
    with pytest.raises(TypeError, match="missing: t"):
        trained(x=0.5)
    with pytest.raises(TypeError, match="no coordinate y"):
        trained(x=0.5, t=0.5, y=0.5)
    with pytest.raises(ValueError, match=r"not \(N, 2\)"):
        trained(np.zeros((3, 3)))
    with pytest.raises(ValueError, match="network"):
        pdedsl.solve(trained.problem, netwrk="mlp(3)")


def test_errors_are_relative_to_the_variation_on_fresh_points(trained: pdedsl.Solution) -> None:
    generator = np.random.default_rng(5)
    x, t = generator.random((2, 20_000))
    exact = np.exp(-0.25 * np.pi**2 * t) * np.sin(np.pi * x)
    error = np.linalg.norm(trained(x=x, t=t) - exact)
    assert trained.errors["u"] == pytest.approx(error / np.linalg.norm(exact - exact.mean()), rel=0.1)
    assert trained.errors_of_norm["u"] == pytest.approx(error / np.linalg.norm(exact), rel=0.1)
    assert trained.errors["u"] == pytest.approx(trained.history[-1].errors["u"], rel=1e-9)
    assert trained.errors["u"] < 1e-2


@pytest.mark.slow
def test_saved_and_opened_again(trained: pdedsl.Solution, tmp_path: Path) -> None:
    folder = trained.save(tmp_path / "run")
    again = pdedsl.open(folder)
    points = np.random.default_rng(1).random((5, 2))
    np.testing.assert_array_equal(again(points), trained(points))
    assert again.status == trained.status and len(again.history) == len(trained.history)
    assert again.history[-1].losses == trained.history[-1].losses
    assert again.errors == trained.errors
    with xr.open_dataset(folder / "solution.nc") as data:
        assert dict(data.sizes) == {"x": 201, "t": 201}
        np.testing.assert_allclose(data.u.sel(x=0.5, t=0.25, method="nearest"), trained(x=0.5, t=0.25), rtol=1e-12)
    assert not [p for p in folder.iterdir() if p.name.startswith(".")]


@pytest.mark.slow
def test_several_fields_by_name() -> None:
    solution = pdedsl.solve(pdedsl.loads(SYSTEM), steps=2, network="mlp(5)", points=60)
    found = solution(x=[0.1, 0.2], y=1.0, t=0.5)
    assert {name: v.shape for name, v in found.items()} == {"u": (2,), "v": (2,), "w": (2,)}
    other = solution(x=[0.1, 0.2], y=0.3, t=0.9)
    np.testing.assert_array_equal(found["v"], other["v"])
    assert (found["u"] != other["u"]).all()
    assert set(solution.on_grid().data_vars) == {"u", "v", "w"}
    assert len(solution.plot().axes) >= 7


@pytest.mark.slow
def test_double_precision_whatever_jax_is_set_to(trained: pdedsl.Solution) -> None:
    with jax.enable_x64(False):
        solution = pdedsl.solve(trained.problem, steps=2)
        assert solution(x=0.3, t=0.3).dtype == np.float64
        assert np.asarray(solution.outcome.parameters).dtype == np.float64


@pytest.mark.slow
def test_a_problem_without_any_text() -> None:
    x, t, a = sp.symbols("x t a", real=True)
    u = pdedsl.Field("u", (x, t))
    f = u.expression
    exact = sp.exp(-a * sp.pi**2 * t) * sp.sin(sp.pi * x)
    problem = pdedsl.problem(
        {x: (0, 1)},
        [u],
        [
            pdedsl.equation(sp.Eq(f.diff(t), a * f.diff(x, 2)), name="heat"),
            pdedsl.initial(sp.Eq(f, sp.sin(sp.pi * x)), hard=True),
            pdedsl.boundary(f, on=[sp.Eq(x, 0), sp.Eq(x, 1)]),
        ],
        time={t: (0, 1)},
        parameters={a: 0.25},
        exact={u: exact},
        title="built",
    )
    assert pdedsl.loads(str(problem)) == problem
    assert set(pdedsl.residuals(problem)) == {"heat", "initial", "boundary"}
    assert pdedsl.solve(problem, steps=10, network="mlp(8)", points=100).errors_of_norm["u"] < 0.1
    with pytest.raises(pdedsl.SpecError, match="E509"):
        pdedsl.problem({x: (0, 1)}, [pdedsl.Field("u", (x,))], [pdedsl.equation(sp.Eq(x, 1))])


def test_what_does_not_fit_is_refused_before_it_is_allocated() -> None:
    problem = pdedsl.loads("pde 1\ndomain x in [0, 1]\nfield u(x)\nequation: dxx(u) = 1\nboundary: u = 0  on all\n")
    with pytest.raises(MemoryError, match="GiB"):
        pdedsl.solve(problem, network="mlp(20000, 20000)")


def test_a_schedule_of_ones_own_drives_a_run() -> None:
    problem = pdedsl.loads(
        "pde 1\ndomain x in [0, 1]\nfield u(x)\nequation: dxx(u) = 1\nboundary: u = 0  on all\nexact u = x*(x - 1)/2\n"
    )
    found = pdedsl.solve(
        problem, network="mlp(8)", points="grid(40)", steps=40, cutoff=lambda s, c, history: s**2 / (s**2 + 1e-8)
    )
    assert found.errors["u"] < 1e-3
