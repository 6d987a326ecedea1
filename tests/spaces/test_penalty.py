"""The weight of penalties against Tikhonov regularisation by finite differences, which knows nothing of the rest."""

from pathlib import Path

import numpy as np
import pytest
from scipy import optimize

import pdedsl
from pdedsl.runs.solution import Solution
from pdedsl.spaces.penalty import balanced, restored
from pdedsl.spaces.reduced import Reduced
from tests.examples import SOURCE
from tests.inverse import source

PRIOR = SOURCE.replace("data probes", "constraint prior: dxx(q) = 0  weight auto\ndata probes")


def by_differences(x: np.ndarray, u: np.ndarray, noise: float) -> tuple[np.ndarray, np.ndarray]:
    """The smoothest source, in the mean square of `dxx(q)`, that leaves a mean square of one of data over their noise; where, and what."""
    n = 601
    grid = np.linspace(0, 1, n)
    h = grid[1]
    inner = (np.diag(np.full(n - 2, 2.0)) - np.eye(n - 2, k=1) - np.eye(n - 2, k=-1)) / h**2
    values = np.zeros((n, n))
    values[1:-1, 1:-1] = np.linalg.inv(inner)
    seen = np.stack([np.interp(x, grid, column) for column in values.T], axis=1) / noise
    bend = np.diff(np.eye(n), 2, axis=0) / h**2 * h**0.5

    def found(logarithm: float) -> np.ndarray:
        rows = np.concatenate([seen, np.exp(logarithm / 2) * bend])
        return np.linalg.lstsq(rows, np.concatenate([u / noise, np.zeros(len(bend))]), 1e-14)[0]

    def over(logarithm: float) -> float:
        return float(np.mean((seen @ found(logarithm) - u / noise) ** 2)) - 1.0

    return grid, found(optimize.brentq(over, -12.0, 12.0, xtol=1e-3))  # pyright: ignore


def solved(folder: Path, text: str) -> Solution:
    (folder / "spec.pde").write_text(text)
    return pdedsl.solve(pdedsl.load(folder / "spec.pde"), time_limit=30)


def test_data_are_met_as_well_as_their_noise_allows(tmp_path: Path) -> None:
    source(tmp_path)
    own = solved(tmp_path, PRIOR)
    x, u = np.loadtxt(tmp_path / "source.csv", delimiter=",", skiprows=1).T
    grid, q = by_differences(x, u, 1e-3)
    found = own(x=grid)["q"]
    assert np.linalg.norm(found - q) < 0.01 * np.linalg.norm(q)
    assert own.identified is not None and own.identified.fits[0].square == pytest.approx(1.0, abs=0.01)
    assert "prior: weight" in own.identified.weighed
    known = own.outcome.posterior
    again = restored(known.arrays)
    assert again is not None and again.weight == known.balance.weight and again.by_noise
    # The number that was found says the same when it is written.
    text = PRIOR.replace("weight auto", f"weight {again.weight!r}")
    np.testing.assert_allclose(solved(tmp_path, text)(x=grid)["q"], found, atol=2e-2)


def test_without_noise_it_is_the_corner(tmp_path: Path) -> None:
    source(tmp_path)
    own = solved(tmp_path, PRIOR.replace("  noise 1e-3", ""))
    balance = own.outcome.posterior.balance
    assert not balance.by_noise and own.errors["q"] < 0.05
    assert own.identified is not None and own.identified.fits[0].noise == pytest.approx(1e-3, rel=0.3)


def about(right: np.ndarray) -> Reduced:
    """Two numbers, each measured twice and to vanish."""
    matrix = np.concatenate([np.eye(2), np.eye(2), np.eye(2)])
    automatic = np.asarray([True, True, False, False, False, False])
    return Reduced(np.arange(2), matrix, right, np.eye(2), np.zeros((0, 2)), ~automatic, automatic, automatic)


def test_a_balance_in_closed_form() -> None:
    # Each number is measured twice: with a weight w it is 2 / (2 + w) of what was measured.
    right = np.asarray([0.0, 0.0, -3.0, -4.0, -3.0, -4.0])
    found = balanced(about(right), np.zeros(2), np.full(2, np.inf), 1.0, 1e6, by_noise=True)
    left = found.weight / (2 + found.weight)
    assert found.by_noise and 2 * 25 * left**2 / 4 == pytest.approx(1.0, rel=1e-2)
    misfits = 2 * 25 * (found.weights / (2 + found.weights)) ** 2 / 4
    np.testing.assert_allclose(found.misfits, misfits, rtol=1e-8, atol=1e-12)


def test_data_that_nothing_meets_choose_the_corner() -> None:
    own = about(np.asarray([0.0, 0.0, -30.0, 40.0, 30.0, -40.0]))
    assert not balanced(own, np.zeros(2), np.full(2, np.inf), 1.0, 1e6, by_noise=True).by_noise
