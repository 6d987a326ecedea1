"""What was asked of a study whose next solution the last one tells: a branch, a value at which something holds.

It is kept in the folder of the study, which so goes on where it was stopped.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from pdedsl.runs.files import write
from pdedsl.vocabulary.source import Source

KEPT = "study.json"
"""In the folder of such a study: what was asked of it."""


@dataclass(frozen=True)
class Asked:
    """A text, and what is to be done with one of its parameters."""

    spec: str
    """Where the text was, from which the files lie that it names."""
    text: str
    parameters: Mapping[str, float]
    """The values of others."""
    name: str
    low: float
    high: float
    """The parameter, where it begins, and towards which value it goes."""
    choices: Mapping[str, str | float]
    """Of each run."""
    until: str | None = None
    """The condition that is to hold; a branch is followed where there is none."""
    switch: bool = False
    """Whether those branches are followed, too, that cross it."""
    most: int = 0
    """The most points of a branch."""

    @property
    def source(self) -> Source:
        """The text and where it came from."""
        return Source(self.text, self.spec)


def begin(folder: Path, asked: Asked) -> None:
    """Note what was asked."""
    write(folder / KEPT, json.dumps(asdict(asked)).encode())


def kept(folder: Path) -> Asked | None:
    """What was asked of the study in a folder; None if it holds none. ValueError if that cannot be read."""
    file = folder / KEPT
    if not file.exists():
        return None
    try:
        asked = Asked(**json.loads(file.read_text(encoding="utf-8")))
        sound = all(isinstance(own, dict) for own in (asked.parameters, asked.choices))
        if not sound or not asked.low - asked.high:
            raise ValueError("not what was asked")
        return asked
    except (ValueError, TypeError) as error:
        raise ValueError(f"{file} does not say what was asked of it") from error
