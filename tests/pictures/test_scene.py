"""What pictures show: cuts, planes, errors, which way is up."""

import numpy as np
import pytest


def test_cuts_are_made_once_and_hold_their_place(wave) -> None:
    cut = wave.over("x", t=1.0)["u"]
    np.testing.assert_allclose(cut, cut.x + 1)
    assert wave.over("x", t=1.0) is wave.over("x", t=1.0)
    assert wave.last == {"t": 2.0} and wave.ends["x"] == (-1, 1)


def test_errors_against_what_is_known_or_estimated(flow) -> None:
    error = flow.error("u", "x", y=1.0)
    np.testing.assert_allclose(error, 1e-3 * np.linspace(0, 1, error.size), atol=1e-12)
    assert flow.against("u") == "|u - exact|" and flow.against("v") == "estimated |error of v|"
    np.testing.assert_allclose(flow.error("v", "y", x=0.5), 1e-5 * np.linspace(0, 4, 201))


def test_planes_and_directions(flow, wave, scene) -> None:
    u = wave.problem.fields[0]
    assert wave.planes(u) == [(("x", "t"), {})] and wave.sides == (1, 0)
    assert wave.upright(wave.over("x", "t")["u"]).dims == ("x", "t")  # time to the right
    assert flow.upright(flow.over("x", "y")["u"]).dims == ("y", "x") and flow.flat(("x", "y")) and flow.sides == (0, 1)
    assert flow.label("u") == "u [m/s]" and flow.label("x") == "x"
    cube = scene("domain x in [0, 1], y in [0, 1], z in [0, 1]\nfield u(x, y, z)\nequation: u = 1\n", lambda p: p[:, 0])
    assert [free for free, _ in cube.planes(cube.problem.fields[0])] == [("x", "y"), ("x", "z"), ("y", "z")]
    moving = scene(
        "domain x in [0, 1], y in [0, 1]\ntime s in [0, 3]\nfield u(x, y, s)\nequation: u = 1\n", lambda p: p[:, 0]
    )
    assert [at["s"] for _, at in moving.planes(moving.problem.fields[0])] == pytest.approx([0, 1.5, 3])


def test_a_hollow_ball_is_cut_through_its_middle_and_a_thin_plate_is_drawn_thin(scene) -> None:
    shell = scene(
        "domain (x, y, z) = ball([0, 0, 0], 2) - ball([0, 0, 0], 1)\nfield u(x, y, z)\nequation: u = 1\n",
        lambda p: p[:, 0],
    )
    for _, at in shell.planes(shell.problem.fields[0]):
        assert list(at.values()) == pytest.approx([0.0], abs=1e-12)
    plate = scene("domain x in [0, 10], y in [0, 0.5]\nfield u(x, y)\nequation: u = 1\n", lambda p: p[:, 0])
    assert plate.flat(("x", "y")) and plate.proportion(("x", "y")) == 0.05
