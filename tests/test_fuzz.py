"""Whatever is typed, the checker answers with messages whose places lie in the text; it never breaks or hangs."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pdedsl.stages.load import check
from pdedsl.vocabulary.diagnostics import render
from pdedsl.vocabulary.source import Source

SPECS = {p.stem: p.read_text(encoding="utf-8") for p in (Path(__file__).parents[1] / "specs").glob("*.pde")}
TYPED = st.sampled_from(
    [*'()[]{}+-*/^=<>,:."# \n\t019xutdeπ∂²\0\u200b', "**", "==", "dx(", "1e400", "and", " hard", "let "]
)


@st.composite
def edited(draw: st.DrawFn) -> str:
    """A spec of the repository with a few characters dropped, doubled, swapped, replaced or put in."""
    text = draw(st.sampled_from(sorted(SPECS.values())))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(text) - 2)))
        match draw(st.sampled_from(["drop", "double", "swap", "replace", "insert", "cut"])):
            case "drop":
                text = text[:at] + text[at + 1 :]
            case "double":
                text = text[: at + 1] + text[at:]
            case "swap":
                text = text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :]
            case "replace":
                text = text[:at] + draw(TYPED) + text[at + 1 :]
            case "insert":
                text = text[:at] + draw(TYPED) + text[at:]
            case "cut":
                text = text[:at] + text[at + draw(st.integers(1, 30)) :]
    return text


def answers(text: str) -> None:
    found = check(Source.of(text, "specs/edited.pde"))
    for diagnostic in found.diagnostics:
        for span in (diagnostic.span, *(place for place, _ in diagnostic.also)):
            assert 0 <= span.start <= span.end <= len(found.source.text)
        assert diagnostic.help
        assert render(diagnostic, found.source)


@given(edited())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_edited_specs(text: str) -> None:
    answers(text)


@pytest.mark.slow
@given(edited())
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
def test_many_edited_specs(text: str) -> None:
    answers(text)


HEAD = "pde 1\ndomain x in [0, 1]\nfield u(x)\nboundary: u = 0  on all\n"


@pytest.mark.parametrize(
    "text",
    [
        "x" * 1_000_000,
        "pde 1\n" + "x" * 999_990,
        "pde 1\n" + "(\n" * 499_990,
        HEAD + "equation: dxx(u) = " + "x + " * 240_000 + "1\n",
        HEAD + "equation: dxx(u) = 1\n#" + "é" * 900_000,
        HEAD + "equation: dxx(u) = " + "(" * 1000 + "u" + ")" * 1000,
        HEAD + "equation: dxx(u) = " + "[" * 1000 + "u" + "]" * 1000,
        HEAD + "equation: dxx(u) = " + "-" * 40_000 + "u",
        HEAD + "equation: dxx(u) = " + "sin(" * 95 + "u" + ")" * 95,
        HEAD + "equation: dxx(u) = " + "u^" * 20_000 + "2",
        HEAD + "equation: dxx(u) = 9^9^9^9 + exp(exp(exp(9)))",
        HEAD + "equation: dxx(u) = prod(k, k in 1:1000)*u",
        HEAD + "equation: dxx(u) = prod(prod(u + k + j, k in 1:30), j in 1:30)",
        HEAD + "equation: dxx(u) = d(prod(sin(k*x)*u, k in 1:40), x, 6)",
        HEAD + "equation: dxx(u) = " + "max(u, " * 90 + "x" + ")" * 90,
        HEAD + "equation: dxx(u) = (((((u + 1)^9 + 1)^9 + 1)^9 + 1)^9 + 1)^9",
        HEAD + "equation: dxx(u) = dxxxxxxxx((((u + 1)^9 + x)^9 + 1)^9)",
    ],
    ids=range(17),
)
def test_monsters(text: str) -> None:
    answers(text)
