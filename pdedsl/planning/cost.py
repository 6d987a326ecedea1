"""From a problem's numerical choices to what a step of the solver will need: W609, and W604 for its network."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import prod

import sympy as sp

from pdedsl.meaning.choices import ACTIVATIONS, DEFAULTS, plans
from pdedsl.problem.problem import Call, Problem, derivative_order, expand_derivatives, parts
from pdedsl.vocabulary.source import Diagnostic

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


def cost(problem: Problem) -> Cost:
    """What a step of the problem with its choices needs."""
    sizes = {s.name: len(s.lhs) for s in problem.statements}
    rows = 0
    for name, plan in plans(problem).items():
        counts = [int(n) for n in plan.arguments if isinstance(n, int | float)]
        full = plan.name == "grid" and any(e.name == name for e in problem.equations)
        rows += sizes[name] * (prod(counts if len(counts) > 1 or not full else counts * len(problem.coordinates)))
    network = dict(problem.choices).get("network", DEFAULTS["network"])
    assert isinstance(network, Call)
    return Cost(rows, sum(_parameters(network, inputs, outputs) for inputs, outputs in _networks(problem)))


def _networks(problem: Problem) -> list[tuple[int, int]]:
    """Inputs and outputs of each network: fields with the same arguments share one, a periodic input counts twice."""
    groups: dict[tuple[sp.Symbol, ...], int] = {}
    for field in problem.fields:
        groups[field.arguments] = groups.get(field.arguments, 0) + 1
    return [(len(a) + len(set(a) & set(problem.periodic)), outputs) for a, outputs in groups.items()]


def _parameters(network: Call, inputs: int, outputs: int) -> int:
    sizes = [inputs, *(int(w) for w in network.arguments if isinstance(w, int | float)), outputs]
    return sum((a + 1) * b for a, b in pairwise(sizes))


def memory() -> float:
    """Bytes of memory of this machine; infinite where it does not say."""
    try:
        return float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (AttributeError, ValueError, OSError):
        return float("inf")


def too_much(problem: Problem) -> Iterator[Diagnostic]:
    """W609: more than half of the machine's memory, or more than ten seconds a step."""
    spans = dict(problem.spans)
    place = next((spans[f"solve.{key}"] for key in ("network", "points") if f"solve.{key}" in spans), None)
    needed = cost(problem)
    if place is not None and (needed.bytes > memory() / 2 or needed.seconds > SLOW):
        message = f"each step factors a matrix of {needed.words}"
        yield Diagnostic("W609", message, place, "choose a smaller network or fewer points")


def too_rough(problem: Problem) -> Iterator[Diagnostic]:
    """W604: a field is differentiated more often than the activation has continuous derivatives."""
    network = dict(problem.choices).get("network")
    if not isinstance(network, Call):
        return
    name = str(dict(network.keywords).get("activation", "tanh"))
    order = max((derivative_order(d) for s in problem.statements for r in s.residual for d in parts(expand_derivatives(r)) if isinstance(d, sp.Derivative)), default=0)  # fmt: skip
    if ACTIVATIONS.get(name, float("inf")) < order:
        message = f"`{name}` has {ACTIVATIONS[name]:g} continuous derivatives, the problem needs {order}"
        yield Diagnostic("W604", message, dict(problem.spans)["solve.network"], "write activation = tanh")
