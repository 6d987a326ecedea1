"""The methods that ANaGRAM is compared with: gradient descent, Adam, L-BFGS and self-scaled BFGS."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, NamedTuple

import jax
import jax.numpy as jnp
import optax
from jax import Array

from pdedsl.solver.cutoff import HALVINGS
from pdedsl.solver.method import Iteration, Objective, Placed


class State(NamedTuple):
    """Parameters and what a method remembers."""

    parameters: Array
    memory: Any = ()


def _report(objective: Objective, before: Array, after: Array, points: Placed) -> Iteration:
    losses = objective.losses(before, points)
    nothing = jnp.full((), jnp.nan, losses.dtype)
    accepted = jnp.any(before != after)
    return Iteration(jnp.sum(losses), losses, accepted, ~accepted, nothing, jnp.zeros(()), jnp.zeros(0), nothing)


class _Plain:
    """What methods have in common that factor nothing and see no fresh points."""

    @property
    def held(self) -> bool:
        return False

    @property
    def noisy(self) -> bool:
        return False

    def begin(self, parameters: Array) -> State:
        return State(parameters)

    def parts(self, objective: Objective, parameters: Array, points: Placed) -> Mapping[str, Callable[[], Any]]:
        return {}

    def back(self, state: State, parameters: Array) -> State:
        return self.begin(parameters)


@dataclass(frozen=True)
class GradientDescent(_Plain):
    """Along the gradient, by the best of the lengths 0.5^k, k = 0 ... 30: the line search of ANaGRAM."""

    batch: ClassVar[int] = 10

    def step(self, objective: Objective, state: State, points: Placed, held: Placed) -> tuple[State, Iteration]:
        def turn(_: Any, parameters: Array) -> Array:
            loss, slope = jax.value_and_grad(objective.loss)(parameters, points)
            lengths = jnp.asarray(HALVINGS)
            found = jax.lax.map(lambda a: objective.loss(parameters - a * slope, points), lengths)
            found = jnp.where(jnp.isfinite(found), found, jnp.inf)
            best = jnp.argmin(found)
            return jnp.where(found[best] < loss, parameters - lengths[best] * slope, parameters)

        after = jax.lax.fori_loop(0, self.batch, turn, state.parameters)
        return State(after), _report(objective, state.parameters, after, points)


@dataclass(frozen=True)
class Optax(_Plain):
    """Adam, or L-BFGS with its zoom line search, as Optax has them."""

    name: Literal["adam", "lbfgs"]
    rate: float = 1e-3
    memory: int = 20
    batch: ClassVar[int] = 50

    @property
    def _optimiser(self) -> optax.GradientTransformationExtraArgs:
        found = optax.adam(self.rate) if self.name == "adam" else optax.lbfgs(memory_size=self.memory)
        return optax.with_extra_args_support(found)

    def begin(self, parameters: Array) -> State:
        return State(parameters, self._optimiser.init(parameters))

    def step(self, objective: Objective, state: State, points: Placed, held: Placed) -> tuple[State, Iteration]:
        def value(parameters: Array) -> Array:
            return objective.loss(parameters, points)

        def turn(_: Any, state: State) -> State:
            loss, slope = jax.value_and_grad(value)(state.parameters)
            updates, memory = self._optimiser.update(
                slope, state.memory, state.parameters, value=loss, grad=slope, value_fn=value
            )
            moved: Any = optax.apply_updates(state.parameters, updates)
            return State(jnp.where(jnp.all(jnp.isfinite(moved)), moved, state.parameters), memory)

        with jax.numpy_dtype_promotion("standard"):  # Optax mixes its counters with floating point numbers
            after = jax.lax.fori_loop(0, self.batch, turn, state)
        return after, _report(objective, state.parameters, after.parameters, points)


@dataclass(frozen=True)
class Bfgs(_Plain):
    """Self-scaled BFGS (Al-Baali 1998; for PINNs Urban, Stefanou and Pons 2025), with the inverse Hessian in full."""

    batch: ClassVar[int] = 10

    def begin(self, parameters: Array) -> State:
        return State(parameters, jnp.eye(parameters.size, dtype=parameters.dtype))

    def step(self, objective: Objective, state: State, points: Placed, held: Placed) -> tuple[State, Iteration]:
        value_and_slope = jax.value_and_grad(lambda theta: objective.loss(theta, points))

        def turn(_: Any, state: State) -> State:
            theta, inverse = state
            loss, slope = value_and_slope(theta)
            direction = -inverse @ slope
            descent = slope @ direction
            direction = jnp.where(descent < 0, direction, -slope)
            descent = jnp.minimum(descent, slope @ direction)
            lengths = jnp.asarray(HALVINGS)
            found = jax.lax.map(lambda a: objective.loss(theta + a * direction, points), lengths)
            enough = found <= loss + 1e-4 * lengths * descent
            length = jnp.where(jnp.any(enough), lengths[jnp.argmax(enough)], 0.0)
            s = length * direction
            y = value_and_slope(theta + s)[1] - slope
            along = y @ s
            curved = along > 1e-300
            rho = jnp.where(curved, 1 / jnp.where(curved, along, 1.0), 0.0)
            # tau = min(1, s.y / s.Bs), and B s = -length * slope because the direction is -H slope.
            scale = jnp.minimum(1.0, along / jnp.maximum(-length * (s @ slope), 1e-300))
            scaled = inverse / jnp.where(curved, scale, 1.0)
            turned = scaled @ y
            updated = scaled - rho * (jnp.outer(s, turned) + jnp.outer(turned, s))
            updated = updated + (rho**2 * (y @ turned) + rho) * jnp.outer(s, s)
            sound = curved & jnp.all(jnp.isfinite(updated))
            start = jnp.where(length > 0, inverse, jnp.eye(theta.size, dtype=theta.dtype))
            return State(theta + s, jnp.where(sound, updated, start))

        after = jax.lax.fori_loop(0, self.batch, turn, state)
        return after, _report(objective, state.parameters, after.parameters, points)
