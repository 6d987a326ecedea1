"""From text to solution: all of pdedsl in one function. Begin to read here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Protocol

import jax

from pdedsl.numerics.system import System, system
from pdedsl.numerics.truth import Truth, measure, truths
from pdedsl.planning.cost import affordable
from pdedsl.planning.defaults import planned
from pdedsl.planning.plan import Clock, Plan
from pdedsl.problem.problem import Problem
from pdedsl.solver.choose import choose
from pdedsl.solver.method import Method
from pdedsl.solver.minimise import Hooks, Outcome, Snapshot, minimise
from pdedsl.solver.record import Record
from pdedsl.solver.threads import Threads, threads
from pdedsl.stages.load import accept, check
from pdedsl.vocabulary.cache import cache_folder
from pdedsl.vocabulary.source import Source

LARGEST_CACHE = 1 << 30
"""Bytes of compiled programs that are kept; the oldest go first."""


@dataclass(frozen=True)
class Solved:
    """What came of a run, and everything that it was made from, each made once."""

    problem: Problem
    plan: Plan
    system: System
    known: tuple[Truth, ...]
    """Exact solutions and references, on points that the training never saw."""
    outcome: Outcome
    threads: Threads = field(default_factory=lambda: Threads(0), compare=False)
    """Of linear algebra, during the run."""


class Journal(Protocol):
    """Keeps a run while it goes on."""

    def begin(self, problem: Problem, plan: Plan) -> None:
        """Before anything is lowered."""
        ...

    def earlier(self, method: Method, lowered: System) -> Snapshot | None:
        """Where to go on from, if not from the beginning."""
        ...

    def keep(self, snapshot: Snapshot) -> None:
        """Every few seconds, and at the end."""
        ...


class Unkept:
    """The journal of a run that nobody keeps."""

    def begin(self, problem: Problem, plan: Plan) -> None: ...

    def earlier(self, method: Method, lowered: System) -> Snapshot | None: ...

    def keep(self, snapshot: Snapshot) -> None: ...


def solve(
    given: Source | Problem,
    plan: Plan | None = None,
    journal: Journal | None = None,
    watch: Callable[[Record], None] = lambda record: None,
    stopping: Callable[[], bool] = lambda: False,
    clock: Clock = Clock(),  # noqa: B008
) -> Solved:
    """Solve what a text, or a problem, states: by its own plan, or by another one.

    Raises SpecError for a text that is wrong, MemoryError where a step would need more memory than the machine has.
    """
    journal = journal or Unkept()
    # text -> Spec -> Problem: what was written, what it means, what is wrong with it (`load.py`)
    problem = given if isinstance(given, Problem) else accept(check(given))
    # Problem -> Plan: how it is going to be solved
    plan = plan or planned(problem)
    affordable(problem, plan)
    journal.begin(problem, plan)
    with jax.enable_x64(True):
        # Plan -> System: residual blocks and a parametrised solution, in JAX
        lowered = build(problem, plan)
        method = choose(plan.method, lowered.start.size)
        known = truths(problem)
        # System -> Outcome: the parameters of the solution, and how they were found
        earlier = journal.earlier(method, lowered)
        with threads(sum(len(b.points) for b in lowered.blocks) * lowered.start.size) as taken:
            hooks = Hooks(watch, journal.keep, stopping, taken.look, _errors(lowered, known))
            outcome = minimise(lowered, method, plan.limits, plan.seed, hooks, earlier, clock)
    return Solved(problem, plan, lowered, known, outcome, taken)


def build(problem: Problem, plan: Plan) -> System:
    """The residual blocks of a problem and its network at the start of a run, in double precision."""
    remember()
    with jax.enable_x64(True):
        return system(problem, plan)


@cache
def remember() -> None:
    """Keep compiled programs for the next run of the same problem, unless JAX was told where to keep them."""
    folder = cache_folder("programs")
    if folder is not None and jax.config.jax_compilation_cache_dir is None:  # pyright: ignore[reportAttributeAccessIssue]
        jax.config.update("jax_compilation_cache_dir", str(folder))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.1)
        jax.config.update("jax_persistent_cache_min_entry_size_bytes", 0)
        jax.config.update("jax_compilation_cache_max_size", LARGEST_CACHE)


def _errors(lowered: System, known: tuple[Truth, ...]) -> Callable[[jax.Array], Mapping[str, float]]:
    return measure(lowered.model, known) if known else Hooks().measure
