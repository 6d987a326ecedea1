"""Many coordinates, the error against the exact solution: `python -m benchmarks.many [NAME ...]`.

Relative to the variation of each solution, which is small where there are many coordinates, on random points; with the estimate,
the space, and the seconds of the run.
"""

import sys
from dataclasses import dataclass

from benchmarks.lines import solved
from pdedsl.planning.spelling import made_of


@dataclass(frozen=True)
class Line:
    """A spec of `specs/many`, and what it is to reach."""

    name: str
    goal: float
    seconds: float = 60.0


LINES = (
    Line("products_10d", 1e-6),
    Line("pairs_10d", 1e-6),
    Line("heat_20d", 1e-8),
    Line("bump_50d", 1e-8),
    Line("chain_50d", 1e-6),
    Line("additive_100d", 1e-8),
    Line("radial_100d", 1e-3),
)


def main(names: list[str]) -> None:
    """Solve each and print a line."""
    print(f"{'spec':14s} {'error':>8s} {'estimate':>9s} {'goal':>7s} {'seconds':>8s}  space")
    for line, found, seconds in solved("many", LINES, names):
        error, estimate = max(found.errors.values()), max(e.relative for e in found.estimates)
        space = made_of(found.solved.plan, found.solved.space)
        print(f"{line.name:14s} {error:8.1e} {estimate:9.1e} {line.goal:7.0e} {seconds:8.1f}  {space}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
