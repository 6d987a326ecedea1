"""From a scene to a figure, its panels cut out of it, a small portrait, or an animation."""

import io
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.animation import FuncAnimation, PillowWriter
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.transforms import BboxBase
from PIL import Image

from pdedsl.pictures.grid import FINE, over
from pdedsl.pictures.panels import INK, THIN, Panel, heat, is_map, lines, of_data, of_field, of_run
from pdedsl.pictures.scene import Scene
from pdedsl.problem.statements import Field

DPI = 140
FRAMES, RATE, MOVING = 60, 12, 81
"""Frames of an animation, how many a second, and points along each of two coordinates."""


def figure(scene: Scene) -> Figure:
    """One row a field: the solution, cuts through it, its error; below, convergence, the sampler's points, streamlines."""
    rows = [row for unknown in scene.problem.fields if unknown.arguments for row in _rows(scene, unknown)]
    told = list(of_data(scene))
    rows += [(told[k : k + ABREAST], TALL) for k in range(0, len(told), ABREAST)]
    rows += [(closing, TALL)] if (closing := list(of_run(scene))) else []
    most, heights = max(len(row) for row, _ in rows), [height for _, height in rows]
    picture = Figure(figsize=(4.8 * most, sum(heights)), layout="constrained")
    strips = picture.subfigures(len(rows), squeeze=False, height_ratios=heights)[:, 0]
    for strip, (panels, _) in zip(strips, rows, strict=True):
        for panel, axes in zip(panels, strip.subplots(1, len(panels), squeeze=False)[0], strict=True):
            panel(axes)
    picture.suptitle(_title(scene, 34 * most), fontsize=14, parse_math=False)
    return picture


ABREAST = 3
"""Panels of laws and data in a row, at most."""
TALL, LOW, LEAST = 4.2, 2.7, 1.5
"""Inches of a row of panels, of one with maps of a long and thin domain, and of one that has nothing but those."""


def _rows(scene: Scene, unknown: Field) -> Iterator[tuple[list[Panel], float]]:
    """The panels of a field in rows, with the height of each: lower, and of two, where its maps are long and thin."""
    panels, planes = list(of_field(scene, unknown)), [free for free, _ in scene.planes(unknown)]
    if not planes or not all(scene.flat(free) for free in planes):
        yield panels, TALL
        return
    proportion = max(map(scene.proportion, planes))
    count = 2 if proportion < THIN else len(panels)
    for start in range(0, len(panels), count):
        row = panels[start : start + count]
        least = LEAST if all(is_map(panel) for panel in row) else LOW
        yield row, float(np.clip(1.1 + 3.4 * proportion, least, TALL))


def as_png(picture: Figure) -> bytes:
    """A figure as PNG."""
    return _png(_painted(picture)[0])


def drawn(picture: Figure) -> tuple[bytes, list[bytes]]:
    """A figure and its panels, cut out of it, as PNG: it is laid out and drawn once."""
    whole, renderer = _painted(picture)
    boxes = [axes.get_tightbbox(renderer) for axes in picture.axes if axes.get_label() != "<colorbar>"]
    cuts = [whole.crop(_around(box, whole.size)) for box in boxes if box is not None]
    return _png(whole), [_png(cut) for cut in cuts]


def _painted(picture: Figure) -> tuple[Image.Image, RendererAgg]:
    """A figure as an image, and what it was drawn with."""
    picture.set_dpi(DPI)
    canvas = FigureCanvasAgg(picture)
    canvas.draw()
    return Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB"), canvas.get_renderer()


AROUND = 8
"""Pixels around a panel that is cut out."""


def _around(box: BboxBase, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """A box of a figure, whose pixels are counted from below, in those of an image of this size."""
    width, height = size
    left, right = max(0, int(box.x0) - AROUND), min(width, int(box.x1) + AROUND)
    return left, max(0, height - int(box.y1) - AROUND), right, min(height, height - int(box.y0) + AROUND)


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format="png")
    return buffer.getvalue()


def portrait(scene: Scene) -> Figure:
    """A small picture of the first field, for a gallery: a map, or a curve along the first coordinate."""
    picture = Figure(figsize=(2.0, 2.0), layout="constrained")
    axes, unknown = picture.subplots(), scene.problem.fields[0]
    if len(scene.names) in (2, 3):
        heat(axes, scene.upright(scene.over(*scene.names[:2], **scene.last)[unknown.name]))
    else:
        lines(scene, unknown, axes)
        axes.set(xlabel="", title="")
        if legend := axes.get_legend():
            legend.remove()
    axes.set_xticks([])
    axes.set_yticks([])
    return picture


def animation(scene: Scene) -> FuncAnimation:
    """The first field moving in time. Raises ValueError where there is no time, or space has not one or two dimensions."""
    problem, unknown = scene.problem, scene.problem.fields[0]
    space = [n for n in scene.own(unknown) if problem.time is None or n != problem.time.name]
    if problem.time is None or problem.time.symbol not in unknown.arguments or len(space) not in (1, 2):
        raise ValueError("only fields that depend on time and one or two coordinates in space can be animated")
    t = problem.time.name
    times = np.linspace(*scene.ends[t], FRAMES)
    axes_of = {n: np.linspace(*scene.ends[n], FINE if len(space) == 1 else MOVING) for n in space}
    field = over(problem, scene.values, {**axes_of, t: times})[unknown.name].assign_coords({**axes_of, t: times})
    picture = Figure(figsize=(5.6, 4.6), layout="constrained")
    axes = picture.subplots()
    low, high = float(np.nanmin(field)), float(np.nanmax(field))
    if len(space) == 1:
        (line,) = axes.plot(axes_of[space[0]], field.isel({t: 0}), color=INK[0], linewidth=2)
        margin = 0.05 * ((high - low) or 1.0)
        axes.set(xlabel=scene.label(space[0]), ylabel=scene.label(unknown.name), ylim=(low - margin, high + margin))
    else:
        line = heat(axes, field.isel({t: 0}).T, (low, high))
        axes.set(xlabel=scene.label(space[0]), ylabel=scene.label(space[1]))
        picture.colorbar(line, ax=axes, label=scene.label(unknown.name))
    picture.suptitle(_title(scene, 40), parse_math=False)

    def frame(number: int) -> list[Any]:
        now = field.isel({t: number})
        if isinstance(line, AxesImage):
            line.set_data(now.T)
        else:
            line.set_ydata(now)
        axes.set_title(f"{t} = {times[number]:.3g}")
        return [line]

    return FuncAnimation(picture, frame, frames=FRAMES, interval=1000 / RATE)


def save_moving(moving: FuncAnimation, path: Path) -> None:
    """An animation as GIF, to a file whose name says nothing of its format."""
    gif = path.with_name(path.name + ".gif")
    moving.save(gif, writer=PillowWriter(fps=RATE))
    gif.replace(path)


def _title(scene: Scene, width: int) -> str:
    """The title of a problem, in lines that fit."""
    return textwrap.fill(scene.problem.title, width)
