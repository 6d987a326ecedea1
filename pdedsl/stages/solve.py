"""From text to solution: all of pdedsl in one function. Begin to read here."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Protocol

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp

from pdedsl.geometry.points import inside, random
from pdedsl.numerics.lower import Callee
from pdedsl.numerics.polynomials import many
from pdedsl.numerics.programs import program
from pdedsl.numerics.system import System, system
from pdedsl.numerics.truth import Known, Truth, measure, truths
from pdedsl.numerics.truth import given as given_truths
from pdedsl.planning.cost import affordable
from pdedsl.planning.defaults import planned
from pdedsl.planning.plan import Clock, Limits, Plan
from pdedsl.planning.spelling import made_of
from pdedsl.problem.problem import Problem
from pdedsl.solver.choose import choose
from pdedsl.solver.devices import HERE, ONE, Devices
from pdedsl.solver.mesh import Where
from pdedsl.solver.method import Method, Objective
from pdedsl.solver.minimise import Hooks, Outcome, Snapshot, is_dead, minimise
from pdedsl.solver.record import Record
from pdedsl.solver.threads import Threads, threads
from pdedsl.spaces.pieces import divisible
from pdedsl.spaces.space import Polynomials, Space, based, decided, fixed, linear, trained
from pdedsl.stages.load import accept, check
from pdedsl.stages.marching import marched
from pdedsl.stages.raised import MEMBERS, Raised
from pdedsl.stages.raising import Climb, raised
from pdedsl.stages.rungs import apart
from pdedsl.stages.sampled import sampled
from pdedsl.stages.starting import Start, agrees, pinned, started, to_fit, told
from pdedsl.stages.warm import Warm
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
    """Residual blocks and what the solution is made of."""
    known: tuple[Truth, ...]
    """Exact solutions and references, on points that the training never saw."""
    outcome: Outcome
    threads: Threads = field(default_factory=lambda: Threads(0), compare=False)
    """Of linear algebra, during the run."""
    space: Space = "network"
    """What the solution is made of in the end."""
    story: tuple[str, ...] = ()
    """What was tried for it, in words."""
    start: Start | None = field(default=None, compare=False)
    """Where it began, if that was another run."""
    devices: str = ONE
    """Where a network was trained, in words."""
    warm: Warm | None = field(default=None, compare=False)
    """What a run of nearly the same problem begins with, if it is one in polynomials."""

    @cached_property
    def u(self) -> Callee:
        """The solution as a function of one point of shape (d,) to the values of all fields, for JAX in double precision."""
        with jax.enable_x64(True):
            return self.system.model(jnp.asarray(self.outcome.parameters))

    @cached_property
    def values(self) -> Callable[[np.ndarray], np.ndarray]:
        """The same at points of shape (n, d), shape (n, number of fields)."""
        return many(self.u)


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
    exact: Known | None = None,
    start: Start | None = None,
    devices: Devices = HERE,
) -> Solved:
    """Solve what a text, or a problem, states: by its own plan, or by another one; from the beginning, or from a start.

    A network is trained on `devices`, of this process or of several that all call this with the same arguments.
    Raises SpecError for a text that is wrong, MemoryError where a step would need more memory than the machine has.
    """
    journal = journal or Unkept()
    # text -> Spec -> Problem: what was written, what it means, what is wrong with it (`load.py`)
    problem = given if isinstance(given, Problem) else accept(check(given))
    # Problem -> Plan: how it is going to be solved
    plan = plan or planned(problem)
    if start is not None:
        problem = started(problem, start)
    plan = _together(pinned(problem, plan, start), devices)
    needed = affordable(problem, plan, devices.count, devices.room)
    journal.begin(problem, plan)
    known, begun = truths(problem) if exact is None else given_truths(problem, exact), time.perf_counter()
    before = 0.0 if clock.begun is None else begun - clock.begun
    # Plan -> polynomials, where the plan has them: all there is to do, if they converge
    found = _raised(problem, plan, known, watch, stopping, clock, start)
    family = problem.domain.swept and found is not None and found.relative <= FAMILY
    if found is not None and (fixed(plan.space) or ((found.final or family) and not trained(plan.space))):
        return _in_polynomials(problem, plan, known, found, start, before)
    spent = time.perf_counter() - begun
    limits, clock = _after(spent, plan.limits, clock)
    with jax.enable_x64(True):
        # Plan -> System: residual blocks and a parametrised solution, in JAX
        lowered = _begun(problem, plan, start, found)
        method, where = choose(plan.method, lowered.start.size, needed), Where(devices, needed.chunk, plan.precision)
        # System -> Outcome: the parameters of the solution, and how they were found
        earlier = journal.earlier(method, lowered)
        if found is not None and earlier is None and not trained(plan.space):
            whole = _trained_in(lowered, clock)
            if time.perf_counter() - begun + before + whole > plan.limits.seconds:
                late = f"there was no time to train a network, which takes some {whole:.0f} s to compile"
                return _in_polynomials(problem, plan, known, replace(found, story=(*found.story, late)), start, before)
        with threads(sum(len(b.points) for b in lowered.blocks) * lowered.start.size) as taken:
            look = Hooks().between if devices.several else taken.look  # threads are to be as many in all processes
            hooks = Hooks(watch, journal.keep, stopping, look, is_dead, _errors(lowered, known))
            outcome = minimise(lowered, method, limits, plan.seed, hooks, earlier, clock, where)
            story = told(problem, start)
            for seed in range(plan.seed + 1, plan.seed + 1 + AGAIN):
                if not (outcome.status == "stalled" and is_dead(outcome.history)):
                    break
                story += (
                    f"a network that moved in {outcome.history[-1].rank} directions only was given up for another",
                )
                limits, clock = _after(outcome.history[-1].seconds, limits, clock)
                lowered = replace(lowered, start=_begun(problem, replace(plan, seed=seed), start, found).start)
                if seed == plan.seed + AGAIN:  # it is not the network's fault
                    hooks = replace(hooks, hopeless=Hooks.hopeless)
                outcome = minimise(lowered, method, limits, seed, hooks, None, clock, where)
    if outcome.lost:
        story += ("another process answered no more",)
    by_network = Solved(problem, plan, lowered, known, outcome, taken, decided(plan.space), story, start, devices.words)
    if found is None or trained(plan.space):
        return by_network
    return _better(by_network, _in_polynomials(problem, plan, known, found, start, before), found.relative)


def _together(plan: Plan, devices: Devices) -> Plan:
    """A plan for several processes: what is left open is a network, since polynomials are fitted in one.

    ValueError for a space that has polynomials.
    """
    if not devices.several:
        return plan
    if decided(plan.space) == "network":
        return replace(plan, space="network")
    raise ValueError(
        f"`{made_of(plan, plan.space)}` is fitted in one process, without --hosts: write `space = network`"
    )


def compiling(lowered: System) -> float:
    """Seconds that it is going to take, roughly, until the step of a network is compiled, with nothing compiled before."""
    begun, points = time.perf_counter(), tuple(jnp.asarray(b.points) for b in lowered.blocks)
    jax.make_jaxpr(Objective(lowered).rows)(lowered.start, points)
    return TRACED * (time.perf_counter() - begun)


def _trained_in(lowered: System, clock: Clock) -> float:
    """Seconds that it takes at least until a network is trained."""
    with jax.enable_x64(True):
        return (1 + clock.room) * compiling(lowered)


TRACED = 25.0
"""How many times longer than tracing the residual it takes to compile a step, on any machine (`python -m benchmarks.compiling`)."""


def _after(spent: float, limits: Limits, clock: Clock) -> tuple[Limits, Clock]:
    """What is left for a network after some seconds."""
    left = max(limits.seconds - spent, LEAST * limits.seconds)
    return replace(limits, seconds=left), clock if clock.begun is None else replace(clock, begun=clock.begun + spent)


def _raised(
    problem: Problem,
    plan: Plan,
    known: tuple[Truth, ...],
    watch: Callable[[Record], None],
    stopping: Callable[[], bool],
    clock: Clock,
    start: Start | None,
) -> Raised | None:
    """The solution in polynomials, where the plan has them; where networks are added to these, that without them."""
    if not based(plan.space):
        return None
    if trained(plan.space):
        limits = replace(plan.limits, seconds=ALONE * plan.limits.seconds)
        plan = replace(plan, space=linear(plan.space), limits=limits)
    begun = time.perf_counter() if clock.begun is None else clock.begun
    with threads(0):
        if isinstance(plan.space, Polynomials) and plan.space.kind == "family":
            members = sampled(problem, plan, known, watch, stopping, begun, plan.limits.seconds)
            return members or raised(problem, plan, known, watch, stopping, begun, start)
        if plan.slabs != "auto" and divisible(problem):
            return marched(problem, plan, known, watch, stopping, begun, plan.limits.seconds)
        climb = Climb(problem, plan, known, stopping, begun, start)
        others = plan.space != "auto" or divisible(problem) or problem.domain.swept  # pieces or members
        found = climb.found(watch) if others else climb.found(watch, lambda: _trained_in(build(problem, plan), clock))
        if plan.space == "auto" and problem.domain.swept and not (found is not None and found.ended(MEMBERS)):
            left = plan.limits.seconds - (time.perf_counter() - begun)
            members = sampled(problem, plan, known, watch, stopping, begun, MARCH * left)
            if members is not None and (found is None or members.relative < found.relative):
                found = replace(members, story=(*(() if found is None else found.story), *members.story))
        enough = found is not None and (found.final or found.relative <= FINE)
        if plan.space != "auto" or enough or not divisible(problem):
            return found
        left = plan.limits.seconds - (time.perf_counter() - begun)
        pieces = marched(problem, plan, known, watch, stopping, begun, MARCH * left)
    if found is None or pieces is None:
        best, story = found or pieces, ()
    else:
        best, other = (pieces, found) if pieces.relative < found.relative else (found, pieces)
        story = other.story
    if best is None:
        return None
    if best is found and best.relative <= SEEN and not problem.domain.swept and not stopping():
        # Neither pieces nor a network come as near as more of the functions that are converging.
        with threads(0):
            best = climb.found(watch, lambda: np.inf) or best
    return replace(best, story=(*story, *best.story), status="interrupted" if stopping() else best.status)


def _begun(problem: Problem, plan: Plan, start: Start | None, found: Raised | None) -> System:
    """The system of a network that begins as a start says: with its parameters, or fitted to its values.

    With a linear part it begins with what was found for that.
    """
    if trained(plan.space) and found is not None and found.space == linear(plan.space):
        lowered = build(problem, plan)
        return replace(lowered, start=jnp.concatenate([found.coefficients, lowered.start[len(found.coefficients) :]]))
    if start is None:
        return build(problem, plan)
    if agrees(problem, plan, start):
        lowered = build(problem, replace(plan, sizes=tuple((start.sizes or {}).items())))
        return replace(lowered, start=jnp.asarray(start.parameters))
    lowered = build(problem, plan)
    fit = to_fit(problem, lowered, start)
    limits = replace(plan.limits, steps=FITTING, seconds=LEAST * plan.limits.seconds)
    outcome = minimise(fit, choose(plan.method, fit.start.size), limits, plan.seed)
    return replace(lowered, start=outcome.parameters)


def _in_polynomials(
    problem: Problem, plan: Plan, known: tuple[Truth, ...], found: Raised, start: Start | None, before: float
) -> Solved:
    """What came of a run, from a solution in polynomials; `before` are the seconds of its history before that was begun."""
    lowered = build(problem, replace(plan, space=found.space))
    with jax.enable_x64(True):
        outcome = Outcome(
            parameters=jnp.asarray(found.coefficients),
            history=found.history,
            status=found.status,
            compile_seconds=before,
            points=tuple(map(jnp.asarray, found.points)),
            defect=None if found.error is None else jnp.asarray(found.error),
            missed=found.missed,
            posterior=found.posterior,
            errors=found.history[-1].errors,
        )
    story = (*told(problem, start), *found.story)
    return Solved(problem, plan, lowered, known, outcome, Threads(0), found.space, story, start, warm=found.warm)


def _better(network: Solved, expanded: Solved, off: float) -> Solved:
    """The better one of two solutions, the second of which is off by some part of its variation, estimated.

    That one, if they differ by far more than it is off, or if it alone meets the data. Else the one that misses the statements
    less, on points that neither was fitted to: which says little of operators of high order, where a small error has a large
    residual.
    """
    points = inside(network.problem.domain, sp.true, CHECKED, random(np.random.default_rng(_SEED)))
    own, other = expanded.values(points), network.values(points)
    gap = apart(own, other, np.asarray([size.spread for size in expanded.system.sizes.values()]))
    if off <= SURE and gap > FAR * off:
        words = f"the network differs from them by {gap:.0e}, which is more than they are off"
        return replace(expanded, story=(*expanded.story, words))
    there, here = _data_missed(network), _data_missed(expanded)
    if there > DOUBLE * max(1.0, here):
        words = f"the network misses the data by {there**0.5:.1f} times their noise, they by {here**0.5:.1f}"
        return replace(expanded, story=(*expanded.story, words))
    left = []
    for solved in (network, expanded):
        with jax.enable_x64(True):
            points = tuple(
                jnp.asarray(b.sample(CHECKED, np.random.default_rng([_SEED, k])) if b.sample else b.points)
                for k, b in enumerate(solved.system.blocks)
            )
            left.append(float(program(Objective(solved.system).loss)(jnp.asarray(solved.outcome.parameters), points)))
    best = network if not left[1] < left[0] else expanded
    words = f"the network misses the statements by {left[0]:.0e}, they by {left[1]:.0e}"
    return replace(best, story=(*expanded.story, words))


@jax.enable_x64(True)
def _data_missed(solved: Solved) -> float:
    """The mean square of what is left of data over their noise, of the worst statement; zero where there are none."""
    found = [0.0]
    for block in (b for b in solved.system.blocks if b.targets is not None):
        values = program(jax.vmap(lambda x, r=block.residual: r(solved.u, x)))(jnp.asarray(block.points))
        found.append(float(np.mean(((np.asarray(values) - block.targets) / block.size) ** 2)))
    return max(found)


DOUBLE = 2.0
"""How many times the square of what they miss of data a network may miss, or of their noise."""
FINE = 1e-6
"""An estimated error with which no pieces of time are tried."""
FAMILY = 1e-4
"""The same for a network where parameters are swept, which comes no nearer."""
SEEN = 1e-3
"""The error of polynomials that were left for pieces of time, from which they are gone on with where these come no nearer."""
MARCH = 0.8
"""The part of the time that is left in which a solution is sought piece by piece."""
ALONE = 0.3
"""The part of the time limit for the linear part of a space, before a network is added."""
SURE = 1e-2
"""An estimate up to which polynomials that have not ended converging are believed."""
FAR = 3.0
"""How many times what polynomials are off a network may differ from them."""
LEAST = 0.25
"""The part of the time limit that is left for a network, whatever was tried before."""
AGAIN = 3
"""Other networks that are tried where one is saturated from the beginning."""
FITTING = 40
"""The most steps in which a network is fitted to a start."""
CHECKED = 1024
"""Fresh points of each statement, by which two solutions are compared."""
_SEED = 19_051_126


def build(problem: Problem, plan: Plan) -> System:
    """The residual blocks of a problem and its solution at the start of a run, in double precision."""
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
