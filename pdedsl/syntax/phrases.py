"""What people type who come from other tools, as one table: the phrase, what is wrong with it, what to write instead."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from pdedsl.vocabulary.diagnostics import Diagnostic
from pdedsl.vocabulary.functions import FUNCTIONS
from pdedsl.vocabulary.operators import INTEGRALS, OPERATORS
from pdedsl.vocabulary.source import Span
from pdedsl.vocabulary.words import UNITLESS

CALLED = {*FUNCTIONS, *OPERATORS, *INTEGRALS, "sum", "prod", "exact", "where", "d"}
"""What is written `name(...)`."""


@dataclass(frozen=True)
class Around:
    """What the rest of a file seems to declare, so that advice is in its own names."""

    time: str | None = None
    space: tuple[str, ...] = ()
    fields: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def field(self) -> str:
        """A field to write examples with."""
        return self.fields[0][0] if self.fields else "u"

    @property
    def axis(self) -> str:
        """A coordinate in space to write examples with."""
        return self.space[0] if self.space else "x"

    def rate(self, name: str, order: int = 1) -> str:
        """The derivative that a prime means: in time where there is no space."""
        letter = self.time if self.time is not None and not self.space else self.axis
        return f"d{letter * order}({name})" if len(letter) == 1 else f"d({name}, {letter}, {order})"


def around(text: str) -> Around:
    """The names that a file seems to declare, from its text."""
    times = re.search(r"^\s*time\s+(\w+)", text, re.MULTILINE)
    boxes = re.search(r"^\s*domain\s+(?!\()(.*)", text, re.MULTILINE)
    shapes = re.search(r"^\s*domain\s*\(([^)]*)\)", text, re.MULTILINE)
    space = re.findall(r"(\w+)\s+in\b", boxes[1]) if boxes else re.findall(r"\w+", shapes[1]) if shapes else []
    lines = re.findall(r"^\s*field\s+(.*)", text, re.MULTILINE)
    fields = [(n, tuple(re.findall(r"\w+", a))) for line in lines for n, a in re.findall(r"(\w+)\s*\(([^)]*)\)", line)]
    return Around(times[1] if times else None, tuple(space), tuple(fields))


NOTHING = Around()
"""Where nothing is known of the rest of a file."""

Advice = Callable[[re.Match[str], Around], str]

_NUMBER = r"(?<![\w.])(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_UNITS = (
    "m|mm|cm|km|um|nm|s|ms|min|h|hours?|days?|weeks?|years?|K|degC|degF|C|F|kg|g|mg|W|kW|MW|J|kJ|N|kN|Pa|kPa|MPa|GPa|bar"
    "|Hz|kHz|V|A|mol|rad|deg|seconds?|minutes?|meters?|metres?"
)

_PHRASES: tuple[tuple[str, str, Advice], ...] = (
    (r"(?<=unknown )\s*(\w+)\s+in\s*\[([^,\]]+),([^\]]+)\]", "a start value is missing", lambda m, a: _start(m)),
    (r"(\w+)\s+from\s+(\"[^\"]*\")", "only `table`, `data` and `reference` read files", lambda m, a: f"write `table {m[1]}0({a.axis}) from {m[2]}`, then `{m[1]} = {m[1]}0({a.axis})`"),
    (r"\bif\b\s*(.+?)\s*\bthen\b\s*(.+?)\s*\belse\b\s*(.+)$", "`if` is written as `where`", lambda m, a: _where(m[1], m[2], m[3])),
    (r"(?<==)\s*([^=]+?)\s+if\s+(.+?)\s+else\s+([^\s)]+)", "`if` is written as `where`", lambda m, a: _where(m[2], m[1], m[3])),
    (rf"{_NUMBER}[ij]\b", "`{0}` is not a real number", lambda m, a: "fields are real: a complex one is two fields, its real and its imaginary part"),
    (rf"{_NUMBER}\s*(?:{_UNITS})(?:/(?:{_UNITS}))*(?:\^\d)?\b(?!\s*[(*])", "numbers carry no units", lambda m, a: UNITLESS),
    (r"\bint[123]d\s*\(.*", "weak forms are not part of the language", lambda m, a: f"state the equation itself, as -laplacian({a.field}) = f"),
    (r"\bon\s*\(.*\)", "this is not how a condition is stated", lambda m, a: f"write `boundary: {a.field} = 0  on {a.axis} = 0`"),
    (r"\b(?:DirichletCondition|NeumannValue)\[.*", "`{0}` is not part of the language", lambda m, a: f"write `{a.field} = ... on ...`, or `dn({a.field}) = ... on ...`"),
    (r"\bD\[\s*(\w+)(?:\[[^\]]*\])?.*?\]", "`{0}` is not a derivative here", lambda m, a: f"write d{a.axis}({m[1]}), or d({m[1]}, {a.axis}, 2)"),
    (r"\b([A-Z]\w*)\[", "`{0}` is not a call", lambda m, a: f"write {_lower(m[1])}(...): calls take parentheses"),
    (r"(?<=time )\s*(\w+)\s+from\s+(\S+)\s+to\s+(\S+)", "an interval is written with brackets", lambda m, a: f"write `time {m[1]} in [{m[2]}, {m[3]}]`"),
    (r"(?<=domain )\s*(\S+)\s*<=?\s*(\w+)\s*<=?\s*(\S+)", "an interval is written with brackets", lambda m, a: f"write `domain {m[2]} in [{m[1]}, {m[3]}]`"),
    (r"(?<=domain )\s*\w+\s*\[[^\]]*\]\s*=", "a shape takes single coordinates", lambda m, a: "name them: domain (x, y, z) = ball([0, 0, 0], 1)"),
    (r"\.[*/^]|\./", "unexpected `{0}`", lambda m, a: f"write `{m[0][1:]}`: it is meant at each point anyway"),
    (r"@\s*\(.*?\)", "unexpected `{0}`", lambda m, a: "write the expression itself, or name it: let f(x) = ..."),
    (r"\blambda\s+\w+(?:\s*,\s*\w+)*\s*:", "unexpected `{0}`", lambda m, a: "write the expression itself, or name it: let f(x) = ..."),
    (r"(?<=\S)\s*//\s*", "unexpected `//`", lambda m, a: "numbers are real: write `/`; comments begin with `#`"),
    (r"\\(?:Delta|nabla\s*\^\s*\{?2\}?|triangle)", "names have no backslash", lambda m, a: f"write laplacian({a.field})"),
    (r"\\nabla\b(?:\s*\\cdot)?", "names have no backslash", lambda m, a: f"write grad({a.field}), div(U) or curl(U)"),
    (r"\\frac\s*\{\s*(?:\\partial|d)\b.*?\}\s*\{.*?\}", "names have no backslash", lambda m, a: f"write d{a.axis}({a.field}), or d({a.field}, {a.axis}, 2)"),
    (r"\\frac\b", "names have no backslash", lambda m, a: "write a/b for a fraction"),
    (r"\\partial\b", "names have no backslash", lambda m, a: f"write d{a.axis}({a.field}) for a derivative"),
    (r"\\int\b", "names have no backslash", lambda m, a: f"write integral({a.field})"),
    (r"\\([a-zA-Z]+)", "names have no backslash", lambda m, a: f"write {m[1]}(...)" if m[1] in CALLED else f"write {m[1]}"),
    (r"\b(\w+?)_\{(\w+)\}", "`{0}` is not a name", lambda m, a: f"write d{m[2]}({m[1]})" if set(m[2]) <= {*a.space, a.time} else f"write {m[1]}_{m[2]}"),
    (r"\b(\w+)('+)", "unexpected `{0}`", lambda m, a: f"write {a.rate(m[1], len(m[2]))}"),
)  # fmt: skip


def phrase(text: str, start: int, known: Around) -> Diagnostic | None:
    """E101 for a phrase of another tool in a statement `text` that begins at `start` of the file, if there is one."""
    quoted = [m.span() for m in re.finditer(r'"[^"\n]*"', text)]
    kind = text.split(None, 1)[0].rstrip(":") if text.split() else ""
    for pattern, message, advice in _PHRASES:
        match = re.compile(pattern).search(text)
        if match is None or any(left < match.start() < right for left, right in quoted):
            continue
        if " from " in match[0] and kind in ("data", "table", "reference"):
            continue
        lead = len(match[0]) - len(match[0].lstrip())
        words = match[0].strip()
        shown = words if len(words) <= 40 else words[:37] + "..."
        span = Span(start + match.start() + lead, start + match.start() + lead + len(words))
        return Diagnostic("E101", message.format(shown), span, advice(match, known))
    return None


def _start(match: re.Match[str]) -> str:
    """The declaration of an unknown with the middle of its bounds to start from."""
    name, low, high = match[1], match[2].strip(), match[3].strip()
    try:
        middle = f"{(float(low) + float(high)) / 2:g}"
    except ValueError:
        middle = "1"
    return f"write `unknown {name} = {middle if middle not in ('inf', 'nan') else '1'} in [{low}, {high}]`"


def _where(condition: str, first: str, second: str) -> str:
    return f"write where({condition.strip()}, {first.strip()}, {second.strip()})"


def _lower(name: str) -> str:
    """The name of a function in the language for one that begins with a capital."""
    return {"D": "dx", "Laplacian": "laplacian", "Integrate": "integral", "ArcTan": "atan"}.get(name, name.lower())
