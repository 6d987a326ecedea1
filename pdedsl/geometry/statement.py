"""From a statement of a problem to the points on which it holds."""

import numpy as np

from pdedsl.geometry.faces import pieces, sample
from pdedsl.geometry.interfaces import crossings
from pdedsl.geometry.points import Unit, inside, spots
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Boundary, Constraint, Equation, Initial, Interface, Statement


def points_of(problem: Problem, statement: Statement, n: int, unit: Unit) -> np.ndarray:
    """About `n` points of the open set on which a statement holds, uniform in its measure; shape (n', d)."""
    domain = problem.domain
    match statement:
        case Equation():
            return inside(domain, domain.region(statement.part), n, unit)
        case Boundary() | Initial():
            return sample(domain, pieces(domain, statement), n, unit)
        case Interface():
            return crossings(domain, statement.on, n, unit)
        case Constraint():
            return spots(domain, statement.at, problem.varying(statement.residual), n, unit)
