"""From a solution to that of nearly the same problem: in the same functions, from the tangent, its error by its residual.

With the factors of the Jacobian at the first solution, the first step of Newton's method for the other problem is the tangent of
the solutions as a function of what was changed (implicit function theorem).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pdedsl.problem.problem import Problem
from pdedsl.solver.newton import Factors
from pdedsl.spaces.space import Size, Space

LARGEST = 16_000_000
"""Numbers in a Jacobian whose factors are kept."""
LEAST = 1e-15
"""A relative error below which none is known: it is rounding."""
REACHED = 4.0
"""How many times the loss of the first solution that of the other one is from which no more steps are taken."""
STAYS = 10.0
"""How many times as large as that of the first of several solutions an error is from which more functions are taken."""


@dataclass(frozen=True, eq=False)
class Warm:
    """A solution in polynomials, and all that the next one needs of it."""

    space: Space
    coefficients: np.ndarray
    error: np.ndarray | None
    """What they are too large by, estimated."""
    relative: float
    """The estimated error of the worst field, relative to its variation."""
    first: float
    """The same of the first of several solutions in these functions."""
    left: float
    """The residual on fresh points."""
    loss: float
    """Where it was found: another one with that is found, too."""
    variation: np.ndarray
    """Of each field."""
    sizes: Mapping[str, Size]
    shape: tuple[Any, ...]
    """What another problem has to have alike."""
    reciprocal: float
    """The reciprocal condition number of the Jacobian, its columns of length one: near a fold errors are large for a small residual."""
    factors: Factors | None

    def serves(self, problem: Problem) -> bool:
        """Whether the functions of a problem are the same."""
        return self.shape == shape_of(problem)

    def growth(self, left: float, variation: np.ndarray, factors: Factors | None) -> float:
        """How many times larger an error is with another residual, other variations, and another Jacobian; at least 1."""
        reciprocal = 0.0 if factors is None else factors.triangle.reciprocal
        smaller = max(_fallen(a, b) for a, b in zip(self.variation, variation, strict=True))
        return _fallen(left, self.left) * _fallen(self.reciprocal, reciprocal) * smaller


def _fallen(before: float, now: float) -> float:
    """How many times smaller a number has become, at least 1; so where one of them is rounding."""
    return max(1.0, before / now) if before > 0 and now > 0 else 1.0


def shape_of(problem: Problem) -> tuple[Any, ...]:
    """The fields with their arguments, the coordinates, and how many statements of each kind there are."""
    fields = tuple((f.name, tuple(s.name for s in f.arguments), f.sought is None) for f in problem.fields)
    coordinates = tuple((c.name, c.kind, c.periodic) for c in problem.coordinates)
    return fields, coordinates, tuple((s.name, type(s).__name__, len(s.residual)) for s in problem.statements)


def kept_factors(factors: Factors | None) -> Factors | None:
    """Factors, unless they take much memory."""
    return factors if factors is not None and factors.phi.size <= LARGEST else None
