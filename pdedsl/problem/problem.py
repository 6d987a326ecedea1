"""A partial differential equation with all that belongs to it, in SymPy: what a spec means.

A field is a SymPy function of its coordinates, a derivative a `Derivative`, a parameter a symbol whose value stands
beside it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import sympy as sp

from pdedsl.problem import typeset, write
from pdedsl.problem.choices import Choice, Chosen
from pdedsl.problem.derivatives import expand_derivatives
from pdedsl.problem.domain import Coordinate, Domain, Parameter
from pdedsl.problem.printer import write_expression
from pdedsl.problem.shapes import Shape
from pdedsl.problem.statements import (
    Condition,
    Constraint,
    Equation,
    Field,
    FieldGroup,
    FunctionSought,
    FunctionTable,
    Integral,
    Measurement,
    Reference,
    Report,
    Statement,
    grouped,
)
from pdedsl.vocabulary.diagnostics import Diagnostic
from pdedsl.vocabulary.source import Source, Span


@dataclass(frozen=True)
class Text:
    """The text that a problem was read from, with the values that its parameters were given since."""

    text: str
    says: int
    """What `Problem.key` was then: a problem that was changed no longer stands in its text."""
    choices: tuple[Chosen, ...] = ()
    """Those of the text."""


@dataclass(frozen=True)
class Problem:
    """`D[u] = f` in a domain, `B[u] = g` on its boundary, and the numerical choices that came with it."""

    domain: Domain
    fields: tuple[Field, ...]
    equations: tuple[Equation, ...]
    conditions: tuple[Condition, ...] = ()
    penalties: tuple[Constraint, ...] = ()
    """What is to hold as far as data let it: priors, beside what is stated."""
    integrals: tuple[Integral, ...] = ()
    reports: tuple[Report, ...] = ()
    exact: tuple[tuple[str, sp.Expr], ...] = ()
    """The known solutions, by field."""
    references: tuple[Reference, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    tables: tuple[FunctionTable, ...] = ()
    laws: tuple[FunctionSought, ...] = ()
    """Functions that are sought."""
    choices: tuple[Chosen, ...] = ()
    title: str = ""
    source: Source = field(default=Source(""), compare=False, repr=False)
    text: Text | None = field(default=None, compare=False, repr=False)
    vectors: tuple[tuple[str, tuple[str, ...]], ...] = field(default=(), compare=False, repr=False)
    """Fields that were declared to be the components of a vector."""
    exact_spans: tuple[tuple[str, Span], ...] = field(default=(), compare=False, repr=False)
    warnings: tuple[Diagnostic, ...] = field(default=(), compare=False, repr=False)
    stated: "Problem | None" = field(default=None, compare=False, repr=False)
    """The problem as it was written, where this one is it on a fixed interval, or with laws written out as sums (`problem/moving.py`,
    `problem/laws.py`).
    """

    # ---- the domain, which most questions are about --------------------------------------------------------------------

    @property
    def coordinates(self) -> tuple[Coordinate, ...]:
        return self.domain.coordinates

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        return self.domain.parameters

    @property
    def space(self) -> tuple[Coordinate, ...]:
        return self.domain.space

    @property
    def time(self) -> Coordinate | None:
        return self.domain.time

    @property
    def symbols(self) -> tuple[sp.Symbol, ...]:
        """The coordinates in the order of a point: space as declared, then time."""
        return self.domain.symbols

    @property
    def names(self) -> tuple[str, ...]:
        """The coordinates as they were written, in the order of a point."""
        return tuple(c.name for c in (self.stated or self).domain.coordinates)

    @property
    def bounds(self) -> tuple[tuple[float, float], ...]:
        """The interval of each coordinate."""
        return self.domain.bounds

    @property
    def shape(self) -> Shape | None:
        """The domain in space where it is not the box of the coordinates."""
        return self.domain.shape

    # ---- what is stated ------------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        return self.title or self.source.name

    @property
    def statements(self) -> tuple[Statement, ...]:
        return (*self.equations, *self.conditions)

    @cached_property
    def functions(self) -> tuple[sp.Expr, ...]:
        """The fields as they stand in expressions."""
        return tuple(f.expression for f in self.fields)

    @cached_property
    def states(self) -> tuple[Field, ...]:
        """The fields that equations determine: all but those that are to be identified."""
        return tuple(f for f in self.fields if f.sought is None)

    @cached_property
    def settable(self) -> tuple[str, ...]:
        """The parameters that may be given other values: those that are swept, and those that are sought beside data, too."""
        own = (*self.domain.parameters, *self.domain.swept, *(f for f in self.fields if f.noise is not None))
        return tuple(p.name for p in own)

    @cached_property
    def unknowns(self) -> tuple[Field, ...]:
        """The numbers that are sought, as fields of no coordinates; but for the coefficients of laws."""
        return tuple(f for f in self.fields if not f.arguments and f.law is None)

    @cached_property
    def groups(self) -> tuple[FieldGroup, ...]:
        """The fields by what they depend on."""
        return grouped(self.fields)

    @cached_property
    def settings(self) -> dict[str, Choice]:
        """The solve block, by key."""
        return {chosen.key: chosen.value for chosen in self.choices}

    def with_choices(self, choices: Mapping[str, Choice]) -> "Problem":
        """The same problem with other choices for some keys."""
        kept = {c.key: c for c in self.choices} | {key: Chosen(key, value) for key, value in choices.items()}
        return replace(self, choices=tuple(kept.values()))

    def integrals_in(self, expressions: Iterable[sp.Basic]) -> tuple[Integral, ...]:
        """The integrals that some expressions hold."""
        held = set().union(*(e.free_symbols for e in expressions))
        return tuple(i for i in self.integrals if i.symbol in held)

    def totals_in(self, expressions: Iterable[sp.Basic]) -> tuple[Integral, ...]:
        """Those of them that take more than the values about a point."""
        return tuple(i for i in self.integrals_in(expressions) if not i.local)

    def varying(self, expressions: Sequence[sp.Basic]) -> set[sp.Basic]:
        """The coordinates with which some expressions vary, fields as functions of all theirs; integrals not in space, but with what changes
        the shape that they are taken over.
        """
        outer = set().union(*(e.free_symbols for e in expressions)) & set(self.symbols)
        held = self.integrals_in(expressions)
        inner = set().union(*(i.integrand.free_symbols for i in held))
        local = set().union(*(i.integrand.free_symbols for i in held if i.local)) & set(self.symbols)
        over = {self.symbols[k] for k in self.domain.shaping} if any(not i.local for i in held) else set()
        return outer | local | over | ({self.symbols[k] for k in self.domain.other} & inner)

    def put(self, expression: sp.Basic, solution: Mapping[str, sp.Expr]) -> sp.Basic:
        """The expression with the named fields replaced by given expressions, derivatives carried out."""
        known = {f.expression: solution[f.name] for f in self.fields if f.name in solution}
        return expand_derivatives(expression.xreplace(known))

    # ---- files beside the spec -----------------------------------------------------------------------------------------

    def beside(self, file: str) -> Path:
        """A file that the spec names, relative to the spec."""
        return self.source.beside(file)

    def columns(self, table: Reference | Measurement) -> dict[str, str]:
        """The column of a table for each coordinate and field, or measured quantity, that it must hold."""
        if isinstance(table, Reference):
            held, quantities = [f.expression for f in self.fields if f.name in table.fields], table.fields
        else:
            held, quantities = table.values, table.measured
        varying = self.varying(held)
        names = [*(s.name for s in self.symbols if s in varying), *quantities]
        renamed = dict(table.columns)
        found = {name: renamed.get(name, name) for name in names}
        deviation = table.noise if isinstance(table, Measurement) and isinstance(table.noise, str) else None
        return found if deviation is None else {**found, deviation: deviation}

    # ---- as text -------------------------------------------------------------------------------------------------------

    @property
    def key(self) -> int:
        """A hash of all that is stated, choices apart: within one process, problems of one key say the same."""
        stated = (
            self.fields,
            self.equations,
            self.conditions,
            self.penalties,
            self.integrals,
            self.reports,
            self.exact,
        )
        return hash((self.domain, *stated, self.references, self.measurements, self.laws, self.title))

    @property
    def own_text(self) -> str | None:
        """The text that the problem was read from, comments and all, as long as it says the same."""
        return self.text.text if self.text is not None and self.text.says == self.key else None

    @property
    def as_written(self) -> "Problem":
        """The problem that its text states, or its own spec where it has none: without what was chosen since."""
        return self if self.text is None or self.own_text is None else replace(self, choices=self.text.choices)

    def __str__(self) -> str:
        """The problem as a spec, which reads back as the same problem."""
        if self.stated is not None:
            return str(replace(self.stated, choices=self.choices))
        head = ["pde 1", *([f'title "{self.title}"'] if self.title else []), *write.write_domain(self.domain)]
        head += [*write.write_fields(self.fields, self.domain), *write.write_places(self.domain)]
        head += [*map(write.write_table, self.tables), *map(write.write_law, self.laws)]
        known = [f"exact {name} = {write_expression(value)}" for name, value in self.exact]
        known += [*map(write.write_report, self.reports), *map(write.write_reference, self.references)]
        solve = ["solve {", *(f"  {c.key} = {c.value}" for c in self.choices), "}"] if self.choices else []
        stated = [
            *map(write.write_statement, (*self.statements, *self.penalties)),
            *map(write.write_measurement, self.measurements),
        ]
        paragraphs = [head, stated, known, solve]
        return "\n\n".join("\n".join(lines) for lines in paragraphs if lines) + "\n"

    @cached_property
    def typeset(self) -> list[tuple[list[str], str]]:
        """Each scalar statement in LaTeX: its lines, and where it holds."""
        if self.stated is not None:
            return self.stated.typeset
        return typeset.typeset((*self.statements, *self.penalties), self.domain, self.integrals)

    def _repr_latex_(self) -> str:
        return f"$$\\begin{{aligned}}\n{typeset.aligned(self.typeset)}\n\\end{{aligned}}$$"
