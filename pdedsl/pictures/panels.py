"""From a scene to the panels of its picture: maps, cuts, errors, the convergence of the run, where the sampler went."""

import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.colors import LogNorm
from matplotlib.image import AxesImage
from matplotlib.ticker import FuncFormatter, MaxNLocator
from matplotlib.transforms import ScaledTranslation

from pdedsl.analysis.uncertainty import WITHIN, Curve, Left
from pdedsl.numerics.truth import Truth
from pdedsl.pictures.grid import FINE, centre, exact_name
from pdedsl.pictures.scene import Plane, Scene
from pdedsl.problem.domain import logarithmic
from pdedsl.problem.statements import Field
from pdedsl.vocabulary.spoken import place_words

TRUE: Mapping[str, Any] = {"color": "black", "linewidth": 0.8, "linestyle": (0, (4, 3))}
"""How a curve that is known is drawn over ours."""
FIELD_COLOURS = "RdBu_r"
ERROR_COLOURS = "magma"
INK = ("#1b4965", "#ca6702", "#5f0f40", "#588157", "#6c757d", "#9b2226", "#e09f3e", "#2a9d8f", "#a98467", "#7b2cbf")

Panel = Callable[[Axes], None]


def of_field(scene: Scene, unknown: Field) -> Iterator[Panel]:
    """What is shown of a field, fitting the number and the kind of its coordinates, and its error."""
    count, planes = len(scene.own(unknown)), scene.planes(unknown)
    if count == 1 or (count > 3 and len(planes) == 1):
        yield partial(lines, scene, unknown)
    for plane in _different(scene, unknown, planes):
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
    if len(scene.problem.space) == 2:
        for name, components in scene.problem.vectors:
            if len(components) == 2:
                yield partial(_streamlines, scene, name, components)


ALIKE = 5e-3
"""Slices that differ by less than this share of their range are the same to the eye."""
FAINT = 0.2
"""A map whose range is less than this share of that of all gets colours of its own."""


def _different(scene: Scene, unknown: Field, planes: Sequence[Plane]) -> list[Plane]:
    """Planes over the same coordinates that do not all look alike: the last of them alone where they do."""
    shown = [scene.over(*free, **place)[unknown.name].to_numpy() for free, place in planes]
    if len(planes) < 2 or len({free for free, _ in planes}) > 1:
        return list(planes)
    spread = max(float(np.nanmax(values) - np.nanmin(values)) for values in shown)
    alike = all(float(np.nanmax(np.abs(values - shown[-1]))) <= ALIKE * spread for values in shown)
    return [planes[-1]] if alike else list(planes)


def _said(place: Mapping[str, float]) -> str:
    numbers = {f"{value:.3g}" for value in place.values()}
    if len(place) > 2 and len(numbers) == 1:
        return f" at all others = {numbers.pop()}"
    return f" at {place_words(place)}" if place else ""


def _map(scene: Scene, unknown: Field, plane: Plane, axes: Axes) -> None:
    free, place = plane
    ranges = [_range(scene.over(*f, **p)[unknown.name]) for f, p in scene.planes(unknown)]
    own = _range(scene.over(*free, **place)[unknown.name])
    limits = (min(low for low, _ in ranges), max(high for _, high in ranges))
    if any(high - low < FAINT * (limits[1] - limits[0]) for low, high in ranges):
        limits = own
    field = scene.upright(scene.over(*free, **place)[unknown.name])
    _colourbar(axes, heat(axes, field, limits, flat=scene.flat(free)))
    _name(scene, axes, field)
    axes.set_title(scene.label(unknown.name) + _said(place))


def is_map(panel: Panel) -> bool:
    """Whether a panel is nothing but a map."""
    return isinstance(panel, partial) and panel.func in (_map, _error_map)


def _range(field: xr.DataArray) -> tuple[float, float]:
    return float(np.nanmin(field)), float(np.nanmax(field))


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
    _plain(axes.xaxis)
    _plain(axes.yaxis, most=2 if _thin(axes) else 5)


def _thin(axes: Axes) -> bool:
    """Whether a map is drawn to scale, long and thin."""
    return axes.get_aspect() == 1.0 and bool(np.ptp(axes.get_ylim()) < THIN * np.ptp(axes.get_xlim()))


THIN = 0.35
"""The proportion of a map below which two of them fill a row, and there is room for few numbers beside each."""


def _plain(*sides: Axis, most: int = 5) -> None:
    """Numbers that stand for themselves, without a factor or an offset in a corner of the picture; few enough to read."""
    for side in sides:
        if side.get_scale() == "linear":
            side.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.6g}"))
            side.set_major_locator(MaxNLocator(most))


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
        _plain(axes.xaxis, axes.yaxis)
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
    bar = picture.colorbar(
        shown, cax=axes.inset_axes((1.03, 0, 0.05, 1))
    )  # as high as the map is, whatever its proportions
    if not isinstance(shown.norm, LogNorm):
        _plain(bar.ax.yaxis, most=2 if _thin(axes) else 5)


