"""Problems as they are resolved, unchecked, for the tests of this room."""

from collections.abc import Callable

import pytest

from pdedsl.meaning.resolve import resolve
from pdedsl.problem.problem import Problem
from pdedsl.syntax.parse import parse
from pdedsl.vocabulary.source import Source

HEAD = "domain x in [0, 1], y in [0, 2]\ntime t in [0, 1]\nfield u(x, y, t)\n"


@pytest.fixture
def problem() -> Callable[..., Problem]:
    def found(text: str, head: str = HEAD) -> Problem:
        made = resolve(parse(Source.of(f"pde 1\n{head}{text}\n"))).problem
        assert made is not None
        return made

    return found
