"""From a callable and a set of multi-indices to all those partial derivatives at a point, in one forward sweep.

A function is traced once to a jaxpr; every intermediate value then carries, beside itself, its partial
derivatives for a downward closed set of multi-indices: linear primitives act on all of them at once, products
follow Leibniz' rule, elementwise functions Faa di Bruno's formula. A sum of pure second derivatives is carried as one
(the forward Laplacian, Li et al., arXiv 2307.08214): it needs the first derivatives only. A function that uses a primitive without a rule
is differentiated by nested `jax.jvp` instead: same values, more work.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import product
from math import comb, prod
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.extend.core import Literal

MultiIndex = tuple[int, ...]
"""How often each coordinate is differentiated: `(2, 0, 1)` is the third derivative u_{xxz} of u(x, y, z)."""


@dataclass(frozen=True)
class Laplacian:
    """The sum of the pure second derivatives `weights[k] u_{kk}` over the coordinates k."""

    weights: tuple[float, ...]

    @property
    def axes(self) -> list[int]:
        return [axis for axis, weight in enumerate(self.weights) if weight]


Part = MultiIndex | Laplacian
"""What can be asked of a function at a point."""


def derivatives(u: Callable[[Array], Array], x: Array, parts: Iterable[Part]) -> dict[Part, Array]:
    """Partial derivatives of `u` at one point, and weighted sums of its pure second ones.

    `u` maps a point of shape (d,) to an array of any shape; `x` has shape (d,). Returns one array of the shape of
    `u(x)` for each part. Pure: usable under `jit`, `vmap` and `grad`.
    """
    wanted = list(dict.fromkeys(parts))
    if all(isinstance(part, tuple) and not any(part) for part in wanted):
        return dict.fromkeys(wanted, u(x)) if wanted else {}
    try:
        return _sweep(u, x, wanted)
    except _NoRule:
        return {part: _nested(u, x, part) for part in wanted}


def _nested(u: Callable[[Array], Array], x: Array, part: Part) -> Array:
    if isinstance(part, Laplacian):
        twice = {axis: tuple(2 * int(k == axis) for k in range(x.shape[0])) for axis in part.axes}
        return sum(
            (part.weights[axis] * _nested(u, x, index) for axis, index in twice.items()),
            start=jnp.asarray(0.0, x.dtype),
        )
    for axis, count in enumerate(part):
        direction = jnp.zeros_like(x).at[axis].set(1)
        for _ in range(count):
            u = partial(lambda f, v, y: jax.jvp(f, (y,), (v,))[1], u, direction)
    return u(x)


class _NoRule(Exception):
    """The function uses a primitive that the sweep does not know."""


class _Indices:
    """A downward closed set of multi-indices in the order in which the sweep stacks them, without the zero one.

    The Laplacians stand behind them.
    """

    def __init__(self, wanted: Sequence[Part]):
        self.laplacians = [part for part in wanted if isinstance(part, Laplacian)]
        slopes = [
            tuple(int(k == axis) for k in range(len(part.weights))) for part in self.laplacians for axis in part.axes
        ]
        asked = [*slopes, *(part for part in wanted if isinstance(part, tuple))]
        closed = {below for index in asked for below in product(*(range(n + 1) for n in index))}
        rows = [index for index in closed if any(index)]
        # Indices of one kind (all pure second derivatives, say) stand together, so that one operation serves them all.
        self.rows = sorted(rows, key=lambda i: (sum(i), _kind(i), [-n for n in i]))
        self.place: dict[Part, int] = {part: row for row, part in enumerate([*self.rows, *self.laplacians])}
        self.order = max(*map(sum, self.rows), 2 if self.laplacians else 1)
        self.kinds: dict[tuple[int, ...], list[MultiIndex]] = {}
        for index in self.rows:
            self.kinds.setdefault(_kind(index), []).append(index)

    def parts(self, indices: Sequence[MultiIndex], block: MultiIndex) -> list[int]:
        """The rows of the sub-indices of `indices` that correspond to `block` of their common kind."""
        found = []
        for index in indices:
            axes = sorted((a for a, n in enumerate(index) if n), key=lambda a: (-index[a], a))
            sub = [0] * len(index)
            for axis, count in zip(axes, block, strict=True):
                sub[axis] = count
            found.append(self.place[tuple(sub)])
        return found

    def slopes(self, part: Laplacian) -> list[int]:
        """The rows of the first derivatives along the coordinates of a Laplacian."""
        return [self.place[tuple(int(k == axis) for k in range(len(part.weights)))] for axis in part.axes]


def _kind(index: MultiIndex) -> tuple[int, ...]:
    return tuple(sorted((n for n in index if n), reverse=True))


@cache
def _partitions(kind: tuple[int, ...]) -> tuple[tuple[int, tuple[MultiIndex, ...]], ...]:
    """Faa di Bruno's terms for a kind: how often each way of splitting the derivative into blocks occurs."""
    letters = [axis for axis, count in enumerate(kind) for _ in range(count)]

    def split(items: list[int]) -> Iterator[list[list[int]]]:
        if not items:
            yield []
            return
        for rest in split(items[1:]):
            yield [[items[0]], *rest]
            for k in range(len(rest)):
                yield [*rest[:k], [items[0], *rest[k]], *rest[k + 1 :]]

    def counts(block: list[int]) -> MultiIndex:
        return tuple(block.count(axis) for axis in range(len(kind)))

    found = Counter(tuple(sorted(map(counts, blocks))) for blocks in split(letters))
    return tuple((times, blocks) for blocks, times in sorted(found.items()))


