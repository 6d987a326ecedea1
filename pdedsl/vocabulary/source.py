"""The text of a spec and places in it."""

import unicodedata
from bisect import bisect_right
from dataclasses import dataclass, field
from errno import EFBIG, EINVAL, EISDIR
from functools import cached_property
from pathlib import Path
from stat import S_ISDIR, S_ISREG


@dataclass(frozen=True)
class Span:
    """A half-open range of characters of a source, `start <= i < end`."""

    start: int
    end: int

    def __or__(self, other: "Span") -> "Span":
        return Span(min(self.start, other.start), max(self.end, other.end))


NOWHERE = Span(0, 0)
"""The place of what was not written in a file."""


def read_regular(path: Path, most: int) -> bytes:
    """What a regular file holds; OSError for any other kind, which may have no end, and for more than `most` bytes."""
    status = path.stat()
    if S_ISDIR(status.st_mode):
        raise IsADirectoryError(EISDIR, "is a directory", str(path))
    if not S_ISREG(status.st_mode):
        raise OSError(EINVAL, "not a regular file", str(path))
    if status.st_size > most:
        raise OSError(EFBIG, f"larger than {most / 1e6:.3g} MB", str(path))
    return path.read_bytes()


@dataclass(frozen=True)
class Source:
    """The text of a spec and where it came from. Names are compared in Unicode's normal form C, so is the text."""

    text: str
    name: str = "<text>"
    trusting: bool = field(default=False, compare=False)
    """Whether files outside of its folder may be shown in messages and copied to run folders."""
    held: tuple[tuple[str, bytes], ...] = field(default=(), compare=False, repr=False)
    """What some of the files that the text names hold, where that comes from memory."""

    def beside(self, file: str) -> Path:
        """A file that the spec names, relative to the spec."""
        return Path(self.name).parent / file

    def read(self, file: str, most: int) -> bytes:
        """What a file that the spec names holds. Raises OSError as `read_regular` does."""
        known = dict(self.held)
        return known[file] if file in known else read_regular(self.beside(file), most)

    def stamp(self, file: str) -> tuple[str, int, int]:
        """What changes where the contents of a file do: its name, when it was written or what it holds, and its size."""
        known = dict(self.held)
        if file in known:
            return file, hash(known[file]), len(known[file])
        status = self.beside(file).stat()
        return str(self.beside(file)), status.st_mtime_ns, status.st_size

    def discloses(self, file: str) -> bool:
        """Whether what a file that the spec names holds may be shown and copied: it lies in the spec's folder, or may."""
        folder = Path(self.name).parent.resolve()
        return self.trusting or file in dict(self.held) or folder in self.beside(file).resolve().parents

    @classmethod
    def of(cls, text: str, name: str = "<text>") -> "Source":
        text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        return cls(unicodedata.normalize("NFC", text), name)

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(i + 1 for i, character in enumerate(self.text) if character == "\n")]

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of a character, both counted from 1, columns in code points."""
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def line(self, number: int) -> str:
        starts = self._line_starts
        end = starts[number] - 1 if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end]
