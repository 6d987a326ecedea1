"""Print how long programs compile and steps take, with and without what `pdedsl.numerics.programs` asks of XLA:
`python -m benchmarks.compiling [SPEC.pde ...] [--steps 40]`.

Trains networks, by default on the talk's five problems and on one of fourth order; nothing compiled before is used. Beside it
stands what a run foresees, which begins no network that it could not compile in time.
"""

import argparse
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from statistics import median

import jax

import pdedsl
from benchmarks.goals import SPECS
from pdedsl.numerics import programs
from pdedsl.planning.defaults import planned
from pdedsl.stages.solve import build, compiling

NAMES = ("heat", "laplace_2d", "laplace_5d", "burgers", "allen_cahn", "biharmonic")


def measured(path: Path, steps: int, quick: bool) -> tuple[float, float, float]:
    """Seconds of compilation, as foreseen and as they were, and of a step, in a process that has compiled nothing."""
    jax.config.update("jax_enable_compilation_cache", False)
    programs.QUICK = programs.QUICK if quick else {}
    problem = pdedsl.load(path)
    with jax.enable_x64(True):
        foreseen = compiling(build(problem, replace(planned(problem), space="network")))
    outcome = pdedsl.solve(problem, space="network", steps=steps).outcome
    times = [record.seconds for record in outcome.history]
    return foreseen, outcome.compile_seconds, median(b - a for a, b in pairwise(times))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("specs", nargs="*", type=Path, default=[SPECS / f"{n}.pde" for n in NAMES], metavar="SPEC.pde")
    parser.add_argument("--steps", type=int, default=40)
    given = parser.parse_args()
    print("| spec | compilation | foreseen | with all passes | a step | with all passes |\n|---|---|---|---|---|---|")
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as processes:
        for path in given.specs:
            quick, thorough = (
                processes.submit(measured, path.resolve(), given.steps, own).result() for own in (True, False)
            )
            times = (quick[1], quick[0], thorough[1])
            cells = (*(f"{own:.1f} s" for own in times), *(f"{own[2] * 1e3:.0f} ms" for own in (quick, thorough)))
            print(f"| {path.stem} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
