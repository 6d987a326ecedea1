import jax
import jax.numpy as jnp
import numpy as np
import pytest

import pdedsl
from pdedsl.numerics import programs
from pdedsl.numerics.programs import compiled, program


def test_a_program_is_its_function() -> None:
    assert program(lambda x, n: n * jnp.sin(x), static_argnums=1)(0.5, 2) == 2 * jnp.sin(0.5)


def test_options_that_xla_does_not_have_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "QUICK", {**programs.QUICK, "xla_no_such_option": True})
    programs._known.cache_clear()
    try:
        kept = programs._known(jax.default_backend())
        assert "xla_no_such_option" not in kept and set(kept) <= set(programs.QUICK)
        assert program(jnp.cos)(0.0) == 1.0
    finally:
        programs._known.cache_clear()


def test_other_machines_have_options_of_their_own() -> None:
    assert programs._known("gpu") == {}


def test_functions_that_differ_by_numbers_share_a_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "_PROGRAMS", {})
    x = jnp.linspace(0.0, 1.0, 3)

    def times(factor: float, places: list[int]) -> object:
        number, chosen = np.asarray([factor]), np.asarray(places)
        return compiled(lambda x: {"all": jnp.asarray(number) * x, "some": x[chosen]}, x)(x)

    for factor, places, count in ((2.0, [0, 1], 1), (3.0, [0, 1], 1), (3.0, [1, 2], 2)):
        found = times(factor, places)
        np.testing.assert_array_equal(found["all"], factor * x)  # pyright: ignore[reportIndexIssue]
        np.testing.assert_array_equal(found["some"], x[np.asarray(places)])  # pyright: ignore[reportIndexIssue]
        assert len(programs._PROGRAMS) == count


def test_values_of_the_parameters_of_a_spec_share_a_program(monkeypatch: pytest.MonkeyPatch) -> None:
    text = """
pde 1
param k = 1, p = 2
domain x in [0, 1], y in [0, 1]
field u(x, y)
equation: -k*laplacian(u) + u^p = k*sin(x)
boundary: u = 0 on all
solve { space = network, network = mlp(3), steps = 2 }
"""

    def found(**values: float) -> float:
        return pdedsl.solve(pdedsl.loads(text, values)).history[-1].loss

    monkeypatch.setattr(programs, "_PROGRAMS", {})
    first, second, counts = found(), found(k=2.0), len(programs._PROGRAMS)
    assert first != second and counts == 1
    found(p=3.0)  # another power is another function
    assert len(programs._PROGRAMS) == 2
    programs._PROGRAMS.clear()
    assert found(k=2.0) == second
