"""What was probably meant."""

import pytest

from pdedsl.meaning.guesses import derivative_of, unknown_name
from pdedsl.meaning.names import collect
from pdedsl.syntax import syntax
from pdedsl.syntax.parse import parse
from pdedsl.vocabulary.source import Source, Span

TEXT = "pde 1\nparam b = a, a = c, c = 1\ndomain x in [0, 1], theta in [0, 1]\nfield u(x, theta)\nvector U = (u, u)\n"
NAMES = collect(parse(Source.of(TEXT)))


@pytest.mark.parametrize(
    ("name", "called", "words"),
    [
        ("u_xx", False, "dxx(u)"), ("uxx", False, "dxx(u)"), ("lapalcian", True, "`laplacian`"), ("dtheta", True, "d(u, theta)"),
        ("dz", True, "coordinates are x"), ("π", False, "pi"), ("U1", False, "`U`"), ("PI", False, "pi"), ("zzzz", False, "declare it"),
    ],
)  # fmt: skip
def test_the_best_guess(name: str, called: bool, words: str) -> None:
    found = unknown_name(syntax.Name(Span(0, len(name)), name), NAMES, called)
    assert found.code == "E201" and words in found.help + found.message


def named(name: str) -> syntax.Name:
    return syntax.Name(Span(0, len(name)), name)


@pytest.mark.parametrize(
    ("above", "below", "meant"),
    [
        ("du", "dx", "dx(u)"), ("d2u", "dx2", "dxx(u)"), ("du", "dn", "dn(u)"), ("dU", "dtheta", "d(U, theta, 1)"),
        ("du", "dc", ""), ("b", "a", ""), ("dq", "dx", ""),
    ],
)  # fmt: skip
def test_quotients_of_differentials(above: str, below: str, meant: str) -> None:
    assert derivative_of(named(above), named(below), NAMES) == meant
