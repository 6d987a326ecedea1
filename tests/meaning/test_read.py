"""A reading holds what its walk found, and nothing of another one."""

from pdedsl.meaning.place import PLACES
from pdedsl.meaning.read import read
from pdedsl.syntax import syntax
from pdedsl.syntax.parse import parse
from pdedsl.vocabulary.source import Source


def test_each_walk_is_its_own(declared) -> None:
    scope = declared("domain x in [0, 1]\nfield u(x)").scope
    lets = [
        s for s in parse(Source.of("pde 1\nlet a = q + u*x\nlet b = u*x\n")).statements if isinstance(s, syntax.Let)
    ]
    wrong, right = (read(scope, lambda walk, b=let.body: walk.scalar(b, PLACES["equation"])) for let in lets)
    assert [d.code for d in wrong.diagnostics] == ["E201"] and wrong.value is None and len(wrong.terms) == 1
    assert right.diagnostics == () and right.value is not None and right.visits == 3


def test_a_let_is_blamed_at_its_first_use() -> None:
    from pdedsl.stages.load import check

    text = "pde 1\ndomain x in [0, 1]\nfield u(x)\nlet f = q*u\nequation: dxx(u) = f\nboundary: u = f  on all\n"
    (diagnostic,) = check(Source.of(text)).diagnostics
    assert text[diagnostic.span.start : diagnostic.span.end] == "f" and diagnostic.span.start == text.index("= f") + 2
    assert diagnostic.cause is not None and text[diagnostic.cause.start] == "q"
