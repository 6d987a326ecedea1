"""From text to a Spec: cut into statements, parse each by itself, so that a broken one hides no other."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import lark

from pdedsl.syntax import syntax
from pdedsl.syntax.advice import explain_syntax, foreign
from pdedsl.syntax.cut import DEEPEST, WORD, Slice, cut
from pdedsl.syntax.phrases import NOTHING, Around, around
from pdedsl.syntax.syntax import Broken, Node, Spec, Statement
from pdedsl.vocabulary.cache import cache_folder
from pdedsl.vocabulary.diagnostics import Diagnostic
from pdedsl.vocabulary.source import Source, Span
from pdedsl.vocabulary.words import STATEMENTS

LARGEST = 1_000_000
LONGEST = 50_000
"""Characters of a statement."""


def parse(source: Source) -> Spec:
    """Read a file. What is wrong with it is in the result's `diagnostics`; this never fails."""
    refusal = _unreadable(source)
    if refusal:
        return Spec(source, (), diagnostics=(refusal,))
    slices, comments, diagnostics = cut(source)
    known = around(source.text)
    statements: list[Statement] = []
    broken: list[Broken] = []
    start = next((s for s in slices), None)
    headless = _check_header(source, start)
    if headless and headless.span.end == -1:
        return Spec(source, (), comments=comments, diagnostics=(_whole_line(source, headless),))
    if headless:
        diagnostics.append(headless if headless.code == "E101" else _whole_line(source, headless))
    for piece, before in zip(slices, [None, *slices], strict=False):
        if headless and piece is start and re.match(r"pde", piece.text):
            if headless.code == "E101":
                broken.append(_salvage(Slice(headless.span.start, piece.text[headless.span.start - piece.start :])))
            continue
        result = None if piece.broken else _parse_statement(piece, known)
        if before is not None and _CONTINUES.match(piece.text) and not piece.broken:
            result = _continuation(piece)
            if diagnostics and diagnostics[-1].span.start == before.start + len(before.text):
                diagnostics.pop()  # the line before ended too early, for the same reason
        elif (
            isinstance(result, Diagnostic)
            and result.code == "E101"
            and before is not None
            and _OPEN_END.search(before.text)
        ):
            result = None  # the line before was not complete, and says so
        if isinstance(result, Statement):
            found = list(_misused(result, known))
            diagnostics.extend(found)
            if not found:
                statements.append(result)
                continue
        elif isinstance(result, Diagnostic):
            diagnostics.append(result)
        broken.append(_salvage(piece))
    diagnostics.sort(key=lambda d: d.span.start)
    return Spec(source, tuple(statements), tuple(broken), comments, tuple(diagnostics))


_CONTINUES = re.compile(r"[-+*/^=,)\]<>]|(?:and|or)\b")
_OPEN_END = re.compile(r"(?:[-+*/^=,(\[<>:]|\b(?:and|or|not|on|in))$")


def _continuation(piece: Slice) -> Diagnostic:
    match = _CONTINUES.match(piece.text)
    assert match is not None
    help_ = "a statement ends with its line: put a long side in parentheses, (a + b)"
    span = Span(piece.start, piece.start + match.end())
    return Diagnostic("E101", f"a line cannot begin with `{match[0]}`", span, help_)


# ---- whole files -----------------------------------------------------------------------------------------------------


def _unreadable(source: Source) -> Diagnostic | None:
    if len(source.text) > LARGEST:
        return Diagnostic("E103", "the file is larger than 1 MB", Span(0, 0), "a spec is a page of mathematics")
    if "\0" in source.text:
        return Diagnostic("E103", "this is not a text file", Span(0, 0), "a spec is UTF-8 text without NUL characters")
    return None


def _check_header(source: Source, first: Slice | None) -> Diagnostic | None:
    """E103; a span that ends at -1 marks a file that is not worth reading further."""
    help_ = "begin the file with the line `pde 1`"
    if first is None:
        return Diagnostic("E103", "the file is empty" if not source.text.strip() else "no header", Span(0, 0), help_)
    match = re.match(r"pde\b[ \t]*(.*?)[ \t]*$", first.text.strip().split("\n")[0])
    if match and match[1] == "1":
        return None
    second = re.match(rf"1[ \t]+({'|'.join(STATEMENTS)})\b", match[1]) if match else None
    if match and second:
        at = first.start + match.start(1) + second.start(1)
        help_ = f"start a new line before `{second[1]}`: one statement a line"
        return Diagnostic("E101", f"unexpected `{second[1]}`", Span(at, at + len(second[1])), help_)
    if match:
        message = (
            f"version {match[1] or 'of the language is missing'}"
            if not match[1]
            else (f"version `{match[1]}` of the language is not known here")
        )
        return Diagnostic("E103", message, Span(first.start, -1), "this is version 1: write `pde 1`")
    language = foreign(source.text)
    if language:
        message = f"this looks like a {language} file, not a spec"
        return Diagnostic("E103", message, Span(first.start, -1), "`pdedsl gallery heat` prints a spec to begin with")
    return Diagnostic("E103", "the header is missing", Span(first.start, first.start), help_)


