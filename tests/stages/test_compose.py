"""Problems from SymPy, without any text."""

import pytest
import sympy as sp

import pdedsl

X, T = sp.symbols("x t", real=True)
U = pdedsl.Field("u", (X, T))
F = U.expression


def test_statements() -> None:
    made = pdedsl.boundary(sp.Eq(F, 1), on=[sp.Eq(X, 0), X > 1], weight=2, hard=True)
    assert made.rhs == (1,) and made.weight == 2 and made.hard and len(made.on) == 2
    assert pdedsl.equation(F - X).residual == (F - X,) and pdedsl.initial(F).rhs == (0,)
    with pytest.raises(ValueError, match="the same"):
        pdedsl.equation(sp.Eq(X, X))


def test_a_problem_reads_back_as_itself() -> None:
    problem = pdedsl.problem(
        {X: (0, 2)}, [U], [pdedsl.equation(F.diff(T) - F.diff(X, 2)), pdedsl.initial(F - X), pdedsl.boundary(F - X)],
        time={T: (0, 1)}, choices={"steps": 7}, title="made", exact={U: X},
    )  # fmt: skip
    assert pdedsl.loads(str(problem)) == problem and problem.settings == {"steps": 7} and problem.title == "made"
    assert [c.kind for c in problem.coordinates] == ["space", "time"]


def test_the_function_is_there_whatever_was_imported() -> None:
    import pdedsl.problem.write

    assert callable(pdedsl.problem) and pdedsl.problem.__name__ == "problem"
