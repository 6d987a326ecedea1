"""Initial and boundary values that disagree."""

import pytest

from pdedsl.checker.corners import disagreeing


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("initial: u = x\nboundary: u = 1  on x = 1", None),
        ("initial: u = x\nboundary: 2*u = 2 + t  on x = 1", None),
        ("initial: u = x\nboundary: u = 3  on x = 1", "1 against 3"),
        ("initial: u = x\nboundary: dn(u) = 3  on x = 1", None),
        ("initial: u = x\nboundary: u = 9  on t = 1", None),
        ("initial: u = x*y\nboundary: u = 0  on x = 0\nboundary: u = y + 1e-3  on x = 1", "disagree"),
    ],
)
def test_where_both_hold(problem, text: str, words: str | None) -> None:
    found = list(disagreeing(problem(text)))
    assert [d.code for d in found] == (["W504"] if words else [])
    assert not words or words in found[0].message
