"""From a problem and its plan to the system of residual blocks that a solver minimises."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.flatten_util import ravel_pytree

from pdedsl.geometry.points import random
from pdedsl.geometry.statement import points_of
from pdedsl.numerics.lower import Callee, lower, lower_expressions
from pdedsl.numerics.network import Numbers, Perceptron, perceptron
from pdedsl.numerics.polynomials import Corrected, Expanded
from pdedsl.numerics.sampling import Sampler, place, sampler
from pdedsl.numerics.sides import region
from pdedsl.planning.functions import cut_for, fields_of, networked
from pdedsl.planning.plan import Adaptive, Anagram, Limits, Plan
from pdedsl.problem.problem import Problem
from pdedsl.spaces import hard
from pdedsl.spaces.hard import Ansatz, inner
from pdedsl.spaces.measured import Stamps, measured, penalised, pulls, stamps
from pdedsl.spaces.sizes import field_sizes, row_sizes, weights
from pdedsl.spaces.space import Size, Space, Symmetry, based, decided, fixed, linear, space_for, trained


@dataclass(frozen=True)
class Block:
    """One statement as the solver sees it: `w * mean |(residual(u, x_i) - target_i) / size|^2 / 2` over its points."""

    name: str
    residual: Callable[[Callee, Array], Array]
    weight: float
    points: np.ndarray
    """The points at the start, shape (N, d)."""
    size: np.ndarray | float = 1.0
    """What each component of the residual is worth, shape (m,), in its own units; of data their noise, shape (N, m)."""
    targets: np.ndarray | None = None
    """What the residual is to be at these points, shape (N, m); None for zero."""
    soft: bool = False
    """Whether it chooses between what statements leave open: data or a penalty. Its points stay."""
    sample: Sampler | None = None
    """Draws fresh points of the same set; None where there are no others."""
    every: int = 0
    """Steps between two redraws by the size of the residual; 0 keeps the points."""

    def relative(self, u: Callee, x: Array) -> Array:
        """The residual at a point in units of its size, shape (m,)."""
        return self.residual(u, x) / jnp.asarray(self.size, x.dtype)


@dataclass(frozen=True)
class System:
    """Residual blocks and a parametrised solution: all that a solver knows of a problem."""

    blocks: tuple[Block, ...]
    model: Callable[[Array], Callee]
    """Parameters of shape (P,) to the solution `u`, which maps a point of shape (d,) to its values of shape (n,)."""
    start: Array
    """Initial parameters, shape (P,)."""
    sizes: Mapping[str, Size] = field(default_factory=dict)
    """What each field is worth."""
    programs: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)
    """What was compiled of its functions, by what it is; kept for systems that have the same."""


def system(problem: Problem, plan: Plan) -> System:
    """Lower a problem with the points, the network and the seed of a plan. Arrays are of JAX's precision of the moment.

    What differs by its seed alone shares its functions, and so what was compiled of them.
    """
    own = replace(problem, choices=tuple(c for c in problem.choices if c.key not in RUNNING))
    shared = _lowered(
        own, replace(plan, seed=0, limits=Limits(), method=Anagram()), jnp.result_type(float), stamps(problem)
    )
    sampled, stated = dict(plan.points), {s.name: (order, s) for order, s in enumerate(problem.statements)}

    def drawn(name: str) -> np.ndarray:
        order, statement = stated[name]
        return place(problem, statement, sampled[name], np.random.default_rng([plan.seed, order]))

    blocks = tuple(replace(block, points=drawn(block.name)) for block in shared.blocks)
    blocks += (*_penalties(problem, shared.sizes), *_data(problem))
    if fixed(plan.space):
        return replace(shared, blocks=blocks)
    return replace(shared, blocks=blocks, start=_made(problem, shared.sizes, plan)[1])


RUNNING = ("seed", "steps", "time_limit", "tolerance", "method")
"""Choices of which the functions of a system know nothing."""
KEPT = 4
"""Systems that are kept in a process for the next run."""


@lru_cache(maxsize=KEPT)
def _lowered(problem: Problem, plan: Plan, precision: jnp.dtype, files: Stamps) -> System:
    """All of a system but its points and data, and the start of seed 0; sizes are those of the data in some files."""
    sizes = field_sizes(problem, dict(plan.sizes))
    model, parameters = _made(problem, sizes, plan)
    blocks, weight = [], weights(problem)
    planned = dict(plan.points)
    for statement in problem.statements:
        if statement.name not in planned:
            continue
        sampling = planned[statement.name]
        blocks.append(
            Block(
                name=statement.name,
                residual=lower(problem, statement),
                weight=weight[statement.name],
                size=row_sizes(problem, statement, sizes),
                points=np.zeros((0, len(problem.coordinates))),
                sample=sampler(problem, statement),
                every=sampling.every if isinstance(sampling, Adaptive) else 0,
            )
        )
    return System(tuple(blocks), model, parameters, sizes)


def _penalties(problem: Problem, sizes: Mapping[str, Size]) -> tuple[Block, ...]:
    """The blocks of what is to hold as far as data let it, at points that stay."""
    data, own = measured(problem), weights(problem)
    times = penalised(problem, data, PULL_OF_NETWORKS, 1.0 / max(1, sum(own.count for own in data)))
    return tuple(
        Block(
            name=s.name,
            residual=lower(problem, s),
            weight=times[s.name] ** 2 * own[s.name],
            size=row_sizes(problem, s, sizes),
            points=points_of(problem, s, PENALISED, random(np.random.default_rng(0))),
            soft=True,
        )
        for s in problem.penalties
    )


def _data(problem: Problem) -> tuple[Block, ...]:
    """The blocks of data, read anew for each system: files change."""
    data = measured(problem)
    return tuple(
        Block(
            name=own.name,
            residual=lower_expressions(own.statement.values, problem.domain, problem.fields, problem.integrals),
            weight=by**2 * len(own.points),
            size=own.deviation.T,
            points=own.points,
            targets=own.targets.T,
            soft=True,
        )
        for own, by in zip(data, pulls(problem, data, PULL_OF_NETWORKS), strict=True)
    )


PENALISED = 1024
"""Points of a penalty."""
PULL_OF_NETWORKS = 1e-2
"""What all data are worth together beside the statements, which networks satisfy less well than polynomials do."""


Model = Callable[[Array], Callee]


def _made(problem: Problem, sizes: Mapping[str, Size], plan: Plan) -> tuple[Model, Array]:
    """The parametrised solution of a problem and its initial parameters; hard conditions are built in."""
    if fixed(plan.space):
        return _expanded(problem, sizes, plan.space, plan.symmetry)
    if decided(plan.space) == "network":
        model, parameters = _networks(problem, plan, "network")
        build = wrap(problem, sizes)
        return lambda own: build(model(own)), parameters
    return _corrected(problem, sizes, plan)


def _networks(problem: Problem, plan: Plan, space: Space) -> tuple[Model, Array]:
    """The networks of the fields that have some in a space, with values of about 1, and zero for the others; and their initial
    parameters, with which all are zero where they are added to something.

    Of fields that may jump between regions a network has a value for each of these, of which that of the point's own counts.
    """
    column, groups = problem.domain.column, networked(problem, space)
    periodic = [k for k, c in enumerate(problem.coordinates) if c.periodic]
    kinds = (periodic, problem.domain.logarithmic)
    keys = jax.random.split(jax.random.key(plan.seed), len(groups))
    cuts = [cut_for(problem, problem.fields[group.members[0]]) for group in groups]
    outputs = [len(g.members) * (1 if cut is None else cut.count) for g, cut in zip(groups, cuts, strict=True)]
    networks: list[Any] = [
        perceptron(plan.network, [column(s) for s in group.arguments], problem.bounds, count, key, *kinds)
        if group.arguments
        else Numbers(jnp.zeros(count))
        for group, count, key in zip(groups, outputs, keys, strict=True)
    ]
    where = [None if cut is None else region(problem.domain, cut) for cut in cuts]
    if based(space):
        networks = [
            eqx.tree_at(lambda own: (own.weights[-1], own.biases[-1]), own, replace_fn=jnp.zeros_like)
            if isinstance(own, Perceptron)
            else own
            for own in networks
        ]
    arrays, static = eqx.partition(networks, eqx.is_array)
    flat, unravel = ravel_pytree(arrays)
    members = [member for group in groups for member in group.members]
    own = [place for place, f in enumerate(problem.fields) if trained(space_for(space, f.name))]
    order = np.asarray([members.index(k) if k in own else len(members) for k in range(len(problem.fields))])

    def model(parameters: Array) -> Callee:
        parts = eqx.combine(unravel(parameters), static)

        def values(x: Array) -> Array:
            found = [
                part(x) if own is None else part(x).reshape(-1, len(group.members))[own(x)]
                for part, own, group in zip(parts, where, groups, strict=True)
            ]
            joined = found[0] if len(found) == 1 else jnp.concatenate(found)
            if len(own) < len(order):
                joined = jnp.concatenate([joined, jnp.zeros(1, x.dtype)])
            return joined if order.tolist() == list(range(len(joined))) else joined[order]

        return values

    return model, flat


def _corrected(problem: Problem, sizes: Mapping[str, Size], plan: Plan) -> tuple[Model, Array]:
    """Sums over bases with networks added, in the fields that have some; these begin as nothing, or are all there is."""
    space = decided(plan.space)
    expanded, none = _expanded(problem, sizes, linear(space), plan.symmetry)
    networks, begin = _networks(problem, plan, space)
    build, count = correction(problem, sizes), none.size

    def model(parameters: Array) -> Callee:
        return Corrected(expanded(parameters[:count]), build(networks(parameters[count:])))

    return model, jnp.concatenate([none, begin])


def _expanded(
    problem: Problem, sizes: Mapping[str, Size], space: Space, symmetry: Symmetry
) -> tuple[Callable[[Array], Expanded], Array]:
    """The solution as sums over bases, and their coefficients at the start: none."""
    fields = fields_of(problem, space, sizes, symmetry)
    ends = np.cumsum([own.columns for own in fields])
    return lambda parameters: Expanded(fields, jnp.split(parameters, ends[:-1])), jnp.zeros(int(ends[-1]))


def ansatz(problem: Problem) -> Callable[[Callee], Callee]:
    """What makes a solution of any callable: hard conditions, sizes and periodic coordinates are built in.

    The callable maps scaled coordinates, shape (k,), to about 1 for each field, shape (n,) or () for one: each coordinate runs
    over [-1, 1], a periodic one comes as the cosine and the sine of its angle, first. What is returned maps a point of shape
    (d,) to the values of all fields, shape (n,): for `residuals`, under `jit`, `vmap` and `grad`.
    """
    build = wrap(problem, field_sizes(problem))
    low, high = np.asarray(problem.bounds, float).T
    circular = np.asarray([c.periodic for c in problem.coordinates])

    def inputs(x: Array) -> Array:
        y = (2 * x - jnp.asarray(low + high, x.dtype)) / jnp.asarray(high - low, x.dtype)
        angle = np.pi * y[np.flatnonzero(circular)]
        return jnp.concatenate([jnp.cos(angle), jnp.sin(angle), y[np.flatnonzero(~circular)]])

    return lambda network: build(lambda x: jnp.reshape(network(inputs(x)), (len(problem.fields),)))


def wrap(problem: Problem, sizes: Mapping[str, Size]) -> Callable[[Callee], Callee]:
    """What makes a solution of any network `N`, the values of which are about 1: `u = mean + spread N`.

    Hard conditions are built in: `u = G + M spread N`.
    """
    parts = [hard.ansatz(problem, unknown) for unknown in problem.fields]
    own = [inner(problem, part, sizes[f.name]) for f, part in zip(problem.fields, parts, strict=True)]
    mean, change = [size.mean for size in own], correction(problem, sizes)
    bounded = _bounded(problem)

    def centred(value: Array) -> Array:
        return bounded(jnp.asarray(mean, value.dtype) + value)

    if all(part == Ansatz() for part in parts):
        return lambda network: lambda x: centred(change(network)(x))
    extension = lower_expressions([p.extension for p in parts], problem.domain)
    return lambda network: lambda x: centred(extension({}, x) + change(network)(x))


def _bounded(problem: Problem) -> Callable[[Array], Array]:
    """The values of all fields, from those that unknowns between bounds are functions of."""
    own = {k: f.sought for k, f in enumerate(problem.fields) if f.sought is not None and not f.sought.free}
    if not own:
        return lambda values: values
    return lambda values: jnp.stack([own[k].value(v, jnp) if k in own else v for k, v in enumerate(values)])


def correction(problem: Problem, sizes: Mapping[str, Size]) -> Callable[[Callee], Callee]:
    """What makes a change of a solution of any network `N`, which keeps hard conditions: `spread N`, or `M spread N`."""
    parts = [hard.ansatz(problem, unknown) for unknown in problem.fields]
    spread = [inner(problem, part, sizes[f.name]).spread for f, part in zip(problem.fields, parts, strict=True)]

    def sized(value: Array) -> Array:
        return jnp.asarray(spread, value.dtype) * value

    if all(part == Ansatz() for part in parts):
        return lambda network: lambda x: sized(network(x))
    multiplier = lower_expressions([p.multiplier for p in parts], problem.domain)
    return lambda network: lambda x: multiplier({}, x) * sized(network(x))
