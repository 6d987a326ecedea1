"""The error by the linearised problem, where the true one is known."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import Array

from pdedsl.analysis import error, estimates
from pdedsl.analysis.defect import least
from pdedsl.spaces.space import Size
from pdedsl.stages.load import loads

LINEAR = """pde 1
domain x in [0, 1], y in [0, 1]
field u(x, y)
equation: -laplacian(u) = 2*pi^2*sin(pi*x)*sin(pi*y)
boundary: u = 0  on all
"""
NONLINEAR = LINEAR.replace("-laplacian(u) =", "-laplacian(u) + u^3 = sin(pi*x)^3*sin(pi*y)^3 +")
NEUMANN = """pde 1
domain (x, y) = disk([0, 0], 1)
field u(x, y)
equation: -laplacian(u) = 0
boundary: dn(u) = x  on all
constraint: mean(u) = 1
"""
PERIODIC = """pde 1
domain x in [0, 2]
time t in [0, 1]
field u(x, t)
periodic x
equation: dt(u) + dx(u) = 0
initial: u = sin(pi*x)
"""


def solution(x: Array) -> Array:
    return jnp.sin(jnp.pi * x[0]) * jnp.sin(jnp.pi * x[1])


def lump(x: Array) -> Array:
    return jnp.exp(-4 * (x[0] - 0.4) ** 2 - 6 * (x[1] - 0.7) ** 2)


def compare(text: str, u: Callable[[Array], Array], wrong: Callable[[Array], Array], size: float) -> float:
    """The relative L2 distance of the error that is found from the one that was made."""
    found = error(loads(text), lambda x: u(x) + size * wrong(x))
    points = jnp.asarray(np.random.default_rng(3).random((500, 2)) * 0.7)
    made = size * jax.vmap(wrong)(points)
    return float(jnp.linalg.norm(jax.vmap(found)(points)[:, 0] - made) / jnp.linalg.norm(made))


@pytest.mark.slow
@pytest.mark.parametrize("size", [0.3, 1e-9])
def test_a_smooth_error_of_a_linear_problem_is_found_as_it_is(size: float) -> None:
    assert compare(LINEAR, solution, lump, size) < 1e-3


def test_one_of_a_nonlinear_problem_to_first_order() -> None:
    assert compare(NONLINEAR, solution, lump, 1e-4) < 2e-3
    assert 1e-3 < compare(NONLINEAR, solution, lump, 0.3) < 0.1


@pytest.mark.slow
def test_hard_conditions_hold_for_the_error() -> None:
    found = error(loads(LINEAR.replace("on all", "on all hard")), lambda x: 1.1 * solution(x))
    edge = jnp.asarray([[0.0, 0.3], [1.0, 0.2], [0.4, 1.0]])
    np.testing.assert_allclose(jax.vmap(found)(edge), 0.0, atol=1e-15)
    assert float(found(jnp.asarray([0.5, 0.5]))[0]) == pytest.approx(0.1, rel=1e-3)


def test_a_wrong_level_is_found_by_the_constraint() -> None:
    (found,) = estimates(loads(NEUMANN), lambda x: x[0] + 1.03)
    assert found.absolute == pytest.approx(0.03, rel=1e-3)
    assert found.of_norm == pytest.approx(0.03 / np.sqrt(1.25), rel=0.02)
    assert found.relative == pytest.approx(0.03 / 0.5, rel=0.02)


@pytest.mark.slow
def test_errors_are_as_periodic_as_the_solution() -> None:
    def wrong(x: Array) -> Array:
        return jnp.sin(jnp.pi * (x[0] - x[1])) + 0.01 * jnp.cos(jnp.pi * x[0]) * (1 + x[1])

    found = error(loads(PERIODIC), wrong)
    ends = jax.vmap(found)(jnp.asarray([[0.0, 0.3], [2.0, 0.3]]))
    assert float(ends[0, 0]) == pytest.approx(float(ends[1, 0]), abs=1e-14)


def test_a_field_that_vanishes_has_an_absolute_error() -> None:
    text = LINEAR.replace("2*pi^2*sin(pi*x)*sin(pi*y)", "0")
    (found,) = estimates(loads(text), lambda x: 1e-9 * x[0] * x[1])
    assert found.absolute == pytest.approx(1e-9 / 3, rel=0.05)


@pytest.mark.slow
def test_fields_of_different_arguments() -> None:
    text = """pde 1
domain x in [0, 1]
time t in [0, 1]
field s(t), u(x, t), v(x, t)
equation: dt(s) = 0
equation: dt(u) = s
equation: dt(v) = dx(u)
initial: s = 1
initial: u = x
initial: v = 0
"""

    def off(x: Array) -> Array:
        return jnp.stack([1.001 + 0 * x[0], x[0] + 1.001 * x[1], 1.002 * x[1]])

    s, u, v = estimates(loads(text), off)
    assert [e.field for e in (s, u, v)] == ["s", "u", "v"]
    assert s.absolute == pytest.approx(1e-3, rel=0.01)
    assert u.absolute == pytest.approx(1e-3 / np.sqrt(3), rel=0.02)
    assert v.absolute == pytest.approx(2e-3 / np.sqrt(3), rel=0.02)


def test_a_field_that_vanishes_is_compared_with_what_it_is_worth() -> None:
    problem = loads(NEUMANN)
    sizes = {"u": Size(0.0, 10.0)}
    (flat,), (varied,) = (
        estimates(problem, u, lambda x: 1e-9 * x[:1], sizes) for u in (lambda x: 1e-9 * x[0], lambda x: x[0])
    )
    assert flat.relative < 1e-9 < varied.relative  # what is a billionth of nothing is not a tenth of a billionth


def test_the_least_of_an_error_is_of_where_it_is_a_number() -> None:
    found = least(np.array([[3.0, np.nan], [-4.0, np.nan], [np.nan, np.nan], [np.inf, np.nan]]))
    np.testing.assert_allclose(found, [0.3 * 12.5**0.5, 0.0])
