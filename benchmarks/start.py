"""Where the time of a whole command goes: `python -m benchmarks.start [SPEC.pde ...] [--seconds 20]`.

Each command is a process of its own on one core, as from a shell; the bytecode of Python's modules is there, as after
the first command of a day. Of `solve` it prints when the numbers are on the terminal, with nothing compiled before
(cold) and once more (warm), and how much later pictures and report are written. Asked for is: `check` within half a
second over the import of SymPy, `plan` within 0.3 s after it, the numbers of linear smooth problems within 2 s, the
rest within 2 s more; `eval` of a member of a family within 0.2 s.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from benchmarks.goals import SPECS

TIMES = 3
"""How often what ends at once is timed: the middle one counts."""


def seconds(command: Sequence[str], folder: Path, said: str = "") -> tuple[float, float]:
    """When a command had printed some words at the start of a line, and when it ended."""
    prefix = str(folder / "bytecode")
    surroundings = {k: v for k, v in os.environ.items() if k not in ("PYTHONDONTWRITEBYTECODE", "XLA_FLAGS")}
    surroundings |= {"PDEDSL_CACHE": str(folder), "PYTHONPYCACHEPREFIX": prefix, "PYTHONUNBUFFERED": "1"}
    begun, seen = time.perf_counter(), float("nan")
    with subprocess.Popen(
        command, cwd=folder, env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if said and line.startswith(said):
                seen = time.perf_counter() - begun
    return seen, time.perf_counter() - begun


def asked(folder: Path, middle: Callable[[Sequence[str]], float]) -> tuple[float, float]:
    """How long it takes to ask a family for the value of a member at a point, and for a slope there."""
    spec, run = str(SPECS / "family" / "convection.pde"), str(folder / "family")
    seconds([sys.executable, "-m", "pdedsl.commands.cli", "solve", spec, "--out", run], folder)
    own = [sys.executable, "-m", "pdedsl.commands.quick", "eval", run, "--at", "x=0.5", "--param", "eps=0.3"]
    return middle(own), middle([*own, "--of", "dx(u)"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("specs", nargs="*", type=Path, default=sorted(SPECS.glob("*.pde")), metavar="SPEC.pde")
    parser.add_argument("--seconds", type=float, default=20.0, help="the time limit of each run")
    arguments = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    pdedsl = [sys.executable, "-m", "pdedsl.commands.cli"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)

        def middle(command: Sequence[str]) -> float:
            return median(seconds(command, folder)[1] for _ in range(TIMES))

        seconds([*pdedsl, "solve", str(arguments.specs[0].resolve()), "--time-limit", "1"], folder)  # writes bytecode
        sympy = middle([sys.executable, "-c", "import sympy"])
        print(f"import sympy: {sympy:.2f} s")
        plain, expression = asked(folder, middle)
        print(f"eval of a family: {plain:.2f} s; of an expression in it: {expression:.2f} s\n")
        print("| spec | check, over SymPy | plan, after check | numbers, cold | warm | then pictures and report |")
        print("|---|---|---|---|---|---|")
        columns: list[list[float]] = []
        for path in arguments.specs:
            spec = str(path.resolve())
            checked, planned = middle([*pdedsl, "check", spec]), middle([*pdedsl, "plan", spec])
            solve = [*pdedsl, "solve", spec, "--time-limit", str(arguments.seconds)]
            with tempfile.TemporaryDirectory(dir=folder) as fresh:
                (Path(fresh) / "bytecode").symlink_to(folder / "bytecode", target_is_directory=True)
                cold, warm = (seconds(solve, Path(fresh), "verdict") for _ in range(2))
            row = [checked - sympy, planned - checked, cold[0], warm[0], warm[1] - warm[0]]
            columns.append(row)
            print(f"| {path.stem} | {' | '.join(f'{value:.2f} s' for value in row)} |", flush=True)
        middles = (median(own) for own in zip(*columns, strict=True))
        print(f"| median | {' | '.join(f'{value:.2f} s' for value in middles)} |")


if __name__ == "__main__":
    main()
