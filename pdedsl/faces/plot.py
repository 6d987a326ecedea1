"""From a solution to pictures: the fields, their errors, the convergence of the run, where the sampler went."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.animation import FuncAnimation
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from pdedsl.faces.grid import Values, on_grid
from pdedsl.language.problem import Field, Problem
from pdedsl.numerics.compare import Truth
from pdedsl.solver.solve import Record

FIELD_COLOURS = "RdBu_r"
ERROR_COLOURS = "magma"
INK = ("#1b4965", "#ca6702", "#5f0f40", "#588157", "#6c757d", "#9b2226")
FRAMES, RATE = 60, 12
"""Frames of an animation, and how many a second."""

Panel = Callable[[Axes], None]


@dataclass(frozen=True)
class Scene:
    """What a picture is made from."""

    problem: Problem
    values: Values
    history: Sequence[Record] = ()
    errors: Mapping[str, float] | None = None
    known: tuple[Truth, ...] = ()
    """Exact solutions and references."""
    points: Mapping[str, np.ndarray] | None = None
    """The points of each statement at the end of the run."""

    @cached_property
    def data(self) -> xr.Dataset:
        return on_grid(self.problem, self.values)

    @property
    def names(self) -> list[str]:
        return [c.name for c in self.problem.coordinates]


def figure(scene: Scene) -> Figure:
    """One row a field: the solution, cuts through it, its error; below, convergence, the sampler's points, streamlines."""
    rows: list[list[Panel]] = [list(_panels(scene, unknown)) for unknown in scene.problem.fields]
    rows.append(list(_closing(scene)))
    columns = max(map(len, rows))
    picture = Figure(figsize=(4.6 * columns, 3.9 * len(rows)), layout="constrained")
    grid = picture.subplots(len(rows), columns, squeeze=False)
    for axes, panels in zip(grid, rows, strict=True):
        for place, own in enumerate(axes):
            if place < len(panels):
                panels[place](own)
            else:
                own.set_visible(False)
    picture.suptitle(scene.problem.title, fontsize=14)
    return picture


def portrait(scene: Scene) -> Figure:
    """A small picture of the first field, for a gallery: a map, or a curve along the first coordinate."""
    picture = Figure(figsize=(2.0, 2.0), layout="constrained")
    axes, unknown = picture.subplots(), scene.problem.fields[0]
    if len(scene.names) in (2, 3):
        held = {scene.names[2]: -1 if scene.problem.time else 0.5} if len(scene.names) == 3 else {}
        _heat(axes, _slice(scene, unknown.name, held))
    else:
        _lines(scene, unknown, axes)
        axes.set(xlabel="", title="")
        if legend := axes.get_legend():
            legend.remove()
    axes.set_xticks([])
    axes.set_yticks([])
    return picture


def animation(scene: Scene) -> FuncAnimation:
    """The first field moving in time. Raises ValueError where there is no time, or space has more than two dimensions."""
    problem = scene.problem
    if problem.time is None or len(problem.space) > 2:
        raise ValueError("only solutions that depend on time, in one or two dimensions of space, can be animated")
    t, name = problem.time.name, problem.fields[0].name
    field = scene.data[name].interp({t: np.linspace(*_ends(scene.data, t), FRAMES)})
    picture = Figure(figsize=(5.6, 4.4), layout="constrained")
    axes = picture.subplots()
    low, high = float(np.nanmin(field)), float(np.nanmax(field))
    if len(problem.space) == 1:
        x = problem.space[0].name
        (line,) = axes.plot(field[x], field.isel({t: 0}), color=INK[0], linewidth=2)
        margin = 0.05 * ((high - low) or 1.0)
        axes.set(xlabel=x, ylabel=name, ylim=(low - margin, high + margin))
    else:
        line = _heat(axes, field.isel({t: 0}).transpose(*reversed([c.name for c in problem.space])), (low, high))
        picture.colorbar(line, ax=axes)

    def frame(number: int) -> list[Any]:
        now = field.isel({t: number})
        if isinstance(line, AxesImage):
            line.set_data(now.transpose(*reversed([c.name for c in problem.space])))
        else:
            line.set_ydata(now)
        axes.set_title(f"{problem.title}\n{t} = {float(field[t][number]):.3g}".strip())
        return [line]

    return FuncAnimation(picture, frame, frames=FRAMES, interval=1000 / RATE)


