"""How far everything is known: against the covariance of plain least squares."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from pdedsl.spaces.posterior import posterior, restored
from pdedsl.spaces.reduced import Reduced
from pdedsl.stages.load import loads
from tests.examples import DECAY
from tests.inverse import decay
from tests.spaces.test_reduced import about


def test_covariance_is_that_of_least_squares_and_what_is_blind_is_said() -> None:
    draw = np.random.default_rng(0)
    matrix = draw.normal(size=(12, 3))
    data = np.ones(12, bool)
    plain = Reduced(np.arange(3), matrix, np.zeros(12), np.eye(3), np.zeros((0, 3)), data, ~data, ~data)
    found = posterior(plain, np.full(3, np.inf), 2.0)
    np.testing.assert_allclose(found.root @ found.root.T, 4 * np.linalg.inv(matrix.T @ matrix), rtol=1e-10)
    taken = np.array([np.inf, 0.5, np.inf])
    found = posterior(plain, taken, 1.0)
    wanted = np.linalg.inv(matrix.T @ matrix + np.diag([0, 4, 0]))
    np.testing.assert_allclose(found.root @ found.root.T, wanted, rtol=1e-10)
    matrix[:, 2] = -matrix[:, 0]  # only their difference is seen
    found = posterior(replace(plain, matrix=matrix), np.full(3, np.inf), 1.0)
    np.testing.assert_allclose(np.abs(found.blind[:, 0] / found.blind[0, 0]), [1, 0, 1], atol=1e-12)
    again = restored(found.arrays)
    assert again.noise == found.noise and (again.root == found.root).all()


def test_a_number_and_the_field_that_follows_it(tmp_path: Path) -> None:
    file = decay(tmp_path)
    problem = loads(DECAY.replace('.csv"', '.csv"  noise 0.01'), name=str(tmp_path / "spec.pde"))
    own, system, coefficients = about(problem)
    found = posterior(own, own.deviation(np.full(system.size, np.inf)), 1.0)
    x, t, u = np.loadtxt(file, delimiter=",", skiprows=1).T
    error = 0.01 / np.linalg.norm(np.pi**2 * t * u)
    points = np.array([[0.5, 0.5], [0.2, 0.9]])
    deviations = found.deviations(system.fields, coefficients, points)
    np.testing.assert_allclose(deviations[:, 1], error, rtol=1e-6)
    x, t = points.T
    np.testing.assert_allclose(
        deviations[:, 0], error * np.pi**2 * t * np.exp(-0.3 * np.pi**2 * t) * np.sin(np.pi * x), rtol=1e-4
    )
