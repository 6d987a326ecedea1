"""Integrals over domains and their boundaries against closed forms, within the error that each rule states."""

from math import pi

import numpy as np
import pytest
import sympy as sp

from pdedsl.geometry.quadrature import rule
from pdedsl.stages.load import loads

CASES = [
    # domain, integrand, over the domain, over the boundary
    ("box([0, 0], [2, 3])", lambda x, y: x * y**2, 18.0, None),
    ("disk([1, 0], 2)", lambda x, y: x**2, 8 * pi, None),
    ("annulus([0, 0], 1, 2)", lambda x, y: 1 + 0 * x, 3 * pi, 6 * pi),
    ("ellipse([0, 0], [2, 1])", lambda x, y: y**2, pi / 2, None),
    ("box([-1, -1], [1, 1]) - box([0, 0], [1, 1])", lambda x, y: x, -0.5, None),
    ("box([-1, -1], [1, 1]) - box([0, 0], [1, 1])", lambda x, y: 1 + 0 * x, 3.0, 8.0),
    ("box([-2, -2], [2, 2]) - disk([0, 0], 1)", lambda x, y: x**2, 64 / 3 - pi / 4, None),
    ("polygon([[0, 0], [2, 0], [0, 1]])", lambda x, y: x, 2 / 3, None),
    ("disk([0, 0], 1)*halfspace([0, 0], [0, 1])", lambda x, y: y, -2 / 3, None),
    ("disk([-1, 0], 0.5) + disk([1, 0], 0.5)", lambda x, y: x**2, 2 * (pi / 4 + pi / 64), 2.25 * pi),
]


@pytest.mark.parametrize(("domain", "integrand", "volume", "surface"), CASES)
def test_plane_shapes(domain: str, integrand, volume: float, surface: float | None) -> None:
    problem = loads(f"pde 1\ndomain (x, y) = {domain}\nfield u(x, y)\nequation: u = x\n")
    for where, wanted in ((None, volume), (sp.true, surface)):
        if wanted is None:
            continue
        found = rule(problem.domain, where)
        values = integrand(*found.nodes.T)
        size = float(found.weights @ np.abs(values))
        assert abs(float(found.weights @ values) - wanted) <= found.error * size + 1e-12


def test_the_plane_rules_are_sharp_enough_to_be_an_oracle() -> None:
    for domain, _, volume, _ in CASES[:5]:
        problem = loads(f"pde 1\ndomain (x, y) = {domain}\nfield u(x, y)\nequation: u = x\n")
        assert rule(problem.domain).error <= 1e-4, volume


def test_a_ball() -> None:
    problem = loads("pde 1\ndomain (x, y, z) = ball([0, 0, 1], 2)\nfield u(x, y, z)\nequation: u = x\n")
    found = rule(problem.domain)
    assert np.isclose(found.weights.sum(), 32 * pi / 3, rtol=1e-12)
    assert np.isclose(found.weights @ found.nodes[:, 2] ** 2, 32 * pi / 3 * (1 + 4 / 5), rtol=1e-12)


@pytest.mark.parametrize("box", ["x in [0, 2]", "x in [0, 2], y in [0, 1]", "x in [0, 2], y in [0, 1], z in [0, 1]"])
def test_finer_rules_are_sharper(box: str) -> None:
    fields = ", ".join(part.split()[0] for part in box.split("], "))
    domain = loads(
        f"pde 1\ndomain {box}\nfield u({fields})\nequation: laplacian(u) = 1\nboundary: u = 0 on all\n"
    ).domain
    exact = 0.05 * (np.arctan((2 - 0.7) / 0.05) + np.arctan(0.7 / 0.05))
    off = []
    for fine in (-1, 0, 1, 2):
        own = rule(domain, fine=fine)
        assert own.weights.sum() == pytest.approx(2.0)
        off.append(abs(own.weights @ (1 / (1 + ((own.nodes[:, 0] - 0.7) / 0.05) ** 2)) - exact))
    assert off[3] < off[2] < off[1] and off[3] < 0.03 * off[1]


@pytest.mark.parametrize(
    ("shape", "wanted", "digits"),
    [
        ("polygon([[-1, -1], [1, -1], [1, 0], [0, 0], [0, 1], [-1, 1]])", 3.0, 1e-13),
        ("polygon([[0, 0], [2, 0], [0, 2]])", 2.0, 1e-13),  # thin at two corners
        ("polygon([[0, 0], [1, 3], [2, 0], [1, 1]])", 2.0, 1e-13),
        ("box([-1, -1], [1, 1]) - disk([0, 0], 0.3)", 4 - 0.09 * pi, 1e-13),
        ("annulus([0, 0], 1, 2) - box([0, 0], [3, 3])", 2.25 * pi, 1e-6),
        ("disk([0, 0], 1) - disk([0.2, 0.1], 0.3)", 0.91 * pi, 1e-6),
    ],
)
def test_areas_of_plane_shapes(shape: str, wanted: float, digits: float) -> None:
    domain = loads(f"pde 1\ndomain (x, y) = {shape}\nfield u(x, y)\nequation: u = x\n").domain
    for fine in (-1, 0, 1):
        assert rule(domain, fine=fine).weights.sum() == pytest.approx(wanted, rel=digits)


def test_infinite_slopes_at_corners_are_integrated() -> None:
    """`r^(2/3) sin(2 (phi - pi/2) / 3)` over an L of three unit squares, and its flux through the sides of its corner."""
    text = "pde 1\ndomain (x, y) = polygon([[-1, -1], [1, -1], [1, 0], [0, 0], [0, 1], [-1, 1]])\nfield u(x, y)\nequation: u = x\npart inner: x >= 0 and y >= 0\n"
    domain = loads(text).domain
    values = []
    for fine in (-1, 0, 1):
        own = rule(domain, fine=fine)
        x, y = own.nodes.T
        angle = (np.arctan2(y, x) - np.pi / 2) % (2 * np.pi)
        values.append(own.weights @ (np.hypot(x, y) ** (2 / 3) * np.sin(2 * angle / 3)))
    assert abs(values[1] - values[2]) < 1e-9 and abs(values[0] - values[2]) > abs(values[1] - values[2])
    inner = rule(domain, next(p.condition for p in domain.parts))
    flux = inner.weights @ np.hypot(*inner.nodes.T) ** (-1 / 3)
    assert flux == pytest.approx(2 * 1.5, rel=1e-6)
