"""A manufactured solution solves the manufactured problem, whatever the kind of its statements."""

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import sympy as sp

import pdedsl
from pdedsl.numerics.sampling import sampler
from pdedsl.stages.manufacture import manufacture

SPECS = Path(__file__).parents[2] / "specs"
CHOSEN = {
    "kovasznay": {"u": "sin(x)*cos(y)", "v": "exp(x)*y", "p": "x*y"},
    "taylor_green": {"u": "sin(x)*cos(y)*t", "v": "cos(x)*t", "p": "cos(x + y) + t"},
    "biharmonic": {"w": "sin(x)*y^2"},
    "poisson_l": {"u": "x*exp(y)"},
    "neumann_disk": {"u": "x^2*y + 1"},
    "burgers": {"u": "sin(pi*x)*exp(-t)"},
}


@pytest.mark.parametrize("name", CHOSEN)
def test_the_chosen_functions_are_the_solution(name: str) -> None:
    made = manufacture(pdedsl.load(SPECS / f"{name}.pde"), CHOSEN[name])
    values = [sp.lambdify(made.symbols, e.xreplace(made.domain.values), modules=jnp) for _, e in made.exact]

    def exact(x: jax.Array) -> jax.Array:
        return jnp.stack([jnp.asarray(f(*x), x.dtype) for f in values])

    for statement in made.statements:
        points = jnp.asarray(sampler(made, statement)(20, np.random.default_rng(0)))
        residual = pdedsl.residuals(made)[statement.name]
        np.testing.assert_allclose(jax.jit(jax.vmap(lambda x, r=residual: r(exact, x)))(points), 0.0, atol=1e-9)
    assert pdedsl.loads(str(made), name=str(SPECS / "made.pde")).exact == made.exact


def test_what_cannot_be_manufactured() -> None:
    problem = pdedsl.load(SPECS / "heat.pde")
    with pytest.raises(ValueError, match="--exact"):
        manufacture(problem, {})
    with pytest.raises(ValueError, match="no field `w`"):
        manufacture(problem, {"w": "1"})
    with pytest.raises(ValueError, match="unknown `u`"):
        manufacture(problem, {"u": "2*u"})
    with pytest.raises(pdedsl.SpecError, match="E201"):
        manufacture(problem, {"u": "q"})
