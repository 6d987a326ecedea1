"""Answers at a point: through arrays, on pieces, inside of their box alone."""

import io
from pathlib import Path

import numpy as np
import pytest

from pdedsl.runs.answer import Answer, Answered, arrays, opened
from pdedsl.runs.files import as_npz
from pdedsl.spaces.basis import Basis
from pdedsl.spaces.space import Size
from pdedsl.spaces.sums import Sum


def line(*coefficients: float) -> Sum:
    own = Basis((0,), ((0.0, 2.0),), (False,), np.arange(len(coefficients))[:, None])
    return Sum(own, np.asarray(coefficients), Size())


def made() -> Answer:
    """Of `x, t` a field `u(t)` that is t - 1 up to t = 1, and 2 after that; and `v(x)` which is x^2."""
    off = line(0.0, -1e-3)
    u = Answered("u", (1,), 1, np.array([1.0]), (line(0.0, 1.0), line(2.0)), (off, off), 2e-4)
    v = Answered("v", (0,), 0, np.zeros(0), (line(1.5, 2.0, 0.5),), (line(1e-5),), 0.0)
    found = arrays(["x", "t"], np.array([[0.0, 2.0], [0.0, 2.0]]), [u, v], [], np.zeros((0, 2, 3)))
    return Answer(np.load(io.BytesIO(as_npz(found)), allow_pickle=False))


def test_values_and_errors_through_a_file() -> None:
    own = made()
    assert own.names == ["x", "t"]
    early, late = own.at({"x": 0.5, "t": 0.25}), own.at({"t": 1.5, "x": 0.5})
    assert early[0] == ("u", -0.75, pytest.approx(0.75e-3)) and early[1] == ("v", pytest.approx(0.25), 1e-5)
    assert late[0] == ("u", 2.0, pytest.approx(0.5e-3))
    assert own.at({"x": 0.5, "t": 1.0})[0][1:] == (0.0, 2e-4)  # the piece that ends there; no error is less than that


def test_nothing_is_said_elsewhere() -> None:
    own = made()
    for place in ({"x": 2.1, "t": 0.0}, {"x": 0.0}, {"x": 0.0, "t": 0.0, "y": 0.0}, {"x": float("nan"), "t": 0.0}):
        assert own.at(place) == []


def test_a_folder_without_one_says_so(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        opened(tmp_path)
