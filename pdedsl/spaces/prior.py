"""From data that cannot tell every detail of an unknown field to how smooth it is taken to be.

The coefficients of an unknown are normal about zero before anything is measured, with variances that fall geometrically with
the degree, `size^2 exp(-decay degree)`; its mean is free. Both numbers are those with which the data are most likely
(empirical Bayes, the evidence of MacKay 1992), as the linearised problem has it, statements and states eliminated. So data are
fitted to their noise and no further, and what they do not tell is as uncertain as the field is large.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy  # whose modules are imported when they are first named

from pdedsl.problem.derivatives import occurring
from pdedsl.problem.problem import Problem
from pdedsl.spaces.basis import Basis
from pdedsl.spaces.collocation import Collocation, Expansion
from pdedsl.spaces.functions import Functions, taken_apart
from pdedsl.spaces.reduced import Reduced

SIZES, DECAYS = 10.0 ** np.arange(-3.0, 2.1, 0.5), np.asarray([0.1, 0.3, 0.6, 1.0, 1.5, 2.5, 4.0])
"""Priors that are tried before the best of them is refined; sizes relative to the spread of the field."""
NOISES = 10.0 ** np.arange(-10.0, 2.0)
"""Noises that are tried where none is stated, in units of what is taken for it."""
NULL = 1e-13
"""The singular value of what nothing is said of, relative to the largest."""
EDGES = ((np.log(1e-3), np.log(1e2)), (np.log(0.05), np.log(10.0)))
"""Between which logarithms both are sought."""


@dataclass(frozen=True)
class Smoothness:
    """How large the coefficients of an unknown field are taken to be, in units of its spread, and how fast they fall."""

    size: float = 1.0
    decay: float = 0.5

    def deviations(self, degrees: np.ndarray) -> np.ndarray:
        """The standard deviation of each coefficient by its degree; infinite for the mean."""
        return np.where(degrees == 0, np.inf, self.size * np.exp(-self.decay * degrees / 2))


@dataclass(frozen=True, eq=False)
class Smooth:
    """The residuals of a problem and, beside them, what its unknown fields have of each coefficient over its deviation."""

    system: Collocation
    precisions: np.ndarray
    """What each coefficient is multiplied with, shape (K,); zero for those of which nothing is taken for granted."""

    @property
    def is_linear(self) -> bool:
        """See `Collocation`."""
        return self.system.is_linear

    @property
    def held(self) -> np.ndarray:
        """The places of the coefficients that are taken to be small."""
        return np.flatnonzero(self.precisions)

    def residual(self, coefficients: np.ndarray) -> np.ndarray:
        """See `Collocation`."""
        return np.concatenate([self.system.residual(coefficients), (self.precisions * coefficients)[self.held]])

    def linearised(self, coefficients: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See `Collocation`."""
        r, phi = self.system.linearised(coefficients)
        rows = np.zeros((len(self.held), len(coefficients)))
        rows[np.arange(len(self.held)), self.held] = self.precisions[self.held]
        return np.concatenate([r, (self.precisions * coefficients)[self.held]]), np.concatenate([phi, rows])


Function = tuple[int, ...]
"""The places of what makes a function that is sought: of one field, or of the coefficients of a law."""


def unknown_functions(problem: Problem) -> list[Function]:
    """What is to be identified, and of which no penalty says how smooth it is."""
    said, laws = occurring(r for s in problem.penalties for r in s.residual), dict[str, Function]()
    for place, own in enumerate(problem.fields):
        if own.sought is not None and own.name not in said and (own.arguments or own.law):
            name = own.name if own.law is None else own.law[0]
            laws[name] = (*laws.get(name, ()), place)
    return list(laws.values())


