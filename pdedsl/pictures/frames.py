"""From a scene of a family to pictures of its fields for some values of each parameter, for a page with sliders."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from pdedsl.pictures.grid import exact_name
from pdedsl.pictures.panels import INK, TRUE, heat
from pdedsl.pictures.scene import Scene

VALUES, MOST = 13, 6
"""Pictures for each parameter, and parameters that have some."""
SIZE, DPI = (5.0, 3.6), 80
MARGIN = 0.05


@dataclass(frozen=True)
class Frames:
    """Pictures of the first field as one parameter goes through its interval, all others in the middle of theirs."""

    parameter: str
    values: tuple[float, ...]
    pictures: tuple[bytes, ...]
    """PNG, one for each value."""


def frames(scene: Scene) -> tuple[Frames, ...]:
    """Those of each parameter; none where the first field has no coordinate or more than two in space. At the end of time."""
    domain, unknown = scene.problem.domain, scene.problem.fields[0]
    held = {s.name for s in unknown.arguments}
    free = [c.name for c in domain.space if c.name in held]
    if len(free) not in (1, 2):
        return ()
    swept = [c for c in domain.swept if c.name in held][:MOST]
    places = [domain.line(domain.column(c.symbol), np.linspace(0, 1, VALUES)) for c in swept]
    found = []
    for own, values in zip(swept, places, strict=True):
        scenes = [scene.of(**{own.name: float(value)}) for value in values]
        shown = [each.over(*free, **each.last, **{own.name: float(v)}) for each, v in zip(scenes, values, strict=True)]
        pictures = _pictures(scene, unknown.name, free, shown, [f"{own.name} = {value:.4g}" for value in values])
        found.append(Frames(own.name, tuple(map(float, values)), pictures))
    return tuple(found)


def _pictures(
    scene: Scene, name: str, free: Sequence[str], shown: Sequence[Mapping[str, xr.DataArray]], titles: Sequence[str]
) -> tuple[bytes, ...]:
    """A field for each value, all with the same axes and colours."""
    low = min(float(np.nanmin(data[name])) for data in shown)
    high = max(float(np.nanmax(data[name])) for data in shown)
    room = MARGIN * (high - low or 1.0)
    ends = {n: (min(float(d[name][n][0]) for d in shown), max(float(d[name][n][-1]) for d in shown)) for n in free}
    found = []
    for data, title in zip(shown, titles, strict=True):
        picture = Figure(figsize=SIZE, layout="constrained", dpi=DPI)
        axes = picture.subplots()
        if len(free) == 1:
            x = data[name][free[0]]
            axes.plot(x, data[name], color=INK[0], linewidth=2)
            if (exact := exact_name(scene.problem, name)) in data:
                axes.plot(x, data[exact], **TRUE)
            axes.set(xlabel=scene.label(free[0]), xlim=ends[free[0]])
            axes.set(ylabel=scene.label(name), ylim=(low - room, high + room))
            axes.grid(alpha=0.25)
        else:
            field = scene.upright(data[name])
            picture.colorbar(heat(axes, field, (low, high), flat=scene.flat(free)), ax=axes)
            across, up = map(str, reversed(field.dims))
            axes.set(xlabel=scene.label(across), xlim=ends[across], ylabel=scene.label(up), ylim=ends[up])
        axes.set_title(title, parse_math=False)
        buffer = io.BytesIO()
        FigureCanvasAgg(picture).print_png(buffer)
        found.append(buffer.getvalue())
    return tuple(found)
