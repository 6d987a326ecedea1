"""From a problem to the reflections that change nothing about it: half of a basis then suffices in that coordinate.

Under `x -> low + high - x` fields may keep or change their sign. A derivative keeps or changes its sign once more for each
time that it differentiates in x. Whether all residuals then are the same, but for a sign, is tried with random values.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np

from pdedsl.geometry.faces import normals
from pdedsl.geometry.places import satisfying
from pdedsl.geometry.points import inside_shape, random
from pdedsl.geometry.statement import points_of
from pdedsl.problem.domain import Domain
from pdedsl.problem.evaluate import evaluate
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Boundary, Constraint, Equation, Initial, Interface, Statement, is_hard
from pdedsl.problem.symbol import MultiIndex
from pdedsl.spaces.hard import Ansatz, ansatz
from pdedsl.spaces.linear import Form, form

PROBES = 24
"""Points of each statement at which both sides are compared."""
SAME = 1e-9
"""The part of the largest value from which two are not the same."""
FIELDS = 4
"""More fields than these may have too many combinations of signs."""

Parity = Mapping[int, tuple[int, ...]]
"""By axis: 1 for each field that is even in that coordinate about the middle of its interval, -1 for each odd one."""


@dataclass(frozen=True)
class _Reflection:
    domain: Domain
    axis: int
    signs: tuple[int, ...]

    def points(self, points: np.ndarray) -> np.ndarray:
        low, high = self.domain.bounds[self.axis]
        found = points.copy()
        found[:, self.axis] = low + high - points[:, self.axis]
        return found

    def sign(self, place: int, index: MultiIndex) -> int:
        """What the value of a field or of a derivative is multiplied with."""
        return self.signs[place] * (-1) ** index[self.axis]


def symmetries(problem: Problem) -> Parity:
    """The coordinates in space by whose reflection nothing changes, and the parity of each field in them."""
    if len(problem.fields) > FIELDS or any(isinstance(s, Interface) for s in problem.statements):
        return {}
    forms = {s.name: tuple(form(problem, r) for r in s.residual) for s in problem.statements}
    if any(own.integrals for components in forms.values() for own in components):
        return {}
    found: dict[int, tuple[int, ...]] = {}
    for axis in problem.domain.spatial:
        for signs in product((1, -1), repeat=len(problem.fields)):
            reflection = _Reflection(problem.domain, axis, signs)
            if _holds(problem, forms, reflection):
                found[axis] = signs
                break
    return found


def _holds(problem: Problem, forms: Mapping[str, tuple[Form, ...]], reflection: _Reflection) -> bool:
    symbol = problem.symbols[reflection.axis]
    if any(symbol not in f.arguments and sign < 0 for f, sign in zip(problem.fields, reflection.signs, strict=True)):
        return False
    if problem.shape is not None:
        probes = points_of(problem, problem.equations[0], 512, random(np.random.default_rng(1)))
        if not inside_shape(problem.domain, reflection.points(probes)).all():
            return False
    return all(_unchanged(problem, s, forms, reflection) for s in problem.statements) and all(
        _built(problem, place, reflection) for place in range(len(problem.fields))
    )


def _unchanged(
    problem: Problem, statement: Statement, forms: Mapping[str, tuple[Form, ...]], reflection: _Reflection
) -> bool:
    """Whether a statement says at the reflected points what it, or another of its kind, says at its own."""
    if is_hard(statement):
        return True  # what is built in is looked at by itself
    points = points_of(problem, statement, PROBES, random(np.random.default_rng(2)))
    there = reflection.points(points)
    left = np.ones(len(points), bool)
    for other in (statement, *(s for s in problem.statements if type(s) is type(statement) and s is not statement)):
        here = left & _meant(problem, other, there)
        if here.any() and len(forms[other.name]) == len(forms[statement.name]):
            same = _same(problem, statement, other, forms, points[here], there[here], reflection)
            left[np.flatnonzero(here)[same]] = False
    return not left.any()


def _meant(problem: Problem, statement: Statement, points: np.ndarray) -> np.ndarray:
    """At which points a statement holds, shape (n,)."""
    domain = problem.domain
    match statement:
        case Equation():
            return satisfying(domain, (domain.region(statement.part),), points)
        case Boundary():
            return satisfying(domain, statement.where, points)
        case Initial():
            return np.ones(len(points), bool)
        case Constraint() | Interface():
            return np.zeros(len(points), bool)


def _same(
    problem: Problem,
    statement: Statement,
    other: Statement,
    forms: Mapping[str, tuple[Form, ...]],
    points: np.ndarray,
    there: np.ndarray,
    reflection: _Reflection,
) -> np.ndarray:
    """At which points two statements say the same of random values and of their images, but for a sign; shape (n,)."""
    generator = np.random.default_rng(3)
    values: dict[tuple[int, MultiIndex], np.ndarray] = {}

    def value(place: int, index: MultiIndex) -> np.ndarray:
        if (place, index) not in values:
            values[place, index] = generator.normal(size=len(points))
        return values[place, index]

    def rows(own: Statement, at: np.ndarray, image: bool) -> Iterator[np.ndarray]:
        outward = normals(problem.domain, at) if isinstance(own, Boundary) else None
        for component in forms[own.name]:
            yield (
                component.at(at, outward)
                .row(lambda place, index, _: value(place, index) * (reflection.sign(place, index) if image else 1))
                .at
            )

    same = np.ones(len(points), bool)
    images = np.stack(list(rows(other, there, True)))
    for row in rows(statement, points, False):
        close = [
            np.abs(row - sign * image) <= SAME * max(float(np.abs(row).max()), 1e-300)
            for image in images
            for sign in (1, -1)
        ]
        same &= max(close, key=np.count_nonzero)
    return same


def _built(problem: Problem, place: int, reflection: _Reflection) -> bool:
    """Whether what hard conditions build in has the parity of its field, with a factor that is even."""
    built = ansatz(problem, problem.fields[place])
    if built == Ansatz():
        return True
    low, high = np.asarray(problem.bounds, float).T
    points = low + (high - low) * np.random.default_rng(4).uniform(size=(PROBES, len(low)))
    there = reflection.points(points)
    for expression, sign in ((built.extension, reflection.signs[place]), (built.multiplier, 1)):
        a, b = (np.asarray(evaluate(expression, problem.domain.at(p)), float) for p in (points, there))
        if np.abs(a - sign * b).max() > SAME * max(float(np.abs(a).max()), 1e-300):
            return False
    return True
