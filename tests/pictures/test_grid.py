"""Values on grids: dimensions, holes, exact solutions beside them, names and units for other programs."""

import io

import numpy as np
import pytest
import xarray as xr

from pdedsl.pictures.grid import as_netcdf, centre, exact_name, on_grid, over, units
from pdedsl.stages.load import loads


def test_a_grid_holds_values_holes_and_exact_solutions(scene) -> None:
    made = scene(
        "domain (x, y) = annulus([0, 0], 0.5, 1)\nfield u(x, y), u_exact(x, y)\nequation: u = x\nequation: u_exact = 1\nexact u = x\n",
        lambda p: 2 * p[:, 0],
        lambda p: p[:, 1],
    )
    data = on_grid(made.problem, made.values)
    assert dict(data.sizes) == {"x": 201, "y": 201} and set(data.data_vars) == {"u", "u_exact", "u_exact_"}
    assert np.isnan(float(data.u.sel(x=0, y=0))) and np.isnan(float(data.u.sel(x=1, y=1)))
    at = data.sel(x=0.7, y=0.2, method="nearest")
    assert float(at.u) == pytest.approx(2 * float(at.x)) and float(at.u_exact_) == pytest.approx(float(at.x))
    assert exact_name(made.problem, "u") == "u_exact_" and data.u.attrs["origin"] == "solution"
    middle = centre(made.problem)
    assert 0.25 < middle["x"] ** 2 + middle["y"] ** 2 < 1  # the centre of the box lies in the hole


def test_many_dimensions_become_lines_and_a_plane(scene) -> None:
    made = scene("domain x[1:5] in [0, 2]\nfield u(x)\nequation: u = 1\n", lambda p: p.sum(axis=1))
    data = on_grid(made.problem, made.values)
    np.testing.assert_allclose(data["u_along_x[2]"], data["x[2]"] + 4)
    assert data["u_on_plane"].dims == ("x[1]", "x[2]")
    with xr.open_dataset(io.BytesIO(as_netcdf(data)), engine="h5netcdf") as read:
        assert "x_2" in read.coords and read.Conventions == "CF-1.11"


def test_a_field_of_fewer_coordinates_has_fewer_dimensions(scene) -> None:
    made = scene(
        "domain x in [0, 1]\ntime t in [0, 1]\nfield u(x, t), m(t)\nequation: u = m\nequation: dt(m) = 1\ninitial: m = 0\n",
        lambda p: p[:, 0],
        lambda p: p[:, 1],
    )
    found = over(made.problem, made.values, {"x": np.linspace(0, 1, 5), "t": np.linspace(0, 1, 3)})
    assert found["u"].dims == ("x", "t") and found["m"].dims == ("t",)
    np.testing.assert_array_equal(found["m"], [0, 0.5, 1])


def test_units_are_those_of_the_title() -> None:
    text = 'pde 1\ntitle "A rod, x [mm] and T [°C], [2, 3] is a reference"\ndomain x in [0, 1]\nfield T(x)\nequation: T = 1\n'
    assert units(loads(text)) == {"x": "mm", "T": "°C"}
    assert units(loads(text.replace("A rod, x [mm] and T [°C], [2, 3]", "A rod: x, T [m], [2]"))) == {
        "x": "m",
        "T": "m",
    }


def test_parameters_are_shown_where_there_is_something_to_see() -> None:
    text = "pde 1\nparam a in [-1, 1], k in [1, 100]\ndomain x in [0, 1]\nfield u(x)\nequation: dxx(u) = a + k\nboundary: u = 0  on all\n"
    assert centre(loads(text)) == {"x": 0.5, "a": 0.5, "k": pytest.approx(10)}
