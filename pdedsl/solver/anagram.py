"""One iteration of ANaGRAM: from parameters and points to better parameters, by a filtered pseudoinverse."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from pdedsl.numerics.programs import program
from pdedsl.planning import plan
from pdedsl.solver.cutoff import Pick, Schedule, Spectrum, Trials, schedule
from pdedsl.solver.factor import FACTORS, Factors, dual, gram, krylov, qr
from pdedsl.solver.features import Features
from pdedsl.solver.method import Iteration, Objective, Placed


@dataclass(frozen=True)
class Anagram:
    """Empirical natural gradient: `delta = -V diag(phi(s) / s) U^T r` (arXiv 2412.10782)."""

    cutoff: Schedule = field(default_factory=lambda: schedule(plan.Trust()))
    rows: Literal["scaled", "unscaled"] = "scaled"
    """Rows scaled by sqrt(w_k / N_k), so that the step minimises the loss; or stacked raw, as published."""
    factor: Literal["auto", "svd", "qr", "gram", "dual", "krylov"] = "auto"
    corrections: int = 6
    """Chord iterations on a candidate step; for soft cut-offs, scaled rows, the matrix of all points and exact residuals."""
    rank: int = 300
    """The directions of a step by `krylov`."""
    momentum: float = 0.0
    """The part of the last step from which a step begins: SPRING (Goldshlager, Abrahamsen and Lin 2024, arXiv 2401.10190)."""
    sketch: float = 1.0
    """The part of the points, drawn anew for each step, that the matrix of a step is of; trials are on all of them."""
    directions: int = 0
    """Random directions of each point, drawn anew for each step, along which Laplacians are estimated; 0 where they are exact."""
    batch: ClassVar[int] = 1

    @property
    def held(self) -> bool:
        """Whether the schedule asks for fresh points."""
        return self.cutoff.held

    @property
    def noisy(self) -> bool:
        """Whether losses are estimates."""
        return self.directions > 0

    def begin(self, parameters: Array) -> "State":
        last = jnp.zeros_like(parameters) if self.momentum else jnp.zeros(0, parameters.dtype)
        return State(parameters, self.cutoff.begin(), jnp.asarray(self.cutoff.thorough), last, jnp.asarray(0))

    def step(
        self, objective: Objective, state: "State", points: Placed, held: Placed = ()
    ) -> "tuple[State, Iteration]":
        return step(self, objective, state, points, held)

    def parts(self, objective: Objective, parameters: Array, points: Placed) -> Mapping[str, Callable[[], Any]]:
        linear = program(lambda theta: objective.linearise(theta, points, self.rows == "scaled"))
        factor = program(lambda r, phi: factorise(self, phi, r, self.begin(parameters)))
        r, phi, _ = linear(parameters)
        return {"jacobian": lambda: linear(parameters), "factorisation": lambda: factor(r, phi)}

    def back(self, state: "State", parameters: Array) -> "State":
        return state._replace(parameters=parameters)


class State(NamedTuple):
    """All that moves from one iteration to the next."""

    parameters: Array
    cutoff: Array
    thorough: Array
    """Whether the cut-off has come near the floor of the fast factorisations."""
    last: Array
    """The last step, shape (P,), for a method with momentum; of no length without."""
    taken: Array
    """Steps so far."""


def step(
    method: Anagram, objective: Objective, state: State, points: Placed, held: Placed = ()
) -> tuple[State, Iteration]:
    """One iteration; pure, to be jitted. `held` are fresh points for schedules that ask for them."""
    scaled = method.rows == "scaled"
    if method.directions:
        points = objective.estimated(points, method.directions, jax.random.fold_in(jax.random.key(1), state.taken))
    some = points if method.sketch == 1 else objective.some(points, method.sketch, jax.random.key(state.taken))
    r, phi, losses = objective.linearise(state.parameters, some, scaled)
    s, v, c, unreached = factorise(method, phi, r, state)
    if method.sketch != 1:
        # After the factorisation: what is summed over devices is to have an order (`mesh.Divided`).
        losses = objective.losses(state.parameters + 0.0 * v[:, 0], points)
    loss = jnp.sum(losses)
    rule = method.cutoff
    lengths = jnp.asarray(rule.lengths)
    # From the last step, shortened, on: what it leaves of the residual is projected, not the residual.
    ahead = method.momentum * state.last if method.momentum else jnp.zeros_like(state.parameters)
    left = c + s * (ahead @ v) if method.momentum else c
    weights = jnp.where(s > 0, left / jnp.where(s > 0, s, 1.0), 0.0)
    spectrum = Spectrum(
        s,
        c,
        unreached,
        1.0 if scaled else 1.0 / r.size,
        _held_out(objective, state.parameters, held, v, weights) if method.held else jnp.zeros(0),
    )

    def after(candidate: Array) -> Array:
        found = objective.loss(state.parameters + candidate, points)
        return jnp.where(jnp.isfinite(found), found, jnp.inf)

    def propose(position: Array) -> _Proposal:
        filters = rule.filters(spectrum, position)
        directions = ahead[None, :] - (v @ (filters * weights[None, :]).T).T
        predicted = 0.5 * jnp.sum(c[None, :] ** 2 - ((1 - filters) * left[None, :]) ** 2, axis=1)
        candidates = (directions[:, None, :] * lengths[None, :, None]).reshape(-1, directions.shape[1])
        losses = jax.lax.map(after, candidates).reshape(directions.shape[0], lengths.size)
        choice, moved = rule.choose(Trials(loss, losses, predicted), spectrum, position)
        taken = directions[choice.row] * lengths[choice.column]
        if method.corrections:
            rows = jnp.maximum(choice.row - jnp.arange(BOLDER), 0)
            bent, bent_losses = correct(directions[rows], filters[rows])
            losses = losses.at[rows, 0].min(bent_losses)
            choice, moved = rule.choose(Trials(loss, losses, predicted), spectrum, position)
            better = (rows == choice.row) & (bent_losses <= losses[choice.row, 0])
            straight = directions[choice.row] * lengths[choice.column]
            taken = jnp.where(jnp.any(better), bent[jnp.argmax(better)], straight)
        return _Proposal(
            taken,
            choice,
            moved,
            rule.cutoffs(spectrum, position)[choice.row],
            jnp.round(jnp.sum(filters[choice.row])),
            (loss - losses[choice.row, choice.column]) / jnp.maximum(predicted[choice.row], 1e-300),
        )

    def correct(directions: Array, filters: Array) -> tuple[Array, Array]:
        """Chord iterations on the linear model's promise: where each direction leads, and the loss there.

        A filtered step promises the residual `(1 - phi) c` along the left singular vectors; the true residual at its
        end misses that by the curvature of the model. Newton's iteration with the matrix of the start (a chord
        method, Kelley 1995, 5.4) takes the miss away, one residual a turn and no new factorisation, so the step
        follows the valley of the loss round the bend. Its first turn is geodesic acceleration to leading order.
        """
        promised = (1 - filters) * left[None, :]
        gains = jnp.where(s > 0, filters / jnp.where(s > 0, s, 1.0)[None, :], 0.0)
        inverse = jnp.where(s > 0, 1 / jnp.where(s > 0, s, 1.0), 0.0)

        def turn(carry: tuple[Array, Array, Array], _: None) -> tuple[tuple[Array, Array, Array], None]:
            at, best, lowest = carry
            residuals = jax.lax.map(lambda d: objective.rows(state.parameters + d, points, scaled), at)
            products, squares = phi.meet(residuals.T)
            reached = jnp.where(jnp.isfinite(squares), 0.5 * squares, jnp.inf)
            near = jnp.linalg.norm(at - directions, axis=1) <= BEND * jnp.linalg.norm(directions, axis=1)
            better = (reached < lowest) & near
            best, lowest = jnp.where(better[:, None], at, best), jnp.where(better, reached, lowest)
            missed = (products.T @ v) * inverse[None, :] - promised
            return (at - (gains * missed) @ v.T, best, lowest), None

        begin_ = (directions, directions, jnp.full(directions.shape[0], jnp.inf))
        (_, best, lowest), _ = jax.lax.scan(turn, begin_, length=method.corrections + 1)
        return best, lowest

    def again(carry: tuple[Array, _Proposal]) -> Array:
        count, proposal = carry
        return (count < rule.rounds) & ~proposal.choice.accept

    nothing = jnp.zeros((), s.dtype)
    refused = Pick(jnp.asarray(0), jnp.asarray(0), jnp.asarray(False))
    begin_ = _Proposal(jnp.zeros_like(state.parameters), refused, state.cutoff, nothing, nothing, nothing)
    _, found = jax.lax.while_loop(
        again, lambda carry: (carry[0] + 1, propose(carry[1].moved)), (jnp.asarray(0), begin_)
    )
    accept = found.choice.accept
    parameters = jnp.where(accept, state.parameters + found.taken, state.parameters)
    report = Iteration(loss, losses, accept, state.thorough, found.cutoff, found.rank, s[_some(s.size)], found.gain)
    thorough = state.thorough | (found.cutoff < 10 * phi.eps**0.5 * jnp.max(s))
    last = jnp.where(accept, found.taken, 0.0) if method.momentum else state.last
    return State(parameters, found.moved, thorough, last, state.taken + 1), report


def _held_out(objective: Objective, parameters: Array, held: Placed, v: Array, weights: Array) -> Array:
    """The root mean square of the linearised residual on fresh points, after keeping 1, 2, ... singular values."""
    r, phi, _ = objective.linearise(parameters, held)
    left = r[:, None] - jnp.cumsum(phi.apply(v) * weights[None, :], axis=1)
    return jnp.sqrt(jnp.sum(left**2, axis=0))


def factorise(method: Anagram, phi: Features, r: Array, state: State) -> Factors:
    """A fast factorisation first; one that sees everything as soon as the cut-off nears the floor of the fast one."""
    if method.factor == "krylov":
        return krylov(phi, r, method.rank, method.cutoff.floor(state.cutoff))
    if method.factor != "auto":
        return FACTORS[method.factor](phi, r)
    if method.cutoff.thorough:
        return qr(phi, r)
    fast = gram if phi.shape[0] >= phi.shape[1] else dual
    return jax.lax.cond(state.thorough, qr, fast, phi, r)


def _some(count: int) -> np.ndarray:
    """The evenly spaced ranks of which a report holds the singular values."""
    return np.linspace(0, count - 1, min(count, RANKS)).astype(int)


RANKS = 40
BEND = 0.5
"""The largest correction, as a part of the length of the step."""
BOLDER = 5
"""How many candidates, from the one that passes without corrections to bolder ones, are corrected."""


class _Proposal(NamedTuple):
    taken: Array
    choice: Pick
    moved: Array
    cutoff: Array
    rank: Array
    gain: Array
