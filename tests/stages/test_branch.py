"""Branches against what is known of them: Bratu's fold, eigenvalues where others begin."""

import numpy as np
import pytest

import pdedsl
from benchmarks.goals import SPECS
from pdedsl.stages.branch import Branch, Point
from pdedsl.stages.load import loads

BRATU = 3.513830719
"""The largest value with a solution in one dimension (Bratu 1914)."""


def points(name: str, parameter: str, start: float, end: float, share: float, most: int = 200) -> list[Point]:
    text = (SPECS / "branch" / f"{name}.pde").read_text(encoding="utf-8")
    problem = loads(text, {parameter: start})
    warm = pdedsl.solve(problem).solved.warm
    assert warm is not None
    return list(Branch(problem, parameter, warm, (start, end), share).followed(end, most))


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


def test_other_branches_begin_at_the_eigenvalues() -> None:
    found = [p for p in points("pitchfork", "lam", 5.0, 60.0, 2.5) if p.kind]
    assert [p.kind for p in found] == ["bifurcation", "bifurcation"]
    np.testing.assert_allclose([p.parameter for p in found], [np.pi**2, 4 * np.pi**2], rtol=1e-9)


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
