"""Words and data: each says what the other does, defaults included."""

from dataclasses import fields

import pytest

from pdedsl.meaning.choices import CUTOFFS, KEYS, Calls, Signature
from pdedsl.planning.defaults import planned
from pdedsl.planning.plan import Adaptive, Anagram, Custom, Fixed, Grid, HeldOut
from pdedsl.planning.spelling import SPELLINGS, made_of, spoken, typed
from pdedsl.spaces.space import Network, Polynomials
from pdedsl.spaces.stretch import at_faces, logarithm
from pdedsl.stages.load import loads
from pdedsl.stages.words import read_setting

PROBLEM = loads("pde 1\ndomain x in [0, 1]\nfield u(x)\nequation: dxx(u) = 1\nboundary: u = 0  on all\n")
CHOICES = [
    ("network", "mlp(20, 16, activation = sin, deviation = 0.1)"), ("points", "adaptive(300, every = 2)"), ("points", "grid(3)"),
    ("method", "anagram(cutoff = fixed(1e-06, filter = soft), rows = unscaled)"), ("method", "anagram(cutoff = multi)"),
    ("method", "anagram(cutoff = decay(0.1, 1e-07, 100), corrections = 3)"), ("method", "adam(rate = 0.01)"), ("method", "engd"),
    ("method", "lbfgs(memory = 5)"), ("method", "anagram(cutoff = heldout)"), ("method", "gradient_descent"), ("sizes.u", "(-300, 50.5)"),
    ("space", "features(200)"), ("space", "polynomials(4, terms = cross) + features(30) + network"), ("space.u", "features(9)"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "text"), CHOICES)
def test_there_and_back(key: str, text: str) -> None:
    made = typed(read_setting(key, text, PROBLEM))
    for brief in (False, True):
        assert typed(read_setting(key, str(spoken(made, brief)), PROBLEM)) == made


def test_in_brief_defaults_are_left_out() -> None:
    assert str(spoken(Network((8,)), brief=True)) == "mlp(8)" and str(spoken(Adaptive(9), brief=True)) == "adaptive(9)"
    assert str(spoken(Anagram(), brief=True)) == "anagram" and "corrections = 6" in str(spoken(Anagram()))
    assert str(spoken(Anagram(Fixed(0.5), corrections=0), brief=True)) == "anagram(cutoff = fixed(0.5))"
    assert str(spoken(Grid((2, 3)))) == "grid(2, 3)" and str(spoken(Anagram(HeldOut()), brief=True)).endswith(
        "heldout)"
    )
    assert str(spoken(Anagram(Custom(len)), brief=True)) == "anagram(cutoff = custom)"


def test_the_table_of_the_language_and_the_data_have_the_same_options() -> None:
    calls: dict[str, Signature] = dict(CUTOFFS.calls)
    for kind in KEYS.values():
        calls |= dict(kind.calls) if isinstance(kind, Calls) else {}
    ready = {
        name: signature
        for name, signature in calls.items()
        if not signature.later and (name in SPELLINGS or signature != Signature())
    }
    assert set(ready) == set(SPELLINGS) - {"custom"}
    for name, signature in ready.items():
        spelling = SPELLINGS[name]
        assert {f.name for f in fields(spelling.kind)} - {*spelling.silent} == {
            *spelling.arguments,
            *signature.keywords,
        }
        assert len(signature.arguments) == len(spelling.arguments) and signature.repeats == spelling.repeats


def test_how_coordinates_are_stretched_is_said() -> None:
    plan = planned(loads("pde 1\ntime t in [0, 1]\nfield u(t)\nequation: dt(u) = u\ninitial: u = 1\n"))
    log, steep = logarithm((1.0, 20.0)), at_faces((0.0, 1.0), 1e-3)
    for stretches, words in (
        ((), ""),
        (((None, log),), ", in logarithms of parameters"),
        (((steep, None),), ", stretched where it is steep"),
        (((steep, log), (None, log)), ", in logarithms of parameters, stretched where it is steep"),
    ):
        assert made_of(plan, Polynomials((4, 3), stretches=stretches)) == f"polynomials(4, 3){words}"
