"""The threads of BLAS: limited inside, given back after, measured for large matrices alone."""

import os

import pytest
from threadpoolctl import threadpool_info

from pdedsl.solver import threads as module
from pdedsl.solver.threads import SMALL, threads


def blas() -> list[int]:
    return [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]


def test_one_thread_for_small_matrices_and_as_before_after() -> None:
    before = blas()
    with threads(SMALL) as found:
        assert found.count == 1 and set(blas()) == {1}
        found.look()
        assert not found.changed
    assert blas() == before


@pytest.mark.parametrize(("alone", "together", "several"), [(1.0, 0.5, True), (1.0, 0.9, False), (1.0, 4.0, False)])
def test_large_ones_take_what_is_faster_now(
    monkeypatch: pytest.MonkeyPatch, alone: float, together: float, several: bool
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    taken = {1: alone, 2: together}
    monkeypatch.setattr(module, "_seconds", lambda limit, count: taken[count])
    monkeypatch.setattr(module, "EVERY", 0.0)
    with threads(SMALL + 1) as found:
        assert found.count == (2 if several else 1) and not found.changed
        taken[2] = 3.0 if several else 0.1
        found.look()
        assert found.changed and found.count == (1 if several else 2)
