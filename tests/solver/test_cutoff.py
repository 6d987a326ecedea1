"""The schedules: which singular values they keep, and how they move on."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pdedsl.planning.plan import Custom, Decay, Fixed, HeldOut, Multi, Relative, Trust
from pdedsl.solver.anagram import Anagram
from pdedsl.solver.cutoff import FINE, HALVINGS, Spectrum, Trials, schedule, smallest
from pdedsl.solver.method import Objective
from tests.solver.test_anagram import linear_system


def spectrum(s, c=None, unreached: float = 0.0, held=()) -> Spectrum:
    s = jnp.asarray(s, float)
    return Spectrum(
        s,
        jnp.ones_like(s) if c is None else jnp.asarray(c, float),
        jnp.asarray(unreached),
        1.0,
        jnp.asarray(held, float),
    )


def nothing_gained(spectrum: Spectrum) -> Trials:
    return Trials(jnp.array(1.0), jnp.array([[2.0]]), jnp.array([1.0]))


def test_fixed_filters_and_the_line_searches() -> None:
    seen = spectrum([10.0, 1.0, 1e-3, 0.0])
    state = jnp.zeros(())
    np.testing.assert_array_equal(schedule(Fixed(1e-2)).filters(seen, state), [[1, 1, 0, 0]])
    np.testing.assert_array_equal(schedule(Relative(0.5)).filters(seen, state), [[1, 0, 0, 0]])
    soft = schedule(Fixed(1.0, filter="soft"))
    np.testing.assert_allclose(soft.filters(seen, state)[0], [100 / 101, 0.5, 1e-6, 0], rtol=1e-5)
    assert HALVINGS[0] == 1 and HALVINGS[30] == 0.5**30 and len(HALVINGS) == 31
    assert FINE[0] == 1 and FINE[100] == 0.5**60 and len(FINE) == 101
    losses = jnp.array([[3.0, 0.5, jnp.inf]])
    choice = smallest(Trials(jnp.array(1.0), losses, jnp.array([1.0])))
    assert (int(choice.row), int(choice.column), bool(choice.accept)) == (0, 1, True)
    assert not smallest(Trials(jnp.array(0.4), losses, jnp.array([1.0]))).accept


def test_the_ladder_takes_the_largest_step_that_keeps_its_promise() -> None:
    ladder = schedule(Trust(target=0.1, rungs=4, ratio=1.0))
    state, seen = jnp.asarray(0.0), spectrum([1.0, 1.0, 1.0])
    trials = Trials(jnp.array(1.0), jnp.array([[jnp.inf], [0.95], [0.6], [0.9]]), jnp.array([1.0, 0.9, 0.5, 0.2]))
    choice, moved = ladder.choose(trials, seen, state)
    assert int(choice.row) == 2 and bool(choice.accept)
    np.testing.assert_allclose(10.0 ** (moved / 2), ladder.cutoffs(seen, state)[2])
    refused, careful = ladder.choose(trials._replace(losses=jnp.full((4, 1), 2.0)), seen, state)
    assert not refused.accept and careful > moved


def test_decay_is_geometric_and_stays() -> None:
    falling, seen = schedule(Decay(1.0, 1e-4, 4)), spectrum([1.0])
    found, state = [], falling.begin()
    for _ in range(7):
        found.append(float(falling.cutoffs(seen, state)[0]))
        _, state = falling.choose(nothing_gained(seen), seen, state)
    np.testing.assert_allclose(found, [1, 1e-1, 1e-2, 1e-3, 1e-4, 1e-4, 1e-4])


def test_multi_alternates_between_its_two_ranks() -> None:
    s = np.array([1.0, 0.5, 0.2, 1e-5, 1e-6, 1e-7])
    seen = spectrum(s, c=[1.0, 1.0, 1e-3, 1e-4, 1e-8, 1e-9])
    # RCE(k) for k = 1 ... 6, from its definition.
    error = np.sqrt([1 + 1e-6 + 1e-8, 1e-6 + 1e-8, 1e-8, 1e-16, 1e-18, 0])
    trusted = int((error < s).sum())
    multi, ranks = schedule(Multi(target=1e-14)), []
    state = multi.begin()
    for _ in range(4):
        ranks.append(int(multi.filters(seen, state).sum()))
        _, state = multi.choose(nothing_gained(seen), seen, state)
    assert ranks[1] == ranks[3] == trusted
    assert ranks[0] >= trusted and ranks[2] == min(ranks[0] + 1, 6)
    least = schedule(Multi(target=1e-2))
    _, state = least.choose(nothing_gained(seen), seen, least.begin())
    assert int(least.filters(seen, state).sum()) == int((error >= 1e-2).sum())


def test_heldout_keeps_what_generalises() -> None:
    seen = spectrum([3.0, 2.0, 1.0, 0.0], held=[0.5, 0.2, 0.9, 0.0])
    np.testing.assert_array_equal(schedule(HeldOut()).filters(seen, jnp.zeros(())), [[1, 1, 0, 0]])


def test_heldout_sees_fresh_points_of_a_linear_model() -> None:
    """With fresh points equal to its own, every singular value helps: the step is the least-squares solution."""
    system, _a, _b = linear_system(40, 9, 9)
    points = tuple(jnp.asarray(k.points) for k in system.blocks)
    method = Anagram(schedule(HeldOut()), corrections=0)
    _state, report = method.step(Objective(system), method.begin(system.start), points, points)
    assert int(report.rank) == 9


def test_a_schedule_of_ones_own() -> None:
    seen = []

    def half(s, c, history):
        seen.append((s.shape, c.shape))
        return jnp.where(jnp.arange(s.size, dtype=s.dtype) < 2 + history.step, 1.0, 0.0)

    system, _a, _b = linear_system(40, 9, 9)
    points = tuple(jnp.asarray(k.points) for k in system.blocks)
    method = Anagram(schedule(Custom(half)), corrections=0)
    iterate = jax.jit(lambda state: method.step(Objective(system), state, points))
    state, ranks = method.begin(system.start), []
    for _ in range(3):
        state, report = iterate(state)
        ranks.append(int(report.rank))
    assert ranks == [2, 3, 4]
    assert set(seen) == {((9,), (9,))}
    with pytest.raises(ValueError, match="shape"):
        Anagram(schedule(Custom(lambda s, c, history: s[:1])), corrections=0).step(
            Objective(system), method.begin(system.start), points
        )
