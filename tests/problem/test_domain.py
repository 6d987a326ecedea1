"""A domain knows its columns by kind, its numbers by its parameters."""

import numpy as np
import sympy as sp

from pdedsl.stages.load import loads
from tests.examples import RING

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


def test_the_logarithm_of_a_parameter_that_spans_a_factor_of_ten_counts() -> None:
    problem = loads(
        "pde 1\nparam a in [1e-3, 1e-1], b in [1, 9], c in [-100, -10], q in [-1, 100]\ndomain x in [0, 1]\nfield u(x)\n"
        "equation: -a*dxx(u) = b + c*u + q\nboundary: u = 0 on all\n"
    )
    domain = problem.domain
    assert [domain.coordinates[k].name for k in domain.logarithmic] == ["a", "c"]
    unit = np.asarray([0.0, 0.5, 1.0])
    np.testing.assert_allclose(domain.line(1, unit), [1e-3, 1e-2, 1e-1])
    np.testing.assert_allclose(domain.line(2, unit), [1, 5, 9])
    np.testing.assert_allclose(domain.line(3, unit), [-100, -(1000**0.5), -10])


def test_a_shape_that_changes_with_a_parameter_is_one_for_each_of_its_values() -> None:
    own = loads(RING).domain
    assert own.shaping == (2,) and own.shape is not None and own.sizes[own.symbols[2]] == 0.4
    assert own.symbols[2] not in own.values
    points = np.array([[0.5, 0, 0.6], [0.5, 0, 0.2], [0.9, 0, 0.6]])
    found = {float(points[k[0], 2]): (held, k.tolist()) for held, k in own.shaped(points)}
    assert {at: k for at, (_, k) in found.items()} == {0.2: [1], 0.6: [0, 2]}
    for at, (held, _) in found.items():
        assert held.shaping == () and held.shape is not None
        np.testing.assert_allclose(held.shape.level(np.array([[at, 0.0]])), 0, atol=1e-15)
    assert own.bounds[0] == (-1, 1)
    grown = loads(
        RING.replace("- disk([0, 0], r)", "+ disk([1, 0], r)").split("boundary")[0] + "boundary: u = 0 on all\n"
    )
    np.testing.assert_allclose(grown.domain.bounds[0], (-1, 1.6))
