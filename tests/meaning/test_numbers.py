"""Parameters, and numbers that are swept or sought."""

import math

import pytest


def test_parameters_are_worked_out_in_their_order(declared) -> None:
    found = declared("param c = a*b, a = 2, b = a + 1\ndomain x in [0, c]\nfield u(x)")
    assert [p.name for p in found.domain.parameters] == ["a", "b", "c"]
    assert {s.name: v for s, v in found.scope.values.items()} == {"a": 2, "b": 3, "c": 6}
    assert found.domain.bounds == ((0, 6),) and found.sound and found.diagnostics == ()


def test_what_is_sought_has_a_start_and_bounds(declared) -> None:
    found = declared("param b = 2\nunknown a = b in [0, inf], c = 1\ndomain x in [0, 1]\nfield u(x)")
    a, c = (p for p in found.domain.parameters if p.sought is not None)
    assert (a.sought.lower, a.sought.upper) == (0, math.inf) and c.sought.lower == -math.inf
    assert found.domain.number(a.symbol) == 2 and found.diagnostics == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("unknown a = 3 in [0, 1]", "E401"), ("unknown a = 1 in [inf, 2]", "E401"), ("unknown a = x", "E304"),
        ("param a = 1 noise 0", "E303"), ("param a = inf", "E304"), ("param a in [2, 1]", "E401"),
    ],
)  # fmt: skip
def test_what_is_wrong(declared, text: str, code: str) -> None:
    found = declared(f"{text}\ndomain x in [0, 1]\nfield u(x)")
    assert [d.code for d in found.diagnostics] == [code]
