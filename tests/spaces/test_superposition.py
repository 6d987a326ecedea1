"""One matrix and a right side for each parameter, against the solution for each value by itself."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pdedsl.numerics.bases import table
from pdedsl.planning.functions import expansions
from pdedsl.problem.problem import Problem
from pdedsl.solver.newton import descend
from pdedsl.spaces.collocation import Collocation, Expansion, values
from pdedsl.spaces.functions import superposed
from pdedsl.spaces.linear import forms
from pdedsl.spaces.products import basis, slopes
from pdedsl.spaces.sizes import field_sizes
from pdedsl.spaces.space import Polynomials
from pdedsl.spaces.superposition import Superposition, collocated
from pdedsl.stages.load import loads

BAR = """pde 1
param {params}
domain x in [0, 1]
field u(x), w(x)
equation first: -dxx(u) + w = b*exp(x)
equation second: w = dx(u) + 2*a
boundary: u = a - 3*b  on x = 0
boundary: u = 1  on x = 1
"""


def _system(params: str) -> tuple[Problem, tuple[Expansion, ...], Collocation | Superposition]:
    problem = loads(BAR.format(params=params))
    sizes = field_sizes(problem)
    space = Polynomials((12, *[1] * (len(problem.coordinates) - 1)))
    fields = expansions(problem, space, sizes)
    return problem, fields, collocated(problem, fields, sizes, forms(problem))


def test_its_solution_is_that_of_each_value() -> None:
    _, fields, system = _system("a in [-1, 3], b in [0, 1]")
    assert isinstance(system, Superposition)
    c = descend(system, np.zeros(system.size))
    np.testing.assert_allclose(system.residual(c), 0, atol=1e-9)
    x = np.linspace(0, 1, 7)
    for a, b in ((-1.0, 0.0), (2.5, 0.9), (0.3, 1.0)):
        _, others, single = _system(f"a = {a}, b = {b}")
        assert isinstance(single, Collocation)
        own = values(others, descend(single, np.zeros(single.size)), x[:, None])
        points = np.stack([x, np.full(7, a), np.full(7, b)], axis=1)
        np.testing.assert_allclose(values(fields, c, points), own, atol=1e-8)


def test_residuals_of_the_family_are_those_of_its_members() -> None:
    problem, fields, system = _system("a in [-1, 3], b in [0, 1]")
    c = descend(system, np.zeros(system.size))
    whole = Collocation(problem, fields, field_sizes(problem), forms(problem), 0.3)
    np.testing.assert_allclose(whole.residual(c), 0, atol=1e-9)
    assert np.abs(whole.residual(np.zeros(system.size))).max() > 0.1


def test_tables_are_those_of_products() -> None:
    problem = loads(BAR.format(params="a in [-1, 3], b in [0, 1]"))
    alone = basis(problem, (0,), Polynomials((5, 1, 1), "total"))
    own = superposed(alone, slopes(problem, (1, 2)))
    points, c = np.random.default_rng(1).uniform([0, -1, 0], [1, 3, 1], (4, 3)), np.linspace(-1, 1, own.size)
    y = {0: np.ones(4), 1: (points[:, 1] - 1) / 2, 2: 2 * points[:, 2] - 1}
    parts_of = {
        (0, 0): y,
        (1, 0): {0: 0 * y[0], 1: y[0] / 2, 2: 0 * y[0]},
        (0, 1): {0: 0 * y[0], 1: 0 * y[0], 2: 2 * y[0]},
    }
    parts_of |= {(1, 1): dict.fromkeys(range(3), 0 * y[0]), (2, 0): dict.fromkeys(range(3), 0 * y[0])}
    for (a, b), parts in parts_of.items():
        order = (1, a, b)
        expected = np.concatenate([parts[k][:, None] * alone.table(points, (1, 0, 0)) for k in range(3)], axis=1)
        np.testing.assert_allclose(own.table(points, order), expected, atol=1e-12)
        np.testing.assert_allclose(own.total(c, points, order), expected @ c, atol=1e-12)
        found = jax.vmap(lambda x, order=order: table(own, x, order, {}))(jnp.asarray(points))
        np.testing.assert_allclose(found, expected, atol=1e-10)


def test_larger_spaces_hold_smaller_ones() -> None:
    problem = loads(BAR.format(params="a in [-1, 3], b in [0, 1]"))
    small, large = (
        superposed(basis(problem, (0,), Polynomials((n, 1, 1), "total")), slopes(problem, (1, 2))) for n in (3, 6)
    )
    points, c = np.random.default_rng(2).uniform([0, -1, 0], [1, 3, 1], (5, 3)), np.linspace(1, 2, small.size)
    into = small.embedded(c, large)
    np.testing.assert_allclose(large.total(into, points, (0, 0, 0)), small.total(c, points, (0, 0, 0)), atol=1e-13)


def test_a_function_that_is_affine_in_them_is_fitted() -> None:
    _, fields, _ = _system("a in [-1, 3], b in [0, 1]")
    points = np.random.default_rng(3).uniform([0, -1, 0], [1, 3, 1], (9, 3))

    def value(x: np.ndarray) -> np.ndarray:
        return np.sin(x[:, 0]) + x[:, 1] * np.exp(x[:, 0]) - x[:, 2] * x[:, 0] ** 3

    for own in fields:
        found = own.values(own.fitted(value), points, (0, 0, 0))
        np.testing.assert_allclose(found, value(points), atol=1e-9)


def test_losses_are_the_mean_over_all_solutions() -> None:
    _, _, system = _system("a in [-1, 3], b in [0, 1]")
    assert isinstance(system, Superposition)
    rest = system.residual(np.zeros(system.size))
    assert sum(system.losses(np.zeros(system.size)).values()) == pytest.approx(rest @ rest / 6) and rest @ rest > 0
