"""A plan is data, and its settings are all of it."""

from pdedsl.planning.plan import Adaptive, Anagram, Fixed, Grid, Limits, Plan, Sobol, Trust, from_settings
from pdedsl.spaces.space import Network, Polynomials, Size

PLAN = Plan(
    (("equation", Adaptive(300)), ("walls", Grid((4, 5)))),
    Network((8,)),
    Polynomials((8, 3), "total"),
    "none",
    Anagram(Fixed(1e-6)),
    Limits(7, 2.0, 0.0),
    (("u", Size(300.0, 50.0)),),
    5,
)


def test_settings_hold_all_of_it() -> None:
    assert from_settings(PLAN.settings()) == PLAN and hash(PLAN) == hash(from_settings(PLAN.settings()))


def test_counts() -> None:
    assert Grid((4, 5)).count == 20 and Sobol(7).count == 7


def test_corrections_where_they_fit() -> None:
    assert Anagram(Trust()).corrections == 6 and Anagram(Fixed(1.0)).corrections == 0
    assert Anagram(rows="unscaled").corrections == 0 and Anagram(Fixed(1.0), corrections=2).corrections == 2
