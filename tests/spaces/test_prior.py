"""How smooth unknown fields are taken to be: by data of functions that are."""

from pathlib import Path

import numpy as np
from scipy import linalg

from pdedsl.spaces.prior import (
    Smooth,
    Smoothness,
    degrees,
    deviations,
    noise_of,
    smoothness,
    unknown_functions,
    unlikely,
)
from pdedsl.spaces.reduced import Reduced
from pdedsl.stages.load import loads
from tests.examples import SOURCE
from tests.inverse import source
from tests.spaces.test_reduced import about


def test_deviations_fall_with_the_degree_and_leave_the_mean_free() -> None:
    own = Smoothness(2.0, 1.0)
    np.testing.assert_allclose(own.deviations(np.arange(3.0)), [np.inf, 2 * np.exp(-0.5), 2 * np.exp(-1)])


def test_the_evidence_knows_smooth_from_rough_and_finds_the_noise(tmp_path: Path) -> None:
    source(tmp_path, noise=1e-3)
    problem = loads(SOURCE, name=str(tmp_path / "spec.pde"))
    own, system, found = about(problem, 24)
    places = unknown_functions(problem)
    assert [problem.fields[k].name for (k,) in places] == ["q"]
    (chosen,) = smoothness(system.fields, places, own, found, 0)
    taken = deviations(system.fields, places, [chosen])
    assert np.isinf(taken[-system.fields[-1].columns :]).all() and 1.0 < chosen.decay < 10
    unstated = noise_of(own, found, taken, 100)
    assert 0.8 < unstated < 1.25  # in units of what is stated, which is right
    assert (degrees(system.fields[0].basis, system.fields[0].columns) == np.arange(system.fields[0].columns)).all()


def test_rows_for_what_is_taken_to_be_small(tmp_path: Path) -> None:
    source(tmp_path)
    _, system, found = about(loads(SOURCE, name=str(tmp_path / "spec.pde")), 8)
    precisions = np.zeros(system.size)
    precisions[1:3] = 2.0, 3.0
    own = Smooth(system, precisions)
    r, phi = own.linearised(found)
    np.testing.assert_allclose(r[-2:], [2 * found[1], 3 * found[2]])
    np.testing.assert_allclose(r, own.residual(found), atol=1e-12)
    assert phi[-2, 1] == 2 and phi[-1, 2] == 3 and np.count_nonzero(phi[-2:]) == 2


def test_what_statements_say_of_an_unknown_is_no_evidence_of_smoothness() -> None:
    # Eight coefficients beside a mean, of which statements say that four combinations vanish, and data what they are.
    draw = np.random.default_rng(2)
    said = np.concatenate([np.zeros((4, 1)), draw.normal(size=(4, 8))], axis=1)
    truth = np.concatenate([[0.0], linalg.null_space(said[:, 1:]) @ np.array([2.0, -2.0, 2.0, -2.0])])
    noise = 0.5
    matrix = np.concatenate([np.eye(9) / noise, said / 1e-8])
    right = np.concatenate([draw.normal(size=9), np.zeros(4)])  # about the truth
    data, none = np.arange(13) < 9, np.zeros(13, bool)
    own = Reduced(np.arange(9), matrix, right, np.eye(9), np.zeros((0, 9)), data, none, none)

    def of(size: float) -> float:
        return unlikely(own, truth, Smoothness(size, 0.1).deviations(np.arange(9.0)), 0)

    assert of(1.0) < of(1e-3) - 10 and of(1.0) < of(30.0)
    np.testing.assert_allclose(
        unlikely(own.condensed, truth, Smoothness().deviations(np.arange(9.0)), 0),
        unlikely(own, truth, Smoothness().deviations(np.arange(9.0)), 0),
    )
