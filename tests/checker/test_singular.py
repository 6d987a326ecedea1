"""Expressions that are infinite or no number somewhere."""

import pytest

from pdedsl.checker.singular import singular


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("equation: u = 1/(x - 0.3)", "infinite near x = 0.3"),
        ("equation: u = sqrt(x - 0.3)", "not a number"),
        ("equation: u/(x + y - 1) = 1", "infinite near"),
        ("equation: u = (x^2 - 0.09)/(x - 0.3)", None),  # it only looks so
        ("equation: u = where(x > 0.3, 1/(x - 0.2), 0)", None),
        ("equation: u = tan(3*x)", "infinite near x = 0.5236"),
        ("boundary: u = log(y - 1)  on x = 0", "not a number"),
        ("exact u = 1/(t - 0.5)\nequation: u = u", "exact solution"),
        ("report r = u/t  at (0.5, 0.5)", None),
        ("exact u = sqrt(x)\nequation: dx(u) = 1/(2*sqrt(x))", None),  # on its boundary only
    ],
)
def test_where_there_is_no_value(problem, text: str, words: str | None) -> None:
    found = list(singular(problem(text)))
    assert [d.code for d in found] == (["E603"] if words else [])
    assert not words or words in found[0].message
