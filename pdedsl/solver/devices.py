"""The devices of a run, of one process or of many, and how many processes find each other and agree."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Timer
from typing import Any

import jax
import numpy as np
from jax.experimental import multihost_utils
from jax.sharding import Mesh

from pdedsl.planning.cost import memory

AXIS = "rows"
"""The one along which devices stand: rows are divided along it."""
ONE = "one device"
"""What a run without a mesh is on, in words."""


@dataclass(frozen=True)
class Devices:
    """The devices of all processes of a run: those of a mesh, or, without one, the one that JAX takes by itself."""

    mesh: Mesh | None = None

    @property
    def count(self) -> int:
        """Of all processes."""
        return 1 if self.mesh is None else self.mesh.size

    @property
    def several(self) -> bool:
        """Whether they belong to more than one process."""
        return self.mesh is not None and jax.process_count() > 1

    @property
    def first(self) -> bool:
        """Whether this process is the one that writes and speaks."""
        return not self.several or jax.process_index() == 0

    @property
    def room(self) -> float | None:
        """Bytes that each of many devices may take: half of its own memory, or of its share of that of the machine."""
        if self.mesh is None:
            return None
        own = jax.local_devices()
        stats = own[0].memory_stats() or {}
        return float(stats.get("bytes_limit", memory() / len(own))) / 2

    @property
    def words(self) -> str:
        """How many of what kind."""
        if self.mesh is None:
            return ONE
        kind = self.mesh.devices.flat[0].device_kind
        processes = f" of {jax.process_count()} processes" if self.several else ""
        return f"{self.count} device{'s' if self.count > 1 else ''} ({kind}){processes}"

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


HERE = Devices()
"""The one device of a run that asks for none."""


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
    same_versions()
    return devices(count)


def _give_up(words: str) -> None:
    print(f"pdedsl: {words}", file=sys.stderr, flush=True)
    os._exit(2)


EXPLICIT = {"num_processes": "JAX_NUM_PROCESSES", "process_id": "JAX_PROCESS_ID"}
"""Where the environment says what JAX does not find by itself."""
HEARTBEAT = 120
"""Seconds after which JAX ends all processes where one is silent: in less, those who know of it must have saved what they have."""


def same_versions() -> None:
    """ValueError where processes differ in the version of JAX, which makes programs of their own."""
    own = [int("".join(c for c in part if c.isdigit()) or 0) for part in jax.__version__.split(".")[:3]]
    found = np.reshape(multihost_utils.process_allgather(np.asarray(own, np.int32)), (-1, len(own)))
    if (found != found[0]).any():
        told = ", ".join(f"process {k}: {'.'.join(map(str, row))}" for k, row in enumerate(found.tolist()))
        raise ValueError(f"the processes have different versions of JAX: {told}")


def is_lost(error: BaseException) -> bool:
    """Whether an error says that another process answered no more: JAX raises some of these as ValueError, too."""
    words = str(error).partition(":")[0]
    return isinstance(error, jax.errors.JaxRuntimeError) or words in GONE


GONE = ("UNKNOWN", "INTERNAL", "UNAVAILABLE", "ABORTED", "DEADLINE_EXCEEDED", "FAILED_PRECONDITION")
"""How such errors begin, as of gRPC."""


def joined() -> bool:
    """Whether this process belongs to others, for which it would wait before it ends."""
    return jax.distributed.is_initialized()


@contextmanager
def together(own: Devices) -> Iterator[None]:
    """What each process does before all go on: if one fails, none does. ValueError where another one failed."""
    try:
        yield
    except BaseException:
        own.agreed(0.0, True)
        raise
    if own.agreed(0.0)[1]:
        raise ValueError("another process of the run could not begin: it says why")