# ---- the panels --------------------------------------------------------------------------------------------------------


def _panels(scene: Scene, unknown: Field) -> Iterator[Panel]:
    """What is shown of a field, fitting the number and the kind of its coordinates."""
    name, names, timely = unknown.name, scene.names, scene.problem.time is not None
    match len(names):
        case 1:
            yield partial(_curve, scene, unknown)
        case 2:
            yield partial(_map, scene, name, {})
            yield partial(_cuts, scene, unknown)
        case 3 if timely:
            for place in (0.0, 0.5, 1.0):
                yield partial(_map, scene, name, {names[2]: place})
        case 3:
            for axis in (2, 1, 0):
                yield partial(_map, scene, name, {names[axis]: 0.5})
        case _:
            yield partial(_lines, scene, unknown)
            yield partial(_map, scene, f"{name}_on_plane", {})
    if (error := _error(scene, unknown)) is not None:
        yield error


def _error(scene: Scene, unknown: Field) -> Panel | None:
    name, names = unknown.name, scene.names
    if name in dict(scene.problem.exact):
        match len(names):
            case 1:
                return partial(_error_curve, scene, unknown)
            case 2:
                return partial(_error_map, scene, name, {})
            case 3:
                return partial(_error_map, scene, name, {names[2]: 1.0 if scene.problem.time else 0.5})
            case _:
                return partial(_error_lines, scene, unknown)
    for truth in scene.known:
        if truth.field == name:
            return partial(_error_points, scene, truth)
    return None


def _closing(scene: Scene) -> Iterator[Panel]:
    if scene.history:
        yield partial(_convergence, scene)
    if scene.points:
        yield partial(_points, scene)
    if len(scene.problem.space) == 2 and len(scene.names) <= 3:
        for name, components in scene.problem.vectors:
            if len(components) == 2:
                yield partial(_streamlines, scene, name, components)


def _curve(scene: Scene, unknown: Field, axes: Axes) -> None:
    x, name = scene.names[0], unknown.name
    axes.plot(scene.data[x], scene.data[name], color=INK[0], linewidth=2)
    axes.set(xlabel=x, ylabel=name, title=name)


def _error_curve(scene: Scene, unknown: Field, axes: Axes) -> None:
    x, name = scene.names[0], unknown.name
    error = np.abs(scene.data[name] - scene.data[f"{name}_exact"])
    axes.semilogy(scene.data[x], np.maximum(error, 1e-17), color=INK[1])
    axes.set(xlabel=x, title=f"|{name} - exact|")


def _slice(scene: Scene, name: str, held: Mapping[str, float]) -> xr.DataArray:
    """A variable over two coordinates, the others held at a share of their interval; time runs to the right."""
    field = scene.data[name]
    for coordinate, share in held.items():
        field = field.isel({coordinate: round(abs(share) * (field.sizes[coordinate] - 1))})
    first, second = (str(d) for d in field.dims)
    timely = scene.problem.time is not None and scene.problem.time.name == second
    return field.transpose(first, second) if timely else field.transpose(second, first)


def _said(scene: Scene, held: Mapping[str, float]) -> str:
    """Where the coordinates are held, in words."""
    places = {n: scene.data[n][round(abs(share) * (scene.data.sizes[n] - 1))] for n, share in held.items()}
    return "".join(f" at {n} = {float(value):.3g}" for n, value in places.items())


