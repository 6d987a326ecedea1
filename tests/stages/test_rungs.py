"""What changes and residuals of the last spaces tell of an error."""

from dataclasses import replace

import numpy as np
import pytest

from pdedsl.spaces.space import Polynomials, Terms
from pdedsl.stages.rungs import Rung, apart, error_of, flat, share_of


def rungs(changes: list[float], left: list[float]) -> list[Rung]:
    space, none = Polynomials((1,)), np.zeros(0)
    return [Rung(space, (), none, none, c, r, (), 0.0, True) for c, r in zip(changes, left, strict=True)]


@pytest.mark.parametrize(
    ("changes", "left", "share"),
    [
        ([np.inf, 1e-2, 1e-4], [1.0, 1e-2, 1e-4], 0.01 / 0.99),  # as the residual does
        ([np.inf, 1e-2, 1e-6], [1.0, 1e-2, 1e-3], 0.1 / 0.9),  # and not as the faster of two
        ([np.inf, 1e-2, 1e-4], [1.0, 1e-2, 0.99e-2], 1.0),  # a residual that does not fall says no more than changes do
        ([np.inf, 1e-2, 0.5e-2], [1.0, 1e-2, 1e-4], 1.0),  # slow changes: as at corners
        ([np.inf, 1e-2, 2e-2], [1.0, 1e-2, 2e-2], np.inf),
        ([np.inf, 1e-14, 2e-14], [1e-12, 1e-12, 2e-12], 1.0),  # rounding
        ([np.inf, 4e-10, 2e-10], [1e-9, 1e-9, 1e-9], 1.0),  # that of functions which nearly cancel
        ([np.inf, 4e-7, 4e-7], [1e-6, 1e-6, 1e-6], np.inf),  # more than it ever is
    ],
)
def test_shares(changes: list[float], left: list[float], share: float) -> None:
    found = rungs(changes, left)
    assert share_of(found) == pytest.approx(share)
    assert error_of(found) == pytest.approx(share * changes[-1])


def test_the_first_says_nothing_and_changes_that_stay_are_flat() -> None:
    assert error_of(rungs([np.inf], [1.0])) == np.inf
    assert flat(rungs([np.inf, 1.0, 0.5], [1, 1, 1])) and not flat(rungs([np.inf, 1.0, 0.1], [1, 1, 1]))


@pytest.mark.parametrize("kind", ["composite", "additive"])
def test_what_has_the_form_of_the_data_alone_is_no_solution_where_statements_are_missed(kind: Terms) -> None:
    """The nearest function of that form is found to rounding, wherever the solution is."""

    def formed(left: list[float]) -> list[Rung]:
        return [replace(r, space=Polynomials((8,), kind)) for r in rungs([np.inf, 1e-8, 1e-15], left)]

    assert error_of(formed([0.3, 0.3, 0.3])) == np.inf and error_of(formed([1.0, 1e-3, 1e-9])) < 1e-15
    assert error_of(rungs([np.inf, 1e-8, 1e-15], [0.3, 0.3, 0.3])) < np.inf


def test_changes_are_relative_to_what_varies() -> None:
    own = np.stack([np.linspace(0, 1, 50), np.full(50, 3.0)], axis=1)
    assert apart(own, own + np.array([0.1, 0.0]), np.ones(2)) == pytest.approx(0.1 / np.std(own[:, 0]))
    assert apart(own, own + np.array([0.0, 0.1]), np.array([1.0, 50.0])) == pytest.approx(
        0.1 / 50
    )  # of what data ask for
