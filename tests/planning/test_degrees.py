"""Spaces one after another: each holds the one before, grows where coefficients need it, and ends somewhere."""

from itertools import pairwise

import numpy as np
import pytest

from pdedsl.planning.degrees import MOST, after, first, following, lowest, reach, unsuited
from pdedsl.planning.functions import columns
from pdedsl.problem.problem import Problem
from pdedsl.spaces.products import basis
from pdedsl.spaces.space import Polynomials
from pdedsl.stages.load import loads


def box(d: int, source: str = "1", more: str = "") -> Problem:
    names = ", ".join(f"x{k} in [0, 1]" for k in range(d))
    arguments = ", ".join(f"x{k}" for k in range(d))
    text = f"pde 1\ndomain {names}\nfield u({arguments})\nequation: laplacian(u) = {source}\nboundary: u = 0 on all\n"
    return loads(text + more)


@pytest.mark.parametrize("d", [1, 2, 3, 4, 5, 8])
def test_spaces_hold_each_other_and_end(d: int) -> None:
    problem = box(d, "sin(x0)")
    space, seen = first(problem), []
    while space is not None:
        seen.append(space)
        space = following(problem, space, [2.0 * n for n in space.degrees])
    assert len(seen) >= 3 and columns(problem, seen[-1]) <= MOST
    axes = range(d)
    for before, later in pairwise(seen[:4]):
        if before.kind == "composite":  # of one quantity, whose powers up to a degree they are
            assert before.degrees < later.degrees
            continue
        members = [set(map(tuple, basis(problem, axes, own).numbers.tolist())) for own in (before, later)]
        assert members[0] < members[1]


def test_degrees_grow_where_coefficients_have_not_ended() -> None:
    problem = box(2)
    own = basis(problem, (0, 1), Polynomials((10, 10), "total"))
    falls = 10.0 ** -(0.5 * own.numbers[:, 0] + 1.6 * own.numbers[:, 1])
    asked = reach([own], [falls], (10, 10))
    assert asked[0] > 2 * asked[1] and asked[1] < 14
    after = following(problem, Polynomials((10, 10), "total"), asked)
    assert after is not None and after.degrees[0] > 15 and after.degrees[1] == 10


def test_a_chosen_space_is_reached() -> None:
    problem, chosen = box(2), Polynomials((20, 12))
    space, seen = first(problem, chosen), []
    while space is not None:
        seen.append(space)
        space = following(problem, space, [], chosen)
    assert seen[-1] == chosen and all(a.degrees <= b.degrees for a, b in pairwise(seen))
    assert columns(problem, chosen, "none") == 21 * 13 and columns(problem, chosen) == 11 * 7
    small = Polynomials((1,))
    assert first(problem, small) == small and following(problem, small, [], small) is None


def test_sums_begin_with_sums() -> None:
    own = box(4, "sin(x0) + x1")
    space = first(own)
    assert (
        isinstance(space, Polynomials)
        and space.kind == "additive"
        and after(own, space) == lowest(box(4, "x0*x1*x2*x3"))
    )
    assert after(own, lowest(box(4, "x0*x1*x2*x3"))) is None
    more = following(own, space, [9.0, 11.4, 2.0, 3.0])
    assert isinstance(more, Polynomials) and more.degrees == (11,) and more.kind == "additive"
    assert following(own, more, [11.0] * 4) == Polynomials((13,), "additive")


def test_what_polynomials_are_not_for() -> None:
    assert unsuited(box(2)) == ""
    many = "pde 1\ndomain x[1:40] in [0, 1]\nfield u(x)\nequation: laplacian(u) = {}\nboundary: u = 0 on all\n"
    assert "40 coordinates" in unsuited(loads(many.format("x[1]*exp(-norm(x))")))
    assert unsuited(loads(many.format("sum(exp(x[k]*x[k+1]), k in 1:39)"))) == ""
    slow = (
        "pde 1\ndomain x in [0, 1], y in [0, 1], z in [0, 1]\ntime t in [0, 1]\nfield u(x, y, z, t)\n"
        "equation: dt(u) = laplacian(u) + integral(u)\ninitial: u = 1\nboundary: u = 1 on all\n"
    )
    assert "integrates at each" in unsuited(loads(slow))


def test_reach_of_nothing() -> None:
    own = basis(box(2), (0, 1), Polynomials((3, 3)))
    assert reach([own], [np.zeros(16)], (3, 3)) == [3.0, 3.0]


def test_an_integral_that_is_one_number_limits_no_degree() -> None:
    """Its table has one row, however many nodes a shape with a hole has."""
    text = "pde 1\ndomain (x, y) = box([0, 0], [2, 1]) - disk([1, 0.5], 0.2)\nfield u(x, y)\nequation: laplacian(u) = x - 1\nboundary: dn(u) = 0 on all\n"
    spaces = []
    for more in ("constraint: mean(u) = 0\n", "constraint: u = 0 at (0, 0)\n"):
        problem, space = loads(text + more), Polynomials((12, 12), "total")
        while (after := following(problem, space, [100.0, 100.0])) is not None:
            space = after
        spaces.append(space)
    assert spaces[0] == spaces[1] and columns(loads(text + more), spaces[0]) > 2000
