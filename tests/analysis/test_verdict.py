"""Verdicts on solutions made by hand: right, a little wrong, constant, staircase, blind."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import jax.numpy as jnp
import pytest
from jax import Array

import pdedsl
from pdedsl.analysis.defect import error, estimates
from pdedsl.analysis.verdict import Evidence, Verdict, judge
from pdedsl.spaces.sizes import field_sizes

TEXT = """pde 1
domain x in [0, 1], y in [0, 1]
field u(x, y)
equation: laplacian(u) = 6*x
boundary: u = x^3 + 300  on all
"""
JUMP = TEXT.replace("laplacian(u)", "laplacian(u) + dxx(where(x < 0.5, 1, 4)*dxx(u))")


def right(x: Array) -> Array:
    return x[0] ** 3 + 300


def bump(x: Array) -> Array:
    return x[0] * (1 - x[0]) * x[1] * (1 - x[1])


def judged(
    u: Callable[[Array], Array], text: str = TEXT, errors: Mapping[str, float] | None = None, **changes: object
) -> Verdict:
    problem = pdedsl.loads(text)
    found = error(problem, u)
    evidence = Evidence(problem, u, field_sizes(problem), found, estimates(problem, u, found), errors or {}, {}, None)
    return judge(replace(evidence, **changes))


def test_what_is_right_is_solved() -> None:
    assert judged(right) == Verdict("solved") and "is below 0.001" in str(judged(right))


@pytest.mark.parametrize(("size", "word"), [(1e-4, "solved"), (0.1, "rough"), (3.0, "not solved")])
def test_an_error_counts_by_the_variation_and_not_by_the_level(size: float, word: str) -> None:
    found = judged(lambda x: right(x) + size * bump(x))
    assert found.word == word
    assert found.word == "solved" or "of its variation, by the estimate" in str(found)


def test_a_constant_is_no_solution() -> None:
    found = judged(lambda x: 300.25 + 0 * x[0])
    assert found.word == "not solved" and "u came out as a constant" in found.reasons


def test_a_staircase_is_no_solution() -> None:
    found = judged(lambda x: jnp.round(20 * x[0]) / 20 + 300)
    assert found.word == "not solved" and "staircase" in str(found)


def test_what_is_not_a_number_is_told() -> None:
    found = judged(lambda x: right(x) + jnp.where(x[0] < 0.3, jnp.nan, 0.0))
    assert found.word == "not solved"


def test_a_statement_missed_by_its_own_size() -> None:
    found = judged(lambda x: 5 * x[0] ** 3 + 300)
    assert found.word == "not solved" and "`boundary` is missed by" in str(found)


@pytest.mark.slow
def test_an_estimate_that_sees_nothing_is_void() -> None:
    found = judged(lambda x: right(x) + 1e-3 * jnp.sin(300 * x[0]) * jnp.sin(300 * x[1]))
    assert found.word == "not solved" and "the estimate is void: it does not see" in str(found)


def test_a_jump_that_is_in_no_residual_makes_it_void() -> None:
    found = judged(right, JUMP)
    assert found.word == "not solved" and "W602" in str(found)


def test_statements_that_contradict_each_other() -> None:
    """A solution that is found to rounding, in whatever functions, and misses two statements."""
    own = pdedsl.solve(
        pdedsl.loads(
            "pde 1\ndomain x in [0, 1]\nfield u(x), v(x)\nequation: dxx(u) + dx(v) = 1\nequation: dxx(u) + dx(v) = 1.2\n"
            "boundary: u = 0  on all\nboundary: v = x  on x = 0\n"
        ),
        time_limit=10,
    )
    assert own.verdict.word == "not solved" and "cannot be satisfied with the others" in str(own.verdict)


def test_what_is_known_says_more() -> None:
    assert judged(right, JUMP, {"u": 1e-5}).word == "solved"
    assert judged(right, errors={"u": 0.2}).word == "not solved"
    assert judged(right, errors={"u": 0.02}).reasons == (
        "u is off by 2.0e-02 of its variation, against its known solution",
    )


def test_points_that_were_learned_by_heart() -> None:
    found = judged(lambda x: right(x) + 0.05 * bump(x), losses={"equation": 1e-12, "boundary": 1e-12})
    assert "between the points of the training" in str(found)