def degrees(functions: Functions, count: int) -> np.ndarray:
    """The degree of each of the functions of a field, summed over the coordinates; shape (K,)."""
    found = []
    for part, _ in taken_apart([functions], [np.zeros(count)]):
        if isinstance(part, Basis):
            numbers = np.where(np.asarray(part.circular), (part.numbers + 1) // 2, part.numbers)
            found.append(numbers.sum(axis=1))
        else:
            found.append(np.ones(part.size))
    return np.concatenate(found).astype(float)


def deviations(fields: Sequence[Expansion], functions: Sequence[Function], own: Sequence[Smoothness]) -> np.ndarray:
    """The standard deviation of each coefficient of all fields, shape (K,), infinite but for those of some functions."""
    known = {place: one for places, one in zip(functions, own, strict=True) for place in places}
    parts = [
        known[k].deviations(_degrees_of(f, k)) if k in known else np.full(f.columns, np.inf)
        for k, f in enumerate(fields)
    ]
    return np.concatenate(parts)


def _degrees_of(field: Expansion, place: int) -> np.ndarray:
    """The degree of each coefficient of a field, shape (K,)."""
    law = field.problem.fields[place].law
    return degrees(field.basis, field.columns) if law is None else np.full(field.columns, float(sum(law[1])))


def smoothness(
    fields: Sequence[Expansion], functions: Sequence[Function], about: Reduced, coefficients: np.ndarray, count: int
) -> list[Smoothness]:
    """How smooth some unknown functions are by the evidence of data, about a state of coefficients.

    `count` is the number of data whose noise is not stated: it is what is left of them. It is 0 where it is stated.
    """
    about = about.condensed

    def loss(logarithms: np.ndarray) -> float:
        chosen = [Smoothness(*np.exp(pair)) for pair in logarithms.reshape(-1, 2)]
        taken = deviations(fields, functions, chosen)
        return unlikely(about, coefficients, taken, count)

    pairs = np.stack(np.meshgrid(np.log(SIZES), np.log(DECAYS), indexing="ij"), axis=-1).reshape(-1, 2)
    best = min((np.tile(pair, len(functions)) for pair in pairs), key=loss)
    found = scipy.optimize.minimize(
        loss, best, method="Nelder-Mead", bounds=EDGES * len(functions), options={"xatol": 0.05}
    )
    return [Smoothness(*map(float, np.exp(pair))) for pair in found.x.reshape(-1, 2)]


def _evidence(
    about: Reduced, coefficients: np.ndarray, deviation: np.ndarray, of: np.ndarray, noise: float
) -> tuple[float, float]:
    """What is left of some rows beside what is taken for granted, where that is least, and the logarithm of their volume."""
    whole, right = about.rows(about.deviation(deviation), coefficients, of, noise)
    u, s, _ = np.linalg.svd(whole, full_matrices=False)
    kept = s > NULL * s[0]
    left = right - u[:, kept] @ (u[:, kept].T @ right)
    return float(left @ left), 2 * float(np.sum(np.log(s[kept])))


def unlikely(
    about: Reduced, coefficients: np.ndarray, deviation: np.ndarray, count: int, noise: float | None = None
) -> float:
    """Minus twice the logarithm of the evidence, but for a constant, where coefficients have some deviations about zero.

    What statements say of unknowns alone is no evidence, since it holds whatever is taken for granted. `count` are data of which
    the noise is not stated: with a `noise` in units of what is taken for it, by default that of `NOISES` with which they are
    most likely.
    """
    if count and noise is None:
        return min(unlikely(about, coefficients, deviation, count, float(s)) for s in NOISES)
    by = noise or 1.0
    least, volume = _evidence(about, coefficients, deviation, np.ones(len(about.right), bool), by)
    known = sum(_evidence(about, coefficients, deviation, about.stated, 1.0)) if about.stated.any() else 0.0
    return least / by**2 + volume + 2 * (count - about.matrix.shape[1]) * float(np.log(by)) - known


def noise_of(about: Reduced, coefficients: np.ndarray, deviation: np.ndarray, count: int) -> float:
    """The noise that data which state none have most likely, in units of what was taken for it."""
    about = about.condensed

    def loss(logarithm: float) -> float:
        return unlikely(about, coefficients, deviation, count, float(np.exp(logarithm)))

    around = np.log(min(NOISES, key=lambda s: loss(float(np.log(s)))))
    found = scipy.optimize.minimize_scalar(loss, bounds=(around - 2.4, around + 2.4), method="bounded")
    return float(np.exp(found.x))
