"""From the uncertainties of parameters to those of reports: to first order, by solutions beside the first one.

Each uncertain parameter is moved by its standard uncertainty to both sides; half of what that changes is its share, and the shares
of several, which are independent, add up as squares. How far the two sides are from one line says whether that is enough.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import jax
import numpy as np
import sympy as sp

from pdedsl.numerics.quantities import Quantity, quantities
from pdedsl.planning.plan import Plan
from pdedsl.problem.domain import Parameter
from pdedsl.problem.problem import Problem
from pdedsl.stages.solve import solve
from pdedsl.stages.starting import Start

BESIDE = 0.02
"""How far beside its value a parameter is moved for a derivative, relative to it."""
BENT = 0.3
"""The part of the change of a report by which its mean is off a line, from which that is said."""


@dataclass(frozen=True)
class Propagated:
    """What uncertain parameters leave unknown of a report."""

    deviation: np.ndarray
    """Its standard deviation, shape of its values."""
    bent: bool
    """Whether it changes otherwise than in proportion."""


def uncertain(problem: Problem) -> list[Parameter]:
    """The parameters with a standard uncertainty."""
    return [p for p in problem.parameters if p.noise is not None]


def propagated(problem: Problem, plan: Plan, start: Start, reports: Sequence[Quantity]) -> Mapping[str, Propagated]:
    """By report. `reports` are those of the solution that is the `start`."""
    variance = {own.name: np.zeros(own.values.shape) for own in reports}
    curved = {own.name: np.zeros(own.values.shape) for own in reports}
    for parameter in uncertain(problem):
        assert parameter.noise is not None
        value, by = problem.domain.values[parameter.symbol], problem.domain.number(parameter.noise)
        sides = [_values(_moved(problem, parameter, value + sign * by), plan, start, reports) for sign in (-1, 1)]
        for own in reports:
            below, above = (side[own.name] for side in sides)
            variance[own.name] += ((above - below) / 2) ** 2
            curved[own.name] += ((above + below) / 2 - own.values) ** 2
    found = {}
    for own in reports:
        deviation = np.sqrt(variance[own.name])
        bent = float(np.sqrt(np.nanmean(curved[own.name]))) > BENT * float(np.sqrt(np.nanmean(variance[own.name])))
        found[own.name] = Propagated(deviation, bent)
    return found


@dataclass(frozen=True)
class Slope:
    """What a report changes by with a parameter."""

    values: np.ndarray
    """Its derivative, shape of its values; in units of the report over those of the parameter."""
    errors: np.ndarray
    """How far off each is estimated to be."""


def slopes(problem: Problem, plan: Plan, start: Start, reports: Sequence[Quantity], name: str) -> Mapping[str, Slope]:
    """By report. `reports` are those of the solution that is the `start`.

    By central differences of two lengths, extrapolated (Richardson 1911); the errors are what that changes.
    """
    parameter = next(p for p in problem.parameters if p.name == name)
    value = problem.domain.values[parameter.symbol]
    length, found = BESIDE * (abs(value) or 1.0), list[Mapping[str, np.ndarray]]()
    for by in (length, length / 2):
        below, above = (
            _values(_moved(problem, parameter, value + sign * by), plan, start, reports) for sign in (-1, 1)
        )
        found.append({own.name: (above[own.name] - below[own.name]) / (2 * by) for own in reports})
    sharper = {name: (4 * found[1][name] - found[0][name]) / 3 for name in found[0]}
    return {name: Slope(own, np.abs(own - found[1][name])) for name, own in sharper.items()}


def saved(found: Mapping[str, Propagated]) -> dict[str, np.ndarray]:
    """As arrays."""
    return {
        **{f"deviation {name}": own.deviation for name, own in found.items()},
        **{f"bent {name}": np.asarray(own.bent) for name, own in found.items()},
    }


def restored(arrays: Mapping[str, np.ndarray]) -> Mapping[str, Propagated]:
    """What was saved as arrays."""
    names = [key.partition(" ")[2] for key in arrays if key.startswith("deviation ")]
    return {name: Propagated(arrays[f"deviation {name}"], bool(arrays[f"bent {name}"])) for name in names}


def _moved(problem: Problem, parameter: Parameter, value: float) -> Problem:
    """The same problem with another value of a parameter; exact solutions stay, and are those of that value."""
    moved = tuple(replace(p, value=sp.Float(value)) if p is parameter else p for p in problem.parameters)
    return replace(problem, domain=replace(problem.domain, parameters=moved), text=None)


def _values(problem: Problem, plan: Plan, start: Start, reports: Sequence[Quantity]) -> Mapping[str, np.ndarray]:
    """The reports of a problem, those that are curves at the places of the given ones."""
    solved = solve(problem, plan, start=start)
    with jax.enable_x64(True):
        found = quantities(problem, solved.u)
    return {
        old.name: new.values if old.times is None or new.times is None else np.interp(old.times, new.times, new.values)
        for old, new in zip(reports, found, strict=True)
    }
