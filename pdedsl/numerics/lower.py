"""From the SymPy residuals of a problem to JAX functions `residual(u, x)` of any callable `u`."""

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any

import jax
import jax.numpy as jnp
import jax.scipy.special
import numpy as np
import sympy as sp
from jax import Array

from pdedsl.geometry import geometry, quadrature
from pdedsl.numerics.derivatives import Laplacian, Part, derivatives
from pdedsl.problem.problem import Condition, Equation, Integral, Problem, expand_derivatives, normal
from pdedsl.vocabulary.functions import BY_HEAD

Callee = Callable[[Array], Array]
Residual = Callable[[Callee, Array], Array]


def residuals(problem: Problem) -> dict[str, Residual]:
    """The residuals `lhs - rhs` of a problem's statements by name.

    Each is a pure function `residual(u, x)`: `u` maps one point of shape (d,), coordinates in the order of
    declaration, space then time, to the field's value, or to the values of all fields in order; `x` is one such
    point; the result has shape (m,), m the number of scalar components of the statement. Usable under `jit`, `vmap`
    and `grad`, with respect to `x` and to anything that `u` closes over.
    """
    return {statement.name: lower(problem, statement) for statement in problem.statements}


def lower(problem: Problem, statement: Equation) -> Residual:
    """The residual of one statement; see `residuals`."""
    return lower_expressions(problem, statement.residual, outward(problem, statement))


def outward(problem: Problem, statement: Equation) -> Callable[[Array], Array]:
    """The outward unit normal at a boundary point: of the nearest of the faces on which a statement holds."""
    found = geometry.pieces(problem, statement) if isinstance(statement, Condition) else ()
    if problem.shape is not None:
        return _outward_of_shape(problem, [p.face.number for p in found if isinstance(p.face, geometry.Rim)])
    space = [axis for axis, c in enumerate(problem.coordinates) if c.kind == "space"]
    faces = [p.face for p in found if isinstance(p.face, geometry.Face) and p.face.axis in space]
    axes = np.asarray([face.axis for face in faces], int)
    ends = np.asarray([problem.bounds[face.axis][face.end] for face in faces])
    lengths = np.asarray([problem.bounds[face.axis][1] - problem.bounds[face.axis][0] for face in faces])
    normals = np.zeros((len(faces), len(space)))
    for row, face in enumerate(faces):
        normals[row, space.index(face.axis)] = 1.0 if face.end else -1.0

    def at(x: Array) -> Array:
        return jnp.asarray(normals, x.dtype)[jnp.argmin(jnp.abs(x[axes] - ends) / lengths)]

    return at


def _outward_of_shape(problem: Problem, numbers: Sequence[int]) -> Callable[[Array], Array]:
    assert problem.shape is not None
    shape, known = problem.shape, Problem(problem.coordinates, (), (), parameters=problem.parameters)
    surfaces = [shape.surfaces[number] for number in numbers]
    gaps = lower_expressions(known, [sp.Abs(s.level) + s.gap for s in surfaces])
    slopes = lower_expressions(known, [sp.diff(s.level, v) for s in surfaces for v in shape.symbols])
    signs = np.asarray([shape.sign(number) for number in numbers])

    def at(x: Array) -> Array:
        nearest = jnp.argmin(gaps(_nothing, x))
        normal = slopes(_nothing, x).reshape(len(surfaces), -1)[nearest]
        return jnp.asarray(signs, x.dtype)[nearest] * normal / jnp.linalg.norm(normal)

    return at


def _nothing(x: Array) -> Array:
    """The values of no fields."""
    return jnp.zeros((0,), x.dtype)


