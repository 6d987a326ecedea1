"""Sums over bases in JAX against the tables of NumPy, and their derivatives against those that JAX finds."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pdedsl.analysis.defect import estimates
from pdedsl.analysis.trust import misfits
from pdedsl.numerics.derivatives import Laplacian, Part, derivatives
from pdedsl.numerics.polynomials import Apart, Expanded
from pdedsl.numerics.quantities import quantities
from pdedsl.planning.functions import expansions
from pdedsl.spaces.sizes import field_sizes
from pdedsl.spaces.space import Polynomials
from pdedsl.stages.load import loads

PLAIN = (
    "pde 1\ndomain x in [1, 3]\n{}time t in [0, 5]\nfield u(x, t), v(x, t)\nvector W = (u, v)\nequation: dt(u) = dxx(v)\n"
    "equation other: dt(v) = dxx(u)\n{}"
)
CASES = {
    "polynomials": PLAIN.format("", "initial: W = [x, 1]\nboundary: W = [1, 2] on all\n"),
    "waves": PLAIN.format("periodic x\n", "initial: W = [cos(pi*x), 1]\n"),
    "hard": PLAIN.format("", "initial: W = [x, 1] hard\nboundary: W = [x, 1] on all hard\n"),
}


@pytest.mark.parametrize("name", CASES)
def test_values_and_derivatives(name: str) -> None:
    problem = loads(CASES[name])
    fields = expansions(problem, Polynomials((7, 4)), field_sizes(problem))
    generator = np.random.default_rng(0)
    parts = [generator.normal(size=f.basis.size) for f in fields]
    u, points = Expanded(fields, list(map(jnp.asarray, parts))), generator.uniform([1, 0], [3, 5], (6, 2))
    indices = [(0, 0), (1, 0), (2, 0), (0, 1), (2, 1), (4, 0)]
    asked: list[Part] = [*indices, Laplacian((1.0, 2.0))]

    def found_by(function, parts: list[Part]) -> dict[Part, np.ndarray]:
        values = jax.jit(jax.vmap(lambda x: [function(x, parts)[part] for part in parts]))(jnp.asarray(points))
        return dict(zip(parts, map(np.asarray, values), strict=True))

    found = found_by(u.derivatives, asked)
    few: list[Part] = [(1, 0), (2, 1), Laplacian((1.0, 2.0))]  # nested differentiation takes long to compile
    for part, nested in found_by(lambda x, parts: derivatives(lambda y: u(y), x, parts), few).items():
        np.testing.assert_allclose(found[part], nested, rtol=1e-8, atol=1e-8 * np.abs(nested).max())
    for index in indices:
        tables = (f.table(points, index) for f in fields)
        expected = np.stack([o + t @ c for (o, t), c in zip(tables, parts, strict=True)], axis=1)
        np.testing.assert_allclose(found[index], expected, rtol=1e-10, atol=1e-9)


def test_gradients_pass_through() -> None:
    problem = loads(CASES["polynomials"])
    fields = expansions(problem, Polynomials((3,)), field_sizes(problem))

    def value(c: jax.Array) -> jax.Array:
        return Expanded(fields, jnp.split(c, 2))(jnp.asarray([2.0, 1.0]))[0]

    slope = jax.grad(value)(jnp.ones(20))
    assert np.isfinite(np.asarray(slope)).all() and np.any(slope[:10]) and not np.any(slope[10:])


REPORTS = """pde 1
domain (x, y) = disk([0, 0], 1)
time t in [0, 1]
field u(x, y, t)
equation: dt(u) = laplacian(u) - u^3
initial: u = 1 - x^2
boundary: dn(u) + u = x on all
report flux = integral(dn(u), on = all)
report mean = mean(u*dx(u))  at (0, 0, 1)
report top = maximum(u)  at (0, 0, 1)
report slope = dxy(u)  at (0.2, 0.1, 0.5)
report all = u^2
"""


@pytest.mark.slow
def test_what_numpy_makes_of_it_is_what_jax_does() -> None:
    problem = loads(REPORTS)
    fields = expansions(problem, Polynomials((4,)), field_sizes(problem))
    c = jnp.asarray(np.random.default_rng(1).normal(size=fields[0].basis.size) / 10)
    whole, better = Expanded(fields, [c]), Expanded(fields, [0.99 * c])
    fast = quantities(problem, whole, Apart(whole, better))
    slow = quantities(problem, lambda x: whole(x), lambda x: whole(x) - better(x))
    for a, b in zip(fast, slow, strict=True):
        np.testing.assert_allclose(a.values, b.values, rtol=1e-8, atol=1e-10)
        np.testing.assert_allclose(a.errors, b.errors, rtol=1e-6, atol=1e-9)
    for a, b in zip(misfits(problem, whole), misfits(problem, lambda x: whole(x)), strict=True):
        assert a.statement == b.statement and np.isclose(a.rms, b.rms, rtol=1e-9) and a.where == b.where
    found, other = (
        estimates(problem, whole, Apart(whole, better)),
        estimates(problem, lambda x: whole(x), Apart(whole, better)),
    )
    assert np.isclose(found[0].absolute, other[0].absolute, rtol=1e-9)
    points = np.random.default_rng(2).uniform(-0.5, 0.5, (7, 3))
    np.testing.assert_allclose(whole.values(points), jax.jit(jax.vmap(whole))(jnp.asarray(points)), rtol=1e-10)
