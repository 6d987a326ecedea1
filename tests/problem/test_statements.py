"""Four closed kinds of statements."""

from typing import get_args

import sympy as sp

from pdedsl.problem.statements import (
    Boundary,
    Constraint,
    Equation,
    Field,
    Initial,
    Integral,
    Interface,
    Statement,
    grouped,
    is_hard,
)

X, Y = sp.symbols("x y", real=True)


def test_the_kinds_are_siblings() -> None:
    kinds = (Equation, Boundary, Interface, Initial, Constraint)
    assert not [(a, b) for a in kinds for b in kinds if a is not b and issubclass(a, b)]
    assert [k.kind for k in kinds] == ["equation", "boundary", "interface", "initial", "constraint"]
    assert set(get_args(Statement)) == set(kinds)


def test_residuals_and_hardness() -> None:
    made = Boundary("b", (X, Y), (sp.Integer(1), X), hard=True)
    assert made.residual == (X - 1, Y - X) and made.where == (sp.true,)
    assert is_hard(made) and is_hard(Initial("i", (X,), (Y,), hard=True))
    assert not is_hard(Equation("e", (X,), (Y,))) and not is_hard(Constraint("c", (X,), (Y,)))


def test_an_integral_is_called_as_it_is_written() -> None:
    assert Integral(X * Y).symbol.name == "integral(x*y)"
    assert Integral(X, sp.true, "all", "mean").symbol.name == "mean(x, on = all)"


def test_groups_keep_their_order() -> None:
    fields = (Field("a", (X,)), Field("b", (X, Y)), Field("c", (X,)))
    assert [(g.arguments, g.members) for g in grouped(fields)] == [((X,), (0, 2)), ((X, Y), (1,))]
