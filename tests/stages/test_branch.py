"""Branches against what is known of them: Bratu's fold, eigenvalues where others begin."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq

import pdedsl
from benchmarks.branches import LINES
from benchmarks.goals import SPECS
from pdedsl.problem.problem import Problem
from pdedsl.problem.steady import begun, steady
from pdedsl.stages.branch import Branch, Point
from pdedsl.stages.load import loads
from pdedsl.stages.starting import expressed

BRATU, TURING = (next(line.exact for line in LINES if line.name == name) for name in ("bratu", "turing"))


def points(name: str, parameter: str, start: float, end: float, share: float, most: int = 200) -> list[Point]:
    text = (SPECS / "branch" / f"{name}.pde").read_text(encoding="utf-8")
    problem = loads(text, {parameter: start})
    return list(branch(problem, parameter, start, end, share).followed(end, most))


def branch(problem: Problem, parameter: str, start: float, end: float, share: float) -> Branch:
    """Of an evolution that of its steady states, from what it starts from."""
    alone, evolution = steady(problem), None if problem.time is None else problem
    first = None if evolution is None else expressed(alone, begun(problem), "began with the initial values")
    warm = pdedsl.solve(alone, start=first).solved.warm
    assert warm is not None
    return Branch(alone, parameter, warm, (start, end), share, evolution)


def test_a_fold_and_both_solutions_beside_it() -> None:
    found = points("bratu", "lam", 1.0, 5.0, 3.0)
    (fold,) = (p for p in found if p.kind)
    assert fold.kind == "fold" and fold.parameter == pytest.approx(BRATU, abs=1e-9)
    place = found.index(fold)
    assert all(p.parameter < BRATU for p in found[:place] + found[place + 1 :])
    for p in (found[place - 4], found[place + 4]):  # sqrt(lam/2) cosh(theta/4) = theta/2, top = 2 log cosh(theta/4)
        theta = 4 * np.arccosh(np.exp(p.reports["top"] / 2))
        assert theta == pytest.approx(np.sqrt(2 * p.parameter) * np.cosh(theta / 4), abs=1e-7)
    assert found[place + 4].reports["top"] > fold.reports["top"] > found[place - 4].reports["top"]
    lengths = [p.length for p in found]
    assert lengths == sorted(lengths)


@pytest.mark.slow
def test_in_a_square_with_fewer_functions_than_the_first_solution_has() -> None:
    """Its fold is at 6.808124423 (Mohsen, Computers and Mathematics with Applications 67, 2014); what nearly cancels is no bifurcation."""
    text = "pde 1\nparam lam = 4\ndomain x in [0, 1], y in [0, 1]\nfield u(x, y)\nequation: laplacian(u) + lam*exp(u) = 0\nboundary: u = 0  on all\n"
    own = branch(loads(text), "lam", 4.0, 8.0, 0.4)
    (fold,) = (p for p in own.followed(8.0, 40) if p.kind)
    assert fold.kind == "fold" and fold.parameter == pytest.approx(6.808124423, abs=1e-5)


def test_other_branches_begin_at_the_eigenvalues() -> None:
    found = [p for p in points("pitchfork", "lam", 5.0, 60.0, 2.5) if p.kind]
    assert [p.kind for p in found] == ["bifurcation", "bifurcation"]
    np.testing.assert_allclose([p.parameter for p in found], [np.pi**2, 4 * np.pi**2], rtol=1e-9)


@pytest.mark.slow
def test_modes_that_grow_and_the_branches_that_begin_where_one_begins_to() -> None:
    """About zero `sin(n pi x)` grows where `lam > (n pi)^2`; the first other branch is stable, and known by its first integral."""
    problem = loads((SPECS / "branch" / "pitchfork.pde").read_text(encoding="utf-8"), {"lam": 5.0})
    own = branch(problem, "lam", 5.0, 60.0, 6.0)
    for p in own.followed(60.0, 200):
        grow = sum((n * np.pi) ** 2 < p.parameter for n in range(1, 9))
        assert p.kind or p.unstable == grow, p
    first, second = own.crossings
    for crossing, unstable in ((first, 0), (second, 1)):
        up, down = (list(own.switched(crossing, sense, 200)) for sense in (1.0, -1.0))
        np.testing.assert_allclose([p.reports["size"] for p in up], [p.reports["size"] for p in down], atol=1e-8)
        assert {p.unstable for p in up[2:]} == {unstable} and up[-1].reports["size"] > 0.05
    for p in list(own.switched(first, 1.0, 200))[3::5]:
        top = brentq(lambda m, lam=p.parameter: hump(lam, m, 0) - 1, 1e-6, 1 - 1e-9, xtol=1e-14)
        assert p.reports["size"] == pytest.approx(hump(p.parameter, float(top), 2), rel=1e-9)  # pyright: ignore[reportArgumentType]


def hump(lam: float, m: float, power: int) -> float:
    """The integral of a power of `u` between two zeros, where `u'^2 = lam (m^2 - u^2 - (m^4 - u^4)/2)`; by `u = m sin(s)`."""
    return (
        2
        * quad(lambda s: (m * np.sin(s)) ** power / np.sqrt(lam * (1 - m**2 * (1 + np.sin(s) ** 2) / 2)), 0, np.pi / 2)[
            0
        ]
    )


def test_the_onset_of_a_pattern() -> None:
    """The state that is the same everywhere is stable up to there."""
    found = points("turing", "q", 5.0, 15.0, 2.0)
    (own,) = (p for p in found if p.kind)
    assert own.kind == "bifurcation" and own.parameter == pytest.approx(TURING, rel=1e-9)
    assert all(p.unstable == int(p.parameter > TURING) for p in found if not p.kind)


def test_a_branch_ends_with_its_interval_or_its_points() -> None:
    back = points("bratu", "lam", 3.0, 1.0, 2.0)
    assert all(1.0 <= p.parameter <= 3.0 for p in back) and not any(p.kind for p in back)
    assert len(points("bratu", "lam", 1.0, 5.0, 2.0, 4)) == 5


def test_what_moves_the_domain_or_other_parameters_is_refused() -> None:
    text = "pde 1\nparam L = 1, c = 2, q = 2*c\ndomain x in [0, L]\nfield u(x)\nequation: dxx(u) = q\nboundary: u = 0 on all\n"
    problem = loads(text)
    warm = pdedsl.solve(problem).solved.warm
    assert warm is not None
    for name, said in (("L", "the domain depends on `L`"), ("c", "another parameter depends on `c`")):
        with pytest.raises(ValueError, match=said):
            Branch(problem, name, warm, (1, 2))