def _take(stack: Array, rows: Sequence[int]) -> Array:
    first = rows[0]
    if list(rows) == list(range(first, first + len(rows))):
        return stack[first : first + len(rows)]
    return stack[np.asarray(rows)]


def _sweep(u: Callable[[Array], Array], x: Array, wanted: Sequence[Part]) -> dict[Part, Array]:
    indices = _Indices(wanted)
    seeds = np.zeros((len(indices.place), x.shape[0]))
    for row, index in enumerate(indices.rows):
        if sum(index) == 1:
            seeds[row] = index
    closed, shape = jax.make_jaxpr(u, return_shape=True)(x)
    (value, stack), *more = _run(closed.jaxpr, closed.consts, [(x, jnp.asarray(seeds, x.dtype))], indices)
    if more:
        raise TypeError("the function must return one array")
    if stack is None:
        stack = jnp.zeros((len(indices.place), *shape.shape), shape.dtype)
    return {part: stack[indices.place[part]] if part in indices.place else value for part in wanted}


_Dual = tuple[Any, Any]
"""A value and the stack of its derivatives, or None for the stack of something that does not depend on the point."""


def _run(jaxpr: Any, consts: Sequence[Any], arguments: Sequence[_Dual], indices: _Indices) -> list[_Dual]:
    known: dict[Any, _Dual] = dict(zip(jaxpr.constvars, ((c, None) for c in consts), strict=True))
    known.update(zip(jaxpr.invars, arguments, strict=True))
    for equation in jaxpr.eqns:
        duals = [(v.val, None) if isinstance(v, Literal) else known[v] for v in equation.invars]
        known.update(zip(equation.outvars, _apply(equation, duals, indices), strict=True))
    return [(v.val, None) if isinstance(v, Literal) else known[v] for v in jaxpr.outvars]


def _apply(equation: Any, duals: list[_Dual], indices: _Indices) -> list[_Dual]:
    primitive, params = equation.primitive, equation.params
    values = [value for value, _ in duals]
    moving = [place for place, (_, stack) in enumerate(duals) if stack is not None]
    for key in ("jaxpr", "call_jaxpr"):
        if key in params:
            inner = params[key]
            consts, jaxpr = (inner.consts, inner.jaxpr) if hasattr(inner, "consts") else ((), inner)
            if len(jaxpr.invars) != len(duals) or primitive.name in _LOOPS:
                raise _NoRule(primitive.name)
            return _run(jaxpr, consts, duals, indices)
    bound = partial(primitive.bind, **params)
    if not moving:
        result = bound(*values)
        return [(r, None) for r in result] if primitive.multiple_results else [(result, None)]
    if primitive.name in _CONSTANT:
        return [(bound(*values), None)]
    if primitive.name in _LINEAR:
        return [_linear(bound, duals)]
    if primitive.name in _BILINEAR:
        return [_bilinear(bound, duals[0], duals[1], indices)]
    if primitive.name == "div":
        inverse = _elementwise(partial(jax.lax.integer_pow, y=-1), duals[1], indices)
        return [_bilinear(jax.lax.mul, duals[0], inverse, indices)]
    if primitive.name == "square":
        return [_bilinear(jax.lax.mul, duals[0], duals[0], indices)]
    if primitive.name == "pow" and moving == [0]:
        return [_elementwise(lambda a: bound(a, values[1]), duals[0], indices)]
    if primitive.name in _ELEMENTWISE:
        return [_elementwise(bound, duals[0], indices)]
    raise _NoRule(primitive.name)


