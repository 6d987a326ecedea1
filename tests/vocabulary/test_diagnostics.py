"""Messages: the place, the line, carets under the whole span, help."""

from pdedsl.vocabulary.diagnostics import Diagnostic, SpecError, not_yet, render, suggest
from pdedsl.vocabulary.source import Source, Span

TEXT = Source("param a = 1\nequation: dyy(u) = a\n", "s.pde")


def test_a_message_shows_its_place_and_a_second_one() -> None:
    start = TEXT.text.index("dyy(u)")
    diagnostic = Diagnostic("E205", "no `y`", Span(start, start + 6), "declare it", ((Span(6, 7), "this one"),))
    assert render(diagnostic, TEXT).splitlines() == [
        "s.pde:2:11: error E205: no `y`",
        "    2 | equation: dyy(u) = a",
        "      |           ^^^^^^",
        "s.pde:1:7: this one",
        "    1 | param a = 1",
        "      |       ^",
        "  help: declare it",
    ]


def test_wide_characters_have_wide_carets_and_long_lines_are_cut() -> None:
    wide = Source("温度 x\n")
    assert render(Diagnostic("E101", "m", Span(3, 4), "h"), wide).splitlines()[2] == "      |      ^"
    long = Source("x" * 5000 + "y" + "x" * 5000)
    assert all(len(line) < 250 for line in render(Diagnostic("E101", "m", Span(5000, 5001), "h"), long).splitlines())


def test_control_characters_never_reach_the_terminal() -> None:
    assert "\x1b" not in render(Diagnostic("E102", "m", Span(0, 1), "h"), Source("\x1b[31mred"))


def test_severity_and_near_names() -> None:
    assert Diagnostic("W206", "m", Span(0, 1), "h").severity == "warning"
    assert suggest("laplcian", ["laplacian", "grad"]) == "did you mean `laplacian`?" and suggest("q", ["abc"]) == ""
    assert not_yet("`data`", Span(0, 4)).code == "E901"
    assert "E901" in str(SpecError(TEXT, (not_yet("`data`", Span(0, 4)),)))
