"""Tables, laws, point sources and jumps inside expressions: derivatives by the chain rule, values, how they print."""

import numpy as np
import sympy as sp

from pdedsl.problem.atoms import Axis
from pdedsl.problem.evaluate import evaluate
from pdedsl.problem.given import Law, Source, Tabulated, given
from pdedsl.problem.printer import write_expression
from pdedsl.problem.tabulated import Interpolant

X = Axis("x", 0)
DELTA = given(Source, "delta", None, (0,))
GRID = np.linspace(0, 4, 9)
K = given(Tabulated, "k", Interpolant(GRID[:, None], GRID**3), (0,))


def test_a_table_obeys_the_chain_rule() -> None:
    slope = sp.diff(K(X**2), X)
    at = np.array([0.5, 1.5])
    np.testing.assert_allclose(evaluate(slope, {X: at}), 6 * at**5, rtol=1e-10)
    assert write_expression(K(X**2)) == "k(x^2)" and sp.diff(K(X), X) == sp.diff(K(X), X)


def test_a_law_is_its_start_until_it_is_found() -> None:
    d = given(Law, "D", 2.5, (0,))
    np.testing.assert_array_equal(evaluate(d(X), {X: np.ones(3)}), [2.5] * 3)
    np.testing.assert_array_equal(evaluate(sp.diff(d(X), X), {X: np.ones(3)}), [0.0] * 3)
    assert given(Law, "D", 2.5, (0,)) is d


def test_a_point_source_is_zero_elsewhere() -> None:
    np.testing.assert_array_equal(evaluate(DELTA(X - 0.5), {X: np.ones(2)}), [0.0, 0.0])
    assert write_expression(DELTA(X - sp.Rational(1, 2))) == "delta(-1/2 + x)"
