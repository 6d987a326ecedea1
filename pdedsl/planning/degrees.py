"""From a problem to the polynomials that are tried for it, one space after another, and to why there are none."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from pdedsl.geometry.points import resolved
from pdedsl.geometry.quadrature import rule
from pdedsl.planning.data import waves
from pdedsl.planning.functions import axes_of, columns, each, singular_count, solutions
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Equation, Statement
from pdedsl.spaces.affine import affine, dimensions
from pdedsl.spaces.basis import Basis
from pdedsl.spaces.composite import quantity
from pdedsl.spaces.functions import Functions, taken_apart
from pdedsl.spaces.groups import groups
from pdedsl.spaces.placing import FEWEST, OVER
from pdedsl.spaces.space import (
    Added,
    Corners,
    Each,
    Features,
    Polynomials,
    Space,
    Symmetry,
    polynomials_of,
)

MOST = 4000
"""Columns, of all fields together, up to which degrees are raised of their own accord (`most_columns`)."""
FEW = 4
"""Coordinates up to which all products of low degree are affordable, whatever data are."""
FIRST: Mapping[int, int] = {1: 6, 2: 5, 3: 3, 4: 2}
"""The degree to begin with, by the number of coordinates."""
GROWTH: Mapping[int, float] = {1: 1.5, 2: 1.65, 3: 2.0, 4: 2.2, 5: 4.5}
"""How many times as many columns the next space has."""
CROSSES = (2, 4, 6, 9, 13, 18, 25, 34, 46, 62)
"""Degrees of hyperbolic crosses: what is additive, or nearly, has few of its products."""
FIRST_COMPOSITE, HIGHER, HIGHEST_COMPOSITE = 8, 1.5, 90
"""The degree in a quantity that data are functions of to begin with, how many times as high the next is, and the last."""
COORDINATES = 12
"""In more, even a cross holds no more than slopes and curvatures."""
NODES = 40_000_000
"""Numbers in a table of nodes and functions, for statements that integrate at each of their points."""
HIGHEST, FIRST_SINGULAR = 40, 30
"""The largest exponent of functions that are singular at corners, and how many of these there are at least."""
MANY = 6.0
"""Waves of the data along a coordinate of a box from which products of all degrees are taken."""
LEAST = 150
"""Columns with which it is worth beginning."""
SMALL = 100
"""Columns up to which the next degrees are taken even where they have more of them than that."""
STEP = 1.05
"""By how much degrees are raised while a space of a size is sought."""
TAIL, LAST = 0.7, 1e-15
"""The upper part of the degrees whose coefficients tell how fast these fall, and where they are to fall to."""


def first(problem: Problem, chosen: Space = "auto", symmetry: Symmetry = "auto") -> Space:
    """The space to begin with: a small one, which holds the waves of the data; or a quarter of a chosen one."""
    if isinstance(chosen, Each) and chosen.others == "auto":
        return replace(chosen, others=lowest(problem, symmetry))
    return lowest(problem, symmetry) if chosen == "auto" else shrunk(chosen, 0.25)


def cornered(problem: Problem, space: Polynomials, symmetry: Symmetry = "auto", least: int = 1) -> Space | None:
    """Some polynomials with as many functions that are singular at corners; None where there are none of these."""
    most, order = max(FIRST_SINGULAR, columns(problem, space, symmetry)), least
    degrees = each(problem, space)

    def count(order: int) -> int:
        own = sum(singular_count(problem, f, Corners(order), degrees) for f in problem.fields)
        return solutions(problem) * own

    if not (every := count(HIGHEST)):
        return None
    while count(order) < every and count(order + 1) <= most:
        order += 1
    return Added((space, Corners(order)))


def lowest(problem: Problem, symmetry: Symmetry = "auto") -> Polynomials:
    """The polynomials to begin with where nothing is chosen."""
    return begun(problem, symmetry)[0]


def begun(problem: Problem, symmetry: Symmetry = "auto") -> list[Polynomials]:
    """Those to begin with, the first of them, and what is tried where the solution has not the form of the data: in many coordinates."""
    if dimensions(problem) < FEW:
        return [_products(problem, symmetry)]
    found = list[Polynomials]()
    counts = [own.count for own in waves(problem).values()]
    if quantity(problem) is not None:  # along which waves of all coordinates come one after another
        first_degree = min(FIRST_COMPOSITE + round(np.pi * sum(counts)), HIGHEST_COMPOSITE // 2)
        found.append(Polynomials((first_degree,), "composite"))
    if held := groups(problem):
        sums = Polynomials((FIRST[max(map(len, held))] + round(np.pi * max(counts, default=0.0)),), "additive")
        found += [sums] if columns(problem, sums, symmetry) <= most_columns(problem) else []
    if dimensions(problem) <= COORDINATES or not found:
        found.append(_products(problem, symmetry))
    return found


def after(problem: Problem, space: Space, symmetry: Symmetry = "auto") -> Polynomials | None:
    """What is tried where the solution has not the form of the data that its polynomials have; None where nothing else is."""
    every, own = begun(problem, symmetry), polynomials_of(space)
    kinds = [other.kind for other in every]
    return None if own is None or own.kind not in kinds[:-1] else every[kinds.index(own.kind) + 1]


def _products(problem: Problem, symmetry: Symmetry) -> Polynomials:
    """The polynomials to begin with where data say nothing of the form of the solution."""
    spread, d = affine(problem), dimensions(problem)
    if d > COORDINATES:
        return Polynomials((CROSSES[0],), "cross")
    # A wave takes pi degrees, and a product of waves in several coordinates the sum of theirs. Of many waves a total degree
    # that holds their product has twice as many functions as all products of the degrees of each.
    counts = {} if d > FEW else {axis: own.count for axis, own in waves(problem).items() if own.count > 1}
    many = d > 1 and problem.domain.shape is None and max(counts.values(), default=0.0) > MANY
    times, least = 1 if many else max(1, len(counts)), FIRST[min(d, FEW)]

    def by_axis(degree: Callable[[int], int]) -> tuple[int, ...]:
        """A degree for each coordinate, but for parameters whose solutions superpose."""
        return tuple(1 if axis in spread else degree(axis) for axis in range(len(problem.coordinates)))

    degrees = by_axis(lambda axis: least + round(np.pi * counts.get(axis, 0.0) * times))
    found = Polynomials(degrees, None if len(degrees) == 1 else "product" if many else "total")
    while columns(problem, found, symmetry) > most_columns(problem) / 2 and max(found.degrees) > least:
        found = replace(found, degrees=by_axis(lambda axis, n=found.degrees: max(least, round(0.8 * n[axis]))))
    return found


def following(
    problem: Problem,
    space: Space,
    reach: Sequence[float],
    chosen: Space = "auto",
    symmetry: Symmetry = "auto",
) -> Space | None:
    """The space after one in which the coefficients promise to end at the degrees `reach`; None where there is none.

    It holds the one before, and more along the coordinates that need it.
    """
    if isinstance(space, Each) and isinstance(chosen, Each) and chosen.others == "auto":
        more = following(problem, space.others, reach, "auto", symmetry)
        return None if more is None else replace(space, others=more)
    if chosen != "auto":
        for share in (0.5, 0.75):
            larger = shrunk(chosen, share)
            if columns(problem, larger, symmetry) > columns(problem, space, symmetry):
                return larger
        return chosen if space != chosen else None
    if isinstance(space, Added):
        least, held = space.parts
        assert isinstance(least, Polynomials) and isinstance(held, Corners)
        more = following(problem, least, reach, "auto", symmetry)
        if more is None:
            return None
        assert isinstance(more, Polynomials)
        return cornered(problem, more, symmetry, held.order)
    assert isinstance(space, Polynomials)
    limit = min(_limit(problem, s) for s in problem.statements)
    highest = [resolved(problem.domain, k) for k in range(len(problem.coordinates))]
    if space.terms == "cross":
        larger = (n for n in CROSSES if space.degrees[0] < n <= min(highest))
        found = next((replace(space, degrees=(n,)) for n in larger), None)
        return found if found is not None and columns(problem, found, symmetry) <= limit else None
    if space.terms == "composite":
        found = replace(space, degrees=(min(round(HIGHER * space.degrees[0]), HIGHEST_COMPOSITE),))
        return found if found != space and columns(problem, found, symmetry) <= limit else None
    if space.terms == "additive":
        n = space.degrees[0]
        found = replace(space, degrees=(int(min(max(n + 2, round(max(reach))), 2 * n, *highest)),))
        most = min(limit, 2 * columns(problem, space, symmetry))
        while columns(problem, found, symmetry) > most:
            found = replace(found, degrees=(found.degrees[0] - 1,))
        return found if found.degrees[0] > n else None
    most = min(limit, GROWTH[min(dimensions(problem), FEW + 1)] * columns(problem, space, symmetry))
    highest = [float(n) if k in affine(problem) else highest[k] for k, n in enumerate(space.degrees)]
    reach = [min(r, most) for r, most in zip(reach, highest, strict=True)]

    def grown(share: float) -> Polynomials:
        own = zip(space.degrees, reach, highest, strict=True)
        degrees = tuple(int(min(2 * n + 2, max(n, round(share * r)), most)) for n, r, most in own)
        return Polynomials(degrees, space.terms, stretches=space.stretches)

    share = min(n / r for n, r in zip(space.degrees, reach, strict=True))
    found = larger = space
    while columns(problem, larger := grown(share), symmetry) <= most and share < 4:
        found, share = larger, STEP * share
    least = 1.1 * columns(problem, space, symmetry)
    if columns(problem, found, symmetry) <= least and columns(problem, larger, symmetry) <= SMALL:
        found = larger
    return found if columns(problem, found, symmetry) > least else None


def shrunk(chosen: Space, share: float) -> Space:
    """A part of a chosen space."""
    match chosen:
        case Polynomials():
            return replace(chosen, degrees=tuple(max(min(1, n), round(share * n)) for n in chosen.degrees))
        case Features():
            return Features(max(1, round(share * chosen.count)))
        case Corners():
            return replace(chosen, order=max(1, round(share * chosen.order)))
        case Added():
            return Added(tuple(shrunk(part, share) for part in chosen.parts))  # pyright: ignore[reportArgumentType]
        case Each():
            return Each(tuple((name, shrunk(own, share)) for name, own in chosen.own), shrunk(chosen.others, share))
    return chosen


def reach(bases: Sequence[Functions], coefficients: Sequence[np.ndarray], degrees: Sequence[int]) -> list[float]:
    """Up to which degree of each coordinate coefficients would go, if they fall on as they do; at most four times.

    What is not made of polynomials says nothing of that.
    """
    found = []
    for axis, most in enumerate(degrees):
        tail = LAST / 10
        for own, c in taken_apart(bases, coefficients):
            if not isinstance(own, Basis) or axis not in own.axes or not np.any(c):
                continue
            number = own.numbers[:, own.axes.index(axis)]
            degree = (number + 1) // 2 if own.circular[own.axes.index(axis)] else number
            last = np.abs(c[degree >= min(TAIL * most, degree.max())])
            tail = max(tail, float(last.max(initial=0.0)) / float(np.abs(c).max()))
        found.append(most * min(4.0, max(1.0, np.log(LAST) / np.log(min(tail, 0.5)))))
    return found


def most_columns(problem: Problem) -> int:
    """The columns up to which degrees are raised of their own accord: as many for each solution that is superposed."""
    return MOST * solutions(problem)


def unsuited(problem: Problem) -> str:
    """Why polynomials are not for a problem, in words; empty where they are tried."""
    if any(
        i.kind in ("maximum", "minimum")
        for i in problem.integrals_in(r for s in problem.statements for r in s.residual)
    ):
        return "the largest value of a field has no slope"
    d = max(len(axes_of(problem, f)) for f in problem.fields)
    if d > COORDINATES and not groups(problem) and quantity(problem) is None:
        return f"in {d} coordinates there are too many products of polynomials"
    for statement in problem.statements:
        if _limit(problem, statement) < LEAST:
            return f"`{statement.name}` integrates at each of its points"
    return ""


def _limit(problem: Problem, statement: Statement) -> int:
    """The columns up to which tables of a statement can be held: where it integrates at each point they are large."""
    held = problem.totals_in(statement.residual)
    if not held:
        return most_columns(problem)
    nodes = max(len(rule(problem.domain, integral.where).weights) for integral in held)
    varying = len(problem.varying(statement.residual))
    everywhere = isinstance(statement, Equation) and varying == len(problem.coordinates)
    many = (NODES / (OVER * nodes)) ** 0.5 if everywhere else NODES / ((FEWEST if varying else 1) * nodes)
    return min(most_columns(problem), int(many) * solutions(problem))
