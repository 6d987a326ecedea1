"""Choices as text."""

from pdedsl.problem.choices import Call, Chosen


def test_a_call_is_written_as_it_is_read() -> None:
    made = Call("anagram", (), (("cutoff", Call("fixed", (1e-06,))), ("rows", Call("scaled"))))
    assert str(made) == "anagram(cutoff = fixed(1e-06), rows = scaled)" and str(Call("tanh")) == "tanh"


def test_places_do_not_count() -> None:
    from pdedsl.vocabulary.source import Span

    assert Chosen("steps", 3, Span(1, 2)) == Chosen("steps", 3)
