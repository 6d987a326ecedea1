"""What the statements say of a solution: waves, layers, sums over the coordinates."""

import numpy as np
import pytest

from pdedsl.planning.data import THIN, layer, waves
from pdedsl.problem.problem import Problem
from pdedsl.spaces.linear import forms
from pdedsl.spaces.sizes import field_sizes
from pdedsl.stages.load import loads


def plane(equation: str, walls: str = "0", domain: str = "x in [0, 2], y in [0, 1]") -> Problem:
    return loads(f"pde 1\ndomain {domain}\nfield u(x, y)\nequation: {equation}\nboundary: u = {walls} on all\n")


@pytest.mark.parametrize(
    ("equation", "walls", "counts"),
    [
        ("laplacian(u) = sin(pi*x)", "0", {0: 1.0}),
        ("laplacian(u) = sin(6*pi*x)*cos(2*pi*y)", "cos(3*pi*x)", {0: 6.0, 1: 1.0}),
        ("laplacian(u) = sin(x^2)", "0", {0: 4 / np.pi}),
        ("laplacian(u) + sin(u) = 1", "0", {}),
    ],
)
def test_waves_of_the_data(equation: str, walls: str, counts: dict[int, float]) -> None:
    """sin(k x) has k L / 2 pi waves over a length L; one whose pace changes, those of its fastest place."""
    found = waves(plane(equation, walls))
    assert found.keys() == counts.keys()
    for axis, count in counts.items():
        assert 0.8 * count < found[axis].count <= count * (1 + 1e-12)


def thinnest(problem: Problem) -> float | None:
    own = layer(problem, forms(problem), field_sizes(problem))
    return None if own is None else own.part


def test_layers_are_as_thin_as_their_balance() -> None:
    """-eps u'' + u' = 1 has a layer of eps over the length, -eps^2 u'' + u = 1 one of eps (O'Malley 1991)."""
    flow, reaction = thinnest(plane("-1e-3*laplacian(u) + dx(u) = 1")), thinnest(plane("-1e-6*laplacian(u) + u = 1"))
    assert flow is not None and reaction is not None and max(flow, reaction) < THIN
    assert 4e-4 < flow < 2.5e-3 and 4e-4 < reaction < 2.5e-3


def test_layers_of_a_family_are_those_of_its_thinnest_member() -> None:
    text = "pde 1\nparam eps in [1e-3, 1], k in [1, 2]\ndomain x in [0, 1]\nfield u(x)\nequation: -eps*dxx(u) + k*dx(u) = 1\nboundary: u = 0 on all\n"
    assert thinnest(loads(text)) == pytest.approx(1e-3 / 1.5, rel=1e-6)


def test_no_layer_without_a_balance() -> None:
    assert thinnest(plane("1e-9*laplacian(u) = 1")) is None


def test_layers_do_not_know_units() -> None:
    metres = thinnest(plane("-1e-3*laplacian(u) + dx(u) = 1"))
    millimetres = thinnest(plane("-1*laplacian(u) + dx(u) = 1", domain="x in [0, 2000], y in [0, 1000]"))
    assert metres is not None and millimetres is not None and np.isclose(metres, millimetres)
