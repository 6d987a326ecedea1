"""Places that are not there."""

import pytest

from pdedsl.checker.places import not_hard, unmet


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("boundary: u = 0  on x = 1, y = 0", []),
        ("boundary: u = 0  on x = 0.5", ["E402"]),
        ("boundary: u = 0  on t = 1", []),
        ("boundary: u = 0  on t = 0", ["E402"]),
        ("boundary: dn(u) = 0  on t = 1", ["E304"]),
        ("boundary: u = 0  on x = 0\nperiodic x", ["E405"]),
        ("boundary: u = 0  on all\nperiodic x", []),
        ("equation: u = 1  in p\npart p: x > 7", ["E402"]),
        ("report r = integral(u, on = p)\npart p: x = 0.5", ["E402"]),
    ],
)
def test_what_is_met(problem, text: str, codes: list[str]) -> None:
    assert [d.code for d in unmet(problem(text))] == codes


@pytest.mark.parametrize(
    ("shape", "where", "words"),
    [
        ("disk([0, 0], 1)", "all", None),
        ("disk([0, 0], 1)", "x > 0", "whole boundary"),
        ("box([0, 0], [1, 1]) - disk([0, 0], 0.5)", "all", "corners"),
    ],
)
def test_what_no_smooth_function_carries(problem, shape: str, where: str, words: str | None) -> None:
    made = problem(f"boundary: u = 0  on {where}  hard", f"domain (x, y) = {shape}\nfield u(x, y)\n")
    found = list(not_hard(made))
    assert [d.code for d in found] == (["E303"] if words else [])
    assert not words or words in found[0].message


def test_points_outside_of_a_shape(problem) -> None:
    head = "domain (x, y) = disk([0, 0], 1)\nfield u(x, y)\n"
    assert [d.code for d in unmet(problem("report r = u  at (0.9, 0.9)\nconstraint: u = 1  at (0, 0)", head))] == [
        "E402"
    ]
