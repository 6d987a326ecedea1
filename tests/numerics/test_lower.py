"""The JAX residual of a known function against SymPy's own derivatives, for every operator of the language."""

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from pdedsl.numerics.derivatives import Laplacian, derivatives
from pdedsl.numerics.lower import residuals
from pdedsl.stages.load import check, loads
from pdedsl.vocabulary.source import Source
from tests.examples import RING

X, Y, T = sp.symbols("x y t", real=True)

TEMPLATE = """pde 1
param k = 0.7
domain x in [0.2, 1], y in [0.3, 2]
time t in [0, 1]
field u(x, y, t), v(x, y, t)
equation tested: {} = 0
equation other: v + u = 0
"""

# What is written, and what it means with the fields replaced by SymPy expressions.
SCALAR = {
    "dt(u)": lambda u, v: u.diff(T),
    "dxx(u) + dyy(v)": lambda u, v: u.diff(X, 2) + v.diff(Y, 2),
    "dxxyt(u)": lambda u, v: u.diff(X, 2, Y, T),
    "d(u, x, 2, y)": lambda u, v: u.diff(X, 2, Y),
    "laplacian(u)*v": lambda u, v: (u.diff(X, 2) + u.diff(Y, 2)) * v,
    "k*laplacian(u) + 2*dxx(v) + dyy(v)/pi - laplacian(v*x)": lambda u, v: sp.Rational(7, 10)
    * (u.diff(X, 2) + u.diff(Y, 2)) + 2 * v.diff(X, 2) + v.diff(Y, 2) / sp.pi - (v * X).diff(X, 2) - X * v.diff(Y, 2),
    "laplacian(u)*laplacian(v) + dtt(u)": lambda u, v: (u.diff(X, 2) + u.diff(Y, 2)) * (v.diff(X, 2) + v.diff(Y, 2))
    + u.diff(T, 2),
    "exp(-laplacian(u) + x) + x*dyy(u)": lambda u, v: sp.exp(X - u.diff(X, 2) - u.diff(Y, 2)) + X * u.diff(Y, 2),
    "div(grad(u)) - laplacian(u) + div([u, v])": lambda u, v: u.diff(X) + v.diff(Y),
    "dot(grad(u), grad(v))": lambda u, v: u.diff(X) * v.diff(X) + u.diff(Y) * v.diff(Y),
    "advect([u, v], u)": lambda u, v: u * u.diff(X) + v * u.diff(Y),
    "advect([u, v], [u, v])[2]": lambda u, v: u * v.diff(X) + v * v.diff(Y),
    "curl([u, v])": lambda u, v: v.diff(X) - u.diff(Y),
    "dx(u^2*v)": lambda u, v: (u**2 * v).diff(X),
    "dxx(sin(u))": lambda u, v: sp.sin(u).diff(X, 2),
    "d(x^2*dy(u), x)": lambda u, v: (X**2 * u.diff(Y)).diff(X),
    "u^3 - k*v": lambda u, v: u**3 - sp.Rational(7, 10) * v,
    "sum(x^j*u, j in 1:3)": lambda u, v: (X + X**2 + X**3) * u,
    "exp(-u^2)*v + tanh(u) - atan(v)": lambda u, v: sp.exp(-(u**2)) * v + sp.tanh(u) - sp.atan(v),
    "sqrt(1 + u^2) + abs(v) + sign(x) + log(2 + sin(u)) + cbrt(-x)": lambda u, v: sp.sqrt(1 + u**2) + sp.Abs(v) + 1
    + sp.log(2 + sp.sin(u)) - sp.cbrt(X),
    "min(x, y) + max(x, 0.5) + where(x > 0.6 and not y < 1, u, v)": lambda u, v: sp.Min(X, Y) + sp.Max(X, 0.5)
    + sp.Piecewise((u, (X > 0.6) & (Y >= 1)), (v, True)),
    "tr(grad([u, v])) + norm([u, 1])": lambda u, v: u.diff(X) + v.diff(Y) + sp.sqrt(u**2 + 1),
    "sym(grad([u, v]))[1, 2]": lambda u, v: (u.diff(Y) + v.diff(X)) / 2,
    "dot(transpose(grad([u, v])), [1, 2])[1]": lambda u, v: u.diff(X) + 2 * v.diff(X),
    "div(outer([u, v], [u, v]))[1]": lambda u, v: (u * u).diff(X) + (u * v).diff(Y),
    "cross([u, v], [x, y]) + dot(identity, [u, v])[2]": lambda u, v: u * Y - v * X + v,
    "erf(u) + x^(y/2) + u*x^-2": lambda u, v: sp.erf(u) + X ** (Y / 2) + u / X**2,
}  # fmt: skip

coefficients = st.integers(-3, 3)


@st.composite
def polynomials(draw) -> sp.Expr:
    powers = st.tuples(*[st.integers(0, 3)] * 3)
    terms = draw(st.lists(st.tuples(coefficients, powers), min_size=1, max_size=4))
    return sp.Add(*(c * X**a * Y**b * T**d for c, (a, b, d) in terms)) + X


@st.composite
def waves(draw) -> sp.Expr:
    a, b, c = (draw(coefficients) for _ in range(3))
    return sp.sin(a * X + b * Y) * sp.exp(sp.Rational(c, 4) * T) + draw(polynomials()) / 10


