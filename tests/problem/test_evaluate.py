"""The reference evaluator against SymPy's own numbers; where conditions hold, up to rounding."""

import numpy as np
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from pdedsl.problem.evaluate import evaluate
from pdedsl.vocabulary.functions import Maximum

X, Y = sp.symbols("x y", real=True)
ATOMS = [X, Y, sp.Integer(2), sp.Rational(1, 3), sp.pi, sp.sin(X), sp.exp(-(Y**2)), sp.sqrt(X**2 + 1), sp.Abs(X - Y)]


@given(st.lists(st.sampled_from(ATOMS), min_size=2, max_size=4), st.sampled_from([sp.Add, sp.Mul]))
def test_agrees_with_sympy(parts: list[sp.Expr], join) -> None:
    made = join(*parts)
    found = evaluate(made, {X: np.array([0.3, -1.2]), Y: np.array([0.7, 0.2])})
    expected = [float(made.evalf(20, subs={X: x, Y: y})) for x, y in ((0.3, 0.7), (-1.2, 0.2))]
    np.testing.assert_allclose(np.broadcast_to(found, 2), expected, rtol=1e-13, atol=1e-14)


def test_what_is_not_real_is_not_a_number() -> None:
    assert np.isnan(evaluate(sp.sqrt(X), {X: -1.0})) and np.isnan(evaluate(sp.log(X), {X: -1.0}))
    assert np.isinf(evaluate(1 / X, {X: 0.0}))


def test_branches_and_the_larger_of_two() -> None:
    made = sp.Piecewise((X, X > 1), (Maximum(X, Y), True))
    np.testing.assert_array_equal(evaluate(made, {X: np.array([2.0, 0.0]), Y: np.array([9.0, 3.0])}), [2, 3])
