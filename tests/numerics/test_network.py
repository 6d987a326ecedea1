"""Networks: scaled inputs, periodic coordinates, fields of fewer coordinates."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import pdedsl
from pdedsl.meaning import choices
from pdedsl.numerics.derivatives import derivatives
from pdedsl.numerics.network import ACTIVATIONS, perceptron
from pdedsl.numerics.system import System, system
from pdedsl.planning.plan import Plan
from pdedsl.spaces.space import Network
from pdedsl.stages.load import loads


def lowered(text: str, network: Network, seed: int = 0) -> System:
    return system(loads(text), Plan((), network, seed=seed))


def test_periodic_coordinates_match_with_all_derivatives() -> None:
    text = "pde 1\ndomain x in [1, 3], y in [0, 1]\nfield u(x, y)\nperiodic x\nequation: laplacian(u) = u\nboundary: u = 1  on all\n"
    made = lowered(text, Network((9, 9)), seed=1)
    model, parameters = made.model, made.start
    orders = [(0, 0), (1, 0), (2, 1), (3, 0)]
    left, right = (derivatives(model(parameters), jnp.array([x, 0.3]), orders) for x in (1.0, 3.0))
    for order in orders:
        np.testing.assert_allclose(left[order], right[order], rtol=1e-10, atol=1e-12)
    assert abs(float(left[1, 0][0])) > 1e-6


def test_fields_of_the_same_arguments_share_a_network() -> None:
    text = "pde 1\ndomain x in [0, 1], y in [0, 1]\nfield u(x, y), v(x), w(x, y)\n"
    text += "equation: laplacian(u) = v\nequation: dxx(v) = 1\nequation: laplacian(w) = u\n"
    text += "boundary: u = 0  on all\nboundary: w = 1  on all\nboundary: v = 0  on x = 0, x = 1\n"
    made = lowered(text, Network((4,)), seed=0)
    model, parameters = made.model, made.start
    assert parameters.size == (2 * 4 + 4 + 4 * 2 + 2) + (4 + 4 + 4 + 1)
    u = model(parameters)
    a, b = u(jnp.array([0.2, 0.1])), u(jnp.array([0.2, 0.9]))
    assert a.shape == (3,) and a[1] == b[1] and a[0] != b[0]


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_is_smooth_and_named(activation: str) -> None:
    text = "pde 1\ndomain x in [0, 1]\nfield u(x)\nequation: dxx(u) = 1\nboundary: u = 0  on all\n"
    made = lowered(text, Network((5,), activation), seed=0)
    model, parameters = made.model, made.start
    found = derivatives(model(parameters), jnp.array([0.3]), [(4,)])[4,]
    nested = jax.grad(jax.grad(jax.grad(jax.grad(lambda x: model(parameters)(x[None])[0]))))(0.3)
    np.testing.assert_allclose(found[0], nested, rtol=1e-9)


def test_the_start_of_the_published_experiments() -> None:
    text = "pde 1\ndomain x in [0, 1]\nfield u(x)\nequation: dxx(u) = 1\nboundary: u = 0  on all\n"
    parameters = lowered(text, Network((400,), deviation=0.1)).start
    assert float(jnp.std(parameters)) == pytest.approx(0.1, rel=0.1)


def test_raw_inputs_are_the_coordinates_themselves() -> None:
    axes, bounds = (0, 1), ((2.0, 6.0), (0.0, 1.0))
    raw, scaled = (
        perceptron(Network((5,), inputs=inputs), axes, bounds, 1, jax.random.key(0)) for inputs in ("raw", "scaled")
    )
    x = jnp.array([5.0, 0.25])
    np.testing.assert_allclose(raw((x - jnp.array([4.0, 0.5])) * jnp.array([0.5, 2.0])), scaled(x), rtol=1e-14)
    assert raw.stretch == (1.0, 1.0)


def test_parameters_over_a_factor_of_ten_enter_as_their_logarithms() -> None:
    """Of either sign, beside a coordinate that is zero; with derivatives in one sweep."""
    bounds, key = ((0.0, 1.0), (-100.0, -1.0)), jax.random.key(0)
    net = perceptron(Network((5,)), (0, 1), bounds, 1, key, logarithmic=(1,))
    plain = perceptron(Network((5,)), (0, 1), ((0.0, 1.0), (0.0, np.log(100))), 1, key)
    point = jnp.array([0.0, -7.0])
    np.testing.assert_allclose(
        net(point), plain(jnp.array([0.0, -np.log(7)]) + jnp.array([0, np.log(100)])), rtol=1e-13
    )
    found = derivatives(net, point, [(0, 1), (2, 1)])
    np.testing.assert_allclose(found[0, 1], jax.jacrev(net)(point)[:, 1], rtol=1e-12)
    assert jnp.isfinite(found[2, 1]).all()
    text = "pde 1\nparam a in [0.1, 1], b in [0, 10]\ndomain x in [0, 1]\nfield u(x)\nequation: dxx(u) = a*b\nboundary: u = 0  on all\n"
    problem = loads(text)
    assert [problem.coordinates[k].name for k in problem.domain.logarithmic] == ["a"]


def test_an_activation_of_ones_own_is_known_to_specs_and_judged() -> None:
    pdedsl.add_activation("ramp", jax.nn.relu, derivatives=0)
    try:
        text = "pde 1\ndomain x in [0, 1]\nfield u(x)\nequation: dxx(u) = 1\nboundary: u = 0  on all\nsolve { network = mlp(8, activation = ramp) }\n"
        (warning,) = pdedsl.loads(text).warnings
        assert warning.code == "W604"
        net = perceptron(Network((8,), "ramp"), (0,), ((0.0, 1.0),), 1, jax.random.key(0))
        assert jnp.isfinite(net(jnp.array([0.5]))).all()
        with pytest.raises(ValueError, match="already"):
            pdedsl.add_activation("ramp", jax.nn.relu, derivatives=0)
    finally:
        ACTIVATIONS.pop("ramp")
        choices.ACTIVATIONS.pop("ramp")
