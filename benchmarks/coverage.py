"""How often 95 % intervals hold the truth, over draws of the noise: `python -m benchmarks.coverage [NAME ...] [--draws 400]`.

Numbers by their intervals; an unknown field by the part of its domain in which its band of 1.96 standard deviations does.
"""

import argparse
import importlib
import re
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

import pdedsl
from benchmarks.goals import SPECS
from pdedsl.analysis.uncertainty import WITHIN, band
from pdedsl.numerics.polynomials import Expanded
from pdedsl.runs.solution import Solution
from pdedsl.studies.spread import spread
from pdedsl.vocabulary.columns import as_csv

PLACES = np.linspace(0.02, 0.98, 49)


@dataclass(frozen=True)
class Case:
    """One of `specs/inverse` with data that are drawn, and the truth behind them."""

    name: str
    columns: Callable[[np.random.Generator], dict[str, np.ndarray]]
    noise: float
    truth: dict[str, float]
    field: Callable[[np.ndarray], np.ndarray] | None = None

    @property
    def text(self) -> str:
        """Its spec, with the data of a draw."""
        spec = (SPECS / "inverse" / f"{self.name}.pde").read_text(encoding="utf-8")
        return re.sub(r'from "[^"]*".*', f'from "data.csv"  noise {self.noise}', spec)


def decay(draw: np.random.Generator) -> dict[str, np.ndarray]:
    """A mode that decays, at 60 points."""
    x, t = draw.uniform(0, 1, (2, 60))
    return {"x": x, "t": t, "u": np.exp(-0.3 * np.pi**2 * t) * np.sin(np.pi * x)}


def channel(draw: np.random.Generator) -> dict[str, np.ndarray]:
    """A porous channel, at 40 points."""
    x, r = draw.uniform(0, 1, 40), np.sqrt(1e-3 * 0.4 / (2e-3 * 2e-3))
    return {"x": x, "u": 2 * (1 - np.cosh(r * (x - 0.5)) / np.cosh(r / 2))}


def bowl(draw: np.random.Generator) -> dict[str, np.ndarray]:
    """`x (1 - x) exp x` at 60 points."""
    x = draw.uniform(0, 1, 60)
    return {"x": x, "u": x * (1 - x) * np.exp(x)}


CASES = (
    Case("diffusion", decay, 0.05, {"a": 0.3}),
    Case("brinkman", channel, 0.02, {"ve": 2e-3, "K": 2e-3}),
    Case("source", bowl, 2e-3, {}, lambda x: (3 * x + x**2) * np.exp(x)),
)


def held(case: Case, found: Solution) -> list[float]:
    """What of the truth lies in its interval: 0 or 1 for a number, a part of the domain for a field."""
    own = found.unknowns
    parts = [float(own[name].low <= value <= own[name].high) for name, value in case.truth.items()]
    if case.field is not None:
        assert isinstance(found.solved.u, Expanded) and found.outcome.posterior is not None
        points = PLACES[:, None]
        deviation = band(found.problem, found.solved.u, found.outcome.posterior)(points)[:, 0]
        gap = np.abs(found.solved.values(points)[:, 0] - case.field(PLACES))
        parts.append(float(np.mean(gap <= WITHIN * deviation)))
    return parts


def drawn(name: str, seed: int) -> list[float]:
    """What of the truth of a case lies in its intervals, for one draw of its noise."""
    case = next(own for own in CASES if own.name == name)
    draw = np.random.default_rng([20, seed])
    columns = case.columns(draw)
    columns["u"] = columns["u"] + case.noise * draw.normal(size=len(columns["u"]))
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "data.csv").write_text(as_csv(columns))
        problem = pdedsl.loads(case.text, name=str(Path(folder) / "spec.pde"))
        return held(case, pdedsl.solve(problem, time_limit=20))


def main() -> None:
    """Draw, solve and count."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("names", nargs="*")
    asked.add_argument("--draws", type=int, default=400)
    asked.add_argument("--workers", type=int, default=1)
    asked.add_argument("--scheduler", metavar="ADDRESS", help="of dask.distributed")
    options = asked.parse_args()
    for case in CASES:
        if options.names and case.name not in options.names:
            continue
        begun = time.perf_counter()
        jobs = [partial(drawn, case.name, seed) for seed in range(options.draws)]
        found = [parts for _, parts in spread(jobs, options.workers, options.scheduler)]
        names = [*case.truth, *(["the field"] if case.field else [])]
        for own, parts in zip(names, np.asarray(found).T, strict=True):
            error = 1.96 * np.std(parts) / len(parts) ** 0.5
            print(f"{case.name:10s} {own:10s} {np.mean(parts):6.1%} +- {error:.1%} of {len(parts)} draws", flush=True)
        print(f"{case.name:10s} {time.perf_counter() - begun:.0f} s", flush=True)


if __name__ == "__main__":
    importlib.import_module("benchmarks.coverage").main()  # by the name under which other processes find its functions
