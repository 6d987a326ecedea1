"""From a place where the parser stopped to words that help: what is unexpected and what to write instead."""

import re
import unicodedata
from collections.abc import Callable

from pdedsl.syntax.phrases import CALLED, NOTHING, Around, phrase
from pdedsl.vocabulary.diagnostics import Diagnostic, suggest
from pdedsl.vocabulary.source import Span
from pdedsl.vocabulary.words import STATEMENTS, UNITLESS

SPELLINGS = {
    "∂": "write dx(u) or d(u, x) for a derivative",
    "°": UNITLESS,
    "∇": "write grad(u), div(U) or laplacian(u)",
    "∆": "write laplacian(u)",
    "²": "write ^2",
    "³": "write ^3",
    "⁴": "write ^4",
    "½": "write 1/2",
    "−": "write - (this is the minus sign of a typesetter)",
    "–": "write - (this is a dash)",
    "—": "write - (this is a dash)",
    "×": "write *",
    "·": "write *, or dot(a, b)",
    "⋅": "write *, or dot(a, b)",
    "÷": "write /",
    "√": "write sqrt(...)",
    "∞": "domains are bounded: write a number",
    "≤": "write <=",
    "≥": "write >=",
    "≠": "pieces are named by =, <, <=, >, >= and `not`",
    "∈": "write in",
    "∫": "write integral(...)",
    "∑": "write sum(..., k in 1:5)",
    "“": 'write "',
    "”": 'write "',
    "„": 'write "',
    "’": 'write "',
    "′": "write dx(u) for a derivative",
    "\u00a0": "write an ordinary space",
    "\u2009": "write an ordinary space",
    "\u200b": "remove this invisible character",
}


def leibniz(text: str, at: int) -> str:
    """What to write for `∂u/∂x` and `∂²u/∂x²` that begin at a place of a text; nothing for anything else."""
    found = re.compile(r"∂([²³⁴]|\^\d)?\s*(\w+?)\s*/\s*∂\s*(\w)").match(text, at)
    if found is None:
        return ""
    order = {"²": 2, "³": 3, "⁴": 4}.get(
        found[1] or "", int((found[1] or "^1")[-1]) if (found[1] or "^1")[0] == "^" else 1
    )
    return f"write d{found[3] * order}({found[2]})"


def ascii_spelling(character: str) -> str:
    """What to write for a character that is a raised, lowered or otherwise dressed up one of ASCII."""
    plain = unicodedata.normalize("NFKC", character)
    if not plain.isascii() or not plain.strip():
        return "use ASCII operators"
    match unicodedata.decomposition(character).split()[:1]:
        case ["<super>"]:
            return f"write ^{plain}" if plain.isdigit() else "write ^ for a power"
        case ["<sub>"]:
            return f"write x[{plain}] for a component" if plain.isdigit() else "write dx(u) for a derivative"
        case _:
            return f"write {plain}"


_FOREIGN = {
    "FlexPDE": r"(?im)^\s*(variables|equations|boundaries|coordinates|select|definitions)\b\s*(?:\{|$|\w+\s*(?:=|$|\())",
    "Processing": r"(?m)^\s*(\w+\([^\n]*\);[ \t]*$|(?:public\s+)?void\s+\w+\s*\(|import\s+[\w.]+\s*[;*]|(?:int|float|PImage|PVector|boolean|String)\s+\w+)",
}


def foreign(text: str) -> str | None:
    """The other language of `.pde` files that a text seems to be written in."""
    return next((name for name, pattern in _FOREIGN.items() if re.search(pattern, text)), None)


Advice = Callable[[re.Match[str]], str]
_RULES: tuple[tuple[str, str, Advice], ...] = (
    # what stands at the error, what to say about it, what to write instead
    (r"={2,}|!=", "`{0}` is not an operator", lambda m: "write `=`" if m[0][0] == "=" else "use `not`, or < and >"),
    (r"(\d+\.?\d*|\.\d+)([^\W\d]\w*)", "`{0}` is neither a number nor a name", lambda m: _product(m[1], m[2])),
    (r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.])", "unexpected `{0}`", lambda m: ""),
    (r"\d+\.\.\d+", "`{0}` is not a number", lambda m: "an interval is written [0, 1]"),
    (r"\.([^\W\d]\w*)", "unexpected `{0}`", lambda m: _attribute(m[1])),
    (r"[\d.][\w.]*", "`{0}` is not a number", lambda m: "numbers look like 2, 0.5, .5 or 1e-3"),
    (r"!(?!=)", "unexpected `!`", lambda m: "write `not`"),
    (r"\|", "unexpected `|`", lambda m: "write abs(u) for an absolute value, `or` between conditions"),
    (r"'", "unexpected `'`", lambda m: "write dx(u) for a derivative, and strings in double quotes"),
    (r";", "unexpected `;`", lambda m: "a statement ends with its line: remove it"),
    (r"&+", "unexpected `{0}`", lambda m: "write `and`"),
    (r"//|%|--", "unexpected `{0}`", lambda m: "comments begin with `#`"),
    (r"\\", "unexpected `{0}`", lambda m: "write names without a backslash"),
    (r"\w+", "unexpected `{0}`", lambda m: ""),
    (r"\S", "unexpected `{0}`", lambda m: ""),
)


