"""What `specs/inverse` find again, against what their data were made with: `python -m benchmarks.inverse [NAME ...]`.

Numbers are compared with the truth in units of their standard errors where there is noise, and as they are where there is none;
unknown fields by their error relative to their variation, on points that were never used, and by how far that is in units of
their bands.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.lines import solved
from pdedsl.runs.solution import Solution

SIGMAS = 2.0


@dataclass(frozen=True)
class Line:
    """A spec, the numbers behind its data, and what is to be reached."""

    name: str
    truth: dict[str, float]
    goal: float = SIGMAS
    """Of the worst number: of its error, relative, without noise; in standard errors with noise. Of an unknown field: of its error
    in units of its band, or relative to its variation where that is what is asked.
    """
    noisy: bool = False
    relative: bool = False
    law: Callable[[np.ndarray], np.ndarray] | None = None
    """Of a law that is sought: the root mean square of its error over its range, in units of that of its band."""
    seconds: float = 60.0


LINES = (
    Line("diffusion", {"a": 0.3}, 1e-8),
    Line("brinkman", {"ve": 1e-3, "K": 1e-3}, 1e-8),
    Line("lorenz", {"s": 10.0, "r": 15.0, "b": 8 / 3}, 1e-8),
    Line("burgers", {"a": 1.0, "nu": 0.1 / np.pi}, 1e-6, seconds=120),
    Line("burgers_noisy", {"a": 1.0, "nu": 0.1 / np.pi}, noisy=True, seconds=120),
    Line("reaction", {}, noisy=True),
    Line("source", {}, noisy=True),
    Line("conductivity", {}, 0.08, noisy=True, relative=True),
    Line("conductivity_fine", {}, 0.01, noisy=True, relative=True),
    Line("flow", {"nu": 0.05}, noisy=True),
    Line("flux", {}, noisy=True),
    Line("leak", {"a": 0.63, "b": 0.31}, 1e-6),
    Line("eigenvalue", {"lam": np.pi**2}, 1e-10),
    Line(
        "eady", {"speed": 0.0, "growth": float(np.sqrt((1 / np.tanh(0.8) - 0.8) * (0.8 - np.tanh(0.8))) / 1.6)}, 1e-10
    ),
    Line("front", {"St": 0.5}, noisy=True),
    Line("law", {}, noisy=True, law=lambda u: 0.05 + 0.3 * u**2),
)


def off(line: Line, found: Solution) -> float:
    """How far a solution is from the truth, as the goal counts it."""
    if line.law is not None:
        assert found.identified is not None
        (own,) = found.identified.curves
        return float(np.sqrt(np.mean((own.values - line.law(own.at)) ** 2))) / own.band
    if not line.truth:
        known = {truth.field: truth.variation / len(truth.values) ** 0.5 for truth in found.solved.known}
        sought = [f.name for f in found.problem.fields if f.sought is not None and f.arguments]
        if line.relative:
            return max(found.errors[name] for name in sought)
        bands = {} if found.identified is None else found.identified.bands
        return max(found.errors[name] * known[name] / bands.get(name, np.nan) for name in sought)
    own = [(found.unknowns[name], value) for name, value in line.truth.items()]
    if line.noisy:
        return max(abs(number.value - value) / number.error for number, value in own)
    return max(abs(number.value - value) / (abs(value) or 1.0) for number, value in own)


def main(names: list[str]) -> None:
    """Solve each spec and print a line."""
    print(f"{'spec':18s} {'off by':>9s} {'goal':>7s} {'seconds':>8s}  verdict, what was found")
    for line, found, seconds in solved("inverse", LINES, names):
        numbers = ", ".join(f"{n.name} = {n.value:.6g} +- {n.error:.1e}" for n in found.unknowns.values())
        bands = {} if found.identified is None else found.identified.bands
        fields = [f for f in found.problem.fields if f.sought is not None and f.arguments]
        bandwidth = ", ".join(f"{f.name} +- {bands.get(f.name, np.nan):.1e}" for f in fields)
        bandwidth = bandwidth or ("" if found.identified is None else ", ".join(map(str, found.identified.curves)))
        fits = "" if found.identified is None else ", ".join(f"{f.square**0.5:.3g}" for f in found.identified.fits)
        words = f"{found.verdict.word}; {numbers or bandwidth}; misfit over noise {fits or '-'}"
        print(f"{line.name:18s} {off(line, found):9.1e} {line.goal:7.0e} {seconds:8.1f}  {words}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
