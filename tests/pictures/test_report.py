"""The page of a run: self-contained, well-formed, with everything that belongs to it."""

import re
from html.parser import HTMLParser
from pathlib import Path

from pdedsl.pictures.report import _maths, highlighted

VOID = {"meta", "img", "br", "mspace"}


class Page(HTMLParser):
    """Collects tags and text; fails where tags do not nest."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def read(path: Path) -> Page:
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    assert not page.open
    return page


def test_the_page_of_a_run(flow_run: Path) -> None:
    page = read(flow_run / "report.html")
    for words in (
        "Flow & <b>",
        "exact solution",
        "fresh points",
        "# a comment",
        "pdedsl solve spec.pde",
        "jaxlib",
        "order 2 in space",
    ):
        assert words in page.text
    assert sum(tag == "math" for tag, _ in page.tags) >= 6


def test_the_page_loads_nothing_from_elsewhere(flow_run: Path) -> None:
    page = read(flow_run / "report.html")
    assert not [t for t, _ in page.tags if t in ("script", "link", "iframe")]
    assert all((a.get("src") or "data:").startswith("data:") for _, a in page.tags)
    assert not re.search(r"url\(|@import", (flow_run / "report.html").read_text())


def test_formulas_say_how_wide_they_are() -> None:
    (fraction,) = re.findall(r"--wide: (\d+)", _maths(r"\frac{a + b + c + d + e}{2}"))
    (row,) = re.findall(r"--wide: (\d+)", _maths("a + b + c + d + e"))
    (twice,) = re.findall(r"--wide: (\d+)", _maths("a + b + c + d + e + a + b + c + d + e"))
    assert fraction == row and 1.8 < float(twice) / float(row) < 2.3


def test_highlighting() -> None:
    text = 'equation: dx(u) = 2*on # "x"\ntitle "a <b>"\n'
    found = highlighted(text)
    assert '<span class="k">equation</span>' in found and '<span class="nb">dx</span>' in found
    assert '<span class="m">2</span>' in found and '<span class="s">"a &lt;b&gt;"</span>' in found
    assert '<span class="c1"># "x"</span>' in found
    assert Page().feed(found) is None
