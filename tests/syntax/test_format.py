"""Random programs drawn from the grammar: parsed, formatted and parsed again they are the same."""

import io
import logging
from pathlib import Path

import lark
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.lark import from_lark

from pdedsl.stages.load import check, loads
from pdedsl.syntax.format import format_spec
from pdedsl.syntax.parse import grammar, parse
from pdedsl.vocabulary.source import Source

SPECS = sorted((Path(__file__).parents[2] / "specs").glob("*.pde"))

WORDS = {
    "NAME": st.sampled_from(["u", "v", "x", "t", "a", "eps", "Ω", "field", "hard", "on_", "d2", "pi"]),
    "NUMBER": st.sampled_from(["0", "2", "0.5", ".5", "1.", "1e-3", "2E+4"]),
    "STRING": st.sampled_from(['""', '"a b"', '"# no comment"']),
    "_NL": st.just("\n"),
    "ORDER": st.sampled_from(["<", "<=", ">", ">="]),
    "POWER": st.sampled_from(["^", "**"]),
    "TIMES": st.just("*"),
}


def statements() -> st.SearchStrategy[str]:
    source = lark.Lark(grammar(), start="statement")
    keywords = {
        t.name: st.just(f" {t.pattern.value.removesuffix(chr(92) + 'b')} ")
        for t in source.terminals
        if t.pattern.value.endswith("\\b")
    }
    return from_lark(source, start="statement", explicit={**keywords, **WORDS})


def test_the_grammar_has_no_conflicts() -> None:
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    lark.logger.addHandler(handler)
    level = lark.logger.level
    lark.logger.setLevel(logging.DEBUG)
    try:
        lark.Lark(grammar(), parser="lalr", start=["start", "statement"], debug=True, strict=False)
    finally:
        lark.logger.removeHandler(handler)
        lark.logger.setLevel(level)
    assert log.getvalue() == ""


@given(st.lists(statements(), max_size=4))
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
def test_random_programs(texts: list[str]) -> None:
    spec = parse(Source.of("pde 1\n" + "\n".join(texts) + "\n"))
    formatted = format_spec(spec)
    again = parse(Source.of(formatted))
    if not spec.diagnostics:
        assert again.statements == spec.statements
        assert again.diagnostics == ()
    assert format_spec(again) == formatted


@given(st.lists(statements(), max_size=5))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_random_programs_never_break_the_checker(texts: list[str]) -> None:
    source = Source.of("pde 1\ndomain x in [0, 1]\ntime t in [0, 1]\nfield u(x, t)\n" + "\n".join(texts) + "\n")
    for diagnostic in check(source).diagnostics:
        assert 0 <= diagnostic.span.start <= diagnostic.span.end <= len(source.text)


@pytest.mark.parametrize("path", SPECS, ids=lambda p: p.stem)
def test_the_specs_are_in_canonical_form(path: Path) -> None:
    assert format_spec(parse(Source.of(path.read_text()))) == path.read_text()


COMMENTED = """# before
pde 1  # header

# two
# lines
param a = 1  # one, two
solve {  # open
  # own
  steps = 3  # beside
  seed  = 1
  # last
}
# end
"""


def test_comments_survive() -> None:
    formatted = format_spec(parse(Source.of(COMMENTED)))
    for word in (
        "# before",
        "# header",
        "# two",
        "# lines",
        "# one, two",
        "# open",
        "# own",
        "# beside",
        "# last",
        "# end",
    ):
        assert formatted.count(word) == 1
    assert format_spec(parse(Source.of(formatted))) == formatted


def test_what_is_not_a_part_reads_back() -> None:
    text = "pde 1\ndomain x in [0, 1], y in [0, 1]\npart a: x = 0\npart b: not (x = 1 or y > 0.5) and not a\nfield u(x, y)\n"
    text += "equation: laplacian(u) = 1\nboundary: u = 0  on not(a)\nboundary: u = 1  on a\nreport r = integral(u, on = b)\n"
    problem = loads(text)
    assert loads(str(problem)) == problem