def _cuts(scene: Scene, unknown: Field, axes: Axes) -> None:
    """Five cuts: at five times, or at five values of the second coordinate."""
    name, (x, other) = unknown.name, scene.own(unknown)
    shares = np.linspace(0, 1, 5) if other in scene.last else np.linspace(0.1, 0.9, 5)
    field = scene.over(x, other)[name]
    places = np.rint(shares * (field.sizes[other] - 1)).astype(int)
    spread = float(np.nanmax(field) - np.nanmin(field))
    kept: list[int] = []
    for place in places:
        near = (np.abs(field.isel({other: place}) - field.isel({other: k})).max() for k in kept)
        if all(float(gap) > ALIKE * spread for gap in near):
            kept.append(int(place))
    exact = scene.over(x, other).get(exact_name(scene.problem, name))
    for colour, place in zip(INK, kept, strict=False):
        cut = field.isel({other: place})
        axes.plot(cut[x], cut, color=colour, label=f"{other} = {float(cut[other]):.3g}")
        if exact is not None:
            last = place == kept[-1]
            axes.plot(cut[x], exact.isel({other: place}), label="exact" if last else None, **TRUE)
    title = f"{name} at {'all values' if len(kept) == 1 else 'several values'} of {other}"
    axes.set(xlabel=scene.label(x), ylabel=scene.label(name), title=title)
    _plain(axes.xaxis, axes.yaxis)
    _legend(axes)


def lines(scene: Scene, unknown: Field, axes: Axes) -> None:
    """Lines through the middle of the domain, one a coordinate; of one coordinate, the curve."""
    _along(scene, unknown, axes, lambda name: scene.over(name)[unknown.name], axes.plot)
    if scene.band is not None and len(names := scene.own(unknown)) == 1:
        value, width = scene.over(*names)[unknown.name], WITHIN * scene.deviation(unknown.name, *names)
        axes.fill_between(
            value[names[0]], value - width, value + width, color=INK[0], alpha=0.2, linewidth=0, label="95 %"
        )
    _known_curves(scene, unknown, axes)
    _plain(axes.xaxis, axes.yaxis)
    axes.set(ylabel=scene.label(unknown.name), title=_titled(unknown.name + _through(scene, unknown)))


def _known_curves(scene: Scene, unknown: Field, axes: Axes) -> None:
    """The exact solution along the same lines, or the points of a reference of one coordinate."""
    names, known = scene.own(unknown), exact_name(scene.problem, unknown.name)
    truth = next((t for t in scene.known if t.field == unknown.name), None)
    if unknown.name in dict(scene.problem.exact):
        for name in (shown := _shown(names)):
            low, high = scene.ends[name]
            across = np.linspace(low, high, FINE) if len(names) == 1 else np.linspace(0, 1, FINE)
            axes.plot(across, scene.over(name)[known], label="exact" if name == shown[-1] else None, **TRUE)
    elif truth is not None and len(names) == 1:
        axes.plot(
            truth.points[:, scene.names.index(names[0])],
            truth.values,
            ".",
            color="black",
            markersize=3,
            label="reference",
        )
    else:
        return
    _legend(axes)


def _error_lines(scene: Scene, unknown: Field, axes: Axes) -> None:
    _along(scene, unknown, axes, lambda name: scene.error(unknown.name, name).clip(1e-17), axes.semilogy)
    axes.set(title=_titled(scene.against(unknown.name) + _through(scene, unknown)))


def _along(
    scene: Scene, unknown: Field, axes: Axes, values: Callable[[str], xr.DataArray], draw: Callable[..., Any]
) -> None:
    """Curves along the coordinates of a field: one against its coordinate, several against the share of their intervals."""
    names = scene.own(unknown)
    for colour, name in zip(INK, _shown(names), strict=False):
        low, high = scene.ends[name]
        across = np.linspace(low, high, FINE) if len(names) == 1 else np.linspace(0, 1, FINE)
        draw(across, values(name), color=colour, linewidth=1.5, label=f"{name} from {low:.3g} to {high:.3g}")
    if len(names) == 1:
        axes.set(xlabel=scene.label(names[0]))
    else:
        beside = f", {len(INK)} of {len(names)} coordinates" if len(names) > len(INK) else ""
        axes.set(xlabel=f"share of the coordinate's interval{beside}")
        _legend(axes)


def _shown(names: Sequence[str]) -> Sequence[str]:
    """The coordinates along which lines are drawn: all, or of many the first and the last, which is time where there is one."""
    return names if len(names) <= len(INK) else [*names[: len(INK) - 1], names[-1]]


def _titled(words: str) -> str:
    """A title in lines that fit above a panel."""
    return textwrap.fill(words, TITLE, break_long_words=False)


def _through(scene: Scene, unknown: Field) -> str:
    """Where the lines of a field of many coordinates meet."""
    names, place = scene.own(unknown), centre(scene.problem)
    if len(names) == 1:
        return ""
    where = {n: place[n] for n in names}
    same = len({f"{v:.3g}" for v in where.values()}) == 1
    return f" through all coordinates = {next(iter(where.values())):.3g}" if same else f" through{_said(where)[3:]}"


