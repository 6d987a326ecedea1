"""Fits to members: what they say of others, and how far these are."""

import time
from itertools import pairwise

import numpy as np

from pdedsl.planning.defaults import planned
from pdedsl.stages.load import loads
from pdedsl.stages.undivided import Undivided

TEXT = """pde 1
param k in [1, 4]
domain x in [0, 1]
field u(x)
equation: -dxx(u) + k*u + u^3 = sin(pi*x)
boundary: u = 0  on all
"""


def test_fits_come_nearer_and_nothing_is_fitted_to_those_they_are_checked_by() -> None:
    problem = loads(TEXT)
    own = Undivided(problem, planned(problem), (), lambda _: None, lambda: False, time.perf_counter(), 20.0)
    own.prepare()
    own.solve()
    off = [fit.off for fit in own.fits]
    assert len(own.history) == len(off) > 2 and off[-1] < 1e-6 * off[0] and own.status == "converged"
    best = own.best()
    assert best is not None and best.relative <= 2 * min(off) + own.off
    for at in np.array([[1.0], [2.2], [4.0]]):
        alone = own.shown(own.member(at, np.zeros(own.size)), at)
        assert np.abs(own.shown(own._between(own.fits[-1], at), at) - alone).max() < 1e-9  # pyright: ignore[reportPrivateUsage]


def test_changes_tell_how_far_members_are_off_and_when_it_ends() -> None:
    problem = loads(TEXT)
    own = Undivided(problem, planned(problem), (), lambda _: None, lambda: False, time.perf_counter(), 20.0)
    shape = np.linspace(0.0, 1.0, 50)[:, None]
    moved = [shape * (1 + gap) for gap in (0.0, 1e-2, 1.01e-2, 1.02e-2, 1.03e-2)]
    told = [own.nearer([b], [a]) for a, b in pairwise(moved)]
    assert told[:2] == [True, True] and not told[-1]  # it stays where it is
    assert own.off <= own.changes[-1]
