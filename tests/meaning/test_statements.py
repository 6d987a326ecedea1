"""What statements mean: their kinds, options, labels."""

from pathlib import Path

import pytest
import sympy as sp

from pdedsl.meaning.statements import Stated, state
from pdedsl.problem.statements import Boundary, Constraint, Equation, Initial
from pdedsl.stages.load import loads
from pdedsl.stages.show import show_problem
from pdedsl.syntax.parse import parse
from pdedsl.vocabulary.source import Source
from tests.examples import SOURCE
from tests.inverse import source

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


def test_penalties_stand_beside_what_is_stated(tmp_path: Path) -> None:
    source(tmp_path)
    own = (
        "constraint a: dx(q) = 0  weight auto\nconstraint b: dxx(q) = 0  weight 2\nconstraint c: q = u  weight 3\ndata"
    )
    problem = loads(SOURCE.replace("data", own, 1), name=str(tmp_path / "spec.pde"))
    assert [s.name for s in problem.penalties] == ["a", "b"] and problem.penalties[0].automatic
    assert [s.name for s in problem.conditions] == ["boundary", "c"]  # between fields that are solved for, it holds
    assert loads(str(problem), name=str(tmp_path / "spec.pde")) == problem
    assert "constraint a: dx(q) = 0  weight auto" in str(problem) and "weight auto" in show_problem(problem)
