"""Shapes in the language become trees."""

import pytest

from pdedsl.problem.primitives import Combined, Primitive


def test_joins_and_names(declared) -> None:
    found = declared(
        "let hole = disk([0, 0], 0.5)\nparam a = 1\ndomain (x, y) = box([-a, -a], [a, a]) - hole\nfield u(x, y)"
    )
    tree = found.domain.tree
    assert isinstance(tree, Combined) and tree.operator == "-" and isinstance(tree.right, Primitive)
    assert tree.right.name == "disk" and found.domain.bounds == ((-1, 1), (-1, 1))


@pytest.mark.parametrize(
    ("shape", "code"),
    [
        ("circle([0, 0], 1)", "E201"), ("2*disk([0, 0], 1)", "E302"), ("disk([0, 0], 0)", "E404"), ("halfspace([0, 0], [1, 0])", "E404"),
        ("disk([0, 0])", "E303"), ("disk([0, 0, 0], 1)", "E303"), ("disk([0, 0], 1) - disk([0, 0], 2)", "E404"), ("sdf(x)", "E404"),
    ],
)  # fmt: skip
def test_what_is_no_shape(declared, shape: str, code: str) -> None:
    found = declared(f"domain (x, y) = {shape}\nfield u(x, y)")
    assert [d.code for d in found.diagnostics] == [code] and not found.bounded
