"""The first steps of a training, and what the Green's function says they add."""

import numpy as np
import pytest

import pdedsl
from pdedsl.analysis import learning
from tests.analysis.test_tangent import POISSON


@pytest.mark.slow
def test_the_step_is_the_green_function_on_the_residual() -> None:
    solution = pdedsl.solve(
        pdedsl.loads(POISSON),
        network="mlp(12, 12)",
        points="sobol(400)",
        steps=1,
        method="anagram(cutoff = relative(1e-3))",
    )
    points = np.linspace(0, 2, 101)[:, None]
    for stage in learning(solution, points, (0, 1)):
        cosine = stage.taken @ stage.predicted / np.linalg.norm(stage.taken) / np.linalg.norm(stage.predicted)
        assert cosine > 0.9
