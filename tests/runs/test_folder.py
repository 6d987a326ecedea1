"""Run folders: nothing of the user's is overwritten, nothing is half there, nobody else writes."""

import io
import json
import os
import re
import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest
import xarray as xr

import pdedsl
from pdedsl.pictures.grid import as_netcdf, units
from pdedsl.runs.files import PART
from pdedsl.runs.folder import changed
from pdedsl.runs.sealed import sealed, summary
from pdedsl.vocabulary.diagnostics import SpecError

LINE = """pde 1
title "A rod: x [m], u [K], on [0, 1] and t [s] later"
domain x in [0, 1]
field u(x)
equation: dxx(u) = 0
boundary: u = x  on all
"""
SMALL = {"network": "mlp(3)", "points": 20, "steps": 2}


def table(path: Path, factor: float = 1.0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x,u\n" + "".join(f"{x},{factor * x}\n" for x in np.linspace(0, 1, 11)))
    return path


@pytest.mark.slow
@pytest.mark.parametrize("name", ["../there.csv", "solution.csv", "history.csv", "deep/er/there.csv", "/absolute"])
def test_tables_are_kept_under_names_of_their_own(tmp_path: Path, name: str) -> None:
    home = tmp_path / "home"
    name = str(tmp_path / "elsewhere" / "there.csv") if name == "/absolute" else name
    home.mkdir()
    original = table(home / name)
    (home / "line.pde").write_text(f'{LINE}reference: u from "{name}"\n')
    before = original.read_bytes()
    run = home / "run"
    solution = pdedsl.solve(pdedsl.load(home / "line.pde", allow_outside=True), folder=run, **SMALL)
    (run / "solution.csv").write_text("x,u\n0,0\n")  # as `pdedsl export` writes
    assert original.read_bytes() == before
    assert {p.name for p in home.iterdir()} <= {"line.pde", "run", Path(name).parts[0]}
    original.unlink()
    assert pdedsl.open(run).errors == solution.errors


@pytest.mark.slow
def test_a_table_outside_is_neither_copied_nor_shown(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "secret.csv").write_text("x,password\n0,hunter\n")
    spec = home / "line.pde"
    spec.write_text(f'{LINE}reference: u from "../secret.csv"\n')
    with pytest.raises(SpecError) as caught:
        pdedsl.load(spec)
    assert "password" not in str(caught.value) and "--allow-outside" in str(caught.value)
    with pytest.raises(SpecError, match="password"):
        pdedsl.load(spec, allow_outside=True)
    table(tmp_path / "secret.csv")
    solution = pdedsl.solve(pdedsl.load(spec), folder=home / "run", **SMALL)
    assert not (home / "run" / "references").exists()
    assert pdedsl.open(home / "run").errors == solution.errors  # as long as it stays where it is


@pytest.mark.parametrize("kind", ["fifo", "folder", "/dev/zero"])
def test_only_regular_files_are_read(tmp_path: Path, kind: str) -> None:
    path = Path(kind) if kind.startswith("/") else tmp_path / "t.csv"
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    (tmp_path / "line.pde").write_text(f'{LINE}reference: u from "{path}"\n')
    with pytest.raises(SpecError, match=r"not a regular file|is a directory"):
        pdedsl.load(tmp_path / "line.pde")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sound") / "run"
    pdedsl.solve(pdedsl.loads(LINE), folder=folder, **SMALL)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("name", ["network.npz", "history.csv", "spec.pde", "settings.txt", "run.json"])
@pytest.mark.parametrize("harm", ["flipped", "short", "gone", "nested"])
def test_a_damaged_folder_says_which_file(sound: Path, tmp_path: Path, name: str, harm: str) -> None:
    folder = tmp_path / "run"
    shutil.copytree(sound, folder)
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2] ^= 4
    harmed = {"flipped": bytes(data), "short": bytes(data[:9]), "nested": b"[" * 100_000}.get(harm)
    if harmed is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(harmed)
    if name in ("spec.pde", "settings.txt") and harm == "gone":
        expected = "holds no run"
    elif name == "run.json" and harm == "gone":
        expected = "was stopped before it began"
    else:
        expected = f"the run folder is damaged: {folder / name}"
    with pytest.raises(ValueError, match=re.escape(expected)):
        pdedsl.open(folder)