def _map(scene: Scene, name: str, held: Mapping[str, float], axes: Axes) -> None:
    everywhere = scene.data[name]
    limits = (float(np.nanmin(everywhere)), float(np.nanmax(everywhere)))
    field = _slice(scene, name, held)
    _colourbar(axes, _heat(axes, field, limits))
    where = _said(scene, held) if "_on_plane" not in name else " on a plane through the middle"
    axes.set(xlabel=field.dims[1], ylabel=field.dims[0], title=name.removesuffix("_on_plane") + where)


def _error_map(scene: Scene, name: str, held: Mapping[str, float], axes: Axes) -> None:
    error = abs(_slice(scene, name, held) - _slice(scene, f"{name}_exact", held))
    norm = _logarithmic(error.to_numpy())
    _colourbar(axes, _heat(axes, error.clip(norm.vmin), norm=norm))
    axes.set(xlabel=error.dims[1], ylabel=error.dims[0], title=f"|{name} - exact|{_said(scene, held)}")


def _error_points(scene: Scene, truth: Truth, axes: Axes) -> None:
    """The error on the points of a reference table."""
    error = np.abs(scene.values(truth.points)[:, truth.place] - truth.values)
    if len(scene.names) == 1:
        axes.semilogy(truth.points[:, 0], np.maximum(error, 1e-17), ".", color=INK[1])
        axes.set(xlabel=scene.names[0])
    else:
        timely = scene.problem.time is not None and len(scene.names) == 2
        across, up = (1, 0) if timely else (0, 1)
        norm = _logarithmic(error)
        shown = axes.scatter(
            truth.points[:, across],
            truth.points[:, up],
            c=np.maximum(error, norm.vmin or 0),
            norm=norm,
            cmap=ERROR_COLOURS,
            s=3,
            linewidths=0,
        )
        _colourbar(axes, shown)
        axes.set(xlabel=scene.names[across], ylabel=scene.names[up])
    axes.set_title(f"|{truth.field} - reference|")


def _logarithmic(error: np.ndarray) -> LogNorm:
    top = max(float(np.nanmax(error)), 1e-16)
    return LogNorm(top * 1e-4, top)


def _heat(
    axes: Axes, field: xr.DataArray, limits: tuple[float, float] | None = None, norm: LogNorm | None = None
) -> AxesImage:
    """An image of a field over two coordinates; two in space keep their proportions."""
    up, across = (str(d) for d in field.dims)
    low, high = limits or (float(np.nanmin(field)), float(np.nanmax(field)))
    largest = max(abs(low), abs(high)) or 1.0
    signed = low < -0.05 * largest
    colours: dict[str, Any] = {"cmap": ERROR_COLOURS, "norm": norm}
    if norm is None:
        colours = {"cmap": "viridis", "vmin": low, "vmax": high}
        if signed:
            colours = {"cmap": FIELD_COLOURS, "vmin": -largest, "vmax": largest}
    extent = (*_ends(field, across), *_ends(field, up))
    ratio = (extent[1] - extent[0]) / (extent[3] - extent[2])
    flat = field[across].attrs.get("axis") != "T" and field[up].attrs.get("axis") != "T"
    aspect = "equal" if flat and 0.3 < ratio < 3 else "auto"
    return axes.imshow(field, extent=extent, origin="lower", aspect=aspect, interpolation="bilinear", **colours)


def _colourbar(axes: Axes, shown: Any) -> None:
    picture = axes.get_figure()
    assert picture is not None
    picture.colorbar(shown, ax=axes)


def _cuts(scene: Scene, unknown: Field, axes: Axes) -> None:
    """Five cuts: at five times, or at five values of the second coordinate."""
    name, (x, other) = unknown.name, scene.names
    shares = np.linspace(0, 1, 5) if scene.problem.time else np.linspace(0.1, 0.9, 5)
    for colour, place in zip(INK, np.rint(shares * (scene.data.sizes[other] - 1)).astype(int), strict=False):
        cut = scene.data.isel({other: place})
        axes.plot(cut[x], cut[name], color=colour, label=f"{other} = {float(cut[other]):.3g}")
    axes.set(xlabel=x, ylabel=name, title=f"{name} at five values of {other}")
    axes.legend(fontsize=8, frameon=False)


