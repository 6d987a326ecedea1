"""Degrees that hold what was measured."""

from pathlib import Path

import numpy as np

from pdedsl.spaces.measured import measured
from pdedsl.spaces.sizes import field_sizes
from pdedsl.spaces.space import Polynomials
from pdedsl.stages.holding import holding
from pdedsl.stages.load import loads
from tests.examples import DECAY
from tests.inverse import table


def test_degrees_grow_along_the_coordinate_that_needs_them(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    x, t = draw.uniform(0, 1, (2, 2000))
    table(tmp_path / "probes.csv", x=x, t=t, u=np.sin(9 * np.pi * x) * (1 + t))
    problem = loads(DECAY.replace('.csv"', '.csv"  noise 0.01'), name=str(tmp_path / "spec.pde"))
    begun = Polynomials((5, 5), "total")
    found = holding(problem, begun, field_sizes(problem), measured(problem))
    assert found.degrees[0] > 18 and found.degrees[1] < 12
    assert holding(problem, Polynomials((5,), "cross"), field_sizes(problem), measured(problem)).degrees == (5,)
