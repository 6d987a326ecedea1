"""What comes of a message's advice, followed: for each bad spec of the tests of messages, and each message that has any."""

import re
from collections.abc import Callable

import pytest

from pdedsl.stages.load import check
from pdedsl.vocabulary.diagnostics import Diagnostic, render
from pdedsl.vocabulary.source import Source
from tests.checker.test_check import CASES

Way = Callable[[str, Diagnostic, re.Match[str]], str]


def put(text: str, found: Diagnostic, words: str) -> str:
    """A text with the passage that a message marks replaced."""
    return text[: found.span.start] + words + text[found.span.end :]


def instead(text: str, found: Diagnostic, m: re.Match[str]) -> str:
    """With the words of the advice in place of the passage."""
    return put(text, found, m[1])


def line_of(text: str, found: Diagnostic) -> tuple[int, int]:
    """Where the line of a message begins and ends."""
    begin, end = text.rfind("\n", 0, found.span.start) + 1, text.find("\n", found.span.start)
    return begin, len(text) if end < 0 else end


def without(text: str, found: Diagnostic, m: re.Match[str]) -> str:
    """Without the passage, or the item of a list that it stands in, or its statement: what is enough."""
    begin, end = line_of(text, found)
    line, at = text[begin:end], found.span.start - begin
    items = [own for own in re.finditer(r"\s*,\s*[^,()\[\]]+(?=$|,|\))", line) if own.start() <= at < own.end()]
    shorter = [line[:at] + line[found.span.end - begin :], *(line[: i.start()] + line[i.end() :] for i in items), ""]
    texts = [text[:begin] + own + text[end:] for own in shorter]
    return next((own for own in texts if not errors(own)), texts[-1])


def added(text: str, found: Diagnostic, m: re.Match[str]) -> str:
    """With one more statement; where it says `...`, the exact solution, if there is one."""
    field = re.search(r": \w*\(?(\w+)", m[1])
    known = f"exact({field[1]})" if field and f"exact {field[1]} " in text else "0"
    return f"{text}\n{m[1].replace('...', known)}\n"


def declared(text: str, found: Diagnostic, m: re.Match[str]) -> str:
    """With one more line below the header."""
    return text.replace("pde 1\n", f"pde 1\n{m[1]}\n", 1)


def renamed(text: str, found: Diagnostic, m: re.Match[str]) -> str:
    """With another name, also where a function of its own uses it."""
    _, end = line_of(text, found)
    own, rest = text[found.span.start : found.span.end], text[found.span.end : end]
    new = m[1] or ("k" if "letter" in found.help else "other")
    if rest.startswith(") ="):
        rest = re.sub(rf"\b{own}\b", new, rest)
    return f"{text[: found.span.start]}{new}{rest}{text[end:]}"


def line(text: str, found: Diagnostic, m: re.Match[str]) -> str:
    """With a statement in place of the one that is marked, and of what hangs below it."""
    begin, _ = line_of(text, found)
    return re.sub(r"[^\n]*(\n[ \t]+[^\n]*)*", m[1], text[begin:], count=1).join((text[:begin], ""))


def by(pattern: str, new: str) -> Way:
    """With some words replaced."""
    return lambda text, found, m: re.sub(pattern, new, text, count=1)


def to(new: str) -> Way:
    """With words in place of the passage."""
    return lambda text, found, m: put(text, found, new)


def at_end(text: str, found: Diagnostic, m: re.Match[str]) -> str:
    """With a character at the end of the line."""
    _, end = line_of(text, found)
    return text[:end] + m[1] + text[end:]


def errors(text: str) -> list[str]:
    """The codes of the errors of a text."""
    return [d.code for d in check(Source.of(text)).errors]


