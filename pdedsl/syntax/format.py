"""From a Spec to its canonical text: one spelling, comments and single blank lines kept."""

from collections.abc import Iterable

from pdedsl.syntax import syntax
from pdedsl.syntax.syntax import Node, Spec, Statement

# Binding strengths, loosest first; an operand that binds less than its place demands gets parentheses.
_OR, _AND, _NOT, _COMPARISON, _SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(9)


def format_spec(spec: Spec) -> str:
    """Canonical text that parses to the same Spec. Statements that could not be read are kept as they are."""
    source = spec.source
    items: list[tuple[int, int, str]] = []
    heads = _aligned(spec)
    for statement in spec.statements:
        first, last = (source.position(p)[0] for p in (statement.span.start, statement.span.end))
        items.append((first, last, _statement(statement, spec, heads.get(id(statement), 0))))
    for broken in spec.broken:
        first, last = (source.position(p)[0] for p in (broken.span.start, broken.span.end))
        items.append((first, last, source.text[broken.span.start : broken.span.end]))
    inside = [(first, last) for first, last, _ in items if last > first]
    for comment in spec.comments:
        line = source.position(comment.span.start)[0]
        home = next((pair for pair in inside if pair[0] <= line <= pair[1]), None)
        text = _comment(source.text[comment.span.start : comment.span.end])
        if comment.alone and home is None:
            items.append((line, line, text))
    items.sort(key=lambda item: item[0])
    lines: list[str] = []
    previous = 0
    for first, last, text in items:
        if lines and first > previous + 1:
            lines.append("")
        trailing = _trailing(spec, first, last) if not text.startswith("#") else []
        if "{" not in text and last > first:
            lines.extend(trailing)
            trailing = []
        lines.append("  ".join([text, *trailing]) if "{" not in text else text)
        previous = last
    return "\n".join(lines) + "\n"


def _comment(text: str) -> str:
    return text.rstrip()


def _trailing(spec: Spec, first: int, last: int) -> list[str]:
    """The comments on the lines of a statement."""
    found = []
    for comment in spec.comments:
        line = spec.source.position(comment.span.start)[0]
        if first <= line <= last and (not comment.alone or last > first):
            found.append(_comment(spec.source.text[comment.span.start : comment.span.end]))
    return found


def _aligned(spec: Spec) -> dict[int, int]:
    """The width of the heads of neighbouring equations and conditions, so that their left sides line up."""
    widths: dict[int, int] = {}
    group: list[syntax.Relation] = []

    def finish() -> None:
        width = max((len(_head(r)) for r in group), default=0)
        widths.update((id(r), width) for r in group)
        group.clear()

    last = -1
    for statement in spec.statements:
        line = spec.source.position(statement.span.start)[0]
        if not isinstance(statement, syntax.Relation) or line != last + 1:
            finish()
        if isinstance(statement, syntax.Relation):
            group.append(statement)
        last = spec.source.position(statement.span.end)[0]
    finish()
    return widths


def _head(relation: syntax.Relation) -> str:
    return f"{relation.kind} {relation.label.name}:" if relation.label else f"{relation.kind}:"


