"""From the functions of a linear space to their values and derivatives at a point, in JAX."""

from functools import singledispatch
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import Array

from pdedsl.problem.symbol import MultiIndex
from pdedsl.spaces.basis import Basis, derivative
from pdedsl.spaces.functions import Functions, Joined, Products, Sequenced
from pdedsl.spaces.space import Size
from pdedsl.spaces.stretch import bell

Memo = dict[Any, Array]


@singledispatch
def table(functions: Functions, x: Array, index: MultiIndex, memo: Memo) -> Array:
    """A derivative of all functions at a point of shape (d,), shape (K,); `memo` keeps those of one argument."""
    raise NotImplementedError(f"no values of {type(functions).__name__} in JAX")


@table.register
def _(functions: Basis, x: Array, index: MultiIndex, memo: Memo) -> Array:
    live = functions.live(index)
    found = jnp.ones(len(live), x.dtype)
    for (k, axis), moved in zip(enumerate(functions.axes), functions.factors(live), strict=True):
        if not len(moved):
            continue
        key = (axis, functions.most[k], index[axis])
        if key not in memo:
            memo[key] = _along(functions, k, x[axis], index[axis])
        if 2 * len(moved) > len(live):
            found = found * memo[key][functions.numbers[live, k]]
        else:
            found = found.at[moved].multiply(memo[key][functions.numbers[live[moved], k]], unique_indices=True)
    return found if len(live) == functions.size else jnp.zeros(functions.size, x.dtype).at[live].set(found)


def _along(basis: Basis, k: int, x: Array, order: int) -> Array:
    """A derivative of the functions of one argument at a number, shape (most + 1,)."""
    (low, high), most, stretch = basis.intervals[k], basis.most[k], basis.stretch(basis.axes[k])
    if stretch is not None:
        slopes = stretch.at(x, (low, high), order, jnp)
        values, factors = chebyshev(slopes[0], most), bell(slopes, order)
        turned = (values @ jnp.asarray(derivative(most, n), x.dtype) for n in range(order + 1))
        return sum((factor * own for factor, own in zip(factors, turned, strict=True)), start=jnp.zeros(()))
    y = (2 * x - low - high) / (high - low)
    if basis.circular[k]:
        own = _waves(y, most, order)
    else:
        own = chebyshev(y, most) @ jnp.asarray(derivative(most, order), x.dtype)
    return own * (2 / (high - low)) ** order


@table.register
def _(functions: Sequenced, x: Array, index: MultiIndex, memo: Memo) -> Array:
    return functions.table(x, index, jnp)


@table.register
def _(functions: Products, x: Array, index: MultiIndex, memo: Memo) -> Array:
    own, other = functions.pairs.T
    terms = (
        times * table(functions.plane, x, plane, memo)[own] * table(functions.beside, x, beside, memo)[other]
        for times, plane, beside in functions.shares(index)
    )
    return sum(terms, start=jnp.zeros(()))


@table.register
def _(functions: Joined, x: Array, index: MultiIndex, memo: Memo) -> Array:
    return jnp.concatenate([table(part, x, index, memo) for part in functions.parts])


def total(functions: Functions, size: Size, coefficients: Array, x: Array, index: MultiIndex, memo: Memo) -> Array:
    """A derivative of `mean + spread * sum c_k phi_k` at a point of shape (d,), a number."""
    mean = 0.0 if any(index) else size.mean
    if isinstance(functions, Products):
        dense = functions.dense(coefficients, jnp)
        terms = (
            times * (table(functions.plane, x, plane, memo) @ dense @ table(functions.beside, x, beside, memo))
            for times, plane, beside in functions.shares(index)
        )
        return mean + size.spread * sum(terms, start=jnp.zeros(()))
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
