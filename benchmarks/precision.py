"""What a matrix in single precision costs in accuracy, and gains in time, on the five problems of the talk:
`python -m benchmarks.precision [--seconds 30]`.

The network of each spec with its defaults, the same time for each: relative L2 error on points never trained on, and
milliseconds a step.
"""

import argparse

import pdedsl
from benchmarks.goals import SPECS

PROBLEMS = ("laplace_2d", "heat", "laplace_5d", "allen_cahn", "burgers")
PRECISIONS = ("double", "mixed", "single")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30)
    seconds = parser.parse_args().seconds
    print("| precision | " + " | ".join(PROBLEMS) + " |\n|---|" + "---|" * len(PROBLEMS))
    for precision in PRECISIONS:
        print(f"| `{precision}` |", end="", flush=True)
        for name in PROBLEMS:
            run = pdedsl.solve(
                pdedsl.load(SPECS / f"{name}.pde"), space="network", precision=precision, time_limit=seconds
            )
            last = run.history[-1]
            pace = 1e3 * (last.seconds - run.outcome.compile_seconds) / last.step
            print(f" {max(run.errors.values()):.1e}, {pace:.0f} ms |", end="", flush=True)
        print()


if __name__ == "__main__":
    main()
