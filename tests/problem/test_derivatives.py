"""Derivatives carried out by our rules against SymPy's own."""

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from pdedsl.problem.derivatives import TooLarge, derivative_order, expand_derivatives, node_count, occurring, parts

X, Y = sp.symbols("x y", real=True)
U, V = (sp.Function(n, real=True)(X, Y) for n in "uv")


@given(
    st.lists(st.sampled_from([U, V, X, Y, sp.sin(U), U * V, X**2 * V, sp.exp(X * Y)]), min_size=1, max_size=3),
    st.data(),
)
def test_expanding_agrees_with_sympy(factors: list[sp.Expr], data: st.DataObject) -> None:
    variables = data.draw(st.lists(st.sampled_from([X, Y]), min_size=1, max_size=3))
    made = sp.Derivative(sp.Mul(*factors) + sum(factors), *variables)
    assert sp.expand(expand_derivatives(made) - made.doit()) == 0


def test_what_would_grow_without_bound_is_refused() -> None:
    tower = U
    for _ in range(9):
        tower = sp.sin(tower * V) * sp.exp(tower) + tower
    with pytest.raises(TooLarge):
        expand_derivatives(sp.Derivative(tower, (X, 6)))


def test_counting_and_finding() -> None:
    made = sp.Derivative(U, (X, 2), Y) * V + sp.Derivative(U, X)
    assert max(derivative_order(d) for d in made.atoms(sp.Derivative)) == 3
    assert derivative_order(sp.Derivative(U, (X, 2), Y), {Y}) == 1
    assert occurring([sp.Derivative(U, X), X]) == {"u"} and occurring([X]) == set()
    assert node_count(U + V, {}) == 3 and node_count(sp.Derivative(U, X), {}) == 1
    assert U in parts(made) and X not in parts(sp.Derivative(U, X))
