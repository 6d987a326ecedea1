"""From a solution to pictures: the fields, their errors and the convergence of the run."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from pdedsl.faces.grid import Values, on_grid
from pdedsl.language.problem import Field, Problem
from pdedsl.solver.solve import Record

FIELD_COLOURS = "RdBu_r"
ERROR_COLOURS = "magma"
INK = ("#1b4965", "#ca6702", "#5f0f40", "#588157", "#6c757d", "#9b2226")


def figure(problem: Problem, values: Values, history: Sequence[Record], errors: Mapping[str, float]) -> Figure:
    """One row a field: the solution, its error or its slices; the convergence of the run at the end of the first."""
    rows = len(problem.fields)
    picture = Figure(figsize=(14, 4.2 * rows), layout="constrained")
    grid = picture.subplots(rows, 3, squeeze=False)
    data = on_grid(problem, values)
    for row, unknown in zip(grid, problem.fields, strict=True):
        match len(problem.coordinates):
            case 1:
                _curve(row[0], row[1], problem, unknown, data)
            case 2 | 3:
                _maps(picture, row[0], row[1], problem, unknown, data)
            case _:
                _lines(row[0], row[1], problem, unknown, data)
    _convergence(grid[0][2], history, errors)
    for row in grid[1:]:
        row[2].set_visible(False)
    picture.suptitle(problem.title, fontsize=14)
    return picture


def _curve(left: Axes, right: Axes, problem: Problem, unknown: Field, data: xr.Dataset) -> None:
    name, x = unknown.name, problem.coordinates[0].name
    left.plot(data[x], data[name], color=INK[0])
    left.set(xlabel=x, ylabel=name, title=name)
    if f"{name}_exact" in data:
        error = np.abs(data[name] - data[f"{name}_exact"])
        right.semilogy(data[x], np.maximum(error, 1e-17), color=INK[1])
        right.set(xlabel=x, title=f"|{name} - exact|")
    else:
        right.plot(data[x], np.gradient(data[name], data[x]), color=INK[1])
        right.set(xlabel=x, title=f"d{x}({name})")


def _plane(problem: Problem, unknown: Field, data: xr.Dataset) -> tuple[xr.Dataset, list[str], bool, str]:
    """What a map of a field shows: data of two coordinates, which is up and which across, whether both are in space.

    Time runs to the right. Of three coordinates the last is held: the time at its end, one in space at its middle.
    """
    first, second, *rest = (c.name for c in problem.coordinates)
    if not rest:
        timely = problem.time is not None
        return data, [first, second] if timely else [second, first], not timely, unknown.name
    held = data.sizes[rest[0]] - 1 if problem.time is not None else data.sizes[rest[0]] // 2
    title = f"{unknown.name} at {rest[0]} = {float(data[rest[0]][held]):.3g}"
    return data.isel({rest[0]: held}), [second, first], True, title


def _maps(picture: Figure, left: Axes, right: Axes, problem: Problem, unknown: Field, data: xr.Dataset) -> None:
    """A heat map; beside it the error, or slices where there is nothing to compare with."""
    data, (up, across), flat, title = _plane(problem, unknown, data)
    name = unknown.name
    field = data[name].transpose(up, across)
    picture.colorbar(_heat(left, field, flat), ax=left)
    left.set(xlabel=across, ylabel=up, title=title)
    if f"{name}_exact" in data:
        error = abs(field - data[f"{name}_exact"].transpose(up, across))
        top = max(float(np.nanmax(error)), 1e-16)
        scale: dict[str, Any] = {"cmap": ERROR_COLOURS, "norm": LogNorm(top * 1e-4, top)}
        picture.colorbar(_heat(right, error.clip(top * 1e-4), flat, scale), ax=right)
        right.set(xlabel=across, ylabel=up, title=f"|{name} - exact|")
        return
    steps = np.linspace(0, data.sizes[across] - 1, 5).astype(int)
    for colour, step in zip(INK, steps, strict=False):
        label = f"{across} = {float(data[across][step]):.3g}"
        right.plot(data[up], field[:, step], color=colour, label=label)
    right.set(xlabel=up, ylabel=name, title=f"{name} at five values of {across}")
    right.legend(fontsize=8, frameon=False)


def _heat(axes: Axes, field: xr.DataArray, flat: bool, scale: dict[str, Any] | None = None) -> AxesImage:
    """An image of a field over two coordinates; `flat` when both are in space, so that shapes keep their proportions."""
    up, across = (str(d) for d in field.dims)
    limit, lowest = float(np.nanmax(np.abs(field))) or 1.0, float(np.nanmin(field))
    signed = lowest < -0.05 * limit
    colours: dict[str, Any] = {"cmap": FIELD_COLOURS, "vmin": -limit, "vmax": limit} if signed else {"cmap": "viridis"}
    extent = (*_ends(field, across), *_ends(field, up))
    ratio = (extent[1] - extent[0]) / (extent[3] - extent[2])
    aspect = "equal" if flat and 0.3 < ratio < 3 else "auto"
    return axes.imshow(
        field, extent=extent, origin="lower", aspect=aspect, interpolation="bilinear", **(scale or colours)
    )


def portrait(problem: Problem, values: Values) -> Figure:
    """A small picture of the first field, for a gallery: a map, or a curve along the first coordinate."""
    picture = Figure(figsize=(2.0, 2.0), layout="constrained")
    axes, data, unknown = picture.subplots(), on_grid(problem, values), problem.fields[0]
    if len(problem.coordinates) in (2, 3):
        data, orientation, flat, _ = _plane(problem, unknown, data)
        _heat(axes, data[unknown.name].transpose(*orientation), flat)
    else:
        for colour, coordinate in zip(INK, problem.coordinates, strict=False):
            line = f"{unknown.name}_along_{coordinate.name}" if len(problem.coordinates) > 1 else unknown.name
            axes.plot(data[coordinate.name], data[line], color=colour)
    axes.set_xticks([])
    axes.set_yticks([])
    return picture


def _ends(data: xr.DataArray, name: str) -> tuple[float, float]:
    return float(data[name][0]), float(data[name][-1])


def _lines(left: Axes, right: Axes, problem: Problem, unknown: Field, data: xr.Dataset) -> None:
    """Lines through the middle of the domain, one a coordinate, and their errors."""
    name = unknown.name
    series = {
        c.name: (data[f"{name}_along_{c.name}"], data.get(f"{name}_exact_along_{c.name}")) for c in problem.coordinates
    }
    for colour, (coordinate, (line, exact)) in zip(INK * 20, list(series.items())[:6], strict=False):
        left.plot(data[coordinate], line, color=colour, label=coordinate)
        if exact is not None:
            right.semilogy(data[coordinate], np.maximum(np.abs(line - exact), 1e-17), color=colour, label=coordinate)
    left.set(xlabel="the named coordinate, the others at their middle", title=name)
    left.legend(fontsize=8, frameon=False)
    right.set(xlabel="the named coordinate, the others at their middle", title=f"|{name} - exact|")
    if not right.has_data():
        right.set_visible(False)


def _convergence(axes: Axes, history: Sequence[Record], errors: Mapping[str, float]) -> None:
    """Loss and errors against seconds."""
    seconds = [r.seconds for r in history]
    axes.semilogy(seconds, [max(r.loss, 1e-40) for r in history], color=INK[4], linewidth=1, label="loss")
    for colour, name in zip(INK, errors, strict=False):
        measured = [(r.seconds, r.errors[name]) for r in history if name in r.errors]
        if measured:
            axes.semilogy(
                *zip(*measured, strict=True),
                color=colour,
                linewidth=2,
                label=f"error of {name}, {errors[name]:.1e} at the end",
            )
    axes.set(xlabel="seconds", title="convergence (relative L2 error)" if errors else "convergence")
    axes.grid(alpha=0.25)
    axes.legend(fontsize=8, frameon=False)
