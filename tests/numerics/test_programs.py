"""Programs that are compiled once for all values of what they close over."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import pdedsl
from pdedsl.numerics import programs
from pdedsl.numerics.programs import compiled, opened, program
from pdedsl.solver import mesh


def test_a_program_is_its_function() -> None:
    assert program(lambda x, n: n * jnp.sin(x), static_argnums=1)(0.5, 2) == 2 * jnp.sin(0.5)


def test_options_that_xla_does_not_have_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = dict(programs.QUICK)
    assert programs._known() == usual
    monkeypatch.setattr(programs, "QUICK", {**usual, "xla_no_such_option": True})
    assert programs._known() == usual and program(jnp.cos)(0.0) == 1.0


def test_other_machines_have_options_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jax, "default_backend", lambda: "gpu")
    assert programs._known() == {}


def text(function: Callable[..., Any], *arguments: Any) -> str:
    """What would be compiled of a function."""
    applied, numbers, _ = opened(function, *arguments)
    return jax.jit(applied).lower(numbers, jax.tree.leaves(arguments)).as_text()


def test_functions_that_differ_by_numbers_alone_are_one_program() -> None:
    x = jnp.linspace(0.0, 1.0, 3)

    def times(factor: float, places: list[int]) -> Callable[[jax.Array], Any]:
        number, chosen = np.asarray([factor]), np.asarray(places)
        many = lambda x: jax.lax.map(lambda own: jnp.asarray(number) * own, x)  # noqa: E731
        return lambda x: {"all": many(x)[:, 0], "some": jax.jit(lambda own: own[chosen])(x)}

    cases = [(2.0, [0, 1]), (3.0, [0, 1]), (3.0, [1, 2])]
    for factor, places in cases:
        found = compiled(times(factor, places), x)(x)
        np.testing.assert_array_equal(found["all"], factor * x)
        np.testing.assert_array_equal(found["some"], x[np.asarray(places)])
    first, second, third = (text(times(*case), x) for case in cases)
    assert first == second != third


SPEC = """
pde 1
param k = 1, p = 2
domain x in [0, 1], y in [0, 1]
field u(x, y)
equation: -k*laplacian(u) + u^p = k*sin(x)
boundary: u = 0 on all
solve { space = network, network = mlp(3), steps = 2 }
"""


@pytest.mark.slow
def test_values_of_the_parameters_of_a_spec_are_one_program(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def noted(function: Callable[..., Any], *arguments: Any) -> Callable[..., Any]:
        seen.append(text(function, *arguments))
        return compiled(function, *arguments)

    monkeypatch.setattr(mesh, "compiled", noted)
    losses = [pdedsl.solve(pdedsl.loads(SPEC, values)).history[-1].loss for values in ({}, {"k": 2.0}, {"p": 3.0})]
    assert seen[0] == seen[1] != seen[2]  # another power is another function
    assert len(set(losses)) == 3
