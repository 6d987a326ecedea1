"""Statements eliminated: what data say of unknowns against what solutions of neighbouring problems say."""

from pathlib import Path

import numpy as np

from pdedsl.planning.functions import expansions
from pdedsl.problem.problem import Problem
from pdedsl.spaces.collocation import Collocation
from pdedsl.spaces.linear import forms
from pdedsl.spaces.measured import PULL, measured, worth
from pdedsl.spaces.reduced import Reduced, columns_of, reduced
from pdedsl.spaces.sizes import field_sizes
from pdedsl.spaces.space import Polynomials
from pdedsl.stages.identifying import Identification
from pdedsl.stages.load import loads
from tests.examples import DECAY
from tests.inverse import decay


def made(problem: Problem, degree: int) -> tuple[Collocation, float]:
    """A system with data, and what these are multiplied with beside their noise."""
    sizes, data = field_sizes(problem), measured(problem)
    fields = expansions(problem, Polynomials((degree,) * len(problem.coordinates), "total"), sizes, "none")  # pyright: ignore
    system = Collocation(problem, fields, sizes, forms(problem), data=data)
    return system, PULL / worth(problem, data)


def about(problem: Problem, degree: int = 16) -> tuple[Reduced, Collocation, np.ndarray]:
    """Data to first order about the solution that explains them."""
    system, by = made(problem, degree)
    found, _ = Identification(problem).fitted(system, None, np.zeros(system.size), lambda step: True)
    return reduced(problem, system, found, by), system, found


def test_one_number_is_known_as_its_sensitivity_says(tmp_path: Path) -> None:
    file = decay(tmp_path, noise=0.0)
    problem = loads(DECAY.replace('.csv"', '.csv"  noise 0.01'), name=str(tmp_path / "spec.pde"))
    own, system, found = about(problem)
    x, t, u = np.loadtxt(file, delimiter=",", skiprows=1).T
    z = found[-1] + system.fields[-1].size.mean
    slope = -(np.pi**2) * t * u * system.fields[-1].bounds.slope(z)
    np.testing.assert_allclose(np.abs(own.matrix[: len(x), 0]), np.abs(slope) / 0.01, rtol=1e-5, atol=1e-6)
    assert own.columns.tolist() == columns_of(system, 1).tolist() == [system.size - 1]
    assert np.linalg.norm(own.apart) < 1e-8 and own.coarse(np.array([np.inf])) < 1e-8
    assert np.abs(own.right).max() < 1e-4


def test_what_only_data_know_of_a_state_is_unknown_too(tmp_path: Path) -> None:
    decay(tmp_path, count=40)
    text = DECAY.replace("initial: u = sin(pi*x)\n", "").replace("unknown a = 1 in [0.01, 10]", "param a = 0.3")
    problem = loads(text.replace('.csv"', '.csv"  noise 0.01'), name=str(tmp_path / "spec.pde"))
    own, _, _ = about(problem, 20)
    assert not len(own.columns) and own.matrix.shape[1] > 0