_LOOPS = {"scan", "while", "cond"}
_CONSTANT = {"gt", "lt", "ge", "le", "eq", "ne", "sign", "floor", "ceil", "round", "stop_gradient", "is_finite"}
_LINEAR = {
    *("add", "add_any", "sub", "neg", "reshape", "broadcast_in_dim", "transpose", "squeeze", "slice", "rev", "copy"),
    *("reduce_sum", "concatenate", "convert_element_type", "dynamic_slice", "gather", "pad", "stack", "cumsum"),
    *("max", "min", "abs", "select_n", "reduce_max", "reduce_min"),
}
_BILINEAR = {"mul", "dot_general"}
_ELEMENTWISE = {
    *("tanh", "logistic", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "asinh", "acosh", "atanh"),
    *("exp", "exp2", "expm1", "log", "log1p", "sqrt", "rsqrt", "cbrt", "integer_pow", "erf", "erfc"),
}


def _linear(bound: Callable[..., Array], duals: Sequence[_Dual]) -> _Dual:
    """A map that is (piecewise) linear in all its moving arguments together."""
    moving = [place for place, (_, stack) in enumerate(duals) if stack is not None]

    def at(*moved: Array) -> Array:
        arguments = [value for value, _ in duals]
        for place, value in zip(moving, moved, strict=True):
            arguments[place] = value
        return bound(*arguments)

    point = tuple(duals[place][0] for place in moving)
    push = jax.vmap(lambda *tangents: jax.jvp(at, point, tangents), out_axes=(None, 0))
    return push(*(duals[place][1] for place in moving))


def _bilinear(times: Callable[..., Array], a: _Dual, b: _Dual, indices: _Indices) -> _Dual:
    """Leibniz' rule, over all the indices of a kind at once."""
    (x, dx), (y, dy) = a, b
    if dx is None or dy is None:
        return _linear(times, (a, b))
    rows = []
    for kind, members in indices.kinds.items():
        own = [indices.place[index] for index in members]
        total = jax.vmap(lambda t: times(x, t))(_take(dy, own)) + jax.vmap(lambda t: times(t, y))(_take(dx, own))
        for lower in product(*(range(n + 1) for n in kind)):
            upper = tuple(n - k for n, k in zip(kind, lower, strict=True))
            if any(lower) and any(upper):
                weight = prod(comb(n, k) for n, k in zip(kind, lower, strict=True))
                left, right = (_take(d, indices.parts(members, block)) for d, block in ((dx, lower), (dy, upper)))
                total = total + weight * jax.vmap(times)(left, right)
        rows.append(total)
    for part in indices.laplacians:
        own = indices.place[part]
        left, right = (_take(d, indices.slopes(part)) for d in (dx, dy))
        crossed = jnp.sum(jax.vmap(times)(_weighted(part, left), right), axis=0)
        rows.append((times(x, dy[own]) + times(dx[own], y) + 2 * crossed)[None])
    return times(x, y), jnp.concatenate(rows)


def _elementwise(function: Callable[[Array], Array], dual: _Dual, indices: _Indices) -> _Dual:
    """Faa di Bruno's formula, over all the indices of a kind at once."""
    value, stack = dual
    if stack is None:
        return function(value), None
    outer = [function]
    for _ in range(indices.order):
        outer.append(partial(lambda f, y: jax.jvp(f, (y,), (jnp.ones_like(y),))[1], outer[-1]))
    slopes = [f(value) for f in outer]
    rows = []
    for kind, members in indices.kinds.items():
        terms = []
        for times, blocks in _partitions(kind):
            factors = [_take(stack, indices.parts(members, block)) for block in blocks]
            terms.append(slopes[len(blocks)][None] * (times * prod(factors[1:], start=factors[0])))
        rows.append(sum(terms[1:], start=terms[0]))
    for part in indices.laplacians:
        along = _take(stack, indices.slopes(part))
        squares = jnp.sum(_weighted(part, along) * along, axis=0)
        rows.append((slopes[1] * stack[indices.place[part]] + slopes[2] * squares)[None])
    return slopes[0], jnp.concatenate(rows)


def _weighted(part: Laplacian, slopes: Array) -> Array:
    weights = np.asarray([w for w in part.weights if w])
    if (weights == 1).all():
        return slopes
    return slopes * jnp.asarray(weights, slopes.dtype).reshape(-1, *[1] * (slopes.ndim - 1))
