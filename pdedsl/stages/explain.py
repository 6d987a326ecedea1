"""From a code such as E205 to its page: what it means, a spec that has it and one that has not."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pdedsl.stages.load import check
from pdedsl.vocabulary.source import Source, Span, render

PAGES = Path(__file__).parents[1] / "vocabulary" / "codes.md"


@dataclass(frozen=True)
class Page:
    """What there is to say about one code."""

    code: str
    title: str
    words: str
    bad: str
    """A spec to which the code applies."""
    place: Span
    """Where it applies."""
    good: str
    """The same spec, mended."""


@cache
def pages() -> dict[str, Page]:
    """All pages by code, in the order of the codes."""
    return {p.code: p for p in map(_page, PAGES.read_text(encoding="utf-8").split("\n## ")[1:])}


def _page(section: str) -> Page:
    head, _, body = section.partition("\n")
    code, title = head.split(": ", 1)
    words, bad, good = re.split(r"```\n(?:```\n)?", body)[:3]
    start, end = bad.index("«"), bad.index("»") - 1
    return Page(code, title, words.strip(), bad.replace("«", "").replace("»", ""), Span(start, end), good)


def explain(code: str) -> str | None:
    """The page of a code as text, with the message that the wrong spec gets; None for a code that does not exist."""
    page = pages().get(code.upper())
    if page is None:
        return None
    found = check(Source.of(page.bad, "example.pde"))
    message = "\n\n".join(render(d, found.source) for d in found.diagnostics)
    parts = (
        f"{page.code}: {page.title}",
        page.words,
        "Wrong:",
        _indent(page.bad),
        message,
        "Right:",
        _indent(page.good),
    )
    return "\n\n".join(p for p in parts if p)


def _indent(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.rstrip().split("\n"))
