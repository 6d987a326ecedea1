"""Problems with layers, corners, jumps, point sources and long times: `python -m benchmarks.hard [NAME ...] [--seconds 60]`.

Each is a whole command with nothing compiled before. Errors are relative to the variation, against exact solutions at points
that the run never saw.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.goals import SPECS


class Line(NamedTuple):
    """A spec and what its error is to be."""

    spec: str
    goal: float
    seconds: float = 60.0
    known: tuple[str, float] | None = None
    """A report and its value, where no more is known of the solution."""

    def error(self, run: Mapping[str, Any]) -> float:
        """The largest error of a run, by what `run.json` holds."""
        if self.known is None:
            return max(run["errors"].values())
        report, value = self.known
        return abs(run["reports"][report]["values"][0] / value - 1)


LINES = (
    Line("burgers", 5e-9, 120),
    Line("allen_cahn", 5e-8, 120),
    Line("korteweg_de_vries", 1e-7),
    Line("sine_gordon", 1e-8),
    Line("schroedinger", 1e-8),
    Line("poisson_l", 1e-10),
    Line("hard/kuramoto_sivashinsky", 1e-6),
    Line("hard/gray_scott", 1e-5),
    Line("hard/l_shape", 1e-8, known=("held", 0.214075802681)),
    Line("hard/motz", 1e-8, known=("near", 129.682635547999)),
    Line("hard/sector", 1e-8, known=("middle", 0.09138037817365)),
    Line("hard/l_elastic", 1e-8),
    Line("hard/plate_hole", 1e-10),
    Line("hard/cavity", 1e-5, 120, known=("down", -0.2538030)),
    Line("hard/driven_mode", 1e-9),
    Line("hard/wave_ten_lengths", 1e-8),
    Line("hard/layer", 1e-10),
    Line("hard/crossing_layers", 1e-6),
    Line("hard/two_materials", 1e-9),
    Line("hard/beam_load", 1e-10),
    Line("hard/disk_source", 1e-10),
    Line("hard/stefan", 1e-10),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="specs, by default all")
    parser.add_argument("--seconds", type=float, default=None, help="a time limit for all")
    arguments = parser.parse_args()
    print("| spec | error | goal | estimate | verdict | whole command |\n|---|---|---|---|---|---|")
    for line in LINES:
        if arguments.names and Path(line.spec).name not in arguments.names:
            continue
        with tempfile.TemporaryDirectory() as name:
            limit = arguments.seconds or line.seconds
            command = [sys.executable, "-m", "pdedsl.commands.cli", "solve", str(SPECS / f"{line.spec}.pde")]
            begun = time.perf_counter()
            subprocess.run(
                [*command, "--time-limit", str(limit), "--out", f"{name}/run", "--quiet"],
                stdout=subprocess.DEVNULL,
                check=False,
            )
            whole = time.perf_counter() - begun
            run = json.loads(Path(name, "run", "run.json").read_text())
        estimate = max(e["relative"] for e in run["estimates"].values())
        error = line.error(run)
        met = "" if error <= line.goal else ", missed"
        print(
            f"| {line.spec} | {error:.1e} | {line.goal:.0e}{met} | {estimate:.1e} | {run['verdict']} | {whole:.1f} s |",
            flush=True,
        )


if __name__ == "__main__":
    main()
