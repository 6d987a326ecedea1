"""Files for other programs hold what the solution is."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from pdedsl.runs.export import export, format_of
from pdedsl.runs.run import open as open_


def rows(text: str) -> list[dict[str, float]]:
    return [{k: float(v) for k, v in row.items()} for row in csv.DictReader(io.StringIO(text))]


@pytest.mark.parametrize(
    ("name", "path", "wanted"),
    [
        (None, None, "netcdf"),
        ("csv", None, "csv"),
        (None, "a.vtk", "vtk"),
        ("npz", "a", "npz"),
        (None, "a.doc", None),
        ("csv", "a.nc", None),
    ],
)
def test_formats_by_name_or_suffix(name: str | None, path: str | None, wanted: str | None) -> None:
    if wanted is None:
        with pytest.raises(ValueError, match=r"end"):
            format_of(name, path and Path(path))  # pyright: ignore[reportArgumentType]
    else:
        assert format_of(name, Path(path) if path else None) == wanted


def test_export_of_grids(flow_run: Path, tmp_path: Path) -> None:
    solution = open_(flow_run)
    for name, suffix in (("netcdf", "nc"), ("vtk", "vtk"), ("csv", "csv"), ("npz", "npz")):
        assert export(solution, name, tmp_path / f"s.{suffix}") == tmp_path / f"s.{suffix}"
    with np.load(tmp_path / "s.npz") as arrays:
        points = np.stack([arrays["x"], arrays["y"]], 1)
        np.testing.assert_allclose(arrays["v"], solution(points)["v"], rtol=1e-12)
    table = rows((tmp_path / "s.csv").read_text())
    assert len(table) == len(points) == 201**2 and table[7]["u"] == pytest.approx(float(solution(points)["u"][7]))
    with xr.open_dataset(tmp_path / "s.nc") as data:
        assert data.u.dims == ("y", "x") and data.Conventions == "CF-1.11"
        assert data.x.axis == "X" and data.u.units == "1" and "exact" in data.u_exact.long_name
        expected = float(solution(x=float(data.x[3]), y=float(data.y[9]))["u"])
        assert float(data.u[9, 3]) == pytest.approx(expected)


def test_vtk_holds_grid_fields_and_vectors(flow_run: Path, tmp_path: Path) -> None:
    export(open_(flow_run), "vtk", tmp_path / "s.vtk")
    data = (tmp_path / "s.vtk").read_bytes()
    assert b"DIMENSIONS 201 201 1\n" in data and b"VECTORS U double\n" in data

    def block(head: bytes, count: int) -> np.ndarray:
        return np.frombuffer(data, ">f8", count, data.index(head) + len(head))

    x = block(b"X_COORDINATES 201 double\n", 201)
    y = block(b"Y_COORDINATES 201 double\n", 201)
    solution = open_(flow_run)
    at = solution(x=x[5], y=y[11])
    place = 11 * 201 + 5  # the first coordinate runs fastest
    assert block(b"SCALARS u double 1\nLOOKUP_TABLE default\n", 201**2)[place] == pytest.approx(float(at["u"]))
    vector = block(b"VECTORS U double\n", 3 * 201**2).reshape(-1, 3)[place]
    np.testing.assert_allclose(vector, [float(at["u"]), float(at["v"]), 0.0], rtol=1e-12)


def test_the_exported_program_runs_without_pdedsl(heat_run: Path, tmp_path: Path) -> None:
    path = tmp_path / "u.stablehlo"
    export(open_(heat_run), "stablehlo", path)
    code = (
        "import sys, json, jax, numpy as np; from jax import export\n"
        "jax.config.update('jax_enable_x64', True)\n"
        f"program = export.deserialize(bytearray(open({str(path)!r}, 'rb').read()))\n"
        "found = program.call(np.array([[0.25, 0.5], [0.5, 1.0], [0.1, 0.0]]))\n"
        "assert 'pdedsl' not in sys.modules\n"
        "print(json.dumps(np.asarray(found).reshape(-1).tolist()))\n"
    )
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True)
    points = np.array([[0.25, 0.5], [0.5, 1.0], [0.1, 0.0]])
    np.testing.assert_allclose(json.loads(done.stdout), open_(heat_run)(points), rtol=1e-12)
