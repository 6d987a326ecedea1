"""From the places that statements name to those that are not there (E402), or that cannot be what is said of them."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import sympy as sp

from pdedsl.checker.probe import PROBES, face_words, point_words, points_on
from pdedsl.geometry.faces import Face, boundary_pieces, faces, is_terminal, speaks_of_time, start
from pdedsl.geometry.interfaces import crossings
from pdedsl.geometry.places import satisfying
from pdedsl.geometry.points import closed, inside, random, shapes
from pdedsl.problem.atoms import Normal
from pdedsl.problem.domain import Domain
from pdedsl.problem.given import Source
from pdedsl.problem.problem import Problem
from pdedsl.problem.shapes import low_discrepancy
from pdedsl.problem.statements import Boundary, Constraint, Initial, Interface, Place
from pdedsl.vocabulary.diagnostics import Diagnostic
from pdedsl.vocabulary.spoken import where_words


def unmet(problem: Problem) -> Iterator[Diagnostic]:
    """E402: entries of `on` that meet no boundary; E304: a normal derivative at a time."""
    domain = problem.domain
    boundary = _boundary(domain)
    unit = random(np.random.default_rng(4))
    spans = {part.name: part.span for part in domain.parts}
    for equation in problem.equations:
        if equation.part and not len(inside(domain, domain.region(equation.part), PROBES, unit)):
            message = f"the part `{equation.part}` holds no point of the domain"
            yield Diagnostic("E402", message, spans[equation.part], _extent(domain))
    yield from empty_integrals(problem)
    yield from _altered(domain)
    yield from _outside(problem)
    yield from _sources(problem)
    for condition in (c for c in problem.conditions if isinstance(c, Boundary)):
        for place in condition.on:
            if speaks_of_time(place.where, domain):
                yield from _time_place(domain, condition, place)
            elif not boundary_pieces(domain, (place.where,)):
                yield _nowhere(domain, place, boundary)
    for condition in (c for c in problem.conditions if isinstance(c, Interface)):
        for place in condition.on:
            if not len(crossings(domain, (place,), PROBES, unit)):
                outer = isinstance(place.where, sp.Equality) and boundary_pieces(domain, (place.where,))
                help_ = "write `boundary` for a condition on it" if outer else _extent(domain)
                message = (
                    "this lies on the boundary of the domain" if outer else "no line or surface in the domain is this"
                )
                yield Diagnostic("E402", message, place.span, help_)


def empty_integrals(problem: Problem) -> Iterator[Diagnostic]:
    """E402: integrals over a part of the boundary on which no point lies."""
    for integral in problem.integrals:
        if integral.where is not None and not boundary_pieces(problem.domain, (integral.where,)):
            yield Diagnostic("E402", "no boundary point lies in this part", integral.span, _boundary(problem.domain))


def _boundary(domain: Domain) -> str:
    """Where the boundary is, in words."""
    walls = ", ".join(dict.fromkeys(face_words(domain, f) for f in faces(domain)[:8]))
    if domain.shape is not None:
        return _extent(domain).replace("the domain is", "the boundary lies in")
    return f"the boundary is {walls}" if walls else "there is no boundary in space"


def _nowhere(domain: Domain, place: Place, boundary: str) -> Diagnostic:
    """E405 where the place is a face of a periodic coordinate, E402 elsewhere."""
    ends = replace(domain, coordinates=tuple(replace(c, periodic=False) for c in domain.coordinates))
    wrapped = () if place.where == sp.true else boundary_pieces(ends, (place.where,))
    if wrapped and isinstance(wrapped[0].face, Face):
        coordinate = domain.coordinates[wrapped[0].face.axis]
        also = ((coordinate.periodic_span, "periodic here"),)
        message = f"`{coordinate.name}` is periodic: it has no boundary"
        return Diagnostic("E405", message, place.span, "remove this condition, or `periodic`", also)
    return Diagnostic("E402", "no boundary point satisfies this", place.span, boundary)


def _outside(problem: Problem) -> Iterator[Diagnostic]:
    """E402: points of constraints and reports that lie outside of a shape; those outside of a box were found before."""
    domain = problem.domain
    constraints = (c for c in problem.conditions if isinstance(c, Constraint))
    for named in (*constraints, *problem.reports):
        if named.at is None or domain.shape is None:
            continue
        places = domain.put(named.at[: len(domain.space)], shapes(domain))
        outside = ~closed(domain, places)
        if outside.any():
            at = _at(domain, places[outside][0])
            message = f"{point_words(domain, places[0, : len(domain.space)])} lies outside of the shape{at}"
            yield Diagnostic("E402", message, named.at_span, "choose a point of the domain")


def _altered(domain: Domain) -> Iterator[Diagnostic]:
    """E404: a shape whose parts meet, or part, for some values of swept parameters: there solutions are not smooth in these."""
    if not domain.shaping:
        return
    unit, begun = low_discrepancy(PROBES, len(domain.space)), None
    for at in shapes(domain):
        ((held, _),) = domain.shaped(at[None])
        assert held.shape is not None
        sides = enumerate(held.shape.surfaces)
        shares = [float(held.shape.outward(number, side.draw(unit))[0].mean()) for number, side in sides]
        form = [(share > 0) + (share == 1) for share in shares]  # a surface bounds the shape in no, some or all points
        if begun is not None and form != begun[1]:
            span = domain.space[0].span | domain.space[-1].span
            one, other = _at(domain, at), _at(domain, begun[0])
            message = f"the shape is of another form{one} than{other}: its parts meet, or part"
            help_ = "sweep values between which it keeps its form, and try the others by themselves"
            yield Diagnostic("E404", message, span, help_)
            return
        begun = begun or (at, form)


def _at(domain: Domain, point: np.ndarray) -> str:
    """The parameters of a point that the shape depends on, in words; nothing where it depends on none."""
    return where_words({domain.coordinates[k].name: float(point[k]) for k in domain.shaping})


def _sources(problem: Problem) -> Iterator[Diagnostic]:
    """E304: point sources outside of a shape or on its boundary; those outside of a box were found before."""
    domain = problem.domain
    for equation in problem.equations if domain.shape is not None else ():
        for part in {p for r in equation.residual for p in r.atoms(Source)}:
            offsets: Any = part.args
            own = {s: s - offset for offset in offsets for s in (c.symbol for c in domain.space) if offset.has(s)}
            centre = np.asarray([[domain.number(sp.expand(own[c.symbol])) for c in domain.space]])
            if domain.shape is not None and domain.shape.level(centre)[0] > -1e-9 * domain.shape.thinnest:
                spans = [t.span for t in equation.terms if t.value.has(part)]
                span = min(spans, key=lambda s: s.end - s.start, default=equation.span)
                message = f"the point source at {point_words(domain, centre[0])} is not inside the shape"
                yield Diagnostic("E304", message, span, "on the boundary state a flux: `boundary: dn(u) = ...`")


def short(problem: Problem) -> Iterator[Diagnostic]:
    """E607: tables of coordinates that do not reach over the whole domain."""
    bounds = dict(zip(problem.symbols, problem.bounds, strict=True))
    for table in problem.tables:
        for argument, (low, high) in zip(table.arguments, table.function.held.bounds, strict=True):
            if not isinstance(argument, sp.Symbol):
                continue
            lower, upper = bounds[argument]
            slack = 1e-9 * (upper - lower)
            if low > lower + slack or high < upper - slack:
                message = f"`{table.file}` ends within the domain: {argument} goes from {low:g} to {high:g} there"
                help_ = f"give values for {argument} in [{lower:g}, {upper:g}]"
                yield Diagnostic("E607", message, table.span, help_)
                break


def not_hard(problem: Problem) -> Iterator[Diagnostic]:
    """E303: hard conditions on a shape that no smooth function can carry."""
    shape = problem.domain.shape
    if shape is None:
        return
    for condition in (c for c in problem.conditions if isinstance(c, Boundary)):
        if not condition.hard or is_terminal(condition, problem.domain):
            continue
        reason = ""
        if shape.distance is None:
            reason = "the boundary of this shape has corners"
        elif condition.where != (sp.true,):
            reason = "it does not hold on the whole boundary"
        elif any(isinstance(c, Initial) and c.hard for c in problem.conditions):
            reason = "an initial condition is hard, too"
        if reason:
            message = f"this boundary condition cannot be built into the solution: {reason}"
            help_ = "remove `hard`: disks, balls, ellipses, annuli and sdf take it on all of their boundary"
            yield Diagnostic("E303", message, condition.hard_span, help_)


def _extent(domain: Domain) -> str:
    pairs = zip(domain.coordinates[:4], domain.bounds, strict=False)
    return "the domain is " + ", ".join(f"{c.name} in [{a:g}, {b:g}]" for c, (a, b) in pairs)


def _time_place(domain: Domain, condition: Boundary, place: Place) -> Iterator[Diagnostic]:
    """What is wrong with a terminal condition: a normal, more than one time, a time that is not the end."""
    assert domain.time is not None
    uses = [term for term in condition.terms if term.value.atoms(Normal)]
    name, upper = domain.time.name, domain.bounds[domain.column(domain.time.symbol)][1]
    if uses:
        call = min((term.span for term in uses), key=lambda s: s.end - s.start)
        message = "the normal belongs to the boundary in space, not to a time"
        also = ((place.span, "a place in time"),)
        yield Diagnostic("E304", message, call, f"write d(u, {name}), or name a place in space", also)
    elif place.where.atoms(sp.Not, sp.Or, sp.Unequality):
        help_ = f"write `on {name} = {upper:g}`, or name places in space"
        yield Diagnostic("E402", f"{name} may only be fixed, alone or `and` a condition in space", place.span, help_)
    elif not boundary_pieces(domain, (place.where,)):
        at_start = satisfying(domain, (place.where,), points_on(domain, start(domain))).any()
        help_ = "write `initial: ...`" if at_start else f"write `on {name} = {upper:g}`"
        message = f"conditions hold on the boundary at all times, or at the end of time, {name} = {upper:g}"
        yield Diagnostic("E402", message, place.span, help_)
