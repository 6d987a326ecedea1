"""From text to the texts of its statements: brackets matched, comments and folded lines blanked, characters checked."""

import re
import unicodedata
from dataclasses import dataclass

from pdedsl.syntax.advice import SPELLINGS, ascii_spelling, leibniz
from pdedsl.syntax.syntax import Comment
from pdedsl.vocabulary.diagnostics import Diagnostic
from pdedsl.vocabulary.source import Source, Span

DEEPEST = 100
"""Brackets inside each other, and as many levels of an expression."""
WORD = r"[^\W\d]\w*"
"""A name."""


@dataclass
class Slice:
    """The text of one statement, comments and folded newlines blanked, and where it starts."""

    start: int
    text: str
    broken: bool = False


_TOKEN = re.compile(r'#[^\n]*|"[^"\n]*"|\n|[^\S\n]+|\w+|.', re.DOTALL)
_CLOSING = {"(": ")", "[": "]", "{": "}"}


def cut(source: Source) -> tuple[list[Slice], tuple[Comment, ...], list[Diagnostic]]:
    """The statements of a text, its comments, and what is wrong with brackets, strings and characters."""
    text = source.text
    slices: list[Slice] = []
    comments: list[Comment] = []
    diagnostics: list[Diagnostic] = []
    opened: list[tuple[str, int]] = []
    cooked: list[str] = []
    said: set[str] = set()
    start, broken = 0, False

    def finish() -> None:
        nonlocal broken
        body = "".join(cooked)
        lead = len(body) - len(body.lstrip())
        if body.strip():
            slices.append(Slice(start + lead, body.strip(), broken))
        cooked.clear()
        said.clear()
        broken = False

    def wrong(code: str, message: str, span: Span, help_: str, *also: tuple[Span, str]) -> None:
        """One message about brackets a statement: the others follow from it."""
        nonlocal broken
        if not broken or code != "E101":
            diagnostics.append(Diagnostic(code, message, span, help_, also))
        broken = True

    def unclosed() -> str:
        if re.match(r"\s*(domain|time|param)\b", "".join(cooked)):
            return "an interval is written with square brackets: [0, 1]"
        return ""

    for match in _TOKEN.finditer(text):
        token, at = match[0], match.start()
        if token == "\n":
            if opened and _STARTS.match(text, match.end()):
                bracket, where = opened[0]
                wrong("E101", f"this `{bracket}` is never closed", Span(where, where + 1), f"add `{_CLOSING[bracket]}`")
                opened.clear()
            if not opened:
                finish()
                start = match.end()
            else:
                cooked.append("\n" if opened[-1][0] == "{" else " ")
            continue
        if token[0] == "#":
            comments.append(Comment(Span(at, match.end()), not text[text.rfind("\n", 0, at) + 1 : at].strip()))
            token = " " * len(token)
        elif token == '"':
            wrong("E101", "this string does not end on its line", Span(at, at + 1), 'close it with `"`')
        elif token in _CLOSING:
            opened.append((token, at))
            if len(opened) == DEEPEST + 1:
                wrong("E101", "brackets are nested too deeply", Span(at, at + 1), f"{DEEPEST} levels are allowed")
        elif token in ")]}":
            if not opened:
                wrong("E101", f"this `{token}` closes nothing", Span(at, at + 1), unclosed() or "remove it")
            elif _CLOSING[opened[-1][0]] != token:
                bracket, where = opened.pop()
                message = f"`{token}` where `{_CLOSING[bracket]}` is due"
                opening = (Span(where, where + 1), "the bracket opened here")
                help_ = unclosed() or f"close it with `{_CLOSING[bracket]}`"
                wrong("E101", message, Span(at, at + 1), help_, opening)
            else:
                opened.pop()
        elif token[0] == '"' and (hidden := next((c for c in token if ord(c) < 32 or ord(c) == 127), None)):
            where = at + token.index(hidden)
            wrong("E102", f"a control character (U+{ord(hidden):04X}) in a string", Span(where, where + 1), "remove it")
        elif (token[0] != '"' and not token.isascii()) or (len(token) == 1 and token < " " and token not in "\t\f"):
            for offset, character in enumerate(token):
                if not _allowed(character):
                    spelling = leibniz(text, at + offset) or SPELLINGS.get(character, "")
                    family = "∂" if character in "∂²³⁴" and "∂" in said else character
                    if family in said:
                        continue  # once a statement
                    said.add(family)
                    name = unicodedata.name(character, f"U+{ord(character):04X}")
                    shown = f"`{character}` ({name})" if character.isprintable() else name
                    message = f"the character {shown} is not part of the language"
                    wrong("E102", message, Span(at + offset, at + offset + 1), spelling or ascii_spelling(character))
                    break
        cooked.append(token)
    if opened:
        bracket, where = opened[0]
        wrong("E101", f"this `{bracket}` is never closed", Span(where, where + 1), f"add `{_CLOSING[bracket]}`")
    finish()
    return slices, tuple(comments), diagnostics


def _allowed(character: str) -> bool:
    """ASCII, letters other than modifier letters, and decimal digits; white space that people cannot see too."""
    if character.isascii():
        return character.isprintable() or character in "\t\f"
    return unicodedata.category(character) in ("Lu", "Ll", "Lt", "Lo", "Nd")


_STARTS = re.compile(
    rf"""title[ ]*"|(?:param|unknown)[ ]+{WORD}[ ]*(?:=|in\b|\()|unknown[ ]+(?:field|function)[ ]+{WORD}[ ]*\(
    |table[ ]+{WORD}[ ]*\(|let[ ]+{WORD}[ ]*[(=]
    |domain[ ]*(?:{WORD}[ ]*(?:\[|in\b)|\()|time[ ]+{WORD}[ ]+in\b|part[ ]+{WORD}[ ]*:|field[ ]+{WORD}[ ]*\(
    |vector[ ]+{WORD}[ ]*=|(?:equation|boundary|interface|initial|constraint|data|reference)(?:[ ]+{WORD})?[ ]*:
    |periodic[ ]+{WORD}|(?:exact|report)[ ]+{WORD}[ ]*=|solve[ ]*\{{""",
    re.VERBOSE,
)
