"""Places in words."""

from pdedsl.vocabulary.spoken import place_words


def test_places() -> None:
    assert place_words({"x": 0.123456, "t": 1.0}) == "x = 0.123, t = 1"
    assert place_words({"x": 0.123456}, 5) == "x = 0.12346"
    assert place_words({}) == ""


def test_long_groups_are_lists() -> None:
    few = {"x": 1.0, "a[1]": 2.0, "a[2]": 3.0}
    assert place_words(few) == "x = 1, a[1] = 2, a[2] = 3"
    many = {"x": 1.0, **{f"a[{k}]": k / 10 for k in range(1, 9)}, "b": 2.0}
    assert place_words(many) == "x = 1, a = [0.1, 0.2, ..., 0.8], b = 2"
