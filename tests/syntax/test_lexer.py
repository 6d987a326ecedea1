"""The lexer marks words by what they are, and loses none."""

from pathlib import Path

import pytest
from pygments.lexers import get_lexer_by_name, get_lexer_for_filename
from pygments.token import Comment, Error, Keyword, Name, Number, String

from pdedsl.syntax.lexer import PdeLexer

SPECS = sorted((Path(__file__).parents[2] / "specs").glob("*.pde"))


def tokens(text: str) -> list[tuple[object, str]]:
    return list(PdeLexer(stripnl=False, ensurenl=False).get_tokens(text))


@pytest.mark.parametrize("path", SPECS, ids=lambda p: p.stem)
def test_nothing_is_lost_and_nothing_is_an_error(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    found = tokens(text)
    assert "".join(word for _, word in found) == text
    assert not [word for kind, word in found if kind is Error]


def test_words_by_their_kind() -> None:
    found = {word: kind for kind, word in tokens('equation heat: dxx(u) + dn = 2.5e-3  on all # "c"\ntitle "t"')}
    assert found["equation"] is found["title"] is Keyword and found["on"] is Keyword.Pseudo
    assert found["dxx"] is Name.Builtin and found["dn"] is Name and found["heat"] is Name
    assert found["2.5e-3"] is Number and found['# "c"'] is Comment.Single and found['"t"'] is String


def test_editors_find_it_by_name_and_by_file() -> None:
    assert isinstance(get_lexer_by_name("pdedsl"), PdeLexer) and isinstance(get_lexer_for_filename("a.pde"), PdeLexer)
