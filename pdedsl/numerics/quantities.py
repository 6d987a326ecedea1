"""From the reports of a problem and a solution to numbers, curves in time and norms."""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from pdedsl.geometry.points import spots
from pdedsl.numerics.lower import Callee, Residual, lower_expressions
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Report

MANY = 4096
TIMES = 101


@dataclass(frozen=True)
class Quantity:
    """What a report says of a solution: a number, a curve in time, or the size and range of a function."""

    name: str
    values: np.ndarray
    """Shape (1,) for a number, (n,) for a curve or a function."""
    times: np.ndarray | None = None
    """The times of a curve, shape (n,)."""

    def __str__(self) -> str:
        low, high = float(self.values.min()), float(self.values.max())
        if self.values.size == 1:
            return f"{self.values[0]:.10g}"
        if self.times is not None:
            return (
                f"{self.values[0]:.6g} at the start, {self.values[-1]:.6g} at the end, between {low:.6g} and {high:.6g}"
            )
        return (
            f"root mean square {np.sqrt(np.mean(self.values**2)):.6g} over the domain, between {low:.6g} and {high:.6g}"
        )


def quantities(problem: Problem, u: Callee) -> tuple[Quantity, ...]:
    """The reports of a problem, evaluated on a solution `u` of one point."""
    return tuple(_quantity(problem, report, u) for report in problem.reports)


def _quantity(problem: Problem, report: Report, u: Callee) -> Quantity:
    domain = problem.domain
    value = lower_expressions([report.value], domain, problem.fields, problem.integrals)
    points = spots(domain, report.at, problem.varying((report.value,)), MANY, _same)
    spatial = list(domain.spatial)
    if domain.time is None or len(points) == 1 or (points[:, spatial] != points[:1, spatial]).any():
        return Quantity(report.name, _at(value, u, points))
    column = domain.column(domain.time.symbol)
    curve = np.repeat(points[:1], TIMES, axis=0)
    curve[:, column] = np.linspace(*domain.bounds[column], TIMES)
    return Quantity(report.name, _at(value, u, curve), curve[:, column])


def _at(value: Residual, u: Callee, points: np.ndarray) -> np.ndarray:
    return np.asarray(jax.jit(jax.vmap(lambda x: value(u, x)[0]))(jnp.asarray(points)))


def _same(n: int, d: int) -> np.ndarray:
    """The same random numbers at every call."""
    return np.random.default_rng(7).random((n, d))
