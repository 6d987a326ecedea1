"""From a plan to what a step of the solver will need, and what is doubtful about that: W604, W609."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from pdedsl.geometry.points import resolved
from pdedsl.meaning.choices import ACTIVATIONS
from pdedsl.planning.degrees import shrunk, unsuited
from pdedsl.planning.functions import at_once, columns, each, inseparable, networked, stretchable
from pdedsl.planning.plan import Adam, Anagram, Bfgs, GradientDescent, Grid, Lbfgs, Method, Plan, Sampling
from pdedsl.planning.spelling import spoken
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Equation, FieldGroup, Statement
from pdedsl.problem.symbol import order
from pdedsl.spaces.composite import quantity
from pdedsl.spaces.corners import smooth
from pdedsl.spaces.groups import groups
from pdedsl.spaces.linear import forms
from pdedsl.spaces.pieces import divisible
from pdedsl.spaces.space import (
    Corners,
    Network,
    Polynomials,
    Space,
    decided,
    fixed,
    linear,
    parts_of,
    settings_of,
    trained,
)
from pdedsl.vocabulary.diagnostics import Diagnostic, not_yet
from pdedsl.vocabulary.source import NOWHERE, Span

SLOW = 10.0
"""Seconds a step from which the checker warns."""
ROWS = 2.25
"""Rows for each column of a matrix of tables: points of equations and of conditions."""
FLOPS = 2e10
"""Floating point operations a second of a small machine."""


@dataclass(frozen=True)
class Cost:
    """What a step needs of a matrix of rows S (points times components) and columns P (parameters of the network)."""

    rows: int
    columns: int
    cubes: float = 25.0
    """What is done beside the product, in cubes of the shorter side: eigenvectors. A triangle alone needs none."""
    devices: int = 1
    """Among how many the rows are divided."""
    chunk: int | None = None
    """The most points of a block whose rows a device has at a time; None for all of them."""
    components: int = 1
    """The most rows of a point."""
    krylov: int | None = None
    """The directions that a step is sought in; None where all of them are factored."""
    widths: tuple[int, ...] = (20, 20, 20)
    """Those of the hidden layers."""
    axes: int = 2
    """Coordinates in which a statement differentiates, at most: values of a network carry a slope in each."""

    @property
    def own(self) -> int:
        """The rows of a device."""
        return -(-self.rows // self.devices)

    @property
    def bytes(self) -> float:
        """Memory of a step on each device.

        The matrix, or what is there of it at a time, with its scaled copy, and the smaller of the two squares with its
        eigenvectors and what LAPACK works in; or the directions that a step is sought in and what they do to the rows. Of all but
        the first layer slopes are held, too.
        """
        at_once = self.own if self.chunk is None else min(self.own, self.chunk * self.components)
        if self.krylov is not None:
            carried = sum(self.widths) + self.axes * sum(self.widths[1:])
            return 8.0 * (3 * (self.own + self.columns) * self.krylov + CARRIED * carried * at_once)
        square = min(self.rows, self.columns) if self.chunk is None else self.columns
        return 8.0 * (self.each(self.chunk is not None) * at_once + 4 * square**2)

    def each(self, parts: bool) -> float:
        """Numbers that a row of the matrix takes, with what it is made from where there are some rows at a time."""
        return 3 * self.columns + (MADE * sum(self.widths) if parts else 0.0)

    @property
    def seconds(self) -> float:
        """Time of a step on a small machine: the product with itself, or the triangle of QR, and the eigenvectors of that;
        or products with vectors.
        """
        if self.krylov is not None:
            each = PRODUCT * self._slopes * self.own * self.columns + 4.0 * self.krylov * (self.own + self.columns)
            return self.krylov * each / FLOPS
        short, long = sorted((self.own, self.columns))
        return (2.0 * long * short**2 + self.cubes * min(self.rows, self.columns) ** 3) / FLOPS

    @property
    def _slopes(self) -> float:
        """What is carried along with the values of a network, relative to a problem in two coordinates."""
        return (self.axes + 2) / 4

    @property
    def sent(self) -> int:
        """Numbers that a device sends, and is sent, in a step: a square of the columns, and vectors."""
        if self.devices == 1:
            return 0
        if self.krylov is not None:
            return self.krylov * (self.columns + self.krylov)
        return self.columns**2 + self.columns

    @property
    def words(self) -> str:
        how = f", sought in {self.krylov} directions" if (self.krylov or 0) > 1 else ""
        if self.krylov == 1:
            how = ", of which none is held"
        if not how and self.chunk is not None:
            how = f", {self.chunk} points at a time"
        divided = ""
        if self.devices > 1:
            divided = f" on each of {self.devices} devices, which send {self.sent:.2g} numbers ({8 * self.sent / 2**20:.3g} MiB)"
        size = f"{self.rows} rows by {self.columns} columns{how}"
        return f"{size}: about {self.bytes / 2**30:.3g} GiB and {self.seconds:.3g} s a step{divided}"


CARRIED, MADE = 13.0, 6.0
"""Numbers that products of the matrix with a few vectors take for each row at a time and each hidden unit or slope of one; and those
that the matrix of some rows takes beside it (`python -m benchmarks.scaling`, as are the counts of `Cost.bytes`).
"""
PRODUCT = 30.0
"""Floating point operations of a product with the matrix and one with its transpose, for each entry that is not held."""
FEWEST, MOST = 64, 8192
"""Points of a block that are there at a time, where not all are: for less a step takes longer, more take memory alone."""


def cost(problem: Problem, plan: Plan, devices: int = 1, room: float | None = None) -> Cost:
    """What a step of a plan needs, by the way of computing it that fits into `room` bytes on each device, and is fast.

    All rows at once, if they fit. Else some at a time; and where the square of the parameters does not fit either, or takes
    longer than that, products alone, in a subspace.
    """
    statements = {s.name: s for s in problem.statements}
    rows = sum(len(statements[name].lhs) * _points(problem, statements[name], own) for name, own in plan.points)
    space, count = decided(plan.space), 0
    if space != "network" and trained(space):
        count = columns(problem, linear(space), plan.symmetry)
    count += sum(_parameters(problem, plan.network, group) for group in networked(problem, space))
    components = max((len(statements[name].lhs) for name, _ in plan.points), default=1)
    own = [form for parts in forms(problem).values() for form in parts]
    axes = max((sum(any(i[k] for _, i in f.slopes) for k in range(len(problem.coordinates))) for f in own), default=0)
    widths = plan.network.widths
    whole = Cost(rows, count, devices=devices, components=components, widths=widths, axes=max(axes, 2))
    return _routed(whole, plan.method, memory() / 2 if room is None else room)


def _routed(whole: Cost, method: Method, room: float) -> Cost:
    """See `cost`."""
    if isinstance(method, Adam | Lbfgs | GradientDescent):
        return replace(whole, krylov=1)
    if isinstance(method, Bfgs):
        return whole
    own = method if isinstance(method, Anagram) else Anagram(factor="gram")
    few = replace(whole, krylov=own.rank, chunk=MOST)
    faster = own.factor == "auto" and few.seconds < whole.seconds / FASTER
    if own.factor == "krylov" or faster:
        return few
    if whole.bytes <= room:
        return whole
    in_parts = own.factor in ("auto", "qr", "gram") and whole.rows >= whole.columns  # else it is factored in one piece
    if in_parts:
        left = room - 8.0 * 4 * whole.columns**2
        chunk = int(min(MOST, left / (8.0 * whole.each(True) * whole.components)))
        if chunk >= FEWEST:
            return replace(whole, chunk=chunk)
    return few if own.factor == "auto" else whole


FASTER = 3.0
"""How many times faster products alone must be, since their steps are not as good as those of all directions."""


def tables(count: int) -> Cost:
    """What a step in polynomials needs that have so many coefficients."""
    return Cost(round(ROWS * count), count, cubes=0.0)


def _points(problem: Problem, statement: Statement, sampling: Sampling) -> int:
    """How many points a statement gets; a grid of one count has it along each coordinate."""
    if isinstance(sampling, Grid) and len(sampling.counts) == 1 and isinstance(statement, Equation):
        return sampling.count ** len(problem.coordinates)
    return sampling.count


def _parameters(problem: Problem, network: Network, group: FieldGroup) -> int:
    """Parameters of the network of some fields: a periodic input counts twice. Of numbers themselves."""
    if not group.arguments:
        return len(group.members)
    periodic = {c.symbol for c in problem.coordinates if c.periodic}
    sizes = [len(group.arguments) + len(set(group.arguments) & periodic), *network.widths, len(group.members)]
    return sum((a + 1) * b for a, b in pairwise(sizes))


def memory() -> float:
    """Bytes of memory of this machine; infinite where it does not say."""
    try:
        return float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (AttributeError, ValueError, OSError):
        return float("inf")


def affordable(problem: Problem, plan: Plan, devices: int = 1, room: float | None = None) -> Cost:
    """What a step of a plan needs, see `cost`. Raises MemoryError where a step would need more memory than the machine has, or each device: `room` bytes.

    For a linear space that was chosen ValueError where it is not for the problem, or where a step takes longer than the time
    limit.
    """
    for wrong in _misplaced(problem, plan, {}):
        raise ValueError(wrong.message)
    needed, most = cost(problem, plan, devices, room), memory() if room is None else room
    if fixed(plan.space):
        _fits(problem, plan.space, plan)
        return needed
    if needed.bytes > most:
        owner = "the machine has" if room is None else "a device may take"
        raise MemoryError(
            f"a step factors {needed.words}; {owner} {most / 2**30:.3g} GiB: {_smaller(needed, plan.method)}"
        )
    return needed


def _smaller(needed: Cost, method: Method) -> str:
    """What to do where a step does not fit."""
    if isinstance(method, Anagram) and method.factor not in ("auto", "krylov"):
        return f"leave `factor = {method.factor}` out, or choose a smaller network or fewer points"
    if needed.krylov is not None and needed.krylov > 1:
        return f"write a smaller `rank` than {needed.krylov}, or choose a smaller network or fewer points"
    return "choose a smaller network or fewer points"


def _fits(problem: Problem, space: Space, plan: Plan) -> None:
    """See `affordable`; the message says what would fit."""

    def too_much(own: Space) -> bool:
        needed = tables(columns(problem, at_once(problem, own), plan.symmetry))
        return needed.bytes > memory() or needed.seconds > plan.limits.seconds

    said = _said(space)
    if why := unsuited(problem):
        raise ValueError(f"`{said}`: {why}; write `space = network`")
    if not too_much(space):
        return
    fitting = space
    while too_much(fitting) and (less := shrunk(fitting, 0.5)) != fitting:
        fitting = less
    needed = tables(columns(problem, at_once(problem, space), plan.symmetry))
    limits = f"the machine has {memory() / 2**30:.3g} GiB, the time limit is {plan.limits.seconds:g} s"
    instead = "space = network" if too_much(fitting) else _said(fitting)
    raise ValueError(f"`{said}` takes {needed.words}; {limits}: `{instead}` would fit")


def _said(space: Space) -> str:
    """A space as it would be chosen."""
    return ", ".join(f"{key} = {spoken(own, brief=True)}" for key, own in settings_of(space).items())


def doubts(problem: Problem, plan: Plan) -> Iterator[Diagnostic]:
    """What is doubtful about the choices that a spec makes."""
    spans = {chosen.key: chosen.span for chosen in problem.choices}
    yield from _too_much(problem, plan, spans)
    yield from _too_rough(problem, plan, spans)
    yield from _misplaced(problem, plan, spans)


def _too_much(problem: Problem, plan: Plan, spans: Mapping[str, Span]) -> Iterator[Diagnostic]:
    """W609: more than half of the machine's memory, or more than ten seconds a step."""
    place = next((spans[key] for key in ("network", "points") if key in spans), None)
    if place is None:
        return
    needed = cost(problem, plan)
    if needed.bytes > memory() / 2 or needed.seconds > SLOW:
        message = f"each step factors a matrix of {needed.words}"
        yield Diagnostic("W609", message, place, "choose a smaller network or fewer points")


