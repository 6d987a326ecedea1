"""Kinds of space: what is meant where nothing was said."""

from pdedsl.spaces.space import (
    Added,
    Each,
    Features,
    Network,
    Polynomials,
    Size,
    Space,
    based,
    decided,
    fixed,
    linear,
    settings_of,
    space_from,
    trained,
)  # fmt: skip


def test_one_degree_is_a_total_one_and_one_for_each_a_product() -> None:
    assert Polynomials((8,)).kind == "total" and Polynomials((8, 3)).kind == "product"
    assert Polynomials((8, 3), "total").kind == "total" and Polynomials((8,), "cross").kind == "cross"


def test_spaces_are_values() -> None:
    assert Network() == Network((20, 20, 20)) and hash(Network()) == hash(Network((20, 20, 20)))
    assert Size() == Size(0.0, 1.0)


def test_what_a_space_has_in_it() -> None:
    p, f = Polynomials((4,)), Features(9)
    mixed: Space = Each((("u", Added((p, "network"))), ("v", f)), "auto")
    assert trained(mixed) and not fixed(mixed) and based(mixed) and not trained("auto") and fixed(Added((p, f)))
    assert linear(mixed) == Each((("u", p), ("v", f)), "auto") and linear("network") == Polynomials((0,))
    assert decided(mixed) == Each(mixed.own, "network") and not based(decided(mixed)) and decided("auto") == "network"
    assert settings_of(mixed) == {"space": "auto", "space.u": Added((p, "network")), "space.v": f}
    assert space_from({**settings_of(mixed), "seed": 3}) == mixed and space_from({"space": p}) == p
