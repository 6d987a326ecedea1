"""From an objective to the same one with its rows divided among many devices, of one process or of several.

The points of each block are filled up to a multiple of the devices and divided among them, parameters are on all. Each device
linearises its own points; what the core asks of the feature matrix is a sum over the devices, or a QR of their triangles
(TSQR: Demmel, Grigori, Hoemmen and Langou 2012, arXiv 0808.2664). The core knows nothing of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.sharding import NamedSharding, PartitionSpec

from pdedsl.numerics.programs import compiled, put
from pdedsl.numerics.system import System
from pdedsl.planning.plan import Precision
from pdedsl.solver.devices import AXIS, HERE, Devices
from pdedsl.solver.features import Cloud, Implicit, Stored
from pdedsl.solver.method import Linear, Objective, Placed, Points

DIVIDED, SAME = PartitionSpec(AXIS), PartitionSpec()


def everywhere(devices: Devices) -> NamedSharding:
    """Where what all devices have lies."""
    assert devices.mesh is not None
    return NamedSharding(devices.mesh, SAME)


class Shared(Objective):
    """An objective whose rows are divided among devices."""

    def __init__(self, system: System, devices: Devices, chunk: int | None = None, precision: Precision = "double"):
        super().__init__(system, chunk, precision)
        assert devices.mesh is not None
        self.devices, self._mesh = devices, devices.mesh
        self._local = Objective(system, chunk, precision)

    def placed(self, points: Points) -> Placed:
        """The points of each block on their devices, filled up by ones that do not count.

        ValueError for fewer points, of all blocks together, than devices.
        """
        n = self.devices.count
        if (total := sum(len(own) for own in points)) < n:
            raise ValueError(f"{total} points cannot be divided among {n} devices")
        found = []
        for cloud in self.clouds(points):
            each = -(-cloud.x.shape[0] // n)
            found.append(cloud.filled(n * (each if self.chunk is None else min(self.chunk, each))))
        return put(tuple(found), NamedSharding(self._mesh, DIVIDED))

    def some(self, points: Placed, part: float, key: Array) -> Placed:
        """See `Objective.some`; of its own points on each device."""

        def local(key: Array, own: Placed) -> Placed:
            return self._local.some(own, part, jax.random.fold_in(key, jax.lax.axis_index(AXIS)))

        return self._over(local)(key, points)

    def estimated(self, points: Placed, directions: int, key: Array) -> Placed:
        """See `Objective.estimated`; of its own points on each device."""

        def local(key: Array, own: Placed) -> Placed:
            return self._local.estimated(own, directions, jax.random.fold_in(key, jax.lax.axis_index(AXIS)))

        return self._over(local)(key, points)

    def _over(self, function: Callable[..., Any], out: PartitionSpec = DIVIDED) -> Callable[..., Any]:
        """A function of what is the same on all devices, parameters, and of each one's points."""
        return jax.shard_map(function, mesh=self._mesh, in_specs=(SAME, DIVIDED), out_specs=out, check_vma=False)

    def rows(self, parameters: Array, points: Placed, scaled: bool = True) -> Array:
        """See `Objective.rows`; in the order of the devices."""
        return self._over(lambda theta, own: self._local.rows(theta, own, scaled))(parameters, points)

    def losses(self, parameters: Array, points: Placed) -> Array:
        """See `Objective.losses`."""
        return jnp.sum(self._over(lambda theta, own: self._local.losses(theta, own)[None])(parameters, points), axis=0)

    def loss(self, parameters: Array, points: Placed) -> Array:
        """See `Objective.loss`; with its gradient, where that is asked for, in one sum over the devices."""

        @jax.custom_vjp
        def loss(theta: Array, own: Placed) -> Array:
            return jnp.sum(self.losses(theta, own))

        def forward(theta: Array, own: Placed) -> tuple[Array, tuple[Array, Placed]]:
            def local(theta: Array, own: Placed) -> Array:
                value, slope = jax.value_and_grad(self._local.loss)(theta, own)
                return jax.lax.psum(jnp.append(slope, value), AXIS)

            found = self._over(local, SAME)(theta, own)
            return found[-1], (found[:-1], own)

        def backward(kept: tuple[Array, Placed], by: Array) -> tuple[Array, Placed]:
            return by * kept[0], jax.tree.map(jnp.zeros_like, kept[1])

        loss.defvjp(forward, backward)
        return loss(parameters, points)

    def linearise(self, parameters: Array, points: Placed, scaled: bool = True) -> Linear:
        """See `Objective.linearise`; rows in the order of the devices."""

        def local(theta: Array, own: tuple[Cloud, ...]) -> tuple[Array, Array, Any]:
            r, phi, losses = self._local.linearise(theta, own, scaled)
            return r, losses[None], phi.entries if isinstance(phi, Stored) else ()

        r, losses, entries = self._over(local)(parameters, points)
        if self.chunk is None:
            own: Stored | Implicit = Stored(entries)
        else:
            clouds = self.clouds(points)
            count = tuple(min(self.chunk, cloud.x.shape[0] // self.devices.count) for cloud in clouds)
            made = self._made(parameters), self._made(clouds)
            own = Implicit(self._rows(scaled), count, *made, self._kept(parameters))
        total = jnp.sum(losses, axis=0)
        return Linear(r, Divided(own, self.devices, jnp.sum(total)), total)


class Divided(eqx.Module):
    """A feature matrix of which each device has some rows.

    On processors what devices send each other has no order but what each waits for, and must come in the same order on all:
    what is sent at one time is sent together (`meet`), and first of all the loss, `sent`.
    """

    own: Stored | Implicit
    devices: Devices = eqx.field(static=True)
    sent: Array

    @property
    def shape(self) -> tuple[int, int]:
        """See `Features`."""
        return self.own.shape

    @property
    def eps(self) -> float:
        """See `Features`."""
        return self.own.eps

    def _each(self, function: Callable[..., Array], out: PartitionSpec, *more: PartitionSpec) -> Callable[..., Array]:
        """A function of what each device has, and of more."""
        if isinstance(self.own, Stored):
            where: Any = Stored(DIVIDED)  # pyright: ignore[reportArgumentType]
        else:
            where = Implicit(self.own.rows, self.own.count, SAME, DIVIDED, self.own.kept)  # pyright: ignore[reportArgumentType]
        mapped = jax.shard_map(
            function, mesh=self.devices.mesh, in_specs=(where, *more), out_specs=out, check_vma=False
        )
        return lambda *given: mapped(self.own, *given)

    @property
    def _nothing(self) -> Array:
        """Zero, once the loss is known."""
        return (self.sent > jnp.inf).astype(self.sent.dtype)

    def gram(self) -> Array:
        """A sum over the devices."""
        return self._each(lambda own, zero: jax.lax.psum(_later(own.gram(), zero), AXIS), SAME, SAME)(self._nothing)

    def qr(self, r: Array) -> Array:
        """QR of the rows of each device, and of all their triangles."""
        triangles = self._each(lambda own, rest: own.qr(rest), DIVIDED, DIVIDED)(r + self._nothing)
        return jnp.linalg.qr(self._gathered(triangles), mode="r")

    def apply(self, v: Array) -> Array:
        """Its own rows, on each device."""
        return self._each(lambda own, given: own.apply(given), DIVIDED, SAME)(v)

    def apply_transposed(self, w: Array) -> Array:
        """A sum over the devices."""
        return self.meet(w)[0]

    def meet(self, w: Array) -> tuple[Array, Array]:
        """A sum over the devices, of both at once."""

        def local(own: Stored | Implicit, given: Array) -> Array:
            columns = given if given.ndim > 1 else given[:, None]
            products, squares = own.meet(columns)
            return jax.lax.psum(jnp.concatenate([products, squares[None]]), AXIS)

        found = self._each(local, SAME, DIVIDED)(w + self._nothing).reshape(-1, *w.shape[1:])
        return found[:-1], found[-1]

    def whole(self) -> Array:
        """See `Features`."""
        return self._gathered(self._each(lambda own, zero: _later(own.whole(), zero), DIVIDED, SAME)(self._nothing))

    def _gathered(self, rows: Array) -> Array:
        return jax.lax.with_sharding_constraint(rows, everywhere(self.devices))

    def beside(self, columns: Array) -> "Divided":
        """See `Features`."""
        return Divided(Stored(columns), self.devices, self.sent)


def _later(value: Array, zero: Array) -> Array:
    return value + zero.astype(value.dtype)


@dataclass(frozen=True)
class Where:
    """Where the rows of a run are: on what devices; all at a time, or some; in what precision their derivatives."""

    devices: Devices = HERE
    chunk: int | None = None
    precision: Precision = "double"
    """Both as of `Objective`."""

    def objective(self, system: System) -> Objective:
        """The objective of a system, with its rows there."""
        if self.devices == HERE:
            return Objective(system, self.chunk, self.precision)
        return Shared(system, self.devices, self.chunk, self.precision)

    def compiled(self, objective: Objective, step: Callable[..., Any], *arguments: Any) -> Callable[..., Any]:
        """A step, compiled for a state, points and points beside them; what it is given and gives is here."""
        if not isinstance(objective, Shared):
            return compiled(step, *arguments)
        last: dict[int, tuple[Points, Placed]] = {}

        def placed(place: int, points: Points) -> Placed:
            """Points that stay lie where they are to."""
            if place not in last or last[place][0] is not points:
                last[place] = points, objective.placed(points) if points else ()
            return last[place][1]

        def there(state: Any, points: Points, held: Points) -> tuple[Any, Placed, Placed]:
            return put(self.devices.common(state), same), placed(0, points), placed(1, held)

        def here(tree: Any) -> Any:
            """What is on all devices, as arrays of this process alone."""
            return jax.tree.map(lambda leaf: jnp.asarray(np.asarray(leaf)), tree)

        same = everywhere(self.devices)
        made = compiled(step, *there(*arguments), everywhere=same)
        return lambda *own: here(made(*there(*own)))
