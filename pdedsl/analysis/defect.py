"""From a solution to its error, to first order: the linearised problem, solved for the residual.

If `u` leaves the residual `r = D[u] - f`, the error `e` of `D[u - e] = f` solves `D'(u) e = r` to first order, with the
conditions linearised alike (defect correction, Stetter 1978). It is sought by least squares in random features that the
training never had, on points of its own. Most of the residual of a trained network oscillates too fast for them, and
makes little error; what they see is the smooth part, which makes most of it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp
from jax import Array

from pdedsl.geometry.points import inside, random
from pdedsl.numerics.lower import Callee
from pdedsl.numerics.polynomials import Apart, Expanded
from pdedsl.numerics.programs import program
from pdedsl.numerics.sampling import Sampler, sampler
from pdedsl.numerics.system import Block, System, system, wrap
from pdedsl.numerics.truth import varying
from pdedsl.planning.defaults import planned, share
from pdedsl.problem.laws import laws_of
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Equation
from pdedsl.solver.factor import qr
from pdedsl.solver.features import Stored
from pdedsl.solver.method import Objective
from pdedsl.spaces.space import Size

FEATURES = 400
"""Features, shared by the fields."""
ROWS = 4
"""Points of the equations for each coefficient; conditions get their share of that."""
CANDIDATES = 10
"""Points drawn for each one that is kept: they are kept where the residual is large, and weighed accordingly."""
UNKNOWN = 1e-3
"""The part of what an unknown was taken to be worth that it is compared with where it vanishes."""
KEPT = 1e-10
"""The smallest singular value that is kept, relative to the largest."""
POINTS = 4096
"""Points over which errors are averaged."""
_SEED = 19_780_315
"""Apart from all seeds of runs, so that these points are never trained on."""


@dataclass(frozen=True)
class Estimate:
    """The error of a field by the linearised problem."""

    field: str
    relative: float
    """L2, relative to the variation of the field less its estimated error: to the norm of that less its mean."""
    of_norm: float
    """The same, relative to the norm."""
    absolute: float
    """Root mean square over the domain."""


LEAST, PROBES = 0.3, 64
"""The part of the root mean square of an estimated error that is the least of it at any point, and points that tell that."""


def probes(problem: Problem) -> np.ndarray:
    """Points of the domain, the same each time, at which it is seen how large an estimated error is."""
    return inside(problem.domain, sp.true, PROBES, random(np.random.default_rng(_SEED)))


def least(errors: np.ndarray) -> np.ndarray:
    """What an error is taken to be at least, from estimates at the `probes`, the first axis, where they are numbers: an estimate
    vanishes where the error does not.
    """
    known = np.isfinite(errors)
    return LEAST * np.sqrt(np.sum(np.where(known, errors, 0.0) ** 2, axis=0) / np.maximum(1, known.sum(axis=0)))


@dataclass(frozen=True, eq=False)
class Defect:
    """The error of a solution to first order, a function of a point to the errors of all fields, shape (n,)."""

    at: Callee
    missed: Mapping[str, float]
    """How far the solution misses each statement, root mean square in units of its size."""
    unexplained: Mapping[str, float]
    """The part of that which the error does not explain, 0 to 1."""
    arrays: Mapping[str, np.ndarray]
    """The features and their coefficients, from which `restored` makes it again."""

    def __call__(self, x: Array) -> Array:
        return self.at(x)

    def saved(self) -> dict[str, np.ndarray]:
        """All that it is, as arrays by name."""
        names = [*self.missed]
        sizes = {"missed": self.missed, "unexplained": self.unexplained}
        numbers = {key: np.asarray([own[n] for n in names]) for key, own in sizes.items()}
        return {"statements": np.asarray(names), **numbers, **self.arrays}


def difference(lowered: System, parameters: Array, defect: Array, missed: Mapping[str, float]) -> Defect:
    """The defect of a solution the parameters of which are too large by `defect`, shape (P,): as its solver found."""

    whole, better = lowered.model(parameters), lowered.model(parameters - defect)
    assert isinstance(whole, Expanded) and isinstance(better, Expanded)
    at = Apart(whole, better)
    arrays = {"parameters": np.asarray(parameters), "defect": np.asarray(defect)}
    return Defect(at, missed, dict.fromkeys(missed, 0.0), arrays)


def restored(problem: Problem, lowered: System, saved: Mapping[str, np.ndarray]) -> Defect:
    """The defect of a solution of a problem from what `saved` gave. Raises KeyError and ValueError if it is not whole."""
    sizes = lowered.sizes
    names = [str(name) for name in saved["statements"]]
    missed, unexplained = (dict(zip(names, map(float, saved[k]), strict=True)) for k in ("missed", "unexplained"))
    if "defect" in saved:
        with jax.enable_x64(True):
            return difference(lowered, jnp.asarray(saved["parameters"]), jnp.asarray(saved["defect"]), missed)
    ridges = [(saved[f"weight {k}"], saved[f"bias {k}"]) for k in range(len(problem.groups))]
    arrays = {key: saved[key] for key in saved if key == "coefficients" or key.startswith(("weight ", "bias "))}
    with jax.enable_x64(True):
        return Defect(span(problem, sizes, ridges)(jnp.asarray(saved["coefficients"])), missed, unexplained, arrays)


@jax.enable_x64(True)
def estimates(
    problem: Problem, u: Callee, e: Callee | None = None, sizes: Mapping[str, Size] | None = None
) -> tuple[Estimate, ...]:
    """The error of each field of a solution `u`, by `e` or what `error` finds. It is an estimate and no bound.

    A field that does not vary is compared with what it is worth by its `sizes`, if these are given.
    """
    e = e or error(problem, u)
    points = inside(problem.domain, sp.true, POINTS, random(np.random.default_rng(_SEED)))

    def both(x: Array) -> tuple[Array, Array]:
        return jnp.reshape(u(x), (-1,)), e(x)

    if isinstance(u, Expanded) and isinstance(e, Apart):
        values, errors = u.values(points), e.values(points)
    else:
        values, errors = map(np.asarray, program(jax.vmap(both))(jnp.asarray(points)))
    absolute = np.sqrt(np.mean(errors**2, axis=0))
    if isinstance(u, Expanded):
        absolute = np.maximum(absolute, u.rounding)
    found = []
    for name, places in laws_of(problem.fields).items():
        size, error_ = (float(np.linalg.norm(own[places])) for own in ((values - errors).mean(axis=0), absolute))
        found.append(Estimate(name, error_ / (size or 1.0), error_ / (size or 1.0), error_))
    for place, unknown in ((k, f) for k, f in enumerate(problem.fields) if f.law is None):
        field = values[:, place] - errors[:, place]
        norm = float(np.sqrt(np.mean(field**2))) or 1.0
        spread = sizes[unknown.name].spread if sizes else 0.0
        spread *= 1.0 if unknown.sought is None else UNKNOWN
        variation, error_ = varying(float(np.std(field)), norm, spread), float(absolute[place])
        found.append(Estimate(unknown.name, error_ / variation, error_ / norm, error_))
    return tuple(found)


@jax.enable_x64(True)
def error(problem: Problem, u: Callee, lowered: System | None = None) -> Defect:
    """The error of a solution to first order, as a function of a point to the errors of all fields, shape (n,).

    `u` maps one point of shape (d,) to the values of all fields; `u - error(problem, u)` is a better solution as long as
    the features can resolve what is wrong with it. `lowered` is the problem's system, where there is one already.
    """
    lowered = lowered or system(problem, planned(problem))
    count = max(1, FEATURES // len(problem.fields))
    statements = {s.name: s for s in problem.statements}
    generator = np.random.default_rng(_SEED)
    blocks, scales = [], []
    for block in (own for own in lowered.blocks if not own.soft):
        statement = statements[block.name]
        rows = round(share(statement) * ROWS * count * len(problem.fields))
        points, scale = _drawn(block, u, sampler(problem, statement), rows, generator)
        blocks.append(replace(block, points=points))
        scales.append(np.repeat(scale, len(statement.residual)))
    anchors = np.concatenate([b.points for b in blocks if isinstance(statements[b.name], Equation)])
    everywhere = inside(problem.domain, sp.true, len(anchors), random(generator))
    ridges = features(problem, np.concatenate([anchors, everywhere]), count, generator)
    spanned = span(problem, lowered.sizes, ridges)
    zero = jnp.zeros(sum(len(g.members) * (count + 1) for g in problem.groups))
    moved = System(tuple(blocks), lambda c: lambda x: jnp.reshape(u(x), (-1,)) + spanned(c)(x), zero)
    r, own, _ = program(Objective(moved).linearise)(zero, tuple(jnp.asarray(b.points) for b in blocks))
    scale, phi = jnp.asarray(np.concatenate(scales)), own.whole()
    found = program(qr)(Stored(phi * scale[:, None]), r * scale)
    kept = found.s >= KEPT * found.s[0]
    coefficients = found.v @ jnp.where(kept, found.c / jnp.where(kept, found.s, 1.0), 0.0)
    ends = np.cumsum([len(own) for own in scales])[:-1]
    before, after = (
        [float(np.linalg.norm(own)) for own in np.split(np.asarray(rows * scale), ends)]
        for rows in (r, r - phi @ coefficients)
    )
    names = [block.name for block in blocks]
    missed = {name: size / block.weight**0.5 for name, size, block in zip(names, before, blocks, strict=True)}
    unexplained = {n: left / size if size > 0 else 0.0 for n, size, left in zip(names, before, after, strict=True)}
    arrays = {"coefficients": np.asarray(coefficients)}
    for k, (weight, bias) in enumerate(ridges):
        arrays |= {f"weight {k}": weight, f"bias {k}": bias}
    return Defect(spanned(coefficients), missed, unexplained, arrays)


def _drawn(
    block: Block, u: Callee, draw: Sampler, count: int, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Points where the residual of a block is large, shape (N, d), and the square roots of what each then counts, shape (N,).

    Drawn with density |r| + mean |r| and weighed by its inverse, so that sums over them are means over the statement.
    """
    candidates = draw(CANDIDATES * count, generator)
    sizes = np.asarray(program(jax.vmap(lambda x: jnp.linalg.norm(block.relative(u, x))))(jnp.asarray(candidates)))
    density = np.nan_to_num(sizes, posinf=0.0) + 1e-300
    density = (density + density.mean()) / (2 * density.sum())
    chosen = generator.choice(len(candidates), size=min(count, len(candidates)), p=density)
    return candidates[chosen], 1 / np.sqrt(len(candidates) * density[chosen])