def _lines(scene: Scene, unknown: Field, axes: Axes) -> None:
    """Lines through the middle of the domain, one a coordinate; of one coordinate, the curve."""
    names = scene.names
    for colour, coordinate in zip(INK, names, strict=False):
        line = scene.data[f"{unknown.name}_along_{coordinate}" if len(names) > 1 else unknown.name]
        axes.plot(scene.data[coordinate], line, color=colour, label=coordinate)
    axes.set(xlabel="the named coordinate, the others at their middle", title=unknown.name)
    axes.legend(fontsize=8, frameon=False)


def _error_lines(scene: Scene, unknown: Field, axes: Axes) -> None:
    for colour, coordinate in zip(INK, scene.names, strict=False):
        line, exact = (scene.data[f"{unknown.name}{kind}_along_{coordinate}"] for kind in ("", "_exact"))
        axes.semilogy(scene.data[coordinate], np.maximum(np.abs(line - exact), 1e-17), color=colour, label=coordinate)
    axes.set(xlabel="the named coordinate, the others at their middle", title=f"|{unknown.name} - exact|")
    axes.legend(fontsize=8, frameon=False)


def _streamlines(scene: Scene, name: str, components: tuple[str, ...], axes: Axes) -> None:
    """A plane vector field: its length as colours, its direction as streamlines; at the end of time."""
    held = {scene.names[2]: 1.0} if len(scene.names) == 3 else {}
    u, v = (_slice(scene, c, held) for c in components)
    speed = (u**2 + v**2) ** 0.5
    up, across = (str(d) for d in u.dims)
    _colourbar(axes, _heat(axes, speed, (0.0, float(np.nanmax(speed)))))
    # Streamlines need evenly spaced coordinates to the last bit.
    xs, ys = (np.linspace(*_ends(u, n), u.sizes[n]) for n in (across, up))
    axes.streamplot(xs, ys, u.to_numpy(), v.to_numpy(), color="white", density=1.1, linewidth=0.7, arrowsize=0.8)
    axes.set(xlabel=across, ylabel=up, xlim=_ends(u, across), ylim=_ends(u, up), title=f"|{name}|{_said(scene, held)}")


def _points(scene: Scene, axes: Axes) -> None:
    """The points of each statement at the end of the run: adaptive ones lie where the residual was large."""
    names, timely = scene.names, scene.problem.time is not None and len(scene.names) == 2
    across, up = (1, 0) if timely else (0, min(1, len(names) - 1))
    for place, (statement, points) in enumerate((scene.points or {}).items()):
        heights = points[:, up] if len(names) > 1 else np.full(len(points), place)
        axes.plot(points[:, across], heights, ".", markersize=2, color=INK[place % len(INK)], label=statement)
    axes.set(xlabel=names[across], ylabel=names[up] if len(names) > 1 else "", title="points at the end of the run")
    axes.legend(fontsize=8, frameon=True, markerscale=4, loc="upper right")


def _convergence(scene: Scene, axes: Axes) -> None:
    """Loss and errors against seconds."""
    seconds = [r.seconds for r in scene.history]
    axes.semilogy(seconds, [max(r.loss, 1e-40) for r in scene.history], color=INK[4], linewidth=1, label="loss")
    for colour, (name, last) in zip(INK, (scene.errors or {}).items(), strict=False):
        measured = [(r.seconds, r.errors[name]) for r in scene.history if name in r.errors]
        if measured:
            label = f"error of {name}, {last:.1e} at the end"
            axes.semilogy(*zip(*measured, strict=True), color=colour, linewidth=2, label=label)
    axes.set(xlabel="seconds", title="convergence (relative L2 error)" if scene.errors else "convergence")
    axes.grid(alpha=0.25)
    axes.legend(fontsize=8, frameon=False)


def _ends(data: xr.DataArray | xr.Dataset, name: str) -> tuple[float, float]:
    return float(data[name][0]), float(data[name][-1])