def _streamlines(scene: Scene, name: str, components: tuple[str, ...], axes: Axes) -> None:
    """A plane vector field: its length as colours, its direction as streamlines; at the end of time, parameters halfway."""
    middle = centre(scene.problem)
    place = {c.name: middle[c.name] for c in scene.problem.domain.swept} | scene.last
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


def of_data(scene: Scene) -> Iterator[Panel]:
    """Laws that were found, what is left of data, and errors over a parameter."""
    for curve in scene.identified.curves if scene.identified else ():
        yield partial(_law, curve)
    for own in scene.identified.left if scene.identified else ():
        yield partial(_residuals, scene, own)
    if scene.families and len(scene.families[0].parameters) == 1:
        yield partial(_family, scene)


def _family(scene: Scene, axes: Axes) -> None:
    """The error of each field against the parameter that is swept."""
    for place, own in enumerate(scene.families):
        ((name, at),) = own.parameters.items()
        by = "" if own.known else ", estimated"
        axes.semilogy(at, np.maximum(own.errors, 1e-18), color=INK[place % len(INK)], label=f"error of {own.field}{by}")
        axes.set(xlabel=scene.label(name), title="error over the family")
        if logarithmic(float(at[0]), float(at[-1])):
            axes.set_xscale("log")
    axes.grid(alpha=0.25)
    _plain(axes.xaxis)
    _legend(axes)


def _law(own: Curve, axes: Axes) -> None:
    """A law over the range of its argument, with its band."""
    axes.plot(own.at, own.values, color=INK[0], label=own.name)
    if own.deviations is not None:
        low, high = (own.values + sign * WITHIN * own.deviations for sign in (-1, 1))
        axes.fill_between(own.at, low, high, color=INK[0], alpha=0.2, linewidth=0, label="95 %")
    axes.set(xlabel=own.argument, ylabel=own.name, title=f"{own.name}({own.argument})")
    _plain(axes.xaxis, axes.yaxis)
    _legend(axes)


def _residuals(scene: Scene, own: Left, axes: Axes) -> None:
    """What is left of data over their noise, and where 95 % of it are to be."""
    name, at = own.along
    for place, (measured, values) in enumerate(zip(own.measured, own.values, strict=True)):
        axes.plot(at, values, ".", markersize=4, alpha=0.8, color=INK[place % len(INK)], label=measured)
    axes.axhspan(-WITHIN, WITHIN, color="black", alpha=0.07, linewidth=0, label="95 %")
    axes.axhline(0, color="black", linewidth=0.6)
    title = f"what is left of {own.statement}, over its noise"
    axes.set(xlabel=scene.label(name) if name in scene.names else name, title=title)
    _plain(axes.xaxis, axes.yaxis)
    _legend(axes)


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
    _plain(axes.xaxis)
    _plain(axes.yaxis, most=2 if _thin(axes) else 5)
    _legend(axes, markerscale=4)


def _convergence(scene: Scene, axes: Axes) -> None:
    """Losses and errors against seconds."""
    begun = min(scene.compile_seconds, scene.history[0].seconds)
    seconds = [r.seconds - begun for r in scene.history]

    def curve(values: Sequence[float], **style: Any) -> None:
        known = [(at, max(value, 1e-40)) for at, value in zip(seconds, values, strict=True) if not np.isnan(value)]
        axes.semilogy(*zip(*known, strict=True), marker="." if len(known) < FEW else "", **style)

    blocks, fields = list(scene.history[-1].losses), list(scene.errors or {})
    for place, name in enumerate(blocks if len(blocks) > 1 else ()):
        style = {"color": PALE[place % len(PALE)], "linestyle": DASHES[place // len(PALE) % len(DASHES)]}
        curve([r.losses.get(name, np.nan) for r in scene.history], linewidth=1.0, label=f"loss of {name}", **style)
    curve([r.loss for r in scene.history], color="black", linewidth=1.2, label="loss")
    for place, name in enumerate(fields):
        style = {"color": INK[place % len(INK)], "linestyle": DASHES[place // len(INK) % len(DASHES)]}
        measured = [r.errors.get(name, np.nan) for r in scene.history]
        curve(measured, linewidth=2, label=f"error of {name}", **style)
    title = "convergence (error over variation)" if scene.errors else "convergence"
    axes.set(xlabel=f"seconds of training, after {begun:.1f} s of start and compilation", title=title)
    axes.set_xlim(left=0)
    axes.grid(alpha=0.25)
    _plain(axes.xaxis)
    _legend(axes)


PALE = ("#8ecae6", "#f4a261", "#b5838d", "#a7c957", "#adb5bd", "#ffb703")
"""The colours of the losses of single statements."""
DASHES = ("-", "--", ":", "-.")
FEW, WIDTH, TITLE = 30, 60, 44
"""Iterations below which each is marked; letters of a legend that fit under a panel, and of a title above it."""


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
