"""The words of the language and the grammar that reads them say the same."""

import re

from pdedsl.syntax.parse import grammar
from pdedsl.vocabulary.functions import FUNCTIONS
from pdedsl.vocabulary.operators import OPERATORS
from pdedsl.vocabulary.words import CLAUSES, LOOKALIKES, RESERVED, RESERVED_FOR_PARTS, STATEMENTS


def test_every_word_of_the_grammar_is_listed() -> None:
    words = set(re.findall(r"^_?[A-Z]+\.2:\s+/(\w+)\\b/", grammar(), re.MULTILINE))
    assert words == (set(STATEMENTS) | set(CLAUSES)) - {"all"} | {"function"}


def test_parts_may_be_called_as_operators_are() -> None:
    assert {"outer", "box", "norm"} & RESERVED == {"outer", "box", "norm"}
    assert not {"outer", "box", "norm"} & RESERVED_FOR_PARTS
    assert set(FUNCTIONS) | set(OPERATORS) <= RESERVED


def test_no_lookalike_is_a_word_of_the_language() -> None:
    assert not set(LOOKALIKES) & RESERVED
