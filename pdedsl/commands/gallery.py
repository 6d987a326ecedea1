"""From the folder of specs that comes with pdedsl to what there is in it."""

from dataclasses import dataclass
from pathlib import Path

from pdedsl.syntax import syntax
from pdedsl.syntax.parse import parse
from pdedsl.vocabulary.source import Source


@dataclass(frozen=True)
class Entry:
    """A spec of the gallery."""

    path: Path
    title: str

    @property
    def name(self) -> str:
        return self.path.stem


def folder() -> Path:
    """The specs: inside the package when installed, beside it in a checkout."""
    here = Path(__file__).parents[1]
    return next(place for place in (here / "specs", here.parent / "specs") if place.is_dir())


def entries() -> tuple[Entry, ...]:
    """All specs of the gallery, by name."""
    return tuple(Entry(path, _title(path)) for path in sorted(folder().glob("*.pde")))


def _title(path: Path) -> str:
    spec = parse(Source.of(path.read_text(encoding="utf-8")))
    return next((s.title.text for s in spec.statements if isinstance(s, syntax.Title)), path.stem)
