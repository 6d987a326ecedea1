"""What comes of polynomials: degree after degree, piece by piece in time, or member by member."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pdedsl.solver.minimise import Status
from pdedsl.solver.record import Record
from pdedsl.spaces.posterior import Posterior
from pdedsl.spaces.space import Polynomials, Space
from pdedsl.stages.budget import FINE
from pdedsl.stages.warm import Warm

ENDED = 1e-6
"""One with which no network is tried."""
MEMBERS = 1e-7
"""One of a family with which its members are not solved by themselves."""
KNOWN = 1e-2
"""One with which no network is tried for what data say."""


@dataclass(frozen=True)
class Raised:
    """A solution in polynomials."""

    space: Space
    coefficients: np.ndarray
    """Shape (K,), those of the fields one after another."""
    error: np.ndarray | None
    """What they are too large by, estimated, shape (K,); None where the degrees do not converge."""
    relative: float
    """The estimated error of the worst field, relative to its variation."""
    missed: Mapping[str, float]
    """How far each statement is missed on fresh points, root mean square in units of its size."""
    history: tuple[Record, ...]
    points: tuple[np.ndarray, ...]
    """The points of each statement."""
    status: Status
    story: tuple[str, ...]
    """What was tried and what came of it, in words."""
    posterior: Posterior | None = None
    """How far the coefficients are known, where there are data."""
    told: bool = False
    """Whether the last degree changed less than data leave unknown."""
    warm: Warm | None = None
    """What a run of nearly the same problem begins with."""

    @property
    def final(self) -> bool:
        """Whether nothing else is to be tried."""
        slabs = isinstance(self.space, Polynomials) and (self.space.slabs or self.space.kind == "family")
        if self.posterior is not None and (self.told or self.relative <= KNOWN):
            return True
        return self.ended(FINE if slabs else ENDED)

    def ended(self, most: float) -> bool:
        """Whether it is off by no more than that, or the user ended it."""
        return self.relative <= most or self.status == "interrupted"