def _whole_line(source: Source, diagnostic: Diagnostic) -> Diagnostic:
    if not source.text.strip():
        return Diagnostic(diagnostic.code, diagnostic.message, Span(0, 0), diagnostic.help)
    line, _ = source.position(diagnostic.span.start)
    text = source.line(line)
    begin = diagnostic.span.start - source.position(diagnostic.span.start)[1] + 1
    indent = len(text) - len(text.lstrip())
    span = Span(begin + indent, begin + len(text.split("#")[0].rstrip()))
    return Diagnostic(diagnostic.code, diagnostic.message, span, diagnostic.help)


def parse_settings(source: Source) -> tuple[tuple[syntax.Setting, ...], tuple[Diagnostic, ...]]:
    """The entries of a text that is a solve block and nothing else, and what is wrong with it."""
    slices, _, found = cut(source)
    settings: list[syntax.Setting] = []
    for piece in slices:
        block = None if piece.broken else _parse_statement(piece)
        match block:
            case Diagnostic():
                found.append(block)
            case syntax.SolveBlock():
                found += _misused(block)
                settings += block.settings
    return tuple(settings), tuple(found)


# ---- one statement ---------------------------------------------------------------------------------------------------


@cache
def grammar() -> str:
    """The text of the grammar: inside the package when installed, beside it in a checkout."""
    here = Path(__file__).parents[1]
    places = (here / "grammar" / "pde.lark", here.parent / "grammar" / "pde.lark")
    return next(place for place in places if place.is_file()).read_text(encoding="utf-8")


@cache
def _parser() -> lark.Lark:
    kept = cache_folder("grammar")
    cache = str(kept / "parser.bin") if kept is not None else False
    return lark.Lark(grammar(), parser="lalr", start="statement", propagate_positions=True, cache=cache)


def _parse_statement(piece: Slice, known: Around = NOTHING) -> Statement | Diagnostic:
    if len(piece.text) > LONGEST:
        span = Span(piece.start, piece.start + len(piece.text.split(None, 1)[0]))
        return Diagnostic("E101", f"this statement is longer than {LONGEST} characters", span, "shorten it with `let`")
    try:
        tree = _parser().parse(piece.text)
    except lark.exceptions.UnexpectedInput as error:
        if isinstance(error, lark.exceptions.UnexpectedToken) and error.token.type == "$END":
            return explain_syntax(piece.text, piece.start, len(piece.text), known)
        return explain_syntax(piece.text, piece.start, error.pos_in_stream or 0, known)
    built: dict[int, Any] = {}
    depth: dict[int, int] = {}
    for subtree in tree.iter_subtrees():  # leaves first, and no recursion
        below = [depth[id(c)] for c in subtree.children if isinstance(c, lark.Tree)]
        depth[id(subtree)] = 1 + max(below, default=0)
        span = Span(piece.start + subtree.meta.start_pos, piece.start + subtree.meta.end_pos)
        if depth[id(subtree)] > 2 * DEEPEST:
            return Diagnostic("E101", "the expression is nested too deeply", span, f"{DEEPEST} levels are allowed")
        parts = [built[id(c)] if isinstance(c, lark.Tree) else _token(c, piece.start) for c in subtree.children]
        built[id(subtree)] = _build(str(subtree.data), span, parts)
    return built[id(tree)]


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    span: Span


def _token(token: lark.Token | None, start: int) -> _Token | None:
    if token is None:
        return None
    assert token.start_pos is not None and token.end_pos is not None
    return _Token(token.type, str(token), Span(start + token.start_pos, start + token.end_pos))


def _build(rule: str, span: Span, parts: list[Any]) -> Any:
    """One node from its parts; words and signs that carry no meaning are left out first."""
    silent = {"EQUAL", "IN", "ON", "AT", "WEIGHT", "HARD", "NOISE", "ROBUST", "LINEAR", "COLUMNS", "_NL"}
    kept = [p for p in parts if not (isinstance(p, _Token) and p.kind in silent)]
    if rule == "comparison":
        return syntax.Comparison(span, parts[1].text, parts[0], parts[2])
    return _BUILDERS[rule](span, [_leaf(p) for p in kept])


