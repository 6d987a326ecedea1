"""Single members of families: swept parameters by their values."""

import numpy as np
import pytest
import sympy as sp

from pdedsl.problem.member import member
from pdedsl.stages.load import loads
from pdedsl.vocabulary.diagnostics import SpecError

FAMILY = """pde 1
param a[1:3] in [-1, 1], L in [1, 2]
domain x in [0, L]
field u(x)
equation: -dxx(u) + a[2]*u + a[3]*u^2 = 2*a[1] + a[2]*exact(u) + a[3]*exact(u)^2
boundary: u = 0  on x = 0, x = L
report middle = integral(u)
report slope = integral(d(u, a[2]))
exact u = a[1]*x*(L - x)
"""


def test_some_or_all_parameters_have_values() -> None:
    whole = loads(FAMILY)
    some = member(whole, {"a[2]": 0.5, "a[1]": -1.0})
    assert [c.name for c in some.domain.swept] == ["L", "a[3]"] or [c.name for c in some.domain.swept] == ["a[3]", "L"]
    assert [r.name for r in some.reports] == ["middle"] and some.stated is not None
    alone = member(whole, {"a[1]": 1.0, "a[2]": 0.5, "a[3]": 0.0, "L": 2.0})
    (x,) = alone.symbols
    assert (
        alone.stated is None and alone.bounds == ((0.0, 2.0),) and [str(f.expression) for f in alone.fields] == ["u(x)"]
    )
    (residual,) = alone.equations[0].residual
    rest = alone.put(residual, {"u": sp.S.Zero})
    assert sp.expand(rest + 2 + x * (2 - x) / 2) == 0
    assert sp.expand(dict(alone.exact)["u"] - x * (2 - x)) == 0
    back = loads(str(alone))
    assert sp.expand(back.equations[0].residual[0] - residual) == 0
    assert member(whole, {}) is whole


def test_one_by_one_from_a_text_and_no_others() -> None:
    assert [c.name for c in loads(FAMILY, {"a[1]": 0.5, "L": 1.5}).domain.swept] == ["a[2]", "a[3]"]
    with pytest.raises(SpecError, match=r"`a\[1\]` = 3 lies outside of its interval"):
        loads(FAMILY, {"a[1]": 3.0})
    for name in ("a[4]", "a"):
        with pytest.raises(KeyError, match=r"it has: L, a\[1\], a\[2\], a\[3\]"):
            loads(FAMILY, {name: 0.0})


def test_a_member_has_its_shape_and_the_box_of_it() -> None:
    text = "pde 1\nparam R in [1, 2], q in [0, 1]\ndomain (x, y) = disk([R, 0], R)\nfield u(x, y)\nequation: laplacian(u) = q\nboundary: u = R  on all\n"
    whole = loads(text).domain
    np.testing.assert_allclose(whole.bounds[:2], [(0, 4), (-2, 2)])
    own = member(loads(text), {"R": 1.5})
    np.testing.assert_allclose(own.domain.bounds[:2], [(0, 3), (-1.5, 1.5)])
    assert own.domain.shaping == () and own.names == loads(text, {"R": 1.5}).names
