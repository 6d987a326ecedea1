"""How often a run reaches what it should: `python -m benchmarks.robustness [SPEC ...] [--seeds 20] [--defaults]`.

Each problem of the talk is solved with many seeds, in the time of its goal; with `--defaults`, every spec is solved for
60 seconds with no `solve` block at all. Runs go side by side, each in a process on a core of its own, so a run has one
core where a user's has them all. Errors are relative L2 on points never trained on.
"""

import argparse
import multiprocessing
import os
from collections.abc import Iterable
from dataclasses import replace
from statistics import median
from typing import NamedTuple

import pdedsl
from benchmarks.goals import SPECS, TALK
from benchmarks.talk import AROUND

TIGHT, LOOSE = 1e-7, 1e-5


class Run(NamedTuple):
    """A run to be made."""

    spec: str
    seed: int
    seconds: float
    bare: bool = False
    """Whether the spec's own `solve` block is left out."""


class Ended(NamedTuple):
    """What came of a run: its largest relative L2 error, the smallest on the way, why it ended; of each field, what it says
    itself and what is true."""

    run: Run
    error: float
    smallest: float
    status: str
    estimates: dict[str, float]
    errors: dict[str, float]


def outcome(run: Run) -> Ended:
    problem = pdedsl.load(SPECS / f"{run.spec}.pde")
    if run.bare:
        problem = replace(problem, choices=())
    solved = pdedsl.solve(problem, seed=run.seed, time_limit=run.seconds)
    smallest = min(max(r.errors.values()) for r in solved.history if r.errors)
    guessed = {e.field: e.relative for e in solved.estimates}
    return Ended(run, max(solved.errors.values()), smallest, solved.status, guessed, solved.errors)


def side_by_side(runs: list[Run]) -> Iterable[Ended]:
    """The outcomes in the order of the runs."""
    context = multiprocessing.get_context("spawn")
    cores = context.Queue()
    for core in sorted(os.sched_getaffinity(0)):
        cores.put(core)
    with context.Pool(len(os.sched_getaffinity(0)), _take_a_core, (cores,)) as pool:
        yield from pool.imap(outcome, runs)


def _take_a_core(cores: multiprocessing.Queue) -> None:
    os.sched_setaffinity(0, {cores.get()})


def seeds(names: list[str], count: int) -> None:
    runs = [Run(name, seed, TALK[name].seconds - AROUND) for name in names for seed in range(count)]
    found: dict[str, list[float]] = {name: [] for name in names}
    print("| problem | goal | reached | median | worst | all, the best first |")
    print("|---|---|---|---|---|---|")
    for run, error, *_ in side_by_side(runs):
        errors, goal = found[run.spec], TALK[run.spec].error
        errors.append(error)
        if len(errors) == count:
            each = " ".join(f"{e:.0e}" for e in sorted(errors))
            reached = sum(e <= goal for e in errors)
            print(
                f"| {run.spec} | {goal:.0e} | {reached} of {count} | {median(errors):.1e} | {max(errors):.1e} | {each} |",
                flush=True,
            )


def defaults(names: list[str], seconds: float) -> None:
    finals, ratios = [], []
    print("| spec | error | smallest on the way | estimate | error / estimate | ended by |")
    print("|---|---|---|---|---|---|")
    for run, error, smallest, status, guessed, errors in side_by_side([Run(n, 0, seconds, bare=True) for n in names]):
        finals.append(error)
        own = [errors[field] / guessed[field] for field in errors]
        ratios += own
        each = ", ".join(f"{ratio:.2g}" for ratio in own)
        worst = max(errors, key=errors.__getitem__)
        print(
            f"| {run.spec} | {error:.1e} | {smallest:.1e} | {guessed[worst]:.1e} | {each} | {status} |",
            flush=True,
        )
    print(f"\n{len(finals)} specs: ", end="")
    print(", ".join(f"{sum(e <= bound for e in finals)} within {bound:.0e}" for bound in (LOOSE, TIGHT)))
    print(f"error / estimate: median {median(ratios):.2g}, between {min(ratios):.2g} and {max(ratios):.2g}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("specs", nargs="*", metavar="SPEC")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--defaults", action="store_true", help="every spec with no solve block")
    parser.add_argument("--seconds", type=float, default=60, help="of each run with --defaults")
    arguments = parser.parse_args()
    if arguments.defaults:
        defaults(arguments.specs or sorted(path.stem for path in SPECS.glob("*.pde")), arguments.seconds)
    else:
        seeds(arguments.specs or list(TALK), arguments.seeds)


if __name__ == "__main__":
    main()
