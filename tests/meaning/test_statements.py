"""What statements mean: their kinds, options, labels."""

import pytest
import sympy as sp

from pdedsl.meaning.statements import Stated, state
from pdedsl.problem.statements import Boundary, Constraint, Equation, Initial
from pdedsl.syntax.parse import parse
from pdedsl.vocabulary.source import Source

HEAD = "domain x in [0, 1]\ntime t in [0, 1]\nfield u(x, t), v(x, t)\nvector U = (u, v)\npart right: x > 0.5\n"


def stated(declared, text: str) -> Stated:
    return state(parse(Source.of(f"pde 1\n{HEAD}{text}\n")), declared(HEAD + text), True)


def test_four_kinds(declared) -> None:
    found = stated(
        declared,
        "equation: dt(U) = dxx(U)  in right weight 2\ninitial: U = 0  hard\ninitial: dt(u) = 1  hard\n"
        "boundary: u = 1  on x = 0 or x = 1\nconstraint gauge: mean(v) = 0  weight 3\nconstraint: u = 1  at (0.5)\n",
    )
    assert found.diagnostics == () and found.unread == frozenset()
    equation, start, slope, wall, gauge, point = found.statements
    assert isinstance(equation, Equation) and equation.part == "right" and len(equation.residual) == 2
    assert isinstance(start, Initial) and start.hard and isinstance(slope, Initial) and slope.name == "initial2"
    assert isinstance(wall, Boundary) and len(wall.on) == 2 and wall.where[0] != sp.true
    assert isinstance(gauge, Constraint) and gauge.at is None and gauge.weight == 3
    assert isinstance(point, Constraint) and point.at == (sp.Float(0.5),) and len(found.integrals) == 1


@pytest.mark.parametrize(
    ("text", "code", "unread"),
    [
        ("equation: dx(x) = 1", "E509", {"equation"}),
        ("equation: U = u", "E301", {"equation"}),
        ("equation: u = 1 in nowhere", "E201", {"equation"}),
        ("equation: u = 1 weight -1", "E303", {"equation"}),
        ("initial: dt(u) = 1 hard", "E303", {"initial"}),
        ("boundary: dn(u) = 1 on all hard", "E303", {"boundary"}),
        ("boundary: u = v on all hard", "E303", {"boundary"}),
        ("equation: u = 1 hard", "E303", {"equation"}),
        ("constraint: u = 1 at (2)", "E402", {"constraint"}),
        ("constraint: u = 1 at (1, 1, 1)", "E303", {"constraint"}),
        ("equation e: u = 1\ninitial e: u = 1", "E202", set()),
        ("report a = u\nreport a = v", "E202", set()),
        ("solve { steps = 1\nsteps = 2 }", "E202", set()),
    ],
)
def test_what_is_wrong(declared, text: str, code: str, unread: set[str]) -> None:
    found = stated(declared, text)
    assert [d.code for d in found.diagnostics] == [code] and found.unread == unread
