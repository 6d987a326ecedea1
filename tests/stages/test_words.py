"""Numbers and expressions that users give outside of a spec."""

import math
from pathlib import Path

import pytest

from pdedsl.stages.load import load, loads
from pdedsl.stages.words import read_components, read_expression, read_number
from pdedsl.vocabulary.diagnostics import SpecError

SPECS = Path(__file__).parents[2] / "specs"


@pytest.mark.parametrize(
    ("text", "value"),
    [("0.01/pi", 0.01 / math.pi), ("-3", -3), ("min(2, 1)", 1), ("atan2(1, 2)", math.atan2(1, 2)), ("2^-1", 0.5)],
)
def test_constant_expressions(text: str, value: float) -> None:
    assert read_number(text) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize("text", ["", "nan", "1, w = 2", "x", "2u", "1/0", "sqrt(-1)", "1e400", "value", "(1", "# 1"])
def test_what_is_no_constant(text: str) -> None:
    with pytest.raises(SpecError):
        read_number(text)


def test_parameters_may_hold_any_function() -> None:
    text = "pde 1\nparam a = min(2, 1), b = max(a, abs(-3)), c = cbrt(8)*erf(b)\ndomain x in [0, a]\nfield u(x)\n"
    problem = loads(text + "equation: dx(u) = b + c\nboundary: u = 0  on x = 0\n")
    assert {str(s): v for s, v in problem.domain.values.items()} == pytest.approx(
        {"a": 1, "b": 3, "c": 2 * math.erf(3)}
    )
    assert problem.bounds == ((0, 1),)


def test_shapes_of_expressions() -> None:
    problem = load(SPECS / "kovasznay.pde")
    shapes = {text: read_components(problem, text)[0] for text in ("u", "U", "grad(U)", "U + grad(p)", "identity")}
    assert shapes == {"u": (), "U": (2,), "grad(U)": (2, 2), "U + grad(p)": (2,), "identity": (2, 2)}
    _, parts = read_components(problem, "grad(U)")
    assert [str(e) for _, e in parts] == [
        *("Derivative(u(x, y), x)", "Derivative(u(x, y), y)", "Derivative(v(x, y), x)", "Derivative(v(x, y), y)"),
    ]


@pytest.mark.parametrize("text", ["", "# 1", "u at (0, 0)", "U*U", "w", "u > 0", "dn(u)", "grad(U)[3, 1]"])
def test_what_is_no_expression(text: str) -> None:
    problem = load(SPECS / "kovasznay.pde")
    with pytest.raises(SpecError):
        read_expression(problem, text)
    with pytest.raises(SpecError):
        read_components(problem, text)


def test_integrals_over_no_boundary() -> None:
    ring = loads("pde 1\ndomain x in [0, 1]\nperiodic x\nfield u(x)\nequation: dxx(u) - u = 1\n")
    with pytest.raises(SpecError, match="no boundary point lies"):
        read_expression(ring, "integral(u, on = all)")
