"""From the reports of a problem and a solution to numbers, curves in time and norms."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp
from threadpoolctl import threadpool_limits

from pdedsl.geometry.points import spots
from pdedsl.geometry.quadrature import rule
from pdedsl.numerics.extremes import Extreme, extreme
from pdedsl.numerics.lower import Callee, lower_expressions
from pdedsl.numerics.polynomials import Apart, Expanded, many
from pdedsl.numerics.programs import program
from pdedsl.problem.derivatives import expand_derivatives
from pdedsl.problem.domain import middle
from pdedsl.problem.evaluate import evaluate
from pdedsl.problem.moving import to_fixed, to_stated, within
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Integral, Report
from pdedsl.problem.symbol import stand_ins
from pdedsl.vocabulary.operators import EXTREMES
from pdedsl.vocabulary.spoken import place_words

MANY = 4096
TIMES, FEW, ROUNDS = 101, 41, 2
"""Times of a curve, values of a parameter that the shape depends on, and how often some more are put where it is highest and lowest."""
SHARP = 1e-11
"""What the next coarser rule changes of an integral, relative to the largest, that is sharp enough."""
FINEST, NODES = 4, 1 << 17
"""The finest rule, and the most nodes of one, at all points together, for sums over bases, which are quick to evaluate."""


@dataclass(frozen=True)
class Quantity:
    """What a report says of a solution: a number, a curve in time or in a parameter, or the size and range of a function."""

    name: str
    values: np.ndarray
    """Shape (1,) for a number, (n,) for a curve or a function."""
    times: np.ndarray | None = None
    """The times of a curve, shape (n,)."""
    errors: np.ndarray | None = None
    """How far off each value is by the linearised problem, shape of the values, where that is known."""
    place: str = ""
    """Where an extreme is taken, as `x = 0.5`; of a curve where the most extreme of its values is."""
    ends: tuple[float, float] | None = None
    """The least and the greatest value, of a curve also between its times; None for those of `values`."""
    along: str = ""
    """The coordinate in which it is a curve: the time, or the parameter whose values its `times` are."""
    spread: np.ndarray | None = None
    """The standard deviation by the noise of parameters, shape of the values."""
    bent: bool = False
    """Whether that noise is so large that it is more than to first order."""

    @property
    def error(self) -> float | None:
        """How far off it is; of a curve at most, of a function in the root mean square."""
        if self.errors is None:
            return None
        own = self.errors[np.isfinite(self.values)] if np.isfinite(self.values).any() else self.errors
        return float(own.max() if self.times is not None else np.sqrt(np.mean(own**2)))

    def __str__(self) -> str:
        low, high = self.ends or _range(self.values)
        at = f" at {self.place}" if self.place else ""
        off = "" if self.error is None else f" \N{PLUS-MINUS SIGN} {self.error:.0e}"
        if self.spread is not None:
            most = float(np.nanmax(self.spread))
            off += (
                f", standard deviation {'up to ' if self.spread.size > 1 else ''}{most:.3g} by the noise of parameters"
            )
            off += ", which is not small: they are not in proportion" if self.bent else ""
        if self.values.size == 1:
            return f"{self.values[0]:.10g}{off}{at}"
        between = f"between {low:.6g} and {high:.6g}"
        if self.times is not None:
            first, last = (
                f"{v:.6g} at {self.along} = {t:g}"
                for v, t in zip(self.values[[0, -1]], self.times[[0, -1]], strict=True)
            )
            return f"{first}, {last}, {between}{off}{at}"
        return f"root mean square {np.sqrt(np.mean(self.values**2)):.6g}{off} over the domain, {between}"


def quantities(problem: Problem, u: Callee, e: Callee | None = None) -> tuple[Quantity, ...]:
    """The reports of a problem, evaluated on a solution `u` of one point; `e` is what is known of its error."""
    return tuple(quantity(problem, report, u, e) for report in problem.reports)


def quantity(problem: Problem, report: Report, u: Callee, e: Callee | None = None) -> Quantity:
    """A report, evaluated on a solution `u` of one point; `e` is what is known of its error."""
    domain, solution = problem.domain, many(u)
    varying = problem.varying((report.value, *(report.at or ())))
    points, times = spots(domain, report.at, varying, MANY, _same), None
    spatial, held = list(domain.spatial), [k for k in domain.other if k >= len(report.at or ())]
    if len(points) > 1 and (report.at is not None or (points[:, spatial] == points[:1, spatial]).all()):
        points = points[:1]
        points[0, held] = [middle(*domain.bounds[k]) for k in held]
    timely = [k for k, c in enumerate(domain.coordinates) if c.kind == "time"]
    column = None if domain.along is None else domain.column(domain.along.symbol)
    if len(points) == 1 and column in held and domain.symbols[column] in varying:
        points = np.repeat(points[:1], FEW if domain.shaping else TIMES, axis=0)
        points[:, column] = times = domain.line(column, np.linspace(0, 1, len(points)))

    def at(points: np.ndarray) -> Values:
        """The report at points in the coordinates of the text, where it names one: not a number beyond a moving end."""
        if report.at is None:
            return values_of(problem, report.value, u, points, e)
        stated = domain.put(report.at, points)
        stated[:, timely] = to_stated(problem, solution, points)[:, timely]
        found = values_of(problem, report.value, u, to_fixed(problem, solution, stated), e)
        return found.only(within(problem, solution, stated))

    curve = found = at(points)
    if times is not None:
        found = _sharpened(problem, at, points[0], times, curve)
    place = ""
    if report.value in found.extremes:
        own = found.extremes[report.value]
        largest = any(i.symbol == report.value and i.kind == "maximum" for i in problem.integrals)
        most = int(own.values.argmax() if largest else own.values.argmin())
        curved = domain.along if times is not None else None
        kept = [c for c in domain.coordinates if c.kind == "space" or c == curved]
        spot = to_stated(problem, solution, own.places[most][None])[0]
        columns = [domain.column(c.symbol) for c in kept]
        place = place_words({problem.names[k]: spot[k] for k in columns}, 6)
    # Of several parameters, or of one beside time, the middles of their intervals.
    fixed = [k for k in held if domain.coordinates[k].kind == "parameter" and domain.symbols[k] in varying]
    fixed = [k for k in fixed if (points[:, k] == points[0, k]).all()]
    place = ", ".join(filter(None, [place, place_words({problem.names[k]: points[0, k] for k in fixed}, 6)]))
    errors = None if curve.errors is None else np.abs(curve.errors)
    ends = _range(found.values)
    along = "" if times is None or column is None else problem.names[column]
    if times is not None and column in timely:
        points = np.repeat(points[:1], len(times), axis=0)
        points[:, column] = times
        times = to_stated(problem, solution, points)[:, column]
    return Quantity(report.name, curve.values, times, errors, place, ends, along)


@dataclass(frozen=True)
class Values:
    """An expression on a solution at n points."""

    values: np.ndarray
    """Shape (n,)."""
    errors: np.ndarray | None
    """What changes if the solution is corrected by what is known of its error, shape (n,)."""
    extremes: Mapping[Any, Extreme]
    """The extremes that it holds, by symbol."""

    def only(self, where: np.ndarray) -> "Values":
        """Not a number elsewhere."""
        errors = None if self.errors is None else np.where(where, self.errors, np.nan)
        return replace(self, values=np.where(where, self.values, np.nan), errors=errors)

    def with_others(self, others: "Values", order: np.ndarray) -> "Values":
        """These values and others behind them, in another order."""

        def both(one: np.ndarray, other: np.ndarray) -> np.ndarray:
            return np.concatenate([one, other])[order]

        extremes = {
            s: Extreme(both(own.values, others.extremes[s].values), both(own.places, others.extremes[s].places))
            for s, own in self.extremes.items()
        }
        errors = None if self.errors is None or others.errors is None else both(self.errors, others.errors)
        return Values(both(self.values, others.values), errors, extremes)


def _range(values: np.ndarray) -> tuple[float, float]:
    """The least and the greatest value, of those that are numbers."""
    own = values[np.isfinite(values)] if np.isfinite(values).any() else values
    return float(own.min()), float(own.max())


def _summits(times: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The tops of the parabolas through the highest and the lowest value of a curve and their neighbours, where these are inside."""
    found = set[float]()
    for best in (int(np.nan_to_num(values, nan=-np.inf).argmax()), int(np.nan_to_num(values, nan=np.inf).argmin())):
        if 0 < best < len(times) - 1:
            t, v = times[best - 1 : best + 2] - times[best], values[best - 1 : best + 2] - values[best]
            bend = v[0] * t[2] - v[2] * t[0]
            top = (v[0] * t[2] ** 2 - v[2] * t[0] ** 2) / (2 * bend) if bend else 0.0
            if t[0] < top < t[2] and top:  # not so beside what is not a number
                found.add(float(times[best] + top))
    return np.sort(list(found - set(times.tolist())))


