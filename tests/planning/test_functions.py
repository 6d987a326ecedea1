"""What each field is a sum over in a space: fewer functions of fewer coordinates, and those of members of a family."""

from pathlib import Path

import pytest

from pdedsl.planning.functions import (
    at_once,
    columns,
    each,
    expansions,
    inseparable,
    member_mirrors,
    member_space,
    numbers_alone,
    parities,
)
from pdedsl.spaces.functions import Products
from pdedsl.spaces.sizes import field_sizes
from pdedsl.spaces.space import Polynomials
from pdedsl.stages.load import loads
from tests.examples import DECAY
from tests.inverse import decay

FAMILY = """pde 1
param k in [1, 2], m in [-1, 1]
domain x in [0, 1], y in [0, 1]
field u(x, y)
equation: -laplacian(u) + k*u + m*u^2 = 1
boundary: u = 0  on all
"""


def test_fields_of_fewer_coordinates_have_fewer_functions() -> None:
    problem = loads(
        "pde 1\ndomain x in [0, 1]\ntime t in [0, 1]\nfield u(x, t), m(t)\nequation: dt(u) = dxx(u) + m\n"
        "equation mean: m = integral(u)\ninitial: u = 1\nboundary: u = 1 on all\n"
    )
    u, m = expansions(problem, Polynomials((6, 3)), field_sizes(problem))
    assert (u.basis.size, m.basis.size) == (28, 4)


def test_data_of_numbers_alone_keep_what_is_even_or_odd(tmp_path: Path) -> None:
    decay(tmp_path)
    name = str(tmp_path / "spec.pde")
    whole = loads(DECAY, name=name)
    assert numbers_alone(whole) and parities(whole, "auto")[0] == {0: 1}
    free = loads(DECAY.replace("initial: u = sin(pi*x)\n", ""), name=name)  # then data say how it began
    assert not numbers_alone(free) and parities(free, "auto") == [{}, {}]
    source = loads(
        DECAY.replace("unknown a", "unknown field q(x)\nunknown a").replace("dxx(u)", "dxx(u) + q"), name=name
    )
    assert not numbers_alone(source)


def test_members_of_a_family_are_constant_in_its_parameters() -> None:
    problem, space = loads(FAMILY), Polynomials((6, 6, 3, 3), "family")
    assert member_space(problem, space) == at_once(problem, space) == Polynomials((6, 6, 0, 0), "total")
    assert at_once(problem, Polynomials((6,))) == Polynomials((6,))
    assert each(problem, Polynomials((6,))) == (6, 6, 6, 6) and each(problem, space) == space.degrees
    mirrors = member_mirrors(problem, "auto")
    assert mirrors == [{0: 1, 1: 1}]
    (single,) = expansions(problem, member_space(problem, space), field_sizes(problem), "auto", mirrors)
    (family,) = expansions(problem, space, field_sizes(problem))
    assert isinstance(family.basis, Products) and single.columns == 10
    assert family.columns == 10 * 10 and columns(problem, Polynomials((6, 6, 3, 3), "family"), "none") == 28 * 10


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("k in [1, 2], m in [-1, 1]", "k = 1, m = 1", "no parameter is swept"),
        ("k*u + m*u^2 = 1", "u = k + m", "solutions superpose in `k`, `m`"),
        ("k in [1, 2]", "k in [1, 2]\nunknown q = 1", "data, or unknowns"),
        ("k*u", "k*where(x > 0.5, 2, 1)*u", ""),
    ],
)
def test_what_is_not_solved_member_by_member(old: str, new: str, said: str) -> None:
    text = FAMILY.replace(old, new)
    if "unknown" in new:
        text = text.replace(", m in [-1, 1]", "").replace(" + m*u^2 = 1", " = q") + "constraint: mean(u) = 0.01\n"
    found = inseparable(loads(text))
    assert said in found and bool(found) is bool(said)
