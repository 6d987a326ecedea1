"""From a spec to its problem: what is there although something is wrong, and what is known to be missing."""

import pytest

from pdedsl.meaning.resolve import Resolution, resolve
from pdedsl.syntax.parse import parse
from pdedsl.vocabulary.source import Source


def resolved(text: str, **overrides: float) -> Resolution:
    return resolve(parse(Source.of(f"pde 1\n{text}\n")), overrides)


GOOD = "param a = 2\ndomain x in [0, a]\nfield u(x)\nequation: dxx(u) = a\nboundary: u = 0  on all"


def test_a_problem_with_other_parameters() -> None:
    found = resolved(GOOD, a=3.5)
    assert found.problem is not None and not found.defects and found.diagnostics == ()
    assert found.problem.bounds == ((0, 3.5),) and "param a = 3.5" in (found.problem.own_text or "")


def test_a_member_of_a_family_reads_back() -> None:
    text = GOOD.replace("param a = 2", "param b in [0, 3], a = 2").replace("= a\n", "= a*b\n")
    found = resolved(text, a=3.5, b=0.5)
    assert found.problem is not None and "param b = 0.5, a = 3.5\n" in (found.problem.own_text or "")
    assert resolve(parse(Source.of(found.problem.own_text or ""))).problem == found.problem


@pytest.mark.parametrize(
    ("old", "new", "declarations", "domain", "statements"),
    [
        ("dxx(u)", "dxx(q)", False, False, {"equation"}),
        ("[0, a]", "[a, 0]", True, True, set()),
        ("field u(x)", "field u(z)", True, False, {"equation", "boundary"}),
        ("boundary: u = 0", "boundary: u = 2u", False, False, {"boundary"}),
        ("param a = 2", "param a = 1/0", False, True, {"equation"}),
    ],
)
def test_what_could_not_be_read(old: str, new: str, declarations: bool, domain: bool, statements: set[str]) -> None:
    defects = resolved(GOOD.replace(old, new)).defects
    assert defects and (defects.domain, defects.statements) == (domain, statements)
    assert defects.declarations in (declarations, domain)


def test_what_is_said_twice_never_used_or_not_solved_yet() -> None:
    codes = [d.code for d in resolved('title "a"\ntitle "b"\nlet f = 1\nparam q in [0, 1]\n' + GOOD).diagnostics]
    assert sorted(codes) == ["E202", "W206", "W206"]


def test_what_another_name_is_a_misspelling_of_is_used() -> None:
    found = resolved(
        GOOD.replace("param a = 2", "param a = 2, shape = 1, other = 3").replace("= a\n", "= shap\n")
    ).diagnostics
    assert [d.code for d in found] == ["E201", "W206"]
    assert "did you mean `shape`?" in found[0].help and "`other` is never used" in found[1].message
