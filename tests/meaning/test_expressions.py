"""Expressions: values, ranks, places; constants in double precision."""

import pytest
import sympy as sp

from pdedsl.meaning.place import PLACES
from pdedsl.meaning.read import read
from pdedsl.syntax import syntax
from pdedsl.syntax.parse import parse
from pdedsl.vocabulary.source import Source

HEAD = (
    "param a = 2\ndomain x[1:3] in [0, 1], y in [0, 1]\nfield u(x, y), v(x, y)\nvector U = (u, v)\nlet f(w) = w^2 + a\n"
)


def value(declared, text: str, place: str = "equation"):
    (let,) = (s for s in parse(Source.of(f"pde 1\nlet q_ = {text}\n")).statements if isinstance(s, syntax.Let))
    return read(declared(HEAD).scope, lambda walk: walk.tensor(let.body, PLACES[place]))


def test_values(declared) -> None:
    scope = declared(HEAD).scope
    u, v, a, y = *scope.fields.values(), scope.parameters["a"], scope.symbols["y"]
    assert value(declared, "f(u) - a").value.scalar == u**2 + a - a
    assert value(declared, "[u, v]/2").value.entries == (u / 2, v / 2)
    assert value(declared, "x[2]").value.scalar is not None and value(declared, "x").value.shape == (3,)
    assert value(declared, "identity").value.shape == (4, 4)
    assert value(declared, "1/4").value.scalar == sp.Rational(1, 4) and value(declared, "0").value.zero
    assert value(declared, "dot(U, U) + y").value.scalar == u**2 + v**2 + y


@pytest.mark.parametrize(
    ("text", "place", "code"),
    [
        ("U*U", "equation", "E301"), ("u + U", "equation", "E301"), ("x[4]", "equation", "E303"), ("U[3]", "equation", "E303"),
        ("1/0", "param", "E603"), ("sqrt(-1)", "param", "E306"), ("u", "param", "E304"), ("y", "param", "E304"),
        ("normal", "equation", "E304"), ("q", "equation", "E201"), ("f", "equation", "E303"),
        ("u^2000", "equation", "E303"), ("9^9^9^9", "param", "E603"),
    ],
)  # fmt: skip
def test_what_is_wrong(declared, text: str, place: str, code: str) -> None:
    reading = value(declared, text, place)
    assert reading.value is None and [d.code for d in reading.diagnostics] == [code]


def test_a_statement_that_grows_without_bound_is_refused(declared) -> None:
    nested = "sum(sum(sum(x[1]^(i + j + k), i in 1:40), j in 1:40), k in 1:40)"
    assert {d.code for d in value(declared, nested).diagnostics} == {"E303"}
