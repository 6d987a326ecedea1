"""The tree of a spec as text."""

from pdedsl.syntax.outline import outline
from pdedsl.syntax.parse import parse
from pdedsl.vocabulary.source import Source


def test_each_node_stands_below_what_holds_it() -> None:
    lines = outline(parse(Source.of("pde 1\nlet f = 2*x\n"))).splitlines()
    assert lines == [
        "Header version = '1' [1:1-6]",
        "Let [2:1-12]",
        "  Name name = 'f' [2:5-6]",
        "  Product [2:9-12]",
        "    Number text = '2' [2:9-10]",
        "    Name name = 'x' [2:11-12]",
    ]
