"""The same problems in other units: `python -m benchmarks.units [SPEC ...] [--seeds 3] [--steps 60]`.

Lengths, times, values and equations of twelve gallery specs are multiplied by constants, values of linear ones moved by
300, too. Each error, a median over seeds after so many steps, stands beside that of the original. Asked for is a factor
within 3, or less than ten rounding errors of the largest value.
"""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import numpy as np
import sympy as sp
from sympy.core.function import AppliedUndef

import pdedsl
from benchmarks.goals import SPECS
from pdedsl.numerics.truth import truths
from pdedsl.problem.derivatives import expand_derivatives
from pdedsl.problem.primitives import Combined, Primitive, Tree
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Boundary, Equation, Integral, Place, Statement, is_hard
from pdedsl.problem.symbol import stand_ins

TWELVE = (
    *("laplace_2d", "heat", "wave", "helmholtz", "biharmonic", "poisson_disk", "annulus_robin", "heat_periodic"),
    *("advection_layer", "elasticity", "kovasznay", "nonlinear_poisson"),
)
LINEAR = TWELVE[:10]


@dataclass(frozen=True)
class Units:
    """What lengths, times, values and equations are multiplied by, and what is added to values then."""

    length: float = 1.0
    time: float = 1.0
    value: float = 1.0
    offset: float = 0.0
    factor: float = 1.0


VARIANTS: Mapping[str, Units] = {
    "lengths x 1e-3": Units(length=1e-3),
    "lengths x 1e3": Units(length=1e3),
    "times x 1e-6": Units(time=1e-6),
    "times x 1e6": Units(time=1e6),
    "values x 1e-3": Units(value=1e-3),
    "values x 1e4": Units(value=1e4),
    "values x 1e4 + 300": Units(value=1e4, offset=300.0),
    "values + 300": Units(offset=300.0),
    "equations x 1e6": Units(factor=1e6),
}


def rescaled(problem: Problem, units: Units) -> Problem:
    """The same problem in other units, by the chain rule."""
    domain, offset = problem.domain, sp.Float(units.offset)
    scale = {c.symbol: sp.Float(units.time if c.kind == "time" else units.length) for c in problem.coordinates}
    at = {symbol: symbol / own for symbol, own in scale.items()}

    def moved(expression: Any, renamed: Mapping[Any, Any] | None = None) -> Any:
        if not isinstance(expression, sp.logic.boolalg.Boolean):
            expression = expand_derivatives(expression)
        expression, atoms = stand_ins(expression)
        found: dict[Any, Any] = {}
        for dummy, atom in atoms.items():
            pairs: Any = atom.variable_count if isinstance(atom, sp.Derivative) else ()
            new = atom if pairs else atom - offset
            found[dummy] = new / units.value * sp.Mul(*(scale[s] ** n for s, n in pairs))
        for symbol, new in (renamed or {}).items():
            own = {symbol: sp.Dummy()}
            found[own[symbol]], expression = new, expression.xreplace(own)
        return expression.xreplace(at).xreplace(found)

    dimension = len(problem.space)
    integrals, renamed = [], {}
    for integral in problem.integrals:
        where = None if integral.where is None else moved(integral.where)
        new = Integral(moved(integral.integrand), where, integral.part, integral.kind)
        integrals.append(new)
        power = 0 if integral.kind == "mean" else dimension if where is None else dimension - 1
        renamed[integral.symbol] = new.symbol / sp.Float(units.length) ** power

    def stated(statement: Statement) -> Statement:
        factor = units.factor if isinstance(statement, Equation) else 1.0
        left = tuple(factor * moved(e, renamed) for e in statement.lhs)
        right = tuple(factor * moved(e, renamed) for e in statement.rhs)
        if is_hard(statement):  # the bare field, or its derivative, stays on the left
            atoms = [next(iter(e.atoms(sp.Derivative) or e.atoms(AppliedUndef))) for e in left]
            slopes = [sp.diff(e.xreplace({a: (d := sp.Dummy())}), d) for e, a in zip(left, atoms, strict=True)]
            rests = [e.xreplace({a: sp.Integer(0)}) for e, a in zip(left, atoms, strict=True)]
            right = tuple((e - rest) / own for e, rest, own in zip(right, rests, slopes, strict=True))
            left = tuple(atoms)
        statement = replace(statement, lhs=left, rhs=right, terms=())
        if isinstance(statement, Boundary):
            return replace(statement, on=tuple(Place(moved(p.where), p.span) for p in statement.on))
        return statement

    coordinates = tuple(
        replace(c, lower=c.lower * scale[c.symbol], upper=c.upper * scale[c.symbol]) for c in problem.coordinates
    )
    parts = tuple(replace(p, condition=moved(p.condition)) for p in domain.parts)
    tree = None if domain.tree is None else _scaled(domain.tree, sp.Float(units.length))
    exact = tuple((n, offset + units.value * expand_derivatives(e).xreplace(at)) for n, e in problem.exact)
    return replace(
        problem,
        domain=replace(domain, coordinates=coordinates, parts=parts, tree=tree),
        equations=tuple(stated(e) for e in problem.equations),
        conditions=tuple(stated(c) for c in problem.conditions),
        integrals=tuple(integrals),
        reports=(),
        exact=exact,
        text=None,
    )


def _scaled(tree: Tree, length: sp.Expr) -> Tree:
    """A shape of which every argument is a length."""
    if isinstance(tree, Combined):
        return Combined(tree.operator, _scaled(tree.left, length), _scaled(tree.right, length))

    def longer(argument: Any) -> Any:
        return tuple(map(longer, argument)) if isinstance(argument, tuple) else argument * length

    return Primitive(tree.name, tuple(map(longer, tree.arguments)))


def error(problem: Problem, seeds: int, steps: int) -> float:
    """The largest error of a field relative to its variation, the median over seeds."""
    found = []
    for seed in range(seeds):
        solution = pdedsl.solve(problem, seed=seed, steps=steps, time_limit=600)
        found.append(max(solution.errors.values()))
    return median(found)


def rounding(problem: Problem) -> float:
    """Ten rounding errors of the largest value, relative to the spread."""
    eps = float(np.finfo(float).eps)
    return max(10 * eps * float(np.abs(t.values).max()) / float(np.std(t.values)) for t in truths(problem))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("specs", nargs="*", default=list(TWELVE), metavar="SPEC")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=60)
    arguments = parser.parse_args()
    print("| problem | original | " + " | ".join(VARIANTS) + " |\n|---|---|" + "---|" * len(VARIANTS))
    inside = whole = 0
    for name in arguments.specs:
        problem = pdedsl.load(SPECS / f"{name}.pde")
        before, cells = error(problem, arguments.seeds, arguments.steps), []
        for units in VARIANTS.values():
            if (units.offset and name not in LINEAR) or (units.time != 1 and problem.time is None):
                cells.append("")
                continue
            other = rescaled(problem, units)
            after = error(other, arguments.seeds, arguments.steps)
            good = after <= max(3 * before, rounding(other)) and before <= max(3 * after, rounding(problem))
            inside, whole = inside + good, whole + 1
            cells.append(f"{after:.1e}{'' if good else ' !'}")
        print(f"| {name} | {before:.1e} | {' | '.join(cells)} |", flush=True)
    print(f"\n{inside} of {whole} within a factor of 3, or below ten rounding errors of the largest value")


if __name__ == "__main__":
    main()
