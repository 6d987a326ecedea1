"""From a statement of a problem to the points on which it holds."""

import numpy as np
import sympy as sp

from pdedsl.geometry.faces import normals, pieces, sample
from pdedsl.geometry.interfaces import across, crossings
from pdedsl.geometry.points import Unit, inside, random, spots
from pdedsl.problem.domain import Domain
from pdedsl.problem.problem import Problem
from pdedsl.problem.sources import region
from pdedsl.problem.statements import Boundary, Constraint, Equation, Initial, Interface, Statement


def points_of(problem: Problem, statement: Statement, n: int, unit: Unit) -> np.ndarray:
    """About `n` points of the open set on which a statement holds, uniform in its measure; shape (n', d)."""
    domain = problem.domain
    match statement:
        case Equation():
            return inside(domain, region(problem, statement), n, unit)
        case Boundary() | Initial():
            return sample(domain, pieces(domain, statement), n, unit)
        case Interface():
            return crossings(domain, statement.on, n, unit)
        case Constraint():
            return spots(domain, statement.at, problem.varying(statement.residual), n, unit)


def outward(domain: Domain, statement: Statement, points: np.ndarray) -> np.ndarray | None:
    """The normals of a statement at its points, shape (n, number of coordinates in space); None where it has none."""
    match statement:
        case Boundary():
            return normals(domain, points)
        case Interface():
            return across(domain, statement.on, points)
        case _:
            return None


def points(
    problem: Problem, statement: str | None = None, n: int = 1000, seed: int = 0
) -> tuple[np.ndarray, np.ndarray | None]:
    """About `n` random points of the domain, or of a statement by its name, as the solver draws them; with normals.

    Points have shape (n', d), coordinates in the order of declaration; normals, of conditions on a boundary or an interface,
    shape (n', number of coordinates in space). Raises KeyError for a name that is none.
    """
    unit = random(np.random.default_rng(seed))
    if statement is None:
        return inside(problem.domain, sp.true, n, unit), None
    named = {s.name: s for s in problem.statements}
    if statement not in named:
        raise KeyError(f"no statement is called `{statement}`; there are: {', '.join(named)}")
    found = points_of(problem, named[statement], n, unit)
    return found, outward(problem.domain, named[statement], found)
