"""The sweep against nested forward mode and against closed forms."""

from itertools import product

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import Array

from pdedsl.numerics.derivatives import Estimated, Laplacian, Part, _nested, _NoRule, _sweep, derivatives


def smooth(x: Array) -> Array:
    a = jnp.tanh(x[0] * x[1] - 1.0) * jnp.exp(x[2]) / (2.0 + jnp.sin(x[0]))
    b = jax.nn.gelu(x[0] + x[1] ** 3) * x[2] + jnp.sqrt(1.0 + x[1] ** 2) ** 3
    return jnp.stack([a, b, jnp.where(x[0] > 0, x[0] ** 3, 0.0) + jnp.maximum(x[1], 0.1) * x[2]])


def attention(x: Array) -> Array:
    """Softmax, a scan-free network with products of moving matrices."""
    keys = jnp.outer(jnp.sin(x), jnp.arange(1.0, 4.0))
    return jax.nn.softmax(keys @ jnp.cos(x)) @ x


POINT = jnp.array([0.3, 0.7, 0.2])
INDICES = [i for i in product(range(4), repeat=3) if sum(i) in (0, 1, 3, 4)][::4]


@pytest.mark.slow
@pytest.mark.parametrize("function", [smooth, attention])
def test_sweep_agrees_with_nested_forward_mode(function) -> None:
    found = _sweep(function, POINT, INDICES)
    for index in INDICES:
        np.testing.assert_allclose(found[index], _nested(function, POINT, index), rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("function", [smooth, attention])
@pytest.mark.parametrize("weights", [(1.0, 1.0, 1.0), (0.5, 0.0, -2.0)])
def test_a_laplacian_is_the_sum_of_its_second_derivatives(function, weights) -> None:
    pure = [(2, 0, 0), (0, 2, 0), (0, 0, 2)]
    part = Laplacian(weights)
    asked: list[Part] = [*pure, part, (0, 0, 0), (1, 0, 1)]
    found = jax.jit(lambda x: list(_sweep(function, x, asked[3:]).values()))(POINT)
    nested = jax.jit(lambda x: [_nested(function, x, own) for own in asked])(POINT)
    expected = sum(w * own for w, own in zip(weights, nested[:3], strict=True))
    np.testing.assert_allclose(nested[3], expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(found[0], expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(found[1:], nested[4:], rtol=1e-12, atol=1e-12)


def test_closed_form() -> None:
    found = derivatives(lambda x: jnp.sin(2 * x[0]) * jnp.exp(3 * x[1]), POINT[:2], [(3, 2), (0, 0), (8, 0)])
    x, y = POINT[:2]
    np.testing.assert_allclose(found[3, 2], -8 * 9 * jnp.cos(2 * x) * jnp.exp(3 * y), rtol=1e-12)
    np.testing.assert_allclose(found[8, 0], 2**8 * jnp.sin(2 * x) * jnp.exp(3 * y), rtol=1e-12)


def test_a_primitive_without_a_rule_falls_back() -> None:
    def looped(x: Array) -> Array:
        return jax.lax.fori_loop(0, 3, lambda k, y: y * x[0], x[1])

    with pytest.raises(_NoRule):
        _sweep(looped, POINT[:2], [(1, 1)])
    np.testing.assert_allclose(derivatives(looped, POINT[:2], [(2, 1)])[2, 1], 6 * POINT[0], rtol=1e-12)


def test_under_jit_vmap_and_grad() -> None:
    def laplacian(weight: Array, x: Array) -> Array:
        found = derivatives(lambda y: jnp.tanh(weight @ y), x, [(2, 0), (0, 2)])
        return found[2, 0] + found[0, 2]

    weight = jnp.array([0.5, -1.0])
    points = jnp.linspace(0, 1, 8).reshape(4, 2)
    values = jax.jit(jax.vmap(laplacian, (None, 0)))(weight, points)
    y = points @ weight
    t = jnp.tanh(y)
    np.testing.assert_allclose(values, (weight @ weight) * -2 * t * (1 - t**2), rtol=1e-12)
    slope = jax.grad(laplacian)(weight, points[1])
    step = 1e-6 * jnp.eye(2)
    differences = [(laplacian(weight + h, points[1]) - laplacian(weight - h, points[1])) / 2e-6 for h in step]
    np.testing.assert_allclose(slope, jnp.stack(differences), rtol=1e-7)


def test_a_hundred_dimensions_are_one_sweep() -> None:
    d = 100
    indices = [tuple(2 * int(k == i) for k in range(d)) for i in range(d)]
    weight = jax.random.normal(jax.random.key(0), (16, d)) / 10

    def laplacian(x: Array) -> Array:
        return sum(derivatives(lambda y: jnp.sum(jnp.tanh(weight @ y)), x, indices).values())  # pyright: ignore

    operations = len(
        jax.make_jaxpr(lambda x: derivatives(lambda y: jnp.sum(jnp.tanh(weight @ y)), x, indices))(jnp.ones(d)).eqns
    )
    assert operations < 2 * d + 100
    t = jnp.tanh(weight @ jnp.ones(d))
    np.testing.assert_allclose(laplacian(jnp.ones(d)), jnp.sum(jnp.sum(weight**2, 1) * -2 * t * (1 - t**2)), rtol=1e-11)


def test_an_estimated_laplacian_is_right_in_the_mean_over_all_signs() -> None:
    """The mean over all eight directions of signs is the trace, with weights; slopes and few coordinates stay exact."""
    part, slope = Laplacian((1.0, 0.5, 2.0)), (0, 1, 0)
    signs = jnp.asarray(list(product((-1, 1), repeat=3)))
    exact = derivatives(smooth, POINT, [part, slope])
    each = [Estimated(smooth, own[None]).derivatives(POINT, [part, slope]) for own in signs]
    np.testing.assert_allclose(np.mean([own[part] for own in each], axis=0), exact[part], rtol=1e-12)
    assert np.std([own[part] for own in each], axis=0).max() > 1e-3
    np.testing.assert_allclose(each[0][slope], exact[slope], rtol=1e-13)
    np.testing.assert_allclose(Estimated(smooth, signs[:3]).derivatives(POINT, [part])[part], exact[part], rtol=1e-12)
    both = Estimated(smooth, signs[:2]).derivatives(POINT, [part])[part]
    np.testing.assert_allclose(both, (each[0][part] + each[1][part]) / 2, rtol=1e-12)
