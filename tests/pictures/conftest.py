"""Scenes of known functions: no training, so that pictures can be held against what they should show."""

from collections.abc import Callable

import numpy as np
import pytest

from pdedsl.numerics.truth import truths
from pdedsl.pictures.scene import Scene
from pdedsl.solver.record import Record
from pdedsl.stages.load import loads

HISTORY = tuple(
    Record(k, 0.5 * k, 10.0**-k, {"equation": 6 * 10.0 ** -(k + 1), "walls": 4 * 10.0 ** -(k + 1)}, 1e-3, 9, 0.9, True, errors={"u": 2.0**-k})
    for k in range(1, 8)
)  # fmt: skip


@pytest.fixture
def scene() -> Callable[..., Scene]:
    def made(text: str, *fields: Callable[[np.ndarray], np.ndarray], **more) -> Scene:
        problem = loads(f"pde 1\n{text}\n")

        def values(points: np.ndarray) -> np.ndarray:
            return np.stack([f(points) for f in fields], axis=1)

        return Scene(problem, values, HISTORY, {"u": 2.0**-7}, truths(problem), **more)

    return made


@pytest.fixture
def flow(scene) -> Scene:
    """A plane vector field with an exact solution that one component misses by 1e-3."""
    text = 'title "Flow: u [m/s]"\ndomain x in [0, 1], y in [0, 4]\nfield u(x, y), v(x, y)\nvector U = (u, v)\nequation: U = [y, x]\nexact u = y\n'
    return scene(
        text,
        lambda p: p[:, 1] + 1e-3 * p[:, 0],
        lambda p: p[:, 0],
        points={"equation": np.array([[0.1, 0.2], [0.3, 3.0]])},
        defect=lambda p: 1e-5 * p,
    )


@pytest.fixture
def wave(scene) -> Scene:
    """A field in one dimension of space and time."""
    text = "domain x in [-1, 1]\ntime t in [0, 2]\nfield u(x, t)\nequation: dt(u) = dx(u)\ninitial: u = x\nboundary: u = 1 + t  on x = 1\nexact u = x + t\n"
    return scene(text, lambda p: p[:, 0] + p[:, 1])
