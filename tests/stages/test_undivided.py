"""Members of families in functions of all coordinates at once: how many, and how far off."""

import time
from dataclasses import replace

import numpy as np
import pytest

from pdedsl.numerics.truth import truths
from pdedsl.planning.defaults import planned
from pdedsl.planning.plan import Limits
from pdedsl.spaces.space import Polynomials
from pdedsl.stages.load import loads
from pdedsl.stages.undivided import Undivided
from pdedsl.vocabulary.diagnostics import SpecError
from tests.examples import BENT


def test_degrees_are_raised_until_members_change_no_more() -> None:
    problem = loads(BENT)
    own = Undivided(problem, planned(problem), (), lambda _: None, lambda: False, time.perf_counter(), 20.0)
    own.prepare()
    assert own.off < 1e-9 and own.changes[-1] < 1e-3 * own.changes[0]
    assert own.space.degrees[1:] == (0, 0) and own.fields[0].columns == own.size
    at = np.array([-0.7, 3.0])
    found = own.shown(own.member(at, np.zeros(own.size)), at)[:, 0]
    x = own.probes[: len(found), 0]
    np.testing.assert_allclose(found, -0.7 * np.sin(np.pi * x) / 3, atol=1e-9)


@pytest.mark.parametrize("degrees", [(3, 2, 12), (4, 2, 12), (9,)])
def test_chosen_degrees_that_are_too_low_say_so(degrees: tuple[int, ...]) -> None:
    problem = loads(BENT)
    plan = replace(planned(problem), space=Polynomials(degrees, "family"))
    own = Undivided(problem, plan, truths(problem), lambda _: None, lambda: False, time.perf_counter(), 20.0)
    own.prepare()
    own.solve()
    last, best = own.history[-1], own.best()
    assert best is not None and best.relative > last.errors["u"] / 3


def test_what_has_no_members_of_its_own_says_so() -> None:
    for key, said in (("9", "no parameter is swept"), ("9, 9", "superpose in `k`")):
        param = "param k in [0, 1]\n" if "," in key else ""
        text = f"pde 1\n{param}domain x in [0, 1]\nfield u(x)\nequation: dxx(u) = {'k' if param else '1'}\nboundary: u = 0  on all\n"
        with pytest.raises(SpecError, match=said):
            loads(f"{text}solve {{ space = polynomials({key}, terms = family) }}\n")


def test_no_time_is_left_for_members_that_would_take_too_long() -> None:
    problem = loads(BENT)
    plan = replace(planned(problem), limits=Limits(seconds=1.0))
    own = Undivided(problem, plan, (), lambda _: None, lambda: True, time.perf_counter(), 0.0)
    own.prepare()
    assert own.over and own.off == np.inf and isinstance(own.space, Polynomials)
