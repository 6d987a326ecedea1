"""Shapes from trees, and why a primitive with some numbers is none."""

import numpy as np
import pytest
import sympy as sp

from pdedsl.problem.primitives import EXAMPLES, SIGNATURES, Combined, Primitive, construct, wrong_size

X, Y, R = sp.symbols("x y r", real=True)
UNIT = Primitive("box", ((sp.S.Zero, sp.S.Zero), (sp.S.One, sp.S.One)))


def test_a_tree_becomes_its_shape_with_parameters_put_in() -> None:
    hole = Primitive("disk", ((sp.Float(0.5), sp.Float(0.5)), R))
    shape = construct(Combined("-", UNIT, hole), (X, Y), {R: 0.25})
    points = np.array([[0.5, 0.5], [0.1, 0.1], [2.0, 0.5]])
    assert (shape.level(points) < 0).tolist() == [False, True, False]
    assert shape.volume == pytest.approx(1 - np.pi / 16, rel=5e-3)


@pytest.mark.parametrize(
    ("name", "numbers", "words"),
    [
        ("box", [[0, 1], [1, 1]], "lower corner"),
        ("disk", [[0, 0], 0.0], "radius"),
        ("ellipse", [[0, 0], [1, -1]], "half axes"),
        ("annulus", [[0, 0], 2.0, 1.0], "r1 < r2"),
        ("polygon", [[[0, 0], [1, 0]]], "fewer than three"),
        ("polygon", [[[0, 0], [1, 1], [1, 0], [0, 1]]], "cross"),
        ("halfspace", [[0, 0], [0, 0]], "direction"),
        ("disk", [[0, 0], 1.0], ""),
    ],
)
def test_what_is_no_shape(name: str, numbers: list, words: str) -> None:
    found = wrong_size(name, numbers)
    assert (words in found) if words else found == ""


def test_every_shape_has_an_example() -> None:
    assert set(EXAMPLES) == set(SIGNATURES)
