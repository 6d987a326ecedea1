"""From the folder of specs that comes with pdedsl to what there is in it."""

from dataclasses import dataclass
from pathlib import Path

from pdedsl.syntax import syntax
from pdedsl.syntax.parse import parse
from pdedsl.vocabulary.source import Source

ROOMS = ("branch", "family", "hard", "inverse")
"""Folders with families over swept parameters, with what is hard to solve, and with what is to be found from data."""


@dataclass(frozen=True)
class Entry:
    """A spec of the gallery."""

    path: Path
    title: str

    @property
    def name(self) -> str:
        """`heat`, `inverse/source`."""
        return self.path.relative_to(folder()).with_suffix("").as_posix()


def folder() -> Path:
    """The specs: inside the package when installed, beside it in a checkout."""
    here = Path(__file__).parents[1]
    return next(place for place in (here / "specs", here.parent / "specs") if place.is_dir())


def entries() -> tuple[Entry, ...]:
    """All specs of the gallery, by name, those with something in common below the others."""
    paths = [path for room in ("", *ROOMS) for path in sorted((folder() / room).glob("*.pde"))]
    return tuple(Entry(path, _title(path)) for path in paths)


def _title(path: Path) -> str:
    spec = parse(Source.of(path.read_text(encoding="utf-8")))
    return next((s.title.text for s in spec.statements if isinstance(s, syntax.Title)), path.stem)
