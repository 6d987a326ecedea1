"""From unknown functions, in pairs with each other or with a number, to those that enter together only: W505.

Where the arguments of both are the same, they and their derivatives are numbers, and everything else that a statement holds may have
any value. Nothing tells two apart if no statement changes, at any such place, where one is changed and the other one with it: `q` and
`f` in `q(x) + f(x)`, `c` and `q` in `c*q(x)`. Functions with derivatives are multiplied by a number, or have one added.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any, Literal, NamedTuple

import numpy as np
import sympy as sp

from pdedsl.checker.entangled import SAME, Row, combination, slopes, together, unchanged
from pdedsl.checker.probe import interior, points_of
from pdedsl.problem.derivatives import TooLarge, expand_derivatives
from pdedsl.problem.given import Law
from pdedsl.problem.problem import Problem
from pdedsl.problem.symbol import stand_ins
from pdedsl.vocabulary.diagnostics import Diagnostic
from pdedsl.vocabulary.source import Span

PLACES = 3
"""The places at which a combination is looked for."""

Way = Literal["times", "plus"]
"""How an unknown is changed: multiplied by a number, or with one added."""


@dataclass(frozen=True)
class _Sought:
    """A number or a function that is sought."""

    name: str
    span: Span
    arguments: tuple[sp.Expr, ...]
    """Coordinates, and the fields of a law; none of a number."""
    jets: Mapping[Any, sp.Symbol]
    """What stands for it, and for each of its derivatives, in expressions."""

    @property
    def plain(self) -> np.ndarray:
        """1 for itself and 0 for derivatives, shape (jets,)."""
        return np.asarray(
            [not (isinstance(j, sp.Derivative) or any(getattr(j, "orders", ()))) for j in self.jets], float
        )


class _Place(NamedTuple):
    """What statements and data make of two unknowns where their arguments are the same."""

    rows: list[Row]
    """With a column for each jet."""
    worth: np.ndarray
    """Of the jets."""


def inseparable(problem: Problem) -> Iterator[Diagnostic]:
    """W505: the first pair of unknowns, at least one a function, that statements and data hold as one combination."""
    if not problem.laws and not any(f.sought is not None and f.arguments for f in problem.fields):
        return
    try:
        unknowns = _unknowns(problem)
    except TooLarge:
        return
    for pair in combinations(unknowns, 2):
        if pair[1].arguments and (found := _Pair(problem, pair).combination) is not None:
            message = together([own.name for own in pair], found)
            yield Diagnostic("W505", message, pair[1].span, "give one of them, or measure what tells them apart")
            return


def _unknowns(problem: Problem) -> list[_Sought]:
    """Those that statements and data hold, numbers first."""
    held = [r for s in problem.statements for r in s.residual] + [v for m in problem.measurements for v in m.values]
    expressions = [expand_derivatives(e) for e in (*held, *(i.integrand for i in problem.integrals))]
    parts = {a: a.expr if isinstance(a, sp.Derivative) else a for e in expressions for a in stand_ins(e)[1].values()}
    laws = sorted(set[Any]().union(*(e.atoms(Law) for e in expressions)), key=sp.default_sort_key)
    found = [_Sought(p.name, p.span, (), {p.symbol: p.symbol}) for p in problem.domain.sought]
    for f in problem.fields:
        if f.sought is not None and f.arguments:
            own = {a: sp.Dummy(real=True) for a, field in parts.items() if field == f.expression}
            found.append(_Sought(f.name, f.span, f.arguments, own))
    for law in problem.laws:
        own = {a: sp.Dummy(real=True) for a in laws if a.title == law.name}
        found.append(_Sought(law.name, law.span, law.arguments, own))
    return [own for own in found if own.jets]


class _Pair:
    """Two unknowns, the first of which may be a number."""

    def __init__(self, problem: Problem, pair: tuple[_Sought, _Sought]):
        self.problem, self.pair = problem, pair
        self.jets = {**pair[0].jets, **pair[1].jets}
        self.arguments = sorted({a for own in pair for a in own.arguments}, key=sp.default_sort_key)
        self.columns = [problem.domain.column(a) for a in self.arguments if a.is_Symbol]

    @property
    def combination(self) -> str | None:
        """What of both is all that is told, in words, nothing where it has no simple form; None where they are told apart."""
        a, b = self.pair
        if len(a.jets) == len(b.jets) == 1 and a.arguments in ((), b.arguments):
            # Each stands for itself alone and may change as it likes from place to place, whatever it is at one face.
            places = [self._place(k, faces=not a.arguments) for k in range(PLACES)]
            if (found := self._told(places, ("times", "times"), anyhow=True)) is not None:
                return found
        places = [self._place(k) for k in range(PLACES)]
        ways = product(("times", "plus") if a.arguments else ("times",), ("times", "plus"))
        return next((found for own in ways if (found := self._told(places, own)) is not None), None)

    def _place(self, number: int, faces: bool = True) -> _Place:
        """One of the places; without the faces on which one of their arguments has one value, if need be."""
        generator, problem, rows = np.random.default_rng(number), self.problem, list[Row]()
        worth = [1.0 if jet == own else generator.uniform(0.5, 2.0) for jet, own in self.jets.items()]  # numbers stay
        values = dict(zip(self.jets.values(), worth, strict=True))
        fixed = {a: sp.Float(generator.normal()) for a in self.arguments if not a.is_Symbol}
        inner = interior(problem.domain)

        def note(expressions: Sequence[Any], points: np.ndarray, stated: bool = False) -> None:
            points = points.copy()
            points[:, self.columns] = np.where(np.ptp(points, axis=0) > 0, inner[number], points[0])[self.columns]
            for expression in expressions:
                plain, back = stand_ins(expand_derivatives(expression).xreplace(self.jets))
                plain = plain.xreplace({dummy: fixed.get(atom, atom) for dummy, atom in back.items()})
                for own, slope in slopes(problem, plain, points, values, generator):
                    rows.append((slope, own if stated and np.ptp(own) > 0 else None))

        note([v for m in problem.measurements for v in m.values], inner)
        note([p.symbol for p in problem.domain.sought if p.noise is not None], inner)
        for statement in problem.statements:
            points = points_of(problem, statement)
            if faces or np.ptp(points, axis=0)[self.columns].all():
                note(statement.residual, points, stated=True)
                note([i.integrand for i in problem.integrals_in(statement.residual)], points)
        return _Place(rows, np.asarray(worth))

    def _told(self, places: Sequence[_Place], ways: tuple[Way, Way], anyhow: bool = False) -> str | None:
        """The combination that stays where both are changed, each in one way; in the same ratio at all places, if not `anyhow`."""
        count, ratios, words = len(self.pair[0].jets), list[float](), set[str]()
        for rows, worth in places:
            parts, plain = (worth[:count], worth[count:]), [own.plain for own in self.pair]
            along = [part if way == "times" else own for part, own, way in zip(parts, plain, ways, strict=True)]
            found = unchanged(
                [(np.stack([s[:, :count] @ along[0], s[:, count:] @ along[1]], axis=1), own) for s, own in rows], 2
            )
            found = found[np.abs(found).min(axis=1) > SAME]
            if len(found) != 1:
                return None
            ratios.append(found[0, 0] / found[0, 1])
            if all(own.any() for own in plain):
                size = [float(part @ own) for part, own in zip(parts, plain, strict=True)]
                change = [c if way == "times" else c / s for c, s, way in zip(found[0], size, ways, strict=True)]
                words.add(combination([own.name for own in self.pair], change, size))
        if not (anyhow or np.ptp(ratios) <= SAME * np.abs(ratios).max()):
            return None
        return words.pop() if len(words) == 1 else ""
