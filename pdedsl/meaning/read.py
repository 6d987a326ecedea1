"""From an expression and a scope to what it means, with all that was found on the way."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from pdedsl.meaning.calls import called
from pdedsl.meaning.expressions import Walk
from pdedsl.meaning.scope import Scope
from pdedsl.problem.statements import Integral, Term
from pdedsl.vocabulary.diagnostics import Diagnostic

T = TypeVar("T")


@dataclass(frozen=True)
class Reading(Generic[T]):
    """What came of a walk."""

    value: T
    terms: tuple[Term, ...]
    """The scalar subexpressions, the smallest first."""
    integrals: tuple[Integral, ...]
    diagnostics: tuple[Diagnostic, ...]
    visits: int
    """How many nodes were looked at, those in the bodies of abbreviations as often as they are used."""


def read(scope: Scope, visit: Callable[[Walk], T]) -> Reading[T]:
    """Let a walk visit expressions; what it wrote down on the way is in the result."""
    walk = Walk(scope, called)
    value = visit(walk)
    return Reading(value, tuple(walk.terms), tuple(walk.integrals.values()), tuple(walk.diagnostics), walk.visits)
