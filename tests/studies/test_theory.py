"""The pictures of the theory: where they look, and what they say."""

import numpy as np
import pytest

import pdedsl
from pdedsl.studies.theory import SIZES, Place, analyze

TEXT = "pde 1\ndomain (x, y) = annulus([0, 0], 0.5, 1)\nfield u(x, y)\nequation: laplacian(u) = 0\nboundary: u = x  on all\nsolve { network = mlp(4)\npoints = 40\nsteps = 2 }\n"


@pytest.fixture(scope="module")
def solution() -> pdedsl.Solution:
    return pdedsl.solve(pdedsl.loads(TEXT))


def test_places_lie_inside(solution: pdedsl.Solution) -> None:
    place = Place(solution)
    assert place.plane and place.points.shape == (SIZES[2] ** 2, 2)
    radius = np.linalg.norm(np.concatenate(place.sources), axis=1)
    assert (radius > 0.5).all() and (radius < 1).all()
    assert Place(solution, ((0.6, 0.2),)).sources[0].tolist() == [[0.6, 0.2]]


@pytest.mark.slow
def test_everything_is_said(solution: pdedsl.Solution, tmp_path) -> None:
    said = analyze(solution, tmp_path / "analysis", [(0.7, 0.1)])
    assert [words.split(":")[0] for words in said] == ["spectrum", "kernels", "green", "learning", "fourier"]
    with np.load(tmp_path / "analysis" / "analysis.npz") as arrays:
        np.testing.assert_array_equal(arrays["sources"], [[0.7, 0.1]])
        assert (np.diff(arrays["s end"]) <= 0).all()
