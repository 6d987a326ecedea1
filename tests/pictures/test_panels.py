"""Panels by what they show: the artists' data, labels, limits, and no two boxes over each other."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from pdedsl.pictures.panels import of_field, of_run


def drawn(panels) -> list:
    """Each panel by itself: the axes that it drew on."""
    found = []
    for panel in panels:
        axes = Figure(figsize=(4.8, 4.2), layout="constrained").subplots()
        panel(axes)
        found.append(axes)
    return found


def test_a_field_in_space_and_time(wave) -> None:
    heat, cuts, error = drawn(of_field(wave, wave.problem.fields[0]))
    (image,) = heat.get_images()
    assert image.get_extent() == [0, 2, -1, 1] and (heat.get_xlabel(), heat.get_ylabel()) == ("t", "x")
    np.testing.assert_allclose(image.get_array()[:, 0], np.linspace(-1, 1, 201), atol=1e-12)
    assert len(cuts.lines) == 5 and [line.get_label() for line in cuts.lines] == [
        f"t = {t:.3g}" for t in (0, 0.5, 1, 1.5, 2)
    ]
    np.testing.assert_allclose(cuts.lines[2].get_ydata(), cuts.lines[2].get_xdata() + 1)
    assert error.get_title() == "|u - exact|" and isinstance(error.get_images()[0].norm, LogNorm)


def test_a_signed_field_has_a_scale_about_zero(wave, flow) -> None:
    (signed,) = drawn(of_field(wave, wave.problem.fields[0]))[0].get_images()
    assert signed.get_clim() == (-3, 3) and signed.get_cmap().name == "RdBu_r"
    (positive,) = drawn(of_field(flow, flow.problem.fields[0]))[0].get_images()
    assert positive.get_clim()[0] == pytest.approx(0) and positive.get_cmap().name == "viridis"


def test_the_course_of_a_run_and_its_points(flow) -> None:
    convergence, points, stream = drawn(of_run(flow))
    curves = {line.get_label(): line for line in convergence.lines}
    assert set(curves) == {"loss of equation", "loss of walls", "loss", "error of u"}
    np.testing.assert_allclose(curves["loss"].get_ydata(), [10.0**-k for k in range(1, 8)])
    np.testing.assert_allclose(curves["error of u"].get_xdata(), 0.5 * np.arange(1, 8))
    assert convergence.get_yscale() == "log" and convergence.get_xlabel() == "seconds"
    np.testing.assert_array_equal(points.lines[0].get_xydata(), [[0.1, 0.2], [0.3, 3.0]])
    assert stream.get_title() == "|U|" and stream.get_xlim() == (0, 1) and stream.get_ylim() == (0, 4)


def test_curves_of_one_coordinate(scene) -> None:
    made = scene("domain x in [1, 3]\nfield u(x)\nequation: u = x\nexact u = x\n", lambda p: p[:, 0] ** 2)
    curve, error = drawn(of_field(made, made.problem.fields[0]))
    np.testing.assert_allclose(curve.lines[0].get_ydata(), curve.lines[0].get_xdata() ** 2)
    assert curve.get_xlabel() == "x" and error.get_yscale() == "log"
    np.testing.assert_allclose(error.lines[0].get_ydata()[-1], 6.0)


def test_titles_labels_and_legends_keep_out_of_each_others_way(flow, wave) -> None:
    losses = {f"boundary{k}": 10.0**-k for k in range(12)}
    crowded = replace(
        flow,
        history=tuple(replace(r, losses=losses) for r in flow.history),
        points={name: np.array([[0.5, 0.5]]) for name in losses},
    )
    for made in (flow, wave, crowded):
        for panel in (*of_field(made, made.problem.fields[0]), *of_run(made)):
            picture = Figure(figsize=(4.8, 4.2), layout="constrained")
            canvas = FigureCanvasAgg(picture)
            axes = picture.subplots()
            panel(axes)
            canvas.draw()
            boxes = [
                axes.title.get_window_extent(),
                axes.xaxis.label.get_window_extent(),
                axes.yaxis.label.get_window_extent(),
            ]
            boxes += [legend.get_window_extent()] if (legend := axes.get_legend()) else []
            boxes = [b for b in boxes if b.width > 1 and b.height > 1]
            over = [(a, b) for i, a in enumerate(boxes) for b in boxes[i + 1 :] if a.overlaps(b)]
            inside = [b for b in boxes[:1] if b.overlaps(axes.get_window_extent().shrunk(0.98, 0.98))]
            assert not over and not inside
