"""Symbols know what they are, and SymPy orders coordinates by their place."""

import pickle

import sympy as sp

from pdedsl.problem.atoms import Axis, Nonlocal, Normal, is_time, normal
from pdedsl.problem.printer import write_expression


def test_an_axis_is_its_name_place_and_role() -> None:
    assert Axis("x", 0) == Axis("x", 0) and hash(Axis("x", 0)) == hash(Axis("x", 0))
    assert len({Axis("x", 0), Axis("x", 1), Axis("x", 0, "time"), sp.Symbol("x", real=True)}) == 4
    assert pickle.loads(pickle.dumps(Axis("t", 2, "time"))) == Axis("t", 2, "time")
    assert is_time(Axis("q", 0, "time")) and not is_time(Axis("t", 0)) and not is_time(sp.Symbol("t"))


def test_order_follows_the_place_and_not_the_name() -> None:
    for a, b in (("x", "y"), ("y", "x"), ("zz", "aa")):
        first, second = Axis(a, 0), Axis(b, 1)
        assert (second + first).args == (first, second)
        assert sp.Function("u")(first, second).diff(second, first).variables == (first, second)
        assert write_expression(second * first**2 * 3) == f"3*{a}^2*{b}"


def test_normals_and_integrals_are_no_coordinates_of_that_name() -> None:
    assert all(isinstance(n, Normal) for n in normal(3)) and normal(2) == normal(3)[:2]
    assert normal(1)[0] != sp.Symbol("normal[1]", real=True) != Nonlocal("normal[1]", real=True)