def lower_expressions(
    problem: Problem, expressions: Sequence[sp.Expr], outward: Callable[[Array], Array] | None = None
) -> Residual:
    """Scalar expressions in the problem's fields and coordinates as one function `(u, x) -> (m,)`.

    `outward` gives the normal at a point; it is needed where the expressions hold the normal.
    """
    expanded, sums = _laplacians(problem, [expand_derivatives(e) for e in expressions])
    places = {f.expression: place for place, f in enumerate(problem.fields)}
    atoms: dict[Any, tuple[int, Part]] = {s: (places[f], part) for s, (f, part) in sums.items()}
    for expression in expanded:
        # In an order of their own: that of a set changes with the process, and with it the compiled program.
        for atom in sorted(expression.atoms(sp.Derivative, sp.core.function.AppliedUndef), key=sp.default_sort_key):
            inner: Any = atom.expr if isinstance(atom, sp.Derivative) else atom
            pairs: Any = atom.variable_count if isinstance(atom, sp.Derivative) else ()
            counts: dict[Any, Any] = dict(pairs)
            atoms[atom] = places[inner], tuple(int(counts.get(s, 0)) for s in problem.symbols)
    parts = dict.fromkeys(part for _, part in atoms.values())
    n = len(problem.fields)
    normals = normal(len(problem.space))
    wanted = set().union(*(e.free_symbols for e in expanded))
    integrals = {i.symbol: _integral(problem, i) for i in problem.integrals if i.symbol in wanted}
    curved = any(e.free_symbols & set(normals) for e in expanded)

    def residual(u: Callee, x: Array) -> Array:
        if jnp.shape(x) != (len(problem.symbols),):
            raise ValueError(
                f"x must be one point of shape ({len(problem.symbols)},), not {jnp.shape(x)}; use jax.vmap"
            )

        def values(y: Array) -> Array:
            value = jnp.asarray(u(y))
            if value.size != n:
                raise ValueError(f"u(x) must hold the values of {n} field(s), not an array of shape {value.shape}")
            return value.reshape((n,))

        found = derivatives(values, x, parts)
        memo: dict[Any, Any] = dict(zip(problem.symbols, x, strict=True))
        memo.update(problem.values)
        if curved:
            assert outward is not None
            memo.update(zip(normals, outward(x), strict=True))
        memo.update((symbol, integral(u, x)) for symbol, integral in integrals.items())
        memo.update((atom, found[part][place]) for atom, (place, part) in atoms.items())
        return jnp.stack([jnp.asarray(_lower(e, memo), x.dtype) for e in expanded])

    return residual


def _laplacians(
    problem: Problem, expressions: Sequence[Any]
) -> tuple[list[Any], dict[sp.Symbol, tuple[Any, Laplacian]]]:
    """Expressions with their sums of pure second derivatives as symbols, and what those stand for.

    Such a sum, with numbers for coefficients, is one derivative in the sweep; nothing changes where that spares none,
    because the single derivatives stand somewhere else as well.
    """
    known: dict[Any, Any] = {symbol: sp.Float(value) for symbol, value in problem.values.items()}
    symbols: dict[tuple[Any, Laplacian], sp.Symbol] = {}

    def weight(term: Any) -> tuple[Any, Any, float] | None:
        """A term `c u_kk` as (u, k, c)."""
        factor, rest = term.as_independent(sp.Derivative, as_Add=False)
        if not isinstance(rest, sp.Derivative) or (factor := factor.xreplace(known)).free_symbols:
            return None
        pairs: Any = rest.variable_count
        return (rest.expr, pairs[0][0], float(factor)) if len(pairs) == 1 and pairs[0][1] == 2 else None

    def collected(total: Any) -> Any:
        pure: dict[Any, dict[Any, float]] = {}
        for term in total.args:
            if found := weight(term):
                field, symbol, value = found
                pure.setdefault(field, {})[symbol] = value
        fields = {f: weights for f, weights in pure.items() if len(weights) > 1}
        rest = [t for t in total.args if not ((found := weight(t)) and found[0] in fields)]
        for field, weights in fields.items():
            first = next(w for s in problem.symbols if (w := weights.get(s)))
            part = Laplacian(tuple(weights.get(s, 0.0) / first for s in problem.symbols))
            name = symbols.setdefault((field, part), sp.Dummy(f"laplacian_{len(symbols)}", real=True))
            rest.append(first * name if first != 1 else name)
        return sp.Add(*rest) if fields else total

    def coordinates(expressions: Sequence[Any]) -> set[Any]:
        """Those of the pure second derivatives."""
        return {one[1] for e in expressions for d in e.atoms(sp.Derivative) if (one := weight(d))}

    found = [e.replace(lambda part: isinstance(part, sp.Add), collected) for e in expressions]
    spared = len(coordinates(expressions)) - len(coordinates(found))
    if spared <= len({part for _, part in symbols}):
        return list(expressions), {}
    return found, {symbol: key for key, symbol in symbols.items()}