def _sharpened(
    problem: Problem, at: Callable[[np.ndarray], Values], point: np.ndarray, times: np.ndarray, found: Values
) -> Values:
    """A curve in time with more values where it is highest and lowest, between its times."""
    assert problem.domain.along is not None
    column = problem.domain.column(problem.domain.along.symbol)
    for _ in range(ROUNDS):
        more = _summits(times, found.values)
        if not more.size:
            break
        points = np.repeat(point[None], len(more), axis=0)
        points[:, column] = more
        order = np.argsort(np.concatenate([times, more]))
        times = np.concatenate([times, more])[order]
        found = found.with_others(at(points), order)
    return found


@threadpool_limits.wrap(limits=1, user_api="blas")  # of many small products several threads make no end
def values_of(problem: Problem, expression: Any, u: Callee, points: np.ndarray, e: Callee | None = None) -> Values:
    """An expression on a solution `u` at points of shape (n, d); `e` is what is known of the error of `u`."""
    domain = problem.domain
    asked = [i for i in problem.integrals_in([expression]) if i.kind in EXTREMES]
    shares = (0.0,) if e is None else (0.0, 1.0)
    if not asked:
        alone, blur = _lowered(problem, [expression], u, e, points)
        return Values(alone[0, :, 0], _error(alone[..., 0], blur[:, 0]), {})
    moments = _moments(problem, points)
    plain, atoms = stand_ins(expand_derivatives(expression))
    totals = [i.symbol for i in problem.integrals_in([expression]) if i.kind not in EXTREMES]
    parts = [*atoms.values(), *totals]
    columns, blurs = np.zeros((len(shares), len(points), 0)), np.zeros((len(points), 0))
    if parts:
        columns, blurs = _lowered(problem, parts, u, e, points)
    found, first = [], {}
    for share, own in zip(shares, columns, strict=True):
        solution = sums[int(share)] if (sums := _sums(u, e)) else _corrected(u, e, share)
        extremes = {i.symbol: extreme(problem, i, solution, moments) for i in asked}
        first = first or extremes
        values: dict[Any, Any] = domain.at(points) | dict(zip([*atoms, *totals], own.T, strict=True))
        for symbol, each in extremes.items():
            values[symbol] = _at(problem, points, moments, each.values)
        found.append(np.broadcast_to(np.asarray(evaluate(plain, values), float), (len(points),)))
    return Values(found[0], _error(np.stack(found), blurs.sum(axis=1)), first)


