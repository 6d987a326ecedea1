"""From text to a tree: statements one by one, brackets, precedence, settings that stand alone."""

import pytest

from pdedsl.syntax import syntax
from pdedsl.syntax.parse import parse, parse_settings
from pdedsl.vocabulary.source import Source


def expression(text: str) -> syntax.Expression:
    spec = parse(Source.of(f"pde 1\nlet f = {text}\n"))
    assert not spec.diagnostics
    (let,) = (s for s in spec.statements if isinstance(s, syntax.Let))
    return let.body


@pytest.mark.parametrize(
    ("text", "same"),
    [("-x^2", "-(x^2)"), ("2^-x", "2^(-x)"), ("a^b^c", "a^(b^c)"), ("x**2", "x^2")],
)
def test_precedence(text: str, same: str) -> None:
    assert expression(text) == expression(same)


def test_a_broken_statement_hides_no_other() -> None:
    spec = parse(Source.of("pde 1\nparam a = 2u\nlet f = (1\nlet g = 2\n"))
    assert [d.code for d in spec.diagnostics] == ["E101", "E101"]
    assert [s.name.name for s in spec.statements if isinstance(s, syntax.Let)] == ["g"]
    assert [b.names for b in spec.broken] == [("a", "u"), ("f",)]


def test_settings_that_stand_alone() -> None:
    settings, wrong = parse_settings(Source.of("solve {\npoints.walls = grid(20, 10)\nsteps = 3\n}"))
    assert not wrong and [".".join(n.name for n in s.key) for s in settings] == ["points.walls", "steps"]
    assert parse_settings(Source.of("solve { steps = }"))[1][0].code == "E101"
    assert parse_settings(Source.of("let f = 2"))[0] == ()
