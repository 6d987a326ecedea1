"""Numbers that are sought as fields of no coordinates."""

from pathlib import Path

import sympy as sp

from pdedsl.problem.bounds import Bounds
from pdedsl.problem.sought import identified, latent, worth
from pdedsl.problem.statements import Field
from pdedsl.stages.load import loads
from tests.examples import DECAY, GOOD
from tests.inverse import decay


def test_a_number_is_a_field_and_reads_back(tmp_path: Path) -> None:
    decay(tmp_path)
    problem = loads(DECAY, name=str(tmp_path / "decay.pde"))
    number = problem.fields[-1]
    assert (number.name, number.arguments, number.sought) == ("a", (), Bounds(0.01, 10))
    assert problem.unknowns == (number,) and not problem.parameters
    assert problem.equations[0].residual[0].has(number.expression)
    assert problem.own_text == DECAY
    again = loads(str(problem).replace("title", "title"), name=str(tmp_path / "decay.pde"))
    assert again.fields == problem.fields and again.equations == problem.equations
    assert again.measurements == problem.measurements


def test_known_ones_stay_what_they_are(tmp_path: Path) -> None:
    problem = loads(GOOD)
    assert identified(problem) is problem
    decay(tmp_path)
    fixed = loads(DECAY, {"a": 0.3}, name=str(tmp_path / "decay.pde"))
    assert not fixed.unknowns and fixed.domain.values[fixed.parameters[0].symbol] == 0.3


def test_expressions_in_free_numbers_and_starts() -> None:
    bounded, free = Field("a", (), sought=Bounds(0, 2)), Field("b", (), start=sp.Integer(3), sought=Bounds())
    problem = loads(GOOD)
    own = latent(problem, problem.equations[0].residual[0])
    assert own == problem.equations[0].residual[0]
    assert worth(bounded) == 1 and worth(free) == 3 and float(worth(Field("c", (), sought=Bounds(5, 7)))) == 6
