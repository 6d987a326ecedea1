"""From the statements of a spec to equations, conditions, reports, tables and numerical choices, or why they are none."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

import sympy as sp

from pdedsl.meaning.choices import check_setting
from pdedsl.meaning.declarations import Declarations
from pdedsl.meaning.expressions import PLACES
from pdedsl.problem.problem import Choice, Condition, Equation, Field, Reference, Report, normal, occurring
from pdedsl.syntax import syntax
from pdedsl.vocabulary.source import NOWHERE, Diagnostic, Span, suggest
from pdedsl.vocabulary.tensor import Tensor


@dataclass
class Statements:
    """The statements of a spec, read with what its names mean."""

    scope: Declarations
    _labels: dict[str, Span] = field(default_factory=dict)
    """The names of statements, reports and tables, and where they stand."""
    _hard_starts: set[sp.Expr] = field(default_factory=set)
    """Fields whose initial value is hard, so that their initial slope may be hard as well."""

    def relations(self) -> Iterator[Equation]:
        """Equations and conditions; E202 for two of one name."""
        relations = [s for s in self.scope.of(syntax.Relation) if isinstance(s, syntax.Relation)]
        for relation, name in zip(relations, _names(relations), strict=True):
            taken = self._take(name, relation.head, f"label it: `{relation.kind} NAME: ...`")
            found = self._relation(relation, f"{name}'" if taken else name)
            if found is None:
                self.scope.defective.add(relation.kind)
            else:
                yield found

    def _take(self, name: str, span: Span, help_: str) -> bool:
        """Whether a name of a statement was there before; then it has been reported."""
        taken = name in self._labels
        if taken:
            also = ((self._labels[name], "the first one"),)
            self.scope.report(Diagnostic("E202", f"a second statement is called `{name}`", span, help_, also))
        self._labels[name] = span
        return taken

    def _relation(self, relation: syntax.Relation, name: str) -> Equation | None:
        place = PLACES[relation.kind]
        self.scope.walk.terms = []
        left, right = (self.scope.walk.tensor(side, place) for side in (relation.lhs, relation.rhs))
        terms = tuple(self.scope.walk.terms)
        weight, hard, where, places = self._options(relation)
        part = self._within(relation)
        if left is None or right is None or where is None:
            return None
        shape = right.shape if left.zero else left.shape
        if left.shape != right.shape and not left.zero and not right.zero:
            also = ((left.span, left.words), (right.span, right.words))
            message = f"the left side is {left.words}, the right side {right.words}"
            self.scope.report(Diagnostic("E301", message, relation.sides, "both sides must have the same rank", also))
            return None
        count = max(len(left.entries), len(right.entries))
        lhs, rhs = (t.entries * count if t.zero and len(t.entries) < count else t.entries for t in (left, right))
        integrands = [
            i.integrand for s, i in self.scope.walk.integrals.items() if any(s in e.free_symbols for e in (*lhs, *rhs))
        ]
        differences = [a - b for a, b in zip(lhs, rhs, strict=True)]
        if not occurring((*differences, *integrands), self._known_fields()):
            message = f"this {_WORDS[relation.kind]} holds no unknown"
            known = ", ".join(self.scope.names.of("field"))
            self.scope.report(
                Diagnostic(
                    "E509", message, relation.sides, f"the fields are {known}" if known else "declare one: field u(x)"
                )
            )
            return None
        if hard and not self._can_be_hard(relation, hard, Tensor(lhs, shape), Tensor(rhs, shape)):
            return None
        head = {"weight": weight, "span": relation.sides, "head": relation.head, "terms": terms}
        if relation.kind == "equation":
            return Equation(name, lhs, rhs, **head, part=part)
        at = self._at(relation.options)
        if at is False:
            return None
        kind = relation.kind
        return Condition(
            name,
            lhs,
            rhs,
            **head,
            kind=kind,
            where=where,
            places=places,
            hard=hard is not None,
            at=at,
            at_span=_at_span(relation.options),
            hard_span=hard.span if hard else NOWHERE,
        )

    def _at(self, options: tuple[syntax.Option, ...]) -> tuple[sp.Expr, ...] | Literal[False] | None:
        """The point of a constraint or report: coordinates in space, then the time or nothing; False if it is wrong."""
        option = next((o for o in options if isinstance(o, syntax.At)), None)
        if option is None:
            return None
        values = [self.scope.walk.scalar(e, PLACES["point"]) for e in option.point]
        if any(v is None for v in values):
            return False
        coordinates = self.scope.walk.coordinates
        space, all_ = len(self.scope.walk.space), len(coordinates)
        if len(values) not in (space, all_):
            names = ", ".join(c.name for c in coordinates)
            message = (
                f"a point has {space} coordinates" + (" and a time" if all_ > space else "") + f", not {len(values)}"
            )
            self.scope.report(Diagnostic("E303", message, option.span, f"write at ({names}) in numbers"))
            return False
        for value, coordinate in zip(values, coordinates, strict=False):
            lower, number, upper = (
                self.scope.walk.constant(e) for e in (coordinate.lower, value, coordinate.upper) if e is not None
            )
            if lower is not None and number is not None and upper is not None and not lower <= number <= upper:
                message = f"{coordinate.name} = {number:g} lies outside [{lower:g}, {upper:g}]"
                self.scope.report(Diagnostic("E402", message, option.span, "choose a point of the domain"))
                return False
        return tuple(v for v in values if v is not None)

    def reports(self) -> Iterator[Report]:
        """What is to be evaluated on the solution."""
        for statement in self.scope.of(syntax.ReportValue):
            assert isinstance(statement, syntax.ReportValue)
            self._take(statement.name.name, statement.name.span, "rename it")
            self.scope.walk.terms = []
            value = self.scope.walk.scalar(statement.value, PLACES["report"])
            terms = tuple(self.scope.walk.terms)
            at = self._at(statement.options)
            if value is not None and at is not False:
                yield Report(statement.name.name, value, at, terms, _at_span(statement.options))

    def _known_fields(self) -> list[Field]:
        return [
            Field(name, tuple(s for s in e.args if isinstance(s, sp.Symbol)))
            for name, e in self.scope.walk.fields.items()
        ]

    def _options(
        self, relation: syntax.Relation
    ) -> tuple[sp.Expr | None, syntax.Hard | None, tuple[sp.Basic, ...] | None, tuple[Span, ...]]:
        weight: sp.Expr | None = None
        hard: syntax.Hard | None = None
        where: list[sp.Basic] | None = []
        places: list[Span] = []
        weighed: syntax.Weight | None = None
        for option in relation.options:
            match option:
                case syntax.Hard():
                    hard = option
                case syntax.Weight():
                    weighed = option
                    weight = self.scope.walk.scalar(option.value, PLACES["weight"])
                    number = None if weight is None else self.scope.walk.constant(weight)
                    if number is not None and number <= 0:
                        message, help_ = "a weight must be positive", "leave it out for one that suits the equations"
                        self.scope.report(Diagnostic("E303", message, option.value.span, help_))
                        where = None
                    elif weight is None:
                        where = None
                case syntax.On():
                    for entry in option.places:
                        condition = self._where(entry)
                        if condition is None:
                            where = None
                        elif where is not None:
                            # `or` means what the comma means.
                            entries = condition.args if isinstance(condition, sp.Or) else (condition,)
                            where.extend(sorted(entries, key=sp.default_sort_key))
                            places.extend([entry.span] * len(entries))
        if hard and weighed:
            message = "a hard condition holds exactly: a weight has no meaning"
            self.scope.report(
                Diagnostic("E303", message, hard.span, "remove `hard` or the weight", ((weighed.span, "the weight"),))
            )
        return weight, hard, None if where is None else tuple(where), tuple(places)

    def _within(self, relation: syntax.Relation) -> str | None:
        """The part of the domain where an equation is to hold."""
        option = next((o for o in relation.options if isinstance(o, syntax.Within)), None)
        if option is None:
            return None
        declaration = self.scope.names.declared.get(option.part.name)
        if declaration is None or declaration.kind not in ("part", "broken"):
            help_ = (
                suggest(option.part.name, self.scope.names.of("part")) or f"declare it: part {option.part.name}: x > 0"
            )
            self.scope.report(Diagnostic("E201", f"there is no part `{option.part.name}`", option.part.span, help_))
            self.scope.defective.add("*")
            return None
        return option.part.name if self.scope.parts.get(option.part.name) is not None else None

    def _where(self, entry: syntax.Expression) -> sp.Basic | None:
        if isinstance(entry, syntax.Name) and entry.name == "all":
            return sp.true
        return self.scope.walk.condition(entry, PLACES["on"])

    def _can_be_hard(self, relation: syntax.Relation, hard: syntax.Hard, lhs: Tensor, rhs: Tensor) -> bool:
        """A hard condition gives a field its value; at the start of time its rate of change, too."""
        fields = self._known_fields()
        functions = [f.expression for f in fields]
        time = next((c.symbol for c in self.scope.walk.coordinates if c.kind == "time"), None)
        allowed = set(functions)
        if relation.kind == "initial" and time is not None:
            allowed |= {sp.Derivative(f, time) for f in functions if time in f.args and f in self._hard_starts}
            self._hard_starts |= {e for e in lhs.entries if e in functions}
        data_free = not occurring(rhs.entries, fields) and not any(
            e.free_symbols & set(normal(99)) for e in rhs.entries
        )
        if relation.kind in ("equation", "constraint") or not data_free or not all(e in allowed for e in lhs.entries):
            forms = "`u = g`, with g free of fields" + (
                ", and `dt(u) = g` below a hard `u = g`" if relation.kind == "initial" else ""
            )
            message = f"this {_WORDS[relation.kind]} cannot be built into the solution"
            help_ = f"`hard` takes {forms}; remove `hard` otherwise"
            if relation.kind in ("equation", "constraint"):
                help_ = "`hard` belongs to `boundary` and `initial`"
            self.scope.report(Diagnostic("E303", message, hard.span, help_))
            return False
        return True

    def references(self) -> Iterator[Reference]:
        tables = [s for s in self.scope.of(syntax.Table) if isinstance(s, syntax.Table) and s.kind == "reference"]
        for table, label in zip(tables, _names(tables), strict=True):
            self._take(label, table.label.span if table.label else table.keyword, "label it: `reference NAME: ...`")
            for name in table.fields:
                declaration = self.scope.names.declared.get(name.name)
                if declaration is None or declaration.kind not in ("field", "broken"):
                    help_ = (
                        suggest(name.name, self.scope.names.of("field"))
                        or f"the fields are {', '.join(self.scope.names.of('field'))}"
                    )
                    self.scope.report(Diagnostic("E201", f"there is no field `{name.name}`", name.span, help_))
            columns = [o for o in table.options if isinstance(o, syntax.Columns)]
            pairs = columns[0].columns if columns else ()
            known = [*(c.name for c in self.scope.coordinates), *(n.name for n in table.fields)]
            listed = [*(n for n, _ in pairs)]
            for group in (listed, list(table.fields)):
                for place, name in enumerate(group):
                    if name.name in [n.name for n in group[:place]]:
                        self.scope.report(
                            Diagnostic("E202", f"`{name.name}` stands here twice", name.span, "remove one")
                        )
            for name, _ in pairs:
                if name.name not in known:
                    help_ = suggest(name.name, known) or f"choose from: {', '.join(known)}"
                    self.scope.report(
                        Diagnostic("E201", f"`{name.name}` is not a column of this table", name.span, help_)
                    )
            yield Reference(
                label,
                tuple(n.name for n in table.fields),
                table.file.text,
                tuple((n.name, t.text) for n, t in pairs),
                table.file.span,
            )

    def choices(self, statements: list[Equation]) -> tuple[tuple[tuple[str, Choice], ...], dict[str, Span]]:
        """The settings of the solve block, and where their values stand."""
        blocks = {s.name: "hard" if getattr(s, "hard", False) else "soft" for s in statements}
        found: dict[str, tuple[Choice, Span]] = {}
        places: dict[str, Span] = {}
        for statement in self.scope.of(syntax.Solve):
            assert isinstance(statement, syntax.Solve)
            for setting in statement.settings:
                checked = check_setting(setting, blocks, not self.scope.defective, len(self.scope.walk.coordinates))  # pyright: ignore[reportArgumentType]
                for diagnostic in checked.diagnostics:
                    self.scope.report(diagnostic)
                span = setting.key[0].span | setting.key[-1].span
                if checked.key in found:
                    also = ((found[checked.key][1], "the first one"),)
                    self.scope.report(Diagnostic("E202", f"`{checked.key}` is set twice", span, "remove one", also))
                elif checked.value is not None:
                    found[checked.key] = checked.value, span
                    places[checked.key] = setting.value.span
        return tuple((key, value) for key, (value, _) in found.items()), places


_WORDS = {
    "equation": "equation",
    "boundary": "boundary condition",
    "initial": "initial condition",
    "constraint": "constraint",
}


def _at_span(options: tuple[syntax.Option, ...]) -> Span:
    return next((o.span for o in options if isinstance(o, syntax.At)), NOWHERE)


def _names(statements: Sequence[syntax.Relation | syntax.Table]) -> list[str]:
    """The label of each statement; without one its kind, from the second on with its number among those without."""
    counts: dict[str, int] = {}
    names = []
    for statement in statements:
        if statement.label is not None:
            names.append(statement.label.name)
            continue
        n = counts[statement.kind] = counts.get(statement.kind, 0) + 1
        names.append(statement.kind if n == 1 else f"{statement.kind}{n}")
    return names
