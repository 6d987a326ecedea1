"""How many threads the linear algebra of a run takes: one where more only wait for each other.

Threads of BLAS spin while they wait. On small matrices they wait most of the time, and where other programs compute
they wait for those: a QR of 1500 x 436 then takes four times as long with two threads as with one.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import scipy.linalg
from threadpoolctl import ThreadpoolController

SMALL = 2_000_000
"""Entries of a matrix up to which one thread is as fast as several, on an idle machine too (`benchmarks.contention`)."""
GAIN = 0.85
"""The time with all threads over that with one from which they are worth it."""
SHAPE = (1000, 400)
"""The matrix by which that is measured, in some tens of milliseconds."""
FIRST = (200, 80)
"""One that is factored before: where threads wait for other programs, that of `SHAPE` takes seconds."""
STUCK = 20.0
"""The time for that with all threads over that with one from which they are known to wait."""
EVERY = 30.0
"""Seconds between two measurements."""


@dataclass
class Threads:
    """The threads of BLAS during a run."""

    entries: int
    """Of the matrix that each step factors."""
    count: int = 1
    changed: bool = False
    """Whether they were changed on the way: results then differ in rounding from run to run."""
    _limit: Callable[[int], None] = field(default=lambda count: None, repr=False)
    _looked: float = field(default=0.0, repr=False)

    def look(self) -> None:
        """Measure again, if it is time to and may make a difference."""
        now = time.perf_counter()
        if self.entries <= SMALL or cores() == 1 or (self._looked and now - self._looked < EVERY):
            return
        first, whole = (partial(_seconds, self._limit, shape) for shape in (FIRST, SHAPE))
        several = first(cores()) < STUCK * first(1) and whole(cores()) < GAIN * whole(1)
        count = cores() if several else 1
        self.changed |= bool(self._looked) and count != self.count
        self.count, self._looked = count, time.perf_counter()
        self._limit(self.count)


@contextmanager
def threads(entries: int) -> Iterator[Threads]:
    """Inside it, BLAS takes as many threads as are good for a matrix of so many entries."""
    controller = ThreadpoolController()
    with controller.limit(limits=1, user_api="blas"):
        libraries = controller.select(user_api="blas").lib_controllers

        def limit(count: int) -> None:
            for library in libraries:
                library.set_num_threads(count)

        found = Threads(entries, _limit=limit)
        found.look()
        yield found


def cores() -> int:
    """The cores that this process may use, which may be fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _seconds(limit: Callable[[int], None], shape: tuple[int, int], count: int) -> float:
    """How long a QR takes with so many threads: the middle one of three."""
    limit(count)
    matrix = np.random.default_rng(0).normal(size=shape)
    taken = []
    for _ in range(3):
        begun = time.perf_counter()
        scipy.linalg.qr(matrix, mode="r", check_finite=False)
        taken.append(time.perf_counter() - begun)
    return float(np.median(taken))
