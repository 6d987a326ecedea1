"""From a solution of an inverse problem to what was found: numbers with their errors, how well data are met, what data do not say."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import sympy as sp

from pdedsl.geometry.points import inside, random
from pdedsl.numerics.lower import Callee, lower_expressions
from pdedsl.numerics.polynomials import Expanded, many
from pdedsl.problem.bounds import FREE, Bounds
from pdedsl.problem.evaluate import evaluate
from pdedsl.problem.laws import written
from pdedsl.problem.problem import Problem
from pdedsl.problem.sought import worth
from pdedsl.problem.statements import Field
from pdedsl.spaces.collocation import Expansion
from pdedsl.spaces.linear import form
from pdedsl.spaces.measured import Measured, by_median, measured
from pdedsl.spaces.posterior import Posterior
from pdedsl.vocabulary.spoken import place_words

WITHIN = 1.96
"""Standard deviations to either side that hold 95 %."""
TIED, LOOSE = 0.95, 5.0
"""A correlation from which two numbers are known together, and not by themselves; and how many times worse the one of product and
quotient is then known.
"""
SURPRISING = 5.0
"""Standard deviations by which the mean square of what is left of data is larger than their noise explains."""
VAGUE = 0.5
"""The part of what its bounds allow that the interval of a number may be; and, without bounds, how well one near zero is known, in
units of its start.
"""
EDGE = 1e-3
"""The part of the distance of its start from an end of its interval within which an unknown is at that bound."""
CURVE = 101
"""Values of a law."""
POINTS = 1024
_SEED = 19_220_614


@dataclass(frozen=True)
class Found:
    """A number that was sought."""

    name: str
    value: float
    error: float
    """Its standard error; infinite where nothing determines it, not a number where no data were there to tell."""
    low: float
    """The ends of the interval that holds it with a probability of 95 %."""
    high: float
    at_bound: bool = False
    bounds: Bounds = FREE
    size: float = 1.0
    """That of what the search for it began with, where that is not zero."""
    silent: bool = False
    """Whether data were there, and nothing tells its error: of networks."""

    @property
    def vague(self) -> bool:
        """Whether its interval is most of what its bounds allow, or it is not known up to its size."""
        allowed = self.bounds.upper - self.bounds.lower
        if np.isfinite(allowed):
            return self.high - self.low > VAGUE * allowed
        return self.error > abs(self.value) and self.error > VAGUE * self.size

    def __str__(self) -> str:
        if self.silent:
            return f"{self.value:.4g}, its error is not known: networks do not tell it"
        if np.isnan(self.error):
            return f"{self.value:.10g}"
        if not np.isfinite(self.error):
            return f"{self.value:.3g}, but nothing determines it"
        digits = max(1, min(15, int(np.ceil(np.log10(max(abs(self.value) / max(self.error, 1e-300), 1.0)))) + 2))
        ends = f"95 % in [{self.low:.{digits}g}, {self.high:.{digits}g}]"
        return f"{self.value:.{digits}g} +- {self.error:.1e}, {ends}{', at its bound' if self.at_bound else ''}"


@dataclass(frozen=True, eq=False)
class Curve:
    """A law of one argument that was sought, over the range of this."""

    name: str
    argument: str
    at: np.ndarray
    """Shape (n,)."""
    values: np.ndarray
    deviations: np.ndarray | None
    """The standard deviation of each value; None where nobody knows."""

    @property
    def size(self) -> float:
        """The root mean square of its values."""
        return float(np.sqrt(np.mean(self.values**2)))

    @property
    def band(self) -> float:
        """That of its standard deviation."""
        return float(np.nan if self.deviations is None else np.sqrt(np.mean(self.deviations**2)))

    def __str__(self) -> str:
        low, high = self.at[[0, -1]]
        known = "" if self.deviations is None else f", with a standard deviation of {self.band:.1e}, root mean square"
        return f"{self.name}({self.argument}) for {self.argument} from {low:.3g} to {high:.3g}{known}"


@dataclass(frozen=True)
class Fit:
    """How a solution meets the values of a data statement."""

    statement: str
    count: int
    square: float
    """The mean square of what is left over its noise, or the square of its median: about 1 where the noise is what was stated."""
    noise: float | None
    """The standard deviation that was found, in units of the data, where none was stated."""
    worst: float
    """The largest deviation, in units of the noise."""
    where: Mapping[str, float]
    robust: bool = False
    """Whether all this goes by the median, which outliers leave as it is."""

    def __str__(self) -> str:
        where = place_words(self.where)
        at = f" at {where}" if where else ""
        if self.noise is not None:
            return f"{self.count} values, noise found {self.noise:.2e}, the farthest {self.worst:.1f} times that{at}"
        if self.count == 1:
            return f"a value, missed by {self.worst:.1f} times its noise{at}"
        how = " by the median" if self.robust else ""
        return f"{self.count} values, {self.square**0.5:.3g} times their noise{how}, the farthest {self.worst:.1f} times{at}"

    @property
    def surprising(self) -> bool:
        """Whether so much would hardly be left if the model and the noise were right."""
        return self.noise is None and self.square > 1 + SURPRISING * (2 / self.count) ** 0.5


@dataclass(frozen=True, eq=False)
class Left:
    """What is left of a data statement over its noise: without a pattern where the model is right."""

    statement: str
    along: tuple[str, np.ndarray]
    """The first coordinate of its table, shape (n,), or the number of each row."""
    values: np.ndarray
    """Shape (m, n)."""
    measured: tuple[str, ...]


@dataclass(frozen=True)
class Identified:
    """What data say of unknowns."""

    numbers: tuple[Found, ...]
    correlation: np.ndarray
    """Of the numbers, shape (n, n)."""
    fits: tuple[Fit, ...]
    bands: Mapping[str, float]
    """The standard deviation of each field, root mean square over the domain."""
    together: tuple[str, ...]
    """Which numbers are known together only, in words."""
    left: tuple[Left, ...] = ()
    curves: tuple[Curve, ...] = ()
    """Laws of one argument."""
    weighed: str = ""
    """The weight of penalties which leave it to the data, in words."""
    away: float = np.nan
    """See `Posterior`."""


def identified(problem: Problem, u: Callee, posterior: Posterior | None) -> Identified | None:
    """What was found by a solution; None where nothing was sought or measured. `u` maps a point to the values of all fields."""
    data = measured(problem)
    numbers = [(place, f) for place, f in enumerate(problem.fields) if not f.arguments and f.law is None]
    if not numbers and not data and not any(f.sought for f in problem.fields):
        return None
    points = inside(problem.domain, sp.true, POINTS, random(np.random.default_rng(_SEED)))
    values = many(u)(points[:1])[0]
    noise = None if posterior is None else posterior.noise
    left = tuple(_left(problem, u, own) for own in data)
    fits = tuple(_fit(problem, own, values, noise) for own, values in zip(data, left, strict=True))
    shown = tuple(_shown(problem, *own) for own in zip(data, left, fits, strict=True) if own[0].table)
    places = [place for place, _ in numbers]
    if posterior is None or not isinstance(u, Expanded):
        found = tuple(_alone(problem, f, float(values[place]), bool(data)) for place, f in numbers)
        return Identified(found, np.eye(len(places)), fits, {}, (), shown, _curves(problem, values))
    fields: Sequence[Expansion] = u.fields  # pyright: ignore[reportAssignmentType]
    own = [np.asarray(c) for c in u.coefficients]
    coefficients = np.concatenate(own)
    deviations = posterior.deviations(fields, coefficients, points)
    bands = {f.name: float(np.sqrt(np.mean(d**2))) for f, d in zip(problem.fields, deviations.T, strict=True)}
    roots = (
        np.stack([posterior.root_of(fields, place, points[:1])[0] for place in places]) if places else np.zeros((0, 1))
    )
    free = np.asarray([float(fields[p].values(own[p], points[:1], (0,) * points.shape[1])[0]) for p in places])
    found = tuple(
        _number(problem, f, fields[place].bounds, z, float(np.linalg.norm(root)), float(deviations[0, place]))
        for (place, f), z, root in zip(numbers, free, roots, strict=True)
    )
    size = np.linalg.norm(roots, axis=1)
    unit = roots / np.where(size > 0, size, 1.0)[:, None]
    correlation = unit @ unit.T
    names = ", ".join(s.name for s in problem.penalties if s.automatic)
    weighed = "" if posterior.balance is None else f"{names}: {posterior.balance.words}"
    laws = {k: f.name for k, f in enumerate(problem.fields) if f.law is not None}
    curves = _curves(problem, values, {name: posterior.root_of(fields, k, points[:1])[0] for k, name in laws.items()})
    return Identified(
        found, correlation, fits, bands, tuple(together(found, correlation)), shown, curves, weighed, posterior.away
    )


def _curves(problem: Problem, values: np.ndarray, roots: Mapping[str, np.ndarray] | None = None) -> tuple[Curve, ...]:
    """The laws of one argument, from the values of all fields; and from the rows of their coefficients in a root of the covariance."""
    known, found = dict(zip((f.name for f in problem.fields), values, strict=True)), []
    for law in problem.laws:
        if law.ranges is None or len(law.arguments) != 1:
            continue
        coefficients, value, (place,) = written(law)
        symbols = {f.name: sp.Dummy(real=True) for f in coefficients}
        own = value.xreplace({f.expression: symbols[f.name] for f in coefficients})
        at = np.linspace(*law.ranges[0], CURVE)
        numbers = {place: at, **{symbol: known[name] for name, symbol in symbols.items()}}

        def worth(expression: sp.Basic, numbers: Mapping[Any, Any] = numbers) -> np.ndarray:
            return np.broadcast_to(np.asarray(evaluate(expression, numbers), float), (CURVE,))

        deviations = None
        if roots is not None:
            slopes = (worth(sp.diff(own, symbol))[:, None] * roots[name] for name, symbol in symbols.items())
            deviations = np.linalg.norm(sum(slopes), axis=1)
        argument = law.arguments[0]
        name = argument.name if isinstance(argument, sp.Symbol) else argument.func.__name__
        found.append(Curve(law.name, name, at, worth(own), deviations))
    return tuple(found)


def _start(problem: Problem, number: Field) -> float:
    """What the search for a number began with; zero for one that is not sought by itself."""
    return 0.0 if number.sought is None else problem.domain.number(worth(number))


def _alone(problem: Problem, number: Field, value: float, silent: bool) -> Found:
    at_bound = number.sought is not None and _at_bound(number.sought, value, _start(problem, number))
    return Found(number.name, value, np.nan, np.nan, np.nan, at_bound, silent=silent)


def _number(problem: Problem, number: Field, bounds: Bounds, z: float, size: float, error: float) -> Found:
    value, ends, start = float(bounds.value(z)), (bounds.lower, bounds.upper), _start(problem, number)
    if np.isfinite(error):
        low, high = sorted(float(bounds.value(z + sign * WITHIN * size)) for sign in (-1, 1))
        ends = low, high
    return Found(number.name, value, error, *ends, _at_bound(bounds, value, start), bounds, abs(start) or 1.0)


def _at_bound(bounds: Bounds, value: float, start: float) -> bool:
    """Whether a number ended at an end of its interval: far nearer to it than its `start` was, in whatever units."""
    start = float(bounds.value(bounds.of(start)))  # a little inside, where it was at an end
    finite = [end for end in (bounds.lower, bounds.upper) if np.isfinite(end)]
    return any(abs(value - end) <= EDGE * abs(start - end) for end in finite)


def _left(problem: Problem, u: Callee, own: Measured) -> np.ndarray:
    """What is left of data over their noise, shape (m, n)."""
    expressions = own.statement.values
    if isinstance(u, Expanded):
        values = u.evaluated(problem, expressions, own.points).T
    else:
        lowered = lower_expressions(expressions, problem.domain, problem.fields, problem.integrals)
        values = many(lambda x: lowered(u, x))(own.points).T
    return (values - own.targets) / own.deviation


class Redrawn(NamedTuple):
    """What would have been known another time: what a solution says of it, and noise."""

    data: dict[str, dict[str, np.ndarray]]
    """Columns, by statement."""
    values: dict[str, float]
    """Parameters that are given with an uncertainty."""


def redrawn(problem: Problem, u: Callee, posterior: Posterior, seed: int) -> Redrawn:
    """Data and uncertain parameters as they would have been another time."""
    found, numbers = dict[str, dict[str, np.ndarray]](), dict[str, float]()
    for order, own in enumerate(measured(problem)):
        noise = own.deviation * (posterior.noise if own.statement.noise is None else 1.0)
        values = own.targets + _left(problem, u, own) * own.deviation
        values = values + noise * np.random.default_rng([_SEED, seed, order]).normal(size=values.shape)
        if not own.table:
            numbers[own.statement.measured[0]] = float(values[0, 0])
            continue
        columns = problem.columns(own.statement)
        table = {columns[name]: own.points[:, k] for k, name in enumerate(problem.names) if name in columns}
        table |= {columns[name]: column for name, column in zip(own.statement.measured, values, strict=True)}
        if isinstance(own.statement.noise, str):
            table[own.statement.noise] = own.deviation[0]
        found.setdefault(own.statement.file, {}).update(table)
    return Redrawn({own.name: found[own.file] for own in problem.measurements}, numbers)


def _shown(problem: Problem, own: Measured, left: np.ndarray, fit: Fit) -> Left:
    """The same in units of the noise that was found, where none is stated, along the first coordinate."""
    columns = problem.columns(own.statement)
    along = next(((n, own.points[:, k]) for k, n in enumerate(problem.names) if n in columns), None)
    unit = 1.0 if fit.noise is None else fit.noise / float(own.deviation.mean()) or 1.0
    return Left(own.name, along or ("row", np.arange(1.0, left.shape[1] + 1)), left / unit, own.statement.measured)


def _fit(problem: Problem, own: Measured, left: np.ndarray, noise: float | None) -> Fit:
    """How data are met, of which something is left; `noise` is theirs in units of what is taken for it, where that was found."""
    farthest = int(np.argmax(np.abs(left).max(axis=0)))
    columns = problem.columns(own.statement)
    where = {n: float(own.points[farthest, k]) for k, n in enumerate(problem.names) if n in columns}
    robust = own.statement.robust
    square = by_median(left) ** 2 if robust else float(np.mean(left**2))
    if own.statement.noise is not None:
        return Fit(own.name, own.count, square, None, float(np.abs(left).max()), where, robust)
    unit = noise or square**0.5 or 1.0
    worst = float(np.abs(left).max()) / unit
    return Fit(own.name, own.count, square, unit * float(own.deviation.mean()), worst, where, robust)


def together(found: Sequence[Found], correlation: np.ndarray) -> list[str]:
    """Pairs of numbers of which a product or a quotient is known far better than each."""
    words = []
    for a, b in combinations(range(len(found)), 2):
        one, other = found[a], found[b]
        if abs(correlation[a, b]) < TIED or not (np.isfinite(one.error) and np.isfinite(other.error)):
            continue
        if not (one.value and other.value):
            continue
        relative = np.asarray([one.error / one.value, other.error / other.value])
        cross = 2 * correlation[a, b] * relative[0] * relative[1]
        product, quotient = (float(np.sqrt(max(0.0, relative @ relative + sign * cross))) for sign in (1, -1))
        worse, better = max(product, quotient), min(product, quotient)
        if worse > LOOSE * better:
            names = f"{one.name}*{other.name}", f"{one.name}/{other.name}"
            well, badly = names if product < quotient else names[::-1]
            words.append(f"{well} is known to {better:.1%}, {badly} to {worse:.1%}")
    return words


def deviations_of(
    problem: Problem, u: Expanded, posterior: Posterior, expression: sp.Expr, points: np.ndarray
) -> np.ndarray:
    """The standard deviation of an expression in the fields at points of shape (n, d), shape (n,)."""
    fields: Sequence[Expansion] = u.fields  # pyright: ignore[reportAssignmentType]
    return posterior.of(fields, form(problem, expression).at(points).row(u.state))


def band(problem: Problem, u: Expanded, posterior: Posterior) -> Callable[[np.ndarray], np.ndarray]:
    """The standard deviation of all fields at points of shape (n, d), shape (n, number of fields)."""
    fields: Sequence[Expansion] = u.fields  # pyright: ignore[reportAssignmentType]
    coefficients = np.concatenate([np.asarray(c) for c in u.coefficients])
    return lambda points: posterior.deviations(fields, coefficients, points)
