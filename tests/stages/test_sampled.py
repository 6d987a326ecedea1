"""Families by their members: against exact solutions, and against single solves."""

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.polynomial import chebyshev

import pdedsl
from pdedsl.numerics.truth import truths
from pdedsl.planning.defaults import planned
from pdedsl.planning.functions import expansions
from pdedsl.planning.plan import Limits
from pdedsl.spaces.collocation import values
from pdedsl.spaces.functions import Products
from pdedsl.spaces.sizes import field_sizes
from pdedsl.spaces.space import Polynomials
from pdedsl.stages.load import loads
from pdedsl.stages.raised import Raised
from pdedsl.stages.sampled import sampled
from tests.examples import BENT

PLATE = """pde 1
param k in [0.5, 2]
domain (x, y) = disk([0, 0], 1) - disk([0.2, 0], 0.3)
field u(x, y)
equation: -laplacian(u) + k*u = 1 + y
boundary: u = 0  on all
"""


def run(text: str, seconds: float = 20.0, space: Polynomials | None = None) -> Raised | None:
    problem = loads(text)
    plan = replace(planned(problem), space=space or "auto", limits=Limits(seconds=seconds))
    return sampled(problem, plan, truths(problem), lambda _: None, lambda: False, time.perf_counter(), seconds)


def test_a_nonlinear_family_against_its_exact_solution() -> None:
    found = run(BENT)
    assert found is not None and found.history[-1].errors["u"] < 1e-9 and found.relative < 1e-8
    assert isinstance(found.space, Polynomials) and found.space.kind == "family" and found.status == "converged"
    problem = loads(BENT)
    (own,) = expansions(problem, found.space, field_sizes(problem))
    assert isinstance(own.basis, Products) and own.columns == len(found.coefficients)
    points = np.array([[0.3, 0.7, 1.5], [0.8, -0.2, 19.0]])
    shown = values((own,), found.coefficients, points)[:, 0]
    np.testing.assert_allclose(shown, points[:, 1] * np.sin(np.pi * points[:, 0]) / points[:, 2], atol=1e-8)
    assert found.error is not None and found.error.shape == found.coefficients.shape


@pytest.mark.slow
def test_round_a_hole_it_says_how_far_others_are() -> None:
    found, problem = run(PLATE), loads(PLATE)
    assert found is not None and found.relative < 1e-3
    fields = expansions(problem, found.space, field_sizes(problem))
    for k in (0.6, 1.3, 1.9):
        alone = pdedsl.solve(loads(PLATE, {"k": k}), time_limit=20)
        points = np.array([[0.6, 0.1], [-0.5, 0.5], [0.1, -0.8], [0.6, 0.6]])
        own = values(fields, found.coefficients, np.insert(points, 2, k, axis=1))[:, 0]
        assert np.abs(own - alone(points)).max() < found.relative * np.std(alone(points))


def test_degrees_may_be_chosen_and_the_run_opens_again(tmp_path: Path) -> None:
    own = pdedsl.solve(loads(BENT), space="polynomials(14, 3, 9, terms = family)", folder=tmp_path / "run")
    assert own.solved.space == Polynomials((14, 3, 9), "family")
    # `a/3 + n/9 <= 1` leaves degree six in the logarithm of k to what is linear in a
    s, k = np.cos(np.pi * (np.arange(200) + 0.5) / 200), np.geomspace(1, 20, 401)
    nearest = chebyshev.chebval(np.linspace(-1, 1, 401), chebyshev.chebfit(s, 20 ** (-(1 + s) / 2), 6))
    assert own.errors["u"] < 3 * np.sqrt(np.mean((nearest - 1 / k) ** 2) / np.mean(1 / k**2))
    again = pdedsl.open(tmp_path / "run")
    points = np.random.default_rng(0).uniform([0, -1, 1], [1, 1, 20], (7, 3))
    np.testing.assert_allclose(again(points), own(points), atol=1e-14)
    slope = own.evaluate("dx(u) + d(u, a)", points)
    x, a, k = points.T
    np.testing.assert_allclose(slope, (np.pi * a * np.cos(np.pi * x) + np.sin(np.pi * x)) / k, atol=1e-4)


def test_what_it_is_not_for() -> None:
    assert run(BENT.replace("param a in [-1, 1], k in [1, 20]", "param a = 1, k = 2")) is None
    linear = "pde 1\nparam a in [0, 1]\ndomain x in [0, 1]\nfield u(x)\nequation: dxx(u) = a\nboundary: u = 0  on all\n"
    assert run(linear) is None  # it superposes
    jumps = """pde 1
param k in [1, 10]
domain x in [-1, 1]
field u(x)
equation: -dx(where(x > 0, k, 1)*dx(u)) + u^3 = 1
interface: jump(u) = 0  on x = 0
interface: jump(where(x > 0, k, 1)*dn(u)) = 0  on x = 0
boundary: u = 0  on all
"""
    assert run(jumps) is None and pdedsl.solve(loads(jumps), time_limit=20).verdict.word == "solved"
    fold = "pde 1\nparam lam in [1, 4.5]\ndomain x in [0, 1]\nfield u(x)\nequation: dxx(u) + lam*exp(u) = 0\nboundary: u = 0  on all\n"
    assert run(fold) is None  # some members have no solution


def test_the_steps_of_a_plan_are_those_of_each_member() -> None:
    """A member takes about ten: all of them together may take more."""
    problem, space = loads(BENT), Polynomials((12, 3, 9), "family")
    for steps, enough in ((1, False), (30, True)):
        plan = replace(planned(problem), space=space, limits=Limits(steps=steps))
        found = sampled(problem, plan, truths(problem), lambda _: None, lambda: False, time.perf_counter(), 60.0)
        assert found is not None and (found.history[-1].errors["u"] < 1e-2) == enough
        assert found.history[-1].step > steps and found.relative > found.history[-1].errors["u"]


def test_what_was_found_before_a_stop_is_told() -> None:
    problem, seen = loads(BENT), []
    plan = replace(planned(problem), space="auto")
    found = sampled(problem, plan, (), seen.append, lambda: len(seen) == 2, time.perf_counter(), 60.0)
    assert found is not None and found.status == "interrupted" and len(found.history) <= 2
    assert np.isfinite(found.relative) and found.relative > 1e-9
