import jax
import jax.numpy as jnp
import pytest

from pdedsl.numerics import programs
from pdedsl.numerics.programs import program


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