Ridges = list[tuple[np.ndarray, np.ndarray]]
"""For each group of fields the weights of its features, shape (K, inputs), and their biases, shape (K,)."""


def features(problem: Problem, anchors: np.ndarray, count: int, generator: np.random.Generator) -> Ridges:
    """Random ridge functions `tanh(w . (x - a))` for each group of fields.

    The slopes |w| of the scaled coordinates run from gentle to steep, the anchors `a` are drawn from some points of shape
    (N, d).
    """
    ridges = []
    for axes, circular in _inputs(problem):
        inputs = len(axes) + len(circular)
        if not inputs:  # numbers, which are constants
            ridges.append((np.zeros((count, 0)), np.zeros(count)))
            continue
        steepest = max(4.0, 2.5 * count ** (1 / len(axes)))
        slopes = 10 ** generator.uniform(np.log10(0.5), np.log10(steepest), (count, 1))
        directions = generator.normal(size=(count, inputs))
        weight = slopes * directions / np.linalg.norm(directions, axis=1, keepdims=True)
        origins = _scaled(problem, generator.choice(anchors, count), axes, circular, np)
        ridges.append((weight, -np.sum(weight * origins, axis=1)))
    return ridges


def _inputs(problem: Problem) -> list[tuple[np.ndarray, np.ndarray]]:
    """For each group of fields the columns of its coordinates, and which of them are periodic."""
    found = []
    for group in problem.groups:
        axes = np.asarray([problem.domain.column(s) for s in group.arguments], int)
        found.append((axes, np.asarray([k for k, a in enumerate(axes) if problem.coordinates[a].periodic], int)))
    return found


