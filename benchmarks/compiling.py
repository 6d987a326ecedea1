"""Print how long programs compile and steps take, with and without what `pdedsl.numerics.programs` asks of XLA:
`python -m benchmarks.compiling [SPEC.pde ...] [--steps 40]`.

Trains networks, by default on the talk's five problems and on one of fourth order; nothing compiled before is used. Beside it
stands what a run foresees, which begins no network that it could not compile in time.
"""

import argparse
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import jax

import pdedsl
from benchmarks.goals import SPECS
from pdedsl.numerics import programs
from pdedsl.planning.defaults import planned
from pdedsl.stages.solve import build, compiling

NAMES = ("heat", "laplace_2d", "laplace_5d", "burgers", "allen_cahn", "biharmonic")


def seconds(path: Path, steps: int, options: Mapping[str, Any]) -> tuple[float, float]:
    """Of compilation, and of a step, with some options."""
    usual, programs.QUICK = programs.QUICK, options
    try:
        outcome = pdedsl.solve(pdedsl.load(path), space="network", steps=steps).outcome
    finally:
        programs.QUICK = usual
        jax.clear_caches()
    times = [record.seconds for record in outcome.history]
    return outcome.compile_seconds, median(b - a for a, b in pairwise(times))


def foreseen(path: Path) -> float:
    """The seconds of compilation that a run expects before it begins a network."""
    problem = pdedsl.load(path)
    lowered = build(problem, replace(planned(problem), space="network"))
    with jax.enable_x64(True):
        return compiling(lowered)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("specs", nargs="*", type=Path, default=[SPECS / f"{n}.pde" for n in NAMES], metavar="SPEC.pde")
    parser.add_argument("--steps", type=int, default=40)
    given = parser.parse_args()
    jax.config.update("jax_enable_compilation_cache", False)
    pdedsl.solve(pdedsl.load(given.specs[0]), space="network", steps=1)  # what is made once in a process
    jax.clear_caches()
    print("| spec | compilation | foreseen | with all passes | a step | with all passes |\n|---|---|---|---|---|---|")
    for path in given.specs:
        quick, thorough = (seconds(path, given.steps, own) for own in (programs.QUICK, {}))
        times = (quick[0], foreseen(path), thorough[0])
        cells = (*(f"{own:.1f} s" for own in times), *(f"{own[1] * 1e3:.0f} ms" for own in (quick, thorough)))
        print(f"| {path.stem} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
