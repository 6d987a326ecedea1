"""From an objective to the same one with its rows divided among many devices, of one process or of several.

The points of each block are filled up to a multiple of the devices and divided among them, parameters are on all. Each device
linearises its own points; what the core asks of the feature matrix is a sum over the devices, or a QR of their triangles
(TSQR: Demmel, Grigori, Hoemmen and Langou 2012, arXiv 0808.2664). The core knows nothing of it.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Timer
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.experimental import multihost_utils
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from pdedsl.numerics.programs import compiled, put
from pdedsl.numerics.system import System
from pdedsl.planning.cost import memory
from pdedsl.planning.plan import Precision
from pdedsl.solver.features import Cloud, Implicit, Stored
from pdedsl.solver.method import Linear, Objective, Placed, Points

AXIS = "rows"
ONE = "one device"
"""Where a run is that is divided among none, in words."""
DIVIDED, SAME = PartitionSpec(AXIS), PartitionSpec()


@dataclass(frozen=True)
class Devices:
    """The devices of all processes of a run."""

    mesh: Mesh

    @property
    def count(self) -> int:
        """Of all processes."""
        return self.mesh.size

    @property
    def several(self) -> bool:
        """Whether they belong to more than one process."""
        return jax.process_count() > 1

    @property
    def first(self) -> bool:
        """Whether this process is the one that writes and speaks."""
        return jax.process_index() == 0

    @property
    def room(self) -> float:
        """Bytes that each device may take: half of its own memory, or of its share of that of the machine."""
        own = jax.local_devices()
        stats = own[0].memory_stats() or {}
        return float(stats.get("bytes_limit", memory() / len(own))) / 2

    @property
    def words(self) -> str:
        """How many of what kind."""
        kind = self.mesh.devices.flat[0].device_kind
        processes = f" of {jax.process_count()} processes" if self.several else ""
        return f"{self.count} devices ({kind}){processes}"

    @property
    def everywhere(self) -> NamedSharding:
        """Where what all devices have lies."""
        return NamedSharding(self.mesh, SAME)

    def same(self, tree: Any) -> Any:
        """Arrays, equal in all processes, on all devices."""
        return put(tree, self.everywhere)

    def divided(self, tree: Any) -> Any:
        """Arrays, equal in all processes, whose rows are divided among the devices."""
        return put(tree, NamedSharding(self.mesh, DIVIDED))

    @staticmethod
    def here(tree: Any) -> Any:
        """What is on all devices, as arrays of this process alone."""
        return jax.tree.map(lambda leaf: jnp.asarray(np.asarray(leaf)), tree)

    def common(self, tree: Any) -> Any:
        """Arrays as the first process has them: machines of different kinds round differently."""
        if not self.several:
            return tree
        leaves, form = jax.tree.flatten(tree)
        flat = np.concatenate([np.ravel(np.asarray(leaf)).astype(float) for leaf in leaves])
        flat, ends = multihost_utils.broadcast_one_to_all(flat), np.cumsum([leaf.size for leaf in leaves])[:-1]
        parts = zip(np.split(flat, ends), leaves, strict=True)
        return form.unflatten([part.reshape(leaf.shape).astype(leaf.dtype) for part, leaf in parts])

    def agreed(self, seconds: float, stopping: bool = False) -> tuple[float, bool]:
        """A time as the first process has it, and whether any of them is to stop."""
        if not self.several:
            return seconds, stopping
        found = np.reshape(multihost_utils.process_allgather(np.asarray([seconds, float(stopping)])), (-1, 2))
        return float(found[0, 0]), bool(found[:, 1].any())


def devices(count: int | None = None) -> Devices:
    """So many devices, or all that there are, of all processes. ValueError where there are fewer, or some were left out."""
    found = jax.devices()
    if count is not None and count > len(found):
        there = f"there {'is' if len(found) == 1 else 'are'} {len(found)} ({found[0].device_kind}), not {count}"
        virtual = (
            f'; jax.config.update("jax_num_cpu_devices", {count}), before anything is computed, makes virtual ones'
        )
        raise ValueError(f"devices: {there}{virtual if found[0].platform == 'cpu' else ''}")
    if count is not None and jax.process_count() > 1 and count < len(found):
        raise ValueError(f"devices: {count} of the {len(found)} of all processes; all of them take part")
    return Devices(Mesh(np.asarray(found[:count]), (AXIS,)))


def virtual(count: int) -> None:
    """Let a processor be so many devices; to be called before anything is computed. Where something was, it stays as it is."""
    with suppress(RuntimeError):
        jax.config.update("jax_num_cpu_devices", count)


def join(count: int | None = None, seconds: float = 60.0, late: Callable[[str], Any] | None = None) -> Devices:
    """The devices of all processes that the environment names: of Slurm, Open MPI, Kubernetes and TPUs as JAX finds them, else
    `JAX_COORDINATOR_ADDRESS` with `JAX_NUM_PROCESSES` and `JAX_PROCESS_ID`.

    To be called before anything is computed. Where not all processes come within some seconds, the program ends with a message,
    or as `late` does, which is given that: JAX would abort it. ValueError where the environment names no processes, or where
    these differ in their versions.
    """
    try:
        own: dict[str, Any] = {key: int(os.environ[name]) for key, name in EXPLICIT.items() if name in os.environ}
    except ValueError:
        raise ValueError(f"{' and '.join(EXPLICIT.values())} take whole numbers") from None
    address = os.environ.get("JAX_COORDINATOR_ADDRESS", "the coordinator that the environment names")
    if "JAX_COORDINATOR_ADDRESS" in os.environ and not address.rpartition(":")[2].isdigit():
        raise ValueError(f"JAX_COORDINATOR_ADDRESS is HOST:PORT, not {address}")
    who = f"process {own['process_id']} of {own['num_processes']}" if len(own) == 2 else "this process"
    words = f"{who} waited {seconds:g} s at {address}: not all processes came there"
    watch = Timer(seconds, late or _give_up, (words,))
    watch.daemon = True
    watch.start()
    jax.config.update("jax_cpu_collectives_implementation", "gloo")
    jax.config.update("jax_enable_preemption_service", False)  # it would take signals from those who wait for them
    try:
        ahead: dict[str, Any] = {
            "initialization_timeout": round(2 * seconds + 10),
            "heartbeat_timeout_seconds": HEARTBEAT,
        }
        jax.distributed.initialize(**ahead, **own)
    except (ValueError, TypeError, RuntimeError) as error:
        named = ", ".join(("JAX_COORDINATOR_ADDRESS", *EXPLICIT.values()))
        raise ValueError(
            f"no other processes are named ({error}): outside of Slurm and Open MPI set {named}"
        ) from error
    finally:
        watch.cancel()
    _same_versions()
    return devices(count)


def _give_up(words: str) -> None:
    print(f"pdedsl: {words}", file=sys.stderr, flush=True)
    os._exit(2)


EXPLICIT = {"num_processes": "JAX_NUM_PROCESSES", "process_id": "JAX_PROCESS_ID"}
"""Where the environment says what JAX does not find by itself."""
HEARTBEAT = 120
"""Seconds after which JAX ends all processes where one is silent: in less, those who know of it must have saved what they have."""


def _same_versions() -> None:
    """ValueError where processes differ in the version of JAX, which makes programs of their own."""
    own = [int("".join(c for c in part if c.isdigit()) or 0) for part in jax.__version__.split(".")[:3]]
    found = np.reshape(multihost_utils.process_allgather(np.asarray(own, np.int32)), (-1, len(own)))
    if (found != found[0]).any():
        told = ", ".join(f"process {k}: {'.'.join(map(str, row))}" for k, row in enumerate(found.tolist()))
        raise ValueError(f"the processes have different versions of JAX: {told}")


@contextmanager
def together(own: Devices | None) -> Iterator[None]:
    """What each process does before all go on: if one fails, none does. ValueError where another one failed."""
    try:
        yield
    except BaseException:
        if own is not None:
            own.agreed(0.0, True)
        raise
    if own is not None and own.agreed(0.0)[1]:
        raise ValueError("another process of the run could not begin: it says why")


class Shared(Objective):
    """An objective whose rows are divided among devices."""

    def __init__(self, system: System, devices: Devices, chunk: int | None = None, precision: Precision = "double"):
        super().__init__(system, chunk, precision)
        self.devices = devices
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
        return self.devices.divided(tuple(found))

    def some(self, points: Placed, part: float, key: Array) -> Placed:
        """See `Objective.some`; of its own points on each device."""

        def local(key: Array, own: Placed) -> Placed:
            return self._local.some(own, part, jax.random.fold_in(key, jax.lax.axis_index(AXIS)))

        return self._over(local)(key, points)

    def _over(self, function: Callable[..., Any], *out: PartitionSpec) -> Callable[..., Any]:
        """A function of parameters and of each device's points."""
        return jax.shard_map(
            function, mesh=self.devices.mesh, in_specs=(SAME, DIVIDED), out_specs=out or DIVIDED, check_vma=False
        )

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

            found = jax.shard_map(
                local, mesh=self.devices.mesh, in_specs=(SAME, DIVIDED), out_specs=SAME, check_vma=False
            )(theta, own)
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
        return jax.lax.with_sharding_constraint(rows, self.devices.everywhere)

    def beside(self, columns: Array) -> "Divided":
        """See `Features`."""
        return Divided(Stored(columns), self.devices, self.sent)