def _too_rough(problem: Problem, plan: Plan, spans: Mapping[str, Span]) -> Iterator[Diagnostic]:
    """W604: a field is differentiated more often than the activation has continuous derivatives."""
    name = plan.network.activation
    needed = order(r for s in problem.statements for r in s.residual) if "network" in spans else 0
    if ACTIVATIONS.get(name, float("inf")) < needed:
        message = f"`{name}` has {ACTIVATIONS[name]:g} continuous derivatives, the problem needs {needed}"
        yield Diagnostic("W604", message, spans["network"], "write activation = tanh")


def _misplaced(problem: Problem, plan: Plan, spans: Mapping[str, Span]) -> Iterator[Diagnostic]:
    """E201, E901: pieces of time where there is none to be cut, or of other spaces; coordinates that cannot be stretched."""
    place = spans.get("slabs", NOWHERE)
    if plan.slabs != "auto" and not divisible(problem):
        ends = "the problem says something of the end of time, or of all of it"
        why = "there is no time" if problem.time is None else ends
        yield Diagnostic("E201", f"`slabs` cuts time into pieces: {why}", place, "leave `slabs` out")
    elif plan.slabs != "auto" and plan.space != "auto" and not isinstance(plan.space, Polynomials):
        yield not_yet("`slabs` with a space that is not of polynomials alone", place, "write `space = auto`")
    if plan.precision != "double" and fixed(plan.space):
        message = f"`precision = {plan.precision}` is for networks: what is chosen is fitted in double precision"
        yield Diagnostic("E201", message, spans.get("precision", NOWHERE), "leave `precision` out")
    if isinstance(plan.method, Anagram) and plan.method.directions and (name := _bent(problem)):
        message = f"`directions` estimates Laplacians, in which `{name}` is not linear: its square would have a bias"
        yield Diagnostic("E201", message, spans.get("method", NOWHERE), "leave `directions` out")
    for key, own in settings_of(plan.space).items():
        if any(isinstance(part, Corners) for part in parts_of(own)) and (why := smooth(problem)):
            message = f"`corners` adds what is singular at corners: {why}"
            yield Diagnostic("E201", message, spans.get(key, NOWHERE), "leave `corners` out")
        families = [part for part in parts_of(own) if isinstance(part, Polynomials) and part.kind == "family"]
        why = inseparable(problem) or ("" if own == plan.space else "it is the whole space, of all fields")
        if families and why:
            message = f"`terms = family` is for members that are solved one by one: {why}"
            yield Diagnostic("E201", message, spans.get(key, NOWHERE), "leave `terms = family` out")
        kinds = {part.kind for part in parts_of(own) if isinstance(part, Polynomials)}
        for kind, formed, what in (
            ("additive", groups, "sums of functions of few coordinates each"),
            ("composite", quantity, "functions of one distance or direction"),
        ):
            if kind in kinds and not formed(problem):
                message = f"`terms = {kind}` is for data that are {what}: these are not"
                yield Diagnostic("E201", message, spans.get(key, NOWHERE), "write terms = cross, or leave `terms` out")
        for axis in problem.domain.shaping:
            most = int(resolved(problem.domain, axis))
            chosen = [each(problem, part)[axis] for part in parts_of(own) if isinstance(part, Polynomials)]
            if any(degree > most for degree in chosen):
                message = f"`{problem.names[axis]}` moves the shape, which is taken for few of its values: its degree is at most {most}"
                yield Diagnostic("E201", message, spans.get(key, NOWHERE), f"write {most} for it")
    for name, how in plan.stretch:
        axis = problem.names.index(name)
        if how == "faces" and axis not in stretchable(problem):
            message = f"`{name}` cannot be stretched towards faces: it is periodic, time, or a coordinate of a shape"
            yield Diagnostic("E201", message, spans.get(f"stretch.{name}", NOWHERE), f"leave `stretch.{name}` out")


def _bent(problem: Problem) -> str:
    """A statement that is not linear in second derivatives; nothing where there is none."""
    for name, own in forms(problem).items():
        for form in own:
            second = {atom for atom, (_, index) in form.atoms.items() if max(index, default=0) >= 2}
            if any(set(s.free_symbols) & second for (_, i), s in form.slopes.items() if max(i, default=0) >= 2):
                return name
    return ""
