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
from typing import Any, Protocol, runtime_checkable

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.extend.core import Literal

from pdedsl.problem.symbol import MultiIndex


@dataclass(frozen=True)
class Laplacian:
    """The sum of the pure second derivatives `weights[k] u_{kk}` over the coordinates k."""

    weights: tuple[float, ...]

    @property
    def slopes(self) -> list[MultiIndex]:
        """The first derivatives along its coordinates."""
        d = len(self.weights)
        return [tuple(int(k == axis) for k in range(d)) for axis in range(d) if self.weights[axis]]


Part = MultiIndex | Laplacian
"""What can be asked of a function at a point."""


@runtime_checkable
class Differentiable(Protocol):
    """A function of a point that knows its own derivatives: a sum over a basis, say."""

    def __call__(self, x: Array) -> Array: ...

    def derivatives(self, x: Array, parts: Iterable[Part]) -> dict[Part, Array]: ...


def derivatives(u: Callable[[Array], Array], x: Array, parts: Iterable[Part]) -> dict[Part, Array]:
    """Partial derivatives of `u` at one point, and weighted sums of its pure second ones.

    `u` maps a point of shape (d,) to an array of any shape; `x` has shape (d,). Returns one array of the shape of
    `u(x)` for each part. Pure: usable under `jit`, `vmap` and `grad`.
    """
    wanted = list(dict.fromkeys(parts))
    if isinstance(u, Differentiable):
        return u.derivatives(x, wanted)
    if all(isinstance(part, tuple) and not any(part) for part in wanted):
        return dict.fromkeys(wanted, u(x)) if wanted else {}
    try:
        return _sweep(u, x, wanted)
    except _NoRule:
        return {part: _nested(u, x, part) for part in wanted}


@dataclass(frozen=True, eq=False)
class Estimated:
    """A function of a point whose Laplacians are estimates, from second derivatives along random directions.

    `E v^T H v = sum w_k H_kk` for `v_k = sqrt(w_k) e_k` with random signs `e_k` (Hutchinson 1990; Hu, Shi, Karniadakis and Kawaguchi,
    arXiv 2312.14499). What two sets of directions give is independent, so that the product of two residuals that are linear in
    Laplacians is their square without bias. Exact where there are no more coordinates than directions, and for weights below zero.
    """

    u: Callable[[Array], Array]
    signs: Array
    """The random signs, shape (directions, d)."""

    def __call__(self, x: Array) -> Array:
        return self.u(x)

    def derivatives(self, x: Array, parts: Iterable[Part]) -> dict[Part, Array]:
        """See `derivatives`."""
        wanted = list(parts)
        found = derivatives(self.u, x, [part for part in wanted if not self._estimates(part)])
        return found | {p: self._estimate(x, p) for p in wanted if isinstance(p, Laplacian) and self._estimates(p)}

    def _estimates(self, part: Part) -> bool:
        count = self.signs.shape[0]
        return isinstance(part, Laplacian) and min(part.weights) >= 0 and len(part.slopes) > count

    def _estimate(self, x: Array, part: Laplacian) -> Array:
        count = self.signs.shape[0]
        along = self.signs.astype(x.dtype) * jnp.sqrt(jnp.asarray(part.weights, x.dtype))[None, :]
        whole = Laplacian((1.0 / count,) * count)
        return derivatives(lambda y: self.u(x + y @ along), jnp.zeros(count, x.dtype), [whole])[whole]


def _nested(u: Callable[[Array], Array], x: Array, part: Part) -> Array:
    if isinstance(part, Laplacian):
        weights = [w for w in part.weights if w]
        twice = [tuple(2 * n for n in slope) for slope in part.slopes]
        return sum((w * _nested(u, x, i) for w, i in zip(weights, twice, strict=True)), start=jnp.zeros((), x.dtype))
    for axis, count in enumerate(part):
        direction = jnp.zeros_like(x).at[axis].set(1)
        for _ in range(count):
            u = partial(lambda f, v, y: jax.jvp(f, (y,), (v,))[1], u, direction)
    return u(x)


class _NoRule(Exception):
    """The function uses a primitive that the sweep does not know."""


