"""A folder of specs with known solutions, by family: `python -m benchmarks.suite FOLDER [--seconds 20] [--keep FILE]`.

Each is solved by a whole command on one core, start, estimates, report and pictures included. Printed are medians of the
worst field's error, relative to its variation, by family (the first word of a file's name), the worst ten, how many come
below 1e-6, and how the printed estimates compare with the errors. What `--keep` names is read again: those that are in it are not
solved once more. With `--workers 2`, or `--scheduler ADDRESS`, several are solved at a time: times then say less.
"""

import argparse
import importlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import median

from pdedsl.studies.spread import spread


@dataclass(frozen=True)
class Row:
    """What came of a spec."""

    name: str
    error: float
    """The worst field's, relative to its variation; infinite where nothing was written."""
    estimate: float
    verdict: str
    space: str
    seconds: float
    """Of the whole command."""

    @property
    def family(self) -> str:
        return self.name.partition("_")[0]


def measure(path: Path, seconds: float) -> Row:
    """Solve one spec by a command of its own, on one core."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        command = [sys.executable, "-m", "pdedsl.commands.cli", "solve", str(path), "-q", "--out", str(out)]
        begun = time.perf_counter()
        subprocess.run(
            [*command, "--time-limit", str(seconds)], capture_output=True, check=False, preexec_fn=_alone
        )  # whatever its exit status: the verdict is in the folder
        taken = time.perf_counter() - begun
        if not (out / "run.json").exists():
            return Row(path.stem, float("inf"), float("nan"), "none", "none", taken)
        run = json.loads((out / "run.json").read_text())
    errors, estimates = run.get("errors", {}), run.get("estimates", {})
    worst = max(errors, key=lambda name: errors[name], default=None)
    if worst is None:
        return Row(path.stem, float("inf"), float("nan"), run.get("verdict", "none"), run.get("space", "none"), taken)
    return Row(path.stem, errors[worst], estimates[worst]["relative"], run["verdict"], run["space"], taken)


def _alone() -> None:
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[os.getpid() % len(cores)]})


def table(rows: list[Row]) -> str:
    """The rows by family, and what is asked of all of them."""
    families = defaultdict(list)
    for row in rows:
        families[row.family].append(row)
    lines = ["| family | problems | median error | worst | median time |", "|---|---|---|---|---|"]
    for family, own in sorted(families.items()):
        errors = [row.error for row in own]
        times = median(row.seconds for row in own)
        lines.append(f"| {family} | {len(own)} | {median(errors):.1e} | {max(errors):.1e} | {times:.1f} s |")
    small = sum(row.error < 1e-6 for row in rows)
    known = [row.estimate / row.error for row in rows if 1e-12 < row.error < float("inf")]
    near = sum(1 / 3 <= ratio <= 3 for ratio in known)
    lines += ["", f"below 1e-6: {small} of {len(rows)}; below 1e-9: {sum(r.error < 1e-9 for r in rows)}"]
    lines += [f"estimates within a factor of 3, where the error is above 1e-12: {near} of {len(known)}"]
    wrong = [row.name for row in rows if row.verdict == "solved" and row.error > 1e-3]
    lines += [f"`solved` with an error above 1e-3: {', '.join(wrong) or 'none'}", "", "the worst:"]
    for row in sorted(rows, key=lambda r: -r.error)[:10]:
        lines.append(f"  {row.name}: {row.error:.1e} ({row.verdict}, estimate {row.estimate:.0e}, {row.space})")
    return "\n".join(lines)


def main() -> None:
    """Solve all, and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--keep", type=Path, metavar="FILE", help="write each row here as JSON, as it comes")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--scheduler", metavar="ADDRESS", help="of dask.distributed")
    arguments = parser.parse_args()
    keep: Path | None = arguments.keep
    found = [Row(**row) for row in json.loads(keep.read_text())] if keep is not None and keep.exists() else []
    paths = [path for path in sorted(arguments.folder.glob("*.pde")) if path.stem not in {row.name for row in found}]
    jobs = [partial(measure, path, arguments.seconds) for path in paths]
    for _, row in spread(jobs, arguments.workers, arguments.scheduler):
        found.append(row)
        print(f"{row.name:45s} {row.error:.1e} {row.seconds:5.1f} s  {row.space}", flush=True)
        if keep is not None:
            keep.write_text(json.dumps([asdict(row) for row in found], indent=1))
    print(f"\n{table(found)}")


if __name__ == "__main__":
    importlib.import_module("benchmarks.suite").main()  # by the name under which other processes find its functions
