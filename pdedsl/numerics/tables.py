"""From functions that tables give to JAX: evaluated by NumPy, differentiated by themselves."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from pdedsl.problem.given import Tabulated, given


@lru_cache(maxsize=256)
def tabulated(head: type[Tabulated]) -> Callable[..., Array]:
    """The function of a table, or a derivative of it, of numbers; usable under `jit`, `vmap` and `grad`."""

    def slope(axis: int) -> Callable[..., Array]:
        orders = tuple(n + (k == axis) for k, n in enumerate(head.orders))
        return tabulated(given(Tabulated, head.title, head.held, orders))

    @jax.custom_jvp
    def value(*operands: Array) -> Array:
        dtype = jnp.result_type(*operands)
        shape = jnp.broadcast_shapes(*map(jnp.shape, operands))

        def told(*arrays: Any) -> np.ndarray:
            return np.asarray(head.held(arrays, head.orders), dtype)

        return jax.pure_callback(told, jax.ShapeDtypeStruct(shape, dtype), *operands, vmap_method="broadcast_all")

    @value.defjvp
    def _(primals: tuple[Array, ...], tangents: tuple[Array, ...]) -> tuple[Array, Array]:
        found = value(*primals)
        moved = (slope(axis)(*primals) * tangent for axis, tangent in enumerate(tangents))
        return found, sum(moved, start=jnp.zeros_like(found))

    return value
