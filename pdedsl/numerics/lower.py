"""From the SymPy residuals of a problem to JAX functions `residual(fields, x)` of any callables."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import jax
import jax.numpy as jnp
import jax.scipy.special
import numpy as np
import sympy as sp
from jax import Array
from sympy.core.function import AppliedUndef

from pdedsl.geometry import quadrature
from pdedsl.geometry.faces import Face, Rim, pieces
from pdedsl.geometry.interfaces import Level, levels, nudge
from pdedsl.geometry.points import shapes
from pdedsl.numerics.bases import total
from pdedsl.numerics.derivatives import Differentiable, Laplacian, Part, derivatives
from pdedsl.numerics.tables import tabulated
from pdedsl.problem.atoms import normal
from pdedsl.problem.derivatives import expand_derivatives
from pdedsl.problem.domain import Domain
from pdedsl.problem.given import Kept, Polynomial, Source, Tabulated
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Field, Integral, Interface, Statement
from pdedsl.problem.symbol import multi_index
from pdedsl.vocabulary.functions import BY_HEAD

Callee = Callable[[Array], Array]
"""A point of shape (d,) to the values of all unknowns, shape (n,)."""
Fields = Callee | Mapping[str, Callable[..., Array]]
"""All unknowns at once, or each by name as a function of its own arguments."""


@dataclass(frozen=True)
class Need:
    """A value that a residual uses: an unknown or one of its derivatives at the point."""

    unknown: str
    part: Part


@dataclass(frozen=True, eq=False)
class Residual:
    """`lhs - rhs` of a statement: a pure function `residual(fields, x)`, usable under `jit`, `vmap` and `grad`.

    Spaces that have tables of derivatives need no differentiation: they give the values that it `needs` to `at`.
    """

    unknowns: tuple[Field, ...]
    symbols: tuple[sp.Symbol, ...]
    needs: tuple[Need, ...]
    integrals: tuple["IntegralOver | Across", ...]
    at: Callable[[Mapping[Need, Array], Sequence[Array], Array], Array]
    """From the values that it needs, those of its integrals, in order, and the point to the residual, shape (m,)."""

    def __call__(self, fields: Fields, x: Array) -> Array:
        """The residual of some fields at one point `x` of shape (d,), shape (m,).

        `fields` maps each unknown's name to a function of its own arguments, `{"u": u}` with `u(x)` for `x` of as many
        coordinates as the field has, in the order of declaration; or is one function of the whole point to the values
        of all unknowns. Raises ValueError for other shapes and names.
        """
        if jnp.shape(x) != (len(self.symbols),):
            raise ValueError(f"x must be one point of shape ({len(self.symbols)},), not {jnp.shape(x)}; use jax.vmap")
        u = fields if isinstance(fields, Differentiable) else together(fields, self.unknowns, self.symbols)
        found = derivatives(u, x, dict.fromkeys(need.part for need in self.needs))
        places = {f.name: place for place, f in enumerate(self.unknowns)}
        values = {need: found[need.part][places[need.unknown]] for need in self.needs}
        return self.at(values, [integral(u, x) for integral in self.integrals], x)


@dataclass(frozen=True, eq=False)
class IntegralOver:
    """An integral over space at the time of a point, by a fixed rule."""

    domain: Domain
    rule: quadrature.Rule
    integrand: Callable[[Array], Residual]
    """The integrand for an outward normal, shape (number of spatial coordinates,)."""

    def __call__(self, u: Callee, x: Array) -> Array:
        spatial = np.asarray(self.domain.spatial, int)
        nodes = jnp.asarray(self.rule.nodes, x.dtype)
        points = jnp.broadcast_to(x, (nodes.shape[0], x.shape[0])).at[:, spatial].set(nodes)
        values = jax.vmap(lambda y, n: self.integrand(n)(u, y)[0])(points, jnp.asarray(self.rule.normals, x.dtype))
        return jnp.sum(jnp.asarray(self.rule.weights, x.dtype) * values)


@dataclass(frozen=True, eq=False)
class Across:
    """A jump: what an expression is on the side of a line or surface that the normal points to, less that on the other."""

    domain: Domain
    integrand: Callable[[Array], Residual]
    """The expression for a normal, shape (number of spatial coordinates,)."""
    outward: Callee

    def __call__(self, u: Callee, x: Array) -> Array:
        spatial, direction = np.asarray(self.domain.spatial, int), self.outward(x)
        step = jnp.zeros_like(x).at[spatial].set(nudge(self.domain, jnp.finfo(x.dtype).eps) * direction)
        own = self.integrand(direction)
        return own(u, x + step)[0] - own(u, x - step)[0]


def together(fields: Fields, unknowns: Sequence[Field], symbols: Sequence[sp.Symbol]) -> Callee:
    """Fields as one function of a point to the values of all unknowns, shape (n,)."""
    n = len(unknowns)
    if not isinstance(fields, Mapping):

        def values(x: Array) -> Array:
            value = jnp.asarray(fields(x))
            if value.size != n:
                raise ValueError(f"u(x) must hold the values of {n} field(s), not an array of shape {value.shape}")
            return value.reshape((n,))

        return values
    names = [f.name for f in unknowns]
    if set(names) != set(fields):
        missing, extra = [k for k in names if k not in fields], [k for k in fields if k not in names]
        what = f"`{missing[0]}` is missing" if missing else f"there is no unknown `{extra[0]}`"
        raise ValueError(f"{what}: fields has a function for each of {', '.join(names)}")
    columns = [np.asarray([symbols.index(s) for s in f.arguments], int) for f in unknowns]

    def each(x: Array) -> Array:
        found = []
        for unknown, own in zip(unknowns, columns, strict=True):
            function = fields[unknown.name]
            value = jnp.asarray(function(x if len(own) == x.shape[0] else x[own]) if len(own) else function())
            if value.size != 1:
                raise ValueError(f"`{unknown.name}` must have one value at a point, not an array of {value.shape}")
            found.append(value.reshape(()))
        return jnp.stack(found)

    return each


def residuals(problem: Problem) -> dict[str, Residual]:
    """The residuals `lhs - rhs` of a problem's statements by name.

    Each is a pure function `residual(fields, x)`: `fields` maps each field's name to a function of its own coordinates,
    `{"u": u, "v": v}`, or is one function of a point to the field's value, or to the values of all fields in order; `x`
    is one point of shape (d,), coordinates in the order of declaration, space then time; the result has shape (m,), m
    the number of scalar components of the statement. Usable under `jit`, `vmap` and `grad`, with respect to `x` and to
    anything that the fields close over.
    """
    return {statement.name: lower(problem, statement) for statement in problem.statements}


def lower(problem: Problem, statement: Statement) -> Residual:
    """The residual of one statement; see `residuals`."""
    outward = outward_normal(problem.domain, statement)
    return lower_expressions(statement.residual, problem.domain, problem.fields, problem.integrals, outward)


def outward_normal(domain: Domain, statement: Statement) -> Callee:
    """The outward unit normal at a boundary point: of the nearest of the faces on which a statement holds.

    At a point of an interface its normal.
    """
    if isinstance(statement, Interface):
        return _across(domain, levels(statement.on))
    found = pieces(domain, statement)
    if domain.shape is not None:
        return _outward_of_shape(domain, [p.face.number for p in found if isinstance(p.face, Rim)])
    spatial = list(domain.spatial)
    faces = [p.face for p in found if isinstance(p.face, Face) and p.face.axis in spatial]
    axes = np.asarray([face.axis for face in faces], int)
    ends = np.asarray([domain.bounds[face.axis][face.end] for face in faces])
    lengths = np.asarray([domain.bounds[face.axis][1] - domain.bounds[face.axis][0] for face in faces])
    normals = np.zeros((len(faces), len(spatial)))
    for row, face in enumerate(faces):
        normals[row, spatial.index(face.axis)] = 1.0 if face.end else -1.0

    def at(x: Array) -> Array:
        return jnp.asarray(normals, x.dtype)[jnp.argmin(jnp.abs(x[axes] - ends) / lengths)]

    return at


def _outward_of_shape(domain: Domain, numbers: Sequence[int]) -> Callee:
    """Of the nearest of some surfaces: of the shape for the nearest parameters, where it depends on these."""
    middles = shapes(domain)
    held = [own.shape for own, _ in domain.shaped(middles) if own.shape is not None]
    surfaces = [shape.surfaces[number] for shape in held for number in numbers]
    gaps = lower_expressions([sp.Abs(s.level) + s.gap for s in surfaces], domain)
    slopes = lower_expressions([sp.diff(s.level, c.symbol) for s in surfaces for c in domain.space], domain)
    signs = np.asarray([held[0].sign(number) for number in numbers])
    shaping = list(domain.shaping)
    lengths = np.ptp(np.asarray([domain.bounds[k] for k in shaping]).reshape(-1, 2), axis=1)

    def at(x: Array) -> Array:
        own = jnp.argmin((((x[None, np.asarray(shaping, int)] - middles[:, shaping]) / lengths[None]) ** 2).sum(axis=1))
        nearest = jnp.argmin(gaps({}, x).reshape(len(held), -1)[own])
        direction = slopes({}, x).reshape(len(held), len(numbers), -1)[own, nearest]
        return jnp.asarray(signs, x.dtype)[nearest] * direction / jnp.linalg.norm(direction)

    return at


def _across(domain: Domain, own: Sequence[Level]) -> Callee:
    """The normal of the nearest of some levels, out of the region that it bounds, if it bounds one."""
    values = lower_expressions([level.value for level in own], domain)
    slopes = lower_expressions([sp.diff(level.value, c.symbol) for level in own for c in domain.space], domain)
    inner = lower_expressions(
        [sp.Piecewise((1, level.region), (0, True)) if level.region is not None else sp.Integer(0) for level in own],
        domain,
    )
    spatial = np.asarray(domain.spatial, int)

    def at(x: Array) -> Array:
        each = slopes({}, x).reshape(len(own), -1)
        steep = jnp.linalg.norm(each, axis=1)
        nearest = jnp.argmin(jnp.abs(values({}, x)) / jnp.where(steep > 0, steep, 1.0))
        direction = each[nearest] / steep[nearest]
        beyond = inner({}, x.at[spatial].add(nudge(domain, jnp.finfo(x.dtype).eps) * direction))[nearest]
        return jnp.where(beyond > 0, -direction, direction)

    return at


def lower_expressions(
    expressions: Sequence[sp.Expr],
    domain: Domain,
    fields: Sequence[Field] = (),
    integrals: Sequence[Integral] = (),
    outward: Callee | None = None,
    fine: int = 0,
) -> Residual:
    """Scalar expressions in fields and coordinates as one function `(fields, x) -> (m,)`.

    `outward` gives the normal at a point; it is needed where the expressions hold the normal. `fine` says how sharp the rules
    for integrals are (`quadrature.rule`).
    """
    expanded, sums = _laplacians(domain, [expand_derivatives(e) for e in expressions])
    names: dict[Any, str] = {f.expression: f.name for f in fields}
    needs: dict[Any, Need] = {symbol: Need(names[f], part) for symbol, (f, part) in sums.items()}
    for expression in expanded:
        # In an order of their own: that of a set changes with the process, and with it the compiled program.
        for atom in sorted(expression.atoms(sp.Derivative, AppliedUndef), key=sp.default_sort_key):
            inner: Any = atom.expr if isinstance(atom, sp.Derivative) else atom
            needs[atom] = Need(names[inner], multi_index(atom, domain.symbols))
    normals = normal(len(domain.space))
    wanted = set().union(*(e.free_symbols for e in expanded))
    held = [i for i in integrals if i.symbol in wanted]
    curved = bool(wanted & set(normals))
    fixed = {symbol: value for symbol, value in domain.values.items() if symbol in wanted}
    powers = set().union(*(p.exp.free_symbols for e in expanded for p in e.atoms(sp.Pow)))

    def at(values: Mapping[Need, Array], totals: Sequence[Array], x: Array) -> Array:
        memo: dict[Any, Any] = dict(zip(domain.symbols, x, strict=True)) | fixed
        # Arrays and not literals, so that programs for other values are the same.
        memo.update(
            (symbol, jnp.asarray([value], x.dtype)[0]) for symbol, value in fixed.items() if symbol not in powers
        )
        if curved:
            assert outward is not None
            memo.update(zip(normals, outward(x), strict=True))
        memo.update((integral.symbol, total) for integral, total in zip(held, totals, strict=True))
        memo.update((atom, values[need]) for atom, need in needs.items())
        return jnp.stack([jnp.asarray(_lower(e, memo), x.dtype) for e in expanded])

    over = tuple(_integral(integral, domain, fields, fine, outward) for integral in held)
    return Residual(tuple(fields), domain.symbols, tuple(dict.fromkeys(needs.values())), over, at)


def _integral(
    integral: Integral, domain: Domain, fields: Sequence[Field], fine: int, outward: Callee | None
) -> IntegralOver | Across:
    def integrand(direction: Array) -> Residual:
        return lower_expressions([integral.integrand], domain, fields, outward=lambda x: direction)

    if integral.local:
        assert outward is not None
        return Across(domain, integrand, outward)
    return IntegralOver(domain, quadrature.rule(domain, integral.where, integral.kind == "mean", fine), integrand)


def _laplacians(domain: Domain, expressions: Sequence[Any]) -> tuple[list[Any], dict[sp.Symbol, tuple[Any, Laplacian]]]:
    """Expressions with their sums of pure second derivatives as symbols, and what those stand for.

    Such a sum, with numbers for coefficients, beside numbers that are sought and that all have, is one derivative in the sweep;
    nothing changes where that spares none, because the single derivatives stand somewhere else as well.
    """
    known: dict[Any, Any] = {symbol: sp.Float(value) for symbol, value in domain.values.items()}
    symbols: dict[tuple[Any, Laplacian], sp.Symbol] = {}

    def weight(term: Any) -> tuple[tuple[Any, Any], Any, Any] | None:
        """A term `a c u_kk`, where `a` is sought, as ((u, a), k, c)."""
        factor, rest = term.as_independent(sp.Derivative, as_Add=False)
        if not isinstance(rest, sp.Derivative) or factor.free_symbols - known.keys():
            return None
        pairs: Any = rest.variable_count
        number, sought = factor.as_independent(AppliedUndef, as_Add=False)
        return ((rest.expr, sought), pairs[0][0], number) if len(pairs) == 1 and pairs[0][1] == 2 else None

    def collected(total: Any) -> Any:
        pure: dict[tuple[Any, Any], dict[Any, Any]] = {}
        for term in total.args:
            if found := weight(term):
                field, symbol, value = found
                pure.setdefault(field, {})[symbol] = value
        fields = {f: weights for f, weights in pure.items() if len(weights) > 1}
        rest = [t for t in total.args if not ((found := weight(t)) and found[0] in fields)]
        for (field, sought), weights in fields.items():
            each = {s: float(w.xreplace(known)) for s, w in weights.items()}
            first = next((s for s in domain.symbols if each.get(s)), None)
            if first is None:
                continue
            part = Laplacian(tuple(each.get(s, 0.0) / each[first] for s in domain.symbols))
            name = symbols.setdefault((field, part), sp.Dummy(f"laplacian_{len(symbols)}", real=True))
            rest.append(sought * weights[first] * name)
        return sp.Add(*rest) if fields else total

    def coordinates(expressions: Sequence[Any]) -> set[Any]:
        """Those of the pure second derivatives."""
        return {one[1] for e in expressions for d in e.atoms(sp.Derivative) if (one := weight(d))}

    found = [e.replace(lambda part: isinstance(part, sp.Add), collected) for e in expressions]
    spared = len(coordinates(expressions)) - len(coordinates(found))
    if spared <= len({part for _, part in symbols}):
        return list(expressions), {}
    return found, {symbol: key for key, symbol in symbols.items()}


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
        case sp.DiracDelta() | Source():
            return 0.0
        case Tabulated():
            dtype = jnp.result_type(float, *operands)
            return tabulated(type(expression))(*(jnp.asarray(own, dtype) for own in operands))
        case Polynomial():
            return type(expression).held(operands, type(expression).orders)
        case Kept():
            x = jnp.stack([jnp.asarray(own, jnp.result_type(*operands)) for own in operands])
            held = type(expression).held
            coefficients = jnp.asarray(held.coefficients, x.dtype)
            return total(held.basis, held.size, coefficients, x, type(expression).orders, {})
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
