"""From a problem, networks and points to the system of residual blocks that a solver minimises."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.flatten_util import ravel_pytree

from pdedsl.numerics.hard import Ansatz, ansatz
from pdedsl.numerics.lower import Callee, Residual, lower, lower_expressions
from pdedsl.numerics.network import Architecture, perceptron
from pdedsl.numerics.sampling import Plan, Sampler, place, sampler
from pdedsl.planning.balance import weights
from pdedsl.planning.cost import cost
from pdedsl.problem.problem import Problem, expand_derivatives
from pdedsl.problem.write import write_expression


@dataclass(frozen=True)
class Block:
    """One statement as the solver sees it: `w * mean |residual(u, x_i)|^2 / 2` over its points."""

    name: str
    residual: Residual
    weight: float
    points: np.ndarray
    """The points at the start, shape (N, d)."""
    sample: Sampler
    """Draws fresh points of the same set."""
    redraw: int = 0
    """Steps between two redraws by the size of the residual; 0 keeps the points."""


@dataclass(frozen=True)
class System:
    """Residual blocks and a parametrised solution: all that a solver knows of a problem."""

    blocks: tuple[Block, ...]
    model: Callable[[Array], Callee]
    """Parameters of shape (P,) to the solution `u`, which maps a point of shape (d,) to its values of shape (n,)."""
    start: Array
    """Initial parameters, shape (P,)."""


def system(
    problem: Problem,
    architecture: Architecture,
    plans: Mapping[str, Plan],
    seed: int = 0,
) -> System:
    """Lower a problem: `plans` gives the points of each statement that is not hard, by name."""
    model, parameters = build_model(problem, architecture, seed)
    blocks, weight = [], weights(problem)
    for order, statement in enumerate(problem.statements):
        if statement.name not in plans:
            continue
        plan = plans[statement.name]
        blocks.append(
            Block(
                name=statement.name,
                residual=lower(problem, statement),
                weight=weight[statement.name],
                points=place(problem, statement, plan, np.random.default_rng([seed, order])),
                sample=sampler(problem, statement),
                redraw=plan.every if plan.kind == "adaptive" else 0,
            )
        )
    return System(tuple(blocks), model, parameters)


def outline(problem: Problem, system: System) -> str:
    """A system as text: how the solution is built, the residual blocks, the matrix that a step factors."""
    lines = []
    for unknown in problem.fields:
        part = ansatz(problem, unknown)
        head = f"{unknown.name}({', '.join(str(a) for a in unknown.arguments)})"
        if part == Ansatz():
            lines.append(f"{head} = N")
        else:
            lines += [f"{head} = G + M*N"]
            lines += [f"  G = {write_expression(part.extension)}", f"  M = {write_expression(part.multiplier)}"]
    lines.append(f"N: {system.start.size} parameters")
    statements = {s.name: s for s in problem.statements}
    for block in system.blocks:
        residual = [expand_derivatives(r) for r in statements[block.name].residual]
        drawn = f"redrawn every {block.redraw} steps" if block.redraw else "fixed"
        lines += [
            "",
            f"{block.name}: residual(u, x) of shape ({len(residual)},), weight {block.weight:g}, "
            f"{len(block.points)} points, {drawn}",
        ]
        lines += [f"  {write_expression(r)}" for r in residual]
    lines += ["", f"a step factors {cost(problem).words}"]
    return "\n".join(lines)


def build_model(problem: Problem, architecture: Architecture, seed: int) -> tuple[Callable[[Array], Callee], Array]:
    """The parametrised solution of a problem and its initial parameters; hard conditions are built in."""
    groups: dict[tuple[int, ...], list[int]] = {}
    for place_, unknown in enumerate(problem.fields):
        axes = tuple(problem.symbols.index(s) for s in unknown.arguments)
        groups.setdefault(axes, []).append(place_)
    periodic = [problem.symbols.index(s) for s in problem.periodic]
    keys = jax.random.split(jax.random.key(seed), len(groups))
    networks = [
        perceptron(architecture, axes, problem.bounds, len(members), key, periodic)
        for (axes, members), key in zip(groups.items(), keys, strict=True)
    ]
    arrays, static = eqx.partition(networks, eqx.is_array)
    flat, unravel = ravel_pytree(arrays)
    order = np.argsort([member for members in groups.values() for member in members])
    build = wrap(problem)

    def model(parameters: Array) -> Callee:
        parts = eqx.combine(unravel(parameters), static)

        def network(x: Array) -> Array:
            values = [part(x) for part in parts]
            together = values[0] if len(values) == 1 else jnp.concatenate(values)
            return together if (order == np.arange(order.size)).all() else together[order]

        return build(network)

    return model, flat


def wrap(problem: Problem) -> Callable[[Callee], Callee]:
    """What makes a solution of any network: hard conditions are built in, `u = G + M N`."""
    parts = [ansatz(problem, unknown) for unknown in problem.fields]
    if all(part == Ansatz() for part in parts):
        return lambda network: network
    known = Problem(problem.coordinates, (), (), parameters=problem.parameters)
    extension = lower_expressions(known, [p.extension for p in parts])
    multiplier = lower_expressions(known, [p.multiplier for p in parts])

    def nothing(x: Array) -> Array:
        return jnp.zeros((0,), x.dtype)

    return lambda network: lambda x: extension(nothing, x) + multiplier(nothing, x) * network(x)
