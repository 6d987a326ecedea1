"""What a method of minimisation sees of a system, and what it says about an iteration."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple, Protocol

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from pdedsl.numerics.derivatives import Estimated
from pdedsl.numerics.system import Block, System
from pdedsl.planning.plan import Precision
from pdedsl.solver.features import Cloud, Features, Implicit, Rows, Stored, chunked, jacobian, signs

Points = tuple[Array, ...]
"""The points of each block, shapes (N_k, d)."""
Placed = tuple[Array, ...] | tuple[Array | Cloud, ...]
"""The same, or as an objective has placed them."""


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
    phi: Features
    """Its derivatives, the feature matrix, shape (S, P)."""
    losses: Array
    """As of `Iteration`."""


class Objective:
    """The loss of a system and its linearisation, over points that are given at each call."""

    def __init__(self, system: System, chunk: int | None = None, precision: Precision = "double"):
        """`chunk` is the number of points of a block of which the feature matrix is there at a time; None for all.

        The feature matrix is made in a `precision`; residuals and losses are in that of the parameters.
        """
        self.system, self.chunk, self.precision = system, chunk, precision

    def _made(self, tree: Any) -> Any:
        """What the feature matrix is made of, in its precision."""
        if self.precision == "double":
            return tree
        return jax.tree.map(lambda leaf: leaf.astype(jnp.float32), tree)

    def _kept(self, parameters: Array) -> Any:
        """The precision in which it is kept."""
        return jnp.dtype(jnp.float32) if self.precision == "single" else parameters.dtype

    def clouds(self, points: Placed) -> tuple[Cloud, ...]:
        """The points of each block with what its rows are to be and are worth."""
        return tuple(
            own if isinstance(own, Cloud) else self._cloud(block, own)
            for block, own in zip(self.system.blocks, points, strict=True)
        )

    def some(self, points: Placed, part: float, key: Array) -> Placed:
        """A part of the points of each block, at least one, drawn at random; of the same weight together."""
        clouds = self.clouds(points)
        keys = jax.random.split(key, len(clouds))
        return tuple(cloud.drawn(part, own) for cloud, own in zip(clouds, keys, strict=True))

    @staticmethod
    def _cloud(block: Block, x: Array) -> Cloud:
        targets = np.zeros((1, 1)) if block.targets is None else block.targets
        factor = (block.weight / x.shape[0]) ** 0.5 / np.atleast_2d(block.size)
        rest = (targets, factor, np.ones((1, 1)), np.zeros((1, 0)))
        return Cloud(x, *(jnp.asarray(own, x.dtype) for own in rest))

    def estimated(self, points: Placed, directions: int, key: Array) -> Placed:
        """The points with so many random directions each, along which Laplacians are estimated."""
        clouds = self.clouds(points)
        keys = jax.random.split(key, len(clouds))
        return tuple(cloud.estimated(directions, own) for cloud, own in zip(clouds, keys, strict=True))

    def _rows(self, scaled: bool, side: int = 0) -> Rows:
        """The rows of a block, multiplied with sqrt(w_k / N_k) over their size, or raw; of one `side` where they are estimates."""

        def rows(parameters: Array, k: int, cloud: Cloud) -> Array:
            u, residual = self.system.model(parameters), self.system.blocks[k].residual

            def row(x: Array, seeds: Array) -> Array:
                return residual(Estimated(u, signs(seeds, side, x.size)) if seeds.size else u, x)

            found = jax.vmap(row, in_axes=(0, 0 if cloud.seeds.size else None))(cloud.x, cloud.seeds) - cloud.targets
            return (cloud.factor if scaled else cloud.kept) * found

        return rows

    def rows(self, parameters: Array, points: Placed, scaled: bool = True) -> Array:
        """The stacked residual r, shape (S,), rows scaled by sqrt(w_k / N_k) over their size, or raw."""
        return jnp.concatenate([own.reshape(-1) for own in self._each(parameters, points, scaled)])

    def _each(self, parameters: Array, points: Placed, scaled: bool, side: int = 0) -> list[Array]:
        """The rows of each block, shapes (N_k, m_k); chunk by chunk, and again for their gradient, where there are chunks."""
        own, clouds = self._rows(scaled, side), self.clouds(points)
        if self.chunk is None:
            return [own(parameters, k, cloud) for k, cloud in enumerate(clouds)]
        filled, count = chunked(clouds, self.chunk)
        found = []
        for k, (cloud, n) in enumerate(zip(filled, count, strict=True)):
            at = jax.checkpoint(lambda part, k=k: own(parameters, k, part))
            made = jax.lax.map(at, cloud.chunks(n))
            found.append(made.reshape(-1, made.shape[-1]))
        return found

    def losses(self, parameters: Array, points: Placed) -> Array:
        """`w_k mean |r_k / size_k|^2 / 2` for each block; of estimates without bias, and so perhaps below zero."""
        own, clouds = self._each(parameters, points, True), self.clouds(points)
        return jnp.stack([jnp.sum(a * b) / 2 for a, b in zip(own, self._others(own, parameters, clouds), strict=True)])

    def _others(
        self, own: list[Array], parameters: Array, clouds: tuple[Cloud, ...], scaled: bool = True
    ) -> list[Array]:
        """The same rows once more: where they are estimates, independent ones."""
        return self._each(parameters, clouds, scaled, side=1) if any(cloud.seeds.size for cloud in clouds) else own

    def loss(self, parameters: Array, points: Placed) -> Array:
        return jnp.sum(self.losses(parameters, points))

    def linearise(self, parameters: Array, points: Placed, scaled: bool = True) -> Linear:
        """The residual, its derivatives, and the loss of each block.

        Of estimates the derivatives are independent of the residual: what they say of the gradient has no bias.
        """
        rows, kept = self._rows(scaled), self._kept(parameters)
        if self.chunk is not None:
            each, (clouds, count) = self._each(parameters, points, scaled), chunked(self.clouds(points), self.chunk)
            phi = Implicit(rows, count, self._made(parameters), self._made(clouds), kept)
            others = self._others(each, parameters, clouds, scaled)
            losses = self._weighed(each, others, clouds, scaled)
            return Linear(jnp.concatenate([own.reshape(-1) for own in others]), phi, losses)
        clouds = tuple(cloud.filled(1) for cloud in self.clouds(points))
        found = [jacobian(rows, k, self._made(parameters), self._made(cloud)) for k, cloud in enumerate(clouds)]
        each = [own for own, _ in found] if self.precision == "double" else self._each(parameters, clouds, scaled)
        phi = jnp.concatenate([own.reshape(-1, parameters.size) for _, own in found]).astype(kept)
        others = self._others(each, parameters, clouds, scaled)
        r = jnp.concatenate([own.reshape(-1) for own in others])
        return Linear(r, Stored(phi), self._weighed(each, others, clouds, scaled))

    @staticmethod
    def _weighed(rows: Sequence[Array], others: Sequence[Array], clouds: Sequence[Cloud], scaled: bool) -> Array:
        """The loss of each block, from its rows and the same once more, scaled or raw."""
        factors = (1.0 if scaled else cloud.factor**2 for cloud in clouds)
        return jnp.stack([jnp.sum(by * a * b) / 2 for by, a, b in zip(factors, rows, others, strict=True)])


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

    @property
    def noisy(self) -> bool:
        """Whether losses are estimates, drawn anew for each step."""
        ...

    def begin(self, parameters: Array) -> Any: ...

    def step(self, objective: Objective, state: Any, points: Placed, held: Placed) -> tuple[Any, Iteration]: ...

    def parts(self, objective: Objective, parameters: Array, points: Placed) -> Mapping[str, Callable[[], Any]]:
        """What a step consists of beside its trials, each ready to be timed."""
        ...

    def back(self, state: Any, parameters: Array) -> Any:
        """The state from which to go on with earlier parameters."""
        ...
