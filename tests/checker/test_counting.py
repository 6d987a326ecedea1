"""Counting: equations, initial conditions, conditions on the boundary."""

import pytest

from pdedsl.checker import counting

PLANE = "domain x in [0, 1], y in [0, 2]\nfield u(x, y)\n"


def test_nothing_to_solve() -> None:
    from pdedsl.syntax.parse import parse
    from pdedsl.vocabulary.source import Source

    (found,) = counting.nothing_to_solve(parse(Source.of("pde 1\nparam a = 1\n")))
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
        ("field v(x, t)\nequation: dt(u) = 1\nequation: dx(u) = 2", "no equation is left for `v`"),
        ("field v(x, t), w(x, t)\nequation: u = v\nequation: u = 2*v\nequation: w + u = dt(v)", None),
        ("field v(x, t), w(x, t)\nequation: u = 1\nequation: dt(u) = 2\nequation: w + u = dt(v)", "is left for"),
        (
            "field v(x, t)\nequation: dt(u) = 1  in a\nequation: dt(v) = 1  in a\npart a: x > 0.5",
            "no equation holds in a part",
        ),
    ],
)
def test_equations_against_fields(problem, text: str, words: str | None) -> None:
    found = list(counting.count_equations(problem(text)))
    assert len(found) == bool(words) and (not words or words in found[0].message)


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
    assert [d.code for d in counting.count_initial(problem(text))] == ["E503"] * count


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
    found = list(counting.uncovered(problem(text, PLANE)))
    assert len(found) == bool(words) and (not words or words in found[0].message)
