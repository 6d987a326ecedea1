"""From a problem to the polynomials that are tried for it, one space after another, and to why there are none."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

import numpy as np

from pdedsl.geometry.holes import Hole, holes
from pdedsl.geometry.quadrature import rule
from pdedsl.geometry.regions import Regions, regions
from pdedsl.planning.data import additive, waves
from pdedsl.planning.plan import Plan
from pdedsl.planning.symmetry import symmetries
from pdedsl.problem.bounds import FREE
from pdedsl.problem.derivatives import occurring
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Equation, Field, FieldGroup, Initial, Statement
from pdedsl.problem.symbol import order
from pdedsl.spaces.affine import affine, dimensions
from pdedsl.spaces.basis import Basis, basis, sized
from pdedsl.spaces.collocation import Expansion
from pdedsl.spaces.corners import singular
from pdedsl.spaces.features import ridges
from pdedsl.spaces.functions import Functions, Joined, Products, Sided, multiplied, superposed, taken_apart
from pdedsl.spaces.hard import ansatz, inner
from pdedsl.spaces.pieces import Pieces, piece
from pdedsl.spaces.placing import FEWEST, OVER
from pdedsl.spaces.poles import poles
from pdedsl.spaces.space import (
    Added,
    Corners,
    Each,
    Features,
    Polynomials,
    Size,
    Space,
    Symmetry,
    parts_of,
    polynomials_of,
    space_for,
    trained,
)
from pdedsl.spaces.stretch import Stretch, logarithm

MOST = 4000
"""Columns, of all fields together, up to which degrees are raised of their own accord (`most_columns`)."""
FEW = 4
"""Coordinates up to which all products of low degree are affordable."""
FIRST: Mapping[int, int] = {1: 6, 2: 5, 3: 3, 4: 2}
"""The degree to begin with, by the number of coordinates."""
GROWTH: Mapping[int, float] = {1: 1.5, 2: 1.65, 3: 2.0, 4: 2.2, 5: 4.5}
"""How many times as many columns the next space has."""
CROSSES = (2, 4, 6, 9, 13, 18, 25, 34, 46, 62)
"""Degrees of hyperbolic crosses: what is additive, or nearly, has few of its products."""
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
LOWER = 0.7
"""The degrees of fields that are to be identified, relative to those of the others."""
SMALL = 100
"""Columns up to which the next degrees are taken even where they have more of them than that."""
ALONE = 4
"""The degree in swept parameters of what singular functions are multiplied with where there are no polynomials beside them."""
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
    degrees = _each(problem, space)

    def count(order: int) -> int:
        own = sum(_singular_count(problem, f, Corners(order), degrees) for f in problem.fields)
        return solutions(problem) * own

    if not (every := count(HIGHEST)):
        return None
    while count(order) < every and count(order + 1) <= most:
        order += 1
    return Added((space, Corners(order)))


def lowest(problem: Problem, symmetry: Symmetry = "auto") -> Polynomials:
    """The polynomials to begin with where nothing is chosen."""
    spread, d = affine(problem), dimensions(problem)
    if d > COORDINATES or (d >= FEW and additive(problem)):
        return Polynomials((CROSSES[0],), "cross")
    # A wave takes pi degrees, and a product of waves in several coordinates the sum of theirs. Of many waves a total degree
    # that holds their product has twice as many functions as all products of the degrees of each.
    counts = {} if d > FEW else {axis: own.count for axis, own in waves(problem).items() if own.count > 1}
    many = d > 1 and problem.domain.shape is None and max(counts.values(), default=0.0) > MANY
    times, least = 1 if many else max(1, len(counts)), FIRST[min(d, FEW)]

    def each(degree: Callable[[int], int]) -> tuple[int, ...]:
        """A degree for each coordinate, but for parameters whose solutions superpose."""
        return tuple(1 if axis in spread else degree(axis) for axis in range(len(problem.coordinates)))

    degrees = each(lambda axis: least + round(np.pi * counts.get(axis, 0.0) * times))
    found = Polynomials(degrees, None if len(degrees) == 1 else "product" if many else "total")
    while columns(problem, found, symmetry) > most_columns(problem) / 2 and max(found.degrees) > least:
        found = replace(found, degrees=each(lambda axis, n=found.degrees: max(least, round(0.8 * n[axis]))))
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
    if space.terms == "cross":
        found = next((replace(space, degrees=(n,)) for n in CROSSES if n > space.degrees[0]), None)
        return found if found is not None and columns(problem, found, symmetry) <= limit else None
    most = min(limit, GROWTH[min(dimensions(problem), FEW + 1)] * columns(problem, space, symmetry))
    reach = [float(n) if k in affine(problem) else r for k, (n, r) in enumerate(zip(space.degrees, reach, strict=True))]

    def grown(share: float) -> Polynomials:
        return Polynomials(
            tuple(
                n if k in affine(problem) else min(2 * n + 2, max(n, round(share * r)))
                for k, (n, r) in enumerate(zip(space.degrees, reach, strict=True))
            ),
            space.terms,
            stretches=space.stretches,
        )

    share = min(n / r for n, r in zip(space.degrees, reach, strict=True))
    found = larger = space
    while columns(problem, larger := grown(share), symmetry) <= most and share < 4:
        found, share = larger, STEP * share
    if found == space and columns(problem, larger, symmetry) <= SMALL:
        found = larger
    return found if columns(problem, found, symmetry) > 1.1 * columns(problem, space, symmetry) else None


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


def columns(problem: Problem, space: Space, symmetry: Symmetry = "auto") -> int:
    """How many coefficients all fields have together; where there are symmetries, about how many."""
    found, halved = 0, parities(problem, symmetry)
    for unknown, parity in zip(problem.fields, halved, strict=True):
        axes = _axes(problem, unknown)
        pieces = 1 if (held := cut_for(problem, unknown)) is None else held.count
        for part in parts_of(_own(space, unknown)):
            if isinstance(part, Polynomials):
                found += pieces * max(1, sized(problem, axes, part) >> sum(axis in parity for axis in axes))
                for gaps in [holes(problem.domain)] if held is None else held.holes:
                    found += 0 if (own := _round(problem, unknown, gaps, part)) is None else own.size
            elif isinstance(part, Features):
                found += pieces * part.count
            elif isinstance(part, Corners):
                found += _singular_count(problem, unknown, part, _each(problem, polynomials_of(_own(space, unknown))))
    return found * solutions(problem)


def _axes(problem: Problem, unknown: Field) -> list[int]:
    """The columns of the arguments of a field, but for parameters whose solutions superpose."""
    own = (problem.domain.column(s) for s in unknown.arguments)
    return [axis for axis in own if axis not in affine(problem)]


def solutions(problem: Problem) -> int:
    """How many solutions are superposed."""
    return 1 + len(affine(problem))


def most_columns(problem: Problem) -> int:
    """The columns up to which degrees are raised of their own accord: as many for each solution that is superposed."""
    return MOST * solutions(problem)


def _own(space: Space, unknown: Field) -> Space:
    """The space of one field: of one that is to be identified with lower degrees, so that others hold what it makes of them."""
    own = space_for(space, unknown.name)
    if unknown.sought is None or not isinstance(own, Polynomials) or isinstance(space, Each):
        return own
    return replace(own, degrees=tuple(max(1, round(LOWER * n)) for n in own.degrees))


def fields_of(
    problem: Problem, space: Space, sizes: Mapping[str, Size], symmetry: Symmetry = "auto"
) -> tuple[Expansion, ...] | tuple[Pieces, ...]:
    """Each field in a linear space, as a sum over a basis or as one on each piece of time."""
    if not isinstance(space, Polynomials) or not space.slabs:
        return expansions(problem, space, sizes, symmetry)
    assert problem.time is not None
    axis = problem.domain.column(problem.time.symbol)
    low, high = problem.bounds[axis]
    halves = list(pairwise((low, *space.slabs, high)))
    mirrors, parts = parities(problem, symmetry), []
    for k, ends in enumerate(halves):
        whole = replace(space, slabs=(), stretches=space.stretches[k : k + 1])
        parts.append(expansions(piece(problem, *ends, first=k == 0), whole, sizes, symmetry, mirrors))
    ends = np.asarray(space.slabs)
    return tuple(Pieces(axis, ends, own) for own in zip(*parts, strict=True))


def expansions(
    problem: Problem,
    space: Space,
    sizes: Mapping[str, Size],
    symmetry: Symmetry = "auto",
    mirrors: Sequence[Mapping[int, int]] | None = None,
) -> tuple[Expansion, ...]:
    """Each field as a sum over a basis of a space, which holds what the symmetries of the problem allow.

    `mirrors` are these, where the problem is a piece of another one, whose they are.
    """
    found = []
    if mirrors is None and any(isinstance(own, Polynomials) and own.kind == "family" for own in parts_of(space)):
        mirrors = member_mirrors(problem, symmetry)
    for unknown, parity in zip(problem.fields, mirrors or parities(problem, symmetry), strict=True):
        own = functions(problem, unknown, _own(space, unknown), parity)
        built = ansatz(problem, unknown)
        size = inner(problem, built, sizes[unknown.name])
        if -1 in parity.values():
            size = replace(size, mean=0.0)
        found.append(Expansion(problem, own, built, size, unknown.sought or FREE))
    return tuple(found)


def functions(problem: Problem, unknown: Field, space: Space, parity: Mapping[int, int]) -> Functions:
    """What a field is a sum over, in a linear space; of polynomials those of its parity.

    Where interfaces cut the domain, of each region by itself, over its bounding box. Of parameters that superpose, constants and
    slopes.
    """
    if isinstance(space, Polynomials) and space.kind == "family":
        return _family(problem, unknown, space, parity)
    own = sorted(affine(problem))
    return superposed(_alone(problem, unknown, space, parity), own, [problem.bounds[axis] for axis in own])


def _family(problem: Problem, unknown: Field, space: Polynomials, parity: Mapping[int, int]) -> Functions:
    """All products of the functions that a single member of a family is a sum over and of polynomials of the parameters."""
    swept = [axis for axis in _axes(problem, unknown) if problem.coordinates[axis].kind == "parameter"]
    single = _alone(problem, unknown, member_space(problem, space), parity)
    domain = problem.domain
    maps = tuple(logarithm(own) if k in domain.logarithmic else None for k, own in enumerate(domain.bounds))
    beside = basis(problem, swept, Polynomials(space.degrees, "total", stretches=(maps,)))
    return Products(single, beside, np.argwhere(np.ones((single.size, beside.size), bool)))


def member_mirrors(problem: Problem, symmetry: Symmetry) -> list[Mapping[int, int]]:
    """The parities of the fields of each member of a family: those in coordinates."""
    swept = [k for k, c in enumerate(problem.coordinates) if c.kind == "parameter"]
    return [{axis: own for axis, own in found.items() if axis not in swept} for found in parities(problem, symmetry)]


def member_space(problem: Problem, space: Polynomials) -> Polynomials:
    """The space of a single member of a family: constant in the parameters."""
    swept = [k for k, c in enumerate(problem.coordinates) if c.kind == "parameter"]
    return Polynomials(tuple(0 if k in swept else n for k, n in enumerate(space.degrees)), "total")


def _alone(problem: Problem, unknown: Field, space: Space, parity: Mapping[int, int]) -> Functions:
    """The same of all other coordinates."""
    held = cut_for(problem, unknown)
    if held is None:
        return _smooth(problem, unknown, space, parity, holes(problem.domain))
    parts = []
    for k, (box, gaps) in enumerate(zip(held.bounds, held.holes, strict=True)):
        own = whole = _smooth(problem, unknown, space, parity, gaps, k)
        for axis in whole.axes:
            if not problem.coordinates[axis].periodic:
                own = own.over(axis, box[axis], own.stretch(axis))
        parts.append(own)
    return Sided(tuple(parts), problem.domain, held)


def cut_for(problem: Problem, unknown: Field) -> Regions | None:
    """The regions between which a field may jump; None where it is smooth."""
    held = regions(problem)
    axes = {problem.domain.column(s) for s in unknown.arguments}
    return held if held is not None and axes.issuperset(held.columns) else None


def _smooth(
    problem: Problem,
    unknown: Field,
    space: Space,
    parity: Mapping[int, int],
    gaps: Sequence[Hole],
    region: int | None = None,
) -> Functions:
    """The same in a region, which may have holes: round them polynomials have negative powers, too."""
    axes, found = _axes(problem, unknown), []
    for part in parts_of(space):
        if isinstance(part, Corners):
            degrees = _each(problem, polynomials_of(space))
            if (own := _cornered(problem, unknown, part, degrees, region)) is not None:
                found.append(own)
        elif isinstance(part, Features):
            found.append(ridges(problem, axes, part, {axis: own.count for axis, own in waves(problem).items()}))
        else:
            found.append(basis(problem, axes, part, parity))
            if (own := _round(problem, unknown, gaps, part)) is not None:
                found.append(own)
    if not found:
        found.append(basis(problem, axes, Polynomials((0,)), parity))
    return found[0] if len(found) == 1 else Joined(tuple(found))


@lru_cache(maxsize=64)
def _singular_count(problem: Problem, unknown: Field, space: Corners, degrees: tuple[int, ...]) -> int:
    own = _cornered(problem, unknown, space, degrees)
    return 0 if own is None else own.size


def _round(problem: Problem, unknown: Field, gaps: Sequence[Hole], space: Polynomials) -> Functions | None:
    """The functions about holes that come with polynomials, times those of swept parameters; None where there are none."""
    degrees = _each(problem, space)
    found = poles(problem, unknown, gaps, max((degrees[axis] for axis in problem.domain.spatial), default=0))
    return None if found is None else _times(problem, unknown, found, degrees)


def _cornered(
    problem: Problem, unknown: Field, space: Corners, degrees: Sequence[int], region: int | None = None
) -> Functions | None:
    """The functions that are singular at corners, times polynomials of swept parameters; None where there are none."""
    found = singular(problem, unknown, space, region)
    return None if found is None else _times(problem, unknown, found, degrees)


def _each(problem: Problem, space: Polynomials | None) -> tuple[int, ...]:
    """The degree of some polynomials in each coordinate; of those that come with singular functions where there are no others."""
    degrees = (ALONE,) if space is None else space.degrees
    return degrees if len(degrees) > 1 else degrees * len(problem.coordinates)


def _times(problem: Problem, unknown: Field, plane: Functions, degrees: Sequence[int]) -> Functions:
    """Functions of a plane times polynomials of the other arguments of a field; of several of these of a total degree."""
    rest = [axis for axis in _axes(problem, unknown) if axis not in plane.axes]
    if not rest:
        return plane
    domain = problem.domain
    maps = tuple(logarithm(domain.bounds[k]) if k in domain.logarithmic else None for k in range(len(degrees)))
    own = basis(problem, rest, Polynomials(tuple(degrees), "total", stretches=(maps,)))
    return multiplied(plane, own, np.sum(own.numbers / np.maximum(1, [degrees[axis] for axis in rest]), axis=1))


def networked(problem: Problem, space: Space) -> list[FieldGroup]:
    """The fields that share a network, group by group."""
    own = [trained(space_for(space, f.name)) for f in problem.fields]
    return [group for group in problem.groups if any(own[member] for member in group.members)]


def stretchable(problem: Problem) -> list[int]:
    """The columns of the coordinates that may be stretched: those of a box that are not periodic."""
    domain = problem.domain
    return [] if domain.shape is not None else [k for k in domain.spatial if not domain.coordinates[k].periodic]


def free(problem: Problem, plan: Plan) -> list[int]:
    """The columns of those that are stretched where the solution is steep; none between interfaces."""
    if regions(problem) is not None:
        return []
    said = dict(plan.stretch)
    return [k for k in stretchable(problem) if problem.names[k] not in said]


def stretched_by(space: Space, stretches: tuple[Stretch | None, ...]) -> Space:
    """A space whose polynomials are those of stretched coordinates."""
    match space:
        case Polynomials():
            return replace(space, stretches=(stretches,) if any(stretches) else ())
        case Added():
            return Added(tuple(stretched_by(part, stretches) for part in space.parts))  # pyright: ignore[reportArgumentType]
        case Each():
            own: list[tuple[str, Space]] = [(name, stretched_by(part, stretches)) for name, part in space.own]
            return Each(tuple(own), stretched_by(space.others, stretches))
    return space


def parities(problem: Problem, symmetry: Symmetry) -> list[Mapping[int, int]]:
    """The parity of each field, by the coordinates in which it has one."""
    told = not problem.measurements or numbers_alone(problem)
    found = _symmetries(problem) if symmetry == "auto" and told else {}
    return [{axis: signs[place] for axis, signs in found.items()} for place in range(len(problem.fields))]


def numbers_alone(problem: Problem) -> bool:
    """Whether data choose numbers alone, for each of which the statements determine all fields."""
    if any(f.sought is not None and (f.arguments or f.law) for f in problem.fields):
        return False
    if any(d.code == "W502" for d in problem.warnings):
        return False
    if problem.time is None:
        return True
    time, residuals = {problem.time.symbol}, [r for e in problem.equations for r in e.residual]
    begun = [occurring((r,)) for c in problem.conditions if isinstance(c, Initial) for r in c.residual]
    return all(sum(f.name in own for own in begun) >= order(residuals, f, time) for f in problem.states)


_symmetries = lru_cache(maxsize=8)(symmetries)


def unsuited(problem: Problem) -> str:
    """Why polynomials are not for a problem, in words; empty where they are tried."""
    if any(
        i.kind in ("maximum", "minimum")
        for i in problem.integrals_in(r for s in problem.statements for r in s.residual)
    ):
        return "the largest value of a field has no slope"
    if (d := max(len(_axes(problem, f)) for f in problem.fields)) > COORDINATES:
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
    everywhere = isinstance(statement, Equation) and len(problem.varying(statement.residual)) == len(
        problem.coordinates
    )
    many = (NODES / (OVER * nodes)) ** 0.5 if everywhere else NODES / (FEWEST * nodes)
    return min(most_columns(problem), int(many) * solutions(problem))