@pytest.mark.parametrize("text", SCALAR)
@given(data=st.data())
@settings(max_examples=5, deadline=None)
def test_residual_agrees_with_sympy(text: str, data) -> None:
    own, v = data.draw(st.one_of(polynomials(), waves())), data.draw(waves())
    problem = check(Source.of(TEMPLATE.format(text))).problem
    assert problem is not None
    residual = residuals(problem)["tested"]
    point = np.array([0.7, 1.3, 0.4])
    values = dict(zip((X, Y, T), map(sp.Float, point), strict=True))
    expected = float(SCALAR[text](own, v).doit().evalf(30, subs=values))
    functions = [sp.lambdify((X, Y, T), e, modules=jnp) for e in (own, v)]
    u = lambda x: jnp.stack([jnp.asarray(f(*x), x.dtype) for f in functions])  # noqa: E731
    found = residual(u, jnp.asarray(point))  # a program for each example takes longer to compile than its parts
    assert found.shape == (1,)
    np.testing.assert_allclose(found[0], expected, rtol=1e-12, atol=1e-12)


def test_the_normal_points_outward() -> None:
    text = """pde 1
domain x in [0, 1], y in [-1, 3]
field u(x, y)
equation: laplacian(u) = 0
boundary flux: dn(u) = normal[1] + 2*normal[2]  on all
boundary top:  dn(u) + u = 0  on y = 3
"""
    found = residuals(loads(text))

    def slope(x):
        return 5 * x[0] + 7 * x[1]

    cases = {(0.0, 0.5): -5 + 1, (1.0, 0.5): 5 - 1, (0.3, -1.0): -7 + 2, (0.3, 3.0): 7 - 2}
    for point, expected in cases.items():
        np.testing.assert_allclose(found["flux"](slope, jnp.array(point)), [expected])
    np.testing.assert_allclose(found["top"](slope, jnp.array([1.0, 3.0])), [7 + 26])


def test_pure_under_jit_vmap_and_grad(heat: str) -> None:
    residual = residuals(loads(heat))["equation"]

    def u(a):
        return lambda x: jnp.exp(-a * jnp.pi**2 * x[1]) * jnp.sin(jnp.pi * x[0])

    points = jax.random.uniform(jax.random.key(0), (7, 2))
    values = jax.jit(jax.vmap(lambda x: residual(u(0.25), x)))(points)
    assert values.shape == (7, 1)
    np.testing.assert_allclose(values, 0.0, atol=1e-13)
    slope = jax.grad(lambda a: residual(u(a), points[0])[0])(0.25)
    assert np.isfinite(slope) and abs(slope) > 1e-3


@pytest.mark.parametrize(("point", "value"), [(jnp.ones(3), 1.0), (jnp.ones(2), jnp.ones(2))])
def test_wrong_shapes_are_told(heat: str, point, value) -> None:
    with pytest.raises(ValueError, match=r"point|field"):
        residuals(loads(heat))["equation"](lambda x: value, point)


def test_integer_powers_have_all_derivatives_at_zero() -> None:
    text = "pde 1\ndomain x in [-1, 1]\nfield u(x)\nequation: dxxx(u^3) = 0\nboundary: u = 0  on all\n"
    residual = residuals(loads(text))["equation"]
    np.testing.assert_allclose(residual(lambda x: x[0], jnp.zeros(1)), [6.0])


def test_a_laplacian_is_one_part_of_the_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def seen(u, x, parts):
        asked.append(set(parts))
        return derivatives(u, x, parts)

    monkeypatch.setattr("pdedsl.numerics.lower.derivatives", seen)
    text = "pde 1\nparam Re = 20\ndomain (x, y) = box([0, 0], [1, 1])\nfield u(x, y), v(x, y)\nvector U = (u, v)\n"
    text += "equation: advect(U, U) = laplacian(U)/Re\nboundary: U = 0  on all\n"
    point = jnp.array([0.3, 0.4])
    found = residuals(loads(text))["equation"](lambda x: jnp.stack([x[0] ** 2 * x[1], jnp.sin(x[1])]), point)
    assert asked == [{(0, 0), (1, 0), (0, 1), Laplacian((1.0, 1.0))}]
    x, y = point
    expected = [x**2 * y * 2 * x * y + jnp.sin(y) * x**2 - 2 * y / 20, jnp.sin(y) * jnp.cos(y) + jnp.sin(y) / 20]
    np.testing.assert_allclose(found, jnp.stack(expected), rtol=1e-12)


def test_a_laplacian_times_a_number_that_is_sought(tmp_path: Path) -> None:
    (tmp_path / "u.csv").write_text("x,y,u\n0.2,0.3,1\n0.6,0.5,2\n")
    text = "pde 1\nunknown k = 2, c = 1\ndomain x in [0, 1], y in [0, 1]\nfield u(x, y)\n"
    text += 'equation: div(k*grad(u)) + 3*c*dxx(u) = k^2*u\nboundary: u = 0  on all\ndata: u from "u.csv"\n'
    residual = residuals(loads(text, name=str(tmp_path / "spec.pde")))["equation"]
    found = residual({"u": lambda x: x[0] ** 2 * x[1] ** 3, "k": lambda: 5.0, "c": lambda: 0.5}, jnp.array([0.3, 0.4]))
    x, y = 0.3, 0.4
    np.testing.assert_allclose(found, [5 * (2 * y**3 + 6 * x**2 * y) + 3 * y**3 - 25 * x**2 * y**3], rtol=1e-12)


def test_the_normal_of_a_shape_that_changes_with_a_parameter() -> None:
    """The nearest surface is that of the member: where the hole is small its rim is far from that of the middle one."""
    own = residuals(loads(RING.split("exact")[0].replace("dn(u) = 1/r", "dn(u) = 0")))["boundary2"]
    for r in (0.2, 0.37, 0.6):
        found = own({"u": lambda x: x[0]}, jnp.asarray([0.0, r, r]))
        np.testing.assert_allclose(found, 0, atol=1e-6)
        np.testing.assert_allclose(own({"u": lambda x: x[1]}, jnp.asarray([0.0, r, r])), -1, atol=1e-6)
