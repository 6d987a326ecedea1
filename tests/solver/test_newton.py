"""Gauss-Newton against NumPy's least squares, on frames, and on a valley with a bend."""

import numpy as np
import pytest

from pdedsl.solver.newton import Step, descend, descended, step


class Linear:
    is_linear = True

    def __init__(self, matrix: np.ndarray, right: np.ndarray):
        self.matrix, self.right = matrix, right

    def residual(self, c: np.ndarray) -> np.ndarray:
        return self.matrix @ c - self.right

    def linearised(self, c: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return self.residual(c), self.matrix


class Rosenbrock:
    is_linear = False

    def residual(self, c: np.ndarray) -> np.ndarray:
        return np.array([1 - c[0], 10 * (c[1] - c[0] ** 2)])

    def linearised(self, c: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return self.residual(c), np.array([[-1.0, 0.0], [-20 * c[0], 10.0]])


def test_a_linear_problem_takes_one_step() -> None:
    generator = np.random.default_rng(0)
    matrix, right = generator.normal(size=(30, 7)) * 10.0 ** np.arange(-6, 8, 2), generator.normal(size=30)
    seen: list[Step] = []
    found = descend(Linear(matrix, right), np.zeros(7), watch=lambda s: seen.append(s) or True)
    scaled = np.linalg.lstsq(matrix / np.linalg.norm(matrix, axis=0), right, rcond=None)[0]
    np.testing.assert_allclose(found, scaled / np.linalg.norm(matrix, axis=0), rtol=1e-10)
    assert len(seen) == 1 and seen[0].rank == 7


@pytest.mark.parametrize("rows", [40, 6])
def test_frames_have_a_rank(rows: int) -> None:
    """More functions than there are directions, exactly or to rounding: the residual is what it can be."""
    generator = np.random.default_rng(1)
    matrix = generator.normal(size=(rows, 5)) @ generator.normal(size=(5, 12))
    right = matrix @ generator.normal(size=12)
    found = step(Linear(matrix, right), np.zeros(12))
    assert found.rank == 5 and np.linalg.norm(matrix @ found.coefficients - right) < 1e-11 * np.linalg.norm(right)
    assert np.abs(found.coefficients).max() < 1e3


def test_a_column_of_zeros_stays_as_it_is() -> None:
    matrix = np.array([[1.0, 0.0], [2.0, 0.0], [0.0, 0.0]])
    np.testing.assert_allclose(descend(Linear(matrix, np.array([1.0, 2.0, 0.0])), np.array([0.0, 3.0])), [1.0, 3.0])


def test_a_valley_with_a_bend_is_followed() -> None:
    losses: list[float] = []
    found = descend(Rosenbrock(), np.array([-1.2, 1.0]), watch=lambda s: losses.append(s.loss) or True)
    np.testing.assert_allclose(found, [1.0, 1.0], atol=1e-12)
    assert losses == sorted(losses, reverse=True) and len(losses) < 30


def test_no_step_is_taken_where_none_helps() -> None:
    class Stuck(Rosenbrock):
        def residual(self, c: np.ndarray) -> np.ndarray:
            return np.array([1.0, np.inf]) if np.any(c != 0) else np.array([1.0, 0.0])

    found = step(Stuck(), np.zeros(2))
    assert not found.accepted and (found.coefficients == 0).all()


def test_a_watcher_may_end_it() -> None:
    seen: list[Step] = []
    descend(Rosenbrock(), np.array([-1.2, 1.0]), watch=lambda s: bool(seen.append(s)))
    assert len(seen) == 1


class Counted(Rosenbrock):
    """A gentle bend, far from which the Jacobian hardly changes; counts factorisations."""

    def __init__(self, moved: float = 0.0):
        self.moved, self.factorised = moved, 0

    def residual(self, c: np.ndarray) -> np.ndarray:
        return np.array([c[0] + 0.1 * np.sin(c[1]) - 1 - self.moved, c[1] + 0.1 * np.cos(c[0]) - 2, 1e-3])

    def linearised(self, c: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        self.factorised += 1
        return self.residual(c), np.array([[1.0, 0.1 * np.cos(c[1])], [-0.1 * np.sin(c[0]), 1.0], [0.0, 0.0]])


def test_factors_serve_as_long_as_steps_get_shorter_fast() -> None:
    system = Counted()
    seen: list[Step] = []
    found, kept = descended(system, np.zeros(2), watch=lambda s: seen.append(s) or True)
    assert np.abs(system.residual(found)[:2]).max() < 1e-12
    assert system.factorised == 1 < len(seen) and kept is not None
    nearly = Counted(0.01)
    again, _ = descended(nearly, found, kept=kept)
    assert nearly.factorised == 0 and np.abs(nearly.residual(again)[:2]).max() < 1e-12


class Rough:
    """A residual that cannot vanish, with a ripple as rounding makes it: steps along it never settle."""

    is_linear = False

    def __init__(self, ripple: float):
        self.ripple, self.factorised, self.evaluated = ripple, 0, 0

    def residual(self, c: np.ndarray) -> np.ndarray:
        self.evaluated += 1
        return np.array([1.0, c[0] + 0.1 * c[0] ** 2 + self.ripple * np.sin(1e7 * c[0])])

    def linearised(self, c: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        self.factorised += 1
        return self.residual(c), np.array([[0.0], [1 + 0.2 * c[0]]])


@pytest.mark.parametrize(("ripple", "near"), [(1e-5, 1e-4), (1e-2, 0.03)])
def test_a_full_step_that_promises_next_to_nothing_is_the_last(ripple: float, near: float) -> None:
    """A millionth of the loss: taken, and no other; a hundredth: no shorter one is sought where it does not help."""
    system = Rough(ripple)
    found, _ = descended(system, np.array([0.3]))
    assert abs(found[0]) < near
    assert system.factorised < 6 and system.evaluated < 40


def test_factors_of_a_linear_problem_serve_for_another_right_hand_side() -> None:
    generator = np.random.default_rng(0)
    matrix, right = generator.normal(size=(30, 7)), generator.normal(size=(2, 30))
    first, kept = descended(Linear(matrix, right[0]), np.zeros(7))
    second, _ = descended(Linear(matrix, right[1]), first, kept=kept)
    np.testing.assert_allclose(second, np.linalg.lstsq(matrix, right[1], rcond=None)[0], rtol=1e-11)