def _leaf(part: Any) -> Any:
    if isinstance(part, _Token):
        match part.kind:
            case "NAME":
                return syntax.Name(part.span, part.text)
            case "STRING":
                return syntax.Text(part.span, part.text[1:-1])
    return part


def _digits(text: str) -> str:
    """One spelling: `1.` is `1.0`, `.5` is `0.5`, `1E+3` is `1e3`, `**` is `^`."""
    if text in ("-", "^", "**"):
        return text.replace("**", "^")
    mantissa, _, exponent = text.lower().partition("e")
    whole, dot, fraction = mantissa.partition(".")
    mantissa = f"{whole or '0'}.{fraction or '0'}" if dot else whole
    return f"{mantissa}e{exponent.removeprefix('+')}" if exponent else mantissa


def _keyword(span: Span, word: str) -> Span:
    return Span(span.start, span.start + len(word))


def _pairs(parts: list[Any], first: str) -> tuple[Any, ...]:
    """`a, op, b, op, c` to `((first, a), (op, b), (op, c))`."""
    return ((first, parts[0]), *((op.text, item) for op, item in zip(parts[1::2], parts[2::2], strict=True)))


def _relation(kind: Any) -> Callable[[Span, list[Any]], Node]:
    return lambda s, p: syntax.Relation(s, _keyword(s, kind), kind, p[0], p[1], p[2], tuple(p[3:]))


def _table(kind: Any) -> Callable[[Span, list[Any]], Node]:
    return lambda s, p: syntax.Table(s, _keyword(s, kind), kind, p[0], p[1], p[2], tuple(p[3:]))


