"""Moving ends: what is said of places between them that a fixed interval cannot hold, each with what was written."""

import pytest

from pdedsl.stages.load import check
from pdedsl.vocabulary.source import Source
from tests.examples import STEFAN


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("on x = 0\n", "on x = 0.1\n", "E901"),
        ("equation heat: dt(u) = dxx(u)", "part left: x < 0.2\nequation heat: dt(u) = dxx(u) in left", "E901"),
        ("dxx(u)", "dxx(u) + delta(x - 0.1)", "E901"),
        ("exact s = t + 0.5\n", "", "E305"),
        ("= dxx(u)", "= div(where(x < 0.9, 1, 2)*grad(u))", "E901"),
        ("initial: s = 0.5", "initial: s = 0", "E401"),
        ("boundary front: dt(s) = -dn(u)  on x = s\n", "", "E501"),
        ("[0, s]", "[0, 2*s]", "E304"),
        ("exact s = t + 0.5", "exact s = t + 0.6", "E606"),
    ],
)
def test_what_cannot_be_mapped_or_is_wrong_is_said(old: str, new: str, code: str) -> None:
    assert old in STEFAN
    assert code in [d.code for d in check(Source.of(STEFAN.replace(old, new))).errors]


def test_sides_along_and_across_moving_ends_are_not_measured_at_once() -> None:
    plate = (
        "pde 1\ndomain x in [0, s], y in [0, 2]\ntime t in [0, 1]\nfield u(x, y, t), s(t)\nequation: dt(u) = laplacian(u)\n"
        "boundary: u = 1 on all\nconstraint: dt(s) = 1\ninitial: u = 1\ninitial: s = 1\n"
    )
    source = Source.of(plate + "report rim = integral(u, on = all)\n")
    (found,) = check(source).errors
    assert found.code == "E901" and "write one for each side" in (found.help or "")


def test_the_place_that_is_said_is_the_one_that_was_written() -> None:
    text = STEFAN.replace("on x = 0\n", "on x = 0.1\n")
    (found,) = [d for d in check(Source.of(text)).errors if d.code == "E901"]
    assert found.span is not None and "x = 0.1" in text[found.span.start : found.span.end]


BAR = """pde 1
unknown a = 0.4 in [0.1, 0.9], b = 1
domain x in [0, 1]
field u(x)
equation: -dxx(u) = b
boundary: u = 0  on all
constraint: u = 0.1  at (0.3)
constraint: u = 0.2  at (0.4)
"""


@pytest.mark.parametrize(
    ("old", "new", "marked"),
    [
        ("domain x in [0, 1]", "domain x in [0, a + 1]", "x"),
        ("-dxx(u) = b", "-dxx(u) = b*delta(x - a)", "-dxx(u) = b*delta(x - a)"),
        ("field", "part left: x < a\nreport r = integral(u)\nfield", "left"),
        ("= b\n", "= b\nreport m = integral(u, on = x = a)\n", "integral(u, on = x = a)"),
    ],
)
def test_unknown_numbers_that_say_where_something_is_are_not_solved_yet(old: str, new: str, marked: str) -> None:
    text = BAR.replace(old, new, 1)
    found = [d for d in check(Source.of(text)).errors if d.code == "E901"]
    assert marked in [text[d.span.start : d.span.end] for d in found]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("x in [0, L]", "x in [0, 2*L]", "write `L` itself as the end"),
        ("time t in [0, 1]", "time t in [0, L]", "as an end of time"),
        ("0, x = L", "0, x = L/2", "with one of its ends"),
        ("equation: dt(u) = dxx(u)", "equation: dt(u) = dxx(u) + delta(x - 0.1*L)", "smeared form"),
    ],
)
def test_what_is_not_known_of_unknown_ends(old: str, new: str, says: str) -> None:
    text = (
        "pde 1\nunknown L = 1 in [0.2, 5]\ndomain x in [0, L]\ntime t in [0, 1]\nfield u(x, t)\n"
        "equation: dt(u) = dxx(u)\ninitial: u = sin(x)\nboundary: u = 0  on x = 0, x = L\n"
        "boundary: dx(u) = -1  on x = L\n"
    )
    assert not check(Source.of(text)).errors
    found = [d for d in check(Source.of(text.replace(old, new))).errors if d.code == "E901"]
    assert found and any(says in f"{d.message} {d.help}" for d in found)
