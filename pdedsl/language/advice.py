"""From a place where the parser stopped to words that help: what is unexpected and what to write instead."""

import re
from collections.abc import Callable

from pdedsl.language.source import Diagnostic, Span, suggest

STATEMENTS = (
    *("pde", "title", "param", "unknown", "let", "domain", "time", "part", "field", "vector", "equation", "boundary"),
    *("initial", "periodic", "constraint", "data", "exact", "reference", "report", "solve"),
)

SPELLINGS = {
    "∂": "write dx(u) or d(u, x) for a derivative",
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

_FOREIGN = {
    "FlexPDE": r"(?im)^\s*(variables|equations|boundaries|coordinates|select|definitions)\b\s*(?:\{|$|\w+\s*(?:=|$|\())",
    "Processing": r"(?m)^\s*(void\s+\w+\s*\(|import\s+[\w.]+\s*[;*]|(?:int|float|PImage|PVector|boolean|String)\s+\w+)",
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
    (r"[\d.][\w.]*", "`{0}` is not a number", lambda m: "numbers look like 2, 0.5, .5 or 1e-3"),
    (r"<=|>=|<|>", "comparisons cannot be chained", lambda m: "write `0 < x and x < 1`"),
    (r"\w+", "unexpected `{0}`", lambda m: ""),
    (r"\S", "unexpected `{0}`", lambda m: ""),
)


def _product(number: str, name: str) -> str:
    if re.fullmatch(r"[eE]", name) or name.startswith("x0") or (number == "0" and name.startswith("x")):
        return "numbers look like 2, 0.5, .5 or 1e-3"
    if name.startswith("_"):
        return "write the digits without `_`"
    if name in ("hard", "on", "in", "weight", "at"):
        return f"write `{number} {name}`"
    return f"write `{number}*{name}`: products need a `*`"


def explain_syntax(text: str, start: int, at: int) -> Diagnostic:
    """E101 for a statement `text` that begins at `start` of the file; the parser stopped at `text[at]`."""
    word = re.match(r"[^\W\d]\w*", text)
    if word is None or word[0] not in STATEMENTS:
        end = word.end() if word else max(1, len(re.match(r"\S\w*", text)[0]))  # pyright: ignore[reportOptionalSubscript]
        help_ = suggest(text[:end], STATEMENTS) or "a statement begins with one of: " + ", ".join(STATEMENTS[1:])
        return Diagnostic("E101", f"`{text[:end]}` is not a statement", Span(start, start + end), help_)
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
            help_ = advice(match) or _special(kind, text, at, match[0]) or _shape(kind, text)
            return Diagnostic("E101", message.format(match[0]), Span(start + at, start + match.end()), help_)
    raise AssertionError("every character matches a rule")


def _special(kind: str, text: str, at: int, token: str) -> str:
    before = text[:at].rstrip()
    if token in STATEMENTS and re.match(r"\s*(\w+\s*)?[:=({\"]|\s+\w+", text[at + len(token) :]):
        return f"start a new line before `{token}`: one statement a line"
    if token == "(" and re.search(r"\bin$", before):
        return "an interval is written with square brackets: [0, 1]"
    if kind in ("equation", "boundary", "initial", "constraint", "part") and ":" not in before:
        return f"a colon is missing: write `{kind}: ...`" if kind != "part" else "write `part NAME: condition`"
    if kind == "boundary" and "=" in before and " on " not in before:
        return "say where it holds with `on`: `on all`, `on x = 0, x = 1`"
    if re.search(r"\bd$", before) and token == "/":
        return "write dx(u), or d(u, x), for a derivative"
    if re.fullmatch(r"[^\W\d]\w*", token) and re.search(r"[\w)\]]$", before):
        close = suggest(token, ("on", "hard", "weight", "in", "at", "from", "columns", "noise", "and", "or"))
        return close or "products need a `*`"
    if token == "(" and re.search(r"[\d)]$", before):
        return "products need a `*`"
    return ""


_SHAPES = {
    "pde": "pde 1",
    "title": 'title "..."',
    "param": "param D = 1e-3",
    "unknown": "unknown a = 1 in [0, 10]",
    "let": "let r = sqrt(x^2 + y^2)",
    "domain": "domain x in [0, 1], y in [0, 1]",
    "time": "time t in [0, 1]",
    "part": "part inner: x >= 0 and y >= 0",
    "field": "field u(x, t)",
    "vector": "vector U = (u, v)",
    "equation": "equation: dt(u) - dxx(u) = 0",
    "boundary": "boundary: u = 0  on x = 0, x = 1",
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
    if kind in ("equation", "boundary", "initial", "constraint") and ":" in text and "=" not in text:
        return "an equation needs two sides: write `= 0`"
    return f"it looks like: {_SHAPES[kind]}"
