"""The LaTeX document of a problem holds all of it."""

from pdedsl.problem.document import document
from pdedsl.stages.load import loads


def test_everything_is_there(heat: str) -> None:
    text = document(loads(heat))
    for words in (
        r"\section*{Heat}",
        r"x \in [0, 1]",
        "a = 0.25",
        r"u_{x x}",
        "Exact solution",
        r"\text{on } x = 0,\ x = 1",
    ):
        assert words in text, words
    assert text.startswith(r"\documentclass") and text.rstrip().endswith(r"\end{document}")


def test_letters_that_latex_does_not_know_are_declared(heat: str) -> None:
    assert r"\DeclareUnicodeCharacter{03B8}" in document(loads(heat.replace("Heat", "Heat θ")))
