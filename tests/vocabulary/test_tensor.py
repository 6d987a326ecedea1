"""Ranks, shapes and components."""

import sympy as sp

from pdedsl.vocabulary.tensor import Tensor, matrix, scalar, vector

A, B, C, D = sp.symbols("a b c d")


def test_components_in_row_major_order() -> None:
    m = matrix([(A, B), (C, D)])
    assert m.shape == (2, 2) and m.rank == 2 and m.at(1, 0) == C and m.rows() == [(A, B), (C, D)]
    assert vector((A, B)).at(1) == B and scalar(A).scalar == A


def test_words_for_messages() -> None:
    assert [t.words for t in (scalar(A), vector((A,)), vector((A, B)), Tensor((A, B), (1, 2)))] == [
        *("a scalar", "a vector of 1 component", "a vector of 2 components", "a 1 x 2 matrix"),
    ]
