"""Fluxes that do not fit, however they are written, and those that do."""

import pytest

from pdedsl.checker.fluxes import convection, imbalance, inlets, starting
from pdedsl.problem.problem import Problem
from pdedsl.stages.load import loads

BOX = "pde 1\nparam h = 20, k = 50\ndomain x in [0, 2], y in [0, 1]\nfield u(x, y)\n"
DISK = "pde 1\nparam h = 20, k = 50\ndomain (x, y) = disk([0, 0], 1)\nfield u(x, y)\n"
LINE = "pde 1\ndomain x in [0, 1]\ntime t in [0, 1]\nfield u(x, t)\n"
GAUGE = "constraint: integral(u) = 0\n"


def problem(text: str) -> Problem:
    return loads(text.replace("; ", "\n") + "\n")


@pytest.mark.parametrize(
    ("head", "text", "flux"),
    [
        (
            BOX,
            "boundary: dx(u) = -1 on x = 0; boundary: dx(u) = -2 on x = 2; boundary: dy(u) = 0 on y = 0, y = 1",
            -1.0,
        ),
        (BOX, "boundary: dx(u) = 3 on x = 0, x = 2; boundary: dy(u) = x on y = 0, y = 1", None),
        (
            BOX,
            "boundary: dn(u) = 1 on x = 0; boundary: -2*dn(u) = 2 on x = 2; boundary: dn(u) = 0 on y = 0, y = 1",
            None,
        ),
        (BOX, "boundary: 1e-9*dn(u) = 1e-9 on all", 6.0),
        (BOX, "boundary: dn(u) = 1e-9 on all", 6e-9),
        (BOX, "boundary: dn(u) + u = 1 on all", None),
        (BOX, "boundary: dx(u) + dy(u) = 1 on all", None),
        (DISK, "boundary: dn(u) = x^2 on all", 3.14159),
        (DISK, "boundary: dn(u) = x on all", None),
    ],
)
def test_sources_against_fluxes(head: str, text: str, flux: float | None) -> None:
    made = problem(head + "equation: laplacian(u) = 0; " + GAUGE.strip() + "; " + text)
    found = imbalance(made, made.fields[0])
    assert (found == "") == (flux is None), found
    if flux is not None:
        assert float(found.split()[-1]) == pytest.approx(flux, rel=1e-4)


@pytest.mark.parametrize(
    ("head", "condition", "wrong"),
    [
        (BOX, "k*dn(u) = h*(u - 20) on all", True),
        (BOX, "-k*dn(u) = h*(u - 20) on all", False),
        (BOX, "dn(u) + 2*u = 0 on all", False),
        (BOX, "k*dx(u) = h*u on x = 2", True),
        (BOX, "k*dx(u) = h*u on x = 0", False),
        (BOX, "dn(u) = 3 on all", False),
        (BOX, "u = 3 on all", False),
        (BOX, "dn(u) = u^2 on all", False),
        (DISK, "k*dn(u) = h*u on all", True),
        (DISK, "dn(u) + u = x on all", False),
    ],
)
def test_convection(head: str, condition: str, wrong: bool) -> None:
    found = list(convection(problem(head + "equation: laplacian(u) = 0; boundary: " + condition)))
    assert [d.code for d in found] == ["W510"] * wrong


@pytest.mark.parametrize(
    ("equation", "condition", "wrong"),
    [
        ("dt(u) + 2*dx(u) = 0", "u = 0 on x = 1", True),
        ("dt(u) + 2*dx(u) = 0", "u = 0 on x = 0", False),
        ("dt(u) - 2*dx(u) = u", "u = 0 on x = 0", True),
        ("-3*dt(u) + (1 + x)*dx(u) = 0", "u = 0 on x = 0", True),
        ("dt(u) + (x - 1/2)*dx(u) = 0", "u = 0 on x = 1", True),
        ("dt(u) + 2*dx(u) = dxx(u)", "u = 0 on x = 1", False),
        ("dt(u) + 2*dx(u) = nothing*dxx(u)", "u = 0 on x = 1", True),
        ("dt(u) + u*dx(u) = 0", "u = 0 on x = 1", False),
        ("dt(u) + 2*dx(u) = 0", "dx(u) = 0 on x = 1", False),
    ],
)
def test_inlets(equation: str, condition: str, wrong: bool) -> None:
    found = list(
        inlets(problem(f"{LINE}param nothing = 0; equation: {equation}; initial: u = 0; boundary: {condition}"))
    )
    assert [d.code for d in found] == ["W511"] * wrong


@pytest.mark.parametrize(
    ("initial", "condition", "words"),
    [
        ("5", "dx(u) = 300 on x = 1", "0 against 300"),
        ("5", "dx(u) = 300*t on x = 1", None),
        ("x^2", "dx(u) = 2 on x = 1", None),
        ("x^2", "dn(u) = 1 on x = 0", "0 against 1"),
        ("1 - 3*x", "dn(u) = 3 on x = 0", None),
        ("1e-9*x", "dx(u) = 2e-9 on x = 1", "1e-09 against 2e-09"),
        ("exp(-80*x^2)", "dx(u) = 0 on x = 1", None),
        ("5", "dn(u) + u = 0 on x = 1", None),
    ],
)
def test_the_start_of_a_flux(initial: str, condition: str, words: str | None) -> None:
    made = problem(f"{LINE}equation: dt(u) = dxx(u); initial: u = {initial}; boundary: {condition}")
    found = list(starting(made))
    assert [d.code for d in found] == (["W504"] if words else [])
    assert words is None or words in found[0].message


def test_a_start_that_is_sought_is_not_known_to_disagree() -> None:
    text = f"{LINE}unknown field g(x); equation: dt(u) = dxx(u); initial: u = g; boundary: dx(u) = 0  on all"
    assert list(starting(problem(text))) == []
    text = f"{LINE}unknown field q(t); equation: dt(u) = dxx(u); initial: u = x; boundary: dx(u) = q  on x = 1"
    assert list(starting(problem(text))) == []