def _scaled(problem: Problem, x: Any, axes: np.ndarray, circular: np.ndarray, np_: Any) -> Any:
    """Coordinates in [-1, 1], periodic ones as a cosine and a sine."""
    low, high = np.asarray(problem.bounds, float).T
    y = (2 * x[..., axes] - (low + high)[axes]) / (high - low)[axes]
    round_ = [np_.cos(np.pi * y[..., circular]), np_.sin(np.pi * y[..., circular])]
    return np_.concatenate([*round_, y[..., [k for k in range(len(axes)) if k not in circular]]], axis=-1)


def span(problem: Problem, sizes: Mapping[str, Size], ridges: Ridges) -> Callable[[Array], Callee]:
    """The map from coefficients, shape (K,), to a function of a point with the values of all fields, shape (n,).

    What is hard about the problem is built in.
    """
    members = [len(group.members) for group in problem.groups]
    ends = np.cumsum([m * (len(bias) + 1) for m, (_, bias) in zip(members, ridges, strict=True)])
    order = np.argsort([place for group in problem.groups for place in group.members])
    inputs = _inputs(problem)

    def combined(coefficients: Array) -> Callee:
        parts = jnp.split(coefficients, ends[:-1])

        def values(x: Array) -> Array:
            found = []
            for own, (axes, circular), (weight, bias), part in zip(members, inputs, ridges, parts, strict=True):
                ridge = jnp.tanh(weight @ _scaled(problem, x, axes, circular, jnp) + bias)
                found.append(part.reshape(own, -1) @ jnp.append(ridge, 1.0))
            return jnp.concatenate(found)[order]

        return values

    build = wrap(problem, sizes)
    nothing = build(lambda x: jnp.zeros(len(problem.fields), x.dtype))

    def made(coefficients: Array) -> Callee:
        built = build(combined(coefficients))
        return lambda x: built(x) - nothing(x)

    return made
