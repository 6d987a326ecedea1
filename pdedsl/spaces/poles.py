"""From the holes of a plane region to the functions that solutions are made of round them: negative powers.

What is smooth round a hole need not be so inside of it, and polynomials converge slowly there. Solutions of Laplace's
equation are real parts of a Laurent series about the hole and a logarithm; of other equations their powers are multiplied
with those of the conjugate (of elasticity up to the first one: Muskhelishvili 1953, Basic Problems of Elasticity).
"""

from collections.abc import Sequence

import numpy as np
import sympy as sp

from pdedsl.geometry.holes import Hole
from pdedsl.geometry.points import inside, random
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Field
from pdedsl.spaces.collocation import forms
from pdedsl.spaces.corners import Singular
from pdedsl.spaces.linear import constant

MOST = 40
"""The largest power of one over the distance."""
CONJUGATES = 2
"""The largest power of the conjugate, of equations that are more than a laplacian."""
PROBES = 64
_SEED = 19_530_212


def poles(problem: Problem, unknown: Field, found: Sequence[Hole], order: int) -> Singular | None:
    """The functions of some holes up to a power, the lowest first; None where there are none."""
    domain = problem.domain
    if not found or len(domain.space) != 2 or len(domain.coordinates) != 2 or len(unknown.arguments) != 2:
        return None
    conjugates = range(1 if is_laplacian(problem, problem.fields.index(unknown)) else CONJUGATES + 1)
    logs = [(place, 1.0, float(j), j, 1) for place in range(len(found)) for j in conjugates]
    powers = [
        (place, factor, -float(n), j, 0)
        for n in range(1, min(order, MOST) + 1)
        for place in range(len(found))
        for j in conjugates
        for factor in (1.0, -1j)
    ]
    at, factors, exponents, conjugate, log = map(np.asarray, zip(*logs, *powers, strict=True))
    places = np.asarray([own.place for own in found])
    turns = np.asarray([1 / own.radius for own in found], complex)
    intervals = tuple(problem.bounds[axis] for axis in domain.spatial)
    return Singular(domain.spatial, intervals, places, turns, at, factors, exponents, conjugate, log)


def is_laplacian(problem: Problem, place: int) -> bool:
    """Whether the equations hold nothing of a field but its laplacian."""
    points = inside(problem.domain, sp.true, PROBES, random(np.random.default_rng(_SEED)))
    for equation in problem.equations:
        for own in forms(problem)[equation.name]:
            if own.integrals:
                return False
            slopes = own.at(points, rough=True).row(constant([0.0] * len(problem.fields))).slopes
            held = {index: slope for (p, index), slope in slopes.items() if p == place and np.any(slope)}
            if held and (set(held) != {(2, 0), (0, 2)} or not np.allclose(held[2, 0], held[0, 2], rtol=1e-9)):
                return False
    return True
