"""The published experiments, as `specs/talk` states them, against the published figures:
`python -m benchmarks.published [SPEC ...] [--seeds 5] [--seconds 60]`.

Errors are root mean squares on points that were never trained on, as the papers give them (arXiv 2412.10782 for the
fixed cut-offs, 2510.15998 for `multi`); medians over seeds, the best and the worst beside them.
"""

import argparse
import math
from pathlib import Path
from statistics import median

import jax

import pdedsl
from pdedsl.numerics.truth import truths

TALK = Path(__file__).parents[1] / "specs" / "talk"
PUBLISHED = {"laplace_2d": 2.5e-9, "heat": 7e-7, "laplace_5d": 4e-5, "allen_cahn": 2.6e-3}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("specs", nargs="*", default=list(PUBLISHED), metavar="SPEC")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--method", help="another method than the spec's, such as 'anagram(cutoff = multi(1e-15))'")
    arguments = parser.parse_args()
    jax.config.update("jax_enable_x64", True)
    print("| problem | RMS | best | worst | published | steps | seconds |")
    print("|---|---|---|---|---|---|---|")
    for name in arguments.specs:
        problem = pdedsl.load(TALK / f"{name}.pde")
        (known,) = truths(problem)
        rms = known.norm / math.sqrt(len(known.values))
        choices = {"method": arguments.method} if arguments.method else {}
        runs = [
            pdedsl.solve(problem, seed=seed, time_limit=arguments.seconds, steps=5000, **choices)
            for seed in range(arguments.seeds)
        ]
        errors = [rms * run.errors_of_norm[known.field] for run in runs]
        print(
            f"| {name} | {median(errors):.1e} | {min(errors):.1e} | {max(errors):.1e} | {PUBLISHED[name]:.1e} "
            f"| {median(len(r.history) for r in runs):.0f} | {median(r.seconds for r in runs):.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
