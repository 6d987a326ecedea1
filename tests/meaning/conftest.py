"""What a text declares, for the tests of this room."""

from collections.abc import Callable

import pytest

from pdedsl.meaning.declarations import Declared, declare
from pdedsl.meaning.names import collect
from pdedsl.syntax.parse import parse
from pdedsl.vocabulary.source import Source


@pytest.fixture
def declared() -> Callable[[str], Declared]:
    def found(text: str) -> Declared:
        spec = parse(Source.of(f"pde 1\n{text}\n"))
        return declare(spec, collect(spec), {})

    return found
