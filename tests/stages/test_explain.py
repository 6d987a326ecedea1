"""Codes, their pages and their tests stay in step."""

import re
from collections import Counter
from pathlib import Path

import pytest

from pdedsl.meaning.choices import ACTIVATIONS
from pdedsl.stages import explain
from pdedsl.stages.load import check
from pdedsl.vocabulary.source import Source
from tests.checker.test_check import CASES

PACKAGE = Path(explain.__file__).parents[1]
SPEC = PACKAGE.parent / "specs" / "example.pde"
PAGES = explain.pages()


@pytest.fixture(autouse=True)
def _a_rough_activation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ACTIVATIONS, "relu", 0)


def test_every_code_has_a_page_and_two_bad_specs() -> None:
    raised = {
        c for f in PACKAGE.glob("**/*.py") for c in re.findall(r"\"([ENW]\d{3})\"", f.read_text(encoding="utf-8"))
    }
    assert raised == set(PAGES)
    assert list(PAGES) == sorted(PAGES, key=lambda code: code[1:])
    counts = Counter(case[0] for case in CASES)
    assert {code for code in PAGES if counts[code] < 2} == {"W604"}  # no activation of ours is rough


@pytest.mark.parametrize("code", PAGES)
def test_the_examples_do_what_their_page_says(code: str) -> None:
    page = PAGES[code]
    bad = check(Source.of(page.bad, str(SPEC)))
    assert [(d.code, d.span) for d in bad.diagnostics] == [(code, page.place)]
    assert check(Source.of(page.good, str(SPEC))).diagnostics == ()


def test_a_page_shows_the_message_and_both_specs() -> None:
    text = explain.explain("e205")
    assert text is not None
    assert "does not depend on" in text and "^^^" in text
    assert text.count("    field u(x") == 2
    assert explain.explain("E999") is None