def _integral(problem: Problem, integral: Integral) -> Callable[[Callee, Array], Array]:
    """An integral over space at the time of a point, by a fixed rule."""
    rule = quadrature.rule(problem, integral)
    k = len(problem.space)
    d = len(problem.coordinates)
    curved = bool(integral.integrand.free_symbols & set(normal(k)))

    def value(u: Callee, x: Array) -> Array:
        nodes = jnp.asarray(rule.nodes, x.dtype)
        times = jnp.broadcast_to(x[k:], (nodes.shape[0], d - k))
        points = jnp.concatenate([nodes, times], axis=1)
        weights = jnp.asarray(rule.weights, x.dtype)
        if not curved:
            residual = lower_expressions(problem, [integral.integrand])
            return jnp.sum(weights * jax.vmap(lambda y: residual(u, y)[0])(points))

        def at(y: Array, direction: Array) -> Array:
            return lower_expressions(problem, [integral.integrand], lambda _: direction)(u, y)[0]

        return jnp.sum(weights * jax.vmap(at)(points, jnp.asarray(rule.normals, x.dtype)))

    return value


def _lower(expression: sp.Basic, memo: dict[sp.Basic, Any]) -> Any:
    """Leaves first, by table; equal subexpressions are computed once."""
    if expression not in memo:
        if isinstance(expression, sp.Piecewise):
            parts = [part for pair in expression.args for part in pair.args]
        else:
            parts = list(expression.args) if not expression.is_Number else []
        memo[expression] = _apply(expression, [_lower(part, memo) for part in parts])
    return memo[expression]


def _apply(expression: sp.Basic, operands: list[Any]) -> Any:
    match expression:
        case sp.Number() | sp.NumberSymbol():
            return float(expression)
        case sp.logic.boolalg.BooleanAtom():
            return bool(expression)
        case sp.Add():
            return reduce(lambda a, b: a + b, operands)
        case sp.Mul():
            return reduce(lambda a, b: a * b, operands)
        case sp.Pow():
            return _power(operands[0], operands[1])
        case sp.Piecewise():
            *pairs, (result, _) = zip(operands[::2], operands[1::2], strict=True)
            for value, condition in reversed(pairs):
                result = jnp.where(condition, value, result)
            return result
        case sp.And():
            return reduce(jnp.logical_and, operands)
        case sp.Or():
            return reduce(jnp.logical_or, operands)
        case sp.Not():
            return jnp.logical_not(operands[0])
        case sp.core.relational.Relational():
            return _RELATIONS[type(expression)](*operands)
        case sp.Heaviside():
            return jnp.where(operands[0] > 0, 1.0, 0.0)
        case sp.DiracDelta():
            return 0.0
        case _ if expression.func in BY_HEAD:
            name = BY_HEAD[expression.func][1].array
            function = getattr(jnp, name, None) or getattr(jax.scipy.special, name)
            return reduce(function, operands) if len(operands) > 1 else function(operands[0])
    raise NotImplementedError(f"no numerical meaning for {expression.func}")


_RELATIONS: Mapping[Any, Callable[[Any, Any], Any]] = {
    sp.StrictLessThan: lambda a, b: a < b,
    sp.LessThan: lambda a, b: a <= b,
    sp.StrictGreaterThan: lambda a, b: a > b,
    sp.GreaterThan: lambda a, b: a >= b,
    sp.Equality: lambda a, b: a == b,
    sp.Unequality: lambda a, b: a != b,
}


def _power(base: Any, exponent: Any) -> Any:
    """Integer powers stay integer powers: the derivatives of `jnp.power` at 0 are not numbers."""
    if not isinstance(exponent, float):
        return jnp.power(base, exponent)
    if isinstance(base, float):
        return base**exponent
    if exponent == int(exponent):
        return jax.lax.integer_pow(base, int(exponent))
    if exponent in (0.5, -0.5):
        root = jnp.sqrt(base)
        return root if exponent > 0 else 1 / root
    return jnp.power(base, exponent)
