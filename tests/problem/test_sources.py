"""Point sources: against integrals with test functions, which is what they mean."""

import numpy as np
import pytest
import scipy.integrate
import sympy as sp

from pdedsl.problem.problem import Problem
from pdedsl.problem.sources import (
    PointSource,
    from_source,
    jumps,
    near,
    places,
    point_sources,
    region,
    sourced,
    without,
)
from pdedsl.stages.load import check, loads
from pdedsl.vocabulary.source import Source

LINE = "pde 1\nparam c = 3\ndomain x in [0, 1]\nfield u(x)\nequation: {}\n" + "boundary: u = 0 on x = 0\n"
PLATE = """pde 1
domain x in [0, 3], y in [0, 4]
field u(x, y), v(x, y)
equation: -laplacian(u) = x*delta(x - 2, y - 1) + 1
equation: -laplacian(v) = u
boundary: u = 0  on all
boundary: v = 0  on all
"""
X = sp.Symbol("x", real=True)


def line(equation: str) -> tuple[Problem, sp.Expr]:
    problem = loads(LINE.format(equation))
    return problem, problem.equations[0].residual[0]


def test_strengths_are_taken_at_the_place() -> None:
    problem, residual = line(
        "-dxx(u) = x^2*delta(x - 0.5) + c*dx(delta(x - 0.25)) + x*dx(delta(x - 0.5)) - delta(x - 0.5)"
    )
    found = {(s.place[0], s.order): problem.domain.number(s.strength) for s in point_sources(problem, residual)}
    assert found == pytest.approx({(0.5, 0): -(0.25 - 1 - 1), (0.25, 1): -3, (0.5, 1): -0.5})
    assert without(residual) == -sp.Derivative(problem.fields[0].expression, (problem.symbols[0], 2))


@pytest.mark.parametrize(
    "equation",
    [
        "-dxx(u) = delta(x - 0.4)",
        "dx(u) + x*u = 2*delta(x - 0.4)",
        "dx((1 + x^2)*dx(u)) + sin(x)*dx(u) + u = c*delta(x - 0.4) + exp(x)*dx(delta(x - 0.4))",
        "(2 + x)*dxxxx(u) + cos(x)*dxxx(u) + x*dxx(u) + exp(x)*dx(u) = delta(x - 0.4) + 5*dx(delta(x - 0.4))",
    ],
)
def test_jumps_are_those_of_the_weak_form(equation: str) -> None:
    """`integral(u L*phi)`, by parts on both sides, is `integral((L u) phi)` and what the source gives."""
    problem, residual = line(equation)
    (x,), (u,) = problem.symbols, problem.fields
    sources = point_sources(problem, residual)
    place = sp.Rational(2, 5)
    found = jumps(problem, residual, u, sources[0].place[0], sources)
    assert found is not None
    bump = (x * (1 - x)) ** 5 * sp.exp(x)  # it vanishes at both ends, with all derivatives that are met
    step = sum(j * (x - place) ** k / sp.factorial(k) for k, j in enumerate(found))
    sides = sp.sin(3 * x), sp.sin(3 * x) + step * sp.cos(x - place) ** 2  # a factor that is 1 + O((x - place)^2)
    step_slopes = [sp.diff(step * sp.cos(x - place) ** 2, x, k).subs(x, place) for k in range(len(found))]
    exact_step = sum(
        (j - s) * (x - place) ** k / sp.factorial(k) for k, (j, s) in enumerate(zip(found, step_slopes, strict=True))
    )
    sides = sides[0], sides[1] + exact_step
    operator = without(residual)
    whole = 0.0
    for side, (low, high) in zip(sides, ((0.0, 0.4), (0.4, 1.0)), strict=True):
        inside = problem.put(operator, {"u": side}) * bump
        adjoint = sum(
            (-1) ** k * sp.diff(sp.diff(operator.doit(), part) * bump, x, k) * side
            for k, part in enumerate([u.expression, *(sp.Derivative(u.expression, (x, n)) for n in range(1, 5))])
        )
        values = sp.lambdify(x, (adjoint - inside).subs(problem.domain.values).doit())
        whole += scipy.integrate.quad(values, low, high, epsabs=1e-13, epsrel=1e-12)[0]
    given = sum(
        problem.domain.number(s.strength) * float((-1) ** s.order * sp.diff(bump, x, s.order).subs(x, place))
        for s in sources
    )
    assert whole == pytest.approx(-given, rel=1e-7)


@pytest.mark.parametrize(
    ("coefficients", "order"),
    [
        ({2: sp.Piecewise((1, X < 0.4), (2, True))}, 0),  # it jumps there
        ({2: X - sp.Rational(2, 5)}, 0),  # it vanishes there
        ({0: sp.Integer(1)}, 0),
        ({1: sp.Integer(1)}, 1),
    ],
)
def test_jumps_that_are_not_known(coefficients: dict[int, sp.Expr], order: int) -> None:
    problem = loads(LINE.format("dxx(u) = 0"))
    (x,), (u,) = problem.symbols, problem.fields
    slopes = {k: sp.Derivative(u.expression, (x, k)) if k else u.expression for k in coefficients}
    residual = sp.Add(*(c.subs(X, x) * slopes[k] for k, c in coefficients.items()))
    own = PointSource((sp.Rational(2, 5),), sp.Integer(-1), order)
    assert jumps(problem, residual, u, own.place[0], [own]) is None


def test_in_the_plane() -> None:
    problem = loads(PLATE.replace("= u\n", "= 1\n"))
    (equation, _) = problem.equations
    assert [(e.name, f and f.name) for e, _, f in sourced(problem)] == [("equation", "u")]
    assert [(e.name, f) for e, _, f in sourced(coupled())] == [("equation", None)]
    (source,) = point_sources(problem, equation.residual[0])
    assert source.place == (2, 1) and source.strength == -2
    np.testing.assert_array_equal(places(problem), [[2, 1]])
    points = np.array([[2.0, 1.001], [2.0, 1.1]])
    assert near(problem, np.array([2.0, 1.0]), points).tolist() == [True, False]
    where = region(problem, equation)
    x, y = problem.symbols
    assert not where.subs({x: 2, y: 1.001}) and where.subs({x: 2, y: 1.1})
    assert region(problem, problem.equations[1]) == sp.true
    assert not any(from_source(problem, c) for c in problem.conditions)


def coupled() -> Problem:
    """The same with a field that depends on the one with the source, which is refused."""
    problem = check(Source.of(PLATE)).problem
    assert problem is not None
    return problem


def test_conditions_that_come_from_sources_are_told_from_others() -> None:
    problem, _ = line("dx(u) = delta(x - 0.5)")
    assert [c.name for c in problem.conditions if from_source(problem, c)] == ["source"]
