"""From a scene to the panels of its picture: maps, cuts, errors, the convergence of the run, where the sampler went."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.image import AxesImage
from matplotlib.transforms import ScaledTranslation

from pdedsl.numerics.truth import Truth
from pdedsl.pictures.grid import FINE, centre
from pdedsl.pictures.scene import Plane, Scene
from pdedsl.problem.statements import Field

FIELD_COLOURS = "RdBu_r"
ERROR_COLOURS = "magma"
INK = ("#1b4965", "#ca6702", "#5f0f40", "#588157", "#6c757d", "#9b2226", "#e09f3e", "#2a9d8f", "#a98467", "#7b2cbf")

Panel = Callable[[Axes], None]


def of_field(scene: Scene, unknown: Field) -> Iterator[Panel]:
    """What is shown of a field, fitting the number and the kind of its coordinates, and its error."""
    count, planes = len(scene.own(unknown)), scene.planes(unknown)
    if count == 1 or (count > 3 and len(planes) == 1):
        yield partial(lines, scene, unknown)
    for plane in planes:
        yield partial(_map, scene, unknown, plane)
    if count == 2:
        yield partial(_cuts, scene, unknown)
    truth = next((t for t in scene.known if t.field == unknown.name), None)
    if unknown.name not in dict(scene.problem.exact) and truth is not None:
        yield partial(_error_points, scene, truth)
    elif unknown.name in dict(scene.problem.exact) or scene.defect is not None:
        timely = bool(set(scene.own(unknown)) & set(scene.last))
        error_map = partial(_error_map, scene, unknown, planes[-1 if timely else 0]) if planes else None
        yield error_map if error_map and (count <= 3 or len(planes) > 1) else partial(_error_lines, scene, unknown)


def of_run(scene: Scene) -> Iterator[Panel]:
    """Panels of a run as a whole: its course, its points, the streamlines of plane vector fields."""
    if scene.history:
        yield partial(_convergence, scene)
    if scene.points:
        yield partial(_points, scene)
    if len(scene.problem.space) == 2 and len(scene.names) <= 3:
        for name, components in scene.problem.vectors:
            if len(components) == 2:
                yield partial(_streamlines, scene, name, components)


def _said(place: Mapping[str, float]) -> str:
    return f" at {', '.join(f'{n} = {value:.3g}' for n, value in place.items())}" if place else ""


def _map(scene: Scene, unknown: Field, plane: Plane, axes: Axes) -> None:
    free, place = plane
    all_shown = [scene.over(*f, **p)[unknown.name] for f, p in scene.planes(unknown)]
    limits = (min(float(np.nanmin(v)) for v in all_shown), max(float(np.nanmax(v)) for v in all_shown))
    field = scene.upright(scene.over(*free, **place)[unknown.name])
    _colourbar(axes, heat(axes, field, limits, flat=scene.flat(free)))
    _name(scene, axes, field)
    axes.set_title(scene.label(unknown.name) + _said(place))


def _error_map(scene: Scene, unknown: Field, plane: Plane, axes: Axes) -> None:
    free, place = plane
    error = scene.upright(scene.error(unknown.name, *free, **place))
    norm = _logarithmic(error.to_numpy())
    _colourbar(axes, heat(axes, error.clip(norm.vmin), norm=norm, flat=scene.flat(free)))
    _name(scene, axes, error)
    axes.set_title(f"{scene.against(unknown.name)}{_said(place)}")


def _name(scene: Scene, axes: Axes, field: xr.DataArray) -> None:
    """Name the axes of an image."""
    axes.set(xlabel=scene.label(field.dims[1]), ylabel=scene.label(field.dims[0]))


def _error_points(scene: Scene, truth: Truth, axes: Axes) -> None:
    """The error on the points of a reference table."""
    error = np.abs(scene.values(truth.points)[:, truth.place] - truth.values)
    if len(scene.names) == 1:
        axes.semilogy(truth.points[:, 0], np.maximum(error, 1e-17), ".", color=INK[1])
        axes.set(xlabel=scene.label(scene.names[0]))
    else:
        across, up = scene.sides
        norm = _logarithmic(error)
        colours: dict[str, Any] = {"norm": norm, "cmap": ERROR_COLOURS}
        x, y, z = truth.points[:, across], truth.points[:, up], np.maximum(error, norm.vmin or 0)
        (xs, i), (ys, j) = np.unique(x, return_inverse=True), np.unique(y, return_inverse=True)
        if len(xs) * len(ys) == len(z) == len(set(zip(i, j, strict=True))):
            table = np.empty((len(ys), len(xs)))
            table[j, i] = z
            shown = axes.pcolormesh(xs, ys, table, shading="nearest", rasterized=True, **colours)
        else:
            shown = axes.scatter(x, y, c=z, s=max(3.0, 4e4 / len(z)), linewidths=0, **colours)
        _colourbar(axes, shown)
        axes.set(xlabel=scene.label(scene.names[across]), ylabel=scene.label(scene.names[up]))
    axes.set_title(f"|{truth.field} - reference|")


def _logarithmic(error: np.ndarray) -> LogNorm:
    top = max(float(np.nanmax(error)), 1e-16)
    return LogNorm(top * 1e-4, top)


def heat(
    axes: Axes,
    field: xr.DataArray,
    limits: tuple[float, float] | None = None,
    norm: LogNorm | None = None,
    flat: bool = True,
) -> AxesImage:
    """An image of a field over two coordinates; a plane in space, `flat`, keeps its proportions."""
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
    aspect = "equal" if flat else "auto"
    return axes.imshow(field, extent=extent, origin="lower", aspect=aspect, interpolation="bilinear", **colours)


def _colourbar(axes: Axes, shown: Any) -> None:
    picture = axes.get_figure()
    assert picture is not None
    picture.colorbar(shown, ax=axes)


def _cuts(scene: Scene, unknown: Field, axes: Axes) -> None:
    """Five cuts: at five times, or at five values of the second coordinate."""
    name, (x, other) = unknown.name, scene.own(unknown)
    shares = np.linspace(0, 1, 5) if other in scene.last else np.linspace(0.1, 0.9, 5)
    field = scene.over(x, other)[name]
    for colour, place in zip(INK, np.rint(shares * (field.sizes[other] - 1)).astype(int), strict=False):
        cut = field.isel({other: place})
        axes.plot(cut[x], cut, color=colour, label=f"{other} = {float(cut[other]):.3g}")
    axes.set(xlabel=scene.label(x), ylabel=scene.label(name), title=f"{name} at five values of {other}")
    _legend(axes)


def lines(scene: Scene, unknown: Field, axes: Axes) -> None:
    """Lines through the middle of the domain, one a coordinate; of one coordinate, the curve."""
    _along(scene, unknown, axes, lambda name: scene.over(name)[unknown.name], axes.plot)
    axes.set(ylabel=scene.label(unknown.name), title=unknown.name + _through(scene, unknown))


def _error_lines(scene: Scene, unknown: Field, axes: Axes) -> None:
    _along(scene, unknown, axes, lambda name: scene.error(unknown.name, name).clip(1e-17), axes.semilogy)
    axes.set(title=scene.against(unknown.name) + _through(scene, unknown))


def _along(
    scene: Scene, unknown: Field, axes: Axes, values: Callable[[str], xr.DataArray], draw: Callable[..., Any]
) -> None:
    """Curves along the coordinates of a field: one against its coordinate, several against the share of their intervals."""
    names = scene.own(unknown)
    for colour, name in zip(INK * len(names), names, strict=False):
        low, high = scene.ends[name]
        across = np.linspace(low, high, FINE) if len(names) == 1 else np.linspace(0, 1, FINE)
        draw(across, values(name), color=colour, linewidth=1.5, label=f"{name} from {low:.3g} to {high:.3g}")
    if len(names) == 1:
        axes.set(xlabel=scene.label(names[0]))
    else:
        axes.set(xlabel="share of the coordinate's interval")
        _legend(axes)


def _through(scene: Scene, unknown: Field) -> str:
    """Where the lines of a field of many coordinates meet."""
    names, place = scene.own(unknown), centre(scene.problem)
    if len(names) == 1:
        return ""
    where = {n: place[n] for n in names}
    same = len({f"{v:.3g}" for v in where.values()}) == 1
    return f" through all coordinates = {next(iter(where.values())):.3g}" if same else f" through{_said(where)[3:]}"


def _streamlines(scene: Scene, name: str, components: tuple[str, ...], axes: Axes) -> None:
    """A plane vector field: its length as colours, its direction as streamlines; at the end of time."""
    place = scene.last
    x, y = (n for n in scene.names if n not in place)
    found = scene.over(x, y, **place)
    u, v = (found[c].broadcast_like(found[components[0]] + found[components[1]]).transpose(y, x) for c in components)
    speed = (u**2 + v**2) ** 0.5
    _colourbar(axes, heat(axes, speed, (0.0, float(np.nanmax(speed))), flat=scene.flat((x, y))))
    # Streamlines need evenly spaced coordinates to the last bit.
    xs, ys = (np.linspace(*scene.ends[n], FINE) for n in (x, y))
    axes.streamplot(xs, ys, u.to_numpy(), v.to_numpy(), color="white", density=1.1, linewidth=0.7, arrowsize=0.8)
    axes.set(xlim=scene.ends[x], ylim=scene.ends[y], title=f"|{name}|{_said(place)}")
    _name(scene, axes, u)


def _points(scene: Scene, axes: Axes) -> None:
    """The points of each statement at the end of the run: adaptive ones lie where the residual was large."""
    names, statements = scene.names, dict(scene.points or {})
    across, up = scene.sides
    for place, (statement, points) in enumerate(statements.items()):
        heights = points[:, up] if len(names) > 1 else np.full(len(points), place)
        style: dict[str, Any] = {"color": INK[place % len(INK)], "markersize": 2, "alpha": 0.8}
        axes.plot(points[:, across], heights, ".", label=statement.replace("_", " _", 1), **style)
    axes.set(xlabel=scene.label(names[across]), title="points at the end of the run")
    if len(names) == 1:
        axes.set_yticks(range(len(statements)), list(statements))
        axes.margins(y=0.3)
        return
    axes.set(ylabel=scene.label(names[up]))
    if scene.flat((names[across], names[up])):
        axes.set_aspect("equal")
    _legend(axes, markerscale=4)


def _convergence(scene: Scene, axes: Axes) -> None:
    """Losses and errors against seconds."""
    seconds = [r.seconds for r in scene.history]
    marker = "." if len(seconds) < FEW else ""

    def curve(values: Sequence[float], **style: Any) -> None:
        axes.semilogy(seconds, np.maximum(values, 1e-40), marker=marker, **style)

    blocks = list(scene.history[-1].losses)
    if len(blocks) > 1:
        for shade, name in zip(np.linspace(0.45, 0.8, len(blocks)), blocks, strict=True):
            label = f"loss of {name}"
            curve([r.losses[name] for r in scene.history], color=f"{shade:.2f}", linewidth=0.8, label=label)
    curve([r.loss for r in scene.history], color="black", linewidth=1.2, label="loss")
    for colour, name in zip(INK, scene.errors or {}, strict=False):
        measured = [r.errors.get(name, np.nan) for r in scene.history]
        curve(measured, color=colour, linewidth=2, label=f"error of {name}")
    axes.set(xlabel="seconds", title="convergence (error over variation)" if scene.errors else "convergence")
    axes.grid(alpha=0.25)
    _legend(axes)


FEW, WIDTH = 30, 60
"""Iterations below which each is marked; letters of a legend that fit under a panel."""


def _legend(axes: Axes, **style: Any) -> None:
    """A legend below the axes, where it hides nothing."""
    labels = axes.get_legend_handles_labels()[1]
    fitting = WIDTH // (max(map(len, labels), default=0) + 6)  # a handle and the space between columns are six letters
    columns = min(fitting, 3 if len(labels) > 4 else 2 if len(labels) == 4 else len(labels))
    below = axes.transAxes + ScaledTranslation(0, -34 / 72, axes.figure.dpi_scale_trans)  # in inches
    place: dict[str, Any] = {"loc": "upper center", "bbox_to_anchor": (0.5, 0), "bbox_transform": below}
    axes.legend(
        fontsize=8,
        frameon=False,
        ncols=max(1, columns),
        handlelength=1.5,
        columnspacing=1.2,
        borderaxespad=0,
        **place,
        **style,
    )


def _ends(data: xr.DataArray | xr.Dataset, name: str) -> tuple[float, float]:
    return float(data[name][0]), float(data[name][-1])
