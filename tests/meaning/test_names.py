"""Names: what is declared, what a wrong one may have meant, in which order they can be worked out."""

from pdedsl.meaning.names import Declaration, collect, definitions, derivative_letters, ordered
from pdedsl.syntax.parse import parse
from pdedsl.vocabulary.source import Source, Span

TEXT = "pde 1\nparam b = a, a = c, c = 1\ndomain x in [0, 1], theta in [0, 1]\nfield u(x, theta)\nvector U = (u, u)\n"
NAMES = collect(parse(Source.of(TEXT)))


def test_kinds_and_letters() -> None:
    assert NAMES.of("param") == ["b", "a", "c"] and NAMES.of("coordinate") == ["x", "theta"]
    assert (
        NAMES.letters() == {"x"} and derivative_letters("dxx", {"x"}) == "xx" and derivative_letters("dn", {"n"}) == ""
    )


def test_names_are_never_written_into() -> None:
    more = NAMES.with_(Declaration("q", "broken", Span(0, 1)))
    assert more.declared["q"].kind == "broken" and "q" not in NAMES.declared


def test_each_name_after_what_it_needs() -> None:
    assert definitions(NAMES) == (["c", "a", "b"], [])
    order, cycles = ordered({"a": ["b"], "b": ["c"], "c": ["b"], "d": ["a", "e"], "e": []})
    assert [sorted(c) for c in cycles] == [["b", "c"]] and order == ["a", "e", "d"]
