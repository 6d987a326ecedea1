"""Every schedule and baseline on the five problems of the talk, for the same time each:
`python -m benchmarks.methods [--seconds 20] [--seeds 1]`.

One table: relative L2 errors on points never trained on, medians over seeds, networks and points being those of the
specs. `pdedsl compare SPEC` draws the same for one problem.
"""

import argparse
from pathlib import Path
from statistics import median

import pdedsl
from pdedsl.studies.compare import compare

SPECS = Path(__file__).parents[1] / "specs"
PROBLEMS = ("laplace_2d", "heat", "laplace_5d", "allen_cahn", "burgers")
METHODS = (
    "anagram",
    "anagram(cutoff = fixed(1e-6))",
    "anagram(cutoff = relative(1e-6, filter = soft))",
    "anagram(cutoff = decay(1e-1, 1e-7, 100))",
    "anagram(cutoff = multi(1e-15))",
    "anagram(cutoff = heldout)",
    "engd",
    "bfgs",
    "lbfgs",
    "adam",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--seeds", type=int, default=1)
    arguments = parser.parse_args()
    problems = {name: pdedsl.load(SPECS / f"{name}.pde") for name in PROBLEMS}
    print("| method | " + " | ".join(PROBLEMS) + " |")
    print("|---|" + "---|" * len(PROBLEMS))
    for method in METHODS:
        print(f"| `{method}` |", end="", flush=True)
        for problem in problems.values():
            (found,) = compare(problem, [method], arguments.seconds, arguments.seeds)
            print(f" {median(found.finals):.1e} |", end="", flush=True)
        print()


if __name__ == "__main__":
    main()
