"""From a solution to its values on a grid of the domain, as a dataset after the CF conventions."""

import re
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any

import numpy as np
import sympy as sp
import xarray as xr

from pdedsl.geometry.points import inside, inside_shape, random
from pdedsl.problem.domain import middle as shown
from pdedsl.problem.evaluate import evaluate
from pdedsl.problem.problem import Problem
from pdedsl.problem.sources import near, places
from pdedsl.vocabulary.spoken import place_words

Values = Callable[[np.ndarray], np.ndarray]
"""Points of shape (N, d) to the values of all fields, shape (N, n)."""

SIZES = {1: 801, 2: 201, 3: 49}
"""Grid points along each coordinate, by the number of coordinates."""
SPACE, TIMES = 33, 11
"""The same in three dimensions of space with time: along each coordinate in space, and in time."""
FINE = 201
"""The same along a line or a plane through the domain."""


def on_grid(problem: Problem, values: Values) -> xr.Dataset:
    """The fields on a regular grid, exact solutions beside them, NaN outside the domain.

    Where that would be too large: `u_along_x`, on the line along x through the `centre` of the domain, for each
    coordinate, and `u_on_plane`, on the plane of the first two.
    """
    sizes = _sizes(problem)
    names = [c.name for c in problem.coordinates]
    bounds = dict(zip(names, problem.bounds, strict=True))
    axes = {n: np.linspace(*bounds[n], (sizes or {}).get(n, FINE)) for n in names}
    if sizes:
        data = xr.Dataset(over(problem, values, axes), coords=axes)
    else:
        data = xr.Dataset(coords=axes)
        for cut, suffix in [*(([n], f"_along_{n}") for n in names), (names[:2], "_on_plane")]:
            found = over(problem, values, {n: axes[n] for n in cut})
            data = data.assign({f"{n}{suffix}": v for n, v in found.items() if v.dims == tuple(cut)})
    data.attrs = {
        "Conventions": "CF-1.11",
        "title": problem.title or "solution",
        "source": f"pdedsl {version('pdedsl')}",
    }
    letters, unit = iter("XYZ" if len(problem.space) <= 3 else ""), units(problem)
    for coordinate in problem.coordinates:
        axis = "T" if coordinate.kind == "time" else next(letters, "")
        words = "time" if coordinate.kind == "time" else f"coordinate {coordinate.name}"
        own = {"long_name": words, "units": unit.get(coordinate.name, "1")} | ({"axis": axis} if axis else {})
        data[coordinate.name].attrs = own
    return data


def _sizes(problem: Problem) -> dict[str, int] | None:
    """Grid points along each coordinate; None where a grid is too large."""
    names = [c.name for c in problem.coordinates]
    if len(names) in SIZES:
        return dict.fromkeys(names, SIZES[len(names)])
    if problem.time is not None and len(problem.space) == 3:
        return {**dict.fromkeys(names, SPACE), problem.time.name: TIMES}
    return None


def centre(problem: Problem) -> dict[str, float]:
    """The middle of the domain; where that lies outside, a point inside that is near it. Of swept parameters see `domain.middle`."""
    pairs = zip(problem.coordinates, problem.bounds, strict=True)
    middle = np.asarray([shown(*ends) if c.kind == "parameter" else sum(ends) / 2 for c, ends in pairs])
    if not inside_shape(problem.domain, middle[None, :])[0]:
        points = inside(problem.domain, sp.true, 512, random(np.random.default_rng(0)))
        lengths = np.ptp(np.asarray(problem.bounds, float), axis=1)
        middle = points[np.argmin(np.linalg.norm((points - middle) / lengths, axis=1))]
    return dict(zip((c.name for c in problem.coordinates), map(float, middle), strict=True))


def over(
    problem: Problem, values: Values, axes: Mapping[str, np.ndarray], at: Mapping[str, float] | None = None
) -> dict[str, xr.DataArray]:
    """Fields and exact solutions over some coordinates; the others are held at `at` or the `centre`. NaN outside the domain, and
    where the field becomes infinite.

    A field that does not depend on one of the coordinates has no such dimension.
    """
    held, unit = {**centre(problem), **(at or {})}, units(problem)
    exact, found = dict(problem.exact), {}
    for place, field in enumerate(problem.fields):
        names = [n for n in axes if n in {s.name for s in field.arguments}]
        mesh = dict(zip(names, np.meshgrid(*(axes[n] for n in names), indexing="ij"), strict=True))
        shape = tuple(len(axes[n]) for n in names)
        points = np.stack([np.broadcast_to(mesh.get(n, value), shape).reshape(-1) for n, value in held.items()], axis=1)
        within = inside_shape(problem.domain, points)
        rest = place_words({s.name: held[s.name] for s in field.arguments if s.name not in names}, 6)
        columns: dict[str, tuple[Any, str]] = {field.name: (values(points)[:, place], "solution")}
        if field.name in exact:
            truth = np.asarray(evaluate(exact[field.name], problem.domain.at(points)), float)
            columns[exact_name(problem, field.name)] = truth, "exact solution"
        for source in places(problem):
            own = np.array([held[c.name] for c in problem.coordinates])
            own[list(problem.domain.spatial)] = source
            if not np.isfinite(values(own[None])[0, place]):
                within &= ~near(problem, source, points)
        for name, (column, origin) in columns.items():
            words = f"{field.name}, {origin}" + (f", at {rest}" if rest else "")
            attributes = {"long_name": words, "units": unit.get(field.name, "1"), "origin": origin}
            shown = np.where(within, column, np.nan).reshape(shape)
            found[name] = xr.DataArray(shown, dims=names, attrs=attributes)
    return found


def exact_name(problem: Problem, field: str) -> str:
    """The name of the exact solution of a field beside it: `u_exact`, or another one where a field is called that."""
    name = f"{field}_exact"
    while name in [f.name for f in problem.fields]:
        name += "_"
    return name


def units(problem: Problem) -> dict[str, str]:
    """The units that a title states, `"Heating a rod: x [m], t [s], u [K]"`, by coordinate and field."""
    names = {*(c.name for c in problem.coordinates), *(f.name for f in problem.fields)}
    found = {}
    for listed, unit in re.findall(r"((?:\w+\s*,\s*)*\w+)\s*\[([^][,]*[^\W\d_][^][,]*|%)\]", problem.title):
        # `x, y [m]` is of both; of `Heating a rod, x [m]` what is a name, from the unit backwards.
        for name in reversed(re.findall(r"\w+", listed)):
            if name not in names:
                break
            found.setdefault(name, unit.strip())
    return found


def as_netcdf(data: xr.Dataset) -> bytes:
    """A dataset as a NetCDF file. Coordinates have no fill value and names no brackets, as the CF conventions ask."""
    plain = {name: re.sub(r"\[(\w+)\]", r"_\1", str(name)) for name in [*data.coords, *data.data_vars]}
    data = data.rename({name: new for name, new in plain.items() if new != name}).copy()
    # Attributes of characters rather than strings: ParaView finds time by one, and reads no others.
    for holder in (data, *data.variables.values()):
        holder.attrs = {k: np.bytes_(v) if isinstance(v, str) and v.isascii() else v for k, v in holder.attrs.items()}
    plain_coordinates = {name: {"_FillValue": None} for name in data.coords}
    return bytes(data.to_netcdf(engine="h5netcdf", encoding=plain_coordinates))
