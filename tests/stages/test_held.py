"""Tables in memory stand for files."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import pdedsl
from pdedsl.stages.held import columns_of
from tests.examples import DECAY

X, T = (own.reshape(-1) for own in np.meshgrid(np.linspace(0.1, 0.9, 5), np.linspace(0.05, 0.9, 4)))
U = np.exp(-0.3 * np.pi**2 * T) * np.sin(np.pi * X)


def test_an_inverse_problem_without_any_file_and_its_run(tmp_path: Path) -> None:
    frame = pd.DataFrame({"x": X, "t": T, "u": U})
    problem = pdedsl.loads(DECAY, data={"probes": frame})
    own = pdedsl.solve(problem, time_limit=30, folder=tmp_path / "run")
    assert own.unknowns["a"].value == pytest.approx(0.3, abs=1e-10)
    assert own.evaluate("a", [[0.5, 0.5]]) == pytest.approx(0.3, abs=1e-10)
    again = pdedsl.open(tmp_path / "run")
    assert again.unknowns["a"].value == own.unknowns["a"].value
    twice = pdedsl.loads(DECAY, data={"probes": frame.assign(u=np.exp(-0.2 * np.pi**2 * T) * np.sin(np.pi * X))})
    assert pdedsl.solve(twice, time_limit=30).unknowns["a"].value == pytest.approx(0.2, abs=1e-10)


def test_kinds_of_tables() -> None:
    grid = xr.Dataset({"u": (("t", "x"), U.reshape(4, 5))}, coords={"x": np.linspace(0.1, 0.9, 5), "t": T[::5]})
    for table in (
        {"x": X, "t": T, "u": U},
        pd.DataFrame({"x": X, "t": T, "u": U}),
        pd.DataFrame({"t": T, "u": U}, index=pd.Index(X, name="x")),
        grid,
        grid["u"],
    ):
        found = columns_of("probes", table)
        assert {"x", "t", "u"} <= found.keys()
        order = np.lexsort((found["x"], found["t"]))
        np.testing.assert_array_equal(found["u"][order], U)


def test_what_is_no_table_and_names_that_are_not_there() -> None:
    with pytest.raises(ValueError, match="is a list"):
        pdedsl.loads(DECAY, data={"probes": [1, 2]})
    with pytest.raises(ValueError, match=r"`u` \(2,\)"):
        pdedsl.loads(DECAY, data={"probes": {"x": [0.1], "t": [0.1], "u": [1, 2]}})
    with pytest.raises(KeyError, match="no data called `probe`"):
        pdedsl.loads(DECAY, data={"probe": {"x": X, "t": T, "u": U}})
    with pytest.raises(pdedsl.SpecError, match="no column `u`"):
        pdedsl.loads(DECAY, data={"probes": {"x": X, "t": T}})
