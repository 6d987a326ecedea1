"""Scopes are values."""

from dataclasses import FrozenInstanceError, replace

import pytest

from pdedsl.meaning.names import Names
from pdedsl.meaning.scope import Scope
from pdedsl.problem.atoms import Axis


def test_a_larger_scope_is_another_one() -> None:
    empty = Scope(Names({}))
    larger = replace(empty, symbols={"x": Axis("x", 0)})
    assert empty.symbols == {} and larger.symbols["x"].place == 0 and larger.space == []
    with pytest.raises(FrozenInstanceError):
        empty.symbols = {}  # pyright: ignore[reportAttributeAccessIssue]
