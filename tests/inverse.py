"""Data of known unknowns, for tests to find these again."""

from pathlib import Path

import numpy as np

from pdedsl.vocabulary.columns import as_csv


def table(path: Path, **columns: np.ndarray) -> Path:
    """A file of comma-separated values."""
    path.write_text(as_csv(columns))
    return path


def decay(folder: Path, count: int = 10, a: float = 0.3, noise: float = 0.0, seed: int = 0) -> Path:
    """`DECAY` beside values of its solution at random points."""
    draw = np.random.default_rng(seed)
    x, t = draw.uniform(0, 1, (2, count))
    u = np.exp(-a * np.pi**2 * t) * np.sin(np.pi * x)
    return table(folder / "probes.csv", x=x, t=t, u=u + noise * draw.normal(size=count))


def source(folder: Path, noise: float = 1e-3, seed: int = 0) -> Path:
    """`SOURCE` beside values of its solution, `x (1 - x) exp x`."""
    draw = np.random.default_rng(seed)
    x = np.linspace(0.01, 0.99, 100)
    return table(folder / "source.csv", x=x, u=x * (1 - x) * np.exp(x) + noise * draw.normal(size=100))
