"""Figures as wholes: their panels, titles, sizes, motion."""

import io

import numpy as np
import pytest
from PIL import Image

from pdedsl.pictures.plot import DPI, FRAMES, animation, as_png, drawn, figure, portrait


def colourless(axes) -> bool:
    return axes.get_label() != "<colorbar>"


def sizes(pages: list[bytes]) -> list[tuple[int, int]]:
    found = []
    for page in pages:
        with Image.open(io.BytesIO(page)) as image:
            found.append(image.size)
    return found


def test_every_panel_is_cut_out_of_the_figure(flow) -> None:
    picture = figure(flow)
    own = [axes for axes in picture.axes if colourless(axes)]
    titles = [axes.get_title() for axes in own]
    assert titles[:3] == ["u [m/s]", "u at several values of y", "|u - exact|"]
    assert titles[3:6] == ["v", "v at all values of y", "estimated |error of v|"]
    assert picture.get_suptitle() == "Flow: u [m/s]"
    whole, pages = drawn(picture)
    width, height = sizes([whole])[0]
    assert (width, height) == tuple(np.rint(DPI * picture.get_size_inches()))
    assert len(pages) == len(own)
    for wide, high in sizes(pages):
        assert 0.25 * width / 3 < wide < 1.2 * width / 3 and 0.6 * 4.2 * DPI < high < 1.05 * 4.2 * DPI
    with Image.open(io.BytesIO(pages[0])) as first:  # nothing of a panel is cut off: its edge is blank
        edge = np.asarray(first.convert("L"))
    assert min(edge[0].min(), edge[-1].min(), edge[:, 0].min(), edge[:, -1].min()) == 255


def test_a_thin_plate_fills_low_rows_of_two(scene) -> None:
    text = "domain x in [0, 10], y in [0, 1]\ntime t in [0, 1]\nfield u(x, y, t)\nequation: dt(u) = laplacian(u)\ninitial: u = x\nboundary: u = x  on all\n"
    plate = scene(text, lambda p: p[:, 0] * (1 + p[:, 2]), defect=lambda p: p)
    strips = figure(plate).subfigs
    assert [len([a for a in strip.axes if colourless(a)]) for strip in strips] == [2, 2, 1]
    assert strips[0].bbox.height < 0.5 * strips[2].bbox.height
    heights = [high for _, high in sizes(drawn(figure(plate))[1])]
    assert max(heights[:4]) < 0.5 * heights[4]


def test_rows_are_filled(flow) -> None:
    picture = figure(flow)
    as_png(picture)  # now everything has its place
    for strip in picture.subfigs:
        boxes = [axes.get_tightbbox() for axes in strip.axes]
        assert min(b.x0 for b in boxes) > 0 and max(b.x1 for b in boxes) < picture.bbox.width
        assert min(b.y0 for b in boxes) > strip.bbox.y0 - 1 and max(b.y1 for b in boxes) < strip.bbox.y1 + 1
        own = [axes.get_window_extent() for axes in strip.axes if colourless(axes)]
        assert max(b.x1 for b in own) > 0.8 * picture.bbox.width


def test_a_portrait_is_a_map_without_words(wave) -> None:
    (axes,) = portrait(wave).axes
    assert axes.get_images() and not axes.get_xticks().size and not axes.get_yticks().size


def test_what_moves(wave, flow) -> None:
    moving = animation(wave)
    (axes,) = moving._fig.axes  # pyright: ignore[reportAttributeAccessIssue]
    moving._func(FRAMES - 1)  # pyright: ignore[reportAttributeAccessIssue]
    assert axes.get_title() == "t = 2"
    np.testing.assert_allclose(axes.lines[0].get_ydata(), np.linspace(-1, 1, 201) + 2)
    moving._draw_was_started = True  # pyright: ignore[reportAttributeAccessIssue]
    with pytest.raises(ValueError, match="depend on time"):
        animation(flow)
