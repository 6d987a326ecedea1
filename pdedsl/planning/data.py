"""From the statements of a problem to what they say of its solution: waves and layers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import sympy as sp
from sympy.core.function import AppliedUndef

from pdedsl.geometry.points import inside, random
from pdedsl.problem.derivatives import expand_derivatives
from pdedsl.problem.domain import middle
from pdedsl.problem.evaluate import evaluate
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Equation, Statement
from pdedsl.spaces.linear import Form, Slopes, constant
from pdedsl.spaces.space import Size

PROBES = 32
"""Points at which expressions are tried."""
THIN = 0.02
"""The part of the domain from which a layer is thin."""


def _probes(problem: Problem) -> np.ndarray:
    return inside(problem.domain, sp.true, PROBES, random(np.random.default_rng(0)))


@dataclass(frozen=True)
class Waves:
    """Sines or cosines in the data."""

    count: float
    """Over the length of a coordinate."""
    statement: Statement


MOSTLY = 0.9
"""The part of the domain in which waves are counted: an angle turns as fast as one likes near its vertex."""


def waves(problem: Problem) -> dict[int, Waves]:
    """By axis the most waves that data name: the fastest sine or cosine of coordinates alone."""
    found: dict[int, Waves] = {}
    values = problem.domain.at(_probes(problem))
    for statement in problem.statements:
        for residual in statement.residual:
            for wave in sorted(expand_derivatives(residual).atoms(sp.sin, sp.cos), key=sp.default_sort_key):
                argument: Any = wave.args[0]
                if argument.atoms(AppliedUndef, sp.Derivative):
                    continue
                for axis, symbol in enumerate(problem.symbols):
                    if symbol in argument.free_symbols:
                        steep = np.abs(np.asarray(evaluate(sp.diff(argument, symbol), values), float))
                        most = float(np.quantile(np.nan_to_num(steep, posinf=0.0), MOSTLY))
                        count = most * problem.domain.lengths[symbol] / (2 * np.pi)
                        if axis not in found or count > found[axis].count:
                            found[axis] = Waves(count, statement)
    return found


@dataclass(frozen=True)
class Layer:
    """A small factor before the highest derivatives of an equation."""

    part: float
    """How thin a layer is that it makes, relative to the domain."""
    equation: Equation


def layer(problem: Problem, compiled: Mapping[str, Sequence[Form]], sizes: Mapping[str, Size]) -> Layer | None:
    """The thinnest layer that an equation may have: the width at which its highest derivatives weigh as much as others.

    Of the same field: what another one adds is a source.
    """
    spreads = [sizes[f.name].spread for f in problem.fields]
    lengths = [problem.domain.lengths[s] for s in problem.symbols]
    found: list[Layer] = []
    for equation, points in product(problem.equations, _extremes(problem)):
        for own in compiled[equation.name]:
            weighed: dict[int, dict[int, float]] = {}
            for (place, index), slope in slopes_inside(problem, own, sizes, points).items():
                spatial = sum(index[axis] for axis in problem.domain.spatial)
                size = float(np.mean(np.abs(slope))) * spreads[place]
                size *= float(np.prod([length**-n for length, n in zip(lengths, index, strict=True)]))
                worth = weighed.setdefault(place, {})
                worth[spatial] = max(worth.get(spatial, 0.0), size)
            for worth in weighed.values():
                top = max(worth)
                below = [(m, size) for m, size in worth.items() if m < top and size > 0]
                if top >= 2 and below and worth[top] > 0:
                    found.append(Layer(min((worth[top] / size) ** (1 / (top - m)) for m, size in below), equation))
    return min(found, key=lambda own: own.part, default=None)


def _extremes(problem: Problem) -> list[np.ndarray]:
    """Points of the domain; of families for each end of a parameter, the others in their middle."""
    points, domain = _probes(problem), problem.domain
    held = [domain.column(c.symbol) for c in domain.swept]
    if not held:
        return [points]
    points[:, held] = [middle(*domain.bounds[k]) for k in held]
    found = [points.copy() for _ in range(2 * len(held))]
    for own, (k, end) in zip(found, product(held, (0, 1)), strict=True):
        own[:, k] = domain.bounds[k][end]
    return found


def slopes_inside(problem: Problem, own: Form, sizes: Mapping[str, Size], points: np.ndarray | None = None) -> Slopes:
    """What a residual depends on at some points, by default of the whole domain, about the means of the fields."""
    points = _probes(problem) if points is None else points
    normals = np.zeros((len(points), len(problem.space)))
    return own.at(points, normals, rough=True).row(constant([sizes[f.name].mean for f in problem.fields])).slopes


def thin(problem: Problem, compiled: Mapping[str, Sequence[Form]], sizes: Mapping[str, Size]) -> Layer | None:
    """The thinnest layer that an equation may have, if no polynomials of affordable degree hold it."""
    found = layer(problem, compiled, sizes)
    return found if found is not None and found.part < THIN else None
