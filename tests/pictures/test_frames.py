"""Pictures of a family for each of some values of its parameters, and their sliders in a page."""

import io
import re

import numpy as np
import pytest
from PIL import Image

import pdedsl
from pdedsl.pictures.frames import VALUES, frames
from pdedsl.pictures.report import _sliders
from pdedsl.stages.load import loads

LINE = """pde 1
param k in [1, 100], a in [0, 1]
domain x in [0, 1]
field u(x)
equation: dxx(u) - k*u = a
boundary: u = 0 on all
"""
PLANE = """pde 1
param k in [1, 2]
domain x in [0, 1], y in [0, 2]
field u(x, y)
equation: laplacian(u) - k*u = 1
boundary: u = 0 on all
"""


@pytest.mark.slow
def test_each_parameter_has_its_pictures() -> None:
    for text, count in ((LINE, 2), (PLANE, 1), (LINE.replace("in [1, 100], a in [0, 1]", "= 1, a = 1"), 0)):
        found = frames(pdedsl.solve(loads(text), time_limit=20)._scene)
        assert len(found) == count
        for own in found:
            assert len(own.values) == len(own.pictures) == VALUES
            first, last = (np.asarray(Image.open(io.BytesIO(own.pictures[k])).convert("L"), float) for k in (0, -1))
            assert first.shape == last.shape and np.abs(first - last).max() > 100
        if count == 2:
            assert found[0].parameter == "k" and found[0].values[VALUES // 2] == 10.0


def test_a_slider_shows_one_of_them() -> None:
    found = frames(pdedsl.solve(loads(PLANE), time_limit=20)._scene)
    page = _sliders(found)
    images = re.findall(r"<img( hidden)?", page)
    assert len(images) == VALUES and images.count("") == 1 and images[VALUES // 2] == ""
    assert f'max="{VALUES - 1}"' in page and "http:" not in page and "https:" not in page and _sliders(()) == ""