def _later(value: Array, zero: Array) -> Array:
    return value + zero.astype(value.dtype)


@dataclass(frozen=True)
class Where:
    """Where the rows of a run are: here, or on many devices; all at a time, or some."""

    devices: Devices | None = None
    """None for the one device that JAX takes by itself."""
    chunk: int | None = None
    precision: Precision = "double"
    """Both as of `Objective`."""

    @property
    def words(self) -> str:
        """On what."""
        return ONE if self.devices is None else self.devices.words

    @property
    def several(self) -> bool:
        """Whether more than one process computes."""
        return self.devices is not None and self.devices.several

    @property
    def first(self) -> bool:
        """Whether this process is the one that writes and speaks."""
        return self.devices is None or self.devices.first

    def common(self, tree: Any) -> Any:
        """Arrays as the first process has them: machines of different kinds round differently."""
        if not self.several:
            return tree
        leaves, form = jax.tree.flatten(tree)
        flat = np.concatenate([np.ravel(np.asarray(leaf)).astype(float) for leaf in leaves])
        flat, ends = multihost_utils.broadcast_one_to_all(flat), np.cumsum([leaf.size for leaf in leaves])[:-1]
        parts = zip(np.split(flat, ends), leaves, strict=True)
        return form.unflatten([part.reshape(leaf.shape).astype(leaf.dtype) for part, leaf in parts])

    def agreed(self, seconds: float, stopping: bool = False) -> tuple[float, bool]:
        """See `Devices.agreed`."""
        return (seconds, stopping) if self.devices is None else self.devices.agreed(seconds, stopping)

    def objective(self, system: System) -> Objective:
        """The objective of a system, with its rows there."""
        if self.devices is None:
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
            return objective.devices.same(objective.devices.common(state)), placed(0, points), placed(1, held)

        made = compiled(step, *there(*arguments), everywhere=objective.devices.everywhere)
        return lambda *own: objective.devices.here(made(*there(*own)))
