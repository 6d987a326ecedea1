"""Functions that are singular at points: derivatives against automatic ones, sums before products against after."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import sympy as sp

from pdedsl.spaces.corners import singular
from pdedsl.spaces.singular import chained
from pdedsl.spaces.space import Corners
from pdedsl.stages.load import loads
from tests.examples import CAVITY

POINTS = np.array([[0.3, 0.7], [0.9, 0.4], [0.6, 0.2]])


@pytest.mark.parametrize("order", [(1, 0), (0, 2), (1, 1)])
def test_derivatives_of_what_several_fields_share(order: tuple[int, int]) -> None:
    """Complex exponents, powers of logarithms, and what NumPy sums before it multiplies."""
    own = loads(CAVITY.replace("EXTRA", "u*dx(U) + v*dy(U)"))
    for unknown in own.fields:
        found = singular(own, unknown, Corners(4))
        assert found is not None and np.iscomplex(found.powers).any() and found.logs.max() == 2
        value = lambda x, f=found: f.table(x, (0, 0), jnp)  # noqa: E731
        for axis, count in enumerate(order):
            for _ in range(count):
                value = lambda x, f=value, k=axis: jax.jacfwd(f)(x)[:, k]  # noqa: E731
        with jax.enable_x64(True):
            expected = np.asarray(jax.jit(jax.vmap(value))(jnp.asarray(POINTS)))
        table = found.table(POINTS, order)
        np.testing.assert_allclose(table, expected, atol=1e-12 * np.abs(expected).max())
        c = np.random.default_rng(0).normal(size=found.size)
        for several in (c, np.stack([c, 0 * c, c[::-1]], axis=1)):
            total = found.total(several, POINTS, order)
            np.testing.assert_allclose(total, table @ several, atol=1e-11 * np.abs(table @ several).max())


def test_derivatives_in_z_and_its_conjugate() -> None:
    """Of `z^3 conj(z)^2` in x once and in y twice, by SymPy."""
    x, y = sp.symbols("x y", real=True)
    z, w = sp.symbols("z w")
    own = z**3 * w**2
    parts = sum(chained(1, 2, k) * sp.diff(own, *[z] * k, *[w] * (3 - k)) for k in range(4))
    expected = sp.diff(own.subs({z: x + sp.I * y, w: x - sp.I * y}), x, y, y)
    at = {x: 0.3, y: 0.8}
    assert complex(parts.subs({z: 0.3 + 0.8j, w: 0.3 - 0.8j})) == pytest.approx(complex(expected.subs(at)))
