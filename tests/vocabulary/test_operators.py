"""Vector operators against their component form, in two and three dimensions."""

import pytest
import sympy as sp

from pdedsl.problem.problem import expand_derivatives
from pdedsl.stages.load import check
from pdedsl.vocabulary.source import Source

PLANE = [
    ("grad(p)", "[dx(p), dy(p)]"),
    ("div(U)", "dx(u) + dy(v)"),
    ("curl(U)", "dx(v) - dy(u)"),
    ("laplacian(p)", "dxx(p) + dyy(p)"),
    ("laplacian(U)", "[dxx(u) + dyy(u), dxx(v) + dyy(v)]"),
    ("advect(U, p)", "u*dx(p) + v*dy(p)"),
    ("advect(U, U)", "[u*dx(u) + v*dy(u), u*dx(v) + v*dy(v)]"),
    ("grad(U)", "[[dx(u), dy(u)], [dx(v), dy(v)]]"),
    ("grad(U)[1, 2]", "dy(u)"),
    ("grad(U)[2]", "[dx(v), dy(v)]"),
    ("transpose(grad(U))", "[[dx(u), dx(v)], [dy(u), dy(v)]]"),
    ("sym(grad(U))", "[[dx(u), (dy(u) + dx(v))/2], [(dx(v) + dy(u))/2, dy(v)]]"),
    ("tr(grad(U))", "dx(u) + dy(v)"),
    ("div(grad(U))", "[dxx(u) + dyy(u), dxx(v) + dyy(v)]"),
    ("div(transpose(grad(U)))", "[dxx(u) + dxy(v), dxy(u) + dyy(v)]"),
    ("div(outer(U, U))", "[dx(u*u) + dy(u*v), dx(v*u) + dy(v*v)]"),
    ("outer(U, grad(p))", "[[u*dx(p), u*dy(p)], [v*dx(p), v*dy(p)]]"),
    ("dot(U, grad(p))", "u*dx(p) + v*dy(p)"),
    ("dot(grad(U), U)", "[dx(u)*u + dy(u)*v, dx(v)*u + dy(v)*v]"),
    ("dot(grad(U), grad(U))[1, 2]", "dx(u)*dy(u) + dy(u)*dy(v)"),
    ("dot(U, grad(U))", "[u*dx(u) + v*dx(v), u*dy(u) + v*dy(v)]"),
    ("norm(U)", "sqrt(u^2 + v^2)"),
    ("norm(grad(U))^2", "dx(u)^2 + dy(u)^2 + dx(v)^2 + dy(v)^2"),
    ("cross(U, grad(p))", "u*dy(p) - v*dx(p)"),
    ("p*identity", "[[p, 0], [0, p]]"),
    ("div(p*identity)", "[dx(p), dy(p)]"),
    ("2*U/p - U", "[2*u/p - u, 2*v/p - v]"),
    ("curl(curl([0*u, p])*[1, 0] + U)", "-dxy(p) + dx(v) - dy(u)"),
    ("div(p*U)", "p*dx(u) + u*dx(p) + p*dy(v) + v*dy(p)"),
]
SPACE = [
    ("grad(p)", "[dx(p), dy(p), dz(p)]"),
    ("div(U)", "dx(u) + dy(v) + dz(w)"),
    ("curl(U)", "[dy(w) - dz(v), dz(u) - dx(w), dx(v) - dy(u)]"),
    ("div(curl(U))", "0*u"),
    ("curl(grad(p))", "[0*u, 0*u, 0*u]"),
    ("curl(curl(U)) - grad(div(U))", "-laplacian(U)"),
    ("cross(U, curl(U))", "grad(dot(U, U))/2 - advect(U, U)"),
    ("advect(U, U)[3]", "u*dx(w) + v*dy(w) + w*dz(w)"),
    ("cross(U, [1, 2, 3])", "[3*v - 2*w, w - 3*u, 2*u - v]"),
    ("tr(outer(U, U))", "dot(U, U)"),
    ("div(U)*identity", "[[div(U), 0, 0], [0, div(U), 0], [0, 0, div(U)]]"),
    ("div(sym(grad(U)))", "(laplacian(U) + grad(div(U)))/2"),
    ("div(cross(U, grad(p)))", "dot(grad(p), curl(U))"),
    ("laplacian(U)[2]", "dxx(v) + dyy(v) + dzz(v)"),
    ("d(U, z)", "[dz(u), dz(v), dz(w)]"),
    ("sum(U[k]*d(U[k], x), k in 1:3)", "dx(dot(U, U))/2"),
    ("prod(U[k], k in 1:3)", "u*v*w"),
]
HEADS = {
    2: "pde 1\ndomain x in [0, 1], y in [0, 1]\nfield u(x, y), v(x, y), p(x, y)\nvector U = (u, v)\n",
    3: "pde 1\ndomain x in [0, 1], y in [0, 1], z in [0, 1]\nfield u(x, y, z), v(x, y, z), w(x, y, z), p(x, y, z)\n"
    "vector U = (u, v, w)\n",
}


def difference(dimension: int, operator: str, form: str) -> list[sp.Expr]:
    """The components of operator - form; a field is added to it, so that an identity is an equation, too."""
    ones = f"[{', '.join('1' * dimension)}]"
    for rank in ("1", ones, "identity"):
        checked = check(Source.of(f"{HEADS[dimension]}equation: {operator} + p*{rank} = {form}\n"))
        if checked.problem is not None and checked.problem.equations:
            added = {"1": [1], ones: [1] * dimension, "identity": list(sp.eye(dimension))}[rank]
            p = checked.problem.fields[-1].expression
            found = checked.problem.equations[0].residual
            return [expand_derivatives(r) - p * a for r, a in zip(found, added, strict=True)]
    raise AssertionError(f"{operator} and {form} have different ranks")


@pytest.mark.parametrize(("dimension", "operator", "form"), [*((2, *c) for c in PLANE), *((3, *c) for c in SPACE)])
def test_component_form(dimension: int, operator: str, form: str) -> None:
    assert all(sp.simplify(r) == 0 for r in difference(dimension, operator, form))
