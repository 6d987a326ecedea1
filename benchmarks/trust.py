"""Whether verdicts and estimates can be trusted: `python -m benchmarks.trust [SPEC.pde ...] [--seconds 20] [--keep FILE]`.

Solves every spec with a known solution, by default the gallery, and prints what each run said of itself beside its error,
relative to the variation: the worst field of each. Asked for is: nine tenths of the runs with an error below 1e-4 say
`solved`, none above 0.1 does, none below 1e-3 says `not solved`, and none that says `solved` has an estimate ten times
below its error. `DIR/*.pde` takes other specs.
"""

import argparse
import json
from pathlib import Path
from typing import NamedTuple

import jax

import pdedsl
from benchmarks.goals import SPECS


class Row(NamedTuple):
    """What a run says of itself, beside the error of its worst field."""

    spec: str
    error: float
    estimate: float
    verdict: str
    blind: str
    """The verdict without the exact solution."""
    reasons: tuple[str, ...]
    """For that."""


def judged(path: Path, seconds: float) -> Row | None:
    """What a run says of itself; None where no solution is known, or the spec cannot be solved yet."""
    try:
        problem = pdedsl.load(path)
    except pdedsl.SpecError:
        return None
    if not problem.exact and not problem.references:
        return None
    solution = pdedsl.solve(problem, time_limit=seconds)
    errors, estimates = solution.errors, {e.field: e.relative for e in solution.estimates}
    worst = max(errors, key=errors.__getitem__)
    blind = solution.judged_blind
    jax.clear_caches()
    return Row(path.stem, errors[worst], estimates[worst], solution.verdict.word, blind.word, blind.reasons)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("specs", nargs="*", type=Path, default=sorted(SPECS.glob("*.pde")), metavar="SPEC.pde")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--keep", type=Path, metavar="FILE", help="append each row to this file, as JSON")
    arguments = parser.parse_args()
    print("| spec | error | estimate | verdict | without its exact solution | why |\n|---|---|---|---|---|---|")
    rows = []
    for path in arguments.specs:
        if (row := judged(path, arguments.seconds)) is None:
            continue
        rows.append(row)
        numbers = f"{row.error:.1e} | {row.estimate:.1e}"
        print(f"| {row.spec} | {numbers} | {row.verdict} | {row.blind} | {'; '.join(row.reasons)} |", flush=True)
        if arguments.keep:
            with arguments.keep.open("a") as file:
                file.write(json.dumps(row._asdict()) + "\n")
    summary(rows)


def summary(rows: list[Row]) -> None:
    """How often what is asked for holds, with the exact solutions and without them."""
    good = [r for r in rows if r.error < 1e-4]
    for kind, said in (("with", [r.verdict for r in rows]), ("without", [r.blind for r in rows])):
        pairs = list(zip(rows, said, strict=True))
        solved = [r for r, word in pairs if word == "solved"]
        print(
            f"\n{kind} exact solutions: {sum(r in good for r in solved)} of {len(good)} below 1e-4 say solved; "
            f"{sum(r.error > 0.1 for r in solved)} above 0.1 do; "
            f"{sum(r.error < 1e-3 and word == 'not solved' for r, word in pairs)} below 1e-3 say not solved; "
            f"{sum(10 * r.estimate < r.error for r in solved)} solved with an estimate ten times too small"
        )


if __name__ == "__main__":
    main()