_BUILDERS: dict[str, Callable[[Span, list[Any]], Any]] = {
    "number": lambda s, p: syntax.Number(s, _digits(p[0].text)),
    "name": lambda s, p: syntax.Name(s, p[0].name),
    "signed": lambda s, p: syntax.Signed(s, p[1]) if p[0].text == "-" else p[1],
    "sum": lambda s, p: syntax.Sum(s, _pairs(p, "+")),
    "product": lambda s, p: syntax.Product(s, _pairs(p, "*")),
    "power": lambda s, p: syntax.Power(s, p[0], p[2]),
    "range": lambda s, p: syntax.Range(s, *p),
    "on_part": lambda s, p: syntax.OnPart(s, p[0]),
    "call": lambda s, p: syntax.Called(s, p[0], tuple(a for a in p[1:] if a is not None)),
    "subscript": lambda s, p: syntax.Subscript(s, p[0], tuple(p[1:])),
    "listing": lambda s, p: syntax.Listing(s, tuple(a for a in p if a is not None)),
    "disjunction": lambda s, p: syntax.Logic(s, "or", tuple(p)),
    "conjunction": lambda s, p: syntax.Logic(s, "and", tuple(p)),
    "negate": lambda s, p: syntax.Negate(s, p[0]),
    "setting": lambda s, p: syntax.Setting(s, *p),
    "key": lambda s, p: tuple(p),
    "word": lambda s, p: syntax.Word(s, p[0], tuple(a for a in p[1:] if a is not None)),
    "argument": lambda s, p: p[0],
    "keyword": lambda s, p: syntax.Keyword(s, *p),
    "words": lambda s, p: syntax.Words(s, tuple(w for w in p if isinstance(w, syntax.Word))),
    "pair": lambda s, p: syntax.Pair(s, *p),
    "constant": lambda s, p: syntax.Constant(s, "".join(_digits(t.text) for t in p)),
    "text": lambda s, p: p[0],
    "on": lambda s, p: syntax.On(s, tuple(p)),
    "within": lambda s, p: syntax.Within(s, p[0]),
    "at": lambda s, p: syntax.At(s, tuple(p)),
    "weight": lambda s, p: syntax.Weight(s, p[0]),
    "hard": lambda s, p: syntax.Hard(s),
    "noise": lambda s, p: syntax.Noise(s, p[0]),
    "robust": lambda s, p: syntax.Robust(s),
    "linear": lambda s, p: syntax.Linear(s),
    "columns": lambda s, p: syntax.Columns(s, tuple(p)),
    "column": lambda s, p: (p[0] if p[1] is None else syntax.Name(p[0].span, f"{p[0].name}[{p[1].text}]"), p[2]),
    "header": lambda s, p: syntax.Header(s, _keyword(s, "pde"), p[0].text),
    "title": lambda s, p: syntax.Title(s, _keyword(s, "title"), p[0]),
    "definition": lambda s, p: syntax.Definition(s, *p),
    "swept": lambda s, p: syntax.Definition(s, *p),
    "swept_group": lambda s, p: syntax.Definition(s, p[0], p[3], None, (p[1], p[2])),
    "sought": lambda s, p: syntax.Sought(s, p[0], (), p[1], p[2]),
    "sought_field": lambda s, p: syntax.Sought(s, p[0].name, p[0].arguments, p[1], p[2]),
    "interval": lambda s, p: syntax.Interval(s, *p),
    "param": lambda s, p: syntax.Param(s, _keyword(s, "param"), tuple(p)),
    "unknown": lambda s, p: syntax.Unknown(s, _keyword(s, "unknown"), "number", tuple(p)),
    "unknown_field": lambda s, p: syntax.Unknown(s, _keyword(s, "unknown"), "field", tuple(p)),
    "unknown_function": lambda s, p: syntax.Unknown(s, _keyword(s, "unknown"), "function", tuple(p)),
    "parameters": lambda s, p: tuple(p),
    "let": lambda s, p: syntax.Let(s, _keyword(s, "let"), p[0], p[1] or (), p[2]),
    "axis": lambda s, p: syntax.Axis(s, *p),
    "axes": lambda s, p: syntax.Axis(s, p[0], p[3], (p[1], p[2])),
    "domain": lambda s, p: syntax.Domain(s, _keyword(s, "domain"), tuple(p)),
    "shape": lambda s, p: syntax.Shape(s, _keyword(s, "domain"), *p),
    "time": lambda s, p: syntax.Time(s, _keyword(s, "time"), p[0]),
    "part": lambda s, p: syntax.Part(s, _keyword(s, "part"), *p),
    "signature": lambda s, p: syntax.Signature(s, *p),
    "field": lambda s, p: syntax.Fields(s, _keyword(s, "field"), tuple(p)),
    "vector": lambda s, p: syntax.Vector(s, _keyword(s, "vector"), *p),
    "equation": _relation("equation"),
    "boundary": _relation("boundary"),
    "interface": _relation("interface"),
    "initial": _relation("initial"),
    "constraint": _relation("constraint"),
    "periodic": lambda s, p: syntax.Periodic(s, _keyword(s, "periodic"), p[0]),
    "data": _table("data"),
    "measured": lambda s, p: syntax.Table(s, _keyword(s, "data"), "data", p[0], (), p[3], tuple(p[4:]), p[1], p[2]),
    "table": lambda s, p: syntax.Tabulated(s, _keyword(s, "table"), p[0], p[1], tuple(p[2:])),
    "reference": _table("reference"),
    "exact": lambda s, p: syntax.Exact(s, _keyword(s, "exact"), *p),
    "report": lambda s, p: syntax.ReportValue(s, _keyword(s, "report"), p[0], p[1], tuple(p[2:])),
    "solve": lambda s, p: syntax.SolveBlock(
        s, _keyword(s, "solve"), tuple(a for a in p if isinstance(a, syntax.Setting))
    ),
}


# ---- what the grammar lets pass ----------------------------------------------------------------------------------------

_OPTIONS: dict[str, set[type]] = {
    "equation": {syntax.Within, syntax.Weight, syntax.Hard},
    "boundary": {syntax.On, syntax.Weight, syntax.Hard},
    "interface": {syntax.On, syntax.Weight, syntax.Hard},
    "initial": {syntax.Weight, syntax.Hard},
    "constraint": {syntax.At, syntax.Weight, syntax.Hard},
    "data": {syntax.Columns, syntax.Noise, syntax.Robust, syntax.Weight},
    "table": {syntax.Columns, syntax.Linear},
    "reference": {syntax.Columns},
    "report": {syntax.At},
}


def _ends(relation: syntax.Relation, known: Around) -> str:
    """What to write for `u(0, t) = u(1, t)` and for `u(0, t) = 0`."""
    calls = [side for side in (relation.lhs, relation.rhs) if isinstance(side, syntax.Called)]
    fixed = [
        (call.name.name, place, argument.text)
        for call in calls
        for place, argument in enumerate(call.arguments)
        if isinstance(argument, syntax.Number)
    ]
    arguments = dict(known.fields).get(calls[0].name.name) if calls else None
    if arguments is None or not fixed or fixed[0][1] >= len(arguments):
        return ""
    name, place, end = fixed[0]
    if len(fixed) == 2 and fixed[0][:2] == fixed[1][:2]:
        return f"what joins both ends is `periodic {arguments[place]}`, in a line of its own"
    return f"write `boundary: {name} = ...  on {arguments[place]} = {end}`"


