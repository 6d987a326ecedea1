"""From a problem to the polynomials that are tried for it, one space after another, and to why there are none."""

from collections.abc import Mapping, Sequence

import numpy as np
import sympy as sp

from pdedsl.geometry.points import inside, random
from pdedsl.geometry.quadrature import rule
from pdedsl.planning.basis import Basis, basis, sized
from pdedsl.planning.collocation import FEWEST, OVER, Expansion
from pdedsl.planning.hard import ansatz, inner
from pdedsl.planning.plan import Polynomials, Size
from pdedsl.problem.evaluate import evaluate
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Equation, Interface, Statement

MOST = 4000
"""Columns, of all fields together, up to which degrees are raised of their own accord."""
FEW = 4
"""Coordinates up to which all products of low degree are affordable."""
FIRST: Mapping[int, int] = {1: 6, 2: 5, 3: 3, 4: 2}
"""The degree to begin with, by the number of coordinates."""
GROWTH: Mapping[int, float] = {1: 1.5, 2: 1.65, 3: 2.0, 4: 2.2}
"""How many times as many columns the next space has."""
CROSSES = (2, 4, 6, 9, 13, 18, 25, 34, 46, 62)
"""Degrees of hyperbolic crosses: what is additive, or nearly, has few of its products."""
COORDINATES = 12
"""In more, even a cross holds no more than slopes and curvatures."""
NODES = 40_000_000
"""Numbers in a table of nodes and functions, for statements that integrate at each of their points."""
LEAST = 150
"""Columns with which it is worth beginning."""
STEP = 1.05
"""By how much degrees are raised while a space of a size is sought."""
TAIL, LAST = 0.7, 1e-15
"""The upper part of the degrees whose coefficients tell how fast these fall, and where they are to fall to."""


def first(problem: Problem, chosen: Polynomials | None = None) -> Polynomials:
    """The space to begin with: a small one, or a quarter of a chosen one."""
    if chosen is not None:
        return _shrunk(problem, chosen, 0.25)
    d = len(problem.coordinates)
    if d > FEW or (d == FEW and additive(problem)):
        return Polynomials((CROSSES[0],), "cross")
    return Polynomials((FIRST[d],) * d, "total") if d > 1 else Polynomials((FIRST[d],))


def following(
    problem: Problem, space: Polynomials, reach: Sequence[float], chosen: Polynomials | None = None
) -> Polynomials | None:
    """The space after one in which the coefficients promise to end at the degrees `reach`; None where there is none.

    It holds the one before, and more along the coordinates that need it.
    """
    if chosen is not None:
        larger = (_shrunk(problem, chosen, share) for share in (0.5, 0.75, 1.0))
        return next((own for own in larger if columns(problem, own) > columns(problem, space)), None)
    limit = min(_limit(problem, s) for s in problem.statements)
    if space.terms == "cross":
        found = next((Polynomials((n,), "cross") for n in CROSSES if n > space.degrees[0]), None)
        return found if found is not None and columns(problem, found) <= limit else None
    most = min(limit, GROWTH[len(problem.coordinates)] * columns(problem, space))

    def grown(share: float) -> Polynomials:
        return Polynomials(
            tuple(max(n, round(share * r)) for n, r in zip(space.degrees, reach, strict=True)), space.terms
        )

    share = min(n / r for n, r in zip(space.degrees, reach, strict=True))
    found = space
    while columns(problem, larger := grown(share)) <= most:
        found, share = larger, STEP * share
    return found if columns(problem, found) > 1.1 * columns(problem, space) else None


def _shrunk(problem: Problem, chosen: Polynomials, share: float) -> Polynomials:
    return Polynomials(tuple(max(1, round(share * n)) for n in chosen.degrees), chosen.terms)


def reach(bases: Sequence[Basis], coefficients: Sequence[np.ndarray], degrees: Sequence[int]) -> list[float]:
    """Up to which degree of each coordinate coefficients would go, if they fall on as they do; at most four times."""
    found = []
    for axis, most in enumerate(degrees):
        tail = LAST / 10
        for own, c in zip(bases, coefficients, strict=True):
            if axis not in own.axes or not np.any(c):
                continue
            number = own.numbers[:, own.axes.index(axis)]
            degree = (number + 1) // 2 if own.circular[own.axes.index(axis)] else number
            last = np.abs(c[degree >= TAIL * most])
            tail = max(tail, float(last.max(initial=0.0)) / float(np.abs(c).max()))
        found.append(most * min(4.0, max(1.0, np.log(LAST) / np.log(min(tail, 0.5)))))
    return found


def additive(problem: Problem) -> bool:
    """Whether all data are sums of functions of one coordinate each."""
    points = inside(problem.domain, sp.true, 16, random(np.random.default_rng(0)))
    values = problem.domain.at(points)
    nothing = {f.expression: sp.S.Zero for f in problem.fields}
    for statement in problem.statements:
        for residual in statement.residual:
            right: sp.Expr = residual.xreplace(nothing).doit()
            own = sorted(right.free_symbols & set(problem.symbols), key=str)
            for k, a in enumerate(own):
                mixed = (np.asarray(evaluate(sp.diff(right, a, b), values), float) for b in own[k + 1 :])
                if any(np.abs(m).max() > 1e-12 for m in mixed):
                    return False
    return True


def columns(problem: Problem, space: Polynomials) -> int:
    """How many coefficients all fields have together."""
    return sum(sized(problem, [problem.domain.column(s) for s in f.arguments], space) for f in problem.fields)


def expansions(problem: Problem, space: Polynomials, sizes: Mapping[str, Size]) -> tuple[Expansion, ...]:
    """Each field as a sum over a basis of a space."""
    found = []
    for unknown in problem.fields:
        own = basis(problem, [problem.domain.column(s) for s in unknown.arguments], space)
        built = ansatz(problem, unknown)
        found.append(Expansion(problem, own, built, inner(problem, built, sizes[unknown.name])))
    return tuple(found)


def unsuited(problem: Problem) -> str:
    """Why polynomials are not for a problem, in words; empty where they are tried."""
    if any(isinstance(s, Interface) for s in problem.statements):
        return "fields with an interface are smooth on either side only"
    if any(
        i.kind in ("maximum", "minimum")
        for i in problem.integrals_in(r for s in problem.statements for r in s.residual)
    ):
        return "the largest value of a field has no slope"
    if (d := max(len(f.arguments) for f in problem.fields)) > COORDINATES:
        return f"in {d} coordinates there are too many products of polynomials"
    for statement in problem.statements:
        if _limit(problem, statement) < LEAST:
            return f"`{statement.name}` integrates at each of its points"
    return ""


def _limit(problem: Problem, statement: Statement) -> int:
    """The columns up to which tables of a statement can be held: where it integrates at each point they are large."""
    held = problem.integrals_in(statement.residual)
    if not held:
        return MOST
    nodes = max(len(rule(problem.domain, integral.where).weights) for integral in held)
    everywhere = isinstance(statement, Equation) and len(problem.varying(statement.residual)) == len(
        problem.coordinates
    )
    many = (NODES / (OVER * nodes)) ** 0.5 if everywhere else NODES / (FEWEST * nodes)
    return min(MOST, int(many))
