"""Laws that are sought as sums of polynomials."""

from dataclasses import replace

import numpy as np
import pytest
import sympy as sp

from pdedsl.problem.bounds import FREE, Bounds
from pdedsl.problem.evaluate import evaluate
from pdedsl.problem.given import Polynomial, Product, given
from pdedsl.problem.laws import as_wholes, degrees_of, laws_of, written
from pdedsl.problem.statements import Field, FunctionSought

U = sp.Function("u", real=True)(sp.Symbol("x", real=True))


def test_polynomials_and_their_slopes() -> None:
    head = given(Polynomial, "T", Product((3, 1), ((0.0, 2.0), (-1.0, 3.0))), (0, 0))
    a, b = sp.symbols("a b", real=True)
    x, y = np.linspace(0, 2, 7), np.linspace(-1, 3, 7)
    s, r = x - 1, (y - 1) / 2
    np.testing.assert_allclose(evaluate(head(a, b), {a: x, b: y}), (4 * s**3 - 3 * s) * r, atol=1e-14)
    slope = sp.diff(head(a, b), a, b)
    np.testing.assert_allclose(evaluate(slope, {a: x, b: y}), (12 * s**2 - 3) / 2, atol=1e-13)


@pytest.mark.parametrize(
    ("bounds", "start"), [(FREE, -2.5), (FREE, 0.0), (Bounds(0, np.inf), 0.3), (Bounds(1, 4), 1.5)]
)
def test_a_law_begins_as_a_constant(bounds: Bounds, start: float) -> None:
    law = FunctionSought("D", (U,), bounds, start, ranges=((0.0, 2.0),))
    fields, value, (place,) = written(law)
    assert [f.law for f in fields][:2] == [("D", (0,)), ("D", (1,))] and fields[3].name == "D[3]"
    known = {f.expression: f.start for f in fields}
    own = np.broadcast_to(evaluate(value.xreplace(known), {place: np.linspace(0, 2, 5)}), (5,))
    np.testing.assert_allclose(own, start, atol=1e-12)


def test_a_law_of_which_slopes_matter_is_zero_in_the_middle() -> None:
    law = FunctionSought("F", (U,), FREE, 1.0, ranges=((0.0, 2.0),), shifted=True)
    fields, value, (place,) = written(law)
    assert all(f.law is not None and f.law[1] != (0,) for f in fields)
    own = evaluate(value.xreplace({f.expression: sp.Float(k + 1) for k, f in enumerate(fields)}), {place: np.ones(1)})
    np.testing.assert_allclose(own, 0.0, atol=1e-12)


def test_coefficients_of_a_law_are_one_whole() -> None:
    law = FunctionSought("D", (U,), FREE, 1.0, ranges=((0.0, 2.0),))
    fields = [Field("u", ()), *written(law)[0][:2]]
    assert laws_of(fields) == {"D": [1, 2]}
    np.testing.assert_allclose(as_wholes(fields, np.asarray([7.0, 3.0, 4.0])), [7, 5, 5])
    assert len(degrees_of(2)) == 21 and max(map(sum, degrees_of(2))) == 5
    assert replace(law, stated=False) == law
