"""What a problem knows of itself: groups, integrals, its own text."""

from dataclasses import replace

import sympy as sp

from pdedsl.problem.choices import Call
from pdedsl.stages.load import loads

TEXT = """pde 1
domain x in [0, 1]
time t in [0, 1]
field u(x, t), m(t), v(x, t)
equation: dt(u) = dxx(u) + m
equation: dt(m) = -m
equation: dt(v) = u
initial: u = 1
initial: m = 1
initial: v = 1
boundary: u = m  on all
constraint: integral(u*x) = mean(v)
report left = integral(t, on = all)
solve { steps = 3 }
"""


def test_fields_by_what_they_depend_on() -> None:
    groups = loads(TEXT).groups
    assert [(tuple(s.name for s in g.arguments), g.members) for g in groups] == [(("x", "t"), (0, 2)), (("t",), (1,))]


def test_integrals_and_what_varies() -> None:
    problem = loads(TEXT)
    (constraint,) = (c for c in problem.conditions if c.kind == "constraint")
    assert [i.symbol.name for i in problem.integrals_in(constraint.residual)] == ["integral(x*u)", "mean(v)"]
    x, t = problem.symbols
    assert problem.varying(constraint.residual) == {t}
    assert problem.varying((problem.functions[0] * x,)) == {x, t}


def test_a_problem_that_was_changed_no_longer_stands_in_its_text() -> None:
    problem = loads(TEXT)
    assert problem.own_text == TEXT
    assert problem.with_choices({"steps": 9, "method": Call("adam")}).own_text == TEXT
    assert problem.with_choices({"steps": 9}).settings == {"steps": 9}
    assert problem.with_choices({"steps": 9}).as_written == problem
    assert replace(problem, title="another").own_text is None
    assert loads(str(problem)) == problem


def test_solutions_are_put_in_with_their_derivatives() -> None:
    problem = loads(TEXT)
    x, t = problem.symbols
    (equation, *_) = problem.equations
    found = problem.put(equation.residual[0], {"u": x**2 * t, "m": sp.Integer(0)})
    assert sp.simplify(found - (x**2 - 2 * t)) == 0
