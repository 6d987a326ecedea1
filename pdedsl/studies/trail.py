"""The points of a branch that were found so far, in a file: what follows it goes on from the last of them."""

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from pdedsl.runs.files import write
from pdedsl.stages.branch import Branch, Point

EVERY = 5.0
"""Seconds between two writings."""


@dataclass
class Trail:
    """The points of a branch in each of several spaces."""

    path: Path | None = None
    """The file; nothing is kept where there is none."""
    points: dict[str, list[Point]] = field(default_factory=dict)
    """By the degrees of a space, relative to those of the first solution."""
    _written: float = field(default_factory=time.perf_counter)

    def known(self, share: float, branch: Branch) -> list[Point]:
        """Those that were found before, as far as they are points of a branch."""
        own = self.points[str(share)] = branch.walked(self.points.get(str(share), ()))
        return own

    def along(self, share: float, found: Iterable[Point]) -> Iterator[Point]:
        """The same points, which are kept as they are found; those that were known come first again."""
        before, own = len(self.points.get(str(share), ())), list[Point]()
        try:
            for point in found:
                own.append(point)
                if len(own) >= before:
                    self.points[str(share)] = own
                yield point
                if time.perf_counter() - self._written > EVERY:
                    self.keep()
        finally:
            self.keep()

    def keep(self) -> None:
        """Write all."""
        if self.path is not None:
            told = {share: [_told(point) for point in own] for share, own in self.points.items()}
            write(self.path, json.dumps(told).encode())
        self._written = time.perf_counter()


def opened(path: Path) -> Trail:
    """What a file holds; nothing where there is none, or where it is not whole: then a branch is followed from its beginning."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return Trail(path, {share: [_point(**own) for own in points] for share, points in told.items()})
    except (OSError, ValueError, TypeError, AttributeError):
        return Trail(path)


def _told(point: Point) -> dict[str, object]:
    return {**asdict(point), "coefficients": point.coefficients.tolist()}


def _point(coefficients: list[float], **own: object) -> Point:
    return Point(coefficients=np.asarray(coefficients, dtype=float), **own)  # pyright: ignore[reportArgumentType]
