"""Calls: derivatives, sums, branches, integrals, what they refuse."""

import pytest
import sympy as sp

from pdedsl.meaning.place import PLACES
from pdedsl.meaning.read import Reading, read
from pdedsl.syntax import syntax
from pdedsl.syntax.parse import parse
from pdedsl.vocabulary.source import Source

HEAD = "domain x in [0, 1], y in [0, 1]\ntime t in [0, 1]\nfield u(x, y, t), m(t)\npart top: y = 1\nexact u = x*y\n"


def value(declared, text: str, place: str = "constraint") -> Reading:
    (let,) = (s for s in parse(Source.of(f"pde 1\nlet q_ = {text}\n")).statements if isinstance(s, syntax.Let))
    return read(declared(HEAD).scope, lambda walk: walk.tensor(let.body, PLACES[place]))


def test_derivatives_are_kept_as_they_are_written(declared) -> None:
    scope = declared(HEAD).scope
    u, x, t = scope.fields["u"], scope.symbols["x"], scope.symbols["t"]
    assert (
        value(declared, "dxxt(u)").value.scalar
        == sp.Derivative(u, (x, 2), t)
        == value(declared, "d(u, x, 2, t)").value.scalar
    )
    assert value(declared, "dx(u*x)").value.scalar == sp.Derivative(u * x, x)


def test_sums_and_branches(declared) -> None:
    x = declared(HEAD).scope.symbols["x"]
    assert value(declared, "sum(x^k, k in 1:3)").value.scalar == x + x**2 + x**3
    assert value(declared, "prod(k, k in 1:4)").value.scalar == 24 and value(declared, "sum(x, k in 1:0)").value.zero
    found = value(declared, "where(x > 0.5, 1, 1/x)")
    assert found.value.scalar == sp.Piecewise((1, x > 0.5), (1 / x, True)) and len(found.terms) == 1


def test_integrals_are_written_down(declared) -> None:
    found = value(declared, "integral(u^2, on = top) + mean(u)")
    (rim, mean) = found.integrals
    assert rim.symbol.name == "integral(u^2, on = top)" and rim.part == "top" and rim.where is not None
    assert mean.kind == "mean" and mean.where is None and found.value.scalar == rim.symbol + mean.symbol
    assert value(declared, "exact(u)").value.scalar == value(declared, "x*y").value.scalar


@pytest.mark.parametrize(
    ("text", "place", "code"),
    [
        ("dx(m)", "equation", "E205"), ("dz(u)", "equation", "E201"), ("dxxxxxxxxx(u)", "equation", "E303"),
        ("u(0, t)", "equation", "E303"), ("sin(u, u)", "equation", "E303"), ("div(u)", "equation", "E302"),
        ("dn(u)", "equation", "E304"), ("maximum(u)", "equation", "E304"), ("disk([0, 0], 1)", "equation", "E304"),
        ("sum(u)", "equation", "E303"), ("where(x = 1, 1, 0)", "equation", "E303"), ("exact(m)", "equation", "E305"),
        ("sum(x, x in 1:2)", "equation", "E202"), ("d(u)", "equation", "E303"), ("sum(x, k in 1:2000)", "equation", "E303"),
    ],
)  # fmt: skip
def test_what_is_wrong(declared, text: str, place: str, code: str) -> None:
    reading = value(declared, text, place)
    assert reading.value is None and [d.code for d in reading.diagnostics] == [code]