def _attribute(name: str) -> str:
    """What to write for `np.sin` and `u.dx`."""
    if name in ("diff", "d", "derivative"):
        return "write dx(u), or d(u, x, 2), for a derivative"
    if name in CALLED:
        return f"write {name}(...) by its bare name"
    if re.fullmatch(r"[txyzr]{1,4}", name):
        return f"write d{name}(u)"
    return f"write {name}(u)" if re.fullmatch(r"d[a-z]{1,3}|n", name) else "names have no dots"


def _product(number: str, name: str) -> str:
    if re.fullmatch(r"[eEdD]\d*", name) or name.startswith("x0") or (number == "0" and name.startswith("x")):
        return "numbers look like 2, 0.5, .5 or 1e-3"
    if name.startswith("_"):
        return f"write `{number}{name.replace('_', '')}`"
    if name in ("hard", "on", "in", "weight", "at"):
        return f"write `{number} {name}`"
    return f"write `{number}*{name}`: products need a `*`"


_STATEMENT_FOR = {
    **dict.fromkeys(("ic", "ics", "init"), "write `initial: u = ...`"),
    **dict.fromkeys(("bc", "bcs", "bnd"), "write `boundary: u = ...  on all`"),
    **dict.fromkeys(("eq", "eqn", "pde_eq", "equations"), "write `equation: ...`"),
    **dict.fromkeys(
        ("const", "constant", "constants", "parameter", "parameters", "params"), "write `param NAME = value`"
    ),
    **dict.fromkeys(("var", "variable", "variables", "function", "unknowns", "fields"), "write `field u(x)`"),
    **dict.fromkeys(("def", "define", "set"), "write `let NAME = ...`"),
    **dict.fromkeys(("region", "subdomain"), "write `part NAME: condition`"),
    **dict.fromkeys(
        ("coordinates", "mesh", "geometry", "omega", "grid"),
        "there is no mesh: write `domain x in [0, 1], y in [0, 1]`",
    ),
    **dict.fromkeys(("fespace", "trial", "test"), "write `field u(x, y)`: spaces are chosen from the text"),
    **dict.fromkeys(
        ("plot", "plots", "monitors"), "pictures come by themselves; write `report NAME = ...` for a number"
    ),
    **dict.fromkeys(("import", "from", "using"), "a spec holds mathematics alone: remove it"),
    **dict.fromkeys(("solution", "analytic"), "write `exact u = ...`"),
}
"""Statements by the names that other tools give them."""


def explain_syntax(text: str, start: int, at: int, known: Around = NOTHING) -> Diagnostic:
    """E101 for a statement `text` that begins at `start` of the file; the parser stopped at `text[at]`."""
    word = re.match(r"[^\W\d]\w*", text)
    if word is None or word[0] not in STATEMENTS:
        end = word.end() if word else max(1, len(re.match(r"\S\w*", text)[0]))  # pyright: ignore[reportOptionalSubscript]
        return Diagnostic("E101", f"`{text[:end]}` is not a statement", Span(start, start + end), _statement(text, end))
    found = phrase(text, start, known)
    if found is not None:
        return found
    # A number is cut off by the letters after it: the parser stops at either, the message shows both.
    glued = re.search(r"(?<![\w.])(?:\d|\.\d)[\w.]*$", text[:at])
    if glued and at < len(text) and re.match(r"[\w.]", text[at]) and text[at - 1].isalnum():
        at = glued.start()
    if at < len(text) and text[at] == "=" and at > 0 and text[at - 1] in "=!":
        at -= 1
    kind = word[0]
    if at >= len(text):
        return Diagnostic("E101", f"this `{kind}` is not complete", Span(start + at, start + at), _shape(kind, text))
    if text[at] == "\n":
        return Diagnostic("E101", "the line ends too early", Span(start + at, start + at), _shape(kind, text))
    for pattern, message, advice in _RULES:
        match = re.compile(pattern).match(text, at)
        if match:
            if match[0] in ("<", "<=", ">", ">="):
                return _comparison(kind, text, match[0], Span(start + at, start + match.end()))
            help_ = advice(match) or _special(kind, text, at, match[0]) or _shape(kind, text)
            return Diagnostic("E101", message.format(match[0]), Span(start + at, start + match.end()), help_)
    raise AssertionError("every character matches a rule")


