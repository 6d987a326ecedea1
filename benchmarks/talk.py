"""The five problems of the talk, as a user runs them: `python -m benchmarks.talk [SPEC ...] [--seeds 3] [--long]
[--network] [--keep DIR] [--workers 2]`.

Each row is the median over seeds of the whole command `pdedsl solve SPEC`, from the shell's prompt to the next one, and
of the relative L2 error that it reports on points the training never saw. Compile time is what JAX took before the
first iteration. Timings mean something only on an idle machine, and of one run at a time. What was kept is not run again.
"""

import argparse
import importlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.goals import SPECS, TALK, Goal
from pdedsl.runs.files import write
from pdedsl.studies.spread import spread

AROUND = 8
"""Seconds of the whole command that are not solving: start, checks, pictures."""
LEAST = 10
"""Seconds that any solve may take."""


Measured = tuple[float, float, float, int]
"""Error, seconds of the whole command, seconds of compiling, steps."""


def measure(name: str, seed: int, keep: Path | None = None, *options: str) -> Measured:
    """Solve a spec by the command; `keep` is where the run folder stays, and what was measured, which is not done again.

    Raises RuntimeError where the command fails, FileExistsError where something else is kept there.
    """
    with tempfile.TemporaryDirectory(dir=keep, prefix=".") as folder:
        if keep is None:
            return _measured(name, seed, Path(folder) / "run", options)
        run, note = keep / f"{name}-{seed}", keep / f"{name}-{seed}.json"
        if note.exists() and (known := json.loads(note.read_text()))["options"] == list(options):
            return tuple(known["measured"])
        if note.exists() or run.exists():
            raise FileExistsError(
                f"{run} is another run, or one with other options: choose another folder to keep them in"
            )
        found = _measured(name, seed, Path(folder) / "run", options)
        (Path(folder) / "run").rename(run)  # one that was killed leaves nothing that counts
        write(note, json.dumps({"options": options, "measured": found}).encode())
        return found


def _measured(name: str, seed: int, out: Path, options: Sequence[str]) -> Measured:
    """The command in a process of its own, with nothing compiled before."""
    command = [sys.executable, "-m", "pdedsl.commands.cli", "solve", str(SPECS / f"{name}.pde")]
    begun = time.perf_counter()
    done = subprocess.run(
        [*command, "--seed", str(seed), "--out", str(out), *options],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "JAX_COMPILATION_CACHE_DIR": str(out.parent / "none")},
    )
    seconds = time.perf_counter() - begun
    if done.returncode:
        raise RuntimeError(f"{name}, seed {seed}: exit status {done.returncode}\n{done.stdout}{done.stderr}")
    run = json.loads((out / "run.json").read_text())
    return max(run["errors"].values()), seconds, run["compile_seconds"], run["steps"]


def table(words: str | None, goals: Mapping[str, Goal]) -> None:
    """Measure what the command line names, everything by default, and print the rows as they come."""
    parser = argparse.ArgumentParser(description=words, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("specs", nargs="*", default=list(goals), metavar="SPEC")
    parser.add_argument("--seeds", type=int, default=3)
    if any(goal.long for goal in goals.values()):
        parser.add_argument("--long", action="store_true", help="give each run the time of the long goals")
    parser.add_argument("--network", action="store_true", help="train a network on each, as the talk does")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the run folders here, and go on where it ended")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--scheduler", metavar="ADDRESS", help="of dask.distributed")
    arguments = parser.parse_args()
    print(
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {arguments.seeds} seeds, medians (worst error last)\n"
    )
    print("| problem | error | goal | whole command | without compiling | goal | steps | worst error |")
    print("|---|---|---|---|---|---|---|---|")
    if arguments.keep is not None:
        arguments.keep.mkdir(parents=True, exist_ok=True)
    own, jobs = [], []
    for name in arguments.specs:
        goal, options = goals[name], ()
        if goal.long and arguments.long:
            goal, options = goal.long, ("--steps", "5000")
        options = ("--time-limit", str(max(goal.seconds - AROUND, LEAST)), *options)
        if arguments.network:
            chosen = {"space": "network", **goals[name].network}
            options = (*options, *(word for key, value in chosen.items() for word in ("--set", f"{key}={value}")))
        own += [(name, goal)] * arguments.seeds
        jobs += [partial(measure, name, seed, arguments.keep, *options) for seed in range(arguments.seeds)]
    rows: dict[str, list[Measured]] = {}
    for place, found in spread(jobs, arguments.workers, arguments.scheduler):
        name, goal = own[place]
        rows.setdefault(name, []).append(found)
        if len(rows[name]) == arguments.seeds:
            print(line(name, goal, rows[name]), flush=True)


def line(name: str, goal: Goal, rows: Sequence[Measured]) -> str:
    """A row of the table, from all seeds."""
    error, seconds, compiling, steps = (median(column) for column in zip(*rows, strict=True))
    marks = ["" if error <= goal.error else " missed", "" if seconds <= goal.seconds else " missed"]
    return (
        f"| {name} | {error:.1e}{marks[0]} | {goal.error:.0e} | {seconds:.1f} s{marks[1]} "
        f"| {seconds - compiling:.1f} s | {goal.seconds:.0f} s | {steps:.0f} | {max(r[0] for r in rows):.1e} |"
    )


if __name__ == "__main__":
    importlib.import_module("benchmarks.talk").table(__doc__, TALK)  # by the name under which others find its functions
