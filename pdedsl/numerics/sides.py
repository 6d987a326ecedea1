"""From the regions into which interfaces cut a domain to functions of a point that are others in each, in JAX."""

from collections.abc import Callable
from functools import lru_cache

import jax.numpy as jnp
import sympy as sp
from jax import Array

from pdedsl.geometry.regions import Regions
from pdedsl.numerics.bases import Memo, table
from pdedsl.numerics.lower import lower_expressions
from pdedsl.problem.domain import Domain
from pdedsl.problem.symbol import MultiIndex
from pdedsl.spaces.functions import Sided


@lru_cache(maxsize=64)
def region(domain: Domain, regions: Regions) -> Callable[[Array], Array]:
    """The function from a point of shape (d,) to the region that it lies in."""
    held = lower_expressions([sp.Piecewise((1, side), (0, True)) for side in regions.sides], domain)
    return lambda x: regions.of(x, held({}, x) > 0, jnp)


@table.register
def _(functions: Sided, x: Array, index: MultiIndex, memo: Memo) -> Array:
    own = region(functions.domain, functions.regions)(x)
    parts = (table(part, x, index, {}) for part in functions.parts)
    return jnp.concatenate([jnp.where(own == k, part, 0.0) for k, part in enumerate(parts)])
