"""From the statements of a spec to equations, conditions, reports, tables and numerical choices, or why they are none."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import sympy as sp

from pdedsl.meaning.choices import check_setting
from pdedsl.meaning.declarations import Declared
from pdedsl.meaning.expressions import LARGEST, Walk
from pdedsl.meaning.given import misplaced
from pdedsl.meaning.place import PLACES
from pdedsl.meaning.read import read
from pdedsl.meaning.scope import Scope
from pdedsl.problem.atoms import Normal
from pdedsl.problem.choices import Chosen
from pdedsl.problem.derivatives import occurring, parts
from pdedsl.problem.given import Law
from pdedsl.problem.statements import (
    Boundary,
    Condition,
    Constraint,
    Equation,
    Initial,
    Integral,
    Interface,
    Measurement,
    Place,
    Reference,
    Report,
    Statement,
    is_hard,
)
from pdedsl.syntax import syntax
from pdedsl.syntax.syntax import Spec, each
from pdedsl.vocabulary.diagnostics import Diagnostic, suggest
from pdedsl.vocabulary.source import NOWHERE, Span

Opt = TypeVar("Opt", bound=syntax.Option)

KINDS: dict[str, type[Equation | Condition]] = {c.kind: c for c in (Equation, Boundary, Interface, Initial, Constraint)}


@dataclass(frozen=True)
class Stated:
    """All that a spec states. What is wrong is in `diagnostics` and nowhere else."""

    statements: tuple[Statement, ...]
    reports: tuple[Report, ...]
    references: tuple[Reference, ...]
    measurements: tuple[Measurement, ...]
    choices: tuple[Chosen, ...]
    integrals: tuple[Integral, ...]
    unread: frozenset[str]
    """Kinds of statements of which one could not be read."""
    diagnostics: tuple[Diagnostic, ...]


def state(spec: Spec, declared: Declared, whole: bool) -> Stated:
    """Everything that a spec states; `whole` says whether nothing before was wrong, so that what is not there is missing."""
    scope = declared.scope
    labels, found = _labels(spec)
    statements: list[Statement] = []
    integrals: list[Integral] = []
    unread: set[str] = set()
    spent = 0
    for relation in each(spec, syntax.Relation):
        if spent > LARGEST:
            message = "the expressions of this spec grow too large"
            found.append(Diagnostic("E303", message, relation.sides, "shorten a sum or a `let`"))
            unread |= set(KINDS)
            break
        reading = read(scope, lambda walk, r=relation: _relation(walk, r, labels[id(r)]))
        spent += reading.visits
        found += reading.diagnostics
        integrals += reading.integrals
        if reading.value is None:
            unread.add(relation.kind)
        else:
            statements.append(reading.value)
    unsuitable = {id(s): d for s in statements if (d := _not_hard(s, statements, scope)) is not None}
    found += unsuitable.values()
    unread |= {s.kind for s in statements if id(s) in unsuitable}
    statements = [s for s in statements if id(s) not in unsuitable]
    reports = [read(scope, lambda walk, s=s: _report(walk, s)) for s in each(spec, syntax.ReportValue)]
    tables = list(each(spec, syntax.Table))
    references = [_reference(scope, s, labels[id(s)]) for s in tables if s.kind == "reference"]
    data = [
        (s, read(scope, lambda walk, s=s: _measurement(walk, s, labels[id(s)]))) for s in tables if s.kind == "data"
    ]
    unread |= {"data" for _, reading in data if reading.value is None}
    choices, wrong = _choices(spec, statements, scope, whole and not unread)
    found += [*(d for r in reports for d in r.diagnostics), *(d for _, more in references for d in more), *wrong]
    found += [d for _, reading in data for d in reading.diagnostics]
    integrals += [i for _, reading in data for i in reading.integrals]
    return Stated(
        statements=tuple(statements),
        reports=tuple(r.value for r in reports if r.value is not None),
        references=tuple(reference for reference, _ in references),
        measurements=tuple(reading.value for _, reading in data if reading.value is not None),
        choices=choices,
        integrals=tuple(dict.fromkeys([*integrals, *(i for r in reports for i in r.integrals)])),
        unread=frozenset(unread),
        diagnostics=tuple(found),
    )


# ---- labels ------------------------------------------------------------------------------------------------------------


def _labels(spec: Spec) -> tuple[dict[int, str], list[Diagnostic]]:
    """The name of each statement and table by its identity; E202 for two of one name."""
    relations, tables = list(each(spec, syntax.Relation)), list(each(spec, syntax.Table))
    named = [
        (r, n, r.head, "rename one of them" if r.label else f"label it: `{r.kind} NAME: ...`")
        for r, n in zip(relations, _names(relations), strict=True)
    ]
    named += [(s, s.name.name, s.name.span, "rename it") for s in each(spec, syntax.ReportValue)]
    named += [
        (t, n, t.label.span if t.label else t.keyword, f"label it: `{t.kind} NAME: ...`")
        for t, n in zip(tables, _names(tables), strict=True)
    ]
    labels: dict[int, str] = {}
    places: dict[str, Span] = {}
    found = []
    for statement, name, span, advice in named:
        if name in places:
            also = ((places[name], "the first one"),)
            found.append(Diagnostic("E202", f"a second statement is called `{name}`", span, advice, also))
        labels[id(statement)] = f"{name}'" if name in places else name
        places[name] = span
    return labels, found


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


# ---- equations and conditions --------------------------------------------------------------------------------------------


def _option(options: tuple[syntax.Option, ...], kind: type[Opt]) -> Opt | None:
    return next((o for o in options if isinstance(o, kind)), None)


def _relation(walk: Walk, relation: syntax.Relation, name: str) -> Statement | None:
    """What a statement means; None where it is wrong, after all that is wrong with it was reported."""
    place = PLACES[relation.kind]
    left, right = (walk.tensor(side, place) for side in (relation.lhs, relation.rhs))
    terms = tuple(walk.terms)
    weight, hard, on = _weight(walk, relation), _option(relation.options, syntax.Hard), _places(walk, relation)
    part, at = _within(walk, relation), _at(walk, relation.options)
    if hard and (weighed := _option(relation.options, syntax.Weight)):
        message, also = "a hard condition holds exactly: a weight has no meaning", (weighed.span, "the weight")
        walk.wrong("E303", message, hard.span, "remove `hard` or the weight", also)
    if left is None or right is None or weight is False or on is None or part is False:
        return None
    if left.shape != right.shape and not left.zero and not right.zero:
        message = f"the left side is {left.words}, the right side {right.words}"
        also = ((left.span, left.words), (right.span, right.words))
        walk.wrong("E301", message, relation.sides, "both sides must have the same rank", *also)
        return None
    count = max(len(left.entries), len(right.entries))
    lhs, rhs = (t.entries * count if t.zero and len(t.entries) < count else t.entries for t in (left, right))
    differences = [a - b for a, b in zip(lhs, rhs, strict=True)]
    integrands = [i.integrand for s, i in walk.integrals.items() if any(s in e.free_symbols for e in differences)]
    if not occurring((*differences, *integrands)) and not any(e.atoms(Law) for e in differences):
        known = ", ".join(walk.scope.names.of("field"))
        help_ = f"the fields are {known}" if known else "declare one: field u(x)"
        walk.wrong("E509", f"this {KINDS[relation.kind].words} holds no unknown", relation.sides, help_)
        return None
    if misplaced(walk, differences, relation.sides):
        return None
    said: dict[str, Any] = {"weight": weight, "span": relation.sides, "head": relation.head, "terms": terms}
    exactly: dict[str, Any] = {"hard": hard is not None, "hard_span": hard.span if hard else NOWHERE}
    match relation.kind:
        case "equation" | "constraint" if hard:
            message = f"this {KINDS[relation.kind].words} cannot be built into the solution"
            walk.wrong("E303", message, hard.span, "`hard` belongs to `boundary` and `initial`")
            return None
        case "equation":
            return Equation(name, lhs, rhs, **said, part=part)
        case "boundary":
            return Boundary(name, lhs, rhs, **said, **exactly, on=on)
        case "interface" if hard:
            message = "an interface condition cannot be built into the solution"
            walk.wrong("E303", message, hard.span, "`hard` belongs to `boundary` and `initial`")
            return None
        case "interface":
            return Interface(name, lhs, rhs, **said, on=on)
        case "initial":
            return Initial(name, lhs, rhs, **said, **exactly)
        case "constraint":
            own = _option(relation.options, syntax.Weight)
            automatic = own is not None and _auto(walk, own)
            span = at_.span if (at_ := _option(relation.options, syntax.At)) else NOWHERE
            return None if at is False else Constraint(name, lhs, rhs, **said, at=at, at_span=span, automatic=automatic)


def _weight(walk: Walk, relation: syntax.Relation | syntax.Table) -> sp.Expr | Literal[False] | None:
    """A weight that was written; False if it is wrong."""
    option = _option(relation.options, syntax.Weight)
    if option is None:
        return None
    if _auto(walk, option):
        if relation.kind not in ("constraint", "data"):
            help_ = "it may stand in `constraint` and `data`: write a number"
            walk.wrong(
                "E304", f"`weight auto` has no meaning in {PLACES[relation.kind].words}", option.value.span, help_
            )
            return False
        if _option(relation.options, syntax.Noise):
            walk.wrong("E304", "the noise of data says what they weigh", option.value.span, "remove `weight auto`")
            return False
        return None
    weight = walk.scalar(option.value, PLACES["weight"])
    number = None if weight is None else walk.constant(weight)
    if number is not None and number <= 0:
        help_ = "leave it out for one that suits the equations"
        walk.wrong("E303", "a weight must be positive", option.value.span, help_)
        return False
    return False if weight is None else weight


def _auto(walk: Walk, weight: syntax.Weight) -> bool:
    """Whether a weight is left to the data: `weight auto`."""
    return weight.automatic and "auto" not in walk.scope.names.declared


def _places(walk: Walk, relation: syntax.Relation) -> tuple[Place, ...] | None:
    """The entries of `on`; None if one is wrong. `or` means what the comma means."""
    option = _option(relation.options, syntax.On)
    found: list[Place] = []
    right = True
    for entry in option.places if option else ():
        condition = walk.condition(entry, PLACES["on"])
        if condition is None:
            right = False
            continue
        split = isinstance(condition, sp.Or) and relation.kind != "interface"
        each = condition.args if split else (condition,)
        found += [Place(one, entry.span) for one in sorted(each, key=sp.default_sort_key)]
    return tuple(found) if right else None


def _within(walk: Walk, relation: syntax.Relation) -> str | Literal[False] | None:
    """The part of the domain where an equation is to hold; False if there is none of that name."""
    option = _option(relation.options, syntax.Within)
    if option is None:
        return None
    name, names = option.part.name, walk.scope.names
    declaration = names.declared.get(name)
    if declaration is None or declaration.kind not in ("part", "broken"):
        help_ = suggest(name, names.of("part")) or f"declare it: part {name}: x > 0"
        walk.wrong("E201", f"there is no part `{name}`", option.part.span, help_)
        return False
    return name if name in walk.scope.parts else None


def _at(walk: Walk, options: tuple[syntax.Option, ...]) -> tuple[sp.Expr, ...] | Literal[False] | None:
    """The point of a constraint or report: coordinates in space, then the time or nothing; False if it is wrong."""
    option = _option(options, syntax.At)
    if option is None:
        return None
    values = [walk.scalar(e, PLACES["point"]) for e in option.point]
    if any(v is None for v in values):
        return False
    coordinates = [c for c in walk.scope.coordinates if c.kind != "parameter"]
    space, all_ = len(walk.scope.space), len(coordinates)
    if len(values) not in (space, all_):
        names = ", ".join(c.name for c in coordinates)
        message = f"a point has {space} coordinates{' and a time' if all_ > space else ''}, not {len(values)}"
        walk.wrong("E303", message, option.span, f"write at ({names}) in numbers")
        return False
    moving = set(walk.scope.ends.values())
    for value, coordinate in zip(values, coordinates, strict=False):
        if {coordinate.lower, coordinate.upper} & moving:
            continue  # who knows where they will be
        found = [own for e in (coordinate.lower, value, coordinate.upper) if e is not None and (own := walk.about(e))]
        outside = (own for own in zip(*found, strict=True) if len(own) == 3 and not own[0] <= own[1] <= own[2])
        if (own := next(outside, None)) is not None:
            lower, number, upper = own
            message = f"{coordinate.name} = {number:g} lies outside [{lower:g}, {upper:g}]"
            walk.wrong("E402", message, option.span, "choose a point of the domain")
            return False
    return tuple(v for v in values if v is not None)


def _not_hard(statement: Statement, statements: Sequence[Statement], scope: Scope) -> Diagnostic | None:
    """E303 for a hard condition that does not give a field its value, or at the start of time its rate of change, too."""
    if not is_hard(statement) or not isinstance(statement, Boundary | Initial):
        return None
    functions = list(scope.fields.values())
    allowed: set[sp.Expr] = set(functions)
    time = next((c.symbol for c in scope.coordinates if c.kind == "time"), None)
    forms = "`u = g`, with g free of fields and unknowns"
    if isinstance(statement, Initial):
        forms += ", and `dt(u) = g` below a hard `u = g`"
        before = [s for s in statements[: statements.index(statement) + 1] if isinstance(s, Initial) and s.hard]
        given = {e for s in before for e in s.lhs}
        allowed |= {sp.Derivative(f, time) for f in functions if time is not None and time in f.args and f in given}
    sought = {s for n, s in scope.parameters.items() if scope.names.declared[n].kind == "unknown"}
    data_free = not occurring(statement.rhs) and not any(
        isinstance(part, Normal) or part in sought for e in statement.rhs for part in parts(e)
    )
    if data_free and all(e in allowed for e in statement.lhs):
        return None
    message = f"this {statement.words} cannot be built into the solution"
    return Diagnostic("E303", message, statement.hard_span, f"`hard` takes {forms}; remove `hard` otherwise")


# ---- reports, references, choices ------------------------------------------------------------------------------------


def _report(walk: Walk, statement: syntax.ReportValue) -> Report | None:
    value = walk.scalar(statement.value, PLACES["report"])
    terms, at = tuple(walk.terms), _at(walk, statement.options)
    span = option.span if (option := _option(statement.options, syntax.At)) else NOWHERE
    return None if value is None or at is False else Report(statement.name.name, value, at, terms, span)


def _measurement(walk: Walk, table: syntax.Table, label: str) -> Measurement | None:
    """Measured values of fields, or of an expression."""
    if table.value is None:
        reference, wrong = _reference(walk.scope, table, label)
        walk.diagnostics += wrong
        known = [walk.scope.fields.get(name) for name in reference.fields]
        values, measured = [v for v in known if v is not None], reference.fields
        right = not wrong and len(values) == len(known)
        columns = reference.columns
    else:
        assert table.column is not None
        value = walk.scalar(table.value, PLACES["data"])
        values, measured, right = [value] if value is not None else [], (table.column.text,), value is not None
        option = _option(table.options, syntax.Columns)
        columns = tuple((n.name, t.text) for n, t in option.columns) if option else ()
        names = [c.name for c in walk.scope.coordinates]
        for name, _ in option.columns if option else ():
            if name.name not in names:
                help_ = suggest(name.name, names) or f"choose from: {', '.join(names)}"
                walk.wrong("E201", f"`{name.name}` is not a coordinate", name.span, help_)
                right = False
        integrands = [i.integrand for i in walk.integrals.values()]
        declared, numbers = walk.scope.names.declared, walk.scope.parameters.items()
        sought = {symbol for n, symbol in numbers if n in declared and declared[n].kind == "unknown"}
        if value is not None and not (occurring((value, *integrands)) or value.free_symbols & sought):
            walk.wrong(
                "E509", "this measures nothing that is solved for", table.value.span, "name a field or an unknown in it"
            )
            right = False
    noise = _option(table.options, syntax.Noise)
    deviation: sp.Expr | str | None = None
    match noise:
        case syntax.Noise(value=syntax.Text(text=column)):
            deviation = column
        case syntax.Noise():
            deviation = walk.deviation(noise.value)
            if deviation is None:
                return None
    importance = _weight(walk, table)
    if importance is False:
        return None
    if not right:
        return None
    robust, head = _option(table.options, syntax.Robust) is not None, table.label.span if table.label else table.keyword
    rest = (deviation, robust, importance, table.file.span, head)
    return Measurement(label, tuple(values), measured, table.file.text, columns, *rest)


def _reference(scope: Scope, table: syntax.Table, label: str) -> tuple[Reference, list[Diagnostic]]:
    found: list[Diagnostic] = []
    for name in table.fields:
        declaration = scope.names.declared.get(name.name)
        if declaration is None or declaration.kind not in ("field", "broken"):
            fields = scope.names.of("field")
            help_ = suggest(name.name, fields) or f"the fields are {', '.join(fields)}"
            found.append(Diagnostic("E201", f"there is no field `{name.name}`", name.span, help_))
    columns = _option(table.options, syntax.Columns)
    pairs = columns.columns if columns else ()
    known = [*(c.name for c in scope.coordinates), *(n.name for n in table.fields)]
    for group in ([n for n, _ in pairs], list(table.fields)):
        for place, name in enumerate(group):
            if name.name in [n.name for n in group[:place]]:
                found.append(Diagnostic("E202", f"`{name.name}` stands here twice", name.span, "remove one"))
    for name, _ in pairs:
        if name.name not in known:
            help_ = suggest(name.name, known) or f"choose from: {', '.join(known)}"
            found.append(Diagnostic("E201", f"`{name.name}` is not a column of this table", name.span, help_))
    fields = tuple(n.name for n in table.fields)
    return Reference(label, fields, table.file.text, tuple((n.name, t.text) for n, t in pairs), table.file.span), found


def _choices(
    spec: Spec, statements: Sequence[Statement], scope: Scope, whole: bool
) -> tuple[tuple[Chosen, ...], list[Diagnostic]]:
    """The settings of the solve block."""
    coordinates = [c.name for c in scope.coordinates if c.kind != "parameter"]
    known = {"statement": [s.name for s in statements], "field": [*scope.fields], "coordinate": coordinates}
    owners = known if whole else None
    chosen: dict[str, Chosen] = {}
    keys: dict[str, Span] = {}
    found: list[Diagnostic] = []
    for setting in (s for block in each(spec, syntax.SolveBlock) for s in block.settings):
        checked = check_setting(setting, owners, len(scope.coordinates))
        found += checked.diagnostics
        span = setting.key[0].span | setting.key[-1].span
        if checked.key in chosen:
            also = ((keys[checked.key], "the first one"),)
            found.append(Diagnostic("E202", f"`{checked.key}` is set twice", span, "remove one", also))
        elif checked.value is not None:
            chosen[checked.key], keys[checked.key] = Chosen(checked.key, checked.value, setting.value.span), span
    return tuple(chosen.values()), found
