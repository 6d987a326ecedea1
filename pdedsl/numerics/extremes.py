"""From a solution to the largest or smallest value of an expression over the domain or a part of its boundary."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import scipy  # whose modules are imported when they are first named
import sympy as sp
from jax import Array

from pdedsl.geometry.faces import boundary_pieces, normals, sample
from pdedsl.geometry.places import satisfying
from pdedsl.geometry.points import closed, inside, random
from pdedsl.numerics.lower import Callee, lower_expressions
from pdedsl.numerics.polynomials import Expanded
from pdedsl.numerics.programs import program
from pdedsl.problem.domain import Domain
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Integral
from pdedsl.spaces.linear import form

CANDIDATES, EACH = 4096, 4
"""The most points that are looked at, and how many times as many in each further coordinate."""
BEST = 4
"""So many candidates are followed uphill."""
SAME = 0.05
"""Of the lengths of the box: a candidate so near to a summit lies on its hill."""
AHEAD, MOST = 1e-4, 100
"""How far ahead it is seen, over the lengths of the box, whether uphill is out of the domain; the most points of a climb."""
RIM, ZOOMS = 257, 4
"""Points of a curve that bounds a shape, and how often an eighth as many are put about the best of them."""
CORNERS = 8
"""Up to so many coordinates the corners of a box are looked at."""


@dataclass(frozen=True)
class Extreme:
    """Extreme values, shape (n,), and where they are taken, shape (n, d)."""

    values: np.ndarray
    places: np.ndarray


def extreme(problem: Problem, integral: Integral, u: Callee, times: np.ndarray) -> Extreme:
    """The extreme of an expression in a solution `u` at the times of some points, shape (n, d).

    The best of many points, followed uphill within the box; on the curves round a shape of the plane the best of many, then of more
    about it, on other rims of shapes the best of them as it is.
    """
    domain = problem.domain
    sign = 1.0 if integral.kind == "maximum" else -1.0
    many, slope = _of_sums(problem, integral, u) if isinstance(u, Expanded) else _of_any(problem, integral, u)
    on_boundary = integral.where is not None
    candidates = outward = np.zeros((0, len(domain.coordinates)))
    lengths = np.ptp(np.asarray(domain.bounds, float), axis=1)
    found, places = [], []
    for point in times:
        if domain.shaping or not len(candidates):
            ((held, _),) = domain.shaped(point[None])
            candidates = _candidates(replace(problem, domain=held), integral, bool(domain.shaping))
            outward = normals(held, candidates) if on_boundary else np.zeros((len(candidates), len(domain.space)))
        candidates[:, list(domain.other)] = point[list(domain.other)]
        heights = np.nan_to_num(sign * many(candidates, outward), nan=-np.inf)
        order = np.argsort(-heights)[:BEST]
        best, place = float(heights[order[0]]), candidates[order[0]].copy()
        ends: list[np.ndarray] = []
        for start in order if domain.shape is None or not on_boundary else ():
            if any(np.abs((candidates[start] - end) / lengths).max() < SAME for end in ends):
                continue  # the same hill
            top, end = _uphill(problem, integral, sign, slope, candidates[start], outward[start])
            ends.append(end)
            if top > best:
                best, place = top, end
        for top, end in _rims(domain, integral, lambda *own: sign * many(*own), point):
            if top > best:
                best, place = top, end
        found.append(sign * best)
        places.append(place)
    return Extreme(np.asarray(found), np.asarray(places))


Many = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Points of shape (n, d) and normals to the values of an expression, shape (n,)."""
Slope = Callable[[np.ndarray, np.ndarray], tuple[float, np.ndarray]]
"""One of each to the value and its slopes along all coordinates, shape (d,)."""


