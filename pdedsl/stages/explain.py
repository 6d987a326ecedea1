"""From a code such as E205 to its page as text, with the message that its wrong spec really gets."""

from pdedsl.stages.load import check
from pdedsl.vocabulary.diagnostics import render
from pdedsl.vocabulary.pages import pages
from pdedsl.vocabulary.source import Source


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
