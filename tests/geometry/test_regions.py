"""The regions into which interfaces cut a domain."""

import numpy as np
import pytest

from pdedsl.geometry.points import inside, random
from pdedsl.geometry.regions import Regions, regions
from pdedsl.problem.domain import Domain
from pdedsl.stages.load import loads


def cut(domain: str, on: str, declared: str = "") -> tuple[Domain, Regions]:
    text = f"pde 1\ndomain {domain}\nfield u(x, y)\n{declared}equation: laplacian(u) = 1\nboundary: u = 0  on all\n"
    problem = loads(text + f"interface a: jump(u) = 0  on {on}\ninterface b: jump(dn(u)) = 0  on {on}\n")
    found = regions(problem)
    assert found is not None
    return problem.domain, found


BOX = "x in [0, 2], y in [0, 1]"


@pytest.mark.parametrize(
    ("domain", "on", "declared", "count"),
    [
        (BOX, "x = 0.5", "", 2),
        (BOX, "x = 0.5, x = 1.5, y = 0.5", "", 6),
        (BOX, "band", "part band: x > 0.5 and x < 1", 3),
        (BOX, "ring", "part ring: (x - 1)^2 + (y - 0.5)^2 < 0.16 and (x - 1)^2 + (y - 0.5)^2 > 0.04", 3),
        (BOX, "two", "part two: (x - 0.5)^2 + (y - 0.5)^2 < 0.04 or (x - 1.5)^2 + (y - 0.5)^2 < 0.04", 3),
        ("(x, y) = disk([0, 0], 1)", "x = 0", "", 2),
        ("(x, y) = annulus([0, 0], 0.5, 1)", "x = 0", "", 2),
    ],
)  # fmt: skip
def test_as_many_as_hang_together(domain: str, on: str, declared: str, count: int) -> None:
    own, found = cut(domain, on, f"{declared}\n" if declared else "")
    assert found.count == count
    points = inside(own, own.region(None), 4000, random(np.random.default_rng(0)))
    owners = found.at(own, points)
    assert set(owners) == set(range(count))
    for k, box in enumerate(found.bounds):
        low, high = np.asarray(box).T
        assert (points[owners == k] >= low - 0.01).all() and (points[owners == k] <= high + 0.01).all()


def test_what_hangs_together_by_its_points() -> None:
    domain, found = cut(BOX, "band", "part band: x > 0.5 and x < 1\n")
    owners = found.at(domain, np.array([[0.1, 0.5], [0.7, 0.2], [1.1, 0.9], [0.4999, 0.1], [1.0001, 0.1], [1.9, 0.0]]))
    assert owners[0] == owners[3] and owners[2] == owners[4] == owners[5] and len(set(owners)) == 3
    assert found.boxes == (True, True, True) and sorted(box[0] for box in found.bounds) == [
        pytest.approx(own, abs=1e-3) for own in ((0, 0.5), (0.5, 1), (1, 2))
    ]


def test_without_an_interface_there_are_none() -> None:
    assert (
        regions(loads(f"pde 1\ndomain {BOX}\nfield u(x, y)\nequation: laplacian(u) = 1\nboundary: u = 0  on all\n"))
        is None
    )