def _statement(text: str, end: int) -> str:
    """What a line that begins with no statement may have been meant to be."""
    word, rest = text[:end].lower(), text[end:]
    if word in _STATEMENT_FOR:
        return _STATEMENT_FOR[word]
    if re.match(r"\s*=\s*[-+\d.]", rest) and not re.search(r"\b(at|on)\b", rest):
        return f"write `param {text.strip()}`"
    if "=" in rest:
        return "say what it is: `equation: ...`, `initial: ...`, `boundary: ... on ...`, or `let NAME = ...`"
    return suggest(word, STATEMENTS) or "a statement begins with one of: " + ", ".join(STATEMENTS[1:])


def _special(kind: str, text: str, at: int, token: str) -> str:
    before = text[:at].rstrip()
    said = _wrong_form(kind, before, token, text[at + len(token) :])
    if said:
        return said
    if re.search(r"\(.*,\s*on$", before):
        place = text[at:].partition(")")[0].partition("\n")[0].strip()
        return f"inside of brackets `on` takes an equals sign: write `on = {place}`"
    if token in STATEMENTS and re.match(r"\s*(\w+\s*)?[:=({\"]|\s+\w+", text[at + len(token) :]):
        return f"start a new line before `{token}`: one statement a line"
    if token == "(" and re.search(r"\bin$", before):
        return "an interval is written with square brackets: [0, 1]"
    if kind in ("equation", "boundary", "interface", "initial", "constraint", "part") and ":" not in before:
        return f"a colon is missing: write `{kind}: ...`" if kind != "part" else "write `part NAME: condition`"
    if kind == "boundary" and "=" in before and " on " not in before:
        return "say where it holds with `on`: `on all`, `on x = 0, x = 1`"
    if re.search(r"\bd$", before) and token == "/":
        return "write dx(u), or d(u, x), for a derivative"
    if re.fullmatch(r"[^\W\d]\w*", token) and re.search(r"[\w)\]]$", before):
        clauses = ("on", "hard", "weight", "in", "at", "from", "columns", "noise", "robust", "linear", "and", "or")
        if token in clauses:
            return f"`{token}` has no meaning here: {_shape(kind, text)}"
        return suggest(token, clauses) or "products need a `*`"
    if token == "(" and re.search(r"[\d)]$", before):
        return "products need a `*`"
    return ""


def _comparison(kind: str, text: str, sign: str, span: Span) -> Diagnostic:
    if kind in ("part", "boundary") or "where" in text:
        return Diagnostic("E101", "comparisons cannot be chained", span, "write `0 < x and x < 1`")
    if kind in ("equation", "initial", "constraint"):
        return Diagnostic("E101", f"`{sign}` cannot join the two sides", span, "both sides are joined by `=`")
    return Diagnostic("E101", f"unexpected `{sign}`", span, "a condition belongs to `part`, `on` and where(...)")


