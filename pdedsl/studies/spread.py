"""From runs that do not wait for each other to their folders, many at a time: in processes of this machine or of a cluster.

The engine is joblib's: its own processes, or those of a scheduler of dask.distributed. Each run is in a folder of its own, so that
what was killed goes on, and compiled programs are shared by the cache.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import joblib

try:
    from dask.distributed import Client
except ImportError:  # an extra: few have a scheduler
    Client = None

from pdedsl.runs.run import resume, start_again
from pdedsl.studies.sweep import Sweep
from pdedsl.vocabulary.diagnostics import SpecError


@dataclass(frozen=True)
class Job:
    """A run of the problem of another one, in a folder of its own: begun, or gone on with."""

    first: Path
    """The folder of the other one."""
    own: Path
    seed: int
    values: Mapping[str, float] | None = field(default=None, hash=False)
    """Of parameters, where they are others."""
    brief: bool = False
    limits: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __call__(self) -> str:
        """Run; how it ended, in a word or two. What is wrong is met again, and told, by whoever opens its folder."""
        try:
            if (self.own / "spec.pde").exists():
                return resume(self.own, brief=self.brief, **self.limits).status
            return start_again(
                self.first, self.seed, self.values, folder=self.own, brief=self.brief, **self.limits
            ).status
        except KeyboardInterrupt:
            return "interrupted"
        except (ValueError, OSError, MemoryError, SpecError) as error:
            return f"failed: {error}"


def others(plan: Sweep, folder: Path, drawn: bool, limits: Mapping[str, Any]) -> list[Job]:
    """All runs of a sweep but the first, each by itself: one seed of each where nothing is `drawn`."""
    first, *rest = plan.members
    return [
        Job(folder / first.name, folder / own.name, own.seed, dict(own.values), True, limits)
        for own in rest
        if drawn or own.seed == 0
    ]


T = TypeVar("T")


def spread(
    jobs: Sequence[Callable[[], T]],
    workers: int,
    scheduler: str | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> Iterator[tuple[int, T]]:
    """What jobs give, with the place of each, so many at a time, in the order in which they end; no new ones begin once `stopping`
    says so. Jobs and what they give are pickled.

    `scheduler` is the address of one of dask.distributed, whose workers see the same disk. ValueError where it is not there.
    """
    with ExitStack() as stack:
        if scheduler is not None:
            stack.enter_context(_client(scheduler))
            stack.enter_context(joblib.parallel_config("dask"))
        engine = joblib.Parallel(n_jobs=workers, return_as="generator_unordered", pre_dispatch="n_jobs")
        found: Any = engine(joblib.delayed(_done)(place, job) for place, job in enumerate(jobs) if not stopping())
        yield from found


def _done(place: int, job: Callable[[], T]) -> tuple[int, T]:
    return place, job()


WAIT = 20
"""Seconds in which a scheduler must answer."""


def _client(address: str) -> Any:
    if Client is None:
        raise ValueError('a scheduler needs dask.distributed: pip install "pdedsl[cluster]"')
    try:
        return Client(address, timeout=WAIT)
    except (OSError, ValueError) as error:
        raise ValueError(f"no scheduler answers at {address}: {error}") from None
