"""Twenty values one after another against one from nothing, as commands: `python -m benchmarks.sweeps`.

The time of a sweep over that of one `pdedsl solve`, each the shortest of three.
"""

import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

from benchmarks.goals import SPECS


@dataclass(frozen=True)
class Line:
    """A spec of `specs/branch` and the values of a parameter."""

    name: str
    values: str


LINES = (Line("bratu", "lam=0.1..3.4:20"), Line("sheet", "k=0.1..10:20 log"))
GOAL = 3.0
"""Cold runs that may take as long."""


def seconds(*words: str) -> float:
    """The shortest of three."""
    found = []
    for _ in range(3):
        with tempfile.TemporaryDirectory() as folder:
            begun = time.perf_counter()
            subprocess.run(["pdedsl", *words, "--out", f"{folder}/run", "--quiet"], check=True)
            found.append(time.perf_counter() - begun)
    return min(found)


def main() -> None:
    """Time each and print a line."""
    print(f"{'spec':10s} {'values':18s} {'one s':>7s} {'twenty s':>9s} {'ratio':>6s} {'goal':>5s}")
    for line in LINES:
        spec = str(SPECS / "branch" / f"{line.name}.pde")
        one, twenty = seconds("solve", spec), seconds("sweep", spec, line.values)
        print(f"{line.name:10s} {line.values:18s} {one:7.1f} {twenty:9.1f} {twenty / one:6.1f} {GOAL:5.1f}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