_HELD = {
    "boundary": ("a boundary condition", "`on all`, `on x = 0, x = 1`"),
    "interface": ("an interface condition", "`on x = 0.5`, or `on PART` for the boundary of a part"),
}


def _misused(statement: Statement, known: Around = NOTHING) -> Iterator[Diagnostic]:
    """Syntax errors that are clearer to find on the tree."""
    kind, options = "", ()
    match statement:
        case syntax.Relation() | syntax.Table():
            kind, options = statement.kind, statement.options
        case syntax.ReportValue():
            kind, options = "report", statement.options
        case syntax.Tabulated():
            kind, options = "table", statement.options
    seen: dict[type, syntax.Option] = {}
    for option in options:
        word = "in" if isinstance(option, syntax.Within) else type(option).__name__.lower()
        if type(option) not in _OPTIONS[kind]:
            homes = [k for k, allowed in _OPTIONS.items() if type(option) in allowed]
            yield Diagnostic(
                "E101",
                f"`{word}` does not belong to `{kind}`",
                Span(option.span.start, option.span.start + len(word)),
                f"it may stand in {', '.join(f'`{h}`' for h in homes)}",
            )
        elif type(option) in seen:
            yield Diagnostic(
                "E101", f"`{word}` stands here twice", option.span, "remove one", ((seen[type(option)].span, "first"),)
            )
        seen.setdefault(type(option), option)
    if isinstance(statement, syntax.Relation) and kind in _HELD and syntax.On not in seen:
        end = statement.span.end
        words, help_ = _HELD[kind]
        help_ = _ends(statement, known) or f"say where it holds: {help_}"
        yield Diagnostic("E101", f"{words} needs `on`", Span(end, end), help_)
    pending: list[Any] = [statement]
    while pending:
        node = pending.pop()
        if isinstance(node, syntax.Constant) and node.value in (float("inf"), float("-inf")):
            yield Diagnostic("E101", "this number is too large for double precision", node.span, "1.8e308 is the limit")
        if isinstance(node, syntax.Number) and float(node.text) == float("inf"):
            yield Diagnostic("E101", "this number is too large for double precision", node.span, "1.8e308 is the limit")
        if isinstance(node, syntax.Name) and node.name == "d" and not isinstance(statement, syntax.Param | syntax.Let):
            yield Diagnostic("E101", "`d` is not a number", node.span, "write dx(u), or d(u, x), for a derivative")
        if isinstance(node, syntax.Called):
            pending.extend(node.arguments)
        elif isinstance(node, syntax.Axis):
            pending.extend([node.interval, *(node.indices or ())])
        elif not isinstance(node, syntax.Signature | syntax.Columns):
            pending.extend(_expressions_below(node))


def _expressions_below(node: Any) -> Iterable[Node]:
    if isinstance(node, syntax.Relation):
        return [node.lhs, node.rhs, *node.options]
    if isinstance(node, syntax.Let):
        return [node.body]
    if isinstance(node, syntax.Shape):
        return [node.shape]
    if isinstance(node, syntax.ReportValue):
        return [node.value, *node.options]
    if isinstance(node, syntax.Exact | syntax.Definition):
        return [node.value]
    if isinstance(node, syntax.Vector | syntax.Periodic | syntax.Tabulated | syntax.Fields):
        return []
    if isinstance(node, syntax.Table):
        return [*([node.value] if node.value is not None else []), *node.options]
    if isinstance(node, syntax.Sought):
        return [n for n in (node.start, node.bounds) if n is not None]
    return list(syntax.children(node))


def _salvage(piece: Slice) -> Broken:
    """The keyword of a broken statement and the names that it would have declared."""
    words = re.match(rf"({WORD})", piece.text)
    keyword = words[1] if words else ""
    body = piece.text[len(keyword) :]
    match keyword:
        case (
            "param" | "domain" | "time" | "unknown" | "table" | "field" | "let" | "part" | "vector" | "report" | "exact"
        ):
            names = tuple(re.findall(WORD, body))
        case _ if keyword not in STATEMENTS:
            names = tuple(re.findall(WORD, piece.text))
        case _:
            names = ()
    return Broken(Span(piece.start, piece.start + len(piece.text)), keyword, names)
