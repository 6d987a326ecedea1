"""A place is where it says, to rounding, however long other coordinates or time are: a look at the points."""

import numpy as np
import pytest

import pdedsl
from pdedsl.geometry.places import satisfying
from pdedsl.geometry.points import random
from pdedsl.geometry.statement import points_of


def spec(domain: str, *conditions: str, field: str = "u(x, y)", equation: str = "laplacian(u) = 0") -> pdedsl.Problem:
    lines = "".join(f"boundary b{k}: u = {k}  on {on}\n" for k, on in enumerate(conditions))
    return pdedsl.loads(f"pde 1\n{domain}\nfield {field}\nequation: {equation}\n{lines}")


def drawn(problem: pdedsl.Problem) -> dict[str, np.ndarray]:
    return {c.name: points_of(problem, c, 400, random(np.random.default_rng(3))) for c in problem.conditions}


@pytest.mark.parametrize(
    ("condition", "wanted"),
    [
        ("x = 1", [0, 1, 0]),
        ("x <= 1", [1, 1, 0]),
        ("x > 1", [0, 0, 1]),
        ("x >= 1", [0, 1, 1]),
        ("x + y = 1", [0, 1, 0]),
        ("x^2 + y^2 <= 1", [1, 1, 0]),
        ("x^2 + y^2 < 1", [1, 0, 0]),
        ("not(x = 1)", [1, 0, 1]),
    ],
)
def test_conditions_hold_up_to_rounding(condition: str, wanted: list[int]) -> None:
    problem = spec(f"domain x in [0, 2], y in [-1, 1]\npart here: {condition}", "all")
    points = np.array([[0.9, 0.0], [1 + 1e-12, 0.0], [1.1, 0.0]])
    assert satisfying(problem.domain, (problem.domain.region("here"),), points).astype(int).tolist() == wanted


@pytest.mark.parametrize("length", [1e-6, 1.0, 2e4, 1e9])
def test_faces_of_a_long_box(length: float) -> None:
    found = drawn(spec(f"domain x in [0, {length}], y in [0, 0.01]", "y = 0", "y = 0.01", f"x = 0, x = {length}"))
    assert (found["b0"][:, 1] == 0).all() and (found["b1"][:, 1] == 0.01).all()
    assert set(found["b2"][:, 0]) == {0.0, length}


@pytest.mark.parametrize("time", [1e-9, 1.0, 3.15e7, 1e15])
def test_faces_in_a_long_time(time: float) -> None:
    text = f"domain x in [0, 0.4]\ntime t in [0, {time}]"
    found = drawn(spec(text, "x = 0", "x = 0.4", field="u(x, t)", equation="dxx(u) = t"))
    assert (found["b0"][:, 0] == 0).all() and (found["b1"][:, 0] == 0.4).all()
    assert found["b0"][:, 1].min() < 0.05 * time and found["b0"][:, 1].max() > 0.95 * time


@pytest.mark.parametrize("length", [0.1, 10.0, 2e3])
def test_sides_of_a_long_shape(length: float) -> None:
    shape = f"domain (x, y) = box([0, 0], [{length}, 0.01]) - disk([{length / 2}, 0.005], 0.002)"
    shape += f"\npart walls: y = 0 or y = 0.01 or x = 0 or x = {length}"
    found = drawn(spec(shape, "y = 0", "y = 0.01", f"x = 0, x = {length}", "not(walls)"))
    assert (found["b0"][:, 1] == 0).all() and (found["b1"][:, 1] == 0.01).all()
    assert set(found["b2"][:, 0]) == {0.0, length}
    rim = found["b3"]
    np.testing.assert_allclose(np.hypot(rim[:, 0] - length / 2, rim[:, 1] - 0.005), 0.002, rtol=1e-9)


def test_a_rim_of_a_shape_of_any_size() -> None:
    for size in (1e-6, 1.0, 1e6):
        shape = f"domain (x, y) = annulus([0, 0], {size}, {2 * size})\npart inner: x^2 + y^2 = {size}^2"
        found = drawn(spec(shape, "inner", "not(inner)"))
        np.testing.assert_allclose(np.hypot(*found["b0"].T), size, rtol=1e-9)
        np.testing.assert_allclose(np.hypot(*found["b1"].T), 2 * size, rtol=1e-9)


def test_a_moving_place_has_the_slack_of_space() -> None:
    problem = spec(
        "domain x in [0, 1], y in [0, 1]\ntime t in [0, 1e6]\npart behind: x < t/1e6",
        "behind and y = 0",
        "not(behind) or y > 0",
        field="u(x, y, t)",
        equation="laplacian(u) = t",
    )
    found = drawn(problem)
    assert (found["b0"][:, 1] == 0).all() and (found["b0"][:, 0] < found["b0"][:, 2] / 1e6).all()
