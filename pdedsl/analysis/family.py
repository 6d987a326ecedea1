"""From a solution with swept parameters to its error for each of some values of these."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import sympy as sp

from pdedsl.geometry.points import inside, random
from pdedsl.problem.domain import Domain
from pdedsl.problem.evaluate import evaluate
from pdedsl.problem.moving import Values
from pdedsl.problem.problem import Problem
from pdedsl.vocabulary.spoken import place_words

VALUES, POINTS = 41, 400
"""Values of the parameters, and points of the domain for each."""
UNEVEN, FINE = 100.0, 1e-6
"""How many times the median the worst error is where a family is not solved alike; and one that does not matter."""
EXACT, ESTIMATED = "against the exact solution", "estimated"
_SEED = 19_050_630


@dataclass(frozen=True, eq=False)
class Family:
    """The error of a field over a family of problems, relative to its variation for each."""

    field: str
    parameters: Mapping[str, np.ndarray]
    """The values of each parameter, shape (n,)."""
    errors: np.ndarray
    """Shape (n,)."""
    by: str = ESTIMATED
    """What says so, in words."""

    @property
    def known(self) -> bool:
        """Whether something says so that is no estimate."""
        return self.by != ESTIMATED

    @property
    def median(self) -> float:
        return float(np.median(self.errors))

    @property
    def worst(self) -> float:
        return float(self.errors.max())

    @property
    def where(self) -> str:
        """The parameters of the worst one."""
        worst = int(self.errors.argmax())
        return place_words({name: own[worst] for name, own in self.parameters.items()}, 4)

    @property
    def uneven(self) -> bool:
        """Whether the worst error is far larger than the median."""
        return self.worst > max(UNEVEN * self.median, FINE)

    def __str__(self) -> str:
        return f"error of {self.field}: median {self.median:.1e}, at most {self.worst:.1e} at {self.where}, {self.by}"


def families(problem: Problem, values: Values, off: Values | None) -> tuple[Family, ...]:
    """The errors of all fields, exact ones where a solution is known, else by what they are estimated to be `off`."""
    domain, exact = problem.domain, dict(problem.exact)
    swept = [k for k, c in enumerate(domain.coordinates) if c.kind == "parameter"]
    if not swept:
        return ()
    unit = random(np.random.default_rng(_SEED))
    own = drawn(domain, np.linspace(0, 1, VALUES)[:, None] if len(swept) == 1 else unit(VALUES, len(swept)))
    points = np.concatenate([inside(domain, sp.true, POINTS, unit, at) for at in own])
    found, missed, family = values(points), None if off is None else off(points), []
    named = {problem.names[k]: column for k, column in zip(swept, own.T, strict=True)}
    for place, field in enumerate(problem.fields):
        if field.name in exact:
            truth = np.broadcast_to(np.asarray(evaluate(exact[field.name], domain.at(points)), float), (len(points),))
            gap = found[:, place] - truth
        elif missed is not None:
            truth, gap = found[:, place], missed[:, place]
        else:
            continue
        errors = relative(gap.reshape(VALUES, -1), truth.reshape(VALUES, -1))
        family.append(Family(field.name, named, errors, EXACT if field.name in exact else ESTIMATED))
    return tuple(family)


def drawn(domain: Domain, unit: np.ndarray) -> np.ndarray:
    """Values of the swept parameters, shape (n, how many), at parts of their intervals, from 0 to 1, of the same shape."""
    columns = (domain.column(c.symbol) for c in domain.swept)
    return np.stack([domain.line(k, own) for k, own in zip(columns, unit.T, strict=True)], axis=1)


def relative(gaps: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Errors of a field, a row for each problem, relative to the variation of the solution of each, shape (n,); to that of the
    largest where a solution is next to nothing.
    """
    size = np.std(truth, axis=1)
    size = np.where(size > FINE * size.max(), size, size.max() or 1.0)
    return np.sqrt(np.mean(gaps**2, axis=1)) / size
