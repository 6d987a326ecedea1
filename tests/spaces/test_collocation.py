"""Residuals by tables against the lowered ones of JAX, their slopes against differences, points where they belong."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pdedsl.analysis.trust import misfits
from pdedsl.geometry.points import random
from pdedsl.numerics.lower import lower
from pdedsl.numerics.system import system
from pdedsl.planning.defaults import planned
from pdedsl.planning.functions import expansions
from pdedsl.problem.problem import Problem
from pdedsl.spaces.collocation import Collocation, missed
from pdedsl.spaces.linear import forms
from pdedsl.spaces.placing import placed
from pdedsl.spaces.sizes import field_sizes
from pdedsl.spaces.space import Polynomials
from pdedsl.stages.load import loads

SPECS = {
    "plain": "domain x in [1, 3], y in [0, 5]\nfield u(x, y)\nequation: laplacian(u) + x*u = sin(y)\nboundary: u = x on all\n",
    "hard": "domain x in [0, 1]\ntime t in [0, 2]\nfield u(x, t)\nequation: dt(u) - dxx(u) = u^2\n"
    "initial: u = sin(pi*x) hard\nboundary: u = 0 on all hard\n",
    "waves": "domain x in [0, 2]\nperiodic x\ntime t in [0, 1]\nfield u(x, t)\nequation: dt(u) + u*dx(u) = 0\ninitial: u = cos(pi*x)\n",
    "disk": "domain (x, y) = disk([0, 0], 1)\nfield u(x, y)\nequation: laplacian(u) - u^3 = 1\nboundary: dn(u) + u = x on all\n",
    "integral": "domain x in [0, 1], y in [0, 2]\nfield u(x, y)\nequation: laplacian(u) = x - 1/2\nboundary: dn(u) = 0 on all\n"
    "constraint: integral(u^2) = 10\n",
    "system": "domain x in [0, 1], y in [0, 1]\nfield u(x, y), v(x, y)\nvector U = (u, v)\n"
    "equation: laplacian(U) + u*dx(U) = [x, y]\nboundary: U = [x, 0] on all\n",
    "fewer": "domain x in [0, 1]\ntime t in [0, 1]\nfield u(x, t), m(t)\nequation: dt(u) - dxx(u) = m\nequation mean: m = integral(u)\n"
    "initial: u = 1\nboundary: u = 1 on all\n",
}  # fmt: skip
SPACE = Polynomials((4,))


def made(name: str) -> tuple[Problem, Collocation]:
    problem = loads(f"pde 1\n{SPECS[name]}")
    sizes = field_sizes(problem)
    return problem, Collocation(problem, expansions(problem, SPACE, sizes), sizes, forms(problem))


@pytest.mark.parametrize("name", SPECS)
def test_residuals_are_those_of_the_lowered_problem(name: str) -> None:
    problem, found = made(name)
    c = np.random.default_rng(1).normal(size=found.size)
    plan = planned(problem)
    lowered = system(problem, type(plan)(plan.points, space=SPACE, sizes=plan.sizes))
    u = lowered.model(jnp.asarray(c))
    rows = []
    for block in found.blocks:
        residual = lower(problem, block.statement)
        rows.append(
            (np.asarray(jax.jit(jax.vmap(lambda x, r=residual: r(u, x)))(jnp.asarray(block.points))) * block.scale.T).T
        )
    expected = np.concatenate([r.reshape(-1) for r in rows])
    np.testing.assert_allclose(found.residual(c), expected, rtol=1e-9, atol=1e-9 * np.abs(expected).max())
    losses = [float(np.sum(own**2) / 2) for own in rows]
    np.testing.assert_allclose(list(found.losses(c).values()), losses, rtol=1e-8)


@pytest.mark.parametrize("name", SPECS)
def test_slopes_are_those_of_the_residual(name: str) -> None:
    _, found = made(name)
    generator = np.random.default_rng(2)
    c, way, h = generator.normal(size=found.size), generator.normal(size=found.size), 1e-5
    r, phi = found.linearised(c)
    np.testing.assert_array_equal(r, found.residual(c))
    change = (found.residual(c + h * way) - found.residual(c - h * way)) / (2 * h)
    np.testing.assert_allclose(phi @ way, change, rtol=1e-6, atol=1e-7 * np.abs(change).max())
    assert found.is_linear == (name in ("plain", "fewer"))


def test_hard_conditions_hold_whatever_the_coefficients() -> None:
    _, found = made("hard")
    x = np.linspace(0, 1, 7)
    start = np.stack([x, 0 * x], axis=1)
    (field,) = found.fields
    values = field.values(np.random.default_rng(3).normal(size=found.size), start, (0, 0))
    np.testing.assert_allclose(values, np.sin(np.pi * x), atol=1e-12)
    assert [b.statement.name for b in found.blocks] == ["equation"]


@pytest.mark.parametrize("name", ["plain", "disk", "waves"])
def test_points_lie_where_they_belong_and_are_enough(name: str) -> None:
    problem, found = made(name)
    inner, *rest = found.blocks
    low, high = np.asarray(problem.bounds).T
    assert ((inner.points > low) & (inner.points < high)).all() and len(inner.points) >= found.size
    if name == "disk":
        assert (np.hypot(*inner.points.T) < 1).all()
        np.testing.assert_allclose(np.hypot(*rest[0].points.T), 1, atol=1e-12)
    elif name == "plain":
        share = (inner.points[:, 0] - 1) / 2
        assert np.mean(np.minimum(share, 1 - share) < 0.1) > 0.3  # 0.41 of the arcsine density, 0.2 of a uniform one
        ends = (rest[0].points == low) | (rest[0].points == high)
        assert (ends.sum(axis=1) == 1).all()
    else:
        share = (inner.points[:, 0] - low[0]) / (high[0] - low[0])
        assert np.mean(np.minimum(share, 1 - share) < 0.1) < 0.3
    moved = placed(problem, inner.statement, [f.basis for f in found.fields], 0.37)
    assert not set(map(tuple, moved.tolist())) & set(map(tuple, inner.points.tolist()))


@pytest.mark.parametrize("name", ["plain", "disk"])
def test_what_is_missed_is_what_the_lowered_residual_leaves(name: str) -> None:
    problem, found = made(name)
    sizes = field_sizes(problem)
    c = np.random.default_rng(4).normal(size=found.size) / 10
    misses = missed(problem, found.fields, c, sizes, forms(problem), random(np.random.default_rng(5)))
    u = system(problem, replace(planned(problem), space=SPACE)).model(jnp.asarray(c))
    for own in misfits(problem, u):
        block = next(b for b in found.blocks if b.statement.name == own.statement)
        size = float(np.sqrt(block.weight / len(block.points)) / block.scale[0, 0])
        assert np.isclose(misses[own.statement], own.rms / size, rtol=0.1)


def test_what_has_no_value_is_not_taken_for_zero() -> None:
    problem = loads(
        "pde 1\ndomain x in [0, 1]\nfield u(x)\nequation: dxx(u) + sqrt(u) = 0\nboundary a: u = 1 on x = 0\n"
        "boundary b: u = 2 on x = 1\n"
    )
    sizes = field_sizes(problem)
    found = Collocation(problem, expansions(problem, SPACE, sizes), sizes, forms(problem))
    below = np.zeros(found.size)
    below[0] = -100.0
    assert np.isnan(found.residual(below)).any()
    assert np.isfinite(found.residual(np.zeros(found.size))).all()
