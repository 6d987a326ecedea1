"""Kinds of space: what is meant where nothing was said."""

from pdedsl.spaces.space import Network, Polynomials, Size


def test_one_degree_is_a_total_one_and_one_for_each_a_product() -> None:
    assert Polynomials((8,)).kind == "total" and Polynomials((8, 3)).kind == "product"
    assert Polynomials((8, 3), "total").kind == "total" and Polynomials((8,), "cross").kind == "cross"


def test_spaces_are_values() -> None:
    assert Network() == Network((20, 20, 20)) and hash(Network()) == hash(Network((20, 20, 20)))
    assert Size() == Size(0.0, 1.0)
