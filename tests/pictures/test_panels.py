"""Panels by what they show: the artists' data, labels, limits, and no two boxes over each other."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from pdedsl.pictures import panels
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
    ours, exact = cuts.lines[::2], cuts.lines[1::2]
    assert [line.get_label() for line in ours] == [f"t = {t:.3g}" for t in (0, 0.5, 1, 1.5, 2)]
    np.testing.assert_allclose(ours[2].get_ydata(), ours[2].get_xdata() + 1)
    for line, known in zip(ours, exact, strict=True):  # the exact curve over ours
        np.testing.assert_allclose(known.get_ydata(), line.get_ydata())
    assert exact[-1].get_label() == "exact"
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
    assert len({(line.get_color(), line.get_linestyle()) for line in curves.values()}) == len(curves)
    assert convergence.get_yscale() == "log" and convergence.get_xlim()[0] == 0
    seldom = tuple(r if k % 3 else replace(r, errors={}) for k, r in enumerate(flow.history))
    (between, _, _) = drawn(of_run(replace(flow, history=seldom)))
    (errors,) = (line for line in between.lines if line.get_label() == "error of u")
    assert len(errors.get_xdata()) == 4 and np.isfinite(errors.get_ydata()).all()  # a line through what was measured
    (late, _, _) = drawn(of_run(replace(flow, compile_seconds=0.25)))
    np.testing.assert_allclose(late.lines[0].get_xdata(), 0.5 * np.arange(1, 8) - 0.25)
    assert "after 0.2 s of start and compilation" in late.get_xlabel()
    np.testing.assert_array_equal(points.lines[0].get_xydata(), [[0.1, 0.2], [0.3, 3.0]])
    assert stream.get_title() == "|U|" and stream.get_xlim() == (0, 1) and stream.get_ylim() == (0, 4)


def test_slices_that_look_alike_are_drawn_once(scene) -> None:
    text = "domain x in [0, 1], y in [0, 1]\ntime t in [0, 1]\nfield u(x, y, t)\nequation: dt(u) = laplacian(u)\ninitial: u = x\nboundary: u = x  on all\n"
    still = scene(text, lambda p: p[:, 0], defect=lambda p: p)
    assert len(drawn(of_field(still, still.problem.fields[0]))) == 2
    fading = scene(text, lambda p: p[:, 0] * np.exp(-9 * p[:, 2]), defect=lambda p: p)
    limits = [a.get_images()[0].get_clim()[1] for a in drawn(of_field(fading, fading.problem.fields[0]))[:3]]
    np.testing.assert_allclose(limits, np.exp([0, -4.5, -9]))  # one scale for all would leave two of them blank
    text = text.replace(", y in [0, 1]", "").replace("u(x, y, t)", "u(x, t)")
    steady = scene(text, lambda p: p[:, 0], defect=lambda p: p)
    cuts = drawn(of_field(steady, steady.problem.fields[0]))[1]
    assert len(cuts.lines) == 1 and cuts.get_title() == "u at all values of t"


def test_numbers_have_no_factor_in_a_corner(scene) -> None:
    made = scene("domain x in [0, 1e-6]\nfield u(x)\nequation: u = x\n", lambda p: 300 + p[:, 0], defect=lambda p: p)
    (axes,) = drawn(of_field(made, made.problem.fields[0]))[:1]
    axes.figure.canvas.draw()
    assert not axes.xaxis.get_offset_text().get_text() and not axes.yaxis.get_offset_text().get_text()


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


def test_many_coordinates_at_one_value_are_said_once() -> None:
    assert panels._said({"x[3]": 0.5, "x[4]": 0.5, "x[5]": 0.5}) == " at all others = 0.5"
    assert panels._said({"y": 0.5, "t": 0.5}) == " at y = 0.5, t = 0.5"
    assert panels._said({}) == ""
