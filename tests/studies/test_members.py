"""A family against members of it that are solved by themselves."""

from collections.abc import Mapping

import numpy as np
import pytest

import pdedsl
from pdedsl.problem.problem import Problem
from pdedsl.stages.load import loads
from pdedsl.studies.members import members

FAMILY = """pde 1
param k in [0.5, 8], a = 1
domain x in [0, 1]
field u(x)
equation: dxx(u) - k*u = a + x
boundary: u = 0 on all
"""


def at(values: Mapping[str, float]) -> Problem:
    return loads(FAMILY, values)


def test_the_family_is_its_members() -> None:
    (found,) = members(pdedsl.solve(loads(FAMILY)), at, 5)
    assert found.worst < 1e-10 and len(found.errors) == 5 and "against 5 single solves" in str(found)
    values = found.parameters["k"]
    assert (np.diff(values) > 0).all() and values[0] > 0.5 and values[-1] < 8


def test_a_coarse_family_is_told_and_no_family_refused() -> None:
    (found,) = members(pdedsl.solve(loads(FAMILY), space="polynomials(3)"), at, 5)
    assert 1e-6 < found.worst < 1
    with pytest.raises(ValueError, match="no parameter is swept"):
        members(pdedsl.solve(loads(FAMILY, {"k": 1})), at, 5)


def test_between_ends_that_are_swept_they_are_at_the_same_places() -> None:
    text = FAMILY.replace("k in [0.5, 8]", "k = 2").replace(
        "domain x in [0, 1]", "param L in [1, 2]\ndomain x in [0, L]"
    )
    (found,) = members(pdedsl.solve(loads(text)), lambda values: loads(text, values), 3)
    assert found.worst < 1e-9