class _Groups:
    """A downward closed set of multi-indices without the zero one, in groups that one operation serves: all the pure
    second derivatives, say. Each Laplacian is a group of its own behind them.
    """

    def __init__(self, wanted: Sequence[Part]):
        self.laplacians = [part for part in wanted if isinstance(part, Laplacian)]
        slopes = [index for part in self.laplacians for index in part.slopes]
        asked = [*slopes, *(part for part in wanted if isinstance(part, tuple))]
        closed = {below for index in asked for below in product(*(range(n + 1) for n in index))}
        self.members: dict[Kind, list[MultiIndex]] = {}
        for index in sorted((i for i in closed if any(i)), key=lambda i: (sum(i), _kind(i), [-n for n in i])):
            self.members.setdefault(_kind(index), []).append(index)
        self.order = max(*map(sum, self.members), 2 if self.laplacians else 1)
        self.places: dict[Part, tuple[int, int]] = {
            index: (group, row)
            for group, members in enumerate(self.members.values())
            for row, index in enumerate(members)
        }
        self.places.update((part, (len(self.members) + k, 0)) for k, part in enumerate(self.laplacians))
        self.number = len(self.members) + len(self.laplacians)

    def at(self, stack: "_Stack", part: Part) -> Array:
        group, row = self.places[part]
        return stack[group][row]

    def taken(self, stack: "_Stack", indices: Sequence[MultiIndex]) -> Array:
        """The derivatives for indices of one kind."""
        group = self.places[indices[0]][0]
        rows = [self.places[index][1] for index in indices]
        if rows == list(range(stack[group].shape[0])):
            return stack[group]
        return stack[group][np.asarray(rows)]


Kind = tuple[int, ...]
"""The counts of a multi-index without zeros, the largest first: `(2, 1)` for u_{xxz}."""


def _blocks(indices: Sequence[MultiIndex], block: MultiIndex) -> list[MultiIndex]:
    """The parts of the indices, of one kind, that correspond to `block` of their kind."""
    found = []
    for index in indices:
        axes = sorted((a for a, n in enumerate(index) if n), key=lambda a: (-index[a], a))
        part = [0] * len(index)
        for axis, count in zip(axes, block, strict=True):
            part[axis] = count
        found.append(tuple(part))
    return found


def _kind(index: MultiIndex) -> Kind:
    return tuple(sorted((n for n in index if n), reverse=True))


@cache
def _partitions(kind: Kind) -> tuple[tuple[int, tuple[MultiIndex, ...]], ...]:
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


_Stack = tuple[Array, ...]
"""The derivatives of a value: one array a group, stacked along its first axis."""


def _sweep(u: Callable[[Array], Array], x: Array, wanted: Sequence[Part]) -> dict[Part, Array]:
    groups = _Groups(wanted)
    seeds = [np.zeros((len(members), x.shape[0])) for members in groups.members.values()]
    seeds += [np.zeros((1, x.shape[0])) for _ in groups.laplacians]
    for row, index in enumerate(groups.members.get((1,), [])):
        seeds[0][row] = index
    closed, shape = jax.make_jaxpr(u, return_shape=True)(x)
    stack = tuple(jnp.asarray(s, x.dtype) for s in seeds)
    (value, stack), *more = _run(closed.jaxpr, closed.consts, [(x, stack)], groups)
    if more:
        raise TypeError("the function must return one array")
    if stack is None:
        stack = tuple(jnp.zeros((len(s), *shape.shape), shape.dtype) for s in seeds)
    return {part: groups.at(stack, part) if part in groups.places else value for part in wanted}


_Dual = tuple[Any, Any]
"""A value and the stack of its derivatives, or None for the stack of something that does not depend on the point."""


def _run(jaxpr: Any, consts: Sequence[Any], arguments: Sequence[_Dual], groups: _Groups) -> list[_Dual]:
    known: dict[Any, _Dual] = dict(zip(jaxpr.constvars, ((c, None) for c in consts), strict=True))
    known.update(zip(jaxpr.invars, arguments, strict=True))
    for equation in jaxpr.eqns:
        duals = [(v.val, None) if isinstance(v, Literal) else known[v] for v in equation.invars]
        known.update(zip(equation.outvars, _apply(equation, duals, groups), strict=True))
    return [(v.val, None) if isinstance(v, Literal) else known[v] for v in jaxpr.outvars]


