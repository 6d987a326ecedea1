"""Settings against the table of the language."""

import pytest

from pdedsl.meaning.choices import Checked, check_setting
from pdedsl.problem.choices import Call
from pdedsl.syntax.parse import parse_settings
from pdedsl.vocabulary.source import Source


def checked(text: str, statements=("walls",)) -> Checked:
    ((setting,), _) = parse_settings(Source.of(f"solve {{ {text} }}"))
    owners = None if statements is None else {"statement": statements, "field": ("T",)}
    return check_setting(setting, owners, 2)


def test_a_value_without_its_places() -> None:
    assert checked("network = mlp(20, 16, activation = sin)").value == Call(
        "mlp", (20, 16), (("activation", Call("sin")),)
    )
    assert checked("sizes.T = (-300, 5e1)").value == (-300.0, 50.0)
    assert checked("sizes = auto").value == checked("sizes.T = auto").value == Call("auto")
    assert checked("points.walls = 30").value == 30 and checked("tolerance = 10^-3").value == 1e-3


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("sizes.V = (1, 2)", "E201", "no field"),
        ("sizes = (1, 2)", "E201", "belongs to one field"),
        ("sizes.T = (1, 0)", "E201", "a positive number"),
        ("sizes.T = mlp(1)", "E201", "not a value"),
        ("points = (1, 2)", "E201", "not a value of `points`"),
        ("steps = (1, 2)", "E201", "positive whole number"),
        ("netwrk = mlp(3)", "E201", "`network`"),
        ("network = mpl(3)", "E201", "`mlp`"),
        ("network = mlp()", "E303", "positive whole number"),
        ("network = mlp(3, scale = 0)", "E201", "positive number"),
        ("network = fourier(3)", "E901", "not supported"),
        ("points.roof = 3", "E201", "no statement"),
        ("points = grid(2, 3, 4)", "E303", "3 counts"),
        ("steps.walls = 3", "E201", "whole problem"),
        ("method = adam(rate = 1, rate = 2)", "E202", "twice"),
        ("steps = 1.5", "E201", "whole number"),
    ],
)
def test_what_is_wrong(text: str, code: str, words: str) -> None:
    (diagnostic,) = checked(text).diagnostics
    assert diagnostic.code == code and words in diagnostic.message + diagnostic.help


def test_names_are_not_held_against_what_is_not_known() -> None:
    assert checked("points.roof = 3", None).value == 3
