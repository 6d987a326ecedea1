"""From the reports of a problem and a solution to numbers, curves in time and norms."""

from collections.abc import Callable
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
import sympy as sp

from pdedsl.geometry import geometry
from pdedsl.numerics.lower import Callee, lower_expressions
from pdedsl.problem.problem import Condition, Problem, Report

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
    value = lower_expressions(problem, [report.value])
    points = geometry.at_point(
        problem, Condition(report.name, (report.value,), (sp.Integer(0),), kind="constraint", at=report.at), MANY, _unit
    )
    k = len(problem.space)
    curve = len(points) > 1 and bool((points[:, :k] == points[:1, :k]).all())
    if curve:
        lower, upper = problem.bounds[k]
        points = np.repeat(points[:1], TIMES, axis=0)
        points[:, k] = np.linspace(lower, upper, TIMES)
    evaluate: Callable = jax.jit(jax.vmap(lambda x: value(u, x)[0]))
    return Quantity(report.name, np.asarray(evaluate(jnp.asarray(points))), points[:, k] if curve else None)


def _unit(n: int, d: int) -> np.ndarray:
    return np.random.default_rng(7).random((n, d))
