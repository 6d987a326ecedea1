"""What was found, put into the problem without the data: its solution is the same, unless data bent it."""

from pathlib import Path

import numpy as np

import pdedsl
from pdedsl.planning.functions import expansions
from pdedsl.spaces.collocation import Collocation
from pdedsl.spaces.linear import forms
from pdedsl.spaces.measured import measured
from pdedsl.spaces.placing import SHIFT
from pdedsl.spaces.sizes import field_sizes
from pdedsl.spaces.space import Polynomials
from pdedsl.stages.forward import Forward, solved_again
from pdedsl.stages.load import loads
from tests.examples import DECAY
from tests.inverse import decay


def test_the_run_says_how_far_it_is(tmp_path: Path) -> None:
    decay(tmp_path, count=40, noise=0.01)
    own = pdedsl.solve(
        loads(DECAY.replace('.csv"', '.csv"  noise 0.01'), name=str(tmp_path / "spec.pde")), time_limit=30
    )
    (said,) = [words for words in own.solved.story if "without the data" in words]
    away = float(said.split(":")[1].split()[0])
    assert own.identified is not None and away < 1e-8
    assert f"{own.identified.fits[0].square ** 0.5:.3g} times" in said


def test_states_that_data_bent_are_found_out(tmp_path: Path) -> None:
    decay(tmp_path)
    problem = loads(DECAY, name=str(tmp_path / "spec.pde"))
    sizes, data = field_sizes(problem), measured(problem)
    fields = expansions(problem, Polynomials((16, 16), "total"), sizes, "none")
    system = Collocation(problem, fields, sizes, forms(problem), SHIFT, data=data)
    states = np.arange(system.size) < system.size - 1
    bent = np.zeros(system.size)
    bent[-1] = 0.1
    forward = Forward(system, bent, states)
    r, phi = forward.linearised(bent[states])
    assert phi.shape == (len(r), states.sum()) and forward.rows.sum() == len(r) < len(forward.rows)
    np.testing.assert_allclose(forward.residual(bent[states]), r)
    words, away = solved_again(problem, system, bent, data, np.random.default_rng(0).uniform(size=(64, 2)))
    assert away > 0.1 and f"{away:.0e} of the variation away" in words
