"""Functions that tables give, in JAX and in whole problems."""

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import pdedsl
from pdedsl.numerics.lower import residuals
from pdedsl.numerics.tables import tabulated
from pdedsl.problem.given import Tabulated, given
from pdedsl.problem.tabulated import Interpolant

LINE = np.linspace(0, 2, 201)
PLANE = np.stack(np.meshgrid(np.linspace(0, 1, 41), np.linspace(0, 1, 41), indexing="ij"), axis=-1).reshape(-1, 2)


def test_values_and_derivatives_of_a_table() -> None:
    own = tabulated(given(Tabulated, "c", Interpolant(LINE[:, None], np.exp(LINE / 2)), (0,)))
    at = jnp.linspace(0.1, 1.9, 7)
    np.testing.assert_allclose(jax.jit(jax.vmap(own))(at), np.exp(at / 2), atol=1e-8)
    np.testing.assert_allclose(jax.vmap(jax.grad(own))(at), np.exp(at / 2) / 2, atol=1e-6)
    np.testing.assert_allclose(jax.vmap(jax.grad(jax.grad(own)))(at), np.exp(at / 2) / 4, atol=1e-3)


def test_of_two_arguments() -> None:
    x, y = PLANE.T
    own = tabulated(given(Tabulated, "k", Interpolant(PLANE, np.sin(x) * y**2), (0, 0)))
    at = jnp.array([0.3, 0.7])
    np.testing.assert_allclose(
        jax.grad(lambda p: own(p[0], p[1]))(at), [np.cos(0.3) * 0.49, np.sin(0.3) * 1.4], atol=1e-6
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Tables of k(x) = 1 + x^2 and of c(T) = exp(T/2), by names of their own."""
    np.savetxt(
        tmp_path / "k.csv", np.stack([LINE / 2, 1 + LINE**2 / 4], axis=1), "%.17g", ",", header="x,k", comments=""
    )
    np.savetxt(tmp_path / "c.csv", np.stack([LINE, np.exp(LINE / 2)], axis=1), "%.17g", ",", header="T,c", comments="")
    return tmp_path


CASES = {
    "k": (
        'table k(x) from "k.csv"\nfield u(x)\nequation: dx(k(x)*dx(u)) = 1\nboundary: u = 0  on x = 0\n'
        "boundary: u = log(2)/2  on x = 1\nexact u = log(1 + x^2)/2\n"
    ),
    "c": (
        'field T(x)\ntable c(T) from "c.csv"\nequation: dx(c(T)*dx(T)) = 0\nboundary: T = 0  on x = 0\n'
        "boundary: T = 2*log(2)  on x = 1\nexact T = 2*log(1 + x)\n"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_problem_with_a_table(name: str, folder: Path) -> None:
    (folder / "spec.pde").write_text(f"pde 1\ndomain x in [0, 1]\n{CASES[name]}")
    problem = pdedsl.load(folder / "spec.pde")
    solution = pdedsl.solve(problem, time_limit=20, folder=folder / "run")
    assert max(solution.errors.values()) < 1e-8
    own, points = residuals(problem)["equation"], jnp.linspace(0.1, 0.9, 5)[:, None]
    worth = jax.jit(jax.vmap(lambda x: own(solution.u, x)))(points)
    np.testing.assert_allclose(worth, 0, atol=1e-6)
    for file in folder.glob("*.csv"):
        file.unlink()
    again = pdedsl.open(folder / "run")  # which has tables of its own
    np.testing.assert_array_equal(again(np.array([[0.3]])), solution(np.array([[0.3]])))
    assert f'from "references/{name}.csv"' in str(again.problem)