def _statement(statement: Statement, spec: Spec, width: int) -> str:
    match statement:
        case syntax.Header():
            return f"pde {statement.version}"
        case syntax.Title():
            return f'title "{statement.title.text}"'
        case syntax.Param():
            return "param " + ", ".join(map(_definition, statement.definitions))
        case syntax.Unknown():
            kind = "" if statement.kind == "number" else f"{statement.kind} "
            return f"unknown {kind}{', '.join(map(_sought, statement.sought))}"
        case syntax.Let():
            arguments = f"({_names(statement.parameters)})" if statement.parameters else ""
            return f"let {statement.name.name}{arguments} = {expression(statement.body)}"
        case syntax.Domain():
            return "domain " + ", ".join(map(_axis, statement.axes))
        case syntax.Shape():
            return f"domain ({_names(statement.names)}) = {expression(statement.shape)}"
        case syntax.Time():
            return f"time {_axis(statement.axis)}"
        case syntax.Part():
            return f"part {statement.name.name}: {expression(statement.condition)}"
        case syntax.Fields():
            return "field " + ", ".join(map(_signature, statement.signatures))
        case syntax.Vector():
            return f"vector {statement.name.name} = ({_names(statement.components)})"
        case syntax.Relation():
            head = _head(statement).ljust(width)
            return f"{head} {expression(statement.lhs)} = {expression(statement.rhs)}{_options(statement.options)}"
        case syntax.Periodic():
            return f"periodic {_names(statement.names)}"
        case syntax.Table():
            label = f" {statement.label.name}" if statement.label else ""
            what = _names(statement.fields)
            if statement.value is not None and statement.column is not None:
                what = f'{expression(statement.value)} = "{statement.column.text}"'
            return f'{statement.kind}{label}: {what} from "{statement.file.text}"{_options(statement.options)}'
        case syntax.Tabulated():
            return f'table {_signature(statement.signature)} from "{statement.file.text}"{_options(statement.options)}'
        case syntax.Exact():
            return f"exact {statement.name.name} = {expression(statement.value)}"
        case syntax.ReportValue():
            return f"report {statement.name.name} = {expression(statement.value)}{_options(statement.options)}"
        case syntax.SolveBlock():
            return _solve(statement, spec)
    raise AssertionError(f"no format for {type(statement).__name__}")


def _names(names: Iterable[syntax.Name]) -> str:
    return ", ".join(n.name for n in names)


def _definition(definition: syntax.Definition) -> str:
    name = f"{definition.name.name}{_indices(definition.indices)}"
    if isinstance(definition.value, syntax.Interval):
        return f"{name} in {_interval(definition.value)}"
    noise = f" noise {expression(definition.noise)}" if definition.noise is not None else ""
    return f"{name} = {expression(definition.value)}{noise}"


def _sought(sought: syntax.Sought) -> str:
    arguments = f"({_names(sought.arguments)})" if sought.arguments else ""
    start = f" = {expression(sought.start)}" if sought.start is not None else ""
    return f"{sought.name.name}{arguments}{start}{f' in {_interval(sought.bounds)}' if sought.bounds else ''}"


def _interval(interval: syntax.Interval) -> str:
    return f"[{expression(interval.lower)}, {expression(interval.upper)}]"


def _axis(axis: syntax.Axis) -> str:
    return f"{axis.name.name}{_indices(axis.indices)} in {_interval(axis.interval)}"


def _indices(indices: tuple[syntax.Expression, syntax.Expression] | None) -> str:
    return f"[{expression(indices[0])}:{expression(indices[1])}]" if indices else ""


def _signature(signature: syntax.Signature) -> str:
    return f"{signature.name.name}({_names(signature.arguments)})"


def _options(options: tuple[syntax.Option, ...]) -> str:
    return "".join(map(_option, options))


def _option(option: syntax.Option) -> str:
    match option:
        case syntax.On():
            return "  on " + ", ".join(map(expression, option.places))
        case syntax.Within():
            return f"  in {option.part.name}"
        case syntax.At():
            return f"  at ({', '.join(map(expression, option.point))})"
        case syntax.Weight():
            return f"  weight {expression(option.value)}"
        case syntax.Hard():
            return "  hard"
        case syntax.Noise():
            noise = option.value
            return f'  noise "{noise.text}"' if isinstance(noise, syntax.Text) else f"  noise {expression(noise)}"
        case syntax.Robust():
            return "  robust"
        case syntax.Linear():
            return "  linear"
        case syntax.Columns():
            return "  columns (" + ", ".join(f'{n.name} = "{t.text}"' for n, t in option.columns) + ")"


