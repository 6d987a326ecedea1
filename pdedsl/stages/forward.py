"""From what was found to the problem solved once more with that alone, data left out: what data bent would show there."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Measurement
from pdedsl.solver.newton import descend
from pdedsl.spaces.collocation import Collocation, values
from pdedsl.spaces.measured import Measured

STEPS = 8
"""Times that the system is factorised."""


@dataclass(frozen=True, eq=False)
class Forward:
    """The statements of a problem with data, as functions of the coefficients of states alone, shape (n,)."""

    system: Collocation
    found: np.ndarray
    """All coefficients of the solution, shape (K,)."""
    states: np.ndarray
    """Which are those of states, shape (K,)."""

    @cached_property
    def rows(self) -> np.ndarray:
        """Which rows are statements."""
        return self.system.rows(lambda b: not b.soft)

    @property
    def is_linear(self) -> bool:
        """See `Collocation`."""
        return self.system.is_linear

    def whole(self, states: np.ndarray) -> np.ndarray:
        """All coefficients, shape (K,)."""
        found = np.array(self.found)
        found[self.states] = states
        return found

    def residual(self, coefficients: np.ndarray) -> np.ndarray:
        """See `Collocation`."""
        return self.system.residual(self.whole(coefficients))[self.rows]

    def linearised(self, coefficients: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See `Collocation`."""
        r, phi = self.system.linearised(self.whole(coefficients))
        return r[self.rows], phi[self.rows][:, self.states]


def solved_again(
    problem: Problem, system: Collocation, found: np.ndarray, data: Sequence[Measured], probes: np.ndarray
) -> tuple[str, float]:
    """How far the solution with what was found is from the one that data helped to find, and from the data, in words; and the first as a
    part of its variation, not a number where there is none.

    `system` has other points than the solution was found with.
    """
    states = np.concatenate(
        [np.full(own.columns, f.sought is None) for own, f in zip(system.fields, problem.fields, strict=True)]
    )
    forward = Forward(system, found, states)
    again = forward.whole(descend(forward, found[states], STEPS))
    if not np.isfinite(again).all():
        return "solved again with what was found, without the data: no solution", np.nan
    before, after = (values(system.fields, own, probes) for own in (found, again))
    spread = np.std(before, axis=0)
    gaps = np.sqrt(np.mean((after - before) ** 2, axis=0)) / np.where(spread > 0, spread, 1.0)
    away = max(float(gap) for gap, f in zip(gaps, problem.fields, strict=True) if f.sought is None)
    blocks = [b for b in system.blocks if isinstance(b.statement, Measurement)]
    left = [(v - b.targets) / own.deviation for v, b, own in zip(system.measured(again), blocks, data, strict=True)]
    square = sum(float(np.sum(own**2)) for own in left) / sum(own.size for own in left)
    words = (
        f"solved again with what was found, without the data: {away:.0e} of the variation away, "
        f"data missed by {square**0.5:.3g} times their noise"
    )
    return words, away
