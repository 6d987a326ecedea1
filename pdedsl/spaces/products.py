"""From a space and a problem to the products that it has: of a total degree, in a hyperbolic cross, additive; and how many."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from types import MappingProxyType

import numpy as np

from pdedsl.problem.problem import Problem
from pdedsl.spaces.basis import Basis
from pdedsl.spaces.groups import supports
from pdedsl.spaces.space import Polynomials, Terms


def basis(
    problem: Problem, axes: Sequence[int], space: Polynomials, parity: Mapping[int, int] = MappingProxyType({})
) -> Basis:
    """The products of a space over some of the coordinates; of those in `parity` only the even (1) or the odd ones (-1).

    Even or odd about the middle of the interval. Swept parameters of degree 0 are no arguments of it.
    """
    degrees = space.degrees * (len(problem.coordinates) if len(space.degrees) == 1 else 1)
    axes = [k for k in axes if degrees[k] or problem.coordinates[k].kind != "parameter"]
    if space.kind == "additive":
        degrees, signs = [degrees[0]] * len(axes), [parity.get(axis, 0) for axis in axes]
        circular = [problem.coordinates[axis].periodic for axis in axes]
        numbers = _sums(supports(problem, tuple(axes)), circular, degrees, signs)
    else:
        numbers = _products(_lines(problem, axes, space, parity), space.kind)
    circular = tuple(problem.coordinates[axis].periodic for axis in axes)
    stretches = tuple(space.stretches[0][axis] for axis in axes) if space.stretches else ()
    return Basis(tuple(axes), tuple(problem.bounds[axis] for axis in axes), circular, numbers, stretches)


@dataclass(frozen=True)
class _Line:
    """The functions of one argument up to a degree."""

    numbers: np.ndarray
    degrees: np.ndarray
    """Of each of them."""
    most: int


def _line(circular: bool, most: int, sign: int) -> _Line:
    """Those up to a degree; of a sign that is not 0 the even (1) or the odd ones (-1)."""
    numbers = np.arange((2 if circular else 1) * most + 1)
    if sign:
        odd = (numbers % 2 == 0) & (numbers > 0) if circular else numbers % 2 == 1
        numbers = numbers[odd == (sign < 0)]
    return _Line(numbers, (numbers + 1) // 2 if circular else numbers, most)


def _lines(problem: Problem, axes: Sequence[int], space: Polynomials, parity: Mapping[int, int]) -> list[_Line]:
    """The functions of each argument that a space has products of."""
    many = len(space.degrees) > 1
    return [_line(problem.coordinates[k].periodic, space.degrees[k if many else 0], parity.get(k, 0)) for k in axes]


def _spent(spent: np.ndarray, line: _Line, kind: Terms) -> np.ndarray:
    """What products cost of 1 that is allowed with each function of another argument, shape (n, functions)."""
    if kind == "product":
        return np.zeros((len(spent), len(line.degrees)))
    if kind == "cross":  # prod (1 + d_k) <= 1 + n, as a sum
        return spent[:, None] + np.log1p(line.degrees) / np.log1p(max(line.most, 1))
    return spent[:, None] + line.degrees / max(line.most, 1)


ALLOWED = 1 + 1e-9
"""What products may cost, with rounding."""


def _products(lines: Sequence[_Line], kind: Terms) -> np.ndarray:
    """The numbers of the products of a space, argument by argument, in their order, shape (K, k)."""
    numbers, spent = np.zeros((1, 0), int), np.zeros(1)
    for line in lines:
        more = _spent(spent, line, kind)
        rows, own = np.nonzero(more <= ALLOWED)
        numbers, spent = np.column_stack([numbers[rows], line.numbers[own]]), more[rows, own]
    return numbers


def _count(lines: Sequence[_Line], kind: Terms) -> int:
    """How many these are, without making them: for each that they may cost, how many cost that."""
    spent, ways = np.zeros(1), np.ones(1)
    for line in lines:
        more = _spent(spent, line, kind)
        kept = more <= ALLOWED
        spent, place = np.unique(np.round(more[kept], 12), return_inverse=True)
        ways = np.bincount(place, np.broadcast_to(ways[:, None], more.shape)[kept], len(spent))
    return round(float(np.sum(ways)))


def _sums(
    supports: Sequence[tuple[int, ...]], circular: Sequence[bool], degrees: Sequence[int], signs: Sequence[int]
) -> np.ndarray:
    """The numbers of a constant and of the products of some arguments each, of a total degree, shape (K, k)."""
    found = [np.zeros((1, len(circular)), int)]
    for places in supports:
        own = _products([_line(circular[k], degrees[k], signs[k]) for k in places], "total")
        own = own[(own > 0).all(axis=1)]
        found.append(np.zeros((len(own), len(circular)), int))
        found[-1][:, list(places)] = own
    odd = [k for k, sign in enumerate(signs) if sign < 0]
    numbers = np.concatenate(found)
    return numbers[(numbers[:, odd] > 0).all(axis=1)]


def largest(problem: Problem, axes: Sequence[int], count: int, most: int = 24) -> Basis:
    """The basis of the highest total degree that has no more than `count` members, at least of degree 1."""
    if len(axes) > 8:  # too many to go through them all: constants and slopes
        return basis(problem, axes, Polynomials((1,), "cross"))
    degree = 1
    while degree < most and sized(problem, axes, Polynomials((degree + 1,))) <= count:
        degree += 1
    return basis(problem, axes, Polynomials((degree,)))


def slopes(problem: Problem, axes: Sequence[int]) -> Basis:
    """A constant, and each of some coordinates, from -1 to 1 over its interval."""
    numbers = np.eye(len(axes) + 1, len(axes), -1, dtype=int)
    return Basis(tuple(axes), tuple(problem.bounds[axis] for axis in axes), (False,) * len(axes), numbers)


LARGE = 400
"""A degree from which the products of several coordinates are no longer counted one by one."""


def sized(
    problem: Problem, axes: Sequence[int], space: Polynomials, parity: Mapping[int, int] = MappingProxyType({})
) -> int:
    """How many products `basis` has, without making them; about how many where these are very many."""
    if not axes:
        return 1
    if space.kind == "family":
        swept = [axis for axis in axes if problem.coordinates[axis].kind == "parameter"]
        plane = replace(space, terms=space.plane)
        beside = sized(problem, swept, replace(space, terms="total"), parity)
        return beside * sized(problem, [axis for axis in axes if axis not in swept], plane, parity)
    if space.kind == "additive":
        return basis(problem, axes, space, parity).size
    lines = _lines(problem, axes, space, parity)
    degrees, every = [line.most for line in lines], prod(len(line.numbers) for line in lines)
    if space.kind == "product" or (len(set(degrees)) > 1 and prod(degrees[:-1]) > LARGE**2):
        return every
    if max(degrees) > 10 * LARGE:
        return every
    return _count(lines, space.kind)
