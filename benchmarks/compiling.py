"""Print how long programs compile and steps take, with and without what `pdedsl.numerics.programs` asks of XLA:
`python -m benchmarks.compiling [SPEC.pde ...] [--steps 40]`.

Trains networks, by default on the talk's five problems and on one of fourth order; nothing compiled before is used.
"""

import argparse
from itertools import pairwise
from pathlib import Path
from statistics import median

import jax

import pdedsl
from benchmarks.goals import SPECS
from pdedsl.numerics import programs

NAMES = ("heat", "laplace_2d", "laplace_5d", "burgers", "allen_cahn", "biharmonic")


def seconds(path: Path, steps: int, quick: bool) -> tuple[float, float]:
    """Of compilation, and of a step."""
    known = programs.QUICK
    try:
        programs.QUICK = known if quick else {}
        programs._known.cache_clear()
        outcome = pdedsl.solve(pdedsl.load(path), space="network", steps=steps).outcome
    finally:
        programs.QUICK = known
        programs._known.cache_clear()
        jax.clear_caches()
    times = [record.seconds for record in outcome.history]
    return outcome.compile_seconds, median(b - a for a, b in pairwise(times))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("specs", nargs="*", type=Path, default=[SPECS / f"{n}.pde" for n in NAMES], metavar="SPEC.pde")
    parser.add_argument("--steps", type=int, default=40)
    given = parser.parse_args()
    jax.config.update("jax_enable_compilation_cache", False)
    print("| spec | compilation | with all passes | a step | with all passes |\n|---|---|---|---|---|")
    for path in given.specs:
        quick, thorough = (seconds(path, given.steps, own) for own in (True, False))
        cells = (f"{quick[0]:.1f} s", f"{thorough[0]:.1f} s", f"{quick[1] * 1e3:.0f} ms", f"{thorough[1] * 1e3:.0f} ms")
        print(f"| {path.stem} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
