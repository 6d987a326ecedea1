"""From a plan to what a step of the solver will need, and what is doubtful about that: W604, W609."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from pdedsl.geometry.points import resolved
from pdedsl.meaning.choices import ACTIVATIONS
from pdedsl.planning.degrees import shrunk, unsuited
from pdedsl.planning.functions import at_once, columns, each, inseparable, networked, stretchable
from pdedsl.planning.plan import Grid, Plan, Sampling
from pdedsl.planning.spelling import spoken
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Equation, FieldGroup, Statement
from pdedsl.problem.symbol import order
from pdedsl.spaces.corners import smooth
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
    """The matrix that a step factors: rows S (points times components), columns P (parameters of the network)."""

    rows: int
    columns: int
    cubes: float = 25.0
    """What is done beside the product, in cubes of the shorter side: eigenvectors. A triangle alone needs none."""

    @property
    def bytes(self) -> float:
        """Memory of a step: the matrix, its scaled copy and the smaller of the two squares with its eigenvectors."""
        return 8.0 * (3 * self.rows * self.columns + 4 * min(self.rows, self.columns) ** 2)

    @property
    def seconds(self) -> float:
        """Time of a step on a small machine: the product with itself, or the triangle of QR, and the eigenvectors of that."""
        short, long = sorted((self.rows, self.columns))
        return (2.0 * long * short**2 + self.cubes * short**3) / FLOPS

    @property
    def words(self) -> str:
        return f"{self.rows} rows by {self.columns} columns: about {self.bytes / 2**30:.3g} GiB and {self.seconds:.3g} s a step"


def cost(problem: Problem, plan: Plan) -> Cost:
    """What a step of a plan needs."""
    statements = {s.name: s for s in problem.statements}
    rows = sum(len(statements[name].lhs) * _points(problem, statements[name], own) for name, own in plan.points)
    space, count = decided(plan.space), 0
    if space != "network" and trained(space):
        count = columns(problem, linear(space), plan.symmetry)
    return Cost(rows, count + sum(_parameters(problem, plan.network, group) for group in networked(problem, space)))


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


def affordable(problem: Problem, plan: Plan) -> None:
    """Raises MemoryError where a step would need more memory than the machine has.

    For a linear space that was chosen ValueError where it is not for the problem, or where a step takes longer than the time
    limit.
    """
    for wrong in _misplaced(problem, plan, {}):
        raise ValueError(wrong.message)
    if fixed(plan.space):
        _fits(problem, plan.space, plan)
        return
    needed = cost(problem, plan)
    if needed.bytes > memory():
        raise MemoryError(f"a step factors {needed.words}, the machine has {memory() / 2**30:.3g} GiB")


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
    needed = cost(problem, plan)
    if place is not None and (needed.bytes > memory() / 2 or needed.seconds > SLOW):
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
    for key, own in settings_of(plan.space).items():
        if any(isinstance(part, Corners) for part in parts_of(own)) and (why := smooth(problem)):
            message = f"`corners` adds what is singular at corners: {why}"
            yield Diagnostic("E201", message, spans.get(key, NOWHERE), "leave `corners` out")
        families = [part for part in parts_of(own) if isinstance(part, Polynomials) and part.kind == "family"]
        why = inseparable(problem) or ("" if own == plan.space else "it is the whole space, of all fields")
        if families and why:
            message = f"`terms = family` is for members that are solved one by one: {why}"
            yield Diagnostic("E201", message, spans.get(key, NOWHERE), "leave `terms = family` out")
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
