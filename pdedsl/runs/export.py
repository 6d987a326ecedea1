"""From a solution to the files of other programs."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp
import xarray as xr
from jax import export as jax_export

from pdedsl.geometry.points import inside, inside_shape, random
from pdedsl.pictures.grid import as_netcdf
from pdedsl.runs.files import as_npz, write
from pdedsl.runs.solution import Solution
from pdedsl.vocabulary.columns import as_csv

SCATTERED = 10_000
"""Points in the domain where a grid would be too large: in more than three coordinates."""


class Format(NamedTuple):
    """A format by its suffix and what writes it."""

    suffix: str
    write: Callable[[Solution, Path], None]
    words: str


def format_of(name: str | None, path: Path | None) -> str:
    """The format that was named, or that a file's suffix names. Raises ValueError where there is none, or two."""
    suffixes = {entry.suffix: known for known, entry in FORMATS.items()}
    ending = path.suffix.lstrip(".").lower() if path else ""
    if name is None and path is None:
        return "netcdf"
    if name is not None and name not in FORMATS:
        raise ValueError(f"there is no format `{name}`; there are: {', '.join(FORMATS)}")
    if name is None and ending not in suffixes:
        raise ValueError(f"{path}: say which --format, or end the name in {', '.join(f'.{s}' for s in suffixes)}")
    if name is not None and ending in suffixes and suffixes[ending] != name:
        raise ValueError(f"{path}: {name} files end in .{FORMATS[name].suffix}")
    return name or suffixes[ending]


def export(solution: Solution, name: str, path: Path) -> Path:
    """Write a solution in one of the FORMATS; the file appears whole or not at all. Raises ValueError and OSError."""
    if name not in FORMATS:
        raise ValueError(f"there is no format `{name}`; there are: {', '.join(FORMATS)}")
    FORMATS[name].write(solution, path)
    return path


def netcdf(solution: Solution, path: Path) -> None:
    """The fields on a grid after the CF conventions, the last coordinate first, NaN outside the domain."""
    write(path, as_netcdf(solution.dataset()))


def table(solution: Solution) -> dict[str, np.ndarray]:
    """Coordinates and fields as columns: the points of the grid that lie in the domain, or random ones in many dimensions."""
    problem = solution.stated
    names = [c.name for c in problem.coordinates]
    if len(names) <= 3:
        axes = [solution.on_grid()[n].to_numpy() for n in names]
        points = np.stack([m.reshape(-1) for m in np.meshgrid(*axes, indexing="ij")], axis=1)
        points = points[inside_shape(problem.domain, points)]
    else:
        points = inside(problem.domain, sp.true, SCATTERED, random(np.random.default_rng(0)))
    values = solution(points)
    fields = values if isinstance(values, dict) else {problem.fields[0].name: values}
    return dict(zip(names, points.T, strict=True)) | fields


def _csv(solution: Solution, path: Path) -> None:
    write(path, as_csv(table(solution)).encode())


def _npz(solution: Solution, path: Path) -> None:
    write(path, as_npz(table(solution)))


def vtk(solution: Solution, path: Path) -> None:
    """A rectilinear grid for ParaView (VTK legacy format, binary); vectors are vectors.

    Time is the last axis after one or two coordinates in space; after three it is held at its end.
    """
    problem, data = solution.stated, solution.on_grid()
    if problem.time is not None and len(problem.space) == 3:
        data = data.isel({problem.time.name: -1}, missing_dims="ignore").drop_vars(problem.time.name, errors="ignore")
    names = [c.name for c in problem.coordinates if c.name in data.dims]
    if len(names) > 3:
        raise ValueError(f"vtk holds up to three coordinates, and there are {len(names)}: export csv instead")
    sizes = [data.sizes[n] for n in names] + [1] * (3 - len(names))
    parts = [
        b"# vtk DataFile Version 3.0\n",
        (" ".join((problem.name or "solution").split())[:255] + "\n").encode("ascii", "replace"),
        f"BINARY\nDATASET RECTILINEAR_GRID\nDIMENSIONS {sizes[0]} {sizes[1]} {sizes[2]}\n".encode(),
    ]
    for axis, size in enumerate(sizes):
        values = data[names[axis]].to_numpy() if axis < len(names) else np.zeros(1)
        parts += [f"{'XYZ'[axis]}_COORDINATES {size} double\n".encode(), values.astype(">f8").tobytes(), b"\n"]
    parts.append(f"POINT_DATA {int(np.prod(sizes))}\n".encode())
    order = tuple(reversed(names))
    wide = xr.broadcast(data)[0]
    columns = {str(name): v.transpose(*order).to_numpy().reshape(-1) for name, v in wide.items()}
    for name, column in columns.items():
        head = f"SCALARS {name} double 1\nLOOKUP_TABLE default\n"
        parts += [head.encode(), column.astype(">f8").tobytes(), b"\n"]
    for name, components in problem.vectors:
        if len(components) <= 3:
            stacked = [columns[c] for c in components] + [np.zeros(int(np.prod(sizes)))] * (3 - len(components))
            parts += [f"VECTORS {name} double\n".encode(), np.stack(stacked, 1).astype(">f8").tobytes(), b"\n"]
    write(path, b"".join(parts))


def stablehlo(solution: Solution, path: Path) -> None:
    """The solution as a program of its own: `jax.export.deserialize(bytearray(data)).call(X)`, X of shape (N, d), float64.

    It needs JAX in double precision, and nothing of pdedsl.
    """
    with jax.enable_x64(True):
        u = solution.u
        shape = jax_export.symbolic_shape(f"n, {len(solution.problem.coordinates)}")
        points = jax.ShapeDtypeStruct(shape, jnp.float64)
        program = jax_export.export(jax.jit(jax.vmap(u)), platforms=("cpu", "cuda", "tpu"))(points)
    write(path, bytes(program.serialize()))


FORMATS: Mapping[str, Format] = {
    "netcdf": Format("nc", netcdf, "fields on a grid, for xarray and ParaView"),
    "vtk": Format("vtk", vtk, "fields on a grid, for ParaView and VisIt"),
    "csv": Format("csv", _csv, "points and fields as a table"),
    "npz": Format("npz", _npz, "the same as NumPy arrays"),
    "stablehlo": Format("stablehlo", stablehlo, "a function of points that runs without pdedsl"),
}
