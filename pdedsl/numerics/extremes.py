"""From a solution to the largest or smallest value of an expression over the domain or a part of its boundary."""

from collections.abc import Callable
from dataclasses import dataclass
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
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Integral

CANDIDATES, EACH = 4096, 4
"""The most points that are looked at, and how many times as many in each further coordinate."""
BEST = 4
"""So many candidates are followed uphill."""
SAME = 0.05
"""Of the lengths of the box: a candidate so near to a summit lies on its hill."""
CORNERS = 8
"""Up to so many coordinates the corners of a box are looked at."""


@dataclass(frozen=True)
class Extreme:
    """Extreme values, shape (n,), and where they are taken, shape (n, d)."""

    values: np.ndarray
    places: np.ndarray


def extreme(problem: Problem, integral: Integral, u: Callee, times: np.ndarray) -> Extreme:
    """The extreme of an expression in a solution `u` at the times of some points, shape (n, d).

    The best of many points, followed uphill within the box; on the rim of a shape the best of them as it is.
    """
    domain = problem.domain
    sign = 1.0 if integral.kind == "maximum" else -1.0

    def height(point: Array, outward: Array) -> Array:
        value = lower_expressions([integral.integrand], domain, problem.fields, outward=lambda x: outward)
        return sign * value(u, point)[0]

    many, slope = jax.jit(jax.vmap(height)), jax.jit(jax.value_and_grad(height))
    candidates = _candidates(problem, integral)
    on_boundary = integral.where is not None
    outward = normals(domain, candidates) if on_boundary else np.zeros((len(candidates), len(domain.space)))
    lengths = np.ptp(np.asarray(domain.bounds, float), axis=1)
    found, places = [], []
    for point in times:
        candidates[:, list(domain.other)] = point[list(domain.other)]
        heights = np.nan_to_num(np.asarray(many(jnp.asarray(candidates), jnp.asarray(outward))), nan=-np.inf)
        order = np.argsort(-heights)[:BEST]
        best, place = float(heights[order[0]]), candidates[order[0]].copy()
        ends: list[np.ndarray] = []
        for start in order if domain.shape is None or not on_boundary else ():
            if any(np.abs((candidates[start] - end) / lengths).max() < SAME for end in ends):
                continue  # the same hill
            top, end = _uphill(problem, integral, slope, candidates[start], outward[start])
            ends.append(end)
            if top > best:
                best, place = top, end
        found.append(sign * best)
        places.append(place)
    return Extreme(np.asarray(found), np.asarray(places))


def _candidates(problem: Problem, integral: Integral) -> np.ndarray:
    """Points of the closed set over which an extreme is taken, shape (n, d)."""
    domain, unit = problem.domain, random(np.random.default_rng(11))
    count = min(CANDIDATES, 64 * EACH ** (1 + len(domain.space)))
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


def _uphill(
    problem: Problem, integral: Integral, slope: Callable[..., Any], start: np.ndarray, outward: np.ndarray
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
        height, gradient = slope(jnp.asarray(point(scaled)), jnp.asarray(outward))
        return -float(height), -np.asarray(gradient, float)[free] * lengths[free]

    if not free:
        return -np.inf, start
    first = (start[free] - lower[free]) / lengths[free]
    ended: Any = scipy.optimize.minimize(
        descent, first, jac=True, method="L-BFGS-B", bounds=[(0.0, 1.0)] * len(free), options={"ftol": 0, "gtol": 1e-12}
    )
    place = point(np.clip(ended.x, 0.0, 1.0))
    held = integral.where is None or bool(satisfying(domain, (integral.where,), place[None])[0])
    if not held or not closed(domain, place[None])[0] or not np.isfinite(ended.fun):
        return -np.inf, start
    return -float(ended.fun), place
