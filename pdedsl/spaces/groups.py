"""From the data of a linear problem to the coordinates that they multiply with each other: the others are only added.

Where data are sums of functions of few coordinates each, solutions often are, too: a function of a hundred coordinates is then made
of functions of one or two (a high-dimensional model representation, Rabitz and Alis 1999).
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import combinations
from typing import Any

import numpy as np
import sympy as sp

from pdedsl.geometry.points import inside, random
from pdedsl.problem.evaluate import evaluate
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Interface, is_hard
from pdedsl.spaces.affine import affine, source
from pdedsl.spaces.linear import Form, forms

MOST = 4
"""Coordinates in a group: of more of them there are too many products."""
CROWDED = 8
"""Pairs of coordinates, for each of these, from which data multiply nearly all with each other."""
PROBES = 3
"""Pairs of points between which coordinates are exchanged."""
NOTHING = 1e-11
"""A mixed difference that is rounding, relative to the values."""

Pairs = set[tuple[int, int]]


@lru_cache(maxsize=8)
def groups(problem: Problem) -> tuple[tuple[int, ...], ...]:
    """The coordinates that data multiply with each other, group by group, each with time and with swept parameters.

    Nothing where products of all coordinates may be in the solution: those of no group hold it.
    """
    domain = problem.domain
    shared = tuple(k for k in range(len(domain.coordinates)) if k not in domain.spatial and k not in affine(problem))
    own = [f for components in forms(problem).values() for f in components]
    if not plain(problem) or not all(f.is_linear for f in own):
        return ()
    found: Pairs = set()
    for form in own:
        found |= _operated(problem, form) | _added(problem, source(form))
        if len(found) > CROWDED * len(domain.spatial):
            return ()
    beside: dict[int, set[int]] = {k: set() for k in domain.spatial}
    for a, b in found:
        beside[a].add(b)
        beside[b].add(a)
    cliques = sorted(tuple(sorted(own)) for own in _cliques(frozenset(), set(beside), set(), beside))
    most = max(map(len, cliques))
    if most == len(domain.spatial) or most + len(shared) > MOST:
        return ()
    return tuple((*own, *shared) for own in cliques)


def plain(problem: Problem) -> bool:
    """Whether the form of the data may be that of the solution: nothing is sought, jumps, is integrated or built in."""
    if problem.measurements or any(f.sought is not None for f in problem.fields):
        return False
    if any(isinstance(s, Interface) or is_hard(s) for s in problem.statements):
        return False
    return not any(f.integrals for components in forms(problem).values() for f in components)


def supports(problem: Problem, axes: tuple[int, ...]) -> list[tuple[int, ...]]:
    """The sets of some coordinates, by their places among these, whose products are in a sum over the groups."""
    found: set[tuple[int, ...]] = set()
    for group in groups(problem) or (axes,):
        places = [k for k, axis in enumerate(axes) if axis in group]
        found |= {own for n in range(1, len(places) + 1) for own in combinations(places, n)}
    return sorted(found, key=lambda own: (len(own), own))


def _operated(problem: Problem, form: Form) -> Pairs:
    """The pairs of coordinates that an operator mixes: by a derivative in both, or in one with a factor that varies in the other."""
    spatial = problem.domain.spatial
    pairs: Pairs = set()
    for (_, index), slope in form.slopes.items():
        varies = {problem.symbols.index(s) for s in slope.free_symbols if s in problem.symbols}
        derived = {axis for axis in spatial if index[axis]}
        found = (varies & set(spatial)) | derived
        if varies & set(spatial) and not derived:
            found = set(spatial)  # a factor of all functions of other coordinates
        pairs |= set(combinations(sorted(found), 2))
    return pairs


def _added(problem: Problem, given: sp.Expr) -> Pairs:
    """The pairs of coordinates of which an expression is no sum of functions of either: it has a mixed difference."""
    own = [axis for axis in problem.domain.spatial if problem.symbols[axis] in given.free_symbols]
    if len(own) < 2:
        return set()
    here, there = np.split(inside(problem.domain, sp.true, 2 * PROBES, random(np.random.default_rng(0))), 2)

    def at(*axes: np.ndarray) -> np.ndarray:
        """The values where some coordinates, of shape (m,), are exchanged, shape (m, PROBES)."""
        count = len(axes[0])
        points = np.repeat(here[None], count, axis=0)
        for axis in axes:
            points[np.arange(count), :, axis] = there[:, axis].T
        return _values(problem, given, points.reshape(-1, here.shape[1])).reshape(count, -1)

    columns = np.asarray(own)
    whole, one = _values(problem, given, here), at(columns)
    first, second = np.triu_indices(len(own), 1)
    both = at(columns[first], columns[second])
    with np.errstate(all="ignore"):
        mixed = np.abs(both - one[first] - one[second] + whole).max(axis=1)
    apart = mixed <= NOTHING * np.max(np.abs(both))  # not so where it is no number
    return {(own[a], own[b]) for a, b, same in zip(first, second, apart, strict=True) if not same}


def _values(problem: Problem, given: sp.Expr, points: np.ndarray) -> np.ndarray:
    """An expression of the coordinates, and of a direction that is the same everywhere, at points of shape (n, d)."""
    known: dict[Any, Any] = dict(problem.domain.at(points))
    rest = sorted(given.free_symbols - set(known), key=str)
    known |= dict(zip(rest, np.random.default_rng(1).normal(size=len(rest)), strict=True))
    with np.errstate(all="ignore"):
        return np.broadcast_to(np.asarray(evaluate(given, known), float), (len(points),))


def _cliques(
    held: frozenset[int], open_: set[int], closed: set[int], beside: Mapping[int, set[int]]
) -> Iterator[frozenset[int]]:
    """The largest sets of which all are beside each other (Bron and Kerbosch 1973, with a pivot)."""
    if not open_ and not closed:
        yield held
        return
    pivot = max(open_ | closed, key=lambda k: len(beside[k] & open_))
    for k in sorted(open_ - beside[pivot]):
        yield from _cliques(held | {k}, open_ & beside[k], closed & beside[k], beside)
        open_, closed = open_ - {k}, closed | {k}