def _wrong_form(kind: str, before: str, token: str, after: str) -> str:
    """Advice for what statements of a kind often look like."""
    sides = before.partition(":")[2]
    if kind in ("equation", "boundary", "interface", "initial", "constraint") and ":" not in before + token:
        return f"a colon is missing: write `{kind}: ...`"
    if kind in ("exact", "report", "let", "vector", "param", "unknown") and token == ":" and "[" not in before:
        return f"write `=` instead of the colon: {_SHAPES[kind]}"
    if kind == "domain" and token == "in" and before.endswith(")"):
        return f"write `=`: {before} = {after.strip()}"
    if kind == "domain" and token == "(" and re.fullmatch(r"domain\s+\w+", before):
        point = re.match(r"\s*\[+([^][]*)", after)
        names = ", ".join("xyz"[: point[1].count(",") + 1] if point else "xy")
        return f"name its coordinates: domain ({names}) = {before.split()[1]}({after.strip()}"
    if kind in ("field", "domain") and re.search(r"[)\]]$", before):
        return "separate them by commas"
    if kind == "part" and token == ",":
        return "join conditions by `or`, or by `and`"
    if kind == "boundary" and token == "," and " on " not in before:
        return "state each condition in a line of its own; a vector is written [0, 0]"
    if kind == "domain" and "=" not in before and token in ("in", ","):
        return "it looks like: domain x in [0, 1], y in [0, 1], or domain (x, y) = disk([0, 0], 1)"
    if token == "(" and re.search(r"\[$|\[[^\]]*$", before):
        return "a point is written in square brackets: [0, 0]"
    if token == "weight" or before.endswith("weight"):
        return "write, say, `weight 10`"
    if kind == "boundary" and re.search(r":\s*periodic$", before):
        return "write `periodic x` in a line of its own"
    relation = kind in ("equation", "boundary", "interface", "initial", "constraint")
    if relation and ":" in before and "=" not in sides and token in ("on", "in", "at", "hard", "weight"):
        return "an equation needs two sides: write `= 0`"
    if kind == "title" or before.endswith(("from", "from ")):
        return f'write it in quotes: "{token}"'
    if kind == "solve":
        return (
            "write the number without a unit" if re.match(r"[\d.]", token) else "separate settings by commas or lines"
        )
    if kind == "param" and re.match(r"\s*=", after):
        return "separate definitions by commas"
    if kind == "boundary" and re.search(r"\bon\b", before) and re.match(r"\s*[=<>]", after):
        return "separate places by commas, or join them by `and`"
    if kind == "field" and token[0].isdigit():
        return "names begin with a letter"
    if token == "," and re.search(r"\d$", before) and re.match(r"\d", after):
        return "numbers are written with a point: 0.5"
    if kind in ("param", "unknown") and token.isdigit() and (comma := re.search(r"(\d+)\s*,$", before)):
        return f"numbers are written with a decimal point: {comma[1]}.{token}"
    if kind in ("equation", "boundary", "initial", "constraint") and token == ":":
        label = re.search(r"(\w+)$", sides)
        return f"write `{kind} {label[1] if label else 'NAME'}: ...`"
    if kind == "equation" and re.search(r"\bin$", before) and token == "not":
        return "name the part: part rest: not inner"
    if re.search(r"\bat$", before):
        if kind == "boundary":
            return "say where it holds with `on`: `on all`, `on x = 0, x = 1`"
        return (
            "`initial` holds at the start of time: leave it out"
            if kind == "initial"
            else "write the point in parentheses: at (0, 0)"
        )
    function = re.search(r"(\w+)(\s*\^\s*\d+)?$", before)
    if function and (function[1] in CALLED or re.fullmatch(r"d[a-z]{1,3}", function[1])):
        power = (function[2] or "").replace(" ", "")
        return f"write {function[1]}({token if token != '(' else '...'}){power}"
    return ""


_SHAPES = {
    "pde": "pde 1",
    "title": 'title "..."',
    "param": "param D = 1e-3",
    "unknown": "unknown a = 1 in [0, 10]",
    "table": 'table k(x) from "k.csv"',
    "let": "let r = sqrt(x^2 + y^2)",
    "domain": "domain x in [0, 1], y in [0, 1]",
    "time": "time t in [0, 1]",
    "part": "part inner: x >= 0 and y >= 0",
    "field": "field u(x, t)",
    "vector": "vector U = (u, v)",
    "equation": "equation: dt(u) - dxx(u) = 0",
    "boundary": "boundary: u = 0  on x = 0, x = 1",
    "interface": "interface: jump(u) = 0  on x = 0.5",
    "initial": "initial: u = sin(pi*x)",
    "periodic": "periodic x",
    "constraint": "constraint: integral(u) = 0",
    "data": 'data: u from "file.csv"',
    "exact": "exact u = sin(pi*x)",
    "reference": 'reference: u from "file.csv"',
    "report": "report energy = integral(u^2)",
    "solve": "solve { steps = 300 }",
}


def _shape(kind: str, text: str) -> str:
    if kind in ("equation", "boundary", "interface", "initial", "constraint") and ":" in text and "=" not in text:
        return "an equation needs two sides: write `= 0`"
    return f"it looks like: {_SHAPES[kind]}"
