"""Print how long the same training takes while other programs compute: on an idle machine, and with cores busy.

    python -m benchmarks.contention [--steps 30]

Also how long QRs take with one thread and with all, on the machine as it is, and one of the size of heat's beside others.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import scipy.linalg
from threadpoolctl import threadpool_limits

import pdedsl
from pdedsl.planning.plan import Clock

SPECS = Path(__file__).parents[1] / "specs"


@contextmanager
def others(count: int) -> Iterator[None]:
    """So many programs that never rest."""
    running = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for one in running:
            one.kill()


def training(steps: int) -> float:
    """Seconds that the steps of heat take, without all that is compiled."""
    problem = pdedsl.load(SPECS / "heat.pde")
    run = pdedsl.solve(problem, steps=steps, time_limit=600, tolerance=0.0, clock=Clock(training_alone=True))
    return run.history[-1].seconds


SHAPES = ((600, 250), (1500, 436), (2500, 901), (4000, 1500))
"""Matrices from that of a small problem to one that several threads are good for."""


def factorisation(threads: int, shape: tuple[int, int] = SHAPES[1]) -> float:
    """Milliseconds of a QR."""
    matrix = np.random.default_rng(0).normal(size=shape)
    with threadpool_limits(threads, user_api="blas"):
        taken = []
        for _ in range(7):
            begun = time.perf_counter()
            scipy.linalg.qr(matrix, mode="r")
            taken.append(time.perf_counter() - begun)
    return 1e3 * float(np.median(taken))


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser()
    options.add_argument("--steps", type=int, default=30)
    steps = options.parse_args().steps
    cores = os.cpu_count() or 1
    print(f"| QR of | 1 thread, ms | {cores}, ms |\n|---|---|---|")
    for shape in SHAPES:
        row = (factorisation(1, shape), factorisation(cores, shape))
        print(f"| {shape[0]} x {shape[1]} | {row[0]:.1f} | {row[1]:.1f} |", flush=True)
    training(3)  # compiles
    print(
        f"\n| busy cores of {cores} | {steps} steps of heat, s | relative | QR with 1 thread, ms | with {cores}, ms |"
    )
    print("|---|---|---|---|---|")
    idle = 0.0
    for count in range(cores + 1):
        with others(count):
            seconds = float(np.median([training(steps) for _ in range(3)]))
            idle = idle or seconds
            row = (factorisation(1), factorisation(cores))
        print(f"| {count} | {seconds:.2f} | {seconds / idle:.2f} | {row[0]:.0f} | {row[1]:.0f} |", flush=True)


if __name__ == "__main__":
    main()
