"""From the holes of a plane region to the functions that solutions are made of round them: negative powers.

What is smooth round a hole need not be so inside of it, and polynomials converge slowly there. Solutions of Laplace's
equation are real parts of a Laurent series about the hole and a logarithm; of other equations their powers are multiplied
with those of the conjugate (of elasticity up to the first one: Muskhelishvili 1953, Basic Problems of Elasticity).
"""

from collections.abc import Sequence

import numpy as np

from pdedsl.geometry.holes import Hole
from pdedsl.geometry.points import Unit, inside_shape
from pdedsl.geometry.points import scale as scaled
from pdedsl.problem.domain import Domain
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Field
from pdedsl.spaces.corners import led_by_laplacian
from pdedsl.spaces.singular import Singular

MOST = 40
"""The largest power of one over the distance."""
CONJUGATES = 2
"""The largest power of the conjugate, of equations that are more than a laplacian."""


def poles(problem: Problem, unknown: Field, found: Sequence[Hole], order: int) -> Singular | None:
    """The functions of some holes up to a power, the lowest first; None where there are none."""
    domain = problem.domain
    whole = set(unknown.arguments) == set(problem.symbols)
    if not found or len(domain.space) != 2 or problem.time is not None or not whole:
        return None
    alone = led_by_laplacian(problem, problem.fields.index(unknown)) == "nothing"
    conjugates = range(1 if alone else CONJUGATES + 1)
    logs = [(place, 1.0, float(j), j, (1, 0)) for place in range(len(found)) for j in conjugates]
    powers = [
        (place, factor, -float(n), j, (0, 0))
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


def around_holes(domain: Domain, found: Sequence[Hole], unit: Unit, count: int) -> np.ndarray:
    """Points of a domain about holes, `count` for each before those outside are left out, shape (n, d).

    With the arcsine density in the inverse distance, in which negative powers are polynomials: the highest differ only near
    the hole, where few of the points of the domain lie.
    """
    d = len(domain.coordinates)
    points, (x, y) = [np.zeros((0, d))], domain.spatial
    for own in found:
        drawn = unit(count, d)
        scale, turn = drawn[:, x], drawn[:, y]
        least = own.radius / domain.diameter
        far = own.radius / (least + (1 - least) * np.sin(np.pi / 2 * scale))
        direction = np.stack([np.cos(2 * np.pi * turn), np.sin(2 * np.pi * turn)], axis=1)
        points.append(scaled(drawn, domain))
        points[-1][:, [x, y]] = np.asarray(own.place) + far[:, None] * direction
    whole = np.concatenate(points)
    return whole[inside_shape(domain, whole)]
