"""The lines of a spec."""

import pytest
import sympy as sp

from pdedsl.problem.statements import Boundary, Constraint, Equation, Initial, Place
from pdedsl.problem.write import split, write_domain, write_places, write_statement
from pdedsl.stages.load import loads

X, U = sp.Symbol("x"), sp.Function("u")(sp.Symbol("x"))


@pytest.mark.parametrize(
    ("statement", "line"),
    [
        (Equation("equation", (U,), (X,), part="p", weight=sp.Integer(2)), "equation: u = x  in p  weight 2"),
        (Boundary("left", (U,), (X,), on=(Place(sp.Eq(X, 0)),), hard=True), "boundary left: u = x  on x = 0  hard"),
        (Initial("initial", (U, U), (X, X)), "initial: [u, u] = [x, x]"),
        (Constraint("c", (U,), (X,), at=(sp.Integer(0),)), "constraint c: u = x  at (0)"),
    ],
)
def test_statements_with_their_options(statement, line: str) -> None:
    assert write_statement(statement) == line


def test_domains() -> None:
    text = "pde 1\nparam n = 3\ndomain x[1:n] in [0, 1], y in [0, n]\ntime t in [0, 2]\nfield u(x, y, t)\npart p: y > 1\nperiodic x\n"
    problem = loads(
        text
        + "equation: dt(u) = laplacian(u)  in p\nequation: u = 1  in q\npart q: not p\ninitial: u = 1\nboundary: u = 1  on y = 0, y = n\n"
    )
    lines = write_domain(problem.domain)
    assert lines == ["param n = 3", "domain x[1:3] in [0, 1], y in [0, n]", "time t in [0, 2]"]
    assert write_places(problem.domain)[-1] == "periodic x"
    shape = "box([-1, -1], [1, 1]) - (disk([0, 0], 0.5) + box([0, 0], [1, 1]))"
    plane = loads(f"pde 1\ndomain (x, y) = {shape}\nfield u(x, y)\nequation: u = x\n")
    assert write_domain(plane.domain) == [f"domain (x, y) = {shape}"]


def test_operator_and_data() -> None:
    ((left, right),) = split(Equation("e", (U * X + 2 * X,), (U + 1,)))
    assert sp.expand(left - (U * X - U)) == 0 and sp.expand(right - (1 - 2 * X)) == 0
