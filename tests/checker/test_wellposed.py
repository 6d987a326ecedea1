"""Counting: equations, conditions, gauges, directions of time."""

import pytest

from pdedsl.checker import wellposed

PLANE = "domain x in [0, 1], y in [0, 2]\nfield u(x, y)\n"


def test_nothing_to_solve() -> None:
    from pdedsl.syntax.parse import parse
    from pdedsl.vocabulary.source import Source

    (found,) = wellposed.nothing_to_solve(parse(Source.of("pde 1\nparam a = 1\n")))
    assert found.code == "E501" and "no domain and no field" in found.message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("equation: dt(u) = 1", None),
        ("equation: dt(u) = 1  in a\nequation: dt(u) = 2  in b\npart a: x > 0.5\npart b: not a", None),
        ("equation: dt(u) = 1  in a\npart a: x > 0.5", "no equation holds in a part"),
        ("equation: dt(u) = 1\nequation: dx(u) = 1", "2 scalar equations for 1 field"),
        ("initial: u = 1", "no scalar equation"),
        ("field m(t)\nequation: dt(u) = m\nconstraint: m = integral(u)", None),
        ("field s(t)\nequation: dt(u) = dxx(u)\nboundary: dt(s) = -dx(u) on x = 1", None),
        ("field m(t)\nequation: dt(u) = m\ninitial: m = 1", "none is left for"),
        ("field m(t), n(t)\nequation: dt(u) = m + n\nconstraint: m = integral(u)", "none is left for"),
        ("field v(x, t)\nequation: dt(u) = 1  in a\nequation: dt(v) = 1  in b\npart a: x > 0.5\npart b: not a", None),
        (
            "field v(x, t)\nequation: dt(u) = 1  in a\nequation: dt(v) = 1  in a\npart a: x > 0.5",
            "no equation holds in a part",
        ),
    ],
)
def test_equations_against_fields(problem, text: str, words: str | None) -> None:
    found = list(wellposed.count_equations(problem(text)))
    assert len(found) == bool(words) and (not words or words in found[0].message)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("equation: dx(u) = dx(u) + 1", "0 = 1"),
        ("equation: dt(u)/2 + u = dt(u/2) + u - x", "0 = -x"),
        ("boundary: u = u + 1 on x = 0", "0 = 1"),
        ("equation: dx(x*u) = u + x*dx(u) + u", None),
        ("equation: dx(u) = 1", None),
        ("equation: dx(u) = 1e15*x", None),
        ("equation: 1e-20*dx(u) = 1", None),
        ("equation: x*(u + 1) = x*u", "0 = -x"),
    ],
)
def test_unknowns_that_cancel(problem, text: str, says: str | None) -> None:
    found = list(wellposed.cancelled(problem(text)))
    assert [d.code for d in found] == (["E509"] if says else []) and (not says or found[0].message.endswith(says))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("equation: dtt(u) = 1\ninitial: u = 1", 1),
        ("equation: dtt(u) = 1\ninitial: u = 1\ninitial: dt(u) = 1", 0),
        ("equation: dt(u) = 1\nboundary: u = 1  on t = 1", 0),
        ("equation: dt(u) = 1\ninitial: u = 1\nboundary: u = 1  on t = 1", 1),
        ("equation: dxx(u) = 1\ninitial: u = 1", 0),
    ],
)
def test_initial_conditions(problem, text: str, count: int) -> None:
    assert [d.code for d in wellposed.count_initial(problem(text))] == ["E503"] * count


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("equation: laplacian(u) = 1\nboundary: u = 1  on all", None),
        ("equation: laplacian(u) = 1\nboundary: u = 1  on x = 0, x = 1, y = 0", "y = 2"),
        ("equation: laplacian(u) = 1\nboundary: u = 1  on x = 0, x = 1, y = 0, y = 2 and x < 0.25", "% of it)"),
        ("equation: laplacian(laplacian(u)) = 1\nboundary: u = 1  on all", "fewer than two"),
        ("equation: dx(u) = 1", None),
        ("equation: laplacian(u) = 1\nperiodic x, y", None),
    ],
)
def test_boundary_without_a_condition(problem, text: str, words: str | None) -> None:
    found = list(wellposed.uncovered(problem(text, PLANE)))
    assert len(found) == bool(words) and (not words or words in found[0].message)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("equation: laplacian(u) = 0\nboundary: dn(u) = 0  on all", "up to a constant"),
        ("equation: laplacian(u) = 0\nboundary: dn(u) = 0  on all\nconstraint: mean(u) = 1", None),
        ("equation: laplacian(u) = 3\nboundary: dn(u) = 1  on all\nconstraint: mean(u) = 1", None),  # 6 and 6
        ("equation: 2*laplacian(u) = 3\nboundary: dn(u) = 1  on all\nconstraint: mean(u) = 1", "no `u` satisfies"),
        ("equation: laplacian(u) = u\nboundary: dn(u) = 0  on all", None),
    ],
)
def test_gauges_and_balances(problem, text: str, words: str | None) -> None:
    found = list(wellposed.ungauged(problem(text, PLANE)))
    assert len(found) == bool(words) and (not words or words in found[0].message)


@pytest.mark.parametrize(
    ("text", "backward"),
    [
        ("equation: dt(u) = laplacian(u)\ninitial: u = 1", False),
        ("equation: dt(u) + laplacian(u) = 0\ninitial: u = 1", True),
        ("equation: dt(u) + laplacian(u) = 0\nboundary: u = 1  on t = 1", False),
        ("equation: dt(u) = -dxxxx(u) - dxx(u)\ninitial: u = 1", False),  # the highest order decides
        ("equation: dtt(u) + dt(u) = -laplacian(u)\ninitial: u = 1", False),
        ("equation: dt(u) + x*dxx(u) = 0\ninitial: u = 1", True),
    ],
)
def test_the_direction_of_diffusion(problem, text: str, backward: bool) -> None:
    assert [d.code for d in wellposed.backward(problem(text))] == ["W508"] * backward


@pytest.mark.parametrize(
    ("first", "second", "codes"),
    [
        ("u = 0  on x = 0", "2*u = 0  on x = 0", ["W512"]), ("u = 0  on x = 0", "u = 1  on x = 0, y = 0", ["E403"]),
        ("u = 0  on x = 0", "u = 1  on x = 1", []), ("u = 0  on x = 0", "dn(u) = 1  on x = 0", []),
        ("u = y  on x = 0", "3*u = y  on x = 0", ["E403"]), ("u = 0  on y > 1", "u = 1  on y > 1.5", ["E403"]),
        ("u = y  on all", "u = y  on x = 0", ["W512"]), ("u = 0  on x = 0", "u = 0  on all", []),
    ],
)  # fmt: skip
def test_contradictions(problem, first: str, second: str, codes: list[str]) -> None:
    made = problem(f"equation: laplacian(u) = 0\nboundary: {first}\nboundary: {second}", PLANE)
    assert [d.code for d in wellposed.contradictory(made)] == codes


def test_zero_as_a_solution(problem) -> None:
    assert list(wellposed.trivial(problem("equation: dt(u) = u^2\ninitial: u = 0")))
    assert not list(wellposed.trivial(problem("equation: dt(u) = u^2\ninitial: u = x")))
