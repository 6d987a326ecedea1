"""Print how the error bars of reports compare with their errors: `python -m benchmarks.bars [SPEC.pde ...] [--seconds 15]`.

Solves every spec that states its exact solution, by default the gallery, and asks for values at points, integrals, means,
extremes, fluxes and slopes. Asked for is: of those whose error is above 1e-12 of the field, nine tenths have a bar within
a factor of 3 of it.
"""

import argparse
from pathlib import Path

import jax
import numpy as np
import sympy as sp

import pdedsl
from benchmarks.goals import SPECS
from pdedsl.geometry.points import inside, random
from pdedsl.numerics.lower import lower_expressions
from pdedsl.numerics.quantities import values_of
from pdedsl.stages.words import read_expression

SPOTS = 3
"""Points at which each field is asked for."""


def ratios(path: Path, seconds: float) -> list[tuple[str, float, float]]:
    """For each quantity what was asked, its error and its bar; nothing where no exact solution is stated."""
    try:
        problem = pdedsl.load(path)
    except pdedsl.SpecError:
        return []
    if len(problem.exact) < len(problem.fields):
        return []
    solution = pdedsl.solve(problem, time_limit=seconds)
    exact = dict(problem.exact)
    known = lower_expressions([exact[f.name] for f in problem.fields], problem.domain)
    points = inside(problem.domain, sp.true, SPOTS, random(np.random.default_rng(1)))
    found = []
    with jax.enable_x64(True):
        for field in problem.fields:
            letter = problem.space[0].name if problem.space else field.arguments[0].name
            size = float(
                np.std(
                    np.asarray(
                        jax.vmap(lambda x: known({}, x))(
                            inside(problem.domain, sp.true, 500, random(np.random.default_rng(2)))
                        )
                    )
                )
            )
            asked = [field.name, f"d({field.name}, {letter})", f"maximum({field.name})"]
            if problem.space and len(problem.space) <= 3:
                asked += [f"integral({field.name})", f"mean({field.name}^2)", f"integral({field.name}, on = all)"]
            for expression in asked:
                try:
                    own, value = read_expression(problem, expression)
                except pdedsl.SpecError:
                    continue
                places = points if expression in asked[:2] else points[:1]
                ours = values_of(own, value, solution.u, places, solution.defect)
                true = values_of(own, value, lambda x: known({}, x), places)
                assert ours.errors is not None
                for off, bar in zip(np.abs(ours.values - true.values), np.abs(ours.errors), strict=True):
                    if off > 1e-12 * (size or 1.0):
                        found.append((expression, float(off), float(bar)))
    jax.clear_caches()
    return found


def main() -> None:
    """Print a line a spec, and the share of all that are within a factor of 3."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("specs", nargs="*", type=Path, default=sorted(SPECS.glob("*.pde")), metavar="SPEC.pde")
    parser.add_argument("--seconds", type=float, default=15.0)
    given = parser.parse_args()
    print("| spec | quantities | within a factor of 3 | largest error / bar | smallest |\n|---|---|---|---|---|")
    shares: list[float] = []
    for path in given.specs:
        own = [off / bar if bar > 0 else np.inf for _, off, bar in ratios(path, given.seconds)]
        if own:
            good = sum(1 / 3 <= r <= 3 for r in own)
            print(f"| {path.stem} | {len(own)} | {good} | {max(own):.2g} | {min(own):.2g} |", flush=True)
            shares += own
    good = sum(1 / 3 <= r <= 3 for r in shares)
    beyond = sum(r > 3 for r in shares)
    print(f"\n{good} of {len(shares)} error bars are within a factor of 3 of the error (asked for: nine tenths);")
    print(f"{beyond} errors are larger than three bars, {len(shares) - good - beyond} smaller than a third of one")


if __name__ == "__main__":
    main()
