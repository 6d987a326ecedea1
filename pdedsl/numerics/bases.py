"""From the functions of a linear space to their values and derivatives at a point, in JAX."""

from functools import singledispatch
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import Array

from pdedsl.problem.symbol import MultiIndex
from pdedsl.spaces.basis import Basis, derivative
from pdedsl.spaces.features import Ridges
from pdedsl.spaces.functions import Functions, Joined
from pdedsl.spaces.space import Size

Memo = dict[Any, Array]


@singledispatch
def table(functions: Functions, x: Array, index: MultiIndex, memo: Memo) -> Array:
    """A derivative of all functions at a point of shape (d,), shape (K,); `memo` keeps those of one argument."""
    raise NotImplementedError(f"no values of {type(functions).__name__} in JAX")


@table.register
def _(functions: Basis, x: Array, index: MultiIndex, memo: Memo) -> Array:
    basis = functions
    if any(index[axis] for axis in range(len(index)) if axis not in basis.axes):
        return jnp.zeros(basis.size, x.dtype)
    found = jnp.ones(basis.size, x.dtype)
    for k, axis in enumerate(basis.axes):
        if (axis, basis.most[k], index[axis]) not in memo:
            low, high = basis.intervals[k]
            y = (2 * x[axis] - low - high) / (high - low)
            if basis.circular[k]:
                own = _waves(y, basis.most[k], index[axis])
            else:
                own = chebyshev(y, basis.most[k]) @ jnp.asarray(derivative(basis.most[k], index[axis]), x.dtype)
            memo[axis, basis.most[k], index[axis]] = own * (2 / (high - low)) ** index[axis]
        found = found * memo[axis, basis.most[k], index[axis]][basis.numbers[:, k]]
    return found


@table.register
def _(functions: Ridges, x: Array, index: MultiIndex, memo: Memo) -> Array:
    return functions.table(x, index, jnp)


@table.register
def _(functions: Joined, x: Array, index: MultiIndex, memo: Memo) -> Array:
    return jnp.concatenate([table(part, x, index, memo) for part in functions.parts])


def total(functions: Functions, size: Size, coefficients: Array, x: Array, index: MultiIndex, memo: Memo) -> Array:
    """A derivative of `mean + spread * sum c_k phi_k` at a point of shape (d,), a number."""
    mean = 0.0 if any(index) else size.mean
    return mean + size.spread * (coefficients @ table(functions, x, index, memo))


def chebyshev(y: Array, most: int) -> Array:
    """The Chebyshev polynomials up to degree `most` at a number, shape (most + 1,).

    By doubling, `T_{m + n} = 2 T_m T_n - T_{|m - n|}`: few operations, each on many degrees, and smooth up to the ends.
    """
    found = jnp.stack([jnp.ones_like(y), y])
    while found.shape[0] <= most:
        last = found.shape[0] - 1
        found = jnp.concatenate([found, 2 * found[last] * found[1:] - jnp.flip(found)[1:]])
    return found[: most + 1]


def _waves(y: Array, most: int, order: int) -> Array:
    """A derivative of 1, cos(pi y), sin(pi y), cos(2 pi y), ... at a number, shape (most + 1,)."""
    k = np.pi * np.arange(1, (most + 1) // 2 + 1)
    factor, turn = jnp.asarray(k**order, y.dtype), order * np.pi / 2
    angle = jnp.asarray(k, y.dtype) * y + turn
    both = jnp.stack([factor * jnp.cos(angle), factor * jnp.sin(angle)], axis=1)
    return jnp.concatenate([jnp.full(1, 0.0 if order else 1.0, y.dtype), both.reshape(-1)])[: most + 1]
