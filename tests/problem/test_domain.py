"""A domain knows its columns by kind, its numbers by its parameters."""

import numpy as np
import sympy as sp

from pdedsl.stages.load import loads

TEXT = """pde 1
param n = 2, L = 3*n
domain x[1:n] in [0, L], y in [-1, 1]
time tau in [0.5, n]
field u(x, y, tau)
part half: y > 0
periodic y
equation: dt_(u) = laplacian(u)
initial: u = 1
boundary: u = 1  on all
let dt_(w) = d(w, tau)
"""
DOMAIN = loads(TEXT).domain


def test_columns_by_kind() -> None:
    assert [c.name for c in DOMAIN.coordinates] == ["x[1]", "x[2]", "y", "tau"]
    assert DOMAIN.spatial == (0, 1, 2) and DOMAIN.other == (3,)
    assert DOMAIN.time is not None and DOMAIN.column(DOMAIN.time.symbol) == 3
    assert [c.periodic for c in DOMAIN.coordinates] == [False, False, True, False]


def test_numbers() -> None:
    assert DOMAIN.bounds == ((0, 6), (0, 6), (-1, 1), (0.5, 2))
    assert DOMAIN.number(DOMAIN.parameters[1].symbol / 4) == 1.5
    points = np.arange(8.0).reshape(2, 4)
    values = DOMAIN.at(points)
    np.testing.assert_array_equal(values[DOMAIN.symbols[3]], [3, 7])
    assert values[DOMAIN.parameters[0].symbol] == 2


def test_parts_are_conditions() -> None:
    assert DOMAIN.region(None) == sp.true and DOMAIN.region("half") == (DOMAIN.symbols[2] > 0)


def test_equal_domains_are_equal_and_hashed_alike() -> None:
    other = loads(TEXT).domain
    assert other == DOMAIN and hash(other) == hash(DOMAIN)
