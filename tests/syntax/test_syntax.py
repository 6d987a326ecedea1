"""Nodes: their children in the order of the text, equality without places."""

from pdedsl.syntax import syntax
from pdedsl.syntax.parse import parse
from pdedsl.vocabulary.source import Source


def test_names_below_a_node() -> None:
    spec = parse(Source.of("pde 1\nequation e: dx(u) + f(v, 2) = w[1]  in p weight k\n"))
    (relation,) = (s for s in spec.statements if isinstance(s, syntax.Relation))
    assert {n.name for n in syntax.names_in(relation)} == {"e", "dx", "u", "f", "v", "w", "p", "k"}
    starts = [child.span.start for child in syntax.children(relation)]
    assert starts == sorted(starts)


def test_places_do_not_count() -> None:
    one, other = (parse(Source.of(t)) for t in ("pde 1\nlet f = x + 1\n", "pde 1\n\n# c\nlet f   =   x+1\n"))
    assert one == other and one.statements[1].span != other.statements[1].span