def _of_any(problem: Problem, integral: Integral, u: Callee) -> tuple[Many, Slope]:
    """The integrand on any function, in JAX."""

    def height(point: Array, outward: Array) -> Array:
        value = lower_expressions([integral.integrand], problem.domain, problem.fields, outward=lambda x: outward)
        return value(u, point)[0]

    many, slope = program(jax.vmap(height)), program(jax.value_and_grad(height))

    def one(point: np.ndarray, outward: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient = slope(jnp.asarray(point), jnp.asarray(outward))
        return float(value), np.asarray(gradient, float)

    return lambda points, outward: np.asarray(many(jnp.asarray(points), jnp.asarray(outward))), one


def _of_sums(problem: Problem, integral: Integral, u: Expanded) -> tuple[Many, Slope]:
    """The integrand on sums over bases, in NumPy, which compiles nothing and adds up few numbers."""
    value, *slopes = (
        form(problem, own) for own in (integral.integrand, *(sp.diff(integral.integrand, s) for s in problem.symbols))
    )

    def one(point: np.ndarray, outward: np.ndarray) -> tuple[float, np.ndarray]:
        found = [own.at(point[None], outward[None]).value(u.state)[0] for own in (value, *slopes)]
        return float(found[0]), np.asarray(found[1:])

    return lambda points, outward: value.at(points, outward).value(u.state), one


def _candidates(problem: Problem, integral: Integral, moving: bool) -> np.ndarray:
    """Points of the closed set over which an extreme is taken, shape (n, d); fewer of one that changes with parameters."""
    domain, unit = problem.domain, random(np.random.default_rng(11))
    count = min(CANDIDATES, 64 * EACH ** (1 + len(domain.space))) // (EACH if moving else 1)
    where = sp.true if integral.where is None else integral.where
    pieces = boundary_pieces(domain, (where,))
    found = [sample(domain, pieces, count, unit)] if pieces else []
    if integral.where is None:
        found.append(inside(domain, where, count, unit))
    if domain.shape is None and len(domain.space) <= CORNERS:
        ends = [domain.bounds[axis] for axis in domain.spatial]
        corners = np.tile(np.mean(domain.bounds, axis=1), (2 ** len(ends), 1))
        corners[:, list(domain.spatial)] = list(product(*ends))
        found.append(corners if integral.where is None else corners[satisfying(domain, (where,), corners)])
    return np.concatenate(found)


def _rims(domain: Domain, integral: Integral, height: Many, point: np.ndarray) -> Iterator[tuple[float, np.ndarray]]:
    """The height and the place of the top of each curve that bounds a shape of the plane, at the time and parameters of a point."""
    where = sp.true if integral.where is None else integral.where
    for held, _ in domain.shaped(point[None]) if domain.shape is not None and len(domain.space) == 2 else ():
        assert held.shape is not None
        for number, surface in enumerate(held.shape.surfaces):
            along = (np.arange(RIM) + 0.5) / RIM
            for _ in range(ZOOMS):
                places = surface.draw(np.stack([along, along], axis=1))
                kept, outward = held.shape.outward(number, places)
                points = np.tile(point, (len(places), 1))
                points[:, list(domain.spatial)] = places
                kept &= satisfying(domain, (where,), points)
                if not kept.any():
                    break
                heights = np.where(kept, np.nan_to_num(height(points, outward), nan=-np.inf), -np.inf)
                top = int(heights.argmax())
                yield float(heights[top]), points[top]
                if not 0 < top < len(points) - 1 or not kept[top - 1 : top + 2].all():
                    break  # towards a corner, where what is singular has no top
                step = along[1] - along[0]
                along = np.linspace(along[top] - step, along[top] + step, 1 + RIM // 8)


def _uphill(
    problem: Problem, integral: Integral, sign: float, slope: Slope, start: np.ndarray, outward: np.ndarray
) -> tuple[float, np.ndarray]:
    """The height and the place at the end of a climb that stays in the box and on the face it starts on."""
    domain = problem.domain
    lower, upper = np.asarray(domain.bounds, float).T
    free = [a for a in domain.spatial if integral.where is None or start[a] not in domain.bounds[a]]
    lengths = upper - lower

    def point(scaled: np.ndarray) -> np.ndarray:
        moved = start.copy()
        moved[free] = lower[free] + scaled * lengths[free]
        return moved

    def descent(scaled: np.ndarray) -> tuple[float, np.ndarray]:
        height, gradient = slope(point(scaled), outward)
        return -sign * height, -sign * gradient[free] * lengths[free]

    if not free:
        return -np.inf, start
    first = (start[free] - lower[free]) / lengths[free]
    uphill = -descent(first)[1]
    steep = float(np.linalg.norm(uphill))
    ahead = point(np.clip(first + AHEAD * uphill / (steep or 1.0), 0.0, 1.0))
    if not steep > 0 or not closed(domain, ahead[None])[0]:  # a summit, or the rim of a shape and uphill out of it
        return -np.inf, start
    options = {"ftol": 0, "gtol": 1e-12, "maxfun": MOST}
    bounds = [(0.0, 1.0)] * len(free)
    ended: Any = scipy.optimize.minimize(descent, first, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    place = point(np.clip(ended.x, 0.0, 1.0))
    held = integral.where is None or bool(satisfying(domain, (integral.where,), place[None])[0])
    if not held or not closed(domain, place[None])[0] or not np.isfinite(ended.fun):
        return -np.inf, start
    return -float(ended.fun), place
