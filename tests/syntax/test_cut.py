"""Statements end where their line does, unless a bracket is open; what is wrong with characters is told where it is."""

import pytest

from pdedsl.syntax.cut import cut
from pdedsl.vocabulary.source import Source


def test_statements_comments_and_brackets() -> None:
    text = "a = (1,  # one\n  2)\n\n# own line\nsolve {\nsteps = 3\n}\n"
    slices, comments, wrong = cut(Source.of(text))
    assert [" ".join(s.text.split()) for s in slices] == ["a = (1, 2)", "solve { steps = 3 }"]
    assert [text[s.start] for s in slices] == ["a", "s"] and not wrong
    assert [text[c.span.start : c.span.end] for c in comments] == ["# one", "# own line"]
    assert [c.alone for c in comments] == [False, True]


@pytest.mark.parametrize(
    ("text", "code", "place", "count"),
    [
        ("a = (1\nlet b = 2\n", "E101", "(", 2),  # the next statement is saved
        ("a = 1)\n", "E101", ")", 1),
        ("a = [1)\n", "E101", ")", 1),
        ('title "x\n', "E101", '"', 1),
        ("a = 2×3\n", "E102", "×", 1),
    ],
)
def test_what_is_wrong(text: str, code: str, place: str, count: int) -> None:
    slices, _, (found,) = cut(Source.of(text))
    assert (found.code, text[found.span.start : found.span.end], len(slices)) == (code, place, count)
