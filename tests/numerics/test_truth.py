"""What is known of fields, and errors against it."""

from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest

from pdedsl.numerics.truth import COUNT, given, measure, truths
from pdedsl.stages.load import loads


def test_exact_solutions_come_before_tables(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("x,u,v\n0.25,9,1\n0.75,9,3\n")
    text = "pde 1\ndomain x in [0, 1]\nfield u(x), v(x), w(x)\nequation: u = 2*x\nequation: v = 4*x\nequation: w = 1\nexact u = 2*x\n"
    problem = loads(text + 'reference table: u, v from "t.csv"\n', name=str(tmp_path / "s.pde"))
    u, v = truths(problem)
    assert (u.field, u.place, u.origin, len(u.points)) == ("u", 0, "exact", COUNT)
    assert (v.field, v.place, v.origin) == ("v", 1, "table") and v.norm == pytest.approx(10**0.5)
    np.testing.assert_array_equal(v.values, [1, 3])
    errors = measure(lambda p: lambda x: jnp.stack([2.2 * x[0], p[0] + 4 * x[0], x[0]]), (u, v))(jnp.array([0.5]))
    spread = float(np.std(u.values) / np.sqrt(np.mean(u.values**2)))
    assert errors == pytest.approx({"u": 0.1 / spread, "v": 0.5 * 2**0.5 / 2**0.5})


def test_a_constant_has_no_variation_but_its_norm() -> None:
    (known,) = truths(loads("pde 1\ndomain x in [0, 1]\nfield u(x)\nequation: u = 3\nexact u = 3\n"))
    assert known.variation == known.norm == pytest.approx(3 * COUNT**0.5)


def test_a_field_that_vanishes_is_measured_absolutely() -> None:
    (known,) = truths(loads("pde 1\ndomain x in [0, 1]\nfield u(x)\nequation: u = 0\nexact u = 0\n"))
    assert measure(lambda p: lambda x: p, (known,))(jnp.array([1e-3])) == pytest.approx({"u": 1e-3})


def test_any_callable_is_a_known_solution() -> None:
    problem = loads(
        "pde 1\ndomain x in [0, 1]\nfield u(x), v(x)\nequation: dx(u) = v\nequation b: dx(v) = u\nboundary: u = 1 on x = 0\nboundary c: v = 1 on x = 0\n"
    )
    by_name = given(problem, {"u": lambda x: x[0] ** 2, "v": lambda x: 2 * x[0]})
    whole = given(problem, lambda x: jnp.stack([x[0] ** 2, 2 * x[0]]))
    for own, other in zip(by_name, whole, strict=True):
        np.testing.assert_array_equal(own.values, other.values)
    np.testing.assert_allclose(by_name[0].values, by_name[0].points[:, 0] ** 2)
    with pytest.raises(ValueError, match="missing"):
        given(problem, {"u": lambda x: x[0]})
