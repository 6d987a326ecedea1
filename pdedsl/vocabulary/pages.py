"""From `codes.md` to a page for each code: what it means, a spec that has it and one that has not."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pdedsl.vocabulary.source import Span

PAGES = Path(__file__).with_name("codes.md")


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
