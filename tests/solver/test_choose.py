"""A plan's methods and what carries them out."""

from typing import get_args

import pytest

from pdedsl.planning import plan
from pdedsl.solver.anagram import Anagram
from pdedsl.solver.baselines import Bfgs, GradientDescent, Optax
from pdedsl.solver.choose import EPS, choose
from pdedsl.solver.cutoff import FixedCutoff


@pytest.mark.parametrize("kind", get_args(plan.Method))
def test_every_method_is_known(kind: type) -> None:
    method = choose(kind(), 100)
    assert method.batch >= 1 and hash(method) == hash(choose(kind(), 100))


def test_options_are_carried_over() -> None:
    assert choose(plan.Adam(0.5), 9) == Optax("adam", rate=0.5) and choose(plan.Lbfgs(3), 9) == Optax("lbfgs", memory=3)
    assert choose(plan.Bfgs(), 9) == Bfgs() and choose(plan.GradientDescent(), 9) == GradientDescent()
    made = choose(plan.Anagram(plan.Fixed(0.1), rows="unscaled", factor="svd"), 9)
    assert made == Anagram(FixedCutoff(plan.Fixed(0.1)), "unscaled", "svd", 0)
    engd = choose(plan.Engd(), 400)
    assert isinstance(engd, Anagram) and engd.factor == "gram"
    assert engd.cutoff == FixedCutoff(plan.Relative((400 * EPS) ** 0.5))


@pytest.mark.parametrize(
    ("rule", "held", "thorough"),
    [(plan.Trust(), False, False), (plan.HeldOut(), True, True), (plan.Multi(), False, True)],
)
def test_what_a_schedule_needs_is_its_own_to_say(rule: plan.Cutoff, held: bool, thorough: bool) -> None:
    method = choose(plan.Anagram(rule), 9)
    assert isinstance(method, Anagram) and (method.held, method.cutoff.thorough) == (held, thorough)