def _apply(equation: Any, duals: list[_Dual], groups: _Groups) -> list[_Dual]:
    primitive, params = equation.primitive, equation.params
    values = [value for value, _ in duals]
    moving = [place for place, (_, stack) in enumerate(duals) if stack is not None]
    for key in ("jaxpr", "call_jaxpr"):
        if key in params:
            inner = params[key]
            consts, jaxpr = (inner.consts, inner.jaxpr) if hasattr(inner, "consts") else ((), inner)
            if len(jaxpr.invars) != len(duals) or primitive.name in _LOOPS:
                raise _NoRule(primitive.name)
            return _run(jaxpr, consts, duals, groups)
    bound = partial(primitive.bind, **params)
    if not moving:
        result = bound(*values)
        return [(r, None) for r in result] if primitive.multiple_results else [(result, None)]
    whole = not any(jnp.issubdtype(v.aval.dtype, jnp.inexact) for v in equation.outvars)  # a comparison, a place
    if primitive.name in _CONSTANT or (whole and not primitive.multiple_results):
        return [(bound(*values), None)]
    if primitive.name in _LINEAR:
        return [_linear(bound, duals)]
    if primitive.name in _BILINEAR:
        return [_bilinear(bound, duals[0], duals[1], groups)]
    if primitive.name == "div":
        inverse = _elementwise(partial(jax.lax.integer_pow, y=-1), duals[1], groups)
        return [_bilinear(jax.lax.mul, duals[0], inverse, groups)]
    if primitive.name == "square":
        return [_bilinear(jax.lax.mul, duals[0], duals[0], groups)]
    if primitive.name == "pow" and moving == [0]:
        return [_elementwise(lambda a: bound(a, values[1]), duals[0], groups)]
    if primitive.name in _ELEMENTWISE:
        return [_elementwise(bound, duals[0], groups)]
    raise _NoRule(primitive.name)


_LOOPS = {"scan", "while", "cond"}
_CONSTANT = {"sign", "floor", "ceil", "round", "stop_gradient"}
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

    value, push = jax.linearize(at, *(duals[place][0] for place in moving))
    stacks = zip(*(duals[place][1] for place in moving), strict=True)
    return value, tuple(jax.vmap(push)(*group) for group in stacks)


def _bilinear(times: Callable[..., Array], a: _Dual, b: _Dual, groups: _Groups) -> _Dual:
    """Leibniz' rule, over a group at once."""
    (x, dx), (y, dy) = a, b
    if dx is None or dy is None:
        return _linear(times, (a, b))
    both = jax.vmap(times)
    plain = [
        jax.vmap(lambda t: times(x, t))(right) + jax.vmap(lambda t: times(t, y))(left)
        for left, right in zip(dx, dy, strict=True)
    ]
    found = []
    for total, (kind, members) in zip(plain, groups.members.items(), strict=False):
        for lower in product(*(range(n + 1) for n in kind)):
            upper = tuple(n - k for n, k in zip(kind, lower, strict=True))
            if any(lower) and any(upper):
                weight = prod(comb(n, k) for n, k in zip(kind, lower, strict=True))
                left = groups.taken(dx, _blocks(members, lower))
                right = groups.taken(dy, _blocks(members, upper))
                total = total + weight * both(left, right)
        found.append(total)
    for total, part in zip(plain[len(found) :], groups.laplacians, strict=True):
        left, right = groups.taken(dx, part.slopes), groups.taken(dy, part.slopes)
        found.append(total + 2 * _total(both(_weighted(part, left), right)))
    return times(x, y), tuple(found)


def _elementwise(function: Callable[[Array], Array], dual: _Dual, groups: _Groups) -> _Dual:
    """Faa di Bruno's formula, over a group at once."""
    value, stack = dual
    if stack is None:
        return function(value), None
    outer = [function]
    for _ in range(groups.order):
        outer.append(partial(lambda f, y: jax.jvp(f, (y,), (jnp.ones_like(y),))[1], outer[-1]))
    slopes = [f(value) for f in outer]
    found = []
    for kind, members in groups.members.items():
        terms = []
        for times, blocks in _partitions(kind):
            factors = [groups.taken(stack, _blocks(members, block)) for block in blocks]
            terms.append(slopes[len(blocks)][None] * (times * prod(factors[1:], start=factors[0])))
        found.append(sum(terms[1:], start=terms[0]))
    for own, part in zip(stack[len(found) :], groups.laplacians, strict=True):
        along = groups.taken(stack, part.slopes)
        squares = _total(_weighted(part, along) * along)
        found.append(slopes[1][None] * own + slopes[2][None] * squares)
    return slopes[0], tuple(found)


def _weighted(part: Laplacian, slopes: Array) -> Array:
    weights = np.asarray([w for w in part.weights if w])
    if (weights == 1).all():
        return slopes
    return slopes * jnp.asarray(weights, slopes.dtype).reshape(-1, *[1] * (slopes.ndim - 1))


def _total(rows: Array) -> Array:
    """The sum of some rows, as one row; term by term where there are few, so that XLA fuses it with what it sums."""
    if rows.shape[0] > 16:
        return jnp.sum(rows, axis=0, keepdims=True)
    return sum(rows[1:], start=rows[0])[None]
