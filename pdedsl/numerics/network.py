"""From the description of a network to an Equinox module with scaled inputs and a given start."""

from collections.abc import Callable, Sequence

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from pdedsl.meaning import choices
from pdedsl.spaces.space import Network

ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "tanh": jnp.tanh,
    "sin": jnp.sin,
    "gelu": lambda y: 0.5 * y * (1.0 + jax.scipy.special.erf(y / np.sqrt(2.0))),
    "swish": lambda y: y * jax.nn.sigmoid(y),
}


def add_activation(name: str, function: Callable[[Array], Array], derivatives: float) -> None:
    """Let specs say `activation = NAME`: an elementwise function with that many continuous derivatives.

    The checker warns (W604) where an equation differentiates more often. ValueError for a name that is taken.
    """
    if name in ACTIVATIONS:
        raise ValueError(f"there is an activation `{name}` already")
    if not name.isidentifier():
        raise ValueError(f"`{name}` is not a name")
    ACTIVATIONS[name] = function
    choices.ACTIVATIONS[name] = derivatives


class Perceptron(eqx.Module):
    """A multilayer perceptron of inputs that are first scaled from the domain to a box about zero."""

    weights: tuple[Array, ...]
    biases: tuple[Array, ...]
    centre: tuple[float, ...] = eqx.field(static=True)
    stretch: tuple[float, ...] = eqx.field(static=True)
    axes: tuple[int, ...] = eqx.field(static=True)
    circular: tuple[bool, ...] = eqx.field(static=True)
    """Which of its coordinates are periodic: they enter as the cosine and sine of their angle."""
    logarithmic: tuple[bool, ...] = eqx.field(static=True)
    """Which of its coordinates enter as the logarithm of their size."""
    activation: str = eqx.field(static=True)

    def __call__(self, x: Array) -> Array:
        """A point of shape (d,) to the values of the outputs, shape (m,)."""
        own = x if len(self.axes) == x.shape[0] else x[np.asarray(self.axes)]
        if any(self.logarithmic):
            where = jnp.asarray(self.logarithmic)
            own = jnp.where(where, jnp.log(jnp.abs(jnp.where(where, own, 1.0))), own)
        y = (own - jnp.asarray(self.centre, x.dtype)) * jnp.asarray(self.stretch, x.dtype)
        if any(self.circular):
            angle = np.pi * y[np.flatnonzero(self.circular)]
            y = jnp.concatenate([jnp.cos(angle), jnp.sin(angle), y[np.flatnonzero(np.logical_not(self.circular))]])
        activate = ACTIVATIONS[self.activation]
        *hidden, (weight, bias) = zip(self.weights, self.biases, strict=True)
        for w, b in hidden:
            y = activate(w @ y + b)
        return weight @ y + bias


class Numbers(eqx.Module):
    """Fields of no coordinates: numbers that are the same at every point."""

    values: Array

    def __call__(self, x: Array) -> Array:
        """The numbers, shape (m,), at any point."""
        return self.values


def perceptron(
    network: Network,
    axes: Sequence[int],
    bounds: Sequence[tuple[float, float]],
    outputs: int,
    key: Array,
    periodic: Sequence[int] = (),
    logarithmic: Sequence[int] = (),
) -> Perceptron:
    """A network of the coordinates `axes` of a box with `bounds`, with fresh weights drawn from `key`."""
    lower, upper = np.asarray([bounds[a] for a in axes], float).T
    circular = tuple(a in periodic for a in axes)
    by_factors = tuple(a in logarithmic and network.inputs != "raw" for a in axes)
    lower, upper = (np.where(by_factors, np.log(np.where(by_factors, np.abs(own), 1)), own) for own in (lower, upper))
    sizes = (len(axes) + sum(circular), *network.widths, outputs)
    scale = np.where(circular, 1.0, network.scale)  # a periodic coordinate runs once round the circle
    centre, stretch = (lower + upper) / 2, scale * 2 / (upper - lower)
    if network.inputs == "raw":
        centre, stretch = np.where(circular, centre, 0.0), np.where(circular, stretch, scale)
    weights, biases = [], []
    for inputs, width, k in zip(sizes[:-1], sizes[1:], jax.random.split(key, len(sizes) - 1), strict=True):
        kw, kb = jax.random.split(k)
        if network.deviation is None:
            weights.append(jax.random.normal(kw, (width, inputs)) * np.sqrt(2.0 / (inputs + width)))
            biases.append(jnp.zeros(width))
        else:
            weights.append(jax.random.normal(kw, (width, inputs)) * network.deviation)
            biases.append(jax.random.normal(kb, (width,)) * network.deviation)
    return Perceptron(
        tuple(weights),
        tuple(biases),
        centre=tuple(centre.tolist()),
        stretch=tuple(stretch.tolist()),
        axes=tuple(axes),
        circular=circular,
        logarithmic=by_factors,
        activation=network.activation,
    )