@threadpool_limits.wrap(limits=1, user_api="blas")
def integrals_of(problem: Problem, integrals: Sequence[Integral], u: Callee, points: np.ndarray) -> np.ndarray:
    """Some integrals of a problem on a solution, as sharp as the largest of them asks for, within fewer nodes than those
    that are reported; shape (number of them, n).
    """
    found, _ = _lowered(problem, [own.symbol for own in integrals], u, None, points, NODES // 4)
    return found[0].T


def _error(found: np.ndarray, blur: np.ndarray) -> np.ndarray | None:
    """What changes from the first row to the second, made larger by what integrals may be off; None for one row alone."""
    if len(found) < 2:
        return None
    change = found[0] - found[1]
    return change + np.copysign(blur, change)


def _sums(u: Callee, e: Callee | None) -> list[Expanded]:
    """A solution, and that corrected by what is known of its error, where both are sums over bases; else nothing."""
    if isinstance(u, Expanded) and (e is None or isinstance(e, Apart)):
        return [u] if e is None else [u, e.corrected]
    return []


def _corrected(u: Callee, e: Callee | None, share: Any) -> Callee:
    """A solution less a share of what is known of its error."""
    return u if e is None else lambda x: jnp.reshape(u(x), (-1,)) - share * e(x)


def _moments(problem: Problem, points: np.ndarray) -> np.ndarray:
    """Points with all the times and parameters of others; of too many times alone, some between the first and the last of them."""
    others = list(problem.domain.other)
    rows = np.unique(points[:, others], axis=0)
    found = np.repeat(points[:1], len(rows), axis=0)
    found[:, others] = rows
    varying = [k for k in others if np.ptp(points[:, k]) > 0]
    if len(varying) == 1 and len(rows) > TIMES:
        found = found[:TIMES]
        found[:, varying[0]] = np.linspace(points[:, varying[0]].min(), points[:, varying[0]].max(), TIMES)
    return found


def _at(problem: Problem, points: np.ndarray, moments: np.ndarray, values: np.ndarray) -> np.ndarray:
    """What has some values at moments, at the times and parameters of points, shape (n,)."""
    others = list(problem.domain.other)
    varying = [k for k in others if np.ptp(points[:, k]) > 0]
    if len(varying) == 1:
        return np.interp(points[:, varying[0]], moments[:, varying[0]], values)
    _, places = np.unique(points[:, others], axis=0, return_inverse=True)
    return values[np.ravel(places)]


def _lowered(
    problem: Problem,
    expressions: list[sp.Expr],
    u: Callee,
    e: Callee | None,
    points: np.ndarray,
    most: int = NODES,
) -> tuple[np.ndarray, np.ndarray]:
    """Expressions on a solution as it is, and corrected where its error is known, shape (1 or 2, n, expressions); and what
    the rules of their integrals may be off, shape (n, expressions).
    """
    held = problem.integrals_in(expressions)
    if held and problem.domain.shaping:  # integrals over the shape that there is for the parameters of each point
        found, off = (
            np.zeros((1 if e is None else 2, len(points), len(expressions))),
            np.zeros((len(points), len(expressions))),
        )
        shapes = list(problem.domain.shaped(points))
        for domain, own in shapes:
            alone, each = replace(problem, domain=domain), most // len(shapes)
            found[:, own], off[own] = _lowered(alone, expressions, u, e, points[own], each)
        return found, off
    if sums := _sums(u, e):

        def at(fine: int) -> np.ndarray:
            return np.stack([own.evaluated(problem, expressions, points, fine=fine) for own in sums])

        levels = range(1, FINEST + 1)
    else:
        levels = ()

        def at(fine: int) -> np.ndarray:
            value = lower_expressions(expressions, problem.domain, problem.fields, problem.integrals, fine=fine)
            many = program(jax.vmap(lambda x, share: value(_corrected(u, e, share), x), in_axes=(0, None)))
            shares = (0.0,) if e is None else (0.0, 1.0)
            return np.stack([np.asarray(many(jnp.asarray(points), share)) for share in shares])

    found = at(0)
    if not held or (e is None and not levels):  # nobody asks what it is off, and nothing sharper is to be had
        return found, np.zeros(found.shape[1:])
    before = at(-1)
    for fine in levels:
        nodes = max(len(rule(problem.domain, i.where, i.kind == "mean", fine).weights) for i in held)
        if np.abs(found - before).max() <= SHARP * np.abs(found).max() or nodes * len(points) > most:
            break
        before, found = found, at(fine)
    return found, np.abs(found[0] - before[0])


def _same(n: int, d: int) -> np.ndarray:
    """The same random numbers at every call."""
    return np.random.default_rng(7).random((n, d))
