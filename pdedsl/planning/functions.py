"""From a space, and what a problem is, to the functions that each of its fields is a sum over."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

import numpy as np

from pdedsl.geometry.holes import Hole, holes
from pdedsl.geometry.regions import Regions, regions
from pdedsl.planning.data import waves
from pdedsl.planning.plan import Plan
from pdedsl.planning.symmetry import symmetries
from pdedsl.problem.bounds import FREE
from pdedsl.problem.derivatives import occurring
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Field, FieldGroup, Initial
from pdedsl.problem.symbol import order
from pdedsl.spaces.affine import affine
from pdedsl.spaces.collocation import Expansion
from pdedsl.spaces.composite import composite
from pdedsl.spaces.corners import singular
from pdedsl.spaces.features import ridges
from pdedsl.spaces.functions import Functions, Joined, Products, Sided, multiplied, superposed
from pdedsl.spaces.hard import ansatz, inner
from pdedsl.spaces.pieces import Pieces, piece
from pdedsl.spaces.poles import Grown, poles
from pdedsl.spaces.products import basis, sized, slopes
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

LOWER = 0.7
"""The degrees of fields that are to be identified, relative to those of the others."""
ALONE = 4
"""The degree in swept parameters of what singular functions are multiplied with where there are no polynomials beside them."""


def columns(problem: Problem, space: Space, symmetry: Symmetry = "auto") -> int:
    """How many coefficients all fields have together."""
    found, halved = 0, parities(problem, symmetry)
    for unknown, parity in zip(problem.fields, halved, strict=True):
        axes = axes_of(problem, unknown)
        pieces = 1 if (held := cut_for(problem, unknown)) is None else held.count
        for part in parts_of(_own(space, unknown)):
            if isinstance(part, Polynomials):
                whole = part.kind == "composite"
                count = composite(problem, axes, part).size if whole else sized(problem, axes, part, parity)
                found += pieces * count
                for gaps in [holes(problem.domain)] if held is None else held.holes:
                    found += 0 if (own := _round(problem, unknown, gaps, part)) is None else own.size
            elif isinstance(part, Features):
                found += pieces * part.count
            elif isinstance(part, Corners):
                found += singular_count(problem, unknown, part, each(problem, polynomials_of(_own(space, unknown))))
    return found * solutions(problem)


def axes_of(problem: Problem, unknown: Field) -> list[int]:
    """The columns of the arguments of a field, but for parameters whose solutions superpose."""
    own = (problem.domain.column(s) for s in unknown.arguments)
    return [axis for axis in own if axis not in affine(problem)]


def solutions(problem: Problem) -> int:
    """How many solutions are superposed."""
    return 1 + len(affine(problem))


def _own(space: Space, unknown: Field) -> Space:
    """The space of one field: of one that is to be identified with lower degrees, so that others hold what it makes of them."""
    own = space_for(space, unknown.name)
    if unknown.sought is None or not isinstance(own, Polynomials) or isinstance(space, Each):
        return own
    return replace(own, degrees=tuple(max(1, round(LOWER * n)) for n in own.degrees))


def fields_of(
    problem: Problem,
    space: Space,
    sizes: Mapping[str, Size],
    symmetry: Symmetry = "auto",
    mirrors: Sequence[Mapping[int, int]] | None = None,
) -> tuple[Expansion, ...] | tuple[Pieces, ...]:
    """Each field in a linear space, as a sum over a basis or as one on each piece of time; `mirrors` as for `expansions`."""
    if not isinstance(space, Polynomials) or not space.slabs:
        return expansions(problem, space, sizes, symmetry, mirrors)
    assert problem.time is not None
    axis = problem.domain.column(problem.time.symbol)
    low, high = problem.bounds[axis]
    halves = list(pairwise((low, *space.slabs, high)))
    mirrors, parts = mirrors or _mirrors(problem, space, symmetry), []
    for k, ends in enumerate(halves):
        whole = replace(space, stretches=space.stretches[k : k + 1])
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
    for unknown, parity in zip(problem.fields, mirrors or _mirrors(problem, space, symmetry), strict=True):
        own = functions(problem, unknown, _own(space, unknown), parity)
        built = ansatz(problem, unknown)
        size = inner(problem, built, sizes[unknown.name])
        if -1 in parity.values():
            size = replace(size, mean=0.0)
        found.append(Expansion(problem, own, built, size, unknown.sought or FREE))
    return tuple(found)


def _mirrors(problem: Problem, space: Space, symmetry: Symmetry) -> list[Mapping[int, int]]:
    """The parities of all fields that a space has."""
    families = any(isinstance(own, Polynomials) and own.kind == "family" for own in parts_of(space))
    return member_mirrors(problem, symmetry) if families else parities(problem, symmetry)


def functions(problem: Problem, unknown: Field, space: Space, parity: Mapping[int, int]) -> Functions:
    """What a field is a sum over, in a linear space; of polynomials those of its parity.

    Where interfaces cut the domain, of each region by itself, over its bounding box. Of parameters that superpose, constants and
    slopes.
    """
    if isinstance(space, Polynomials) and space.kind == "family":
        return _family(problem, unknown, space, parity)
    single, own = _alone(problem, unknown, space, parity), sorted(affine(problem))
    return superposed(single, slopes(problem, own)) if own else single


def _family(problem: Problem, unknown: Field, space: Polynomials, parity: Mapping[int, int]) -> Functions:
    """All products of the functions that a single member of a family is a sum over and of polynomials of the parameters."""
    swept = [axis for axis in axes_of(problem, unknown) if problem.coordinates[axis].kind == "parameter"]
    single = _alone(problem, unknown, member_space(problem, space), parity)
    domain = problem.domain
    maps = tuple(logarithm(own) if k in domain.logarithmic else None for k, own in enumerate(domain.bounds))
    beside = basis(problem, swept, Polynomials(each(problem, space), "total", stretches=(maps,)))
    return Products(single, beside, np.argwhere(np.ones((single.size, beside.size), bool)))


def member_mirrors(problem: Problem, symmetry: Symmetry) -> list[Mapping[int, int]]:
    """The parities of the fields of each member of a family: those in coordinates."""
    swept = [k for k, c in enumerate(problem.coordinates) if c.kind == "parameter"]
    return [{axis: own for axis, own in found.items() if axis not in swept} for found in parities(problem, symmetry)]


def member_space(problem: Problem, space: Polynomials) -> Polynomials:
    """The space of a single member of a family: constant in the parameters, all products on pieces of time."""
    swept = [k for k, c in enumerate(problem.coordinates) if c.kind == "parameter"]
    degrees = tuple(0 if k in swept else n for k, n in enumerate(each(problem, space)))
    return replace(space, degrees=degrees, terms=space.plane)


def at_once(problem: Problem, space: Space) -> Space:
    """What is solved in at once where a space is chosen: of a family the space of each member."""
    return member_space(problem, space) if isinstance(space, Polynomials) and space.kind == "family" else space


def inseparable(problem: Problem) -> str:
    """Why the members of a family are not solved one by one, in words; empty where they may be."""
    if not problem.domain.swept:
        return "no parameter is swept"
    if own := affine(problem):
        names = ", ".join(f"`{problem.names[k]}`" for k in sorted(own)[:3])
        return f"solutions superpose in {names}{', ...' if len(own) > 3 else ''}"
    if problem.measurements or any(f.sought for f in problem.fields):
        return "there are data, or unknowns, that all members share"
    if problem.domain.shaping:
        return f"each has a shape of its own, by `{problem.names[problem.domain.shaping[0]]}`"
    return "" if regions(problem) is None else "fields may jump between regions"


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
    axes, found = axes_of(problem, unknown), []
    for part in parts_of(space):
        if isinstance(part, Corners):
            degrees = each(problem, polynomials_of(space))
            if (own := _cornered(problem, unknown, part, degrees, region)) is not None:
                found.append(own)
        elif isinstance(part, Features):
            found.append(ridges(problem, axes, part, {axis: own.count for axis, own in waves(problem).items()}))
        elif part.kind == "composite":
            found.append(composite(problem, axes, part))
        else:
            found.append(basis(problem, axes, part, parity))
            if (own := _round(problem, unknown, gaps, part)) is not None:
                found.append(own)
    if not found:
        found.append(basis(problem, axes, Polynomials((0,)), parity))
    return found[0] if len(found) == 1 else Joined(tuple(found))


@lru_cache(maxsize=64)
def singular_count(problem: Problem, unknown: Field, space: Corners, degrees: tuple[int, ...]) -> int:
    """How many functions a field has that are singular at corners, beside polynomials of some degrees."""
    own = _cornered(problem, unknown, space, degrees)
    return 0 if own is None else own.size


def _round(problem: Problem, unknown: Field, gaps: Sequence[Hole], space: Polynomials) -> Functions | None:
    """The functions about holes that come with polynomials, times those of swept parameters; None where there are none."""
    degrees = each(problem, space)
    found = poles(problem, unknown, gaps, max((degrees[axis] for axis in problem.domain.spatial), default=0))
    return None if found is None else _times(problem, unknown, found, degrees)


def _cornered(
    problem: Problem, unknown: Field, space: Corners, degrees: Sequence[int], region: int | None = None
) -> Functions | None:
    """The functions that are singular at corners, times polynomials of swept parameters; None where there are none."""
    found = singular(problem, unknown, space, region)
    return None if found is None else _times(problem, unknown, found, degrees)


def each(problem: Problem, space: Polynomials | None) -> tuple[int, ...]:
    """The degree of some polynomials in each coordinate; of those that come with singular functions where there are no others."""
    degrees = (ALONE,) if space is None else space.degrees
    return degrees if len(degrees) > 1 else degrees * len(problem.coordinates)


def _times(problem: Problem, unknown: Field, plane: Functions, degrees: Sequence[int]) -> Functions:
    """Functions of a plane times polynomials of the other arguments of a field; of several of these of a total degree."""
    rest = [axis for axis in axes_of(problem, unknown) if axis not in plane.axes]
    if not rest:
        return plane
    domain = problem.domain
    maps = tuple(logarithm(domain.bounds[k]) if k in domain.logarithmic else None for k in range(len(degrees)))
    own = basis(problem, rest, Polynomials(tuple(degrees), "total", stretches=(maps,)))
    high = np.sum(own.numbers / np.maximum(1, [degrees[axis] for axis in rest]), axis=1)
    return multiplied(plane, own, high, isinstance(plane, Grown))


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
