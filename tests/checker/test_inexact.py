"""Exact solutions against their statements."""

import pytest

from pdedsl.checker.inexact import inexact
from pdedsl.stages.load import check
from pdedsl.vocabulary.source import Source

EXACT = "exact u = sin(x)*exp(-t)*y\n"


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("equation: dt(u) = dxx(u)", None),
        ("equation: dt(u) + dxx(u) = 0", "sign of"),
        ("equation: dt(u) = 2*dxx(u)", "it would with `2*dxx(u)` times 0.5"),
        ("equation: dt(u) = dxx(u) + 3*u", "it would without `3*u`"),
        ("equation: dt(u) = 2*dxx(u) + dyy(u) + y*dx(u)", "one of them is wrong"),
        ("equation: dt(u) - dxx(u) = 2*dy(u)*cos(x)", "it would without"),
        ("equation: dt(u) + sin(x)*exp(-t)*y^2 = dxx(u)", "it would without"),
        ("equation: dyy(u) + dt(u)*exp(-x) = sin(x)*y*exp(-t)", "lhs - rhs"),
        ("initial: u = sin(x)*y", None),
        ("initial: u = sin(x)", "at x = "),
        ("boundary: dn(u) = u/2  on y = 2", None),
        ("boundary: dn(u) = u  on y = 2", "lhs - rhs"),
        ("constraint: integral(u) = 2*(1 - cos(1))*exp(-t)", None),
        ("constraint: integral(u, on = top) = 2*(1 - cos(1))*exp(-t)\npart top: y = 2", None),
        ("constraint: mean(u) = 0", "lhs - rhs"),
        ("periodic x\nequation: dt(u) = dxx(u)", "not periodic"),
    ],
)
def test_what_it_satisfies(problem, statement: str, words: str | None) -> None:
    found = list(inexact(problem(EXACT + statement)))
    assert [d.code for d in found] == (["E606"] if words else [])
    assert not words or words in found[0].message + found[0].help


@pytest.mark.parametrize(
    ("source", "advice"),
    [
        ("-6*x + 2*x^3 + 2*y", "with `+ 2*u` on the left"),
        ("-6*x + 6*x^3 + 5*y", "one of them is wrong"),
    ],
)
def test_a_term_that_is_missing(problem, source: str, advice: str) -> None:
    (found,) = inexact(problem(f"equation: -laplacian(u) = {source}\nexact u = x^3 + y"))
    assert advice in found.help


KIRSCH = """pde 1
param G = 8e10
domain (x, y) = box([0, 0], [0.05, 0.05]) - disk([0, 0], 0.01)
field u(x, y), v(x, y)
let r = sqrt(x^2 + y^2)
let th = atan2(y, x)
let shear = G*(dy(u) + dx(v))
equation: laplacian(u) = laplacian(exact(u))
equation other: laplacian(v) = laplacian(exact(v))
boundary: u = exact(u)  on all
boundary wall: shear = 0  on x = 0
boundary rest: v = exact(v)  on not(x = 0)
exact u = 1e-4*cos(3*th)/r
exact v = 1e-4*cos(th)^2*r
"""


def test_terms_that_vanish_where_they_stand_are_rounding_of_what_they_are_elsewhere() -> None:
    """On x = 0 both slopes are zero but for the rounding of pi/2, times a modulus in pascal."""
    found = [d.code for d in check(Source.of(KIRSCH)).diagnostics]
    assert "E606" not in found
