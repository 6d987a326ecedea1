"""From a problem with the choices that came with it to its plan, defaults filled in."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from pdedsl.planning.degrees import unsuited
from pdedsl.planning.functions import stretchable
from pdedsl.planning.plan import Adaptive, Anagram, Custom, Engd, Grid, Limits, Plan, Random, Sampling, Sobol
from pdedsl.planning.spelling import typed
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Boundary, Constraint, Equation, Initial, Interface, Statement, is_hard
from pdedsl.spaces.space import Network, Size, Space, Stretching, space_from

ROWS = 2700
"""Rows of the matrix that the equations get by default, at least 600 points and at most 2000 for each."""
CHEAP_STEPS = 10_000_000
"""Steps of a method whose steps are cheap: its time ends it."""


def planned(problem: Problem, cutoff: Callable | None = None) -> Plan:
    """How a problem is solved: by its own choices, and by defaults for the rest.

    `cutoff` replaces the rule for the cut-off. Raises ValueError for a method that has none.
    """
    said = {key: typed(value) for key, value in problem.settings.items()}
    method = said.get("method", Anagram())
    if cutoff is not None:
        if not isinstance(method, Anagram):
            raise ValueError(f"`{problem.settings['method']}` has no cut-off: a schedule goes with method = anagram")
        unsaid = replace(method, corrections=None) == method
        method = replace(method, cutoff=Custom(cutoff), corrections=None if unsaid else method.corrections)
    common = said.get("points", _count(problem))
    limits = Limits()
    thorough = isinstance(method, Anagram | Engd)
    return Plan(
        points=tuple(
            (s.name, _sampling(said[own]) if (own := f"points.{s.name}") in said else _shared(_sampling(common), s))
            for s in problem.statements
            if not is_hard(s)
        ),
        network=said.get("network", Network()),
        space=_space(problem, said),
        symmetry=said.get("symmetry", "auto"),
        stretch=_stretch(problem, said),
        slabs=said.get("slabs", "auto"),
        method=method,
        limits=Limits(
            int(said.get("steps", limits.steps if thorough else CHEAP_STEPS)),
            float(said.get("time_limit", limits.seconds)),
            float(said.get("tolerance", limits.tolerance)),
        ),
        sizes=tuple((key.partition(".")[2], value) for key, value in said.items() if isinstance(value, Size)),
        seed=int(said.get("seed", 0)),
        precision=said.get("precision", "double"),
    )


def _space(problem: Problem, said: Mapping[str, Any]) -> Space:
    """What is said of the space; if nothing is, a network where one is described, or points, a method or a precision of
    those alone.
    """
    described = any(key.partition(".")[0] in ("network", "points", "method") for key in said)
    of_networks = "space" not in said and (described or said.get("precision", "double") != "double")
    rest = said.get("space", "auto")
    if rest == "auto" and (of_networks or unsuited(problem)):
        rest = "network"
    return space_from({**said, "space": rest})


def _stretch(problem: Problem, said: Mapping[str, Any]) -> tuple[tuple[str, Stretching], ...]:
    """How coordinates are stretched, where that is not left open: as is said of one, or of all that may be."""
    of_all = {problem.names[axis]: said.get("stretch", "auto") for axis in stretchable(problem)}
    of_one = {key.partition(".")[2]: how for key, how in said.items() if key.startswith("stretch.")}
    return tuple((name, how) for name, how in (of_all | of_one).items() if how != "auto")


def _count(problem: Problem) -> int:
    """Points of an equation: a system needs fewer than a scalar equation for as many rows."""
    components = sum(len(e.residual) for e in problem.equations)
    return min(2000, max(600, ROWS // max(1, components)))


def _sampling(said: Sampling | int) -> Sampling:
    """A bare count means adaptive points."""
    return Adaptive(int(said)) if isinstance(said, int | float) else said


def share(statement: Statement) -> float:
    """Points of a statement for each one of an equation, where only one number is named.

    A condition has a dimension less; an integral asks for the field everywhere at each of its times.
    """
    match statement:
        case Equation():
            return 1.0
        case Constraint(at=None):
            return 1 / 64
        case Boundary() | Interface() | Initial() | Constraint():
            return 1 / 4


def _shared(sampling: Sampling, statement: Statement) -> Sampling:
    """What is said for all statements, for one of them."""
    if isinstance(statement, Equation):
        return sampling
    match sampling:
        case Grid():
            return Grid((max(sampling.counts),))
        case Random() | Sobol() | Adaptive():
            return replace(sampling, count=max(1, round(sampling.count * share(statement))))
