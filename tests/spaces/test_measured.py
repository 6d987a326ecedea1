"""Data as rows: points, targets, noise, outliers, and how they pull."""

from pathlib import Path

import numpy as np

from pdedsl.spaces.linear import constant
from pdedsl.spaces.measured import MOST, UNSTATED, measured, pulls, worth
from pdedsl.stages.load import loads
from tests.examples import DECAY
from tests.inverse import decay, table


def test_rows_are_what_was_measured_over_its_noise(tmp_path: Path) -> None:
    file = decay(tmp_path, noise=0.01)
    problem = loads(DECAY.replace('.csv"', '.csv"  noise 0.01'), name=str(tmp_path / "spec.pde"))
    (own,) = measured(problem)
    rows = np.loadtxt(file, delimiter=",", skiprows=1)
    np.testing.assert_array_equal(own.points, rows[:, :2])
    np.testing.assert_array_equal(own.targets, rows[:, 2:].T)
    assert own.count == 10 and (own.deviation == 0.01).all()
    (row,) = own.rows(constant([0.5, 1.0]))
    np.testing.assert_allclose(row.at, 0.5 - rows[:, 2])
    (by,) = pulls(problem, measured(problem), 1e-3)
    np.testing.assert_allclose(by * worth(problem, measured(problem)), 1e-3)


def test_expressions_totals_columns_of_noise_and_noise_that_is_not_stated(tmp_path: Path) -> None:
    table(tmp_path / "total.csv", t=np.array([0.1, 0.5]), total=np.array([0.4, 0.1]), s=np.array([0.1, 0.2]))
    text = DECAY.replace('data probes: u from "probes.csv"', 'data whole: integral(u) = "total" from "total.csv"')
    problem = loads(text.rstrip() + '  noise "s"\n', name=str(tmp_path / "spec.pde"))
    (own,) = measured(problem)
    np.testing.assert_allclose(own.points[:, 1], [0.1, 0.5])
    np.testing.assert_allclose(own.deviation, [[0.1, 0.2]])
    np.testing.assert_allclose(
        own.components[0].value(lambda place, index, points: np.sin(np.pi * points[:, 0])), 2 / np.pi
    )
    (own,) = measured(loads(text, name=str(tmp_path / "spec.pde")))
    np.testing.assert_allclose(own.deviation, UNSTATED * np.std([0.4, 0.1]))


def test_outliers_have_a_larger_noise_and_long_tables_are_thinned(tmp_path: Path) -> None:
    decay(tmp_path, count=MOST + 100)
    problem = loads(DECAY.replace('.csv"', '.csv"  noise 0.01  robust'), name=str(tmp_path / "spec.pde"))
    (own,) = measured(problem)
    assert (own.count, own.left_out) == (MOST, 100)
    residuals = np.zeros(own.targets.shape)
    residuals[0, :2] = 1.0, 100.0
    found = own.robust(residuals).deviation[0, :3] / 0.01
    np.testing.assert_allclose(found, [1.0, np.sqrt(100 / 1.345), 1.0])
