"""The threads of BLAS: limited inside, given back after, measured for large matrices alone."""

import os

import pytest
from threadpoolctl import threadpool_info

from pdedsl.solver import threads as module
from pdedsl.solver.threads import SMALL, cores, threads


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
    monkeypatch.setattr(module, "cores", lambda: 2)
    taken = {1: alone, 2: together}
    monkeypatch.setattr(module, "_seconds", lambda limit, shape, count: taken[count])
    monkeypatch.setattr(module, "EVERY", 0.0)
    with threads(SMALL + 1) as found:
        assert found.count == (2 if several else 1) and not found.changed
        taken[2] = 3.0 if several else 0.1
        found.look()
        assert found.changed and found.count == (1 if several else 2)


def test_threads_that_wait_for_others_are_found_on_a_small_matrix(monkeypatch: pytest.MonkeyPatch) -> None:
    factored = []

    def seconds(limit: object, shape: tuple[int, int], count: int) -> float:
        factored.append(shape)
        return 0.3 if count > 1 else 0.0005

    monkeypatch.setattr(module, "cores", lambda: 2)
    monkeypatch.setattr(module, "_seconds", seconds)
    with threads(SMALL + 1) as found:
        assert found.count == 1
    assert set(factored) == {module.FIRST}


def test_one_core_of_many_is_one() -> None:
    if not hasattr(os, "sched_getaffinity"):
        pytest.skip("processes cannot be bound to cores here")
    whole = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(whole)})
    try:
        assert cores() == 1
    finally:
        os.sched_setaffinity(0, whole)
