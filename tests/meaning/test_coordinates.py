"""Coordinates with their intervals; shapes; ends that move."""

import pytest

from pdedsl.problem.atoms import Axis
from pdedsl.problem.domain import middle


def test_coordinates_have_their_places(declared) -> None:
    found = declared("time s in [0, 1]\ndomain x[1:2] in [0, 1], y in [0, 1]\nfield u(s, y, x)")
    assert [(c.name, c.kind) for c in found.domain.coordinates] == [
        *(("x[1]", "space"), ("x[2]", "space"), ("y", "space"), ("s", "time")),
    ]
    assert [s.place for s in found.domain.symbols if isinstance(s, Axis)] == [0, 1, 2, 3]
    assert found.fields[0].arguments == found.domain.symbols  # in the order of the coordinates


def test_shapes_and_periodic_coordinates(declared) -> None:
    disk = declared("param r = 2\ndomain (x, y) = disk([1, 0], r)\nfield u(x, y)\nperiodic x")
    assert disk.domain.bounds == ((-1, 3), (-2, 2)) and [d.code for d in disk.diagnostics] == ["E304"]
    assert [
        c.periodic for c in declared("domain x in [0, 1], y in [0, 1]\nfield u(x, y)\nperiodic y").domain.coordinates
    ] == [False, True]


def test_an_end_that_moves_stands_at_its_initial_value(declared) -> None:
    found = declared("domain x in [0, s]\ntime t in [0, 1]\nfield u(x, t), s(t)\ninitial: s = 1/4")
    assert found.domain.bounds[0] == (0, 0.25) and found.diagnostics == ()


def test_a_parameter_that_moves_the_boundary_is_taken_in_its_middle(declared) -> None:
    found = declared("param L in [1, 3], r in [1, 100]\ndomain x in [0, L]\nfield u(x)")
    assert found.domain.bounds[0] == (0, 2) and [c.name for c in found.domain.swept] == ["L", "r"]
    assert [s.name for s in found.fields[0].arguments] == ["x", "L", "r"]
    assert found.domain.swept[1].symbol not in found.domain.values and middle(1, 100) == pytest.approx(10)
