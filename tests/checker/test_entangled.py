"""Unknowns that nothing tells apart."""

from pathlib import Path

import pytest

from pdedsl.stages.load import check
from pdedsl.vocabulary.source import Source
from tests.examples import DECAY
from tests.inverse import decay


def test_a_statement_says_the_same_times_a_number(tmp_path: Path) -> None:
    decay(tmp_path)
    text = DECAY.replace("a = 1 in [0.01, 10]", "a = 1, b = 2").replace("dt(u) = a*dxx(u)", "b*dt(u) = a*dxx(u)")
    found = [d for d in check(Source.of(text, str(tmp_path / "spec.pde"))).diagnostics if d.code == "E501"]
    assert "from a/b" in found[0].message
    told = text.replace("boundary: u = 0  on all", "boundary: u = 0  on x = 0\nboundary: u = b*t  on x = 1")
    assert not check(Source.of(told, str(tmp_path / "spec.pde"))).errors


@pytest.mark.parametrize(
    ("unknown", "equation", "says"),
    [
        ("a = 1, b = 2", "a*b*dxx(u)", "from a*b"),
        ("a = 1, b = 2", "dxx(u)/a*b", "from a/b"),
        ("a = 1, b = 2", "(a + b)*dxx(u)", "from a + b"),
        ("a = 3, b = 2", "(a - b)*dxx(u)", "from a - b"),
        ("a = 1, b = 2, c = 1", "a*b*dxx(u) - c*u", "from a*b"),
        ("a = 1, b = 2", "a*dxx(u) - b*u", ""),
        ("a = 1, b = 2", "a*dxx(u) - b*a*u", ""),
        ("a = 1, b = 2", "a*dxx(u) - u^b", ""),
    ],
)
def test_numbers_that_enter_together_only(tmp_path: Path, unknown: str, equation: str, says: str) -> None:
    decay(tmp_path)
    text = DECAY.replace("a = 1 in [0.01, 10]", unknown).replace("a*dxx(u)", equation)
    found = [d for d in check(Source.of(text, str(tmp_path / "spec.pde"))).diagnostics if d.code == "E501"]
    assert [says in d.message for d in found] == ([True] if says else [])
