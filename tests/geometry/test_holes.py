"""Holes of plane domains and regions."""

import pytest

from pdedsl.geometry.holes import holes
from pdedsl.geometry.regions import regions
from pdedsl.stages.load import loads

SPEC = "pde 1\ndomain {domain}\nfield u(x, y)\nequation: laplacian(u) = 1\nboundary: u = 0  on all\n"


@pytest.mark.parametrize(
    ("domain", "found"),
    [
        ("(x, y) = annulus([0, 0], 0.5, 1)", [(0.0, 0.0, 0.5)]),
        ("(x, y) = box([0, 0], [4, 2]) - disk([1, 1], 0.5) - disk([3, 1.2], 0.25)", [(1, 1, 0.5), (3, 1.2, 0.25)]),
        ("(x, y) = box([0, 0], [4, 2]) - box([1, 0.5], [2, 1.5])", [(1.5, 1, 0.5)]),
        ("(x, y) = disk([0, 0], 1)", []),
        ("(x, y) = box([0, 0], [4, 2]) - disk([0, 0], 1)", [(0, 0, 1)]),
        ("(x, y) = box([0, 0], [4, 2]) - disk([2, 2.2], 0.5) - disk([1, 1], 0.3)", [(1, 1, 0.3), (2, 2.2, 0.5)]),
        ("(x, y) = box([0, 0], [1, 1]) * disk([0, 0], 1)", []),
        ("(x, y) = box([0, 0], [1, 1]) * annulus([0, 0], 0.4, 1)", [(0, 0, 0.4)]),
        ("x in [0, 1], y in [0, 1]", []),
    ],
)
def test_places_and_sizes(domain: str, found: list[tuple[float, float, float]]) -> None:
    own = sorted((*hole.place, hole.radius) for hole in holes(loads(SPEC.format(domain=domain)).domain))
    assert len(own) == len(found)
    for hole, expected in zip(own, found, strict=True):
        assert hole == pytest.approx(expected, abs=0.02)


def test_a_region_goes_round_another_one() -> None:
    text = SPEC.format(domain="x in [0, 2], y in [0, 1]") + "part disk: (x - 1)^2 + (y - 0.5)^2 < 0.04\n"
    found = regions(loads(text + "interface a: jump(u) = 0  on disk\ninterface b: jump(dn(u)) = 0  on disk\n"))
    assert found is not None
    (hole,) = (own for holes in found.holes for own in holes)
    assert (*hole.place, hole.radius) == pytest.approx((1, 0.5, 0.2), abs=0.01)
