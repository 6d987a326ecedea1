"""From conditions on slopes to fluxes that do not fit: sources against fluxes, convection, inlets, the start of time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp

from pdedsl.checker.probe import face_words, numbers, point_words, points_of, values_at
from pdedsl.geometry import quadrature
from pdedsl.geometry.faces import Face, Piece, Rim, is_terminal, pieces, start
from pdedsl.geometry.places import satisfying
from pdedsl.geometry.points import inside, random
from pdedsl.problem.atoms import normal
from pdedsl.problem.derivatives import expand_derivatives, node_count, occurring
from pdedsl.problem.domain import Domain
from pdedsl.problem.evaluate import evaluate
from pdedsl.problem.printer import write_expression
from pdedsl.problem.problem import Problem
from pdedsl.problem.sources import from_source, point_sources
from pdedsl.problem.statements import Boundary, Constraint, Equation, Field, Initial
from pdedsl.problem.symbol import MultiIndex, linearised, order
from pdedsl.vocabulary.diagnostics import Diagnostic

LONGEST = 400
"""Nodes of an expression that is looked at."""


MOST_PIECES = 32
"""Faces that are looked at one by one."""


@dataclass(frozen=True)
class Flux:
    """A condition `value*u + slope*dn(u) = data` on a face, or on the rims of a shape, however it was written.

    On a face of x it may be `dx(u)`.
    """

    condition: Boundary
    piece: Piece
    value: sp.Expr
    slope: sp.Expr
    data: sp.Expr


def fluxes(problem: Problem, condition: Boundary, unknown: Field) -> Iterator[Flux | None]:
    """A condition by its components and the pieces that it holds on; None where it is not linear in `u` and `dn(u)`."""
    space = [c.symbol for c in problem.space]
    outward: tuple[Any, ...] = normal(len(space))
    none = (0,) * len(problem.coordinates)
    axes = [tuple(int(s == own) for s in problem.symbols) for own in space]
    for residual in condition.residual:
        if unknown.name not in occurring((residual,)):
            continue
        if node_count(residual, {}) > LONGEST:
            yield None
            continue
        symbol = linearised(residual, problem)
        whole = symbol.coefficients.get(unknown.name, {})
        plain = len(symbol.coefficients) == 1 and symbol.is_linear and set(whole) <= {none, *axes}
        found = pieces(problem.domain, condition)
        if len(found) > MOST_PIECES:
            yield None  # more faces than anyone would look at one by one
            found = found[:MOST_PIECES]
        rims = [piece for piece in found if isinstance(piece.face, Rim)]  # one normal stands for those of all
        for piece in [*(p for p in found if p not in rims), *rims[:1]] if plain else ():
            known = _normal_of(problem.domain, piece)
            own: dict[Any, Any] = {index: sp.sympify(c).xreplace(known) for index, c in whole.items()}
            ways = [n.xreplace(known) for n in outward]
            if any(way == 0 and own.get(axis, 0) != 0 for axis, way in zip(axes, ways, strict=True)):
                yield None
                continue
            slopes = {sp.cancel(own.get(axis, 0) / way) for axis, way in zip(axes, ways, strict=True) if way != 0}
            slope: Any = slopes.pop()
            data: Any = symbol.data.xreplace(known)
            yield None if slopes else Flux(condition, piece, own.get(none, sp.S.Zero), slope, -data)
        if not plain:
            yield None


def _normal_of(domain: Domain, piece: Piece) -> dict[sp.Basic, sp.Expr]:
    """What the components of the normal are on a face of a box; nothing is known of that of a rim."""
    if not isinstance(piece.face, Face):
        return {}
    ways = [sp.Integer((1 if piece.face.end else -1) * int(axis == piece.face.axis)) for axis in domain.spatial]
    return dict(zip(normal(len(ways)), ways, strict=True))


def imbalance(problem: Problem, unknown: Field) -> str:
    """By how much the source of a pure Neumann problem misses the flux through the boundary, in words if it does.

    For `c laplacian(u) = f` with `b dn(u) = g` on the whole boundary, the integral of f/c must be that of g/b.
    """
    equations = [r for e in problem.equations for r in e.residual if unknown.name in occurring((r,))]
    own = [
        c
        for c in problem.conditions
        if unknown.name in occurring(c.residual) and not isinstance(c, Constraint) and not from_source(problem, c)
    ]
    space = [c.symbol for c in problem.space]
    if problem.time is not None or len(equations) != 1 or set(unknown.arguments) != set(space):
        return ""
    source = _source(problem, equations[0], unknown)
    if source is None:
        return ""
    total, error = _integral(problem, source, None)
    total -= sum(problem.domain.number(own.strength) for own in point_sources(problem, -source))
    out = 0.0
    for condition in own:
        for flux in fluxes(problem, condition, unknown) if isinstance(condition, Boundary) else (None,):
            if flux is None or flux.value != 0 or flux.slope == 0 or flux.slope.free_symbols & set(problem.symbols):
                return ""
            value, miss = _integral(problem, flux.data / flux.slope, flux)
            out, error = out + value, error + miss
    if not abs(total - out) > error:
        return ""
    return f"the integral of the laplacian is {total:.6g}, that of the flux through the boundary {out:.6g}"


def _source(problem: Problem, residual: sp.Expr, unknown: Field) -> sp.Expr | None:
    """The f of `laplacian(u) = f`, if a residual is a constant multiple of that."""
    bare = residual.xreplace(dict.fromkeys(residual.atoms(sp.Derivative), sp.S.Zero))
    if node_count(residual, {}) > LONGEST or bare.has(unknown.expression):
        return None
    symbol = linearised(residual, problem)
    own = symbol.coefficients.get(unknown.name, {})
    wanted = {tuple(2 * int(s == c.symbol) for s in problem.symbols) for c in problem.space}
    if set(own) != wanted or len(symbol.coefficients) > 1 or not symbol.is_linear:
        return None
    factors = {sp.cancel(c) for c in own.values()}
    if len(factors) != 1:
        return None
    factor = factors.pop()
    if factor == 0 or factor.free_symbols - set(problem.domain.values) or occurring((factor,)):
        return None
    return -symbol.data / factor


def _integral(problem: Problem, data: sp.Expr, flux: Flux | None) -> tuple[float, float]:
    """An integral over the domain, or over where a flux is given, and the error that its rule may have."""
    domain = problem.domain
    entries: Any = () if flux is None else flux.condition.where
    where: Any = sp.Or(*entries) if flux is not None else None
    rule = quadrature.rule(domain, where)
    kept = np.ones(len(rule.nodes), bool)
    if flux is not None and isinstance(flux.piece.face, Face):
        place = domain.spatial.index(flux.piece.face.axis)
        kept = rule.normals[:, place] == (1.0 if flux.piece.face.end else -1.0)
    values = domain.at(rule.nodes) | dict(zip(normal(len(domain.space)), rule.normals.T, strict=True))
    parts = np.where(kept, rule.weights * np.asarray(evaluate(data, values), float), 0.0)
    return float(parts.sum()), (rule.error + 1e-9) * float(np.abs(parts).sum())


def convection(problem: Problem) -> Iterator[Diagnostic]:
    """W510: heat that flows in where the surface is hotter than what is around it."""
    space = {c.symbol for c in problem.space}
    residuals = [r for e in problem.equations for r in e.residual]
    for condition in _sides(problem):
        for unknown in problem.fields:
            if order(residuals, unknown, space) != 2:
                continue
            for flux in fluxes(problem, condition, unknown):
                if flux is None or flux.value == 0 or flux.slope == 0:
                    continue
                points = points_of(problem, condition)
                values = values_at(problem.domain, points, (flux.value, flux.slope))
                signs = np.sign(numbers(flux.value, values, points) * numbers(flux.slope, values, points))
                if len(signs) and signs.max() < 0:
                    name = unknown.name
                    message = f"the larger `{name}` is at the surface, the more flows in: exchange with what is around"
                    help_ = f"outward it flows as `-dn({name})`: write `{_exchange(flux, name)}`"
                    yield Diagnostic("W510", f"{message} goes the other way", condition.span, help_)
                    break


def _exchange(flux: Flux, name: str) -> str:
    """A condition on a flux in or out as it is for one that flows out the more, the larger the field is."""
    around: Any = sp.cancel(flux.data / flux.value)
    gap = f"({name} - {_factor(around)})" if around else name
    conducted, exchanged = ("" if c == 1 else f"{_factor(c)}*" for c in map(_plain, (flux.slope, flux.value)))
    return f"-{conducted}dn({name}) = {exchanged}{gap}"


def _plain(factor: sp.Expr) -> sp.Expr:
    """Without a minus sign before it."""
    return -factor if factor.could_extract_minus_sign() else factor


def _factor(expression: sp.Expr) -> str:
    text = write_expression(expression)
    return f"({text})" if expression.is_Add or expression.could_extract_minus_sign() else text


def inlets(problem: Problem) -> Iterator[Diagnostic]:
    """W511: a value given on a face through which a first-order equation carries its field out."""
    if problem.time is None or not any(isinstance(c, Initial) for c in problem.conditions):
        return
    column = problem.domain.column(problem.time.symbol)
    for equation, residual in ((e, r) for e in problem.equations for r in e.residual):
        if node_count(residual, {}) > LONGEST:
            continue
        symbol = linearised(residual, problem)
        if len(symbol.coefficients) != 1 or not symbol.is_linear:
            continue
        ((name, own),) = symbol.coefficients.items()
        own = _live(problem, equation, own)
        first = tuple(int(k == column) for k in range(len(problem.coordinates)))
        if first not in own or any(sum(index) > 1 for index in own):
            continue
        (unknown,) = (f for f in problem.fields if f.name == name)
        for condition in _sides(problem):
            for flux in fluxes(problem, condition, unknown):
                if flux is not None and flux.slope == 0 and isinstance(flux.piece.face, Face):
                    yield from _outlet(problem, equation, flux, own, own[first])


def _live(problem: Problem, equation: Equation, symbol: Mapping[MultiIndex, sp.Expr]) -> dict[MultiIndex, sp.Expr]:
    """The derivatives that have a part in an equation, for the values of its constants."""
    points = points_of(problem, equation)
    values = values_at(problem.domain, points)
    return {index: factor for index, factor in symbol.items() if numbers(factor, values, points).any()}


def _outlet(problem: Problem, equation: Equation, flux: Flux, own: Any, rate: sp.Expr) -> Iterator[Diagnostic]:
    face: Any = flux.piece.face
    along = own.get(tuple(int(k == face.axis) for k in range(len(problem.coordinates))), sp.S.Zero)
    points = points_of(problem, flux.condition)
    points = points[points[:, face.axis] == problem.bounds[face.axis][face.end]]
    values = values_at(problem.domain, points, (along, rate))
    speed = numbers(along, values, points) / numbers(rate, values, points) * (1 if face.end else -1)
    if len(speed) and np.nanmin(speed) > 0:
        place = face_words(problem.domain, face)
        message = f"the equation carries its field out through {place}: no value can be given there"
        other = face_words(problem.domain, Face(face.axis, 1 - face.end))
        also = ((equation.span, f"at speed {float(np.median(speed)):.3g} towards {place}"),)
        yield Diagnostic("W511", message, flux.condition.span, f"give it where it enters, on {other}", also)


def starting(problem: Problem) -> Iterator[Diagnostic]:
    """W504: a flux given at the boundary that the initial value does not have."""
    if problem.time is None:
        return
    domain, beginning = problem.domain, start(problem.domain)
    given = {}
    for condition in (c for c in problem.conditions if isinstance(c, Initial)):
        for left, right in zip(condition.lhs, condition.rhs, strict=True):
            given |= {f.name: (condition, right) for f in problem.fields if left == f.expression}
    for side in _sides(problem):
        for unknown in (f for f in problem.fields if f.name in given):
            first, value = given[unknown.name]
            for flux in fluxes(problem, side, unknown):
                if flux is None or flux.value != 0 or flux.slope == 0 or not isinstance(flux.piece.face, Face):
                    continue
                axis, sign = flux.piece.face.axis, 1 if flux.piece.face.end else -1
                points = points_of(problem, side)
                points[:, beginning.axis] = domain.bounds[beginning.axis][0]
                ends = points[:, axis] == domain.bounds[axis][flux.piece.face.end]
                points = points[ends & satisfying(domain, side.where, points)]
                early = expand_derivatives(sp.Integer(sign) * sp.diff(value, domain.symbols[axis]))
                late = expand_derivatives(flux.data / flux.slope)
                if any(own.has(f.expression) for own in (early, late) for f in problem.fields):
                    continue  # what is sought is not known to disagree
                values = values_at(domain, points, (early, late))
                a, b = (numbers(e, values, points) for e in (early, late))
                size = max(np.abs(a).max(), np.abs(b).max(), _slope(problem, value, axis)) if len(a) else np.inf
                worst = int(np.nan_to_num(np.abs(a - b)).argmax()) if len(a) else 0
                if not len(a) or abs(a[worst] - b[worst]) <= 1e-6 * size:
                    continue
                message = (
                    f"the initial value of `{unknown.name}` and the flux given disagree at "
                    f"{point_words(domain, points[worst])}: dn({unknown.name}) is {a[worst]:.4g} against {b[worst]:.4g}"
                )
                also = ((side.span, f"here it is {b[worst]:.4g}"),)
                yield Diagnostic("W504", message, first.span, "the flux jumps at the start; change one of them", also)


def _slope(problem: Problem, value: sp.Expr, axis: int) -> float:
    """How steep an initial value is along a coordinate, on the whole."""
    points = inside(problem.domain, sp.true, 200, random(np.random.default_rng(6)))
    points[:, start(problem.domain).axis] = problem.bounds[start(problem.domain).axis][0]
    found = numbers(value, values_at(problem.domain, points, (value,)), points)
    return float(np.nan_to_num(np.abs(found)).max()) / problem.domain.lengths[problem.symbols[axis]]


def _sides(problem: Problem) -> Iterator[Boundary]:
    """The conditions on the boundary in space."""
    yield from (c for c in problem.conditions if isinstance(c, Boundary) and not is_terminal(c, problem.domain))
