"""When nothing else is to be tried."""

import numpy as np
import pytest

from pdedsl.solver.minimise import Status
from pdedsl.spaces.space import Polynomials
from pdedsl.stages.raised import Raised

WHOLE = Polynomials((9,))
PIECES = Polynomials((9, 4), "product", (0.5,))


@pytest.mark.parametrize(
    ("space", "relative", "status", "final"),
    [
        (WHOLE, 1e-8, "converged", True),
        (WHOLE, 1e-3, "stalled", False),
        (WHOLE, np.inf, "interrupted", True),
        (PIECES, 1e-3, "stalled", True),  # pieces are shorter where more is asked for
        (PIECES, 0.1, "stalled", False),
        (Polynomials((9, 3), "family"), 1e-3, "stalled", True),
    ],
)
def test_what_is_final(space: Polynomials, relative: float, status: Status, final: bool) -> None:
    assert Raised(space, np.zeros(1), None, relative, {}, (), (), status, ()).final == final
