"""Which coordinates data multiply with each other, and the sums over them."""

from math import comb

import pytest

from pdedsl.spaces.groups import groups, supports
from pdedsl.spaces.products import basis, sized
from pdedsl.spaces.space import Polynomials
from pdedsl.stages.load import loads

SIX = "pde 1\ndomain x[1:6] in [0, 1]\n{}field u(x{})\nequation: {}\nboundary: u = {} on all\n"


def said(equation: str, walls: str = "0", more: str = "", beside: str = "") -> tuple[tuple[int, ...], ...]:
    return groups(loads(SIX.format(more, beside, equation, walls)))


SINGLE = tuple((k,) for k in range(6))


@pytest.mark.parametrize(
    ("equation", "walls", "expected"),
    [
        ("laplacian(u) = 1", "sum(sin(3*x[k]), k in 1:6)", SINGLE),
        ("laplacian(u) = sum(x[k], k in 1:6)", "x[1]*x[4]", ((0, 3), (1,), (2,), (4,), (5,))),
        ("laplacian(u) = exp(x[1] + x[2])", "x[2]/(1 + x[3])", ((0, 1), (1, 2), (3,), (4,), (5,))),
        ("laplacian(u) = 0", "sum(x[k]*x[k+1], k in 1:5)", tuple((k, k + 1) for k in range(5))),
        ("laplacian(u) = x[1]*x[2] + x[2]*x[3] + x[1]*x[3]", "0", ((0, 1, 2), (3,), (4,), (5,))),
        ("laplacian(u) = (x[1] + x[2])^2 - 2*x[1]*x[2]", "0", SINGLE),
        ("laplacian(u) + d(u, x[1], x[2]) = 0", "x[1]", ((0, 1), (2,), (3,), (4,), (5,))),
        ("div((1 + x[2]^2)*grad(u)) = 1", "x[1]", ((0, 1), (1, 2), (1, 3), (1, 4), (1, 5))),
        ("laplacian(u) = exp(-norm(x))", "0", ()),
        ("laplacian(u) - x[1]*u = 0", "x[1]", ()),
        ("laplacian(u) - u^2 = 0", "x[1]", ()),
    ],
)
def test_what_data_multiply(equation: str, walls: str, expected: tuple[tuple[int, ...], ...]) -> None:
    assert said(equation, walls) == expected


def test_time_is_in_every_group() -> None:
    text = SIX.format("time t in [0, 1]\n", ", t", "dt(u) = laplacian(u)", "x[1]*x[2]") + "initial: u = x[1]*x[2]\n"
    assert groups(loads(text)) == ((0, 1, 6), (2, 6), (3, 6), (4, 6), (5, 6))


def test_the_products_of_a_sum() -> None:
    problem = loads(SIX.format("", "", "laplacian(u) = exp(x[1] + x[2])", "x[2]/(1 + x[3])"))
    assert supports(problem, tuple(range(6))) == [(0,), (1,), (2,), (3,), (4,), (5,), (0, 1), (1, 2)]
    space = Polynomials((7,), "additive")
    own = basis(problem, range(6), space)
    assert own.size == sized(problem, range(6), space) == 1 + 6 * 7 + 2 * comb(7, 2)
    assert len(set(map(tuple, own.numbers.tolist()))) == own.size and own.numbers.sum(axis=1).max() == 7
    even = basis(problem, range(6), space, {4: 1, 5: -1})
    assert all(row[4] % 2 == 0 and row[5] % 2 == 1 for row in even.numbers.tolist())
    assert {tuple(r) for r in even.numbers.tolist()} < {tuple(r) for r in own.numbers.tolist()} and even.size == 4
