"""This checkout against another one, in turn on the same machine: `python -m benchmarks.against DIR [--seeds 1]`.

`DIR` is a checkout with an environment of its own in `.venv`. For each spec with a goal: the time of `pdedsl check`, the
error that `pdedsl solve` reaches with the spec's own settings, its steps and the time of the whole command; that of the
other checkout first. Nothing else may run meanwhile.
"""

import argparse
import json
import os
import subprocess
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.goals import GOALS, SPECS


class Measured(NamedTuple):
    """One spec in one checkout: medians over seeds."""

    check: float
    error: float
    steps: float
    seconds: float


def timed(command: list[str], environment: dict[str, str]) -> float:
    begun = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: exit status {done.returncode}\n{done.stdout}{done.stderr}")
    return time.perf_counter() - begun


def measure(home: Path, name: str, seeds: int) -> Measured:
    program, spec = str(home / ".venv" / "bin" / "pdedsl"), str(home / "specs" / f"{name}.pde")
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "JAX_COMPILATION_CACHE_DIR": f"{folder}/none"}  # every run compiles
        checks = [timed([program, "check", spec], environment) for _ in range(3)]
        rows = []
        for seed in range(seeds):
            out = Path(folder) / f"run-{seed}"
            command = [program, "solve", spec, "--quiet", "--seed", str(seed), "--out", str(out)]
            seconds = timed(command, environment)
            run = json.loads((out / "run.json").read_text())
            rows.append((max(run["errors"].values()), run["steps"], seconds))
    return Measured(min(checks), *(median(column) for column in zip(*rows, strict=True)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("other", type=Path, metavar="DIR")
    parser.add_argument("specs", nargs="*", default=list(GOALS), metavar="SPEC")
    parser.add_argument("--seeds", type=int, default=1)
    arguments = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {arguments.seeds} seeds, before -> after\n")
    print("| problem | check, s | error | steps | whole command, s |")
    print("|---|---|---|---|---|")
    for name in arguments.specs:
        before, after = (measure(home, name, arguments.seeds) for home in (arguments.other, SPECS.parent))
        print(
            f"| {name} | {before.check:.2f} -> {after.check:.2f} | {before.error:.1e} -> {after.error:.1e} "
            f"| {before.steps:.0f} -> {after.steps:.0f} | {before.seconds:.1f} -> {after.seconds:.1f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
