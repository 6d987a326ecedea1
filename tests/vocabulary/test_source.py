"""Places in a text, counted as people count them."""

from pdedsl.vocabulary.source import Source, Span


def test_positions_count_from_one_in_code_points() -> None:
    source = Source.of("ab\nθx\n")
    assert [source.position(k) for k in (0, 2, 3, 4)] == [(1, 1), (1, 3), (2, 1), (2, 2)]
    assert source.line(2) == "θx" and source.line(1) == "ab"


def test_texts_are_read_alike_whatever_wrote_them() -> None:
    assert Source.of("\ufeffa\r\nb\rc").text == "a\nb\nc"
    assert Source.of("u\u0308").text == "ü"  # one name, not two


def test_spans_join() -> None:
    assert Span(5, 7) | Span(2, 3) == Span(2, 7)
