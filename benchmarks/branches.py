"""Folds and bifurcations against exact values, as a command finds them: `python -m benchmarks.branches`."""

import json
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import brentq

from benchmarks.goals import SPECS


@dataclass(frozen=True)
class Line:
    """A spec of `specs/branch`, the interval of a parameter, and the first value in it where something happens."""

    name: str
    values: str
    exact: float


def _bratu() -> float:
    """`lam = 8 (s/cosh(s))^2` is largest where `s tanh(s) = 1` (Bratu 1914)."""
    s = float(brentq(lambda s: s * np.tanh(s) - 1, 1, 2))  # pyright: ignore[reportArgumentType]
    return 8 * (s / np.cosh(s)) ** 2


def _turing(a: float = 0.1, b: float = 0.9, g: float = 20.0) -> float:
    """Where `det(J - pi^2 diag(1, q)) = 0` (Turing 1952)."""
    u, v, k2 = a + b, b / (a + b) ** 2, np.pi**2
    (fu, fv), (gu, gv) = g * np.array([[2 * u * v - 1, u**2], [-2 * u * v, -(u**2)]])
    return float((gv - fv * gu / (fu - k2)) / k2)


LINES = (
    Line("bratu", "lam=1..5", _bratu()),
    Line("pitchfork", "lam=5..30", np.pi**2),
    Line("turing", "q=5..15", _turing()),
)
GOAL = 1e-8


def main() -> None:
    """Follow each and print a line."""
    print(
        f"{'spec':10s} {'kind':12s} {'found':>14s} {'exact':>14s} {'off':>8s} {'said':>8s} {'goal':>7s} {'seconds':>8s}"
    )
    for line in LINES:
        parameter = line.values.partition("=")[0]
        with tempfile.TemporaryDirectory() as folder:
            spec, out, begun = str(SPECS / "branch" / f"{line.name}.pde"), Path(folder) / "run", time.perf_counter()
            subprocess.run(["pdedsl", "sweep", spec, line.values, "--follow", "--out", str(out), "-q"], check=True)
            spent = time.perf_counter() - begun
            first = json.loads((out / "branch.json").read_text())[0]
        found = first[parameter]
        off = abs(found - line.exact)
        words = f"{first['kind']:12s} {found:14.9f} {line.exact:14.9f} {off:8.1e} {first['error']:8.0e}"
        print(f"{line.name:10s} {words} {GOAL:7.0e} {spent:8.1f}", flush=True)


if __name__ == "__main__":
    main()