def _solve(statement: syntax.SolveBlock, spec: Spec) -> str:
    """One setting a line, signs of equality below each other, comments beside or above the settings."""
    position = spec.source.position
    first, last = position(statement.span.start)[0], position(statement.span.end)[0]
    comments = [(position(c.span.start)[0], c) for c in spec.comments]
    keys = [".".join(n.name for n in s.key) for s in statement.settings]
    width = max(map(len, keys), default=0)
    rows: list[tuple[int, str]] = []
    beside: dict[int, list[str]] = {}
    for line, comment in comments:
        if not first <= line <= last:
            continue
        text = _comment(spec.source.text[comment.span.start : comment.span.end])
        if comment.alone or line in (first, last):
            rows.append((line, f"  {text}"))
        else:
            beside.setdefault(line, []).append(text)
    for key, setting in zip(keys, statement.settings, strict=True):
        line = position(setting.span.end)[0]
        rows.append((line, "  ".join([f"  {key.ljust(width)} = {_value(setting.value)}", *beside.pop(line, [])])))
    rows += [(line, f"  {text}") for line, texts in beside.items() for text in texts]
    rows.sort(key=lambda row: row[0])
    return "\n".join(["solve {", *(text for _, text in rows), "}"])


def _value(value: syntax.Value | syntax.Keyword) -> str:
    match value:
        case syntax.Constant():
            return value.text
        case syntax.Text():
            return f'"{value.text}"'
        case syntax.Pair():
            return f"({value.first.text}, {value.second.text})"
        case syntax.Words():
            return " + ".join(map(_value, value.words))
        case syntax.Keyword():
            return f"{value.name.name} = {_value(value.value)}"
        case syntax.Word():
            inside = f"({', '.join(map(_value, value.arguments))})" if value.arguments else ""
            return value.name.name + inside


def expression(node: Node, least: int = _OR) -> str:
    """An expression with the fewest parentheses that parse back to it."""
    text, strength = _expression(node)
    return f"({text})" if strength < least else text


def _expression(node: Node) -> tuple[str, int]:
    match node:
        case syntax.Number():
            return node.text, _ATOM
        case syntax.Name():
            return node.name, _ATOM
        case syntax.Signed():
            return f"-{expression(node.operand, _SIGN)}", _SIGN
        case syntax.Sum():
            (_, first), *rest = node.terms
            return expression(first, _PRODUCT) + "".join(f" {s} {expression(e, _PRODUCT)}" for s, e in rest), _SUM
        case syntax.Product():
            (_, first), *rest = node.factors
            return expression(first, _SIGN) + "".join(f"{s}{expression(e, _SIGN)}" for s, e in rest), _PRODUCT
        case syntax.Power():
            return f"{expression(node.base, _ATOM)}^{expression(node.exponent, _SIGN)}", _POWER
        case syntax.Range():
            return f"{node.name.name} in {expression(node.first, _SUM)}:{expression(node.last, _SUM)}", _ATOM
        case syntax.OnPart():
            return f"on = {expression(node.part)}", _ATOM
        case syntax.Called():
            return f"{node.name.name}({', '.join(map(expression, node.arguments))})", _ATOM
        case syntax.Subscript():
            return f"{expression(node.base, _ATOM)}[{', '.join(map(expression, node.indices))}]", _ATOM
        case syntax.Listing():
            return f"[{', '.join(map(expression, node.items))}]", _ATOM
        case syntax.Comparison():
            left, right = expression(node.left, _SUM), expression(node.right, _SUM)
            return f"{left} {node.operator} {right}", _COMPARISON
        case syntax.Logic():
            strength = _AND if node.operator == "and" else _OR
            return f" {node.operator} ".join(expression(o, strength + 1) for o in node.operands), strength
        case syntax.Negate():
            return f"not {expression(node.operand, _NOT)}", _NOT
    raise AssertionError(f"no format for {type(node).__name__}")
