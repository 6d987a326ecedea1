"""When which space wins: `python -m benchmarks.spaces [--seconds 10] [--out docs/spaces]`, the pictures of docs/spaces.md.

Three problems with known solutions, a smooth one, one that is singular at a corner and one in ten coordinates, each in
several spaces, for the same time: the error against the number of coefficients, and where each ends.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import jax
from matplotlib.figure import Figure

import pdedsl
from benchmarks.goals import SPECS
from pdedsl.pictures.panels import INK
from pdedsl.pictures.plot import as_png
from pdedsl.studies.compare import Race, compare

PROBLEMS = {
    "smooth": ("helmholtz", ("polynomials(40)", "features(600)", "network")),
    "corner": ("poisson_l", ("polynomials(40)", "polynomials(24) + corners", "features(600)", "network")),
    "many": ("poisson_10d", ("polynomials(16, terms = composite)", "polynomials(4)", "features(1500)", "network")),
}


def drawn(title: str, races: Sequence[Race]) -> Figure:
    """The error of each space against its coefficients, along its degrees; of a network where it ends."""
    picture = Figure(figsize=(7, 4.6), layout="constrained")
    axes = picture.subplots()
    for colour, mark, race in zip(INK, "os^D", races, strict=False):
        (run,) = race.runs
        records = [r for r in run.history if r.errors][-1 if run.has_network else 0 :]
        axes.loglog(
            [race.columns(r) for r in records],
            [race.error(r) for r in records],
            f"{mark}-",
            color=colour,
            label=race.method,
        )
    axes.set(xlabel="coefficients", ylabel="error over variation", title=title)
    axes.grid(alpha=0.25)
    axes.legend(frameon=False)
    return picture


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--out", type=Path, default=Path("docs/spaces"))
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    print("| problem | space | coefficients | error | seconds |\n|---|---|---|---|---|")
    for name, (spec, spaces) in PROBLEMS.items():
        problem = pdedsl.load(SPECS / f"{spec}.pde")
        races = compare(problem, (), arguments.seconds, 1, spaces=spaces)
        for race in races:
            last = race.runs[0].history[-1]
            print(
                f"| {problem.title} | `{race.method}` | {race.columns(last):.0f} | {race.error(last):.1e} | {last.seconds:.1f} |"
            )
        (arguments.out / f"{name}.png").write_bytes(as_png(drawn(problem.title, races)))
        jax.clear_caches()


if __name__ == "__main__":
    main()
