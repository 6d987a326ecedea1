"""Functions that SymPy lacks or has otherwise: values, derivatives, LaTeX."""

import numpy as np
import pytest
import scipy.special
import sympy as sp

from pdedsl.problem.evaluate import evaluate
from pdedsl.vocabulary.functions import BY_HEAD, FUNCTIONS, Cbrt, Maximum, Minimum

X = sp.Symbol("x", real=True)


@pytest.mark.parametrize("name", [n for n, f in FUNCTIONS.items() if f.arity == 1])
def test_each_function_is_what_numpy_or_scipy_call_so(name: str) -> None:
    function = FUNCTIONS[name]
    array = getattr(np, function.array, None) or getattr(scipy.special, function.array)
    points = np.linspace(0.1, 0.9, 7)
    np.testing.assert_allclose(evaluate(function.symbol(X), {X: points}), array(points), rtol=1e-14)


def test_the_larger_and_the_smaller_have_the_slope_of_what_they_take() -> None:
    for made, taken in ((Maximum(X**2, X), X), (Minimum(X**2, X), X**2)):
        found = evaluate(sp.diff(made, X), {X: 0.5})
        assert float(found) == float(sp.diff(taken, X).subs(X, 0.5))


def test_the_cube_root_is_real() -> None:
    assert float(evaluate(Cbrt(X), {X: -8.0})) == -2.0
    assert float(evaluate(sp.diff(Cbrt(X), X), {X: -8.0})) == pytest.approx(1 / 12)


def test_heads_lead_back_to_names() -> None:
    assert {name for name, _ in BY_HEAD.values()} == set(FUNCTIONS) - {"sqrt"}
