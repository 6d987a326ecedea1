"""Calls of tables, laws, jumps and point sources, and where they have no meaning."""

import pytest

from pdedsl.meaning.resolve import resolve
from pdedsl.problem.given import Law, Source
from pdedsl.syntax.parse import parse
from pdedsl.vocabulary.source import Source as Text

BEAM = """pde 1
domain x in [0, 1]
unknown function k(u)
field u(x)
equation: EQUATION
interface kink: JUMP
boundary: u = 0  on all
"""


def resolved(equation: str, jump: str = "jump(k(u)*dn(u)) = 1  on x = 0.5"):
    return resolve(parse(Text.of(BEAM.replace("EQUATION", equation).replace("JUMP", jump))))


def test_what_they_become() -> None:
    problem = resolved("dxx(u) = x*delta(x - 0.25) + dx(delta(x - 1/2))").problem
    assert problem is not None
    (residual,) = problem.equations[0].residual
    assert len(residual.atoms(Source)) == 2
    (held,) = problem.integrals
    assert held.kind == "jump" and problem.conditions[0].lhs == (held.symbol,) and held.integrand.atoms(Law)


@pytest.mark.parametrize(
    "equation",
    [
        "dxx(u) = dxx(delta(x - 0.5))",
        "dxx(u) = sin(u) + delta(x - 0.5)",
        "dxx(u)*delta(x - 0.5) = 1",
        "dxx(u) = delta(x^2)",
    ],
)
def test_where_a_point_source_has_no_meaning(equation: str) -> None:
    assert "E304" in [d.code for d in resolved(equation).diagnostics]


def test_its_place_is_not_swept() -> None:
    text = "pde 1\nparam a in [0.1, 0.9]\ndomain x in [0, 1]\nfield u(x)\nequation: dxx(u) = delta(x - a)\nboundary: u = 0  on all\n"
    (found,) = resolve(parse(Text.of(text))).diagnostics
    assert found.code == "E304" and "no swept parameter, as `a` is" in found.message and "`param a = ...`" in found.help
