"""What a method of minimisation sees of a system, and what it says about an iteration."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NamedTuple, Protocol

import jax
import jax.numpy as jnp
from jax import Array

from pdedsl.numerics.system import Block, System

Points = tuple[Array, ...]
"""The points of each block, shapes (N_k, d)."""


class Iteration(NamedTuple):
    """What an iteration did; scalars but for `losses`."""

    loss: Array
    """The loss before the step, on its points."""
    losses: Array
    """`w_k mean |r_k / size_k|^2 / 2` for each block, shape (number of blocks,)."""
    accepted: Array
    settled: Array
    """Whether a refused step is final as long as the points stay: the method has no finer means."""
    cutoff: Array
    rank: Array
    """How many singular values were kept: the trace of the filter, rounded."""
    spectrum: Array
    """Singular values at evenly spaced ranks, the largest first; empty for methods that factor nothing."""
    gain: Array
    """Actual over predicted decrease."""


class Linear(NamedTuple):
    """A system at some parameters, to first order."""

    r: Array
    """The residual, shape (S,)."""
    phi: Array
    """Its derivatives, the feature matrix, shape (S, P)."""
    losses: Array
    """As of `Iteration`."""


class Objective:
    """The loss of a system and its linearisation, over points that are given at each call."""

    def __init__(self, system: System):
        self.system = system

    def residuals(self, parameters: Array, points: Points) -> list[Array]:
        """Raw residuals of each block, shapes (N_k, m_k)."""
        u = self.system.model(parameters)
        found = zip(self.system.blocks, points, strict=True)
        return [jax.vmap(lambda x, b=b: b.residual(u, x))(own) - self._targets(b, own.dtype) for b, own in found]

    @staticmethod
    def _targets(block: Block, dtype: Any) -> Any:
        """What the residual is to be: zero, or as many values as the block has points of its own."""
        return 0.0 if block.targets is None else jnp.asarray(block.targets, dtype)

    def rows(self, parameters: Array, points: Points, scaled: bool = True) -> Array:
        """The stacked residual r, shape (S,), rows scaled by sqrt(w_k / N_k) over their size, or raw."""
        found = zip(self.system.blocks, self.residuals(parameters, points), strict=True)
        return jnp.concatenate([(self._factor(b, r, scaled) * r).reshape(-1) for b, r in found])

    @staticmethod
    def _factor(block: Block, rows: Array, scaled: bool) -> Array:
        """What the components of a block's rows, of shape (N, m), are multiplied with, shape (1, m) or (N, m)."""
        size = jnp.atleast_2d(jnp.asarray(block.size, rows.dtype))
        size = jnp.broadcast_to(size, (len(size), rows.shape[1]))
        return (block.weight / rows.shape[0]) ** 0.5 / size if scaled else jnp.ones_like(size)

    def losses(self, parameters: Array, points: Points) -> Array:
        """`w_k mean |r_k / size_k|^2 / 2` for each block."""
        found = zip(self.system.blocks, self.residuals(parameters, points), strict=True)
        return jnp.stack([jnp.sum((self._factor(b, r, True) * r) ** 2) / 2 for b, r in found])

    def loss(self, parameters: Array, points: Points) -> Array:
        return jnp.sum(self.losses(parameters, points))

    def linearise(self, parameters: Array, points: Points, scaled: bool = True) -> "Linear":
        """The residual, its derivatives, and the loss of each block."""
        rows, features, losses = [], [], []
        for block, own in zip(self.system.blocks, points, strict=True):

            def at(theta: Array, x: Array, residual: Callable = block.residual) -> Array:
                return residual(self.system.model(theta), x)

            def linear(x: Array, at: Callable = at) -> tuple[Array, Array]:
                value, pull = jax.vjp(lambda theta: at(theta, x), parameters)
                if value.size == 1:
                    return value, pull(jnp.ones_like(value))[0][None, :]
                return value, jax.vmap(pull)(jnp.eye(value.size, dtype=value.dtype))[0]

            r, phi = jax.vmap(linear)(own)
            r = r - self._targets(block, r.dtype)
            factor = self._factor(block, r, scaled)
            rows.append((factor * r).reshape(-1))
            features.append((factor[:, :, None] * phi).reshape(-1, phi.shape[-1]))
            losses.append(jnp.sum((self._factor(block, r, True) * r) ** 2) / 2)
        return Linear(jnp.concatenate(rows), jnp.concatenate(features), jnp.stack(losses))


class State(Protocol):
    """What moves from one iteration to the next; the rest is the method's own."""

    @property
    def parameters(self) -> Array: ...


class Method(Protocol):
    """A way to better parameters. Methods are frozen and hashable; `step` is pure, to be jitted."""

    batch: ClassVar[int]
    """Steps that one call makes."""

    @property
    def held(self) -> bool:
        """Whether a step wants fresh points beside its own."""
        ...

    def begin(self, parameters: Array) -> Any: ...

    def step(self, objective: Objective, state: Any, points: Points, held: Points) -> tuple[Any, Iteration]: ...

    def parts(self, objective: Objective, parameters: Array, points: Points) -> Mapping[str, Callable[[], Any]]:
        """What a step consists of beside its trials, each ready to be timed."""
        ...

    def back(self, state: Any, parameters: Array) -> Any:
        """The state from which to go on with earlier parameters."""
        ...
