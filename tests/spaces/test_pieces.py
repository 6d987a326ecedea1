"""Pieces of time: each has its own interval, and begins with what the one before ended with."""

from typing import Any

import numpy as np
import pytest

from pdedsl.planning.functions import expansions, fields_of
from pdedsl.problem.evaluate import evaluate
from pdedsl.problem.statements import Initial
from pdedsl.spaces.collocation import Expansion, values
from pdedsl.spaces.pieces import Before, Pieces, continued, divisible, piece
from pdedsl.spaces.sizes import field_sizes
from pdedsl.spaces.space import Polynomials
from pdedsl.stages.load import loads

WAVE = (
    "pde 1\ndomain x in [0, 1]\ntime t in [0, 4]\nfield u(x, t)\nequation: dtt(u) = dxx(u)\n"
    "initial: u = sin(pi*x)  hard\ninitial v: dt(u) = x  hard\nboundary: u = 0 on all  hard\n"
)
PLAIN = WAVE.replace("  hard", "")


def test_a_piece_has_its_interval_and_meets_what_is_initial() -> None:
    problem = loads(WAVE)
    first, later = piece(problem, 0, 1, first=True), piece(problem, 1, 2.5, first=False)
    assert first.bounds == ((0, 1), (0, 1)) and later.bounds == ((0, 1), (1, 2.5))
    assert [c.hard for c in first.conditions if isinstance(c, Initial)] == [True, True]
    assert [c.hard for c in later.conditions if isinstance(c, Initial)] == [False, False]


def test_initial_conditions_are_what_was_before() -> None:
    problem = piece(loads(PLAIN), 0, 1, first=True)
    (own,) = expansions(problem, Polynomials((3, 3), "product"), field_sizes(problem), "none")
    assert isinstance(own, Expansion)
    coefficients = np.random.default_rng(0).normal(size=own.columns)
    held = Before(own, coefficients, (0, 1), 2)
    x = np.linspace(0, 1, 5)
    at = np.stack([x, np.ones(5)], axis=1)
    np.testing.assert_allclose(held([x, 1.0], (1, 1)), own.values(coefficients, at, (1, 1)))
    later = continued(piece(loads(PLAIN), 1, 2, first=False), 1.0, {"u": held})
    value, rate = (c.rhs[0] for c in later.conditions if isinstance(c, Initial))
    put: Any = {later.symbols[0]: x}
    np.testing.assert_allclose(evaluate(value, put), own.values(coefficients, at, (0, 0)))
    np.testing.assert_allclose(evaluate(rate, put), own.values(coefficients, at, (0, 1)))


def test_values_are_those_of_the_piece_that_a_time_is_in() -> None:
    problem = loads(PLAIN)
    space = Polynomials((2, 2), "product", (1.0, 3.0))
    (field,) = fields_of(problem, space, field_sizes(problem), "none")
    assert isinstance(field, Pieces) and field.columns == 27
    assert [part.interval(1) for part in field.parts] == [(0, 1), (1, 3), (3, 4)]
    coefficients = np.zeros(27)
    coefficients[[0, 9, 18]] = 1.0, 2.0, 3.0  # constants
    times = np.array([0.0, 1.0, 1.5, 3.0, 3.1, 4.0])
    found = values([field], coefficients, np.stack([np.full(6, 0.5), times], axis=1))[:, 0]
    size = field.size
    np.testing.assert_allclose(found, size.mean + size.spread * np.array([1, 1, 2, 2, 3, 3]))


@pytest.mark.parametrize(
    ("text", "whether"),
    [
        (PLAIN, True),
        (PLAIN + "constraint: integral(u) = 0\n", True),
        (PLAIN + "constraint: u = 0 at (0.5, 4)\n", False),
        (PLAIN.replace("field u(x, t)", "field u(x, t), w(x)") + "equation w: w = x\n", False),
        ("pde 1\ndomain x in [0, 1]\nfield u(x)\nequation: dxx(u) = 1\nboundary: u = 0 on all\n", False),
        (PLAIN.replace("initial v: dt(u) = x", "boundary end: u = 0 on t = 4"), False),
    ],
)
def test_what_can_be_cut(text: str, whether: bool) -> None:
    assert divisible(loads(text)) is whether
