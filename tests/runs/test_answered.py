"""Which solutions are sums of numbers alone, and that these are the solution."""

import numpy as np
import pytest

import pdedsl
from pdedsl.numerics.polynomials import Apart
from pdedsl.runs.answer import Answer
from pdedsl.runs.answered import answered, flattened
from pdedsl.spaces.basis import Basis

HEAD = "pde 1\nparam k in [1, 3]\n"
BODY = "field u(x, y)\nequation: -laplacian(u) + k*u^3 = 10\nboundary: u = x  on all{}\nsolve {{ space = {} }}\n"
FAMILY, PLAIN = "polynomials(6, 6, 9, terms = family)", "polynomials(7)"


def made(domain: str, space: str, hard: str = "") -> tuple[pdedsl.Solution, Answer | None]:
    own = pdedsl.solve(pdedsl.loads(f"{HEAD}domain {domain}\n{BODY.format(hard, space)}"), time_limit=20)
    assert isinstance(own.defect.at, Apart)
    found = answered(own.problem, own.defect.at)
    return own, None if found is None else Answer(found)


@pytest.mark.parametrize("space", [FAMILY, PLAIN])
def test_sums_are_the_solution(space: str) -> None:
    own, answer = made("x in [0, 1], y in [0, 1]", space)
    assert answer is not None
    for x, y, k in np.random.default_rng(0).uniform([0, 0, 1], [1, 1, 3], (5, 3)):
        ((name, value, off),) = answer.at({"x": x, "y": y, "k": k})
        there, error = own.evaluate_with_errors("u", [[x, y, k]])
        assert name == "u" and abs(value - there[0]) < 1e-13 and abs(off - error[0]) < 1e-13


@pytest.mark.parametrize(
    ("domain", "ends"),
    [("x in [k - 1, 2*k + 1], y in [0, 1]", (1, -1, 2, 1)), ("x in [0, 4 - k], y in [0, 1]", (0, 0, -1, 4))],
)
def test_between_ends_that_a_parameter_moves(domain: str, ends: tuple[float, ...]) -> None:
    own, answer = made(domain, PLAIN)
    assert answer is not None
    for part, y, k in np.random.default_rng(0).uniform([0, 0, 1], [1, 1, 2.5], (5, 3)):
        low, high = ends[0] * k + ends[1], ends[2] * k + ends[3]
        x = low + part * (high - low)
        ((_, value, off),) = answer.at({"x": x, "y": y, "k": k})
        there, error = own.evaluate_with_errors("u", [[x, y, k]])
        assert abs(value - there[0]) < 1e-12 and abs(off - error[0]) < 1e-12
        assert answer.at({"x": high + 0.1, "y": y, "k": k}) == []


def test_ends_that_are_no_plain_sums_have_none() -> None:
    assert made("x in [0, sqrt(k)], y in [0, 1]", PLAIN)[1] is None


@pytest.mark.parametrize(("domain", "hard"), [("(x, y) = disk([0, 0], 1)", ""), ("x in [0, 1], y in [0, 1]", "  hard")])
def test_what_is_more_than_sums_has_none(domain: str, hard: str) -> None:
    assert made(domain, PLAIN, hard)[1] is None


def test_products_of_products_are_products() -> None:
    own, _ = made("x in [0, 1], y in [0, 1]", FAMILY)
    whole = own.solved.u.fields[0].basis  # pyright: ignore[reportAttributeAccessIssue]
    flat = flattened(whole)
    assert isinstance(flat, Basis) and flat.axes == whole.axes == (0, 1, 2)
    points = np.random.default_rng(1).uniform([0, 0, 1], [1, 1, 3], (4, 3))
    np.testing.assert_allclose(flat.table(points, (1, 0, 2)), whole.table(points, (1, 0, 2)), atol=1e-10)