WAYS: tuple[tuple[str, Way], ...] = (
    (r"^did you mean `(.+)`\?", instead),
    (r"^begin the file with the line `(pde 1)`", lambda text, found, m: f"pde 1\n{text.removeprefix('pde1')}"),
    (r"^this is version 1: write `(pde 1)`", instead),
    (r"^outward it flows as `.*`: write `(.+)`", instead),
    (r"^an equation needs two sides: write `(= 0)`", instead),
    (r"^a colon is missing: write `equation: ...`", by(r"equation D", "equation: D")),
    (r"^write `initial: ...`", by(r"(boundary:.*), t = 0", r"\1")),
    (r"^write `0 < x and x < 1`", by(r"0 < x < 1", "x = 0, x = 1")),
    (r"^write `on (t = 1)`, or", instead),
    (r"^write a smooth transition .*, such as `a \+ \(b - a\)\*(.*)`", lambda text, found, m: re.sub(r"where\(.*?2\)|abs\(x\)|\(2 \+ sign\(.*?\)\)\)", f"(1 + 2*{m[1]})", text)),
    (r"^write `([^`]+)`(: products need a `\*`)?$", instead),
    (r"^products need a `\*`: write pi\*\(...\)", to("pi*(2)")),
    (r"^write dx\(u\),? or d\(u, x\),? for a derivative", by(r"∂u|d/dx\(u\)", "dx(u)")),
    (r"^write (-) \(", instead),
    (r"^write (\^2|in|dxx\(u\)|\[0, 1\]|x\[1\])$", instead),
    (r"^write (d\(u, x\[1\]\)|disk\(\[0, 0\], 1\))$", lambda text, found, m: re.sub(r"dx\(u\)|circle\([^)]*\)", m[1], text)),
    (r"^write, say, (.+)$", instead),
    (r"^write sin\(a\)|^write D\(w\)", lambda text, found, m: put(text, found, f"{m[0][6:-2]}u)")),
    (r"^write integral\(e\) or", to("integral(u)")),
    (r"^write a\*b for scalars", to("u*v")),
    (r"^write (d\(u, t\)), or", instead),
    (r"^write (u), and where it holds", instead),
    (r"^write at \(x, y\) in numbers", to("at (0, 0)")),
    (r"^write (grid\(20\)) or", instead),
    (r"^write exp\(n\*log\(x\)\) if you mean it", to("exp(100*log(u))")),
    (r"^`div` is of a vector; write grad\(u\) or (laplacian\(u\))", instead),
    (r"^write `(interface: .*) = \.\.\.  (on .*)` for something else", lambda text, found, m: f"{text}\n{m[1]} = 0  {m[2]}\n"),
    (r"^add `(\))`", at_end),
    (r"^close it with `(\")`", at_end),
    (r"^add `(equation: ...  in) PART` for the rest", lambda text, found, m: f"{text}part rest: not left and not right\nequation: laplacian(U) = -U  in rest\n"),
    (r"^add `exact u = ...`", lambda text, found, m: f"{text}\nexact u = exp(-a*pi^2*t)*sin(pi*x)\n"),
    (r"^add `((?:boundary|initial|constraint)\b[^`]*)`", added),
    (r"^add an equation, or remove the field", lambda text, found, m: f"{text}\nequation: v = 0\n"),
    (r"^add, say, `(.+?)`(?: and `(.+)`)?", lambda text, found, m: text.replace("pde 1\n", "\n".join(["pde 1", *filter(None, m.groups()), ""]))),
    (r"^declare it so: field (.+)", lambda text, found, m: text.replace(m[1].replace(", y", ""), m[1])),
    (r"^declare it: `param`", lambda text, found, m: text.replace("pde 1\n", "pde 1\nparam q = 1\n")),
    (r"^declare (?:it|one): (.*)", declared),
    (r"^declare `(.*)`", declared),
    (r"^it looks like: (.*)", line),
    (r"^an interval is written with square brackets: ", by(r"in \(0, 1.", "in [0, 1]")),
    (r"^a statement ends with its line: put a long side in parentheses", by(r"D\(u\)\n  \+ u", "(D(u)\n  + u)")),
    (r"^both sides are joined by `(=)`", instead),
    (r"^(?:choose another|rename)(?:.*, say `(\w+)`)?", renamed),
    (r"^give it where it enters, on (x = \d)", lambda text, found, m: re.sub(r"on x = \d", f"on {m[1]}", text)),
    (r"^let the interval of `(\w+)` be (\[.*\])", lambda text, found, m: re.sub(rf"param {m[1]} in \[[^\]]*\]", f"param {m[1]} in {m[2]}", text)),
    (r"^give the domain as a box: ", by(r"\(x, y\) = disk.*", "x in [0, 1], y in [0, 1]")),
    (r"^intersect it with one that has: `(.*)`", lambda text, found, m: put(text, found, text[found.span.start : found.span.end] + m[1])),
    (r"^it would without `(.+)`", lambda text, found, m: text.replace(f" + {m[1]}", "").replace(f"= {m[1]}", "= 0")),
    (r"^it would with `1` times (.*)", lambda text, found, m: text.replace("integral(u) = 1", f"integral(u) = {m[1]}")),
    (r"^it would with `2` times (.*)", lambda text, found, m: text.replace("u = 2", f"u = 2*{m[1]}")),
    (r"^name a field", to("u")),
    (r"^write `on x = ...` with one of its ends", to("x = L")),
    (r"^name each component once", to("v")),
    (r"^the coordinates are (\w+)", lambda text, found, m: put(text, found, f"d{m[1]}" if text[found.span.start] == "d" else m[1])),
    (r"^places are made of coordinates", to("x")),
    (r"^compare components: (x\[1\])", by(r"x = 0", "x[1] = 0")),
    (r"^the boundary is (\w = \d)", instead),
    (r"^choose a point of the domain", to("at (0.6, 0.1)")),
    (r"^choose a smaller network or fewer points", lambda text, found, m: re.sub(r"\d{4,}", "20", text)),
    (r"remove `hard`", by(r"\s+hard\b", "")),
    (r"^give it a value, or try several", by(r"L in \[1, 2\]", "L = 1")),
    (r"^remove (?:it|one|this)|^`hard` belongs to `boundary` and `initial`", without),
    (r"^say what it is: `(equation): ", instead),
    (r"^say where it holds: `(on all)`", lambda text, found, m: put(text, found, f"  {m[1]}")),
    (r"^start a new line before ", lambda text, found, m: put(text, found, "\n" + text[found.span.start : found.span.end])),
    (r"^use dot\(a, b\) or", to("dot(grad(u), grad(u))")),
    (r"^use norm\(V\), or", to("norm(grad(u))")),
    (r"^take a component, V\[1\], or norm\(V\)", by(r"grad\(u\) \+ v", "norm(grad(u)) + v")),
    (r"^use <= or >=, or", lambda text, found, m: put(text, found, text[found.span.start : found.span.end].replace("=", "<="))),
)  # fmt: skip
"""Advice, and how it is followed: the first that fits."""
KNOWLEDGE = r"""
1\.8e308 is the limit|`pdedsl gallery heat` prints|`x` runs from|add `data`, or one more|add `data` of what
a vector groups fields|both must have|both sides must have
break the chain|change the source or the flux|change one of them|check the|choose other units|differentiate a simpler
file names are relative|is a source or a boundary value missing|it and all its derivatives|it belongs to|it may stand in
it needs one component|leave it out for now|leave `noise` out|leave out what|it is written in|it would be 0|it would with|its parts do not overlap|mind the zeros|one of them is wrong
only constants|parts belong to|shapes are joined|small errors grow|sums and groups|the boundary lies in|the domain is
the fields are|the lower bound|sweep values between|the solution has a jump|there is no boundary|this is as small as|use numbers|write the condition out
"""
"""How advice begins that only who wrote the spec can follow: it says what is wrong or possible, not what to write."""


@pytest.mark.parametrize(("code", "good", "old", "new"), CASES, ids=[f"{c[0]}-{i}" for i, c in enumerate(CASES)])
def test_advice_mends_what_it_is_about(code: str, good: str, old: str, new: str) -> None:
    text = good.replace(old, new, 1).replace("«", "").replace("»", "")
    bare = re.sub(r"\nexact [^\n]*", "", text)
    if "exact(" not in text and code in {d.code for d in check(Source.of(bare)).diagnostics}:
        text = bare  # with other words the exact solution is that of another problem
    for found in check(Source.of(text)).diagnostics:
        way = next(((m, way) for pattern, way in WAYS if (m := re.search(pattern, found.help))), None)
        if way is None:
            assert re.match("|".join(KNOWLEDGE.strip().replace("\n", "|").split("|")), found.help), found.help
            continue
        after = way[1](text, found, way[0])
        checked = check(Source.of(after))
        said = f"{after}\n" + "\n".join(render(d, checked.source) for d in checked.diagnostics)
        assert found.message not in {d.message for d in checked.diagnostics}, said
        assert not {d.code for d in checked.errors} - {"E501", "E503"}, said
