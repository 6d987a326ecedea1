"""From a problem's exact solution or reference table to the error of a solution, on points it was never trained on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp
from jax import Array

from pdedsl.geometry.points import inside, random
from pdedsl.meaning.tables import read_table
from pdedsl.numerics.lower import Callee, together
from pdedsl.problem.evaluate import evaluate
from pdedsl.problem.problem import Problem

COUNT = 10_000
_SEED = 20_241_210
"""Apart from all seeds of runs, so that these points are never trained on."""


@dataclass(frozen=True)
class Truth:
    """Known values of one field."""

    field: str
    place: int
    """The place of the field among the values of a solution."""
    points: np.ndarray
    """Shape (n, d)."""
    values: np.ndarray
    """Shape (n,)."""
    origin: str
    """`exact`, or the name of the reference."""

    @property
    def norm(self) -> float:
        """The length of the values; for a field that vanishes that of ones, and errors are root mean squares."""
        return float(np.linalg.norm(self.values)) or float(len(self.values)) ** 0.5

    @property
    def variation(self) -> float:
        """What errors are relative to: the length of the values less their mean; `norm` for a field without any."""
        return varying(float(np.linalg.norm(self.values - np.mean(self.values))), self.norm)

    def error(self, values: np.ndarray) -> float:
        """The L2 error of the values of all fields at the points, shape (n, number of fields), relative to the variation."""
        return float(np.linalg.norm(values[:, self.place] - self.values)) / self.variation


FLAT = 1e-12
"""A variation below this part of the norm is rounding."""
NONE = 1e-6
"""And one below this part of what the data ask for is none."""


def varying(variation: float, norm: float, spread: float = 0.0) -> float:
    """The variation of a field; where it is a constant, its norm, or the `spread` that the data ask for if that is more."""
    return variation if variation > max(FLAT * norm, NONE * spread) else max(norm, spread)


def truths(problem: Problem) -> tuple[Truth, ...]:
    """What is known of each field: its exact solution if there is one, else its reference table."""
    found: dict[str, Truth] = {}
    places = {f.name: place for place, f in enumerate(problem.fields)}
    domain = problem.domain
    points = inside(domain, sp.true, COUNT, random(np.random.default_rng(_SEED)))
    values = domain.at(points)
    for name, expression in problem.exact:
        exact = np.broadcast_to(np.asarray(evaluate(expression, values), float), (len(points),))
        found[name] = Truth(name, places[name], points, exact, "exact")
    for reference in problem.references:
        table, _ = read_table(problem, reference)
        columns = problem.columns(reference)
        names = [s.name for s in problem.symbols]
        middle = [(lower + upper) / 2 for lower, upper in problem.bounds]
        at = np.stack(
            [
                table[columns[n]] if n in columns else np.full(len(next(iter(table.values()))), m)
                for n, m in zip(names, middle, strict=True)
            ],
            1,
        )
        for name in reference.fields:
            if name not in found:
                found[name] = Truth(name, places[name], at, table[columns[name]], reference.name)
    return tuple(found.values())


Known = Callable[[Array], Any] | Mapping[str, Callable[..., Any]]
"""The known solution: a function of a point of shape (d,) to the values of all fields, or one for each field by name."""


def given(problem: Problem, exact: Known) -> tuple[Truth, ...]:
    """What a callable says of each field, on points of its own. Raises ValueError for names and shapes that do not fit."""
    u = together(exact, problem.fields, problem.symbols)
    points = inside(problem.domain, sp.true, COUNT, random(np.random.default_rng(_SEED)))
    with jax.enable_x64(True):
        values = np.asarray(jax.vmap(u)(jnp.asarray(points)), float)
    return tuple(Truth(f.name, k, points, values[:, k], "exact") for k, f in enumerate(problem.fields))


def measure(model: Callable[[Array], Callee], known: tuple[Truth, ...]) -> Callable[[Array], dict[str, float]]:
    """A function from parameters to the L2 error of each known field, relative to its variation."""
    places, names = tuple(k.place for k in known), [k.field for k in known]
    rest = [(k.points, k.values, k.variation) for k in known]
    return lambda parameters: dict(zip(names, map(float, _off(model, places, parameters, rest)), strict=True))


@partial(jax.jit, static_argnums=(0, 1))
def _off(
    model: Callable[[Array], Callee],
    places: tuple[int, ...],
    parameters: Array,
    known: list[tuple[Array, Array, Array]],
) -> list[Array]:
    u = model(parameters)
    return [
        jnp.linalg.norm(jax.vmap(u)(points)[:, place] - values) / variation
        for place, (points, values, variation) in zip(places, known, strict=True)
    ]
