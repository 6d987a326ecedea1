"""From a plan to what a step of the solver will need, and what is doubtful about that: W604, W609."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from pdedsl.meaning.choices import ACTIVATIONS
from pdedsl.planning.collocation import OVER
from pdedsl.planning.degrees import columns
from pdedsl.planning.plan import Grid, Network, Plan, Polynomials, Sampling
from pdedsl.planning.spelling import spoken
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Equation, FieldGroup, Statement
from pdedsl.problem.symbol import order
from pdedsl.vocabulary.diagnostics import Diagnostic
from pdedsl.vocabulary.source import Span

SLOW = 10.0
"""Seconds a step from which the checker warns."""
FLOPS = 2e10
"""Floating point operations a second of a small machine."""


@dataclass(frozen=True)
class Cost:
    """The matrix that a step factors: rows S (points times components), columns P (parameters of the network)."""

    rows: int
    columns: int

    @property
    def bytes(self) -> float:
        """Memory of a step: the matrix, its scaled copy and the smaller of the two squares with its eigenvectors."""
        return 8.0 * (3 * self.rows * self.columns + 4 * min(self.rows, self.columns) ** 2)

    @property
    def seconds(self) -> float:
        """Time of a step on a small machine: the product with itself and the eigenvectors of that."""
        short, long = sorted((self.rows, self.columns))
        return (2.0 * long * short**2 + 25.0 * short**3) / FLOPS

    @property
    def words(self) -> str:
        return f"{self.rows} rows by {self.columns} columns: about {self.bytes / 2**30:.3g} GiB and {self.seconds:.3g} s a step"


def cost(problem: Problem, plan: Plan) -> Cost:
    """What a step of a plan needs."""
    statements = {s.name: s for s in problem.statements}
    rows = sum(len(statements[name].lhs) * _points(problem, statements[name], own) for name, own in plan.points)
    return Cost(rows, sum(_parameters(problem, plan.network, group) for group in problem.groups))


def expanded(problem: Problem, space: Polynomials) -> Cost:
    """What a step in polynomials needs."""
    count = columns(problem, space, "none")
    return Cost(round(1.5 * OVER * count), count)


def _points(problem: Problem, statement: Statement, sampling: Sampling) -> int:
    """How many points a statement gets; a grid of one count has it along each coordinate."""
    if isinstance(sampling, Grid) and len(sampling.counts) == 1 and isinstance(statement, Equation):
        return sampling.count ** len(problem.coordinates)
    return sampling.count


def _parameters(problem: Problem, network: Network, group: FieldGroup) -> int:
    """Parameters of the network of some fields: a periodic input counts twice."""
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
    """Raises MemoryError where a step would need more memory than the machine has."""
    if isinstance(plan.space, Polynomials):
        if (needed := expanded(problem, plan.space)).bytes > memory():
            fitting = plan.space
            while expanded(problem, fitting).bytes > memory() / 2 and max(fitting.degrees) > 1:
                fitting = replace(fitting, degrees=tuple(max(1, n // 2) for n in fitting.degrees))
            words = (
                f"`{spoken(plan.space, brief=True)}` takes {needed.words}; the machine has {memory() / 2**30:.3g} GiB"
            )
            raise MemoryError(f"{words}: `{spoken(fitting, brief=True)}` would fit")
        return
    needed = cost(problem, plan)
    if needed.bytes > memory():
        raise MemoryError(f"a step factors {needed.words}, the machine has {memory() / 2**30:.3g} GiB")


def doubts(problem: Problem, plan: Plan) -> Iterator[Diagnostic]:
    """What is doubtful about the choices that a spec makes."""
    spans = {chosen.key: chosen.span for chosen in problem.choices}
    yield from _too_much(problem, plan, spans)
    yield from _too_rough(problem, plan, spans)


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
