"""A solution from that of nearly the same problem: as good as from nothing, and its error known as well."""

import numpy as np
import pytest

import pdedsl
from pdedsl.runs.solution import Solution
from pdedsl.stages.load import loads
from pdedsl.stages.warm import shape_of

BRATU = """pde 1
param lam = 1
domain x in [0, 1]
field u(x)
equation: dxx(u) + lam*exp(u) = 0
boundary: u = 0  on all
report top = u  at (0.5)
"""
SHEET = """pde 1
param k = 1
domain x in [0, 1], y in [0, 1]
field u(x, y)
equation: laplacian(u) - k*u = 1
boundary: u = 0  on all
"""


def solve(text: str, start: Solution | None = None, **values: float) -> Solution:
    return pdedsl.solve(loads(text, values), start=start, time_limit=30)


def top(lam: float) -> float:
    """`u = -2 log(cosh((x - 1/2) theta/2)/cosh(theta/4))`, `theta = sqrt(2 lam) cosh(theta/4)`, the smaller one."""
    theta = 1.0
    for _ in range(200):
        theta -= (theta - np.sqrt(2 * lam) * np.cosh(theta / 4)) / (1 - np.sqrt(2 * lam) * np.sinh(theta / 4) / 4)
    return float(2 * np.log(np.cosh(theta / 4)))


def test_values_one_after_another_take_the_same_functions_and_know_their_errors() -> None:
    own = solve(BRATU)
    for lam, again in ((1.5, True), (2.5, True), (3.2, False), (3.5, True)):
        size, own = len(own.outcome.parameters), solve(BRATU, own, lam=lam)
        (report,), (estimate,) = own.reports, own.estimates
        off = abs(float(report.values[0]) - top(lam)) / np.std(own(x=np.linspace(0, 1, 101)))
        assert own.verdict.word == "solved" and off < 3 * estimate.relative + 1e-12 and off < 1e-6
        assert (len(own.outcome.parameters) == size) is again
        assert ("as in the run that it began with" in own.solved.story[1]) is again


@pytest.mark.slow
def test_linear_ones_too_and_more_functions_where_they_are_needed() -> None:
    own = solve(SHEET)
    near, far = solve(SHEET, own, k=1.3), solve(SHEET, own, k=900)
    cold = solve(SHEET, k=900)
    assert len(near.outcome.parameters) == len(own.outcome.parameters) < len(far.outcome.parameters)
    points = {"x": np.linspace(0, 1, 21), "y": np.full(21, 0.37)}
    off = np.abs(far(**points) - cold(**points)).max() / np.std(cold(**points))
    assert off < 3 * (far.estimates[0].relative + cold.estimates[0].relative)
    again = solve(SHEET, k=1.3)
    off = np.abs(near(**points) - again(**points)).max() / np.std(again(**points))
    assert off < 3 * (near.estimates[0].relative + again.estimates[0].relative)


def test_what_has_other_fields_or_statements_is_another_problem() -> None:
    shape = shape_of(loads(BRATU))
    assert shape == shape_of(loads(BRATU, {"lam": 2}))
    assert shape != shape_of(loads(BRATU.replace("on all", "on x = 0\nboundary: dn(u) = 0  on x = 1")))
    assert shape != shape_of(loads(SHEET))


@pytest.mark.slow
def test_beyond_the_fold_there_is_no_solution_and_none_is_claimed() -> None:
    own = pdedsl.solve(loads(BRATU, {"lam": 3.7}), time_limit=15)
    assert own.verdict.word != "solved" and any("beyond a fold" in words for words in own.solved.story)