@pytest.mark.slow
def test_what_can_be_made_again_is(sound: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(sound, folder)
    (folder / "error.npz").write_bytes(b"")
    assert pdedsl.open(folder).estimates == pdedsl.open(sound).estimates
    (folder / "network.npz").unlink()
    assert pdedsl.resume(folder, steps=3).history[-1].step == 3


@pytest.mark.slow
def test_two_tables_of_one_name(tmp_path: Path) -> None:
    for place, factor in (("a", 1.0), ("b", 2.0)):
        table(tmp_path / place / "t.csv", factor)
    spec = tmp_path / "home" / "line.pde"
    spec.parent.mkdir()
    text = LINE.replace("field u(x)", "field u(x), v(x)") + "equation: v = u\n"
    spec.write_text(f'{text}reference: u from "../a/t.csv"\nreference: v from "../b/t.csv" columns (v = "u")\n')
    solution = pdedsl.solve(pdedsl.load(spec), folder=tmp_path / "run", **SMALL)
    assert pdedsl.open(tmp_path / "run").errors == solution.errors and len(solution.errors) == 2


@pytest.mark.slow
def test_a_folder_holds_one_run(tmp_path: Path) -> None:
    pdedsl.solve(pdedsl.loads(LINE), folder=tmp_path, **SMALL)
    with pytest.raises(FileExistsError, match="holds a run already"):
        pdedsl.solve(pdedsl.loads(LINE), folder=tmp_path, **SMALL)


@pytest.mark.slow
def test_a_failing_resume_leaves_a_finished_run_as_it_is(tmp_path: Path) -> None:
    pdedsl.solve(pdedsl.loads(LINE), folder=tmp_path, **SMALL)
    checkpoint = tmp_path / "checkpoint.npz"
    checkpoint.write_bytes(checkpoint.read_bytes()[:100])
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    with pytest.raises(ValueError, match="not a whole one"):
        pdedsl.resume(tmp_path, steps=9)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


@pytest.mark.slow
def test_what_is_left_of_a_killed_writer_goes(tmp_path: Path) -> None:
    pdedsl.solve(pdedsl.loads(LINE), folder=tmp_path, **SMALL)
    (tmp_path / f".solution.nc{PART}abc").write_bytes(b"half")
    pdedsl.resume(tmp_path, steps=3)
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")]


@pytest.mark.slow
def test_seconds_and_compilation_add_up(tmp_path: Path) -> None:
    first = pdedsl.solve(pdedsl.loads(LINE), folder=tmp_path, **SMALL)
    second = pdedsl.resume(tmp_path, steps=4)
    assert second.seconds > first.seconds and second.outcome.compile_seconds > first.outcome.compile_seconds
    assert summary(tmp_path)["steps"] == 4
    assert pdedsl.resume(tmp_path).seconds == pytest.approx(second.seconds)


@pytest.mark.slow
def test_a_cutoff_of_ones_own_is_asked_for_again(tmp_path: Path) -> None:
    def soft(s, c, history):
        return s**2 / (s**2 + 1e-4)

    straight = pdedsl.solve(pdedsl.loads(LINE), cutoff=soft, **{**SMALL, "steps": 4})
    pdedsl.solve(pdedsl.loads(LINE), folder=tmp_path, cutoff=soft, **SMALL)
    with pytest.raises(ValueError, match="a cut-off of your own"):
        pdedsl.resume(tmp_path, steps=4)
    again = pdedsl.resume(tmp_path, steps=4, cutoff=soft)
    np.testing.assert_array_equal(again.outcome.parameters, straight.outcome.parameters)
    with pytest.raises(ValueError, match="no cut-off"):
        pdedsl.solve(pdedsl.loads(LINE), cutoff=soft, method="adam", **SMALL)


@pytest.mark.slow
def test_other_versions_are_named(tmp_path: Path) -> None:
    pdedsl.solve(pdedsl.loads(LINE), folder=tmp_path, **SMALL)
    assert changed(tmp_path) == []
    run = json.loads((tmp_path / "run.json").read_text())
    run["versions"]["jax"] = "0.1"
    (tmp_path / "run.json").write_bytes(sealed(run))
    (words,) = changed(tmp_path)
    assert words.startswith("jax was 0.1 and is ")


@pytest.mark.slow
def test_a_field_may_be_called_as_an_exact_solution_is(tmp_path: Path) -> None:
    text = "pde 1\ndomain x[1:2] in [0, 1]\nfield u(x), u_exact(x), file(x)\n"
    text += "equation: u = 1\nequation: u_exact = 2\nequation: file = 3\nexact u = 1\nexact file = 3\n"
    solution = pdedsl.solve(pdedsl.loads(text), folder=tmp_path, network="mlp(4)", points=40, steps=20)
    with xr.open_dataset(tmp_path / "solution.nc") as data:
        means = {str(name): float(values.mean()) for name, values in data.items()}
        assert dict(data.sizes) == {"x_1": 201, "x_2": 201}
        assert "_FillValue" not in data.x_1.encoding or data.x_1.encoding["_FillValue"] is None
    assert means == pytest.approx({"u": 1, "u_exact": 2, "file": 3, "u_exact_": 1, "file_exact": 3}, abs=1e-3)
    assert solution.errors["u"] < 1e-3


@pytest.mark.slow
def test_paraview_can_read_what_is_time() -> None:
    """ParaView's reader knows attributes of characters only, and finds time by the attribute `axis`."""
    text = 'pde 1\ntitle "Wärme ²"\ndomain x in [0, 1]\ntime t in [0, 1]\nfield u(x, t)\nequation: dt(u) = 0\ninitial: u = 1\n'
    data = pdedsl.solve(pdedsl.loads(text), **SMALL).dataset()
    with h5py.File(io.BytesIO(as_netcdf(data))) as file:
        axis = file["t"].attrs.get_id("axis")
        assert not axis.get_type().is_variable_str() and file["t"].attrs["axis"] == b"T"
        assert file["u"].shape == (201, 201) and file["u"].dims[0][0].name == "/t"
    with xr.open_dataset(io.BytesIO(as_netcdf(data)), engine="h5netcdf") as read:
        assert read.title == "Wärme ²" and read.t.axis == "T"


@pytest.mark.slow
def test_units_come_from_the_title(tmp_path: Path) -> None:
    assert units(pdedsl.loads(LINE)) == {"x": "m", "u": "K"}
    pdedsl.solve(pdedsl.loads(LINE), folder=tmp_path, **SMALL)
    with xr.open_dataset(tmp_path / "solution.nc") as data:
        assert data.x.units == "m" and data.u.units == "K"
    (axes, *_) = pdedsl.open(tmp_path).plot().axes
    assert axes.get_xlabel() == "x [m]" and axes.get_ylabel() == "u [K]"


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"No space left on device: .*spec\.pde"):
        pdedsl.solve(pdedsl.loads(LINE), folder=tmp_path, **SMALL)
    assert list(tmp_path.iterdir()) == []
