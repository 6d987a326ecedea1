"""From a problem to what its text says of its solution, and to what the plan makes of that: reasons with their places."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import numpy as np
import sympy as sp
from sympy.core.function import AppliedUndef

from pdedsl.checker.jumps import switches
from pdedsl.geometry.corners import Corner, corners
from pdedsl.geometry.interfaces import crossings, lies_on
from pdedsl.geometry.points import random
from pdedsl.geometry.regions import regions
from pdedsl.planning.continuation import FACTORS, led_by
from pdedsl.planning.cost import cost, tables
from pdedsl.planning.data import slopes_inside, thin, waves
from pdedsl.planning.degrees import CROSSES, FEW, MOST, begun, most_columns, unsuited
from pdedsl.planning.functions import columns, free, inseparable, parities
from pdedsl.planning.plan import Anagram, Plan
from pdedsl.planning.spelling import made_of, spoken
from pdedsl.problem.domain import Coordinate
from pdedsl.problem.moving import moving
from pdedsl.problem.printer import write_expression
from pdedsl.problem.problem import Problem
from pdedsl.problem.sought import worth
from pdedsl.problem.sources import point_sources, sourced
from pdedsl.problem.statements import Equation, FunctionSought, Interface, Place, Statement
from pdedsl.problem.symbol import order
from pdedsl.problem.write import write_bounds, write_law
from pdedsl.spaces.affine import affine, dimensions
from pdedsl.spaces.composite import quantity
from pdedsl.spaces.corners import angled
from pdedsl.spaces.groups import groups
from pdedsl.spaces.linear import Form, forms
from pdedsl.spaces.measured import measured
from pdedsl.spaces.pieces import divisible
from pdedsl.spaces.placing import OVER
from pdedsl.spaces.sizes import field_sizes
from pdedsl.spaces.space import Polynomials, Size, Symmetry, settings_of
from pdedsl.spaces.space import trained as has_network
from pdedsl.vocabulary.functions import Maximum, Minimum
from pdedsl.vocabulary.source import NOWHERE, Source, Span

MIDDLING = 500
"""Functions of a space that is worth trying first."""
PROBES = 16
"""Points at which it is seen whether what switches there is an interface."""
_SEED = 19_340_512
REENTRANT = np.radians(200)
"""The angle from which a corner is told."""
NAMED = 6
"""Symmetries that are named one by one."""


@dataclass(frozen=True)
class Reason:
    """Something that was read from the text, or chosen because of it."""

    what: str
    """One word."""
    words: str
    span: Span = NOWHERE
    """Where the text says it."""

    def line(self, source: Source) -> int | None:
        """The line of the text that says it; None for none."""
        return source.position(self.span.start)[0] if self.span.end else None

    def told(self, source: Source) -> str:
        """The reason with its line."""
        line = self.line(source)
        return f"{self.words} (line {line})" if line else self.words


@dataclass(frozen=True)
class Reading:
    """What the text says of its solution, what was chosen, and the block that says the same."""

    facts: tuple[Reason, ...]
    choices: tuple[Reason, ...]
    block: tuple[str, ...]
    """Lines of a `solve` block that fix the choices."""


def reading(problem: Problem, plan: Plan, devices: int = 1) -> Reading:
    """What is read from a problem, and what its plan is, on so many devices. Takes no values of exact solutions or references."""
    sizes = field_sizes(problem, dict(plan.sizes))
    compiled = forms(problem)
    facts = [
        *_linear(problem, compiled),
        *_types(problem, compiled, sizes),
        *_sizes(problem, sizes),
        *_sought(problem),
        *_swept(problem),
        *_mapped(problem),
        *_regions(problem),
        *_rough(problem),
        *_waves(problem),
        *_sources(problem),
        *_layers(problem, plan, compiled, sizes),
        *_corners(problem),
        *_forms(problem),
        *_mirrors(problem, plan),
    ]
    linear = all(own.is_linear for forms in compiled.values() for own in forms)
    choices, block = _choices(problem, plan, linear, devices)
    if plan.space == "auto" and divisible(problem):
        assert problem.time is not None
        if plan.slabs == "auto":
            words = f"of {problem.time.name}, each from the end of the last, where one does not hold the solution"
        else:
            words = f"{plan.slabs} of {problem.time.name}, each from the end of the last, as it was chosen"
        steep = ", ".join(problem.coordinates[axis].name for axis in free(problem, plan))
        steep = f"; {steep} stretched where it is steep" if steep else ""
        choices.insert(1, Reason("pieces", f"{words}{steep}", problem.time.span))
    towards = ", ".join(name for name, own in plan.stretch if own == "faces")
    if towards:
        choices.insert(1, Reason("stretch", f"{towards} towards its faces, as it was chosen"))
    return Reading(tuple(facts), tuple(choices), tuple(block))


# ---- what the text says --------------------------------------------------------------------------------------------------


def _linear(problem: Problem, compiled: Mapping[str, tuple[Form, ...]]) -> Iterator[Reason]:
    bent = [s for s in problem.statements if not all(own.is_linear for own in compiled[s.name])]
    if not bent:
        names = ", ".join(f.name for f in problem.fields)
        yield Reason("linear", f"in {names}: one solve instead of a descent, no start to choose")
    for statement in bent[:2]:
        words = f"`{statement.name}`: Newton steps, from a low degree upwards"
        if isinstance(statement, Equation) and (by := led_by(problem)):
            words += f"; where they go astray, from {FACTORS[0]:g} times {by} down"
        yield Reason("nonlinear", words, statement.span)


def _types(problem: Problem, compiled: Mapping[str, tuple[Form, ...]], sizes: Mapping[str, Size]) -> Iterator[Reason]:
    for equation in problem.equations[:3]:
        space = order(equation.residual, among=[c.symbol for c in problem.space])
        time = order(equation.residual, among=[problem.time.symbol]) if problem.time is not None else 0
        words = f"`{equation.name}`: order {space} in space" + (f", {time} in time" if time else "")
        kind = _kind(problem, equation, compiled[equation.name], sizes) if len(problem.fields) == 1 else ""
        yield Reason("type", f"{words}{f', {kind}' if kind else ''}", equation.span)


def _kind(problem: Problem, equation: Statement, forms: Sequence[Form], sizes: Mapping[str, Size]) -> str:
    """The type of a scalar equation of second order, by the signs of its principal symbol at some points."""
    highest = order(equation.residual)
    if len(forms) != 1:
        return ""
    own = [k for k, c in enumerate(problem.coordinates) if c.kind != "parameter"]  # along those no derivative is taken
    d = len(own)
    slopes = slopes_inside(problem, forms[0], sizes)
    time = own.index(problem.domain.column(problem.time.symbol)) if problem.time is not None else None
    if highest == 1:
        return "transport"
    if highest != 2:
        return ""
    found = np.zeros((next(iter(slopes.values())).size, d, d))
    for (_, index), slope in slopes.items():
        if sum(index) == 2:
            axes = [place for place, axis in enumerate(own) for _ in range(index[axis])]
            found[:, axes[0], axes[1]] += slope / 2
            found[:, axes[1], axes[0]] += slope / 2
    values = np.linalg.eigvalsh(found)
    scale = np.abs(values).max() or 1.0
    positive, negative = (values > 1e-9 * scale).sum(axis=1), (values < -1e-9 * scale).sum(axis=1)
    if np.all((positive == d) | (negative == d)):
        return "elliptic"
    if np.all(np.minimum(positive, negative) == 1) and np.all(positive + negative == d):
        return "hyperbolic"
    if time is not None and np.all((positive == d - 1) | (negative == d - 1)) and np.all(found[:, time, time] == 0):
        return "parabolic"
    return "of changing or degenerate type"


def _sizes(problem: Problem, sizes: Mapping[str, Size]) -> Iterator[Reason]:
    own = {f.name: sizes[f.name] for f in problem.fields if f.sought is None}
    worth = ", ".join(f"{n} about {s.mean:.3g} \N{PLUS-MINUS SIGN} {s.spread:.3g}" for n, s in own.items())
    lengths = ", ".join(f"{s.name} {problem.domain.lengths[s]:.3g}" for s in problem.symbols[:4])
    more = ", ..." if len(problem.symbols) > 4 else ""
    yield Reason("sizes", f"{worth}; lengths {lengths}{more}: scaled to one")


def _sought(problem: Problem) -> Iterator[Reason]:
    """Unknowns, and the data that they are found from."""
    for unknown in (f for f in problem.fields if f.sought is not None and f.law is None):
        bounds = "" if unknown.sought is None or unknown.sought.free else f",{write_bounds(unknown.sought)}"
        what = "a number" if not unknown.arguments else "a field, as smooth as the data say"
        words = f"`{unknown.name}`: {what}, beginning at {write_expression(worth(unknown))}{bounds}"
        if unknown.noise is not None:
            words = (
                f"`{unknown.name}`: a number, given with a standard uncertainty of {write_expression(unknown.noise)}"
            )
        yield Reason("sought", words, unknown.span)
    for law in problem.laws:
        own = write_law(law).removeprefix("unknown function ")
        words = f"`{own}`: a sum of polynomials over {_intervals(law)}, as smooth as the data say"
        yield Reason("sought", words, law.span)
    for prior in problem.penalties:
        weight = "as their weight says" if not prior.automatic else "with a weight that they choose"
        yield Reason("prior", f"`{prior.name}`: holds as far as data let it, {weight}", prior.head)
    for own in (own for own in measured(problem) if own.table):
        noise = "its noise is found from what is left" if own.statement.noise is None else "over their noise"
        left = f", {own.left_out} rows left out" if own.left_out else ""
        yield Reason("data", f"`{own.name}`: {own.count} values, {noise}{left}", own.statement.head)


def _intervals(law: FunctionSought) -> str:
    """The range of each argument."""
    return ", ".join(f"[{low:.3g}, {high:.3g}]" for low, high in law.ranges or ())


def _swept(problem: Problem) -> Iterator[Reason]:
    """Parameters that are coordinates of the solution, and those whose solutions superpose."""
    superposed, domain = affine(problem), problem.domain

    def words(own: Coordinate) -> str:
        axis = domain.column(own.symbol)
        low, high = problem.bounds[axis]
        how = "a coordinate of the solution"
        if axis in superposed:
            how = "its solutions superpose: a constant and a slope"
        elif axis in domain.logarithmic:
            how += ", its logarithm"
        return f"from {low:.6g} to {high:.6g}: {how}"

    def stem(own: Coordinate) -> tuple[str, str]:
        return own.name.partition("[")[0], words(own)

    for (name, how), members in groupby(domain.swept, stem):
        group = list(members)
        first, *others = (own.name.partition("[")[2].rstrip("]") for own in group)
        indices = f"[{first}{f':{others[-1]}' if others else ''}]" if first else ""
        yield Reason("swept", f"`{name}{indices}` {how}", group[0].span)


def _mapped(problem: Problem) -> Iterator[Reason]:
    """Intervals with moving ends."""
    for interval in moving(problem):
        words = f"{interval.coordinate.name} to {interval.fixed.name} from 0 to 1, between ends that are sought, too"
        yield Reason("mapped", words, interval.coordinate.span)


def _regions(problem: Problem) -> Iterator[Reason]:
    """What interfaces cut the domain into."""
    found = regions(problem)
    if found is not None:
        first = next(c for c in problem.conditions if isinstance(c, Interface))
        round_ = sum(map(bool, found.holes))
        more = f", {round_} of them round others" if round_ else ""
        yield Reason("regions", f"{found.count} between interfaces{more}, each with functions of its own", first.span)


def _rough(problem: Problem) -> Iterator[Reason]:
    """Kinks and jumps of data and coefficients, but for those at interfaces."""
    on = tuple(place for c in problem.conditions if isinstance(c, Interface) for place in c.on)
    unit = random(np.random.default_rng(_SEED))

    def apart(where: sp.Basic) -> bool:
        points = crossings(problem.domain, (Place(where),), PROBES, unit)
        return bool(len(points)) and not lies_on(problem.domain, on, points).all()

    for statement in problem.statements:
        rough = {a for r in statement.residual for a in r.atoms(*_ROUGH) if not a.atoms(AppliedUndef)}
        if rough and (not on or any(apart(where) for a in rough for where in switches(a))):
            yield Reason(
                "rough", f"`{statement.name}` has data with kinks or jumps: degrees help slowly", statement.span
            )
            return


_ROUGH: tuple[Any, ...] = (sp.Abs, sp.sign, sp.Piecewise, Maximum, Minimum, sp.Heaviside)


def _waves(problem: Problem) -> Iterator[Reason]:
    """The most waves that the data name along a coordinate."""
    found = waves(problem)
    axis = max(found, key=lambda own: found[own].count, default=None)
    if axis is not None and found[axis].count > 2:
        count, statement = found[axis].count, found[axis].statement
        words = (
            f"{count:.3g} along {problem.symbols[axis].name}: degrees of {np.pi * count:.0f} and more, from the start"
        )
        yield Reason("waves", words, statement.span)


def _sources(problem: Problem) -> Iterator[Reason]:
    """Point sources, and what they are taken for."""
    for equation, residual, _ in sourced(problem):
        places = dict.fromkeys(own.place for own in point_sources(problem, residual))
        some = ", ".join(f"({', '.join(f'{problem.domain.number(a):.3g}' for a in own)})" for own in list(places)[:2])
        more = f" and {len(places) - 2} more" if len(places) > 2 else ""
        how = "as jumps of derivatives" if len(problem.space) == 1 else "the free-space solution is taken out"
        yield Reason("sources", f"at {some}{more}: {how}", equation.span)


def _layers(
    problem: Problem, plan: Plan, compiled: Mapping[str, tuple[Form, ...]], sizes: Mapping[str, Size]
) -> Iterator[Reason]:
    """A small factor before the highest derivative."""
    linear = all(own.is_linear for forms_ in compiled.values() for own in forms_)
    if found := thin(problem, compiled, sizes):
        words = f"`{found.equation.name}` may have some as thin as {found.part:.1g} of the domain"
        if linear and problem.time is None and free(problem, plan):
            words += "; where degrees stay coarse, stretched towards the faces"
        yield Reason("layers", words, found.equation.span)


def _corners(problem: Problem) -> Iterator[Reason]:
    """Places on the boundary where fields are singular, with the least exponents; or re-entrant corners, which may be."""
    for unknown in problem.fields:
        strong = [own for own in angled(problem, unknown) if own.strong]
        if strong:
            said = (f"{_at(own.corner)} as r^{own.least:.3g}" for own in strong[:2])
            more = f" and at {len(strong) - 2} more places" if len(strong) > 2 else ""
            yield Reason("corners", f"{unknown.name} is singular at {', '.join(said)}{more}")
    if any(own.strong for f in problem.fields for own in angled(problem, f)):
        return
    found = [own for own in corners(problem.domain) if own.angle > REENTRANT]
    if found:
        where = ", ".join(f"{_at(own)}: {np.degrees(own.angle):.0f} degrees" for own in found[:2])
        more = f" and {len(found) - 2} more" if len(found) > 2 else ""
        yield Reason("corners", f"re-entrant at {where}{more}; the solution may be singular there")


def _at(corner: Corner) -> str:
    return f"({corner.place[0]:.3g}, {corner.place[1]:.3g})"


def _forms(problem: Problem) -> Iterator[Reason]:
    """What data are, of all functions of many coordinates, which the solution may be, too."""
    if dimensions(problem) < FEW:
        return
    if (own := quantity(problem)) is not None:
        place = [float(f"{v:.3g}") for v in own.vector]
        where = f"{place[0]:g} in each coordinate" if len(set(place)) == 1 else f"[{place[0]:g}, {place[1]:g}, ...]"
        what = f"the distance from {where}" if own.is_distance else f"the coordinate along {where}"
        yield Reason("composite", f"data are functions of {what}, and so may the solution be")
    if held := groups(problem):
        most = max(map(len, held))
        apart = "one coordinate each" if most == 1 else f"at most {most} coordinates each"
        yield Reason("additive", f"data are sums of functions of {apart}, and so may the solution be")


def _mirrors(problem: Problem, plan: Plan) -> Iterator[Reason]:
    """Coordinates about whose middle fields are even or odd."""
    found = parities(problem, plan.symmetry)
    axes = sorted({axis for own in found for axis in own})
    if axes:
        names = [
            f"{f.name} {'even' if own[axis] > 0 else 'odd'} in {problem.coordinates[axis].name}"
            for axis in axes
            for f, own in zip(problem.fields, found, strict=True)
            if f.arguments
        ]
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED + 1 else ""
        shown = ", ".join(names[: NAMED if more else None])
        yield Reason("symmetry", f"{shown}{more}, about the middle: a half of the functions for each coordinate")


# ---- what is chosen ------------------------------------------------------------------------------------------------------


def _choices(problem: Problem, plan: Plan, linear: bool, devices: int) -> tuple[list[Reason], list[str]]:
    spans = {chosen.key: chosen.span for chosen in problem.choices}
    said = next(
        (k for k in ("space", "network", "method", "points") for key in spans if key.partition(".")[0] == k), ""
    )
    place = next((span for key, span in spans.items() if said and key.partition(".")[0] == said), NOWHERE)
    needed = cost(problem, plan, devices)
    words = f"{spoken(plan.network, brief=True)}, {spoken(plan.method, brief=True)}: {needed.words}"
    if needed.krylov is not None and isinstance(plan.method, Anagram) and plan.method.factor == "auto":
        whole = replace(needed, krylov=None, chunk=None)
        words += f"; a factorisation would take {whole.bytes / 2**30:.3g} GiB and {whole.seconds:.3g} s"
    trained = Reason("network", words)
    if plan.space == "network":
        why = f"because of `{said}`" if said else unsuited(problem)
        return [Reason("space", f"network, {why}", place), trained], [
            "space = network",
            f"network = {spoken(plan.network, brief=True)}",
        ]
    if plan.space == "auto":
        least, *others = (_brief(own) for own in begun(problem, plan.symmetry))
        most = most_columns(problem)
        strong = [own.strong for f in problem.fields for own in angled(problem, f)]
        also, slowly = " + corners" if any(strong) else "", "; with `corners` where that is slow" if strong else ""
        singly = "; else members one by one, and polynomials of the parameters between them"
        singly = "" if inseparable(problem) else singly
        starts = f"{spoken(least, brief=True)} and on, up to {MOST} functions"
        rest = "".join(f"; else {spoken(own, brief=True)}" for own in others)
        words = f"{starts}, while they converge{rest}{slowly}{singly}; else the network"
        block = [f"space = {spoken(_fixed(problem, least, plan.symmetry), brief=True)}{also}"]
    else:
        words, most = f"{made_of(plan, plan.space)}, as it was chosen", columns(problem, plan.space, plan.symmetry)
        block = [f"{key} = {spoken(own, brief=True)}" for key, own in settings_of(plan.space).items()]
    if has_network(plan.space):
        return [Reason("space", words, place), trained], block
    worth = tables(most)
    method = "least squares" if linear else "Gauss-Newton"
    chosen = [
        Reason("space", words, place),
        Reason("points", f"{OVER:g} for each function, denser towards the ends of the coordinates of a box"),
        Reason("method", f"{method} by QR; at most {worth.bytes / 2**30:.2g} GiB and {worth.seconds:.2g} s a step"),
    ]
    return ([*chosen, trained] if plan.space == "auto" else chosen), block


def _brief(space: Polynomials) -> Polynomials:
    """The same of a total degree with one degree, where it is that of all coordinates."""
    same = space.terms == "total" and len(set(space.degrees)) == 1
    return Polynomials(space.degrees[:1]) if same else space


def _fixed(problem: Problem, least: Polynomials, symmetry: Symmetry) -> Polynomials:
    """Of the spaces that are tried the largest of a middling size."""

    def more(by: int) -> Polynomials:
        return replace(least, degrees=tuple(n + by for n in least.degrees))

    def fits(by: int) -> bool:
        return columns(problem, more(by), symmetry) <= MIDDLING

    if least.terms == "composite":
        return more(least.degrees[0])
    if least.terms == "cross":
        return more(max((n - least.degrees[0] for n in CROSSES if fits(n - least.degrees[0])), default=0))
    low, high = 0, 1
    while fits(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return more(low)
