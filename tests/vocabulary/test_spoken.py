"""Places in words."""

import pytest

from pdedsl.vocabulary.spoken import name_words, place_words, split


def test_places() -> None:
    assert place_words({"x": 0.123456, "t": 1.0}) == "x = 0.123, t = 1"
    assert place_words({"x": 0.123456}, 5) == "x = 0.12346"
    assert place_words({}) == ""


def test_names() -> None:
    assert name_words(["x", "a[1]", "a[2]", "t"]) == "x, a[1], a[2], t"
    assert (
        name_words([*(f"x[{k}]" for k in range(1, 101)), "t"]) == "x[1], x[2], ..., x[100], t" and name_words([]) == ""
    )


def test_long_groups_are_lists() -> None:
    few = {"x": 1.0, "a[1]": 2.0, "a[2]": 3.0}
    assert place_words(few) == "x = 1, a[1] = 2, a[2] = 3"
    many = {"x": 1.0, **{f"a[{k}]": k / 10 for k in range(1, 9)}, "b": 2.0}
    assert place_words(many) == "x = 1, a = [0.1, 0.2, ..., 0.8], b = 2"


@pytest.mark.parametrize(
    ("text", "parts"),
    [("a, b", ["a", "b"]), ("a(c = 1, d = 2), b[1, 2]", ["a(c = 1, d = 2)", "b[1, 2]"]), (" , a,", ["a"]), ("", [])],
)
def test_commas_inside_brackets_do_not_count(text: str, parts: list[str]) -> None:
    assert split(text) == parts
