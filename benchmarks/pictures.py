"""Make the small pictures of README from kept runs: `python -m benchmarks.pictures DIR`."""

import sys
from pathlib import Path

import pdedsl
from benchmarks.goals import SPECS

if __name__ == "__main__":
    for run in sorted(Path(sys.argv[1]).glob("*-0")):
        name = run.name.removesuffix("-0")
        pdedsl.open(run).portrait().savefig(SPECS / "pictures" / f"{name}_small.png", dpi=80)
        print(name)
